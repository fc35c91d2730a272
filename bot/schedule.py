"""When a digest is due: weekly slots, and the clockwork that looks every minute for what is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

WEEK: Final = timedelta(days=7)
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LATE: Final = 3_600  # seconds: a tick this late still counts, what is due stands in the ledger


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
        return day if self.on(day) <= now else day - WEEK

    def next_after(self, now: datetime, told: date | None = None) -> datetime:
        """The moment of the next slot whose date is later than `told`, the last that had one."""
        day = self.latest_until(now) + WEEK
        return self.on(day if told is None or day > told else day + WEEK)

    def periods(self, after: datetime, until: datetime) -> list[date]:
        """The dates whose slots came later than `after` and not later than `until`, in order."""
        day, found = self.latest_until(until), []
        while self.on(day) > after:
            found.append(day)
            day -= WEEK
        return found[::-1]

    @property
    def words(self) -> str:
        """The slot as people read it: “Mondays at 09:00 (Europe/Berlin)”."""
        return f"{DAYS[self.weekday]}s at {self.at:%H:%M} ({self.zone.key})"


def started_clockwork(looks: Mapping[str, Callable[[], None]]) -> BackgroundScheduler:
    """Call each of `looks` now and every minute, each on its own, so that none holds up another.

    The scheduler keeps nothing: what is due stands in the store, so that a subscription that was
    changed a moment ago counts at the next look.
    """
    scheduler = BackgroundScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": _LATE},
    )
    for name, look in looks.items():
        every_minute = CronTrigger(second=0, timezone=UTC)
        scheduler.add_job(look, every_minute, id=name, next_run_time=datetime.now(UTC))
    scheduler.start()
    return scheduler
