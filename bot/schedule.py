"""When the digest is due: the weekly slot, and the clockwork that looks whether one is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.calendarinterval import CalendarIntervalTrigger
from apscheduler.triggers.interval import IntervalTrigger

LOOK_AGAIN = timedelta(minutes=5)
_LATE = 3_600  # seconds: a tick this late still counts, what is due stands in the ledger


@dataclass(frozen=True, slots=True)
class WeeklySlot:
    """A day of the week (0 is Monday), a time and a time zone."""

    weekday: int
    at: time
    zone: ZoneInfo

    def on(self, day: date) -> datetime:
        """The slot's moment on a date; in a spring gap the hour that the clocks jump to."""
        local = datetime.combine(day, self.at, self.zone)
        return local.astimezone(UTC).astimezone(self.zone)

    def latest_until(self, now: datetime) -> date:
        """The date of the newest slot that has come: it names the period of a digest."""
        today = now.astimezone(self.zone).date()
        day = today - timedelta(days=(today.weekday() - self.weekday) % 7)
        return day if self.on(day) <= now else day - timedelta(days=7)

    def next_after(self, now: datetime) -> datetime:
        """The moment of the next slot."""
        return self.on(self.latest_until(now) + timedelta(days=7))

    def trigger(self, now: datetime) -> CalendarIntervalTrigger:
        """An APScheduler trigger for the slot; it keeps the wall clock through summer time."""
        return CalendarIntervalTrigger(
            weeks=1,
            hour=self.at.hour,
            minute=self.at.minute,
            start_date=self.next_after(now).date(),
            timezone=self.zone,
        )


def started_clockwork(
    slot: WeeklySlot, look: Callable[[], None], now: datetime
) -> BackgroundScheduler:
    """Call `look` now, at every slot, and every five minutes for what failed or was late.

    The scheduler keeps nothing: what is due stands in the delivery ledger.
    """
    scheduler = BackgroundScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": _LATE},
    )
    scheduler.add_job(look, slot.trigger(now), id="weekly slot")
    scheduler.add_job(look, IntervalTrigger(seconds=LOOK_AGAIN.seconds), id="look again")
    scheduler.add_job(look, id="at start")
    scheduler.start()
    return scheduler
