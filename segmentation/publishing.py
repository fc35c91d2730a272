"""Snapshots made: a scored portfolio appears whole or not at all.

Each load is a generation of its own; a snapshot exists from the moment one pointer names its
generation. A load that dies half-way leaves the pointer, and so every answer, as it was.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from segmentation.assignment import Assignments
from segmentation.errors import StoreError
from segmentation.features import COLUMNS
from segmentation.model import SegmentModel
from segmentation.schema import assignments, generations, models, published, take_turns
from segmentation.store import Snapshot, Store

_ABANDONED_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class ScoredBatch:
    """Some customers of a portfolio with their assignments; `values` has shape (n, 17)."""

    ids: Sequence[str]
    values: NDArray[np.float64]
    assignments: Assignments


def publish(
    store: Store,
    batches: Iterable[ScoredBatch],
    *,
    model: SegmentModel,
    as_of: date,
    source: str,
    started_at: datetime,
) -> Snapshot:
    """Store a scored portfolio as the snapshot of `as_of`, replacing that date's own.

    Batches are committed as they come, so that the bot can write meanwhile; nothing of them is
    seen before the last one is in.
    """
    try:
        _publish(store.engine, batches, model, as_of, source, started_at)
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
) -> None:
    generation = _begin(engine, model, as_of, source, started_at)
    sizes: Counter[int] = Counter()
    bins = [np.zeros(len(feature.counts), np.int64) for feature in model.baseline.features]
    for batch in batches:
        with engine.begin() as connection:
            connection.execute(insert(assignments), _rows(generation, batch))
        sizes.update(batch.assignments.segment.tolist())
        counts = model.baseline.count(batch.values)
        bins = [total + more for total, more in zip(bins, counts, strict=True)]
    with engine.begin() as connection:
        take_turns(connection)
        _complete(connection, generation, sizes, bins)
        replaced = _swap(connection, generation, as_of)
        _refresh_movements(connection, as_of)
    for old in [*replaced, *_abandoned(engine, started_at)]:
        _discard(engine, old)


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


def _rows(generation: int, batch: ScoredBatch) -> list[dict[str, object]]:
    scored = batch.assignments
    columns: dict[str, list[object]] = {
        "customer": list(batch.ids),
        "segment": scored.segment.tolist(),
        "runner_up": scored.runner_up.tolist(),
        "confidence": scored.confidence.tolist(),
        "band": scored.band_names().tolist(),
        "novel": scored.novel.tolist(),
    }
    cells = batch.values.astype(object)
    cells[np.isnan(batch.values)] = None
    columns |= {name.lower(): cells[:, i].tolist() for i, name in enumerate(COLUMNS)}
    return [
        {"generation": generation} | dict(zip(columns, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]


def _complete(
    connection: Connection, generation: int, sizes: Counter[int], bins: list[NDArray[np.int64]]
) -> None:
    connection.execute(
        update(generations)
        .where(generations.c.generation == generation)
        .values(
            customers=sizes.total(),
            sizes={str(segment): n for segment, n in sizes.items()},
            bins=[counts.tolist() for counts in bins],
        )
    )


def _swap(connection: Connection, generation: int, as_of: date) -> list[int]:
    """Point the date at the complete generation; the generations that it replaced."""
    before = connection.execute(
        delete(published).where(published.c.as_of == as_of).returning(published.c.generation)
    )
    replaced = [int(old) for old in before.scalars()]
    connection.execute(insert(published).values(as_of=as_of, generation=generation))
    return replaced


def _refresh_movements(connection: Connection, as_of: date) -> None:
    """Compare the snapshot of `as_of` with the one before it, and the next one with it."""
    dates = (
        connection.execute(
            select(published.c.as_of, generations)
            .join(generations, generations.c.generation == published.c.generation)
            .order_by(published.c.as_of)
        )
        .mappings()
        .all()
    )
    for earlier, later in pairwise(dates):
        if as_of in (earlier["as_of"], later["as_of"]):
            movement = {
                "since": earlier["as_of"].isoformat(),
                "sizes": earlier["sizes"],
                "flows": _flows(connection, earlier, later),
            }
            connection.execute(
                update(generations)
                .where(generations.c.generation == later["generation"])
                .values(movement=movement)
            )


def _flows(
    connection: Connection, earlier: RowMapping, later: RowMapping
) -> list[tuple[int, int, int]] | None:
    """Customers of both snapshots by segment before and now; None under different models."""
    if earlier["model"] != later["model"]:
        return None
    before, now = assignments.alias("before"), assignments.alias("now")
    flows = (
        select(before.c.segment, now.c.segment, func.count())
        .select_from(now.join(before, now.c.customer == before.c.customer))
        .where(now.c.generation == later["generation"])
        .where(before.c.generation == earlier["generation"])
        .group_by(before.c.segment, now.c.segment)
    )
    return [(old, new, count) for old, new, count in connection.execute(flows)]


def _abandoned(engine: Engine, now: datetime) -> list[int]:
    """Generations whose load died: never published, and begun more than a day ago."""
    query = (
        select(generations.c.generation)
        .where(generations.c.started_at < now - _ABANDONED_AFTER)
        .where(generations.c.generation.not_in(select(published.c.generation)))
    )
    with engine.connect() as connection:
        return [int(generation) for generation in connection.execute(query).scalars()]


def _discard(engine: Engine, generation: int) -> None:
    with engine.begin() as connection:
        for table in (assignments, generations):
            connection.execute(delete(table).where(table.c.generation == generation))
