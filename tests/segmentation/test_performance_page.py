"""docs/performance.md tells what was measured, and nothing else."""

from pathlib import Path

from tests.benchmarks import documents
from tests.benchmarks.goals import GOALS
from tests.benchmarks.limits import LIMITS
from tests.benchmarks.results import SETS, kept

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def test_the_page_tells_what_was_measured_last() -> None:
    """Renew it with `make performance-docs` where this fails."""
    page = PAGE.read_text(encoding="utf-8")
    for told in (documents.goals(), documents.limits(), *map(documents.measured, SETS)):
        assert told in page


def test_every_goal_was_measured() -> None:
    rows = [row for name in SETS for part in kept(name).values() for row in part.rows]
    assert {row.goal for row in rows} - {None} == {*GOALS}


def test_of_every_goal_that_does_not_hold_the_page_says_why() -> None:
    rows = [row for name in SETS for part in kept(name).values() for row in part.rows]
    assert {row.goal.of for row in rows if row.goal and row.holds() == "no"} <= {*LIMITS}
