"""Snapshots made: a scored portfolio appears whole or not at all.

Each load is a generation of its own; a snapshot exists from the moment one pointer names its
generation. A load that dies half-way leaves the pointer, and so every answer, as it was.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from segmentation.database import one_writer
from segmentation.discarding import abandoned, discard
from segmentation.errors import SegbotError, StoreError
from segmentation.flows import FlowCount, Flows
from segmentation.loading import loading
from segmentation.model import SegmentModel
from segmentation.schema import generations, models, published
from segmentation.scored_batches import ScoredBatch, in_order
from segmentation.store import Snapshot, Store


@dataclass(frozen=True, slots=True)
class _Whole:
    """A generation that is whole: a snapshot, or about to be one."""

    as_of: date
    generation: int
    model: str
    sizes: dict[str, int]


_Beside = tuple[_Whole | None, _Whole | None]


def publish(
    store: Store,
    batches: Iterable[ScoredBatch],
    *,
    model: SegmentModel,
    as_of: date,
    source: str,
    started_at: datetime,
    on_stored: Callable[[int], object] = lambda _: None,
) -> Snapshot:
    """Store a scored portfolio as the snapshot of `as_of`, replacing that date's own.

    Batches are loaded as they come, sorted by `in_order` where their ids do not ascend, and no more
    than a few are in memory; nothing of them is seen before the last one is in. The bot can read
    and write meanwhile. `on_stored` hears how many customers were put in.
    """
    try:
        _publish(store.engine, batches, model, as_of, source, started_at, on_stored)
    except OperationalError as error:
        raise StoreError(
            f"The store could not be written ({error.orig}). Nothing of the snapshot of {as_of} "
            "is visible, and what was there before still is; try again."
        ) from None
    snapshot = store.snapshot(as_of)
    if snapshot is None:
        raise StoreError(f"The snapshot of {as_of} was removed while it was being published.")
    return snapshot


def _publish(
    engine: Engine,
    batches: Iterable[ScoredBatch],
    model: SegmentModel,
    as_of: date,
    source: str,
    started_at: datetime,
    on_stored: Callable[[int], object],
) -> None:
    generation = _begin(engine, model, as_of, source, started_at)
    before, _ = _beside(engine, as_of)
    comparable = before is not None and before.model == model.fingerprint
    moved = FlowCount(engine, generation, before.generation if before and comparable else None)
    sizes = np.zeros(0, np.int64)
    bins = [np.zeros(len(feature.counts), np.int64) for feature in model.baseline.features]
    try:
        with loading(engine, generation) as put:
            for batch in in_order(batches):
                ids, segment = list(batch.ids), batch.assignments.segment
                moved.add(ids, segment)
                put(ids, batch.values, batch.assignments)
                on_stored(len(ids))
                some = np.bincount(segment, minlength=len(sizes))
                some[: len(sizes)] += sizes
                sizes = some
                counts = model.baseline.count(batch.values)
                bins = [total + more for total, more in zip(bins, counts, strict=True)]
    except SegbotError:
        discard(engine, generation)  # the portfolio is wrong half-way, or no room is left
        raise
    by_segment = {str(segment): int(sizes[segment]) for segment in np.flatnonzero(sizes)}
    whole = _Whole(as_of, generation, model.fingerprint, by_segment)
    replaced = _swap(engine, whole, [counts.tolist() for counts in bins], moved)
    for old in [*replaced, *abandoned(engine, started_at)]:
        discard(engine, old)


def _begin(
    engine: Engine, model: SegmentModel, as_of: date, source: str, started_at: datetime
) -> int:
    try:
        with engine.begin() as connection:
            connection.execute(
                insert(models).values(fingerprint=model.fingerprint, document=model.document)
            )
    except IntegrityError:
        pass  # the store knows the model already
    with engine.begin() as connection:
        begun = connection.execute(
            insert(generations)
            .values(
                as_of=as_of,
                model=model.fingerprint,
                source=source,
                started_at=started_at,
            )
            .returning(generations.c.generation)
        )
        return int(begun.scalar_one())


def _beside(engine: Engine, as_of: date) -> _Beside:
    """The snapshots before and after a date, where there are any."""
    with engine.connect() as connection:
        return _beside_in(connection, as_of)


def _beside_in(connection: Connection, as_of: date) -> _Beside:
    date_of, columns = published.c.as_of, generations.c
    snapshots = select(date_of, columns.generation, columns.model, columns.sizes).join(
        generations, columns.generation == published.c.generation
    )
    before = snapshots.where(date_of < as_of).order_by(date_of.desc()).limit(1)
    after = snapshots.where(date_of > as_of).order_by(date_of).limit(1)
    rows = [connection.execute(query).one_or_none() for query in (before, after)]
    first, last = (None if row is None else _Whole(*row) for row in rows)
    return first, last


def _swap(engine: Engine, whole: _Whole, bins: list[list[int]], moved: FlowCount) -> list[int]:
    """Point the date at a generation that is whole; the generations that it replaced.

    Movement may take long to count. So that nobody waits for it, that is done before the turn to
    write, and again where the snapshots beside this one were replaced meanwhile.
    """
    while True:
        before, after = beside = _beside(engine, whole.as_of)
        since = before and _movement(before, whole, moved)
        until = after and _movement(whole, after, moved)
        with one_writer(engine) as connection:
            if _beside_in(connection, whole.as_of) == beside:
                customers = sum(whole.sizes.values())
                _note(connection, whole, customers=customers, sizes=whole.sizes, bins=bins)
                if since:
                    _note(connection, whole, movement=since)
                if after:
                    _note(connection, after, movement=until)
                return _pointed_at(connection, whole)


def _movement(earlier: _Whole, later: _Whole, moved: FlowCount) -> dict[str, object]:
    """How two snapshots differ, as it is kept: no flows where their models do."""
    flows: Flows | None = None
    if earlier.model == later.model:
        flows = moved.between(earlier.generation, later.generation)
    return {"since": earlier.as_of.isoformat(), "sizes": earlier.sizes, "flows": flows}


def _note(connection: Connection, whole: _Whole, **figures: object) -> None:
    mine = generations.c.generation == whole.generation
    connection.execute(update(generations).where(mine).values(**figures))


def _pointed_at(connection: Connection, whole: _Whole) -> list[int]:
    date_of = published.c.as_of
    replaced = connection.execute(
        delete(published).where(date_of == whole.as_of).returning(published.c.generation)
    )
    old = [int(generation) for generation in replaced.scalars()]
    connection.execute(insert(published).values(as_of=whole.as_of, generation=whole.generation))
    return old
