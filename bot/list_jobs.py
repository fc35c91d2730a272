"""The record of lists that are being scored: each file once, and none forgotten after a crash."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import (
    Engine,
    and_,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.tables import list_jobs as _jobs
from bot.tables import make_tables

_OPEN: Final = "open"
_KEPT_FOR: Final = timedelta(days=1)  # Slack repeats a request for about an hour
LOST_AFTER: Final = timedelta(minutes=2)  # without a sign of life
_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class LostJob:
    """A list that nobody scores any more; `channel` and `thread` are where the member waits."""

    id: int
    runner: str
    member: str
    name: str
    channel: str
    thread: str


class ListJobs:
    """Which lists are under way, by any process; safe among threads and processes."""

    def __init__(self, engine: Engine) -> None:
        make_tables(engine)
        self._engine = engine
        self.runner = secrets.token_hex(8)

    def add(self, origin: str, member: str, name: str, now: datetime) -> int | None:
        """Begin a job; None where the same thing was asked for before."""
        row = {
            "origin": origin,
            "member": member,
            "name": name[:_NAME],
            "channel": "",
            "thread": "",
            "runner": self.runner,
            "state": _OPEN,
            "seen_at": now,
        }
        try:
            with self._engine.begin() as connection:
                added = connection.execute(insert(_jobs).values(**row))
        except IntegrityError:
            return None
        (job,) = added.inserted_primary_key or (None,)
        return job

    def waits_in(self, job: int, channel: str, thread: str) -> None:
        """Note where the member waits."""
        with self._engine.begin() as connection:
            connection.execute(
                update(_jobs).where(_jobs.c.id == job).values(channel=channel, thread=thread)
            )

    def alive(self, now: datetime) -> None:
        """A sign of life for all open jobs of this process."""
        mine = and_(_jobs.c.runner == self.runner, _jobs.c.state == _OPEN)
        with self._engine.begin() as connection:
            connection.execute(update(_jobs).where(mine).values(seen_at=now))

    def close(self, job: int, state: str) -> bool:
        """End a job as done, failed, unclear or interrupted; False where that was done before."""
        with self._engine.begin() as connection:
            closed = connection.execute(
                update(_jobs).where(_jobs.c.id == job, _jobs.c.state == _OPEN).values(state=state)
            )
            return closed.rowcount == 1

    def forget(self, ids: Sequence[str]) -> None:
        """Forget the lists of these members, and those that are waited for in these channels."""
        gone = _jobs.c.member.in_(ids) | _jobs.c.channel.in_(ids)
        with self._engine.begin() as connection:
            connection.execute(delete(_jobs).where(gone))

    def lost(self, now: datetime) -> list[LostJob]:
        """The jobs whose process gave no sign of life for long; each is returned to one caller."""
        silent = and_(
            _jobs.c.state == _OPEN,
            _jobs.c.runner != self.runner,
            _jobs.c.seen_at < now - LOST_AFTER,
        )
        told = (_jobs.c[name] for name in LostJob.__dataclass_fields__)
        with self._engine.connect() as connection:
            rows = connection.execute(select(*told).where(silent)).all()
        return [job for job in (LostJob(*row) for row in rows) if self.close(job.id, "interrupted")]

    def forget_old(self, now: datetime) -> None:
        """Forget the jobs that ended long ago: nothing asks for them again."""
        old = and_(_jobs.c.state != _OPEN, _jobs.c.seen_at < now - _KEPT_FOR)
        with self._engine.begin() as connection:
            connection.execute(delete(_jobs).where(old))
