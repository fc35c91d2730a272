"""When the digest is due: every week once, by the wall clock of its time zone."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from threading import Event
from zoneinfo import ZoneInfo

import pytest

from bot.schedule import WeeklySlot, started_clockwork

LOOK = timedelta(minutes=5)
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
        look = start + tick * LOOK
        first_looks.setdefault(slot.latest_until(look), look)
    days = list(first_looks)
    assert len(days) == 52
    assert all(day.weekday() == weekday for day in days)
    assert all(later - earlier == timedelta(days=7) for earlier, later in pairwise(days))
    for day, look in first_looks.items():
        assert timedelta(0) <= look - slot.on(day) < LOOK


@pytest.mark.parametrize("zone", ZONES)
def test_the_period_changes_at_the_slot_and_not_before(zone: str) -> None:
    slot = WeeklySlot(0, time(9), ZoneInfo(zone))
    due = slot.on(date(2026, 11, 16))
    assert slot.latest_until(due) == date(2026, 11, 16)
    assert slot.latest_until(due - timedelta(seconds=1)) == date(2026, 11, 9)
    assert slot.latest_until(due + timedelta(days=6)) == date(2026, 11, 16)
    assert slot.next_after(due) == slot.on(date(2026, 11, 23))
    assert slot.next_after(due - timedelta(seconds=1)) == due


def test_the_clockwork_looks_as_soon_as_it_starts_and_every_minute() -> None:
    looked, other = Event(), Event()
    clockwork = started_clockwork({"digests": looked.set, "watches": other.set})
    try:
        assert looked.wait(5)
        assert other.wait(5)
        jobs = {job.id: job.trigger for job in clockwork.get_jobs()}
        assert jobs.keys() == {"digests", "watches"}
        now = datetime(2026, 3, 29, 0, 59, 30, tzinfo=UTC)
        for trigger in jobs.values():
            assert trigger.get_next_fire_time(None, now) - now == timedelta(seconds=30)
    finally:
        clockwork.shutdown()
