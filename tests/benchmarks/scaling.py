"""docs/scaling.md's tables: what was run, and what is reckoned from it, marked as such."""

from math import ceil
from typing import Final

from tests.benchmarks.cost_chart import MOST, points, reckoned
from tests.benchmarks.documents import table
from tests.benchmarks.goals import LOOKUP_HTTP, MEMORY
from tests.benchmarks.measuring import Comparison, Cost
from tests.benchmarks.results import SETS, kept

_A_DAY: Final = 20  # look-ups of a member
_PEAK: Final = 10 * _A_DAY / (8 * 3600)  # a second and member, in the busiest minute
_MEMBERS: Final = (100, 1_000, 10_000, 100_000)
_ALLOWED: Final = 30 / 60  # a second and member, by the policy that comes with the bot


def scoring() -> str:
    """Seconds and megabytes of `segbot score` by size and format."""
    lines = _lines()
    peaks = {row.what: row.ratio for row in _rows() if row.goal == MEMORY}
    kinds = ("CSV", "Parquet")
    found = {kind: lines.get(f"segbot score, {kind}", []) for kind in kinds}
    sizes = sorted({cost.customers for line in found.values() for cost in line})
    told = []
    for customers in sizes:
        cells = [f"{customers:,}"]
        for kind in kinds:
            seconds = [cost.seconds for cost in found[kind] if cost.customers == customers]
            peak = peaks.get(f"memory, score {customers:,} customers, {kind} → {kind}")
            cells += [_time(seconds[0]) if seconds else "", f"{peak:.0f} MB" if peak else ""]
        told.append([*cells, "run"])
    beyond = {kind: reckoned(found[kind]) for kind in kinds if found[kind]}
    last = [f"{MOST:,}"]
    for kind in kinds:
        cost = beyond.get(kind)
        last += [_time(cost.seconds) if cost else "", "as before"]
    told.append([*last, "reckoned"])
    return table(("Customers", "CSV → CSV", "memory", "Parquet → Parquet", "memory", ""), told)


def loading() -> str:
    """How long a load takes by size and database."""
    lines = _lines()
    told = []
    for name in ("SQLite", "PostgreSQL"):
        line = lines.get(f"load into {name}", [])
        beyond = reckoned(line) if line else None
        for cost in [*line, *([beyond] if beyond else [])]:
            rate = f"{cost.customers / cost.seconds / 1000:.0f} thousand a second"
            how = "reckoned" if cost is beyond else "run"
            told.append((name, f"{cost.customers:,}", rate, _time(cost.seconds), how))
    return table(("Into", "Customers", "Rate", "Time", ""), told)


def lookups() -> str:
    """CPU time of an answer by the size of the store, and how many a core gives over HTTP."""
    told = [
        (f"by itself, {cost.customers:,} customers", f"{cost.seconds * 1e6:.0f} CPU µs")
        for cost in _lines().get("a look-up", [])
    ]
    over = {row.what: row.figure for row in _rows() if row.what.startswith("/segment over HTTP")}
    return table(("Answer (run)", "Cost"), [*told, *over.items()])


def members() -> str:
    """How many cores so many members need, at what was reached over HTTP."""
    rate = _a_second()
    told = []
    for count in _MEMBERS:
        asked = count * _PEAK
        told.append((f"{count:,}", f"{asked:,.1f}", f"{asked / rate:.2f}", _setup(asked / rate)))
    worst = 10_000 * _ALLOWED
    after = (
        f"Even if 10,000 members used up what the policy allows (30 a minute, {_ALLOWED} a second "
        f"each), that is {worst:,.0f} a second: {worst:,.0f} ÷ {rate:.0f} = {ceil(worst / rate)} "
        "cores."
    )
    before = (
        f"{_A_DAY} ÷ (8 × 3,600 s) × 10 = {_PEAK:.3f} a second and member. A core gives "
        f"{rate:.0f} a second (run, over HTTP, 16 in flight):"
    )
    heads = ("Members", "Look-ups a second at the worst", "Cores (reckoned)", "Set-up")
    return f"{before}\n\n{table(heads, told)}\n\n{after}"


def engines() -> str:
    """What engines took beside one machine."""
    found = kept("bench-large").get("engines")
    if found is None:
        return "Not measured yet: `make bench-large ONLY=engines`."
    rows = [(r.what, r.figure, r.figure_against, r.reached()) for r in found.rows]
    return table(("On two cores (run)", "Took", "One machine", "Ratio"), rows)


def _setup(cores: float) -> str:
    if cores < 0.005:
        return "one process"
    if cores < 0.5:
        return "one process; two replicas, so that one can fail"
    return f"`segbot run --http --workers {ceil(cores) + 1}`, on two machines"


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def _a_second() -> float:
    rows = [row for row in _rows() if row.goal == LOOKUP_HTTP]
    return float(rows[-1].figure.split()[0].replace(",", ""))


def _rows() -> list[Comparison]:
    return [row for name in SETS for part in kept(name).values() for row in part.rows]


def _lines() -> dict[str, list[Cost]]:
    """The newest cost of each line and size."""
    costs = {(cost.of, cost.customers): cost for row in _rows() for cost in row.costs}
    return points([*costs.values()])
