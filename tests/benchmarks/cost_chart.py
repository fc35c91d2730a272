"""The chart of cost against size: what was measured, and beyond it what was reckoned, as SVG."""

import io
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from tests.benchmarks.measuring import Cost

MOST: Final = 100_000_000  # customers, as far as costs are reckoned
# From the palette of Okabe and Ito, told apart with any colour vision; on paper of its own colour,
# so that it reads on light pages and dark ones.
_LINES: Final = {
    "pandas and pipeline, CSV": ("#7F7F7F", "s"),
    "segbot score, CSV": ("#D55E00", "o"),
    "segbot score, Parquet": ("#E69F00", "o"),
    "load into SQLite": ("#0072B2", "^"),
    "load into PostgreSQL": ("#56B4E9", "^"),
    "KMeans and silhouettes of nine k": ("#CC79A7", "D"),
    "a look-up": ("#009E73", "v"),
}
# Lines whose cost grows as the customers do; beyond what was measured it is reckoned so.
_GROWING: Final = (
    "segbot score, CSV", "segbot score, Parquet", "load into SQLite", "load into PostgreSQL",
)  # fmt: skip
_PAPER, _INK, _QUIET = "#FFFFFF", "#1F2328", "#656D76"
_TICKS: Final = {
    1e-3: "1 ms", 1e-2: "10 ms", 1e-1: "0.1 s", 1: "1 s", 10: "10 s", 100: "100 s", 1000: "17 min",
    10_000: "2.8 h",
}  # fmt: skip
_SIZES: Final = {
    10**4: "10 thousand", 10**5: "100 thousand", 10**6: "1 million", 10**7: "10 million",
    10**8: "100 million",
}  # fmt: skip


def points(costs: Sequence[Cost]) -> dict[str, list[Cost]]:
    """The points of each line, the smallest first."""
    ordered = sorted(costs, key=lambda cost: (cost.of, cost.customers))
    return {of: list(group) for of, group in groupby(ordered, key=lambda cost: cost.of)}


def reckoned(line: Sequence[Cost]) -> Cost | None:
    """The cost of MOST customers, in proportion to the largest measured; None where it is none."""
    last = line[-1]
    if last.of not in _GROWING or last.customers >= MOST:
        return None
    return Cost(last.of, MOST, last.seconds * MOST / last.customers)


def cost_chart(costs: Sequence[Cost]) -> str:
    """SVG: seconds against customers, both logarithmic; hollow and dashed is what was reckoned."""
    with rc_context({"svg.hashsalt": "segbot", "svg.fonttype": "path", "font.size": 10}):
        figure = Figure(figsize=(9, 5.4), facecolor=_PAPER, layout="constrained")
        axes = figure.subplots()
        lines = points(costs)
        for of, (colour, marker) in _LINES.items():
            if of in lines:
                _draw(axes, lines[of], colour, marker)
        _dress(axes)
        return _svg(figure)


def _draw(axes: Any, line: Sequence[Cost], colour: str, marker: str) -> None:
    sizes, seconds = [cost.customers for cost in line], [cost.seconds for cost in line]
    axes.plot(sizes, seconds, marker=marker, color=colour, label=line[0].of, linewidth=1.8)
    beyond = reckoned(line)
    if beyond is not None:
        ends = [line[-1], beyond]
        xs, ys = [end.customers for end in ends], [end.seconds for end in ends]
        axes.plot(xs, ys, color=colour, linestyle="--", linewidth=1.4)
        axes.plot(*(each[1:] for each in (xs, ys)), marker=marker, color=colour, mfc=_PAPER)


def _dress(axes: Any) -> None:
    axes.set(xscale="log", yscale="log", facecolor=_PAPER, xlim=(8e3, 1.4e8))
    axes.set_xlabel("Customers", color=_INK)
    axes.set_ylabel("Time by the clock (a look-up: CPU)", color=_INK)
    for axis, names in ((axes.xaxis, _SIZES), (axes.yaxis, _TICKS)):
        axis.set_major_locator(FixedLocator([*names]))
        axis.set_major_formatter(FuncFormatter(lambda at, _, names=names: names.get(at, "")))
        axis.set_minor_locator(FixedLocator([]))
    axes.grid(color="#D8DEE4", linewidth=0.7)
    axes.tick_params(colors=_QUIET, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    legend = axes.legend(
        loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, alignment="left"
    )
    legend.set_title("● measured\n○ - - reckoned in proportion\n", prop={"size": 9})


def _svg(figure: Figure) -> str:
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in drawn.getvalue().splitlines()) + "\n"
