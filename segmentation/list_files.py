"""A list as it stands in a file: its headings, and its rows some thousands at a time."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
from numpy.typing import NDArray

from segmentation.endings import PARQUET_ENDING, ending_problem
from segmentation.errors import PortfolioError
from segmentation.features import CUSTOMER_ID
from segmentation.portfolio_headers import headings
from segmentation.portfolio_text import DELIMITERS, checked_text, csv_layout
from segmentation.wording import quoted

MOST_ROWS: Final = 1_000_000
AT_A_TIME: Final = 5_000
_MOST_LINES: Final = 50  # of one row: an unclosed quotation mark swallows no more
_FIRST_ROW: Final = 2  # as a spreadsheet shows it: the header is row 1


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Some rows of a list: their numbers, shape (n,), and the cells of each known column.

    `broken` says by position, from 0, what is wrong with rows whose cells cannot be told apart.
    """

    numbers: NDArray[np.int64]
    cells: dict[str, pd.Series]
    broken: dict[int, str]


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list that can be read; `name` is what people call it, `positions` are those of columns.

    `expected` is about how many rows it has; `ignored` are the headers that mean nothing here.
    `most_ids` is how many rows it may have where these are ids alone.
    """

    name: str
    data: bytes
    positions: dict[str, int]
    ignored: tuple[str, ...]
    expected: int
    delimiter: str = ""
    width: int = 0
    most_ids: int = MOST_ROWS

    @property
    def has_ids_alone(self) -> bool:
        """Whether it names customers and tells nothing of them."""
        return list(self.positions) == [CUSTOMER_ID]

    def rows(self) -> Iterator[Rows]:
        """All rows in their order; rows of text without any content are left out.

        Raises PortfolioError as soon as there are more than a list may have.
        """
        read = 0
        for rows in _csv_rows(self) if self.delimiter else _parquet_rows(self):
            read += len(rows.numbers)
            if self.has_ids_alone and read > self.most_ids:
                raise PortfolioError([_too_many_ids(self)])
            if read > MOST_ROWS:
                raise PortfolioError([_too_long(self)])
            yield rows


def list_file(path: Path, name: str, most_ids: int = MOST_ROWS) -> ListFile:
    """Open a list; PortfolioError when the file as a whole cannot be one."""
    problem = ending_problem(name)
    if problem is not None:
        raise PortfolioError([problem])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PortfolioError([f"{quoted(name)} cannot be read: {error.strerror}."]) from None
    is_parquet = name.lower().endswith(PARQUET_ENDING)
    found = _parquet_file(name, data) if is_parquet else _text_file(name, data)
    if found.expected > MOST_ROWS:
        raise PortfolioError([_too_long(found)])
    return replace(found, most_ids=most_ids)


def _too_long(file: ListFile) -> str:
    return f"{quoted(file.name)} has more than {MOST_ROWS:,} rows: split it into smaller files."


def _too_many_ids(file: ListFile) -> str:
    return (
        f"{quoted(file.name)} holds ids without figures, and more than {file.most_ids:,} of them: "
        "send fewer, or send their figures along."
    )


def _text_file(name: str, data: bytes) -> ListFile:
    text = checked_text(name, data)
    delimiter, headers = csv_layout(text)
    positions, ignored = _columns(headers)
    ends = text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")
    lines = ends + (not text.endswith((b"\n", b"\r")))
    return ListFile(name, text, positions, ignored, lines - 1, delimiter, len(headers))


def _parquet_file(name: str, data: bytes) -> ListFile:
    try:
        file = pyarrow.parquet.ParquetFile(pa.BufferReader(data))
    except (pa.ArrowException, OSError):
        problem = f"{quoted(name)} is damaged or not Parquet: export or copy it again."
        raise PortfolioError([problem]) from None
    positions, ignored = _columns(tuple(file.schema_arrow.names))
    return ListFile(name, data, positions, ignored, file.metadata.num_rows)


def _columns(headers: tuple[str, ...]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where the known columns stand; a file of ids alone lacks nothing."""
    found = headings(headers)
    if found.problems and list(found.positions) != [CUSTOMER_ID]:
        raise PortfolioError(found.problems)
    return found.positions, found.ignored


def _csv_rows(file: ListFile) -> Iterator[Rows]:
    records = enumerate(_records(file.data, file.delimiter), start=_FIRST_ROW - 1)
    next(records, None)  # the header
    filled = ((row, found) for row, found in records if found)
    while batch := list(islice(filled, AT_A_TIME)):
        yield _told_apart(file, batch)


def _told_apart(file: ListFile, batch: list[tuple[int, list[str] | str]]) -> Rows:
    broken: dict[int, str] = {}
    lines: list[list[str]] = []
    for place, (_, found) in enumerate(batch):
        cells = [] if isinstance(found, str) else found
        if isinstance(found, str):
            broken[place] = found
        elif len(cells) != file.width:
            broken[place] = _wrong_width(file, len(cells))
        lines.append(cells + [""] * (file.width - len(cells)))
    return Rows(
        np.array([row for row, _ in batch]),
        {
            column: pd.Series([cells[position] for cells in lines], dtype="str")
            for column, position in file.positions.items()
        },
        broken,
    )


def _wrong_width(file: ListFile, cells: int) -> str:
    kind = "many" if cells > file.width else "few"
    advice = f": put a value that holds a {DELIMITERS[file.delimiter]} in quotation marks"
    return (
        f"The row has {cells} cells, too {kind}: the header has {file.width}"
        f"{advice if cells > file.width else ''}."
    )


def _records(data: bytes, delimiter: str) -> Iterator[list[str] | str]:
    """The cells of each row, or what is wrong with it; a blank row is [].

    After a quotation mark out of place reading goes on in the next line.
    """
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    waiting: deque[str] = deque()
    taken: list[str] = []

    def lines() -> Iterator[str]:
        while len(taken) < _MOST_LINES:
            line = waiting.popleft() if waiting else text.readline()
            if not line:
                return
            taken.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    while True:
        try:
            for cells in reader:
                taken.clear()
                yield cells if any(map(str.strip, cells)) else []
        except csv.Error:
            waiting.extendleft(reversed(taken[1:]))
            taken.clear()
            yield 'A quotation mark (") is out of place in this row.'
            reader = csv.reader(lines(), delimiter=delimiter, strict=True)
        else:
            return


def _parquet_rows(file: ListFile) -> Iterator[Rows]:
    parquet = pyarrow.parquet.ParquetFile(pa.BufferReader(file.data))
    names = parquet.schema_arrow.names
    wanted = {column: names[place] for column, place in file.positions.items()}
    start = _FIRST_ROW
    try:
        for batch in parquet.iter_batches(AT_A_TIME, columns=[*wanted.values()], use_threads=False):
            frame = batch.to_pandas(integer_object_nulls=True)
            rows = np.arange(start, start + len(frame))
            start += len(frame)
            yield Rows(rows, {column: frame[name] for column, name in wanted.items()}, {})
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        problem = f"{quoted(file.name)} is damaged or not Parquet: export or copy it again."
        raise PortfolioError([problem]) from None
