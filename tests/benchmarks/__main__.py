"""`make bench`, `make bench-large`: each figure beside what it is compared with, as a ratio.

The results are kept in docs/performance, and `make performance-docs` renews docs/performance.md
from them. Names of parts as arguments measure those alone.
"""

import logging
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from rich.console import Console
from rich.table import Table

from tests.benchmarks import (
    choose_k,
    engines,
    files,
    loading,
    lookup,
    lookup_http,
    scoring,
    startup,
)
from tests.benchmarks.measuring import Comparison, load, machine
from tests.benchmarks.results import SETS, Measured, keep, kept, with_goals

Part = Callable[[], list[Comparison]]
PARTS: dict[str, dict[str, Part]] = {
    "bench": {
        "scoring": scoring.compared,
        "files": files.compared,
        "choose_k": choose_k.compared,
        "lookup": lookup.compared,
        "lookup_http": lookup_http.compared,
        "loading": loading.compared,
        "startup": startup.compared,
    },
    "bench-large": {
        "files": partial(files.compared, files.LARGE),
        "files_50_million": partial(files.compared, files.LARGEST),
        "choose_k": partial(choose_k.compared, choose_k.LARGE),
        "lookup": partial(lookup.compared, lookup.LARGE),
        "lookup_http": partial(lookup_http.compared, lookup_http.LARGE),
        "loading": partial(loading.compared, loading.LARGE),
        "engines": engines.compared,
    },
}
_out = Console(width=150)


def main(name: str, only: Sequence[str]) -> None:
    """Measure, print all that was measured, then the goals."""
    logging.disable(logging.WARNING)  # the local workspace's requests
    rows: list[Comparison] = []
    start = time.monotonic()
    for part, compared in PARTS[name].items():
        if only and part not in only:
            continue
        _out.print(f"{part} …")
        began, busy = time.monotonic(), load()
        found = compared()
        minutes = (time.monotonic() - began) / 60
        today = datetime.now(UTC).date().isoformat()
        keep(name, part, Measured(today, machine(), round(minutes, 1), round(busy, 1), (*found,)))
        rows += found
    took = (time.monotonic() - start) / 60
    _out.print(machine(), soft_wrap=True)
    _out.print(_table(rows, f"Measured in {took:.1f} minutes"))
    sets = [[row for part in kept(each).values() for row in part.rows] for each in SETS]
    _out.print(_table(with_goals(sets), "The goals, each at the largest sizes that were measured"))
    _out.print("`make performance-docs` renews docs/performance.md from this.", soft_wrap=True)


def _table(rows: Sequence[Comparison], title: str) -> Table:
    headings = ("What", "Figure", "Compared with", "Figure", "Ratio", "Goal", "Holds")
    table = Table(*headings, title=title)
    for row in rows:
        cells = (row.what, row.figure, row.against, row.figure_against)
        table.add_row(*cells, row.reached(), str(row.goal or ""), row.holds())
    return table


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
