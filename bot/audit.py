"""The audit trail: who asked what about which customer, when, where, and with what result."""

import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Engine,
    RowMapping,
    Select,
    bindparam,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.audit_chain import EMPTY, TOLD, Chain, End, TamperedError, in_utc
from bot.tables import audit as trail
from bot.tables import audit_head as head
from bot.tables import audit_key as keys
from bot.tables import make_tables
from segmentation.database import one_reader
from segmentation.statements import Statements, Writing
from segmentation.wording import counted

_ONLY: Final = 1  # the id of the head's and the key's only row
_BATCH: Final = 5_000  # records read at once
_log = logging.getLogger(__name__)
Beside = Callable[[Writing], None]


def _ends() -> Select[Any]:
    """What the head says of the chain's end, and the trail's last record: always one row."""
    one = select(literal(_ONLY).label("id")).subquery()
    last = select(trail.c.id, trail.c.hash).order_by(trail.c.id.desc()).limit(1).subquery()
    kept = one.outerjoin(head, head.c.id == one.c.id).outerjoin(last, true())
    return select(head.c.records, head.c.hash, last.c.id, last.c.hash).select_from(kept)


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


@dataclass(slots=True, eq=False)
class _Note:
    """What one caller wants recorded, and whether it was tried and why that failed."""

    at: datetime
    member: str
    channel: str
    action: str
    results: Sequence[tuple[str, str]]
    beside: Beside | None
    tried: bool = False
    failure: BaseException | None = None


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
        self._statements = Statements(engine)
        self._ends = self._statements.prepared(_ends())
        self._insert = self._statements.prepared(insert(trail))
        self._start = self._statements.prepared(insert(head))
        self._move = self._statements.prepared(
            update(head).values(records=bindparam("end"), hash=bindparam("seal"))
        )
        self._turn = threading.Lock()
        self._waiting: deque[_Note] = deque()
        self._chain = Chain(key.encode() or _kept_key(engine))

    def record(
        self,
        member: str,
        channel: str,
        action: str,
        results: Sequence[tuple[str, str]],
        beside: Beside | None = None,
    ) -> None:
        """Note what a member did; `results` pairs each customer id ("" for none) with a result.

        `beside` is what is written in the same transaction. It is in the store on return: what
        several threads bring at once is written together, so that they wait for one commit.
        """
        note = _Note(self._now(), member, channel, action, results, beside)
        self._waiting.append(note)
        # In turn among the threads here: SQLite's own way to wait for another writer is to sleep.
        with self._turn:
            if not note.tried:
                self._write([self._waiting.popleft() for _ in range(len(self._waiting))])
        if note.failure is not None:
            raise note.failure

    def _write(self, notes: Sequence["_Note"]) -> None:
        failure: BaseException | None = None
        try:
            with self._statements.one_writer() as writing:
                self._append(writing, notes)
        except BaseException as error:
            failure = error
            raise
        finally:
            for note in notes:
                note.tried, note.failure = True, failure

    def _append(self, writing: Writing, notes: Sequence["_Note"]) -> None:
        end = self._end_to_go_on_from(writing)
        number, previous = end.records, end.hash
        rows = []
        for note in notes:
            for customer, result in note.results:
                number += 1
                row = {
                    "at": note.at,
                    "member": note.member,
                    "channel": note.channel,
                    "action": note.action,
                    "customer": self.pseudonym(customer) if customer else "",
                    "result": result,
                }
                previous = self._chain.link(previous, row)
                rows.append(row | {"id": number, "hash": previous})
            if note.beside is not None:
                note.beside(writing)
        writing.run_many(self._insert, rows)
        writing.run(self._move, end=number, seal=self._chain.seal(End(number, previous)))

    def pseudonym(self, customer: str) -> str:
        """The keyed hash that stands for a customer id, 64 hexadecimal digits."""
        return self._chain.pseudonym(customer)

    def records(self, wanted: Wanted = Wanted(), newest: int | None = None) -> list[Record]:
        """The records that are wanted, the oldest first; of many only the `newest` so many."""
        query = self._query(wanted).order_by(trail.c.id.desc()).limit(newest)
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return [_record(row) for row in reversed(rows)]

    def each(self, wanted: Wanted = Wanted()) -> Iterator[Record]:
        """The records that are wanted, the oldest first, of any number of them."""
        query = self._query(wanted).order_by(trail.c.id)
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
                select(trail).order_by(trail.c.id)
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

    def _end_to_go_on_from(self, writing: Writing) -> End:
        """The chain's end; where it was tampered with, one that keeps the break to be seen."""
        ((records, seal, last, link),) = writing.run(self._ends)
        end = End(last, link) if last else EMPTY
        if records is None and last is None:
            writing.run(self._start, id=_ONLY, records=0, hash=self._chain.seal(end))
            return end
        if records is not None and (records, seal) == (end.records, self._chain.seal(end)):
            return end
        _log.error("The audit trail was tampered with; `segbot audit verify` says where")
        if records is None:
            writing.run(self._start, id=_ONLY, records=0, hash=EMPTY.hash)
        return End(max(end.records, records or 0) + 1, self._chain.broken())

    def _query(self, wanted: Wanted) -> Select[tuple[object, ...]]:
        query = select(trail)
        if wanted.member:
            query = query.where(trail.c.member == wanted.member)
        if wanted.customer:
            query = query.where(trail.c.customer == self.pseudonym(wanted.customer))
        if wanted.since is not None:
            query = query.where(trail.c.at >= wanted.since)
        if wanted.until is not None:
            query = query.where(trail.c.at < wanted.until)
        return query


def _record(row: RowMapping) -> Record:
    return Record(**{name: row[name] for name in TOLD} | {"at": in_utc(row["at"])})


def _kept_end(connection: Connection) -> End | None:
    """What the head says of the chain's end, its hash being the seal; None before any record."""
    row = connection.execute(select(head.c.records, head.c.hash)).first()
    return None if row is None else End(int(row.records), str(row.hash))


def _kept_key(engine: Engine) -> bytes:
    """The store's audit key, made at the first start; two first starts agree on one."""
    try:
        with engine.begin() as connection:
            connection.execute(insert(keys).values(id=_ONLY, key=secrets.token_hex(32)))
    except IntegrityError:
        pass  # it was made before
    with engine.connect() as connection:
        return bytes.fromhex(connection.execute(select(keys.c.key)).scalar_one())
