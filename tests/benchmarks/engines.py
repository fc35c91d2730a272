"""Engines against one machine: the same portfolio in parts to the same scored parts.

`python -m tests.benchmarks.engines 5000000` measures at that size; it needs `make engine-test`'s
set-up. CPU seconds of the command and of all that it starts, so that Spark's JVM counts too;
they are looked at ten times a second, and what a process does after the last look is not counted.
"""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import psutil
from rich.console import Console

from segmentation.synthetic import synthetic_portfolio
from tests.benchmarks.measuring import Comparison, machine
from tests.engines.running import jittered, write

ROWS: Final = 1_000_000
_REPEATS: Final = 3
_GLANCE: Final = 0.1  # seconds between two looks at what runs
_PART: Final = 250_000  # customers of a file
_ENGINES: Final = {
    "Dask, threads": ("--engine", "dask"),
    "Dask, LocalCluster": ("--engine", "dask", "--scheduler", "local"),
    "Spark, local[2]": ("--engine", "spark", "--scheduler", "local[2]"),
}


def compared(rows: int = ROWS) -> list[Comparison]:
    """Each engine against one machine, interleaved."""
    with TemporaryDirectory() as place:
        source = Path(place) / "portfolio"
        seeds = synthetic_portfolio(20_000, np.random.default_rng(1))
        for part in range(rows // _PART):
            write(jittered(seeds, _PART, part), source / f"{part:05d}.parquet")
        found: dict[str, list[float]] = {"": [], **{name: [] for name in _ENGINES}}
        for _ in range(_REPEATS):
            for name, seconds in found.items():
                out = Path(place) / "scored"
                seconds.append(_cpu_seconds(source, out, *_ENGINES.get(name, ())))
    here = median(found.pop(""))
    return [
        Comparison(
            f"score {rows:,} customers, Parquet to Parquet, {name}",
            f"{median(seconds):.1f} CPU s",
            "one machine",
            f"{here:.1f} CPU s",
            median(seconds) / here,
        )
        for name, seconds in found.items()
    ]


def _cpu_seconds(source: Path, out: Path, *options: str) -> float:
    """Of `segbot score` and of all that it starts, whether it waits for that (or not: the JVM)."""
    command = [sys.executable, "-m", "bot", "score", source, "--out", out, "--no-store"]
    environment = os.environ | {"SEGBOT_MODEL_DIR": "model"}
    seen: dict[int, float] = {}
    with psutil.Popen(
        [*command, *options], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        while run.poll() is None:
            for process in [run, *run.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    times = process.cpu_times()
                    seen[process.pid] = times.user + times.system
            time.sleep(_GLANCE)
    if run.returncode:
        raise RuntimeError(f"segbot score {' '.join(options)} failed")
    return sum(seen.values())


if __name__ == "__main__":
    console = Console(width=120)
    console.print(machine())
    for row in compared(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS):
        console.print(
            f"{row.what}: {row.figure}, {row.against} {row.figure_against}: {row.ratio:.2f}"
        )
