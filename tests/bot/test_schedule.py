"""When the digest is due: every week once, by the wall clock of its time zone."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from threading import Event
from zoneinfo import ZoneInfo

import pytest

from bot.schedule import LOOK_AGAIN, WeeklySlot, started_clockwork

ZONES = ("Europe/Berlin", "America/New_York", "Africa/Lagos", "Pacific/Auckland", "UTC")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", [time(0, 30), time(2, 30), time(9)])
@pytest.mark.parametrize("weekday", [0, 6])
def test_a_year_of_looks_finds_every_week_due_within_five_minutes_of_its_local_time(
    zone: str, at: time, weekday: int
) -> None:
    slot = WeeklySlot(weekday, at, ZoneInfo(zone))
    start = slot.on(date(2026, 1, 1) + timedelta(days=(weekday - 3) % 7)).astimezone(UTC)
    first_looks: dict[date, datetime] = {}
    for tick in range(52 * 7 * 24 * 12):
        look = start + tick * LOOK_AGAIN
        first_looks.setdefault(slot.latest_until(look), look)
    days = list(first_looks)
    assert len(days) == 52
    assert all(day.weekday() == weekday for day in days)
    assert all(later - earlier == timedelta(days=7) for earlier, later in pairwise(days))
    for day, look in first_looks.items():
        assert timedelta(0) <= look - slot.on(day) < LOOK_AGAIN


@pytest.mark.parametrize("zone", ZONES)
def test_the_clockwork_fires_at_the_slot_through_summer_time(zone: str) -> None:
    slot = WeeklySlot(0, time(9), ZoneInfo(zone))
    due, fired = datetime(2026, 1, 1, tzinfo=UTC), []
    trigger = slot.trigger(due)
    for _ in range(52):
        due = trigger.get_next_fire_time(due if fired else None, due)
        fired.append(due)
    assert fired == [slot.on(date(2026, 1, 5) + timedelta(weeks=week)) for week in range(52)]


@pytest.mark.parametrize("zone", ZONES)
def test_the_period_changes_at_the_slot_and_not_before(zone: str) -> None:
    slot = WeeklySlot(0, time(9), ZoneInfo(zone))
    due = slot.on(date(2026, 11, 16))
    assert slot.latest_until(due) == date(2026, 11, 16)
    assert slot.latest_until(due - timedelta(seconds=1)) == date(2026, 11, 9)
    assert slot.latest_until(due + timedelta(days=6)) == date(2026, 11, 16)
    assert slot.next_after(due) == slot.on(date(2026, 11, 23))
    assert slot.next_after(due - timedelta(seconds=1)) == due


def test_the_clockwork_looks_as_soon_as_it_starts() -> None:
    looked = Event()
    slot = WeeklySlot(0, time(9), ZoneInfo("UTC"))
    clockwork = started_clockwork(slot, looked.set, datetime.now(UTC))
    try:
        assert looked.wait(5)
        assert {job.id for job in clockwork.get_jobs()} == {"weekly slot", "look again"}
    finally:
        clockwork.shutdown()
