"""Alarms on a new snapshot: clear changes set them off, chance and quiet weeks do not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from segmentation.answers import Overview, overview
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.snapshot_alarms import Alarm, AlarmKind, Thresholds, alarms, shrunk_by
from segmentation.store import Store
from tests.conftest import Publish

AfterIt = Callable[[Portfolio], Overview]
BEFORE, NOW = date(2026, 11, 9), date(2026, 11, 16)


@pytest.fixture
def book_after(
    store: Store, portfolio: Portfolio, playbook: Playbook, publish_portfolio: Publish
) -> AfterIt:
    """The whole book once a portfolio has followed the one in training."""
    publish_portfolio(portfolio, BEFORE)

    def made(later: Portfolio) -> Overview:
        publish_portfolio(later, NOW)
        book = overview(store, playbook)
        assert book is not None
        return book

    return made


def kinds(found: list[Alarm]) -> set[AlarmKind]:
    return {alarm.kind for alarm in found}


@pytest.mark.parametrize("seed", range(8))
def test_a_quiet_week_sets_off_nothing(
    book_after: AfterIt, portfolio: Portfolio, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    jittered = portfolio.values * rng.normal(1, 0.05, portfolio.values.shape)
    kept = rng.random(len(portfolio)) < 0.97
    whole = np.where(np.isin(portfolio.values, (0, 1)), portfolio.values, jittered)
    later = replace(portfolio, ids=portfolio.ids[kept], values=np.abs(whole[kept]))
    assert alarms(book_after(later), Thresholds()) == []


def test_customers_who_go_over_in_numbers_set_off_movement_and_shares(
    book_after: AfterIt, portfolio: Portfolio, model: SegmentModel
) -> None:
    values = portfolio.values.copy()
    values[:300] = model.typical(2)
    found = alarms(book_after(replace(portfolio, values=values)), Thresholds())
    assert {AlarmKind.SHARE, AlarmKind.MOVEMENT} <= kinds(found)
    told = {alarm.kind: alarm.sentence for alarm in found}
    assert "Cash Advance Heavy went from" in told[AlarmKind.SHARE]
    assert "% of customers changed segment, and not evenly" in told[AlarmKind.MOVEMENT]


def test_thresholds_are_what_was_asked_for(
    book_after: AfterIt, portfolio: Portfolio, model: SegmentModel
) -> None:
    values = portfolio.values.copy()
    values[:300] = model.typical(2)
    book = book_after(replace(portfolio, values=values))
    assert not {AlarmKind.SHARE, AlarmKind.MOVEMENT} & kinds(alarms(book, Thresholds(0.9, 0.9)))


def test_a_snapshot_that_lost_customers_is_told_and_a_small_loss_is_not(
    book_after: AfterIt, portfolio: Portfolio
) -> None:
    fewer = replace(portfolio, ids=portfolio.ids[:1_500], values=portfolio.values[:1_500])
    book = book_after(fewer)
    assert shrunk_by(book.snapshot) == pytest.approx(0.25)
    assert alarms(book, Thresholds())[0].kind is AlarmKind.SHRUNK
    nearly = replace(portfolio, ids=portfolio.ids[:1_700], values=portfolio.values[:1_700])
    assert shrunk_by(book_after(nearly).snapshot) is None


def test_too_few_customers_set_off_no_shares(
    store: Store, portfolio: Portfolio, playbook: Playbook, publish_portfolio: Publish,
    model: SegmentModel,
) -> None:  # fmt: skip
    few = replace(portfolio, ids=portfolio.ids[:400], values=portfolio.values[:400].copy())
    publish_portfolio(few, BEFORE)
    few.values[:200] = model.typical(2)
    publish_portfolio(few, NOW)
    book = overview(store, playbook)
    assert book is not None
    assert not {AlarmKind.SHARE, AlarmKind.MOVEMENT} & kinds(alarms(book, Thresholds()))
