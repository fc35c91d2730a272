"""Which files can be a portfolio, and their bytes as a table: CSV, packed or not, or Parquet."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from segmentation.endings import PARQUET_ENDING
from segmentation.errors import PortfolioError
from segmentation.features import column_for
from segmentation.portfolio_cells import Table
from segmentation.portfolio_csv import csv_table
from segmentation.portfolio_places import known_file, packing
from segmentation.portfolio_text import checked_text
from segmentation.wording import quoted


def file_bytes(path: Path) -> bytes:
    """The bytes of a portfolio file; PortfolioError unless it is one that can be read."""
    known_file(path)
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"{quoted(path.name)} cannot be read: {error.strerror}."
        raise PortfolioError([problem]) from None


def table_in(name: str, data: bytes) -> Table:
    """The table in a file of that name; PortfolioError when the bytes hold none."""
    if name.lower().endswith(PARQUET_ENDING):
        return _parquet_table(name, data)
    unpacked = _unpacked(name, data) if packing(name) else data
    return csv_table(checked_text(name, unpacked))


def frame_table(frame: pd.DataFrame) -> Table:
    """A data frame as a table; its index is left out."""
    headers = tuple(str(header) for header in frame.columns)
    columns = frame.set_axis(range(len(headers)), axis=1).reset_index(drop=True)
    return Table(headers, columns)


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
