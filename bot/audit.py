"""The audit trail: who asked what about which customer, when, where, and with what result."""

import csv
import hashlib
import hmac
import io
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    RowMapping,
    Select,
    String,
    Table,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from segmentation.schema import make_tables, one_writer
from segmentation.wording import counted

_metadata = MetaData()
_keys = Table(
    "audit_key",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False),
)
_trail = Table(
    "audit",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("member", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("action", String(32), nullable=False),
    Column("customer", String(64), nullable=False),
    Column("result", String(32), nullable=False),
    # A keyed hash of this record and of the one before: a chain that cannot be edited unseen.
    Column("hash", String(64), nullable=False),
)
# Where the chain ends, so that records cannot be cut off its end unseen either.
_head = Table(
    "audit_head",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("records", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)
_ONLY: Final = 1
_START: Final = "0" * 64
_TOLD: Final = ("at", "member", "channel", "action", "customer", "result")
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are meant; an empty text or None means any. `customer` is an id as typed."""

    member: str = ""
    customer: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that a member did, `at` in UTC; `customer` is the keyed hash, "" for none."""

    at: datetime
    member: str
    channel: str
    action: str
    customer: str
    result: str


class AuditTrail:
    """Writes one record a customer asked about, before the answer is given.

    Customers stand in it as keyed hashes (HMAC-SHA256), so that a copy of the trail names nobody,
    and each record is chained to the one before with the same key. Without `key` one is made and
    kept in the store, beside the customers: then it protects copies, not the store itself.
    """

    def __init__(self, engine: Engine, now: Callable[[], datetime], key: str = "") -> None:
        make_tables(engine, _metadata)
        self._engine = engine
        self._now = now
        self._key = key.encode() or _kept_key(engine)

    def record(
        self, member: str, channel: str, action: str, results: Sequence[tuple[str, str]]
    ) -> None:
        """Note what a member did; `results` pairs each customer id ("" for none) with a result."""
        at = self._now()
        with one_writer(self._engine) as connection:
            records, previous = _end_of_chain(connection)
            rows = []
            for customer, result in results:
                row = {
                    "at": at,
                    "member": member,
                    "channel": channel,
                    "action": action,
                    "customer": self.pseudonym(customer) if customer else "",
                    "result": result,
                }
                previous = self._link(previous, row)
                rows.append(row | {"hash": previous})
            connection.execute(insert(_trail), rows)
            connection.execute(update(_head).values(records=records + len(rows), hash=previous))

    def pseudonym(self, customer: str) -> str:
        """The keyed hash that stands for a customer id, 64 hexadecimal digits."""
        return self._hashed(customer)

    def records(self, wanted: Wanted = Wanted(), newest: int | None = None) -> list[Record]:
        """The records that are wanted, the oldest first; of many only the `newest` so many."""
        query = self._query(wanted).order_by(_trail.c.id.desc()).limit(newest)
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        told = ({name: row[name] for name in _TOLD} for row in reversed(rows))
        return [Record(**row | {"at": _utc(row["at"])}) for row in told]

    def verify(self) -> str | None:
        """What is wrong with the trail, in a sentence; None when it is whole."""
        previous, count = _START, 0
        with self._engine.connect() as connection:
            records, end = _end_of_chain(connection)
            for row in connection.execute(select(_trail).order_by(_trail.c.id)).mappings():
                previous, count = self._link(previous, row), count + 1
                if not hmac.compare_digest(previous, row["hash"]):
                    when = _utc(row["at"]).isoformat(timespec="seconds")
                    return (
                        f"Record {row['id']} of {when} was changed, or one just before it was "
                        "removed: it does not follow from those before it."
                    )
        if (count, previous) != (records, end):
            return (
                f"The trail has {counted(count, 'record')} and should have {records:,}: "
                "records were removed at its end."
            )
        return None

    def _query(self, wanted: Wanted) -> Select[tuple[object, ...]]:
        query = select(_trail)
        if wanted.member:
            query = query.where(_trail.c.member == wanted.member)
        if wanted.customer:
            query = query.where(_trail.c.customer == self.pseudonym(wanted.customer))
        if wanted.since is not None:
            query = query.where(_trail.c.at >= wanted.since)
        if wanted.until is not None:
            query = query.where(_trail.c.at < wanted.until)
        return query

    def _link(self, previous: str, row: RowMapping | dict[str, object]) -> str:
        at = row["at"]
        assert isinstance(at, datetime)
        told = [previous, _utc(at).isoformat(), *(row[name] for name in _TOLD[1:])]
        return self._hashed(json.dumps(told))

    def _hashed(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def as_csv(records: Sequence[Record]) -> str:
    """Audit records as CSV, with a heading; no cell can become a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_TOLD)
    for record in records:
        cells = [record.at.isoformat(timespec="seconds"), *astuple(record)[1:]]
        writer.writerow([f"'{c}" if c.startswith(_FORMULA_STARTS) else c for c in cells])
    return text.getvalue()


def _utc(at: datetime) -> datetime:
    """SQLite keeps no zone; what it keeps is UTC."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _end_of_chain(connection: Connection) -> tuple[int, str]:
    row = connection.execute(select(_head.c.records, _head.c.hash)).first()
    if row is None:
        connection.execute(insert(_head).values(id=_ONLY, records=0, hash=_START))
        return 0, _START
    return int(row.records), str(row.hash)


def _kept_key(engine: Engine) -> bytes:
    """The store's audit key, made at the first start; two first starts agree on one."""
    try:
        with engine.begin() as connection:
            connection.execute(insert(_keys).values(id=_ONLY, key=secrets.token_hex(32)))
    except IntegrityError:
        pass  # it was made before
    with engine.connect() as connection:
        return bytes.fromhex(connection.execute(select(_keys.c.key)).scalar_one())
