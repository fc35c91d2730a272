"""`segbot run` as a process of its own: what it loads, how it stops, and how it comes back."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.blocks.form import INPUT
from bot.ledger import Ledger
from bot.local_workspace import LocalWorkspace
from bot.manifest import manifest
from bot.schedule import WeeklySlot
from segmentation.features import FEATURES
from segmentation.model import SegmentModel
from segmentation.model_folder import save
from segmentation.portfolio import Portfolio
from segmentation.store import Store
from segmentation.training import TrainedModel
from tests.bot.conftest import CHANNELS, LAST_WEEK, MEMBERS, bot_environment
from tests.bot.running import digests, running
from tests.conftest import Publish

LOAD_AND_DIE = Path(__file__).parents[1] / "segmentation" / "load_and_die.py"
HEAVY = {"sklearn", "joblib", "pandas", "scipy"}


@pytest.fixture
def workspace() -> Iterator[LocalWorkspace]:
    made = LocalWorkspace(manifest(), members=MEMBERS, channels=CHANNELS)
    with made.running():
        yield made


@pytest.fixture
def environment(
    workspace: LocalWorkspace, tmp_path: Path, store_url: str, trained: TrainedModel
) -> dict[str, str]:
    save(trained, tmp_path / "model")
    return bot_environment(workspace, tmp_path / "model", store_url)


def test_it_answers_and_posts_without_ever_loading_what_could_unpickle(
    workspace: LocalWorkspace,
    environment: dict[str, str],
    portfolio: Portfolio,
    model: SegmentModel,
    publish_portfolio: Publish,
) -> None:
    publish_portfolio(portfolio, LAST_WEEK)
    ada = workspace.member("Ada Okafor")
    with running(environment, "-X", "importtime") as bot:
        ada.types(f"/segment {portfolio.ids[0]}", channel="segments")
        ada.types("/segment", channel="segments")
        typed = {
            feature.column: {INPUT: str(round(value))}
            for feature, value in zip(FEATURES, model.typical(0).tolist(), strict=True)
        }
        assert ada.submits(typed) == {}
        ada.opens_home()
        bot.wait_for("Posted the digest")
        assert bot.ended(signal.SIGINT) == 0
    loaded = set(re.findall(r"\|\s+([\w.]+)$", bot.log, re.MULTILINE))
    assert {"slack_bolt", "segmentation.model", "bot.form"} <= loaded
    assert {name.split(".")[0] for name in loaded} & HEAVY == set()
    assert len(digests(ada)) == 1


def test_killed_while_the_next_snapshot_is_loading_it_comes_back_with_the_last_good_one(
    workspace: LocalWorkspace,
    environment: dict[str, str],
    store_url: str,
    portfolio: Portfolio,
    publish_portfolio: Publish,
) -> None:
    publish_portfolio(portfolio, LAST_WEEK)
    ada = workspace.member("Ada Okafor")
    with running(environment) as bot:
        bot.wait_for("Posted the digest")
        died = subprocess.run([sys.executable, LOAD_AND_DIE, store_url], check=False, timeout=60)
        assert died.returncode == -signal.SIGKILL
        assert bot.ended(signal.SIGKILL) == -signal.SIGKILL
    workspace.wait_until(lambda: not workspace.connected, 10, "the end of the connection")
    with running(environment) as bot:
        ada.types(f"/segment {portfolio.ids[0]}", channel="segments")
        card = ada.wait_for_message("segments", containing=str(portfolio.ids[0]))
        assert bot.ended(signal.SIGTERM) == 0
    assert "Snapshot of 9 Nov 2026" in str(card["blocks"])
    assert "Posted the digest" not in bot.log
    assert len(digests(ada)) == 1


def test_a_digest_that_a_crash_left_unconfirmed_is_reported_at_the_next_start(
    workspace: LocalWorkspace,
    environment: dict[str, str],
    store: Store,
    portfolio: Portfolio,
    publish_portfolio: Publish,
) -> None:
    publish_portfolio(portfolio, LAST_WEEK)
    now = datetime.now(UTC) - timedelta(minutes=11)
    week = WeeklySlot(0, time(9), ZoneInfo("UTC")).latest_until(now)
    assert Ledger(store.engine).claim("C01SEGMENTS", week, now)
    with running(environment) as bot:
        bot.wait_for("was begun but not confirmed")
        bot.ended(signal.SIGTERM)
    assert digests(workspace.member("Ada Okafor")) == []


def test_it_runs_without_a_channel_of_the_settings_and_says_how_to_subscribe_one(
    workspace: LocalWorkspace, environment: dict[str, str]
) -> None:
    with running(environment | {"SEGBOT_DIGEST_CHANNEL": ""}) as bot:
        workspace.member("Ada Okafor").types("/segment status", channel="segments")
        assert bot.ended(signal.SIGTERM) == 0
    assert "/segment subscribe changes that" in bot.log
    told = workspace.member("Ada Okafor").sees("segments")[-1]["text"]
    assert "No channel gets the digest yet" in told


def test_a_new_model_is_taken_up_and_a_broken_one_is_not(
    workspace: LocalWorkspace, environment: dict[str, str], tmp_path: Path, trained: TrainedModel
) -> None:
    ada = workspace.member("Ada Okafor")
    path = tmp_path / "model" / "model.json"
    with running(environment) as bot:
        path.write_text(trained.model.document.replace('"customers": 2000', '"customers": 2001', 1))
        assert "2,001 customers" in str(ada.opens_home())
        path.write_text("{")
        assert "2,001 customers" in str(ada.opens_home())
        bot.wait_for("Kept model")
