"""`make bench`: each figure beside what it is compared with, in one run, as a ratio of medians."""

from rich.console import Console
from rich.table import Table

from tests.benchmarks import choose_k, loading, lookup, scoring, startup
from tests.benchmarks.measuring import Comparison, machine


def main() -> None:
    """Run every benchmark and print one table."""
    parts = (startup, scoring, lookup, choose_k, loading)
    comparisons: list[Comparison] = [row for part in parts for row in part.compared()]
    table = Table("What", "Figure", "Compared with", "Figure", "Ratio", title=machine())
    for row in comparisons:
        table.add_row(row.what, row.figure, row.against, row.figure_against, f"{row.ratio:.2f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
