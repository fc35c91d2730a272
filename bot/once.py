"""Which of Slack's events were taken already, so that a repeated one is not answered twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from slack_bolt import BoltResponse
from sqlalchemy import Engine, delete, insert
from sqlalchemy.exc import IntegrityError

from bot.tables import events_taken as _events
from bot.tables import make_tables

_KEPT_FOR: Final = timedelta(days=1)  # Slack repeats an event for about an hour


class EventsTaken:
    """Shared by all replicas on one store; `now` is in UTC.

    An event is noted before it is answered: a crash in between costs an answer, never doubles one.
    """

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        make_tables(engine)
        self._engine = engine
        self._now = now

    def is_first(self, event: str) -> bool:
        """Whether an event, named by Slack's id for it, comes for the first time."""
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_events).values(event=event, at=self._now()))
        except IntegrityError:
            return False
        return True

    def forget_old(self) -> None:
        """Forget the events that Slack repeats no more."""
        with self._engine.begin() as connection:
            connection.execute(delete(_events).where(_events.c.at < self._now() - _KEPT_FOR))


def repeated_event(
    taken: EventsTaken,
    body: dict[str, Any],
    next: Callable[[], BoltResponse],  # noqa: A002
) -> BoltResponse:
    """Bolt middleware: an event that was taken already is acknowledged and goes no further."""
    if body.get("type") == "event_callback" and not taken.is_first(body["event_id"]):
        return BoltResponse(status=200, body="")
    return next()
