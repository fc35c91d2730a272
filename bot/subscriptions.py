"""Subscriptions: which channel gets the digest, when, with what in it, and at whose wish."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Engine,
    RowMapping,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.moments import utc
from bot.schedule import WeeklySlot
from bot.tables import make_tables
from bot.tables import subscriptions as _subscriptions


class Part(StrEnum):
    """What a subscription can have beside the digest's text."""

    CHART = "chart"
    TABLE = "table"
    CSV = "csv"
    ALERTS = "alerts"

    @property
    def words(self) -> str:
        """The part as the subscription's form calls it."""
        return _WORDS[self]


_WORDS: Final = {
    Part.CHART: "A chart of the segment sizes",
    Part.TABLE: "A table with details, in the thread",
    Part.CSV: "The same figures as a CSV file, in the thread",
    Part.ALERTS: "Alerts, when a new snapshot stands out",
}
EVERYTHING: Final = frozenset(Part)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One channel's subscription.

    `owner` is the member who subscribed, "" for the channel of the settings. No period before
    `since` is posted, and no snapshot up to that of the date `seen` sets off an alert; both are
    None for the channel of the settings, which has been there from the start. `team` is the
    workspace that it was subscribed in: members of an organisation can be in several.
    """

    channel: str
    slot: WeeklySlot
    parts: frozenset[Part] = EVERYTHING
    owner: str = ""
    created_at: datetime | None = None
    since: datetime | None = None
    seen: date | None = None
    team: str = ""


class Subscriptions:
    """Every subscription, with the settings' one; safe among threads and processes."""

    def __init__(
        self,
        engine: Engine,
        standing: Subscription | None = None,
        team: str | None = None,
        home: Callable[[str], str | None] | None = None,
    ) -> None:
        make_tables(engine)
        self._engine = engine
        self._team = team
        self._home = home
        self.standing = standing

    def among(self, team: str) -> "Subscriptions":
        """The same, with the subscriptions alone of one workspace."""
        return Subscriptions(self._engine, None, team)

    def apart(self, home: Callable[[str], str | None]) -> "Subscriptions":
        """The same, where a member sees those alone of the workspace that is their `home`."""
        return Subscriptions(self._engine, self.standing, self._team, home)

    def seen_by(self, member: str) -> list[Subscription]:
        """Those that a member may know of: of the same workspace, and that of the settings."""
        if self._home is None:
            return self.all()
        home = self._home(member)
        return [one for one in self.all() if not one.owner or one.team == home]

    def forget(self, ids: Sequence[str]) -> None:
        """Forget the subscriptions of the workspaces among these ids."""
        with self._engine.begin() as connection:
            connection.execute(delete(_subscriptions).where(_subscriptions.c.team.in_(ids)))

    def all(self) -> list[Subscription]:
        """All of them, that of the settings first, the others by age."""
        query = select(_subscriptions).order_by(_subscriptions.c.created_at)
        with self._engine.connect() as connection:
            kept = [_subscription(row) for row in connection.execute(query).mappings()]
        kept = [one for one in kept if self._team in (None, one.team)]
        if self.standing is None:
            return kept
        return [self.standing, *(one for one in kept if one.channel != self.standing.channel)]

    def of(self, channel: str) -> Subscription | None:
        """A channel's subscription, if it has one."""
        return next((one for one in self.all() if one.channel == channel), None)

    def add(self, new: Subscription) -> bool:
        """Keep a subscription; False where the channel has one already."""
        if self.standing is not None and new.channel == self.standing.channel:
            return False
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_subscriptions).values(**_row(new)))
        except IntegrityError:
            return False
        return True

    def change(self, changed: Subscription) -> bool:
        """Keep a channel's subscription as it is now; False where its owner has none there."""
        with self._engine.begin() as connection:
            found = connection.execute(
                update(_subscriptions)
                .where(_subscriptions.c.channel == changed.channel)
                .where(_subscriptions.c.owner == changed.owner)
                .values(**_row(changed))
            )
            return found.rowcount == 1

    def remove(self, channel: str) -> None:
        """Forget a channel's subscription, if there is one."""
        with self._engine.begin() as connection:
            connection.execute(delete(_subscriptions).where(_subscriptions.c.channel == channel))


def _row(one: Subscription) -> dict[str, object]:
    return {
        "channel": one.channel,
        "weekday": one.slot.weekday,
        "at": f"{one.slot.at:%H:%M}",
        "zone": one.slot.zone.key,
        "parts": ",".join(sorted(one.parts)),
        "owner": one.owner,
        "created_at": one.created_at,
        "since": one.since,
        "seen": one.seen,
        "team": one.team,
    }


def _subscription(row: RowMapping) -> Subscription:
    at, zone = time.fromisoformat(row["at"]), ZoneInfo(row["zone"])
    return Subscription(
        channel=row["channel"],
        slot=WeeklySlot(row["weekday"], at, zone),
        parts=frozenset(Part(part) for part in row["parts"].split(",") if part),
        owner=row["owner"],
        created_at=utc(row["created_at"]),
        since=utc(row["since"]),
        seen=row["seen"],
        team=row["team"],
    )
