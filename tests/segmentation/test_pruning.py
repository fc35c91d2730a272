"""Old snapshots taken out: whole, in pieces that let others work, and none that is needed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from segmentation import discarding
from segmentation.portfolio import Portfolio
from segmentation.pruning import has_work, prunable, prune
from segmentation.retention import Retention
from segmentation.schema import assignments, generations, published
from segmentation.store import Store
from tests.conftest import NOON, Publish

MONDAY = date(2026, 11, 16)
RULE = Retention(days=2, weeks=0)  # of one week: the newest two
FEW = 60


@pytest.fixture
def few(portfolio: Portfolio) -> Portfolio:
    return replace(portfolio, ids=portfolio.ids[:FEW], values=portfolio.values[:FEW])


@pytest.fixture
def week(few: Portfolio, publish_portfolio: Publish) -> list[date]:
    """A snapshot a day, from Monday to Thursday."""
    dates = [MONDAY + timedelta(days=each) for each in range(4)]
    for each in dates:
        publish_portfolio(few, each)
    return dates


def counts(store: Store) -> tuple[int, int, int]:
    with store.engine.connect() as connection:
        a, b, c = (
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (published, generations, assignments)
        )
    return a, b, c


def test_what_is_kept_no_longer_is_gone_with_its_customers(store: Store, week: list[date]) -> None:
    gone = prune(store.engine, RULE, NOON)
    assert gone.dates == tuple(week[:2])
    assert gone.customers == 2 * FEW
    assert [snapshot.as_of for snapshot in store.snapshots()] == week[2:]
    assert counts(store) == (2, 2, 2 * FEW)
    assert not has_work(store.engine, RULE, NOON)
    assert prune(store.engine, RULE, NOON).customers == 0


def test_movement_stays_readable_though_what_it_is_against_is_gone(
    store: Store, week: list[date]
) -> None:
    before = store.snapshot(week[2])
    assert before is not None
    prune(store.engine, RULE, NOON)
    after = store.snapshot(week[2])
    assert after is not None
    assert after.movement == before.movement
    assert after.movement is not None
    assert after.movement.since == week[1]
    assert store.snapshot(week[1]) is None


def test_history_shows_what_is_kept(store: Store, week: list[date], few: Portfolio) -> None:
    prune(store.engine, RULE, NOON)
    assert [seen.as_of for seen in store.history(str(few.ids[0]), 10)] == week[2:]


def test_others_can_write_between_two_slices(
    store: Store, week: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discarding, "_SLICE", 25)
    left: list[int] = []

    def others_turn(_seconds: float) -> None:
        with store.engine.begin() as connection:  # would wait for a lock that was held
            connection.execute(published.delete().where(published.c.as_of == date(1999, 1, 1)))
        left.append(counts(store)[2])

    prune(store.engine, RULE, NOON, pause=others_turn)
    assert left == [4 * FEW - 25, 4 * FEW - 50, 3 * FEW, 3 * FEW - 25, 3 * FEW - 50, 2 * FEW]
    assert week


def test_what_was_cut_short_is_unseen_and_taken_up_again(
    store: Store, week: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discarding, "_SLICE", 25)
    first = prune(store.engine, RULE, NOON, has_time=lambda: False, pause=lambda _: None)
    assert first.customers == 25
    assert [snapshot.as_of for snapshot in store.snapshots()] == week[2:]
    assert has_work(store.engine, RULE, NOON)
    rest = prune(store.engine, RULE, NOON, pause=lambda _: None)
    assert (rest.dates, rest.customers) == ((), 2 * FEW - 25)
    assert counts(store) == (2, 2, 2 * FEW)


@pytest.mark.parametrize(("hours", "left"), [(1, 3), (25, 2)])
def test_a_load_under_way_is_left_alone_and_one_cut_short_is_not(
    store: Store, week: list[date], hours: int, left: int
) -> None:
    begun = NOON - timedelta(hours=hours)
    with store.engine.begin() as connection:
        model = connection.execute(select(generations.c.model)).scalars().first()
        load = {"as_of": week[0], "model": model, "source": "loading", "started_at": begun}
        connection.execute(generations.insert().values(**load))
    prune(store.engine, RULE, NOON)
    assert counts(store)[1] == left


def test_a_rule_that_keeps_all_has_no_work(store: Store, week: list[date]) -> None:
    assert week
    with store.engine.connect() as connection:
        assert prunable(connection, Retention(days=36_500)) == []
    assert not has_work(store.engine, Retention(days=36_500), NOON)
