"""Snapshots that are kept no longer, taken out of a store in small pieces.

First the pointer goes, and with it the snapshot, at once. Its customers follow some thousands at a
time, each time in a transaction of their own with a pause after it, so that others can read and
write. Cut short, that leaves customers whom nobody can see, and the next time goes on with them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, delete, select

from segmentation.database import one_writer
from segmentation.discarding import Pause, abandoned, discarding
from segmentation.retention import Retention, dropped
from segmentation.schema import generations, published


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was taken out: the dates whose snapshots are gone, and how many customers with them."""

    dates: tuple[date, ...]
    customers: int


def prunable(connection: Connection, retention: Retention) -> list[date]:
    """The dates whose snapshots are kept no longer."""
    return dropped(connection.execute(select(published.c.as_of)).scalars().all(), retention)


def prune(
    engine: Engine,
    retention: Retention,
    now: datetime,
    *,
    has_time: Callable[[], bool] = lambda: True,
    pause: Pause = time.sleep,
) -> Pruned:
    """Take out what is kept no longer, and what loads left that were cut short days ago.

    It goes on as long as it `has_time`; what is left is for the next time. `now` is in UTC.
    """
    dates = _unpublish(engine, retention)
    customers = 0
    for generation in _unseen(engine, now):
        for taken in discarding(engine, generation, pause):
            customers += taken
            if not has_time():
                return Pruned(dates, customers)
    return Pruned(dates, customers)


def has_work(engine: Engine, retention: Retention, now: datetime) -> bool:
    """Whether there is anything to take out: a few queries on small tables."""
    with engine.connect() as connection:
        if prunable(connection, retention):
            return True
    return bool(_unseen(engine, now))


def _unpublish(engine: Engine, retention: Retention) -> tuple[date, ...]:
    with engine.connect() as connection:
        if not prunable(connection, retention):
            return ()
    with one_writer(engine) as connection:
        dates = prunable(connection, retention)
        connection.execute(delete(published).where(published.c.as_of.in_(dates)))
    return tuple(dates)


def _unseen(engine: Engine, now: datetime) -> list[int]:
    """Generations that no date points at and nobody loads: replaced, dropped, or abandoned."""
    return sorted({*_retired(engine), *abandoned(engine, now)})


def _retired(engine: Engine) -> list[int]:
    """Generations that are complete and that no date points at: what was replaced or dropped.

    A load is completed and pointed at in one transaction, so none of these is under way.
    """
    query = (
        select(generations.c.generation)
        .where(generations.c.customers.is_not(None))
        .where(generations.c.generation.not_in(select(published.c.generation)))
    )
    with engine.connect() as connection:
        return list(connection.execute(query).scalars())
