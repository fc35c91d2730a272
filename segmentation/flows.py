"""Flows counted while a snapshot is loaded: by segment before and now, who is in both."""

from itertools import repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, bindparam, func, select

from segmentation.schema import assignments

Flows = list[tuple[int, int, int]]
_RANGE: Final = (
    select(assignments.c.customer, assignments.c.segment)
    .where(assignments.c.generation == bindparam("generation"))
    .where(assignments.c.customer.between(bindparam("first"), bindparam("last")))
    .limit(bindparam("most"))
)
_TIMES: Final = 4  # as many customers as a batch has: what is read beside it stays as small
_MORE: Final = 1_000


class FlowCount:
    """The flows from the generation `before`, if there is one, to one that is being loaded.

    While the ids of batches ascend from one to the next, as within each they must, what the earlier
    generation has between the first and the last of a batch is read beside it. Where they do not,
    where that would be too much to hold, and between other generations, the database counts.
    """

    def __init__(self, engine: Engine, loaded: int, before: int | None) -> None:
        self._engine = engine
        self._pair = (before, loaded)
        self._last = ""
        self._in_order = before is not None
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)

    def add(self, ids: list[str], segment: NDArray[np.int64]) -> None:
        """Count a batch."""
        self._in_order = self._in_order and (not ids or self._last < ids[0])
        if self._in_order and ids:
            self._last = ids[-1]
            self._count(ids, segment)

    def between(self, before: int, now: int) -> Flows:
        """The flows between two generations that are whole."""
        if self._in_order and (before, now) == self._pair:
            pairs = np.argwhere(self._counts).tolist()
            return [(old, new, int(self._counts[old, new])) for old, new in pairs]
        return counted_flows(self._engine, before, now)

    def _count(self, ids: list[str], segment: NDArray[np.int64]) -> None:
        most = len(ids) * _TIMES + _MORE
        between = {"generation": self._pair[0], "first": ids[0], "last": ids[-1], "most": most}
        with self._engine.connect() as connection:
            read = connection.execute(_RANGE, between).cursor  # as it comes: no row is made of it
            was: dict[str, int] = dict(read.fetchall() if read else ())
        self._in_order = len(was) < most
        before = np.fromiter(map(was.get, ids, repeat(-1)), np.int64, len(ids))
        there = before >= 0
        k = max(int(before.max()), int(segment.max()), len(self._counts) - 1) + 1
        pairs = before[there] * k + segment[there]
        grown = np.bincount(pairs, minlength=k * k).reshape(k, k)
        grown[: len(self._counts), : len(self._counts)] += self._counts
        self._counts = grown


def counted_flows(engine: Engine, before: int, now: int) -> Flows:
    """The flows between two generations that are whole, as the database counts them."""
    earlier, later = assignments.alias("earlier"), assignments.alias("later")
    query = (
        select(earlier.c.segment, later.c.segment, func.count())
        .select_from(later.join(earlier, later.c.customer == earlier.c.customer))
        .where(later.c.generation == now)
        .where(earlier.c.generation == before)
        .group_by(earlier.c.segment, later.c.segment)
    )
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Of rows that were just copied its planner knows nothing yet, and took minutes.
            connection.exec_driver_sql("ANALYZE assignments")
        return [(old, new, count) for old, new, count in connection.execute(query)]
