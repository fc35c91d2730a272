"""Which files can be a portfolio, and their bytes as a table: CSV, packed or not, or Parquet."""

import codecs
import gzip
import zlib
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from segmentation.endings import SPREADSHEET_ADVICE, SPREADSHEET_ENDINGS
from segmentation.errors import PortfolioError
from segmentation.features import column_for
from segmentation.portfolio_cells import Table
from segmentation.portfolio_csv import csv_table
from segmentation.wording import quoted

_TEXT_ENDINGS: Final = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_PARQUET_ENDINGS: Final = (".parquet",)


def file_bytes(path: Path) -> bytes:
    """The bytes of a portfolio file; PortfolioError unless it is one that can be read."""
    name = quoted(path.name)
    if path.is_dir():
        raise PortfolioError([f"{name} is a folder: name one file in it."])
    if not path.exists():
        raise PortfolioError([f"There is no file {path}: check its name and folder."])
    if not path.name.lower().endswith((*_TEXT_ENDINGS, *_PARQUET_ENDINGS)):
        raise PortfolioError([_unknown_ending(path)])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PortfolioError([f"{name} cannot be read: {error.strerror}."]) from None
    if not data:
        raise PortfolioError([f"{name} is empty: export it again."])
    return data


def table_in(name: str, data: bytes) -> Table:
    """The table in a file of that name; PortfolioError when the bytes hold none."""
    if name.lower().endswith(_PARQUET_ENDINGS):
        return _parquet_table(name, data)
    unpacked = _unpacked(name, data) if name.lower().endswith(".gz") else data
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
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        problem = f"{quoted(name)} is damaged or not packed with gzip: pack or copy it again."
        raise PortfolioError([problem]) from None


def checked_text(name: str, data: bytes) -> bytes:
    """UTF-8 text without its byte order mark; PortfolioError when a file holds something else."""
    data = data.removeprefix(codecs.BOM_UTF8)
    if not data.strip():
        raise PortfolioError([f"{quoted(name)} is empty: export it again."])
    if b"\0" in data:
        raise PortfolioError([f"{quoted(name)} is not UTF-8 text: {SPREADSHEET_ADVICE}."])
    try:
        data.decode()
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
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
