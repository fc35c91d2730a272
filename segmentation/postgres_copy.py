"""Customers copied into PostgreSQL, as the rows of its binary COPY format, made by NumPy.

The format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format". A row is the
number of its fields and, for each, its length in bytes and its bytes; numbers are big-endian.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from segmentation.assignment import Assignments
from segmentation.schema import assignments

_COPY: Final = f"COPY {assignments.name} FROM STDIN (FORMAT BINARY)"
_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # signature, flags, and no header extension
_END: Final = b"\xff\xff"
_NULL: Final = -1  # as the length of a field
_ROWS: Final = 20_000  # at a time: some 5 MB
_AHEAD: Final = 2  # such parts wait to be sent


@contextmanager
def copying(
    engine: Engine, generation: int
) -> Iterator[Callable[[list[str], NDArray[np.float64], Assignments], None]]:
    """What copies customers into a generation, in one transaction that ends with the block.

    Raises OperationalError when the server goes away or refuses.
    """
    import psycopg

    sent: deque[Future[None]] = deque()  # by a thread, while the next rows are made
    try:
        with engine.begin() as connection:
            driver: Any = connection.connection
            with (
                driver.cursor() as cursor,
                cursor.copy(_COPY) as copy,
                ThreadPoolExecutor(1) as beside,
            ):
                copy.write(_HEAD)

                def put(ids: list[str], values: NDArray[np.float64], scored: Assignments) -> None:
                    for start in range(0, len(ids), _ROWS):
                        some = slice(start, start + _ROWS)
                        rows = _rows(generation, ids[some], values[some], scored.part(some))
                        while len(sent) >= _AHEAD:
                            sent.popleft().result()
                        sent.append(beside.submit(copy.write, rows))

                yield put
                while sent:
                    sent.popleft().result()
                copy.write(_END)
    except psycopg.OperationalError as error:
        raise OperationalError(_COPY, None, error) from error


def _rows(
    generation: int, ids: list[str], values: NDArray[np.float64], scored: Assignments
) -> bytes:
    """The rows of some customers.

    Each is laid out as if its fields were as long as the longest; what is too much is cut out.
    """
    fields: list[tuple[NDArray[Any], str]] = [
        (np.full(len(ids), generation), ">i4"),
        (np.array([each.encode() for each in ids]), "S"),
        (scored.segment, ">i4"),
        (scored.runner_up, ">i4"),
        (scored.confidence, ">f8"),
        (scored.band_names().astype("S"), "S"),
        (scored.novel, ">u1"),
        *((column, ">f8") for column in values.T),
    ]
    layout = _layout(fields)
    laid_out = np.zeros((len(ids), layout.itemsize), np.uint8)
    wanted = np.ones(laid_out.shape, np.bool_)
    rows, kept = laid_out.view(layout)[:, 0], wanted.view(_masks(layout))[:, 0]
    rows["fields"] = len(fields)
    for number, (cells, kind) in enumerate(fields):
        cell, length = f"cell{number}", f"length{number}"
        rows[cell] = cells
        rows[length] = rows[cell].itemsize
        if kind == "S":
            rows[length] = np.strings.str_len(cells)
            kept[cell] = np.arange(rows[cell].itemsize) < rows[length][:, None]
        elif kind == ">f8" and (blank := np.isnan(cells)).any():
            rows[length][blank] = _NULL
            kept[cell][blank] = False
    return laid_out[wanted].tobytes()


def _layout(fields: Sequence[tuple[NDArray[Any], str]]) -> np.dtype[np.void]:
    """A row: the number of its fields, then each one's length and its cell."""
    parts = [("fields", ">i2")]
    for number, (cells, kind) in enumerate(fields):
        size = cells.dtype.str if kind == "S" else kind
        parts += [(f"length{number}", ">i4"), (f"cell{number}", size)]
    return np.dtype(parts)


def _masks(layout: np.dtype[np.void]) -> np.dtype[np.void]:
    """For each byte of a row, whether it is wanted."""
    return np.dtype([(n, np.bool_, (layout[n].itemsize,)) for n in layout.names or ()])
