"""The audit trail: who asked what about which customer, when, where, and with what result."""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import (
    Connection,
    Engine,
    RowMapping,
    Select,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.audit_chain import EMPTY, TOLD, Chain, End, TamperedError, in_utc
from bot.tables import audit as _trail
from bot.tables import audit_head as _head
from bot.tables import audit_key as _keys
from bot.tables import make_tables
from segmentation.database import one_reader, one_writer
from segmentation.wording import counted

_ONLY: Final = 1
_BATCH: Final = 5_000  # records read at once
_log = logging.getLogger(__name__)


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
        make_tables(engine)
        self._engine = engine
        self._now = now
        self._turn = threading.Lock()
        self._chain = Chain(key.encode() or _kept_key(engine))

    def record(
        self, member: str, channel: str, action: str, results: Sequence[tuple[str, str]]
    ) -> None:
        """Note what a member did; `results` pairs each customer id ("" for none) with a result."""
        at = self._now()
        # In turn among the threads here: SQLite's own way to wait for another writer is to sleep.
        with self._turn, one_writer(self._engine) as connection:
            end = self._end_to_go_on_from(connection)
            number, previous = end.records, end.hash
            rows = []
            for number, (customer, result) in enumerate(results, end.records + 1):
                row = {
                    "at": at,
                    "member": member,
                    "channel": channel,
                    "action": action,
                    "customer": self.pseudonym(customer) if customer else "",
                    "result": result,
                }
                previous = self._chain.link(previous, row)
                rows.append(row | {"id": number, "hash": previous})
            connection.execute(insert(_trail), rows)
            seal = self._chain.seal(End(number, previous))
            connection.execute(update(_head).values(records=number, hash=seal))

    def pseudonym(self, customer: str) -> str:
        """The keyed hash that stands for a customer id, 64 hexadecimal digits."""
        return self._chain.pseudonym(customer)

    def records(self, wanted: Wanted = Wanted(), newest: int | None = None) -> list[Record]:
        """The records that are wanted, the oldest first; of many only the `newest` so many."""
        query = self._query(wanted).order_by(_trail.c.id.desc()).limit(newest)
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [_record(row) for row in reversed(rows)]

    def each(self, wanted: Wanted = Wanted()) -> Iterator[Record]:
        """The records that are wanted, the oldest first, of any number of them."""
        query = self._query(wanted).order_by(_trail.c.id)
        with self._engine.connect() as connection:
            rows = connection.execution_options(yield_per=_BATCH).execute(query)
            yield from map(_record, rows.mappings())

    def verify(self, through: End | None = None) -> End:
        """Where the trail ends; TamperedError when it is not whole.

        `through` is an end that was noted elsewhere: only by one can it be seen that the whole
        store, or nothing at all, was put in the trail's place.
        """
        end = EMPTY
        with one_reader(self._engine) as connection:
            kept = _kept_end(connection)
            rows = connection.execution_options(yield_per=_BATCH).execute(
                select(_trail).order_by(_trail.c.id)
            )
            for row in rows.mappings():
                end = self._chain.after(end, dict(row))
                if through is not None and end.records == through.records and end != through:
                    raise TamperedError(f"Record {end.records} is not the one that was noted.")
        if through is not None and end.records < through.records:
            raise TamperedError(
                f"The trail has {counted(end.records, 'record')} and had {through.records:,} when "
                "its end was noted."
            )
        if kept is None and end == EMPTY:
            return end
        if kept is None or (end.records, self._chain.seal(end)) != (kept.records, kept.hash):
            raise TamperedError(
                f"The trail ends after {counted(end.records, 'record')}, and its seal does not "
                "say so: records were removed at its end, or the seal was changed."
            )
        return end

    def _end_to_go_on_from(self, connection: Connection) -> End:
        """The chain's end; where it was tampered with, one that keeps the break to be seen."""
        kept = _kept_end(connection)
        last = connection.execute(
            select(_trail.c.id, _trail.c.hash).order_by(_trail.c.id.desc()).limit(1)
        ).first()
        end = End(last.id, last.hash) if last else EMPTY
        if kept is None and last is None:
            connection.execute(
                insert(_head).values(id=_ONLY, records=0, hash=self._chain.seal(end))
            )
            return end
        if kept is not None and (kept.records, kept.hash) == (end.records, self._chain.seal(end)):
            return end
        _log.error("The audit trail was tampered with; `segbot audit verify` says where")
        if kept is None:
            connection.execute(insert(_head).values(id=_ONLY, records=0, hash=EMPTY.hash))
        return End(max(end.records, kept.records if kept else 0) + 1, self._chain.broken())

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


def _record(row: RowMapping) -> Record:
    return Record(**{name: row[name] for name in TOLD} | {"at": in_utc(row["at"])})


def _kept_end(connection: Connection) -> End | None:
    """What the head says of the chain's end, its hash being the seal; None before any record."""
    row = connection.execute(select(_head.c.records, _head.c.hash)).first()
    return None if row is None else End(int(row.records), str(row.hash))


def _kept_key(engine: Engine) -> bytes:
    """The store's audit key, made at the first start; two first starts agree on one."""
    try:
        with engine.begin() as connection:
            connection.execute(insert(_keys).values(id=_ONLY, key=secrets.token_hex(32)))
    except IntegrityError:
        pass  # it was made before
    with engine.connect() as connection:
        return bytes.fromhex(connection.execute(select(_keys.c.key)).scalar_one())
