"""Customers put into a generation in bulk, each database in the way that it takes them fastest."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from segmentation.assignment import Assignments
from segmentation.postgres_copy import copying
from segmentation.schema import assignments

Put = Callable[[list[str], NDArray[np.float64], Assignments], None]
_AT_ONCE: Final = 2_000  # rows a transaction: others write in between, and wait 60 ms at most
_A_STATEMENT: Final = 100  # rows; more gain nothing, and one a statement takes half as long again


@contextmanager
def loading(engine: Engine, generation: int) -> Iterator[Put]:
    """What puts customers, by id, with values of shape (n, 17), into a generation.

    All of them are in the store when the block ends. Rows that come in order of their ids are
    loaded fastest.
    """
    if engine.dialect.name == "postgresql":
        with copying(engine, generation) as put:
            yield put
    else:
        yield _inserting(engine, generation)


def _inserting(engine: Engine, generation: int) -> Put:
    def put(ids: list[str], values: NDArray[np.float64], scored: Assignments) -> None:
        for start in range(0, len(ids), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            cells = _cells(generation, ids[some], values[some], scored.part(some))
            whole = len(cells) // _A_STATEMENT * _A_STATEMENT
            with engine.begin() as connection:
                _insert(connection, cells[:whole], _A_STATEMENT)
                _insert(connection, cells[whole:], 1)

    return put


def _insert(connection: Connection, cells: NDArray[np.object_], rows: int) -> None:
    """Insert so many rows a statement; SQLAlchemy's own way would look at each value in Python."""
    if len(cells):
        parameters = cells.reshape(-1, rows * cells.shape[1]).tolist()
        connection.exec_driver_sql(_statement(rows), list(map(tuple, parameters)))


def _cells(
    generation: int, ids: list[str], values: NDArray[np.float64], scored: Assignments
) -> NDArray[np.object_]:
    """The cells of the table, shape (n, columns); SQLite keeps NaN as NULL."""
    first = (generation, ids, scored.segment, scored.runner_up, scored.confidence)
    columns = (*first, scored.band_names(), scored.novel)
    cells = np.empty((len(ids), len(columns) + values.shape[1]), dtype=object)
    for place, column in enumerate(columns):
        cells[:, place] = column
    cells[:, len(columns) :] = values
    return cells


@lru_cache(maxsize=2)
def _statement(rows: int) -> str:
    marks = ", ".join("?" for _ in assignments.columns)
    return f"INSERT INTO {assignments.name} VALUES {', '.join([f'({marks})'] * rows)}"  # noqa: S608
