"""Generations that answer no more, removed without keeping other writers waiting."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, delete, select

from segmentation.schema import assignments, generations, published

_ABANDONED_AFTER: Final = timedelta(days=1)
_AT_ONCE: Final = 10_000  # rows a transaction, on SQLite, where it keeps other writers waiting


def discard(engine: Engine, generation: int) -> None:
    """Remove a generation that no pointer names; what is left when cut short is abandoned."""
    if engine.dialect.name == "sqlite":
        while _discarded_some(engine, generation):
            pass
    with engine.begin() as connection:
        for table in (assignments, generations):
            connection.execute(delete(table).where(table.c.generation == generation))


def _discarded_some(engine: Engine, generation: int) -> bool:
    """Whether there was more than one transaction's worth, which is gone now."""
    mine = assignments.c.generation == generation
    ids = select(assignments.c.customer).where(mine).order_by(assignments.c.customer)
    with engine.connect() as connection:
        end = connection.execute(ids.offset(_AT_ONCE).limit(1)).scalar()
    if end is None:
        return False
    with engine.begin() as connection:
        connection.execute(delete(assignments).where(mine, assignments.c.customer < end))
    return True


def abandoned(engine: Engine, now: datetime) -> list[int]:
    """Generations whose load died: never published, and begun more than a day ago."""
    query = (
        select(generations.c.generation)
        .where(generations.c.started_at < now - _ABANDONED_AFTER)
        .where(generations.c.generation.not_in(select(published.c.generation)))
    )
    with engine.connect() as connection:
        return [int(generation) for generation in connection.execute(query).scalars()]
