"""What was measured, kept as JSON in docs/performance: the documents are made from it.

A set of results is `bench` or `bench-large`, by the target of make that measured it; each of its
parts can be measured by itself.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.goals import GOALS
from tests.benchmarks.measuring import Comparison, Cost

FOLDER: Final = Path(__file__).parents[2] / "docs" / "performance"
SETS: Final = ("bench", "bench-large")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a part measured: when (a date), on what, in how many minutes.

    `busy` is how many processes wanted a core in the minute before it began.
    """

    on: str
    machine: str
    minutes: float
    busy: float
    rows: tuple[Comparison, ...]


def keep(name: str, part: str, measured: Measured) -> Path:
    """Write a part of a set; what was kept of that part before is replaced."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    parts = _read(path) | {part: asdict(measured)}
    told = json.dumps(parts, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(told + "\n", encoding="utf-8")
    return path


def kept(name: str) -> dict[str, Measured]:
    """The parts of a set as they were kept."""
    return {
        part: Measured(**found | {"rows": tuple(_row(row) for row in found["rows"])})
        for part, found in _read(FOLDER / f"{name}.json").items()
    }


def with_goals(sets: Sequence[Sequence[Comparison]]) -> list[Comparison]:
    """The rows that have a goal, in the order of the goals: each from the last set that has it."""
    rows = []
    for goal in GOALS:
        found = [[row for row in each if row.goal == goal] for each in sets]
        rows += next((of for of in reversed(found) if of), [])
    return rows


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _row(found: dict[str, Any]) -> Comparison:
    goals = {goal.of: goal for goal in GOALS}
    goal = None if found["goal"] is None else goals[found["goal"]["of"]]
    costs = tuple(Cost(**cost) for cost in found["costs"])
    return Comparison(**found | {"goal": goal, "costs": costs})
