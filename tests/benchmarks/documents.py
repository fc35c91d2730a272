"""docs/performance.md's tables and chart, made from what was kept of `make bench`."""

from collections.abc import Iterator, Sequence
from typing import Final

from tests.benchmarks.cost_chart import cost_chart
from tests.benchmarks.goals import GOALS
from tests.benchmarks.limits import LIMITS
from tests.benchmarks.measuring import Comparison
from tests.benchmarks.results import FOLDER, SETS, Measured, kept, with_goals

CHART: Final = FOLDER / "cost.svg"
_QUIET: Final = 0.5  # processes that wanted a core before a part began


def goals() -> str:
    """Each goal with the figures reached, at the largest sizes measured."""
    return table(
        ("Goal", "", "Figure", "Compared with", "Figure", "Reached", "Holds"),
        [
            (
                row.goal.of, str(row.goal), f"{row.what}: {row.figure}", row.against,
                row.figure_against, row.reached(), row.holds(),
            )
            for row in _with_goals() if row.goal is not None
        ],
    )  # fmt: skip


def limits() -> str:
    """What limits each goal that does not hold."""
    missed = {row.goal for row in _with_goals() if row.holds() == "no"}
    told = [f"- **{goal.of}** ({goal}): {LIMITS[goal.of]}" for goal in GOALS if goal in missed]
    return "\n".join(told) if told else "All goals hold."


def measured(name: str) -> str:
    """All rows of a set, part by part: when, on what, and whether the machine was quiet."""
    parts = sorted(kept(name).items())
    minutes = sum(found.minutes for _, found in parts)
    told = f"All parts together took {minutes:.0f} minutes."
    return "\n\n".join([told, *(_part(part, found) for part, found in parts)])


def chart() -> str:
    """Draw the chart, and what of Markdown shows it."""
    costs = {}
    for name in SETS:
        for found in kept(name).values():
            costs |= {(cost.of, cost.customers): cost for row in found.rows for cost in row.costs}
    CHART.write_text(cost_chart([*costs.values()]), encoding="utf-8")
    words = "Time against customers, 10 thousand to 100 million, for scoring files, loading, "
    return f"![{words}choosing k and a look-up](performance/{CHART.name})"


def _with_goals() -> list[Comparison]:
    return with_goals([[row for part in kept(name).values() for row in part.rows] for name in SETS])


def _part(part: str, found: Measured) -> str:
    busy = "" if found.busy <= _QUIET else (
        f" **Provisional**: {found.busy:g} processes wanted a core when it began."
    )  # fmt: skip
    head = f"### `{part}`\n\n{found.on}, {found.minutes:g} minutes, on {found.machine}.{busy}"
    rows = [
        (row.what, row.figure, row.against, row.figure_against, row.reached()) for row in found.rows
    ]
    return f"{head}\n\n" + table(("What", "Figure", "Compared with", "Figure", "Ratio"), rows)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(_lines([headings, ["---"] * len(headings), *rows]))


def _lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in rows:
        yield f"| {' | '.join(row)} |"
