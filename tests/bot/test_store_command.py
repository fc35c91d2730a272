"""`segbot store`: told, brought up to date, thinned and moved, as whoever runs Segbot needs it."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bot.audit import AuditTrail
from segmentation.model import SegmentModel
from segmentation.model_folder import save
from segmentation.portfolio import Portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.schema import published
from segmentation.store import open_store
from segmentation.training import TrainedModel
from tests.bot.conftest import Segbot
from tests.conftest import NOON
from tests.first_store import fill_bot, fill_snapshots, of_the_first_format


@pytest.fixture
def named(store_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The store's URL, which the settings name."""
    monkeypatch.setenv("SEGBOT_STORE_URL", store_url)
    return store_url


def test_an_earlier_store_is_migrated_when_told_to(
    segbot: Segbot, named: str, portfolio: Portfolio, model: SegmentModel
) -> None:
    engine = create_engine(named)
    first = of_the_first_format(model)
    fill_snapshots(engine, [(date(2026, 11, 9), portfolio, first)])
    fill_bot(engine, [str(portfolio.ids[0])])
    engine.dispose()
    assert "run `segbot store migrate`" in segbot("snapshots", code=1)
    assert "run `segbot store migrate`" in segbot("audit", "verify", code=1)
    migrated = segbot("store", "migrate")
    assert "snapshots: from no number to version 0005" in migrated
    assert "bot: from no number to version 0001" in migrated
    assert "2026-11-09" in segbot("snapshots")
    assert "whole: 1 record." in segbot("audit", "verify")
    assert "bot: already version 0001" in segbot("store", "migrate")


def test_a_store_that_is_not_there_is_not_made(
    segbot: Segbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGBOT_STORE_URL", "sqlite:///.segbot/segbot.db")
    assert "There is no store at" in segbot("store", "migrate", code=1)
    assert not (tmp_path / ".segbot").exists()


@pytest.fixture
def weekly(named: str, portfolio: Portfolio, model: SegmentModel) -> list[date]:
    """A store with a snapshot a week, of sixty customers, and somebody who was looked up."""
    few = replace(portfolio, ids=portfolio.ids[:60], values=portfolio.values[:60])
    store, dates = open_store(named), [date(2026, 9, 7) + timedelta(weeks=n) for n in range(10)]
    for each in dates:
        publish(
            store,
            scored_batches(model, few),
            model=model,
            as_of=each,
            source="portfolio.csv",
            started_at=NOON,
        )
    AuditTrail(store.engine, lambda: NOON).record("U1", "C1", "look up", [("C10001", "found")])
    return dates


def test_info_tells_what_is_in_the_store(segbot: Segbot, weekly: list[date]) -> None:
    shown = segbot("store", "info")
    assert re.search(r"(SQLite|PostgreSQL), [\d.]+ MB", shown)
    assert "Tables of the snapshots: version 0005" in shown
    assert "Tables of the bot: version 0001" in shown
    assert re.search(rf"{weekly[0]} +60 +\w{{12}} +portfolio.csv +0\.\d MB", shown)
    assert re.search(r"audit +1 ", shown)
    assert "Not published" not in shown


def test_info_tells_of_loads_that_nobody_sees(
    segbot: Segbot, weekly: list[date], named: str
) -> None:
    with open_store(named).engine.begin() as connection:
        connection.execute(published.delete().where(published.c.as_of == weekly[0]))
    assert f"Not published: {weekly[0]} from portfolio.csv" in segbot("store", "info")
    assert "60 customers deleted" in segbot("store", "prune")
    assert "Not published" not in segbot("store", "info")


def test_info_hides_the_password(
    segbot: Segbot, monkeypatch: pytest.MonkeyPatch, weekly: list[date]
) -> None:
    assert weekly
    monkeypatch.setenv("SEGBOT_STORE_URL", "postgresql://ada:hunter2@127.0.0.1:1/none")
    told = segbot("store", "info", code=1)
    assert "cannot be opened" in told
    assert "hunter2" not in told


def test_info_of_an_earlier_store_says_to_migrate(segbot: Segbot, named: str) -> None:
    engine = create_engine(named)
    fill_bot(engine, ["C1"])
    engine.dispose()
    shown = segbot("store", "info", code=1)
    assert "Tables of the bot: version without number" in shown
    assert "run `segbot store migrate`" in shown


def test_old_snapshots_are_taken_out_as_the_settings_say(
    segbot: Segbot, weekly: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Would be kept no longer: none." in segbot("store", "prune", "--dry-run")
    monkeypatch.setenv("SEGBOT_KEEP_DAYS", "14")
    monkeypatch.setenv("SEGBOT_KEEP_WEEKS", "4")
    told = "7 Sep 2026, 14 Sep 2026, 28 Sep 2026, 5 Oct 2026, 12 Oct 2026"
    assert f"Would be kept no longer: {told}." in segbot("store", "prune", "--dry-run")
    assert len(segbot("snapshots").splitlines()) == 11
    assert f"Kept no longer: {told}; 300 customers deleted." in segbot("store", "prune")
    assert len(segbot("snapshots").splitlines()) == 6
    assert "Kept no longer: none; 0 customers deleted." in segbot("store", "prune")
    assert weekly


@pytest.mark.usefixtures("portfolio_file", "named")
def test_scoring_takes_out_what_is_kept_no_longer(
    segbot: Segbot, trained: TrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(trained, Path("model"))
    monkeypatch.setenv("SEGBOT_KEEP_DAYS", "1")
    for each in ("2026-11-02", "2026-11-03", "2026-11-04"):
        told = segbot("score", "portfolio.csv", "--as-of", each)
    assert "No longer kept: 2 Nov 2026 (SEGBOT_KEEP_DAYS, SEGBOT_KEEP_WEEKS)." in told
    assert "2026-11-02" not in segbot("snapshots")
