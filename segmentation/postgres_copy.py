"""Customers copied into PostgreSQL, as the rows of its binary COPY format, made by NumPy.

The format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format". A row is the
number of its fields and, for each, its length in bytes and its bytes; numbers are big-endian.
"""

from collections.abc import Callable, Iterator
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
Bytes = NDArray[np.uint8]
Field = tuple[Bytes, NDArray[np.int64] | None]


@contextmanager
def copying(
    engine: Engine, generation: int
) -> Iterator[Callable[[list[str], NDArray[np.float64], Assignments], None]]:
    """What copies customers into a generation, in one transaction that ends with the block.

    Raises OperationalError when the server goes away or refuses.
    """
    import psycopg

    try:
        with engine.begin() as connection:
            driver: Any = connection.connection
            with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
                copy.write(_HEAD)

                def put(ids: list[str], values: NDArray[np.float64], scored: Assignments) -> None:
                    for start in range(0, len(ids), _ROWS):
                        some = slice(start, start + _ROWS)
                        copy.write(_rows(generation, ids[some], values[some], scored, some))

                yield put
                copy.write(_END)
    except psycopg.OperationalError as error:
        raise OperationalError(_COPY, None, error) from error


def _rows(
    generation: int,
    ids: list[str],
    values: NDArray[np.float64],
    scored: Assignments,
    some: slice,
) -> bytes:
    """The rows of some customers, whose assignments are `some` of all.

    They are laid out as if each field were as long as its longest; what is too much is cut out.
    """
    fields: list[Field] = [
        (_numbers(np.full(len(ids), len(assignments.columns)), ">i2"), None),
        *_number(np.full(len(ids), generation), ">i4"),
        *_text([each.encode() for each in ids]),
        *_number(scored.segment[some], ">i4"),
        *_number(scored.runner_up[some], ">i4"),
        *_number(scored.confidence[some], ">f8"),
        *_text(scored.band_names()[some].astype("S").tolist()),
        *_number(scored.novel[some], ">u1"),
    ]
    for column in values.T:
        fields += _number(column, ">f8", np.isnan(column))
    laid_out = np.hstack([cells for cells, _ in fields])
    kept = [_kept(cells, lengths) for cells, lengths in fields]
    if all(lengths is None for _, lengths in fields):
        return laid_out.tobytes()
    return laid_out[np.hstack(kept)].tobytes()


def _numbers(values: NDArray[np.generic], kind: str) -> Bytes:
    """The bytes of numbers, shape (n, size)."""
    return values.astype(kind)[:, None].view(np.uint8)


def _number(
    values: NDArray[np.generic], kind: str, blank: NDArray[np.bool_] | None = None
) -> tuple[Field, Field]:
    cells = _numbers(values, kind)
    size = cells.shape[1]
    if blank is None or not blank.any():
        return (_numbers(np.full(len(cells), size), ">i4"), None), (cells, None)
    lengths = np.where(blank, _NULL, size)
    return (_numbers(lengths, ">i4"), None), (cells, np.where(blank, 0, size))


def _text(texts: list[bytes]) -> tuple[Field, Field]:
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    cells = np.array(texts, dtype="S")[:, None].view(np.uint8)
    same = None if lengths.min(initial=cells.shape[1]) == cells.shape[1] else lengths
    return (_numbers(lengths, ">i4"), None), (cells, same)


def _kept(cells: Bytes, lengths: NDArray[np.int64] | None) -> NDArray[np.bool_]:
    if lengths is None:
        return np.ones(cells.shape, np.bool_)
    return np.arange(cells.shape[1]) < lengths[:, None]
