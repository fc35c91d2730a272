"""Scoring partitioned Parquet on Dask and Spark, against one machine; whole processes.

Times are those of the clock: an engine's own processes are none of those that are waited for.
Engines that are not installed are left out: `make engine-test` installs them.
"""

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from segmentation.features import CUSTOMER_ID
from segmentation.model_folder import save
from tests.benchmarks.fitted import fitted
from tests.benchmarks.measuring import Comparison, Took, median
from tests.benchmarks.portfolios import write_parts
from tests.benchmarks.whole_process import took

LARGE: Final = (5_000_000,)
_PARTS: Final = 20
_REPEATS: Final = 2
_WHERE: Final = (("dask", "threads"), ("dask", "local"), ("spark", "local[2]"))


def compared(sizes: Sequence[int] = LARGE) -> list[Comparison]:
    """Each engine that is here, beside one machine."""
    there = [each for each in _WHERE if find_spec("pyspark" if each[0] == "spark" else each[0])]
    return [row for customers in sizes if there for row in _compared(customers, there)]


def _compared(customers: int, there: Sequence[tuple[str, str]]) -> list[Comparison]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        save(fitted().trained, folder / "model")
        write_parts(folder / "portfolio", customers, _PARTS)
        alone = folder / "alone"
        commands = {"alone": _score(folder, alone)}
        for engine, where in there:
            more = ["--engine", engine, "--scheduler", where]
            commands[f"{engine}, {where}"] = _score(folder, _out(folder, engine, where), *more)
        rounds = [
            {each: Took(*took(command)) for each, command in commands.items()}
            for _ in range(_REPEATS)
        ]
        labels = _labels(alone)
        for engine, where in there:
            assert _labels(_out(folder, engine, where)).equals(labels)
    medians = {each: median([of[each] for of in rounds]) for each in commands}
    ours = medians.pop("alone")
    what = f"score {customers:,} customers, {_PARTS} Parquet files, on"
    return [
        Comparison(
            f"{what} {each}",
            f"{of.wall:.2f} s",
            "one machine",
            f"{ours.wall:.2f} s",
            of.wall / ours.wall,
        )
        for each, of in medians.items()
    ]


def _score(folder: Path, out: Path, *more: str) -> list[str]:
    score = [sys.executable, "-m", "bot", "score", str(folder / "portfolio"), "--no-store"]
    return [*score, "--out", str(out), "--model", str(folder / "model"), *more]


def _out(folder: Path, engine: str, where: str) -> Path:
    return folder / f"{engine}-{''.join(filter(str.isalnum, where))}"  # no sign of a pattern in it


def _labels(out: Path) -> pl.DataFrame:
    files = f"{out}/**/*.parquet"
    return pl.scan_parquet(files).select(CUSTOMER_ID, "segment").sort(CUSTOMER_ID).collect()
