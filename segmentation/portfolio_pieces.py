"""A portfolio of any size, read a piece at a time: CSV, packed or not, and Parquet, in many files.

A piece is whole rows of one file. Reading is cheap and in order; `sound` may be called on any
thread. What is not sound is a matter of `portfolio_mending`.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet

from segmentation.endings import PARQUET_ENDING
from segmentation.errors import PortfolioError
from segmentation.features import COLUMNS, CUSTOMER_ID, INDEX
from segmentation.portfolio_headers import Headings, headings
from segmentation.portfolio_parts import Part, checked_part, sound_part
from segmentation.portfolio_places import known_file, packing
from segmentation.portfolio_text import BOM, FIRST_ROW, checked_text, csv_layout, no_customers
from segmentation.wording import quoted

_BLOCK: Final = 1 << 21  # bytes of text a piece: two threads, and memory that stays small
_LONGEST_CELL: Final = 16 << 20  # bytes after which a quotation mark counts as never closed
_LONGEST_PLAIN: Final = 102  # bytes of a quoted cell: an id at its longest
_ROWS: Final = 16_384  # of a table a piece
_QUOTE: Final = b'"'
_LINE_END: Final = ord("\n")
_RETURN: Final = ord("\r")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a CSV file is laid out: `header` is its first row as it stands."""

    file: str
    header: bytes
    delimiter: str
    headers: tuple[str, ...]
    found: Headings


@dataclass(frozen=True, slots=True, eq=False)
class CsvPiece:
    """Lines of a CSV file; `end` bytes of it were read by then.

    `first_row` is the number of its first row, provided that no cell before holds a line end.
    """

    layout: Layout
    data: bytes
    lines: int
    first_row: int
    end: int

    def rows_read(self) -> int:
        """The rows that the lines make: fewer where a cell holds line ends."""
        if b"\r" in self.data and _count(self.data, _RETURN) != self.data.count(b"\r\n"):
            text = io.TextIOWrapper(io.BytesIO(self.data), "utf-8", "replace", newline="")
            return sum(1 for _ in csv.reader(text, delimiter=self.layout.delimiter))
        if _QUOTE not in self.data:
            return self.lines
        letters = np.frombuffer(self.data, np.uint8)
        marks, ends = (np.flatnonzero(letters == letter) for letter in (ord(_QUOTE), _LINE_END))
        return self.lines - int(np.count_nonzero(np.searchsorted(marks, ends) % 2))

    @property
    def file(self) -> str:
        """What the file is called."""
        return self.layout.file

    @property
    def ignored(self) -> tuple[str, ...]:
        """The headers that mean nothing here."""
        return self.layout.found.ignored

    def sound(self) -> Part | None:
        """The customers, where every line is a plain row of plain cells."""
        layout, data = self.layout, self.data
        if not _is_plain(data, layout.delimiter, self.lines, self.lines * len(layout.headers)):
            return None
        wanted = {place: column for column, place in layout.found.positions.items()}
        names = [wanted.get(place, f"column {place}") for place in range(len(layout.headers))]
        try:
            frame = pl.read_csv(
                data,
                has_header=False,
                schema={name: pl.Float64 if name in INDEX else pl.String for name in names},
                columns=[*wanted],
                separator=layout.delimiter,
                quote_char='"' if _QUOTE in data else None,
            )
        except pl.exceptions.PolarsError:
            return None
        if frame.height != self.lines:
            return None
        ids = frame[CUSTOMER_ID].to_arrow(compat_level=pl.CompatLevel.oldest())
        columns = tuple(frame[column].to_numpy() for column in COLUMNS)
        return checked_part(ids, columns, self.file, self.first_row)


@dataclass(frozen=True, slots=True, eq=False)
class TablePiece:
    """Rows of a Parquet file, its known columns by their names; `ignored` are the others."""

    file: str
    table: pa.Table
    ignored: tuple[str, ...]
    first_row: int
    end: int

    @property
    def lines(self) -> int:
        """How many rows it has."""
        return len(self.table)

    def rows_read(self) -> int:
        """The same: no row of a table spans several lines."""
        return len(self.table)

    def sound(self) -> Part | None:
        """The customers, where every cell is a number and every id is plain."""
        return sound_part(self.table, self.file, self.first_row)


def pieces(path: Path) -> Iterator[CsvPiece | TablePiece]:
    """The pieces of one file in their order; PortfolioError when it as a whole cannot be read."""
    known_file(path)
    if path.name.lower().endswith(PARQUET_ENDING):
        yield from _parquet_pieces(path)
    else:
        yield from _csv_pieces(path)


def _csv_pieces(path: Path) -> Iterator[CsvPiece]:
    try:
        with path.open("rb", buffering=0) as raw:
            packed = packing(path.name)
            stream = pa.input_stream(raw, compression=packed) if packed else raw
            yield from _cut(path.name, stream, raw)
    except (OSError, EOFError, pa.ArrowException) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        problem = f"cannot be read: {reason}." if reason else _DAMAGED
        raise PortfolioError([f"{quoted(path.name)} {problem}"]) from None


