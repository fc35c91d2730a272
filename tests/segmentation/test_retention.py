"""Which snapshots are kept: never fewer than a movement needs, and not many after twenty years."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.retention import Retention, dropped

TODAY = date(2026, 11, 18)  # a Wednesday
DAYS = st.dates(date(2006, 1, 1), date(2026, 12, 31))
DATES = st.sets(DAYS, max_size=80)
DENSE = st.sets(st.integers(0, 400), max_size=200).map(
    lambda days: {TODAY - timedelta(days=each) for each in days}
)
RULES = st.builds(Retention, days=st.integers(0, 60), weeks=st.integers(0, 60))


def daily(days: int) -> list[date]:
    """A snapshot each day, so many, up to today."""
    return [TODAY - timedelta(days=each) for each in range(days)]


def kept(dates: set[date] | list[date], rule: Retention) -> list[date]:
    return sorted(set(dates) - set(dropped(dates, rule)))


def test_a_store_without_snapshots_loses_none() -> None:
    assert dropped([], Retention()) == []


@given(st.integers(0, 35))
def test_every_snapshot_of_the_first_weeks_is_kept(days: int) -> None:
    assert dropped(daily(days), Retention()) == []


def test_then_one_a_week_and_then_one_a_month_the_last_of_each() -> None:
    left = kept(daily(800), Retention(days=35, weeks=53))
    assert left[-35:] == sorted(daily(35))
    weekly = [each for each in left[:-35] if each > TODAY - timedelta(weeks=53)]
    assert {each.isoweekday() for each in weekly} == {7}  # the last day of an ISO week
    assert {(b - a).days for a, b in pairwise(weekly)} == {7}
    monthly = [each for each in left if each <= TODAY - timedelta(weeks=53)]
    assert {each.isoweekday() for each in monthly} == {7}
    assert {(b - a).days for a, b in pairwise(monthly)} == {28, 35}


def test_weekly_snapshots_of_a_year_are_all_kept() -> None:
    mondays = [date(2026, 11, 16) - timedelta(weeks=each) for each in range(53)]
    assert dropped(mondays, Retention()) == []


def test_twenty_years_of_daily_snapshots_are_some_hundreds() -> None:
    left = kept(daily(20 * 365 + 5), Retention())
    assert len(left) <= 35 + 53 + 20 * 12 + 2
    assert left[0].year == 2006


def test_what_nobody_loads_into_loses_nothing_as_time_goes_by() -> None:
    old = [date(2020, 1, 1), date(2020, 1, 2), date(2020, 1, 3)]
    assert dropped(old, Retention()) == []


@given(DATES | DENSE, RULES)
def test_the_newest_two_are_kept_whatever_the_rule(dates: set[date], rule: Retention) -> None:
    assert set(sorted(dates)[-2:]) <= set(kept(dates, rule))


@given(DATES | DENSE, RULES)
def test_thinning_what_was_thinned_drops_nothing(dates: set[date], rule: Retention) -> None:
    assert dropped(kept(dates, rule), rule) == []


@given(DATES | DENSE, RULES)
def test_only_what_is_there_is_dropped_and_in_order(dates: set[date], rule: Retention) -> None:
    gone = dropped(dates, rule)
    assert gone == sorted(set(gone) & dates)


@given(DATES | DENSE, RULES)
def test_each_month_that_had_a_snapshot_has_one(dates: set[date], rule: Retention) -> None:
    def months(of: set[date] | list[date]) -> set[tuple[int, int]]:
        thursdays = (each + timedelta(days=3 - each.weekday()) for each in of)
        return {(thursday.year, thursday.month) for thursday in thursdays}

    assert months(kept(dates, rule)) == months(dates)


@settings(max_examples=200)
@given(DENSE, RULES, st.data())
def test_it_does_not_matter_how_often_one_thins(
    dates: set[date], rule: Retention, data: st.DataObject
) -> None:
    """Loaded in order of their dates, thinned at any of these moments or only at the end."""
    thinned: list[date] = []
    for each in sorted(dates):
        thinned.append(each)
        if data.draw(st.booleans()):
            thinned = kept(thinned, rule)
    assert kept(thinned, rule) == kept(dates, rule)


@given(DENSE, RULES, st.integers(0, 60))
def test_a_more_generous_rule_keeps_all_that_a_meaner_one_keeps(
    dates: set[date], rule: Retention, more: int
) -> None:
    generous = Retention(rule.days + more, rule.weeks + more)
    assert set(kept(dates, rule)) <= set(kept(dates, generous))
