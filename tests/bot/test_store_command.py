"""`segbot store`: told, brought up to date, thinned and moved, as whoever runs Segbot needs it."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from segmentation.model import SegmentModel
from segmentation.portfolio import Portfolio
from tests.bot.conftest import Segbot
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


def test_a_store_that_is_not_there_is_not_made(segbot: Segbot, tmp_path: Path) -> None:
    assert "There is no store at" in segbot("store", "migrate", code=1)
    assert not (tmp_path / ".segbot").exists()
