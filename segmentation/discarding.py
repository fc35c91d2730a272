"""Generations that answer no more, removed a piece at a time so that nobody waits for long."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, and_, delete, select

from segmentation.schema import assignments, generations, published

_ABANDONED_AFTER: Final = timedelta(days=1)
_SLICE: Final = 10_000  # customers a transaction: some hundredths of a second
_BREATH: Final = 0.01  # seconds, at least, that others have after a slice
Pause = Callable[[float], object]


def discard(engine: Engine, generation: int, pause: Pause = time.sleep) -> None:
    """Remove a generation that no pointer names; what is left when cut short is abandoned."""
    for _ in discarding(engine, generation, pause):
        pass


def discarding(engine: Engine, generation: int, pause: Pause = time.sleep) -> Iterator[int]:
    """The same, telling after each transaction how many customers went.

    The pause after it is as long as it took: SQLite has one writer, and others, while they wait,
    only ask now and then.
    """
    mine = assignments.c.generation == generation
    ids = select(assignments.c.customer).where(mine).order_by(assignments.c.customer)
    end: str | None = ""
    while end is not None:
        began = time.perf_counter()
        with engine.connect() as connection:
            end = connection.execute(ids.offset(_SLICE).limit(1)).scalar()
        some = mine if end is None else and_(mine, assignments.c.customer < end)
        with engine.begin() as connection:
            gone = connection.execute(delete(assignments).where(some)).rowcount
            if end is None:
                connection.execute(
                    delete(generations).where(generations.c.generation == generation)
                )
        pause(max(time.perf_counter() - began, _BREATH))
        yield gone


def abandoned(engine: Engine, now: datetime) -> list[int]:
    """Generations whose load died: never published, and begun more than a day ago."""
    query = (
        select(generations.c.generation)
        .where(generations.c.started_at < now - _ABANDONED_AFTER)
        .where(generations.c.generation.not_in(select(published.c.generation)))
    )
    with engine.connect() as connection:
        return [int(generation) for generation in connection.execute(query).scalars()]
