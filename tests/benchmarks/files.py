"""Scoring files in whole processes: against pandas and a pipeline, and against only reading.

Each process starts from nothing, as a command does. Files were just written, so they are in the
machine's memory, and reading them is no work for a disk.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import joblib
import polars as pl

from segmentation.features import CUSTOMER_ID
from segmentation.model_folder import save
from tests.benchmarks import notebook_script, only_reading
from tests.benchmarks.fitted import fitted
from tests.benchmarks.goals import (
    CSV_OF_READING,
    CSV_OVER_PANDAS,
    MEMORY,
    PARQUET_OF_READING,
    PARQUET_OVER_PANDAS,
    Goal,
)
from tests.benchmarks.measuring import Comparison, Cost, Took, median
from tests.benchmarks.portfolios import FORMATS, write_portfolio
from tests.benchmarks.whole_process import took

SIZES: Final = (10_000, 100_000, 1_000_000)
LARGE: Final = (5_000_000,)
LARGEST: Final = (50_000_000,)
_REPEATS: Final = 3
_MOST_FOR_PANDAS: Final = 5_000_000  # at ten times that it needs more memory than this machine has
_FROM: Final = 1_000_000  # goals are for files of this size or larger
_NAMES: Final = {"csv": "CSV", "parquet": "Parquet"}
_GOALS: Final[dict[str, tuple[Goal, Goal]]] = {
    "csv": (CSV_OVER_PANDAS, CSV_OF_READING),
    "parquet": (PARQUET_OVER_PANDAS, PARQUET_OF_READING),
}


def compared(sizes: Sequence[int] = SIZES) -> list[Comparison]:
    """Both formats at each size: time, share of only reading, and peak memory."""
    with _prepared() as folder:
        return [
            row
            for customers in sizes
            for kind in FORMATS
            for row in _compared(folder, kind, customers)
        ]


@contextmanager
def _prepared() -> Iterator[Path]:
    """A folder with a model folder and the pipeline that gives the same labels."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        save(fitted().trained, folder / "model")
        joblib.dump(fitted().pipeline, folder / "pipeline.joblib")
        yield folder


def _compared(folder: Path, kind: str, customers: int) -> list[Comparison]:
    portfolio = folder / f"portfolio.{kind}"
    write_portfolio(portfolio, customers)
    ours, theirs = folder / f"ours.{kind}", folder / f"theirs.{kind}"
    commands = {"segbot": _segbot(folder, portfolio, ours)}
    if customers <= _MOST_FOR_PANDAS:
        commands |= {
            "pandas": [
                sys.executable, notebook_script.__file__,
                str(folder / "pipeline.joblib"), str(portfolio), str(theirs),
            ],
        }  # fmt: skip
    if customers >= _FROM:
        reading = [sys.executable, only_reading.__file__]
        commands |= {name: [*reading, name, str(portfolio)] for name in only_reading.READERS}
    repeats = _REPEATS if _FROM <= customers <= _MOST_FOR_PANDAS else 1
    rounds = [
        {name: Took(*took(command)) for name, command in commands.items()} for _ in range(repeats)
    ]
    if customers <= _MOST_FOR_PANDAS:
        _assert_same(ours, theirs)
    for file in (portfolio, ours, theirs):
        file.unlink(missing_ok=True)
    medians = {name: median([each[name] for each in rounds]) for name in commands}
    return [*_rows(kind, customers, medians)]


def _segbot(folder: Path, portfolio: Path, out: Path) -> list[str]:
    score = [sys.executable, "-m", "bot", "score", str(portfolio), "--no-store", "--out", str(out)]
    return [*score, "--model", str(folder / "model")]


def _assert_same(ours: Path, theirs: Path) -> None:
    """The same customers in the same order with the same labels."""
    scan = pl.scan_csv if ours.suffix == ".csv" else pl.scan_parquet
    one, other = (
        scan(path).select(CUSTOMER_ID, pl.col("segment").cast(pl.Int64)).collect()
        for path in (ours, theirs)
    )
    assert one.equals(other)


def _rows(kind: str, customers: int, took: dict[str, Took]) -> Iterator[Comparison]:
    name, (over_pandas, of_reading) = _NAMES[kind], _GOALS[kind]
    ours = took["segbot"]
    what = f"score {customers:,} customers, {name} → {name}"
    costs = [Cost(f"segbot score, {name}", customers, ours.wall)]
    counts = customers >= _FROM
    if (pandas := took.get("pandas")) is not None:
        costs.append(Cost(f"pandas and pipeline, {name}", customers, pandas.wall))
        against = "pandas, pipeline.predict, pandas"
        ratio = pandas.wall / ours.wall
        yield Comparison(
            what, str(ours), against, str(pandas), ratio, over_pandas if counts else None,
            tuple(costs),
        )  # fmt: skip
        if counts:
            yield Comparison(
                "the same, CPU seconds", f"{ours.cpu:.2f} CPU s",
                against, f"{pandas.cpu:.2f} CPU s", pandas.cpu / ours.cpu,
            )  # fmt: skip
    if counts:
        fastest = min(only_reading.READERS, key=lambda reader: took[reader].wall)
        read = took[fastest]
        more = () if pandas is not None else tuple(costs)
        yield Comparison(
            what, str(ours), f"only reading, with {fastest}", str(read), read.wall / ours.wall,
            of_reading, more,
        )  # fmt: skip
        peak = f"{ours.peak:.0f} MB"
        beside = "" if pandas is None else f"{pandas.peak:,.0f} MB"
        told = "pandas, pipeline.predict, pandas" if beside else ""
        yield Comparison(f"memory, {what}", peak, told, beside, ours.peak, MEMORY)
