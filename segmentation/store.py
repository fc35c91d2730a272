"""Snapshots asked: sizes, movement, and one customer by id, always of what was published whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Engine, RowMapping, Select, and_, bindparam, select

from segmentation.assignment import Band, Scored
from segmentation.drift_bins import Counts
from segmentation.errors import StoreError
from segmentation.features import COLUMNS
from segmentation.history import Sighting
from segmentation.model import SegmentModel, parsed_model
from segmentation.schema import (
    assignments,
    generations,
    models,
    opened_engine,
    published,
)
from segmentation.statements import Statements

_AT_A_TIME: Final = 10_000


@dataclass(frozen=True, slots=True)
class Movement:
    """How a snapshot differs from the one before, which was taken on the date `since`.

    `sizes_before` counts customers by segment id then. `flows` counts customers of both snapshots
    by (segment before, segment now), staying included; it is None after a retraining, when the
    two cannot be compared.
    """

    since: date
    sizes_before: dict[int, int]
    flows: dict[tuple[int, int], int] | None

    @property
    def compared(self) -> int:
        """Customers who are in both snapshots."""
        return sum((self.flows or {}).values())

    @property
    def moved(self) -> int:
        """Customers whose segment changed."""
        flows = self.flows or {}
        return sum(count for (before, now), count in flows.items() if before != now)

    @property
    def left(self) -> int:
        """Customers of the snapshot before who are in this one no more."""
        return sum(self.sizes_before.values()) - self.compared


@dataclass(frozen=True, slots=True)
class Origin:
    """The snapshot that an answer comes from: what of it never changes."""

    generation: int
    as_of: date
    model: str
    source: str
    customers: int


@dataclass(frozen=True, slots=True)
class Snapshot(Origin):
    """A portfolio as scored on one date.

    `sizes` has a count for each segment id that occurs, `bins` one for each bin of each feature;
    `movement` is None for a first snapshot.
    """

    sizes: dict[int, int]
    bins: Counts
    movement: Movement | None


@dataclass(frozen=True, slots=True, eq=False)
class LookUp:
    """The newest snapshot and the customers that were found in it.

    `values` has, by customer id, an array of shape (17,) with NaN for blanks, `scored` what was
    found then.
    """

    snapshot: Origin
    values: dict[str, NDArray[np.float64]]
    scored: dict[str, Scored]


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One customer as a snapshot keeps it, `figures` in the order of `COLUMNS`, None for blanks."""

    customer: str
    runner_up: int
    confidence: float
    band: str
    novel: bool
    figures: tuple[float | None, ...]


