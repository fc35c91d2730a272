"""Which files can be a portfolio, and their bytes as a table: CSV, packed or not, or Parquet."""

import codecs
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from segmentation.endings import SPREADSHEET_ADVICE, SPREADSHEET_ENDINGS, TEXT_ENDINGS
from segmentation.errors import PortfolioError
from segmentation.features import column_for
from segmentation.portfolio_cells import Table
from segmentation.portfolio_csv import csv_table
from segmentation.wording import quoted

BOM: Final = codecs.BOM_UTF8
_PACKINGS: Final = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd"}
_TEXT_ENDINGS: Final = tuple(text + packed for text in TEXT_ENDINGS for packed in ("", *_PACKINGS))
_PARQUET_ENDINGS: Final = (".parquet",)


def known_file(path: Path) -> None:
    """Raise PortfolioError unless there is a file of a kind that can be a portfolio."""
    name = quoted(path.name)
    if path.is_dir():
        raise PortfolioError([f"{name} is a folder: name one file in it."])
    if not path.exists():
        raise PortfolioError([f"There is no file {path}: check its name and folder."])
    if not can_be_portfolio(path):
        raise PortfolioError([_unknown_ending(path)])
    if not path.stat().st_size:
        raise PortfolioError([f"{name} is empty: export it again."])


def can_be_portfolio(path: Path) -> bool:
    """Whether the name of a file ends as that of a portfolio does."""
    return path.name.lower().endswith((*_TEXT_ENDINGS, *_PARQUET_ENDINGS))


def file_bytes(path: Path) -> bytes:
    """The bytes of a portfolio file; PortfolioError unless it is one that can be read."""
    known_file(path)
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"{quoted(path.name)} cannot be read: {error.strerror}."
        raise PortfolioError([problem]) from None


def packing(name: str) -> str | None:
    """How a file of that name is packed, in Arrow's words; None where it is not."""
    return _PACKINGS.get(Path(name).suffix.lower())


def table_in(name: str, data: bytes) -> Table:
    """The table in a file of that name; PortfolioError when the bytes hold none."""
    if name.lower().endswith(_PARQUET_ENDINGS):
        return _parquet_table(name, data)
    unpacked = _unpacked(name, data) if packing(name) else data
    return csv_table(checked_text(name, unpacked))


def frame_table(frame: pd.DataFrame) -> Table:
    """A data frame as a table; its index is left out."""
    headers = tuple(str(header) for header in frame.columns)
    columns = frame.set_axis(range(len(headers)), axis=1).reset_index(drop=True)
    return Table(headers, columns)


def _unknown_ending(path: Path) -> str:
    if path.suffix.lower() in SPREADSHEET_ENDINGS:
        return f"{quoted(path.name)} is a spreadsheet: {SPREADSHEET_ADVICE}, then use that file."
    return (
        f"{quoted(path.name)} does not say what it is: "
        "a portfolio ends in .csv, .tsv, .txt (packed: .csv.gz) or .parquet."
    )


def _unpacked(name: str, data: bytes) -> bytes:
    try:
        with pa.input_stream(pa.BufferReader(data), compression=packing(name)) as stream:
            unpacked: bytes = stream.read()
            return unpacked
    except OSError:
        problem = (
            f"{quoted(name)} is damaged or not packed with {packing(name)}: pack or copy it again."
        )
        raise PortfolioError([problem]) from None


def checked_text(name: str, data: bytes, before: int = 0) -> bytes:
    """UTF-8 text without its byte order mark; PortfolioError when a file holds something else.

    `before` is how many rows of the file lie between its first and the rest of the data.
    """
    data = data.removeprefix(BOM)
    if not data.strip():
        raise PortfolioError([f"{quoted(name)} is empty: export it again."])
    if b"\0" in data:
        raise PortfolioError([f"{quoted(name)} is not UTF-8 text: {SPREADSHEET_ADVICE}."])
    try:
        data.decode()
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1 + before
        problem = (
            f"{quoted(name)} is not UTF-8 text (row {row} is the first that is not): "
            f"{SPREADSHEET_ADVICE}."
        )
        raise PortfolioError([problem]) from None
    return data


def _parquet_table(name: str, data: bytes) -> Table:
    try:
        read = pyarrow.parquet.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
        read.validate(full=True)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        problem = f"{quoted(name)} is damaged or not Parquet: export or copy it again."
        raise PortfolioError([problem]) from None
    headers = tuple(read.column_names)
    wanted = [place for place, header in enumerate(headers) if column_for(header)]
    bare = read.select(wanted).replace_schema_metadata()  # pandas' own notes may be damaged too
    columns = bare.to_pandas(integer_object_nulls=True, ignore_metadata=True)
    return Table(headers, columns.set_axis(wanted, axis=1))
