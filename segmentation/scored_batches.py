"""Scored customers on the way to a store, put in the order of their ids.

A table that is kept in the order of its ids takes ascending ones fastest: it grows at its end. Ten
million customers in no order took SQLite more than twice as long as the same in order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from io import RawIOBase
from itertools import chain
from operator import attrgetter, lt
from tempfile import TemporaryFile
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segmentation.assignment import Assignments
from segmentation.features import COLUMNS
from segmentation.temporary import put

_RUN: Final = 100_000  # customers sorted in memory: 20 MB, held up to three times
_PIECE: Final = 500  # customers of a run that are read back at a time
_ROW: Final = pa.binary(8 * len(COLUMNS))  # 17 figures, which Arrow sorts fastest as bytes
_SCHEMA: Final = pa.schema({
    "id": pa.string(), "values": _ROW, "segment": pa.int64(), "runner_up": pa.int64(),
    "distance": pa.float64(), "runner_up_distance": pa.float64(), "confidence": pa.float64(),
    "band": pa.int64(), "novel": pa.bool_(),
})  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ScoredBatch:
    """Some customers of a portfolio with their assignments; `values` has shape (n, 17)."""

    ids: Sequence[str]
    values: NDArray[np.float64]
    assignments: Assignments


@dataclass(frozen=True, slots=True)
class _Piece:
    """Customers in order in the temporary file: their first id, and where they stand."""

    first: str
    start: int
    size: int


def in_order(batches: Iterable[ScoredBatch], run: int = _RUN) -> Iterator[ScoredBatch]:
    """The same customers by ascending id, as UTF-8 orders them.

    While they ascend anyway, batches are passed on as they come. The first one that does not, and
    all after it, are sorted by themselves: `run` customers at a time, kept in a temporary file (200
    bytes a customer), then merged. Raises SegbotError when there is no room for that file.
    """
    rest, last = iter(batches), ""
    for batch in rest:
        if not all(map(lt, [last, *batch.ids], batch.ids)):
            yield from _sorted(chain([batch], rest), run)
            return
        last = batch.ids[-1] if batch.ids else last
        yield batch


def _sorted(batches: Iterator[ScoredBatch], run: int) -> Iterator[ScoredBatch]:
    with TemporaryFile(buffering=0) as file:
        pieces = [
            _kept(piece, file)
            for table in _runs(batches, run)
            for piece in table.to_batches(max_chunksize=_PIECE)
        ]
        yield from map(_batch, _merged(pieces, file, run))


def _runs(batches: Iterator[ScoredBatch], run: int) -> Iterator[pa.Table]:
    waiting: list[pa.Table] = []
    for batch in batches:
        waiting.append(_table(batch))
        if sum(map(len, waiting)) >= run:
            yield _by_id(waiting)
            waiting.clear()
    if waiting:
        yield _by_id(waiting)


def _kept(piece: pa.RecordBatch, file: RawIOBase) -> _Piece:
    written = piece.serialize()
    start = file.tell()
    put(file, memoryview(written))
    return _Piece(piece["id"][0].as_py(), start, written.size)


def _merged(pieces: Sequence[_Piece], file: RawIOBase, run: int) -> Iterator[pa.Table]:
    """All pieces as one: settled is what stands below the first id of every piece to come."""
    ordered = sorted(pieces, key=attrgetter("first"))
    waiting: list[pa.Table] = []
    read = 0
    for piece, following in zip(ordered, [*ordered[1:], None], strict=True):
        file.seek(piece.start)
        batch = pa.ipc.read_record_batch(pa.py_buffer(file.read(piece.size)), _SCHEMA)
        waiting.append(pa.Table.from_batches([batch]))
        read += len(batch)
        if following is None:
            yield _by_id(waiting)
        elif read >= run:
            table, read = _by_id(waiting), 0
            settled = pc.sum(pc.less(table["id"], following.first)).as_py()
            yield table[:settled]
            waiting = [table[settled:]]


def _by_id(tables: Sequence[pa.Table]) -> pa.Table:
    table = pa.concat_tables(tables).combine_chunks()
    return table.take(pc.sort_indices(table["id"])).combine_chunks()


def _table(batch: ScoredBatch) -> pa.Table:
    scored = {each.name: getattr(batch.assignments, each.name) for each in fields(Assignments)}
    figures = pa.py_buffer(np.ascontiguousarray(batch.values, np.float64))
    rows = pa.Array.from_buffers(_ROW, len(batch.ids), [None, figures])
    return pa.table({"id": batch.ids, "values": rows, **scored}, schema=_SCHEMA)


def _batch(table: pa.Table) -> ScoredBatch:
    rows = table["values"].combine_chunks()
    values = np.frombuffer(rows.buffers()[1], np.float64).reshape(-1, len(COLUMNS))
    return ScoredBatch(
        table["id"].to_pylist(),
        values[rows.offset :][: len(rows)],
        Assignments(*(table[each.name].to_numpy() for each in fields(Assignments))),
    )
