"""The delivery ledger: what went where, so that restarts and replicas never post twice.

A delivery is claimed before it is posted. A failure that Slack reported is retried with a growing
pause. When the process dies between claim and post, the delivery is not repeated but becomes
`unclear`: better one digest missing, and seen to be, than two in the channel.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Engine,
    RowMapping,
    Select,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.moments import utc
from bot.tables import deliveries as _deliveries
from bot.tables import make_tables

DIGEST: Final = "digest"
_FIRST_PAUSE: Final = timedelta(minutes=5)
_LONGEST_PAUSE: Final = timedelta(hours=6)
_GIVES_UP: Final = timedelta(minutes=10)  # nobody is still posting what was claimed so long ago


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one delivery, `changed_at` in UTC.

    `state` is claimed, posted, failed (it is tried again at `retry_at`), missed (too late to be
    posted, or given up) or unclear (begun, and it is not known whether it arrived). `reason` is
    Slack's word for a refusal; `as_of` the date of the snapshot that was told.
    """

    channel: str
    period: date
    state: str
    attempts: int
    changed_at: datetime
    retry_at: datetime
    reason: str
    as_of: date | None


class Ledger:
    """The only judge of whether something may be posted; safe among threads and processes.

    `kind` is what is posted: the digest, or a kind of alert. `now` is in UTC throughout; `ready`
    says that the tables are there.
    """

    def __init__(self, engine: Engine, kind: str = DIGEST, *, ready: bool = False) -> None:
        if not ready:
            make_tables(engine)
        self._engine = engine
        self._kind = kind

    def of(self, kind: str) -> "Ledger":
        """The same ledger for another kind."""
        return Ledger(self._engine, kind, ready=True)

    def is_due(self, channel: str, period: date, now: datetime) -> bool:
        """Whether a claim is worth trying: nobody has posted this or is about to."""
        found = self.delivery(channel, period)
        return found is None or (found.state == "failed" and found.retry_at <= now)

    def claim(
        self, channel: str, period: date, now: datetime, *, before_its_time: bool = False
    ) -> bool:
        """Whether the caller, and nobody else, shall post this now.

        What failed may be claimed from its `retry_at` on. Where a person wants it, which is
        `before_its_time`, all may that is not known to stand in the channel.
        """
        if self._inserted(channel, period, state="claimed", attempts=1, changed_at=now):
            return True
        failed = and_(_deliveries.c.state == "failed", _deliveries.c.retry_at <= now)
        if before_its_time:
            failed = _deliveries.c.state.in_(("failed", "missed", "unclear"))
        attempts = _deliveries.c.attempts + 1
        return self._settle(
            channel, period, failed, state="claimed", attempts=attempts, changed_at=now
        )

    def posted(self, channel: str, period: date, now: datetime, as_of: date | None = None) -> None:
        """It stands in the channel; `as_of` is the date of the snapshot that it tells."""
        values = {"changed_at": now, "retry_at": None, "as_of": as_of, "reason": ""}
        self._settle(channel, period, state="posted", **values)

    def failed(self, channel: str, period: date, now: datetime, reason: str = "") -> Delivery:
        """Slack refused it; what is known then, with the moment from which it is tried again."""
        claimed = self.delivery(channel, period)
        assert claimed is not None
        pause: timedelta = min(_FIRST_PAUSE * 2 ** (claimed.attempts - 1), _LONGEST_PAUSE)
        values = {"changed_at": now, "retry_at": now + pause, "reason": reason[:64]}
        self._settle(channel, period, state="failed", **values)
        found = self.delivery(channel, period)
        assert found is not None
        return found

    def missed(self, channel: str, period: date, now: datetime, reason: str = "") -> bool:
        """It is too late for it, whether it was tried or not; True for the caller who notes that.

        `reason` is kept only where no refusal had given one.
        """
        values: dict[str, Any] = {"state": "missed", "changed_at": now}
        if self._inserted(channel, period, attempts=0, reason=reason, **values):
            return True
        return self._settle(channel, period, _deliveries.c.state == "failed", **values)

    def unclear(self, channel: str, period: date, now: datetime) -> bool:
        """It was begun and not confirmed; True for the caller who notes that."""
        begun = _deliveries.c.state == "claimed"
        return self._settle(channel, period, begun, state="unclear", changed_at=now)

    def delivery(self, channel: str, period: date) -> Delivery | None:
        """What the ledger says of one delivery, if it was ever claimed."""
        query = self._mine(_deliveries.c.channel == channel, _deliveries.c.period == period)
        return next(iter(self._found(query)), None)

    def newest(self, until: date) -> dict[str, date]:
        """Each channel's newest period up to a date; a clock that ran ahead may have left newer."""
        query = (
            select(_deliveries.c.channel, func.max(_deliveries.c.period).label("period"))
            .where(_deliveries.c.kind == self._kind, _deliveries.c.period <= until)
            .group_by(_deliveries.c.channel)
        )
        with self._engine.connect() as connection:
            return {row.channel: row.period for row in connection.execute(query)}

    def open(self, now: datetime) -> list[Delivery]:
        """What is to be tried again, and what was begun so long ago that nobody is at it."""
        again = and_(_deliveries.c.state == "failed", _deliveries.c.retry_at <= now)
        begun = and_(_deliveries.c.state == "claimed", _deliveries.c.changed_at <= now - _GIVES_UP)
        return self._found(self._mine(or_(again, begun)))

    def last(self, channel: str, *states: str) -> Delivery | None:
        """A channel's newest delivery, of any of these states where some are given."""
        query = self._mine(_deliveries.c.channel == channel)
        if states:
            query = query.where(_deliveries.c.state.in_(states))
        return next(iter(self._found(query.order_by(_deliveries.c.period.desc()).limit(1))), None)

    def _mine(self, *conditions: Any) -> Select[Any]:  # noqa: ANN401 - SQLAlchemy's own
        return select(_deliveries).where(_deliveries.c.kind == self._kind, *conditions)

    def _inserted(self, channel: str, period: date, **values: object) -> bool:
        row = {"channel": channel, "kind": self._kind, "period": period, "reason": "", **values}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_deliveries).values(**row))
        except IntegrityError:
            return False
        return True

    def _settle(
        self,
        channel: str,
        period: date,
        *conditions: Any,  # noqa: ANN401 - SQLAlchemy's own
        **values: object,
    ) -> bool:
        with self._engine.begin() as connection:
            settled = connection.execute(
                update(_deliveries)
                .where(_deliveries.c.channel == channel, _deliveries.c.period == period)
                .where(_deliveries.c.kind == self._kind, *conditions)
                .values(**values)
            )
            return settled.rowcount == 1

    def _found(self, query: Select[Any]) -> list[Delivery]:
        with self._engine.connect() as connection:
            return [_delivery(row) for row in connection.execute(query).mappings()]


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(
        channel=row["channel"],
        period=row["period"],
        state=row["state"],
        attempts=row["attempts"],
        changed_at=utc(row["changed_at"]),
        retry_at=utc(row["retry_at"] or row["changed_at"]),
        reason=row["reason"],
        as_of=row["as_of"],
    )