class Store:
    """The door to one database; safe to use from many threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._statements = Statements(engine)
        self._look_up = self._statements.prepared(_LOOK_UP)
        self._history = self._statements.prepared(_HISTORY)
        self._model = lru_cache(maxsize=8)(self._load_model)

    def snapshots(self) -> list[Snapshot]:
        """All snapshots, the oldest first."""
        return self._snapshots(_SNAPSHOTS.order_by(published.c.as_of))

    def newest(self) -> Snapshot | None:
        """The snapshot that answers, if there is one."""
        return next(iter(self._snapshots(_NEWEST)), None)

    def snapshot(self, as_of: date) -> Snapshot | None:
        """The snapshot of a date, if there is one."""
        return next(iter(self._snapshots(_SNAPSHOTS.where(published.c.as_of == as_of))), None)

    def look_up(self, customers: Sequence[str]) -> LookUp | None:
        """Customers of the newest snapshot, by id; None while there is no snapshot.

        One statement, so that a snapshot published meanwhile cannot come in between.
        """
        if len(customers) == 1:
            rows = self._statements.rows(self._look_up, customer=customers[0])
        else:
            with self.engine.connect() as connection:
                asked = connection.execute(_LOOK_UP_SEVERAL, {"customers": list(customers)})
                rows = [tuple(row) for row in asked]
        if not rows:
            return None
        found = [row for row in rows if row[_CUSTOMER] is not None]
        return LookUp(
            Origin(*rows[0][:_CUSTOMER]),
            {row[_CUSTOMER]: _values(row) for row in found},
            {row[_CUSTOMER]: _scored(*row[_CUSTOMER + 1 : _FIGURES]) for row in found},
        )

    def history(self, customer: str, most: int) -> list[Sighting]:
        """A customer in the newest `most` snapshots, the oldest first, where they have it."""
        rows = self._statements.rows(self._history, customer=customer, most=most)
        return [Sighting(*row) for row in rows]

    def existing(self, customers: Sequence[str]) -> set[str]:
        """Which of these ids the newest snapshot has."""
        with self.engine.connect() as connection:
            found = connection.execute(_EXISTING, {"customers": list(customers)})
            return set(found.scalars())

    def customers(self, snapshot: Snapshot) -> Iterator[tuple[list[str], NDArray[np.float64]]]:
        """All customers of a snapshot, in order of their ids, some thousands at a time.

        Each time their ids and an array of shape (n, 17) with NaN for blanks.
        """
        query = (
            select(assignments.c.customer, *(assignments.c[column.lower()] for column in COLUMNS))
            .where(assignments.c.generation == snapshot.generation)
            .order_by(assignments.c.customer)
            .execution_options(yield_per=_AT_A_TIME)
        )
        with self.engine.connect() as connection:
            for rows in connection.execute(query).partitions():
                ids, *columns = zip(*rows, strict=True)
                yield list(ids), np.array(columns, dtype=np.float64).T

    def customers_in(self, snapshot: Snapshot, segment: int) -> Iterator[list[SegmentRow]]:
        """The customers of one segment of a snapshot, in order of their ids, some at a time."""
        features = (assignments.c[column.lower()] for column in COLUMNS)
        names = ("customer", "runner_up", "confidence", "band", "novel")
        query = (
            select(*(assignments.c[name] for name in names), *features)
            .where(assignments.c.generation == snapshot.generation)
            .where(assignments.c.segment == segment)
            .order_by(assignments.c.customer)
            .execution_options(yield_per=_AT_A_TIME)
        )
        with self.engine.connect() as connection:
            for rows in connection.execute(query).partitions():
                yield [_segment_row(row) for row in rows]

    def first_customers(self, most: int) -> list[str]:
        """The first ids of the newest snapshot, in order."""
        newest = _NEWEST.subquery()
        query = (
            select(assignments.c.customer)
            .where(assignments.c.generation == newest.c.generation)
            .order_by(assignments.c.customer)
        )
        with self.engine.connect() as connection:
            return list(connection.execute(query.limit(most)).scalars())

    def _snapshots(self, query: Select[Any]) -> list[Snapshot]:
        with self.engine.connect() as connection:
            return [_snapshot(row) for row in connection.execute(query).mappings()]

    def model(self, fingerprint: str) -> SegmentModel:
        """The model that a snapshot was scored under, read once and kept."""
        return self._model(fingerprint)

    def _load_model(self, fingerprint: str) -> SegmentModel:
        query = select(models.c.document).where(models.c.fingerprint == fingerprint)
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise StoreError(f"The store does not hold the model {fingerprint[:12]}.")
        return parsed_model(row["document"], f"the stored model {fingerprint[:12]}")


def open_store(url: str, wait: float = 30) -> Store:
    """Open the store at a database URL; its tables are made where they are missing.

    `wait` is how many seconds a writer waits for another one before it gives up.
    """
    return Store(opened_engine(url, wait))


_SNAPSHOTS: Final = select(
    published.c.as_of,
    published.c.generation,
    generations.c.model,
    generations.c.source,
    generations.c.customers,
    generations.c.sizes,
    generations.c.bins,
    generations.c.movement,
).join(generations, generations.c.generation == published.c.generation)
_NEWEST: Final = _SNAPSHOTS.order_by(published.c.as_of.desc()).limit(1)


_NEWEST_ORIGIN: Final = (
    select(*(_SNAPSHOTS.selected_columns[name] for name in Origin.__dataclass_fields__))
    .join(generations, generations.c.generation == published.c.generation)
    .order_by(published.c.as_of.desc())
    .limit(1)
)
# Where a row's customer stands, after the snapshot's origin, and where its figures begin.
_CUSTOMER: Final = len(Origin.__dataclass_fields__)
_FIGURES: Final = _CUSTOMER + 1 + len(Scored.__dataclass_fields__)


def _looked_up(asked: ColumnElement[bool]) -> Select[Any]:
    newest = _NEWEST_ORIGIN.subquery()
    matches = and_(assignments.c.generation == newest.c.generation, asked)
    scored = (assignments.c[name] for name in Scored.__dataclass_fields__)
    features = (assignments.c[column.lower()] for column in COLUMNS)
    found = newest.outerjoin(assignments, matches)
    return select(newest, assignments.c.customer, *scored, *features).select_from(found)


_LOOK_UP: Final = _looked_up(assignments.c.customer == bindparam("customer"))
_LOOK_UP_SEVERAL: Final = _looked_up(
    assignments.c.customer.in_(bindparam("customers", expanding=True))
)


def _existing() -> Select[Any]:
    newest = _NEWEST.subquery()
    matches = and_(
        assignments.c.generation == newest.c.generation,
        assignments.c.customer.in_(bindparam("customers", expanding=True)),
    )
    return select(assignments.c.customer).select_from(newest.join(assignments, matches))


def _history() -> Select[Any]:
    newest = (
        select(published.c.as_of, published.c.generation)
        .order_by(published.c.as_of.desc())
        .limit(bindparam("most"))
        .subquery()
    )
    matches = and_(
        assignments.c.generation == newest.c.generation,
        assignments.c.customer == bindparam("customer"),
    )
    found = newest.join(generations, generations.c.generation == newest.c.generation)
    return (
        select(newest.c.as_of, generations.c.model, assignments.c.segment, assignments.c.confidence)
        .select_from(found.join(assignments, matches))
        .order_by(newest.c.as_of)
    )


_EXISTING: Final = _existing()
_HISTORY: Final = _history()


def _snapshot(row: RowMapping) -> Snapshot:
    return Snapshot(
        generation=row["generation"],
        as_of=row["as_of"],
        model=row["model"],
        source=row["source"],
        customers=row["customers"],
        sizes=_by_segment(row["sizes"]),
        bins=tuple(tuple(counts) for counts in row["bins"]),
        movement=_movement(row["movement"]),
    )


def _movement(kept: dict[str, Any] | None) -> Movement | None:
    if kept is None:
        return None
    flows = kept["flows"]
    return Movement(
        since=date.fromisoformat(kept["since"]),
        sizes_before=_by_segment(kept["sizes"]),
        flows=None if flows is None else {(before, now): n for before, now, n in flows},
    )


def _by_segment(counts: dict[str, int]) -> dict[int, int]:
    return {int(segment): customers for segment, customers in counts.items()}


def _segment_row(row: Sequence[Any]) -> SegmentRow:
    customer, runner_up, confidence, band, novel, *figures = row
    return SegmentRow(customer, runner_up, confidence, band, novel, tuple(figures))


def _values(row: Sequence[Any]) -> NDArray[np.float64]:
    return np.array(row[_FIGURES:], dtype=np.float64)


def _scored(segment: int, runner_up: int, confidence: float, band: str, novel: bool) -> Scored:
    return Scored(segment, runner_up, confidence, Band(band), novel)
