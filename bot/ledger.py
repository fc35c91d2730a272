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

from segmentation.schema import make_tables

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
    """One digest for one channel and period; `state` is claimed, posted or failed.

    `retry_at` is when a failed one is tried again.
    """

    channel: str
    period: date
    state: str
    attempts: int
    retry_at: datetime


class Ledger:
    """The only judge of whether a digest may be posted; safe among threads and processes.

    `now` is in UTC throughout.
    """

    def __init__(self, engine: Engine) -> None:
        make_tables(engine, _metadata)
        self._engine = engine

    def is_due(self, channel: str, period: date, now: datetime) -> bool:
        """Whether a claim is worth trying: nobody has posted this digest or is about to."""
        delivery = self.delivery(channel, period)
        return delivery is None or (delivery.state == "failed" and delivery.retry_at <= now)

    def claim(self, channel: str, period: date, now: datetime) -> bool:
        """Whether the caller, and nobody else, shall post this digest now."""
        if self.delivery(channel, period) is not None:
            return self._claim_failed(channel, period, now)
        row = {"channel": channel, "period": period, "state": "claimed", "attempts": 1}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_deliveries).values(**row, changed_at=now))
        except IntegrityError:
            return False
        return True

    def _claim_failed(self, channel: str, period: date, now: datetime) -> bool:
        attempts = _deliveries.c.attempts + 1
        with self._engine.begin() as connection:
            claimed = connection.execute(
                update(_deliveries)
                .where(_deliveries.c.channel == channel, _deliveries.c.period == period)
                .where(_deliveries.c.state == "failed", _deliveries.c.retry_at <= now)
                .values(state="claimed", attempts=attempts, changed_at=now)
            )
            return claimed.rowcount == 1

    def posted(self, channel: str, period: date, now: datetime) -> None:
        """The digest stands in the channel."""
        self._settle(channel, period, state="posted", changed_at=now, retry_at=None)

    def failed(self, channel: str, period: date, now: datetime) -> datetime:
        """Slack refused the digest; the moment from which it is tried again."""
        delivery = self.delivery(channel, period)
        attempts = delivery.attempts if delivery else 1
        pause: timedelta = min(_FIRST_PAUSE * 2 ** (attempts - 1), _LONGEST_PAUSE)
        retry_at = now + pause
        self._settle(channel, period, state="failed", changed_at=now, retry_at=retry_at)
        return retry_at

    def _settle(self, channel: str, period: date, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(_deliveries)
                .where(_deliveries.c.channel == channel, _deliveries.c.period == period)
                .values(**values)
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
        retry_at = (row["retry_at"] or row["changed_at"]).replace(
            tzinfo=UTC
        )  # SQLite keeps no zone
        return Delivery(row["channel"], row["period"], row["state"], row["attempts"], retry_at)
