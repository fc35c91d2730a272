# Everything happens in .venv; the environment you call this from stays as it is.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV PYTHONDONTWRITEBYTECODE
SHELL := /bin/bash
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv)
DATA ?=
PORT ?= 8377
ONLY ?=
NODE_BOLT := tests/node_bolt
RUNTIME := -c constraints.txt -e '.[local]'
TOOLS := --group test --group dev --group browser

ifdef UV
INSTALL := $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python
else
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

.PHONY: help demo test check slow-test postgres-test engine-test browser-test node-test slack-schemas bench bench-large docs performance-docs constraints clean

help: ## Show what can be made.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/runtime ## Run the bot in a local workspace in the browser; DATA=portfolio.csv takes your own customers.
	@exec $(BIN)/segbot demo --port $(PORT) $(if $(DATA),--data '$(DATA)')

test: .venv/tools ## Run the tests; the gate, under 3 minutes.
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile

check: .venv/tools ## Formatter, linter, types, import contracts and the tests.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory test

slow-test: .venv/tools ## Tests that take minutes: a hundred seeds and a hundred bootstraps.
	$(BIN)/python -m pytest -m slow

postgres-test: .venv/tools ## The tests that have a store, on a PostgreSQL of their own (15 or newer, no root needed).
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile -p tests.on_postgresql \
		tests/postgresql tests/segmentation/test_store.py tests/segmentation/test_migrating.py \
		tests/segmentation/test_pruning.py tests/bot tests/stories

engine-test: .venv/engines ## Score on Dask and Spark and hold it against one machine; Spark needs Java 17 or newer.
	@command -v java >/dev/null || \
		{ echo 'Spark needs Java 17 or newer; in Debian: apt install default-jre-headless' >&2; exit 1; }
	$(BIN)/python -m pytest tests/engines

browser-test: .venv/tools ## Drive the demo in a real browser (Chromium); screenshots land in artifacts/.
	$(BIN)/python -m pytest tests/browser

node-test: .venv/tools slack-schemas ## Run Slack's own Node Bolt in the local workspace, and hold all the bot says against Slack's types.
	$(BIN)/python -m pytest $(NODE_BOLT)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile -p tests.node_bolt.every_payload tests/bot tests/stories

slack-schemas: artifacts/slack_types.json ## Make JSON Schemas of Slack's types; needs Node.js and npm.

bench: .venv/tools ## Measure, side by side, and hold it against the goals; ONLY='files lookup' takes parts.
	$(BIN)/python -m tests.benchmarks bench $(ONLY)

bench-large: .venv/tools ## The same with up to 50 million customers; takes 20 GB of disk.
	$(BIN)/python -m tests.benchmarks bench-large $(ONLY)

docs: .venv/tools performance-docs ## Renew the tour in docs/, whose cells are run, and performance.md and scaling.md.
	$(BIN)/python -m cogapp -I docs -I . -r docs/tour.md

performance-docs: .venv/tools ## Renew docs/performance.md and scaling.md from what make bench and make bench-large measured last.
	$(BIN)/python -m cogapp -I . -r docs/performance.md docs/scaling.md

constraints: .venv/python ## Renew constraints.txt: one version of each package, no registry named.
	$(INSTALL) uv
	$(BIN)/uv pip compile pyproject.toml --all-extras $(TOOLS) --universal --upgrade --quiet \
		--no-header --no-annotate --no-emit-index-url -o constraints.txt

clean: ## Remove everything made here: the environment, the demo's data, caches.
	rm -rf .venv .segbot artifacts $(NODE_BOLT)/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Segbot needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …' >&2; exit 1; }
ifdef UV
	$(UV) venv --quiet --clear --python "$$(command -v $(PYTHON))" .venv
else
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
endif
	@touch $@

.venv/runtime: .venv/python pyproject.toml constraints.txt
	@echo 'Setting up .venv …'
	$(INSTALL) $(RUNTIME)
	@touch $@

.venv/tools: .venv/runtime
	$(INSTALL) $(RUNTIME) $(TOOLS)
	@touch $@

.venv/engines: .venv/tools
	@echo 'Installing Dask and Spark …'
	$(INSTALL) -c constraints.txt -e '.[dask,spark]'
	@touch $@

artifacts/slack_types.json: $(NODE_BOLT)/slack_payloads.ts $(NODE_BOLT)/node_modules/installed
	@mkdir -p $(@D)
	@$(NODE_BOLT)/node_modules/.bin/ts-json-schema-generator --path $< --jsDoc none --no-type-check \
		--type Message Modal Home AppManifest --out $@

$(NODE_BOLT)/node_modules/installed: $(NODE_BOLT)/package.json
	@{ command -v npm && node -e 'process.exit(Number(parseInt(process.versions.node) < 20))'; } >/dev/null 2>&1 || \
		{ echo 'This needs Node.js 20 or newer with npm; in Debian 13: apt install nodejs npm' >&2; exit 1; }
	@echo 'Installing Node Bolt from npm …'
	@cd $(NODE_BOLT) && npm install --loglevel=error >/dev/null
	@touch $@
