"""`segbot feedback`: what members said of their answers, on the screen and as a file."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.feedback import Feedback
from segmentation.answers import answers_for
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.store import Store
from tests.bot.conftest import Segbot
from tests.conftest import Publish


@pytest.fixture
def said(
    store: Store,
    store_url: str,
    playbook: Playbook,
    portfolio: Portfolio,
    publish_portfolio: Publish,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """The customer whom two members disagree about."""
    monkeypatch.setenv("SEGBOT_STORE_URL", store_url)
    publish_portfolio(portfolio, date(2026, 11, 16))
    customer = str(portfolio.ids[3])
    found = answers_for(store, playbook, [customer])
    assert found is not None
    at = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)
    Feedback(store.engine).add("U01ADA", found.answers[customer], at, right=True)
    Feedback(store.engine).add(
        "U02BEN", found.answers[customer], at, right=False, reason="=moved() abroad"
    )
    return customer


def test_what_members_said_is_shown_as_a_table(segbot: Segbot, said: str) -> None:
    shown = segbot("feedback")
    assert shown.count(said) == 2
    assert "2026-11-17 09:30" in shown
    assert "right" in shown
    assert "=moved() abroad" in shown


def test_what_members_said_is_written_to_a_file_without_formulas(
    segbot: Segbot, said: str, tmp_path: Path
) -> None:
    assert "Wrote 2 answers" in segbot("feedback", "--out", "feedback.csv")
    with (tmp_path / "feedback.csv").open(encoding="utf-8-sig", newline="") as file:
        right, wrong = csv.DictReader(file)
    assert (right["customer"], right["verdict"], right["member"]) == (said, "right", "U01ADA")
    assert (wrong["verdict"], wrong["reason"]) == ("wrong", "'=moved() abroad")
    assert wrong["snapshot"] == "2026-11-16"


def test_before_anybody_said_anything_that_is_told(segbot: Segbot) -> None:
    assert "Nobody has said anything of an answer yet" in segbot("feedback", code=1)
