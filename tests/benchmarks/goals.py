"""What the figures are held against: a table of goals, in the order in which they are told."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Goal:
    """At least (or at most) so much, in a unit: × (a ratio), % (a ratio told so), MB or ms."""

    of: str
    bound: float
    unit: str = "×"
    most: bool = False

    def __str__(self) -> str:
        return f"{'≤' if self.most else '≥'} {told(self.bound, self.unit)}"

    def holds(self, reached: float) -> bool:
        """Whether a figure in the goal's unit is good enough."""
        return reached <= self.bound if self.most else reached >= self.bound


def told(figure: float, unit: str) -> str:
    """A figure with its unit, three digits at most behind nothing."""
    if unit == "%":
        return f"{figure * 100:.0f} %"
    digits = 0 if figure >= 100 else 1 if figure >= 10 else 2
    number = f"{figure:,.{digits}f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return f"{number}{unit}" if unit == "×" else f"{number} {unit}"


KERNEL: Final = Goal("kernel over pipeline.predict", 12)
CSV_OVER_PANDAS: Final = Goal("CSV → CSV over pandas and pipeline", 5)
CSV_OF_READING: Final = Goal("CSV → CSV, share of only reading", 0.85, "%")
PARQUET_OVER_PANDAS: Final = Goal("Parquet → Parquet over pandas and pipeline", 6)
PARQUET_OF_READING: Final = Goal("Parquet → Parquet, share of only reading", 0.75, "%")
MEMORY: Final = Goal("memory of a scoring process", 400, "MB", most=True)
CHOOSE_K: Final = Goal("choose-k over the notebook loop", 8)
LOOKUP: Final = Goal("look-up over an empty Bolt listener", 1.6, most=True)
LOOKUP_HTTP: Final = Goal("look-ups over HTTP, share of a bare ASGI app's", 0.4, "%")
LOOKUP_GROWTH: Final = Goal("look-up, largest store over smallest", 1.3, most=True)
LOAD_SQLITE: Final = Goal("load into SQLite over executemany", 2.5)
LOAD_POSTGRESQL: Final = Goal("load into PostgreSQL over executemany", 5)
READERS: Final = Goal("look-up while loading, p99", 5, "ms", most=True)
DIGEST: Final = Goal("digest numbers and movement", 10, "ms", most=True)
READY_CPU: Final = Goal("segbot run ready, CPU over import slack_bolt", 3, most=True)
READY_MEMORY: Final = Goal("segbot run ready, memory", 110, "MB", most=True)

GOALS: Final = (
    KERNEL, CSV_OVER_PANDAS, CSV_OF_READING, PARQUET_OVER_PANDAS, PARQUET_OF_READING, MEMORY,
    CHOOSE_K, LOOKUP, LOOKUP_HTTP, LOOKUP_GROWTH, LOAD_SQLITE, LOAD_POSTGRESQL, READERS, DIGEST,
    READY_CPU, READY_MEMORY,
)  # fmt: skip
