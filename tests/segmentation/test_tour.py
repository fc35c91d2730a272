"""The tour in docs/ says what the code does: it is run again, and must come out the same."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_tour_says_what_the_code_does_now(tmp_path: Path) -> None:
    """Renew it with `make docs` where this fails, and read what changed."""
    cog = [sys.executable, "-m", "cogapp", "-I", "docs", "-I", ".", "--check", "--diff"]
    again = subprocess.run(
        [*cog, "docs/tour.md"],
        cwd=ROOT,
        env=os.environ | {"TOUR_PICTURES": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert again.returncode == 0, again.stdout + again.stderr
    drawn = {path.name for path in tmp_path.iterdir()}
    assert drawn == {path.name for path in (ROOT / "docs" / "tour").iterdir()}


def test_every_cell_of_the_tour_was_run_and_every_picture_is_there() -> None:
    tour = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
    assert tour.count("\ncell(") == tour.count("```python") > 10
    pictures = re.findall(r"!\[[^\]]{40,}\]\((tour/[\w-]+\.png)\)", tour)
    assert len(pictures) == 3
    assert all((ROOT / "docs" / picture).exists() for picture in pictures)
