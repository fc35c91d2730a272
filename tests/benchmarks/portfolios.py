"""Portfolios of any size for the benchmarks: made-up customers, each amount a little off.

Written part by part, a million customers at a time, as CSV and as Parquet; ids ascend, as those of
most exports do, and amounts have the digits that the public portfolio has.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import pyarrow.parquet

from segmentation.features import COLUMNS, CUSTOMER_ID, FEATURES, Unit
from segmentation.synthetic import synthetic_portfolio

FORMATS: Final = ("csv", "parquet")
_PART: Final = 1_000_000
_FIRST: Final = 10_000_000  # ids of the same length up to 90 million customers
_DIFFERENT: Final = 20_000
_OFF: Final = 0.1  # how much an amount is off, at most
_CENTS: Final = ("ONEOFF_PURCHASES", "INSTALLMENTS_PURCHASES")
_JITTERED: Final = [
    feature.column
    for feature in FEATURES
    if feature.unit is Unit.AMOUNT and feature.column not in ("PURCHASES", "CREDIT_LIMIT")
]


def write_portfolio(path: Path, customers: int) -> None:
    """A CSV or Parquet file, by the end of its name."""
    if path.suffix == ".csv":
        with path.open("wb") as file:
            for number, part in enumerate(_parts(customers)):
                part.write_csv(file, include_header=not number)
        return
    parts = (part.to_arrow(compat_level=pl.CompatLevel.oldest()) for part in _parts(customers))
    first = next(parts)
    with pyarrow.parquet.ParquetWriter(path, first.schema) as writer:
        writer.write_table(first)
        for part in parts:
            writer.write_table(part)


def write_parts(folder: Path, customers: int, parts: int) -> None:
    """So many Parquet files in a folder."""
    folder.mkdir()
    for number, part in enumerate(_parts(customers, customers // parts)):
        part.write_parquet(folder / f"{number:05}.parquet")


def columns_of(customers: int) -> dict[str, np.ndarray]:
    """The 17 columns of such a portfolio in memory, NaN for blanks."""
    frame = pl.concat(list(_parts(customers)))
    return {
        column: frame[column].cast(pl.Float64).fill_null(np.nan).to_numpy() for column in COLUMNS
    }


def _parts(customers: int, size: int = _PART) -> Iterator[pl.DataFrame]:
    rng = np.random.default_rng(1)
    made = synthetic_portfolio(_DIFFERENT, rng)
    values = {column: made[column].to_numpy() for column in COLUMNS}
    for start in range(0, customers, size):
        numbers = np.arange(start, min(start + size, customers))
        yield _jittered(values, numbers, rng)


def _jittered(
    values: dict[str, np.ndarray], numbers: np.ndarray, rng: np.random.Generator
) -> pl.DataFrame:
    at = numbers % _DIFFERENT
    columns = {column: of[at] for column, of in values.items()}
    for column in _JITTERED:
        factors = rng.uniform(1 - _OFF, 1 + _OFF, len(at))
        columns[column] = np.round(columns[column] * factors, 2 if column in _CENTS else 6)
    columns["PURCHASES"] = np.round(sum(columns[column] for column in _CENTS), 2)
    ids = pl.Series(CUSTOMER_ID, numbers + _FIRST)
    frame = pl.DataFrame(columns).with_columns(pl.all().fill_nan(None))
    counts = [feature.column for feature in FEATURES if feature.unit is Unit.COUNT]
    whole = [*counts, "TENURE"]
    return frame.with_columns(pl.col(whole).cast(pl.Int64)).select(
        pl.format("C{}", ids).alias(CUSTOMER_ID), *COLUMNS
    )
