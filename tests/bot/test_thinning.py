"""Old snapshots go by themselves while the bot runs: one replica at a time, a little at a time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.lease import Lease
from bot.thinning import Thinning
from segmentation import discarding
from segmentation.portfolio import Portfolio
from segmentation.pruning import has_work
from segmentation.retention import Retention
from segmentation.store import Store
from tests.conftest import NOON, Publish

RULE = Retention(days=1, weeks=0)


@pytest.fixture
def week(store: Store, portfolio: Portfolio, publish_portfolio: Publish) -> list[date]:
    few = replace(portfolio, ids=portfolio.ids[:60], values=portfolio.values[:60])
    dates = [date(2026, 11, 9) + timedelta(days=each) for each in range(5)]
    for each in dates:
        publish_portfolio(few, each)
    assert store.newest() is not None
    return dates


def thinning(store: Store, seconds: float = 20) -> Thinning:
    lease = Lease(store.engine, "old snapshots")
    return Thinning(store.engine, RULE, lease, lambda: NOON, seconds)


def test_a_look_takes_out_what_is_kept_no_longer(store: Store, week: list[date]) -> None:
    thinning(store)()
    assert [snapshot.as_of for snapshot in store.snapshots()] == week[-2:]
    thinning(store)()  # nothing left to do
    assert not has_work(store.engine, RULE, NOON)


def test_one_replica_at_a_time(store: Store, week: list[date]) -> None:
    with Lease(store.engine, "old snapshots").held(NOON) as mine:
        assert mine
        thinning(store)()
        assert len(store.snapshots()) == len(week)
    thinning(store)()
    assert len(store.snapshots()) == 2


@pytest.mark.usefixtures("week")
def test_a_look_ends_in_time_and_the_next_one_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discarding, "_SLICE", 50)
    looks = 0
    while has_work(store.engine, RULE, NOON):
        thinning(store, seconds=0)()
        looks += 1
    assert looks == 6  # three snapshots of sixty, fifty at a time
