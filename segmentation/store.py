"""Snapshots asked: sizes, movement, and one customer by id, always of what was published whole."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, RowMapping, bindparam, select

from segmentation.errors import StoreError
from segmentation.features import COLUMNS
from segmentation.model import SegmentModel, parsed_model
from segmentation.schema import (
    assignments,
    generations,
    models,
    movements,
    opened_engine,
    published,
    sizes,
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A portfolio as scored on one date; `sizes` has a count for each segment id that occurs."""

    generation: int
    as_of: date
    model: str
    source: str
    customers: int
    sizes: dict[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class StoredCustomer:
    """A customer of a snapshot: `values` has shape (17,), NaN for blanks."""

    customer: str
    segment: int
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Movement:
    """How customers changed segment since the snapshot before, under the same model.

    `flows` counts customers of both snapshots by (segment before, segment now), staying included.
    """

    since: Snapshot
    flows: dict[tuple[int, int], int]

    @property
    def compared(self) -> int:
        """Customers who are in both snapshots."""
        return sum(self.flows.values())

    @property
    def moved(self) -> int:
        """Customers whose segment changed."""
        return sum(count for (before, now), count in self.flows.items() if before != now)

    @property
    def share_moved(self) -> float:
        """Share of the compared customers who moved; 0 when nobody could be compared."""
        return self.moved / self.compared if self.compared else 0.0


class Store:
    """The door to one database; safe to use from many threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._model = lru_cache(maxsize=8)(self._load_model)

    def snapshots(self) -> list[Snapshot]:
        """All snapshots, the oldest first."""
        with self.engine.connect() as connection:
            rows = connection.execute(_SNAPSHOTS.order_by(published.c.as_of)).mappings().all()
            return [_snapshot(connection, row) for row in rows]

    def newest(self) -> Snapshot | None:
        """The snapshot that answers, if there is one."""
        with self.engine.connect() as connection:
            row = connection.execute(_NEWEST).mappings().first()
            return _snapshot(connection, row) if row else None

    def snapshot(self, as_of: date) -> Snapshot | None:
        """The snapshot of a date, if there is one."""
        with self.engine.connect() as connection:
            row = (
                connection.execute(_SNAPSHOTS.where(published.c.as_of == as_of)).mappings().first()
            )
            return _snapshot(connection, row) if row else None

    def customer(self, customer: str) -> StoredCustomer | None:
        """The customer in the newest snapshot, if it has one of that id."""
        with self.engine.connect() as connection:
            row = connection.execute(_CUSTOMER, {"customer": customer}).mappings().first()
        return _stored_customer(row) if row else None

    def first_customers(self, most: int) -> list[str]:
        """The first ids of the newest snapshot, in order."""
        query = select(assignments.c.customer).where(assignments.c.generation == _NEWEST_GENERATION)
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(assignments.c.customer).limit(most))
            return list(rows.scalars())

    def previous(self, snapshot: Snapshot) -> Snapshot | None:
        """The snapshot before this one, if there is one."""
        earlier = _SNAPSHOTS.where(published.c.as_of < snapshot.as_of)
        query = earlier.order_by(published.c.as_of.desc()).limit(1)
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
            return _snapshot(connection, row) if row else None

    def movement(self, snapshot: Snapshot) -> Movement | None:
        """Movement since the snapshot before; None for the first one and after a retraining."""
        before = self.previous(snapshot)
        if before is None or before.model != snapshot.model:
            return None
        query = select(movements).where(movements.c.generation == snapshot.generation)
        with self.engine.connect() as connection:
            counts = connection.execute(query).all()
        return Movement(before, {(c.came_from, c.segment): c.customers for c in counts})

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


def open_store(url: str) -> Store:
    """Open the store at a database URL; its tables are made where they are missing."""
    return Store(opened_engine(url))


_SNAPSHOTS: Final = select(
    published.c.as_of,
    published.c.generation,
    generations.c.model,
    generations.c.source,
    generations.c.customers,
).join(generations, generations.c.generation == published.c.generation)
_NEWEST: Final = _SNAPSHOTS.order_by(published.c.as_of.desc()).limit(1)
_NEWEST_GENERATION: Final = (
    select(published.c.generation).order_by(published.c.as_of.desc()).limit(1).scalar_subquery()
)
_CUSTOMER: Final = select(assignments).where(
    assignments.c.generation == _NEWEST_GENERATION,
    assignments.c.customer == bindparam("customer"),
)


def _snapshot(connection: Connection, row: RowMapping) -> Snapshot:
    counts = connection.execute(select(sizes).where(sizes.c.generation == row["generation"]))
    return Snapshot(
        generation=int(row["generation"]),
        as_of=row["as_of"],
        model=row["model"],
        source=row["source"],
        customers=int(row["customers"]),
        sizes={int(count.segment): int(count.customers) for count in counts},
    )


def _stored_customer(row: RowMapping) -> StoredCustomer:
    values = [row[column.lower()] for column in COLUMNS]
    return StoredCustomer(row["customer"], int(row["segment"]), np.array(values, dtype=np.float64))
