"""A pytest plugin: whatever a test makes the bot say is held against Slack's own types.

Loaded with `-p`, it runs the tests that drive a local workspace and leaves out the others.
"""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.slack_schemas import Json, block_kit_faults

ACCEPTED = logging.getLogger("bot.local_workspace.accepted")
HELD = pytest.StashKey[int]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    def drives_a_workspace(item: pytest.Item) -> bool:
        return any("workspace" in name for name in getattr(item, "fixturenames", ()))

    config.hook.pytest_deselected(items=[item for item in items if not drives_a_workspace(item)])
    items[:] = filter(drives_a_workspace, items)


@pytest.fixture(scope="session", autouse=True)
def heard() -> Iterator[list[Json]]:
    """The payloads that workspaces accepted and that no test has looked at yet."""
    payloads: list[Json] = []

    def hear(record: logging.LogRecord) -> bool:
        """Keep the payload, and keep the record out of the logs that tests read."""
        payloads.append(vars(record)["payload"])
        return False

    level = ACCEPTED.level
    ACCEPTED.setLevel(logging.DEBUG)
    ACCEPTED.addFilter(hear)
    yield payloads
    ACCEPTED.removeFilter(hear)
    ACCEPTED.setLevel(level)


@pytest.fixture(autouse=True)
def what_is_said_is_of_slack_s_types(
    heard: list[Json], pytestconfig: pytest.Config
) -> Iterator[None]:
    yield
    said = heard[:]
    del heard[: len(said)]
    pytestconfig.stash[HELD] = pytestconfig.stash.get(HELD, 0) + len(said)
    faults = [
        f"{fault}, in {json.dumps(payload)}"
        for payload in said
        for fault in block_kit_faults(payload)
    ]
    assert not faults, "\n".join(faults)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a worker of several, leave the count for whoever adds them up."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["held"] = session.config.stash.get(HELD, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[HELD] = node.config.stash.get(HELD, 0) + node.workeroutput["held"]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    held = config.stash.get(HELD, 0)
    terminalreporter.write_line(f"{held} messages and views were held against Slack's types.")
