"""Which of Slack's events were taken already, so that a repeated one is not answered twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.middleware import Middleware
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


class RepeatedEvents(Middleware):
    """An event that was taken already is acknowledged and goes no further.

    A class of Bolt's, since for a function Bolt looks up all its arguments at each request.
    """

    def __init__(self, taken: EventsTaken) -> None:
        self._taken = taken

    def process(
        self,
        *,
        req: BoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - Bolt gives it by name
        next: Callable[[], BoltResponse],  # noqa: A002
    ) -> BoltResponse:
        """Pass on whatever is no repeated event."""
        body = req.body
        if body.get("type") == "event_callback" and not self._taken.is_first(body["event_id"]):
            return BoltResponse(status=200, body="")
        return next()
