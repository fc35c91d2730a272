"""How the benchmarks measure: interleaved repeats, wall and CPU seconds, medians."""

import os
import platform
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.goals import Goal, told
from tests.postgres import PostgresMissingError, binaries

REPEATS = 7


@dataclass(frozen=True, slots=True)
class Cost:
    """A point of the chart: what so many customers cost in seconds; `of` names the line."""

    of: str
    customers: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of the table: a figure, what it is compared with, and their ratio.

    The ratio is the way round that its goal is; None where there is nothing to compare with. A goal
    in MB or ms is for a figure by itself: then that figure stands in `ratio`.
    """

    what: str
    figure: str
    against: str
    figure_against: str
    ratio: float | None
    goal: Goal | None = None
    costs: tuple[Cost, ...] = ()

    def reached(self) -> str:
        """The ratio with its unit."""
        if self.ratio is None:
            return ""
        return told(self.ratio, self.goal.unit if self.goal else "×")

    def holds(self) -> str:
        """Yes or no, where there is a goal."""
        if self.goal is None or self.ratio is None:
            return ""
        return "yes" if self.goal.holds(self.ratio) else "no"


@dataclass(frozen=True, slots=True)
class Took:
    """What a run took: seconds by the clock and of CPU, and megabytes where they were measured."""

    wall: float
    cpu: float
    peak: float = 0.0

    def __str__(self) -> str:
        return f"{self.wall:.2f} s, {self.cpu:.2f} CPU s"


def medians(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Median CPU seconds of two functions, run in turn after one warm-up each."""
    one, other = in_turn([ours, theirs], REPEATS)
    return one.cpu, other.cpu


def in_turn(runs: Sequence[Callable[[], object]], repeats: int) -> list[Took]:
    """The medians of each, run in turn after one warm-up each."""
    for run in runs:
        run()
    rounds = [[seconds(run) for run in runs] for _ in range(repeats)]
    return [median(of) for of in zip(*rounds, strict=True)]


def seconds(run: Callable[[], object]) -> Took:
    """Wall and CPU seconds of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return Took(time.perf_counter() - wall, time.process_time() - cpu)


def median(tooks: Sequence[Took]) -> Took:
    """Each figure's median by itself; of memory the most."""
    return Took(
        statistics.median(took.wall for took in tooks),
        statistics.median(took.cpu for took in tooks),
        max(took.peak for took in tooks),
    )


def machine() -> str:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "polars", "scikit-learn"))
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; "
        f"Python {platform.python_version()}, {packages}, SQLite {sqlite3.sqlite_version}, "
        f"{_postgresql()}"
    )


def load() -> float:
    """How many processes wanted a core in the last minute, this benchmark's own included."""
    return os.getloadavg()[0]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _postgresql() -> str:
    try:
        command = [binaries() / "postgres", "--version"]
    except PostgresMissingError:
        return "no PostgreSQL"
    words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return f"PostgreSQL {words[2]}"
