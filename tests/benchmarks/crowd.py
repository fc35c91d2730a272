"""Fifty members at once, mixed requests, and a list of 50,000 customers scored meanwhile.

`python -m tests.benchmarks.crowd`; it is no comparison, so it is not part of `make bench`'s table.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from bot.local_workspace import Driver, LocalWorkspace, Redelivery
from bot.manifest import manifest
from bot.policy import BUILT_IN
from segmentation.model_folder import save
from segmentation.portfolio import portfolio_from_frame
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.store import open_store
from segmentation.synthetic import synthetic_portfolio
from segmentation.training import train
from tests.benchmarks.measuring import machine
from tests.crowd import CHANNELS, CROWD, MEMBERS, Visit, visits

EACH = 15
PAUSES = (2.0, 1.0)  # seconds on average between the requests of one member
LIST = 50_000


def main() -> None:
    """Run the crowd at each pace and print how long its members waited."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        frame = synthetic_portfolio(LIST, np.random.default_rng(1))
        prepared(folder, frame.head(10_000))
        content = frame.to_csv(index=False).encode()
        ids = [str(customer) for customer in frame["CUST_ID"].head(10_000)]
        for pause in PAUSES:
            workspace = LocalWorkspace(
                manifest(), members=MEMBERS, channels=CHANNELS, redeliver=Redelivery(every=3)
            )
            with workspace.running(), at_work(workspace, folder):
                began = time.perf_counter()
                with ThreadPoolExecutor() as pool:
                    scored = pool.submit(seconds_until_scored, workspace, content)
                    found = visits(workspace, ids, EACH, pause)
                    took = time.perf_counter() - began
            _print(found, pause, took, scored.result())


def seconds_until_scored(workspace: LocalWorkspace, content: bytes) -> float:
    """Send a list in a direct message; how long until it came back scored."""
    owner, began = workspace.member("Member 0"), time.perf_counter()
    owner.sends_file("app", "list.csv", content)
    workspace.wait_until(partial(_has_a_file_back, owner), 120, "the scored list")
    return time.perf_counter() - began


def _has_a_file_back(owner: Driver) -> bool:
    return any(said["bot"] and said["files"] for said in owner.sees("app"))


def prepared(folder: Path, frame: pd.DataFrame) -> None:
    """A model, a store with these customers and a policy without a rate limit, in a folder."""
    portfolio = portfolio_from_frame(frame, "made")
    trained = train(portfolio, 42, datetime.now(UTC), resamples=20)
    save(trained, folder / "model")
    store = open_store(f"sqlite:///{folder / 'segbot.db'}")
    publish(
        store,
        scored_batches(trained.model, portfolio),
        model=trained.model,
        as_of=date(2026, 11, 16),
        source="made",
        started_at=datetime.now(UTC),
    )
    store.engine.dispose()
    rules = BUILT_IN.read_text(encoding="utf-8").replace("a_minute = 30", "a_minute = 10000")
    (folder / "policy.toml").write_text(rules, encoding="utf-8")


@contextmanager
def at_work(workspace: LocalWorkspace, folder: Path) -> Iterator[None]:
    """`segbot run` on what was prepared in a folder, while inside."""
    settings = {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SEGBOT_MODEL_DIR": str(folder / "model"),
        "SEGBOT_STORE_URL": f"sqlite:///{folder / 'segbot.db'}",
        "SEGBOT_POLICY": str(folder / "policy.toml"),
    }
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "")
    command = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(
        command, env=dict(os.environ) | proxies | settings, stderr=subprocess.DEVNULL
    ) as bot:
        workspace.wait_for_bot()
        yield
        bot.terminate()


def _print(found: Sequence[Visit], pause: float, took: float, scored: float) -> None:
    table = Table(
        "Request", "Times", "Half within", "99 of 100 within", "All within", "Acknowledged within",
        "Lost", "Answered twice",
        title=f"{CROWD} members, a request each {pause:g} s: {len(found) / took:.0f} a second; "
        f"{LIST:,} customers scored after {scored:.0f} s; {machine()}",
    )  # fmt: skip
    for kind in sorted({visit.kind for visit in found}):
        visits_of = [visit for visit in found if visit.kind == kind]
        seconds = np.array([visit.seconds for visit in visits_of])
        acknowledged = max(visit.acknowledged or np.inf for visit in visits_of)
        table.add_row(
            kind,
            str(len(visits_of)),
            *(f"{np.quantile(seconds, share) * 1000:.0f} ms" for share in (0.5, 0.99, 1)),
            f"{acknowledged * 1000:.0f} ms",
            str(sum(visit.answers == 0 for visit in visits_of)),
            str(sum(visit.answers > 1 for visit in visits_of)),
        )
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