_DAMAGED: Final = "is damaged or not packed as its name says: pack or copy it again."


def _cut(name: str, stream: Any, raw: Any) -> Iterator[CsvPiece]:  # noqa: ANN401 - Arrow has no types
    block = stream.read(_BLOCK).removeprefix(BOM)
    header = _first_record(name, block)
    layout = _layout(name, header)
    rest, block, row = b"", block[len(header) :], FIRST_ROW
    while block or rest:
        following = stream.read(_BLOCK)
        data, rest = _whole_rows(rest, block, more=bool(following))
        block = following
        if data:
            lines = _count(data, _LINE_END) + (not data.endswith(b"\n"))
            yield CsvPiece(layout, data, lines, row, raw.tell())
            row += lines
    if row == FIRST_ROW:
        raise no_customers(name)


def _whole_rows(rest: bytes, block: bytes, *, more: bool) -> tuple[bytes, bytes]:
    """What was read, cut after the last row that is whole, and what is left for later."""
    data = rest + block if rest else block
    if not more:
        return data, b""
    end = _last_line_end(data)
    if not end and len(data) > _LONGEST_CELL:
        end = len(data)  # a quotation mark that is never closed: the row is told as wrong
    return (data, b"") if end == len(data) else (data[:end], data[end:])


def _count(data: bytes, letter: int) -> int:
    """How often a byte occurs; for one that is frequent four times as fast as bytes.count."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == letter))


def _first_record(name: str, data: bytes) -> bytes:
    checked_text(name, data)
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    lines: list[str] = []

    def taken() -> Iterator[str]:
        for line in text:
            lines.append(line)
            yield line

    next(csv.reader(taken()), None)
    return "".join(lines).encode()


def _layout(name: str, header: bytes) -> Layout:
    delimiter, headers = csv_layout(header)
    found = headings(headers)
    if found.problems:
        raise PortfolioError(found.problems)
    return Layout(name, header, delimiter, headers, found)


def _last_line_end(data: bytes) -> int:
    """Where the last line ends that is no part of a quoted cell; 0 where none does."""
    end = data.rfind(b"\n") + 1
    if _QUOTE not in data:
        return end
    odd = (_count(data, ord(_QUOTE)) - data.count(_QUOTE, end)) % 2
    while end and odd:
        before = data.rfind(b"\n", 0, end - 1) + 1
        odd = (odd - data.count(_QUOTE, before, end)) % 2
        end = before
    return end


def _is_plain(data: bytes, delimiter: str, lines: int, cells: int) -> bool:
    """Whether so many lines have so many cells, and quotation marks only around cells as a whole.

    Of rows that are longer than the header the reader says so; so with as many cells in all as
    there should be, none is shorter.
    """
    letters = np.frombuffer(data, np.uint8)
    delimiters = letters == ord(delimiter)
    if np.count_nonzero(delimiters) + lines != cells:
        return False
    if _QUOTE not in data:
        return True
    marks = np.flatnonzero(letters == ord(_QUOTE))
    if len(marks) % 2:
        return False
    ends = delimiters | (letters == _LINE_END)
    opening, closing = marks[::2], marks[1::2]
    before = np.where(opening > 0, letters[opening - 1], _LINE_END)
    after = letters[np.minimum(closing + 1, len(letters) - 1)]
    after[closing + 1 == len(letters)] = _LINE_END
    borders = [ord(delimiter), _LINE_END]
    if not (np.isin(before, borders).all() and np.isin(after, [*borders, _RETURN]).all()):
        return False
    longest = int((closing - opening).max())
    if longest > _LONGEST_PLAIN:
        return False
    inside = (opening + np.minimum(ahead, closing - opening) for ahead in range(1, longest))
    return not any(ends[places].any() for places in inside)


def _parquet_pieces(path: Path) -> Iterator[TablePiece]:
    name = path.name
    try:
        with pyarrow.parquet.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
            found = headings(file.schema_arrow.names)
            if found.problems:
                raise PortfolioError(found.problems)
            if not file.metadata.num_rows:
                raise no_customers(name)
            row = FIRST_ROW
            size, total = path.stat().st_size, file.metadata.num_rows
            for table in _tables(file, found.positions):
                row += len(table)
                end = size * (row - FIRST_ROW) // total
                yield TablePiece(name, table, found.ignored, row - len(table), end)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        problem = f"{quoted(name)} is damaged or not Parquet: export or copy it again."
        raise PortfolioError([problem]) from None


def _tables(file: Any, positions: Mapping[str, int]) -> Iterator[pa.Table]:  # noqa: ANN401 - Arrow has no types
    """A file's known columns, decoded page by page: whole row groups would take much memory."""
    names = {file.schema_arrow.names[place]: column for column, place in positions.items()}
    for batch in file.iter_batches(_ROWS, columns=[*names], use_threads=False):
        yield pa.Table.from_batches([batch]).rename_columns(
            [names[name] for name in batch.schema.names]
        )
