"""The delivery ledger: which digest went where, so that restarts and replicas never post twice.

A delivery is claimed before it is posted. A failure that Slack reported is retried with a growing
pause. When the process dies between claim and post, the delivery stays `claimed` and is not
repeated: better one digest missing, and seen to be, than two in the channel.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

_metadata = MetaData()
_deliveries = Table(
    "deliveries",
    _metadata,
    Column("channel", String(32), primary_key=True),
    Column("period", Date, primary_key=True),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("retry_at", DateTime(timezone=True)),
)
_FIRST_PAUSE: Final = timedelta(minutes=5)
_LONGEST_PAUSE: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One digest for one channel and period; `state` is claimed, posted or failed."""

    channel: str
    period: date
    state: str
    attempts: int


class Ledger:
    """The only judge of whether a digest may be posted; safe among threads and processes."""

    def __init__(self, engine: Engine) -> None:
        _metadata.create_all(engine)
        self._engine = engine

    def claim(self, channel: str, period: date, now: datetime) -> bool:
        """Whether the caller, and nobody else, shall post this digest now."""
        return self._claim_new(channel, period, now) or self._claim_failed(channel, period, now)

    def _claim_new(self, channel: str, period: date, now: datetime) -> bool:
        row = {"channel": channel, "period": period, "state": "claimed", "attempts": 1}
        if self.delivery(channel, period) is not None:
            return False
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_deliveries).values(**row, changed_at=now))
        except IntegrityError:
            return False
        return True

    def _claim_failed(self, channel: str, period: date, now: datetime) -> bool:
        with self._engine.begin() as connection:
            claimed = connection.execute(
                update(_deliveries)
                .where(_deliveries.c.channel == channel, _deliveries.c.period == period)
                .where(_deliveries.c.state == "failed", _deliveries.c.retry_at <= now)
                .values(state="claimed", attempts=_deliveries.c.attempts + 1, changed_at=now)
            )
            return claimed.rowcount == 1

    def posted(self, channel: str, period: date, now: datetime) -> None:
        """The digest stands in the channel."""
        self._settle(channel, period, now, "posted", None)

    def failed(self, channel: str, period: date, now: datetime) -> datetime:
        """Slack refused the digest; the moment from which it is tried again."""
        delivery = self.delivery(channel, period)
        attempts = delivery.attempts if delivery else 1
        pause = min(_FIRST_PAUSE * 2 ** (attempts - 1), _LONGEST_PAUSE)
        retry_at: datetime = now.astimezone(UTC) + pause
        self._settle(channel, period, now, "failed", retry_at)
        return retry_at

    def _settle(
        self, channel: str, period: date, now: datetime, state: str, retry_at: datetime | None
    ) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(_deliveries)
                .where(_deliveries.c.channel == channel, _deliveries.c.period == period)
                .values(state=state, changed_at=now, retry_at=retry_at)
            )

    def delivery(self, channel: str, period: date) -> Delivery | None:
        """What the ledger says of one digest, if it was ever claimed."""
        query = select(_deliveries).where(
            _deliveries.c.channel == channel, _deliveries.c.period == period
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return Delivery(row["channel"], row["period"], row["state"], row["attempts"])
