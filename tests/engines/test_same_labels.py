"""One machine, Dask and Spark say the same of every customer, through the command line."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.engines.running import jittered, manifest, scored, write

ENGINES = {
    "threads": ["--engine", "dask"],
    "processes": ["--engine", "dask", "--scheduler", "local"],
    "spark": ["--engine", "spark", "--scheduler", "local[2]"],
}


@pytest.fixture(scope="module")
def million(real_portfolio_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public portfolio, and a million customers that are like its own, in two files."""
    folder = tmp_path_factory.mktemp("million")
    real = pd.read_csv(real_portfolio_path)
    write(real, folder / "portfolio/real.parquet")
    write(jittered(real, 1_000_000, 3), folder / "portfolio/jittered.parquet")
    return folder / "portfolio"


@pytest.fixture(scope="module")
def on_one_machine(million: Path) -> Path:
    _score(million, million.parent / "one.parquet")
    return million.parent / "one.parquet"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("engine", ENGINES)
def test_every_customer_gets_the_same_on_an_engine(
    million: Path, on_one_machine: Path, engine: str
) -> None:
    out = million.parent / engine
    _score(million, out, *ENGINES[engine])
    expected = scored(on_one_machine)
    assert scored(out).equals(expected)
    told = manifest(out)
    assert len(told["parts"]) == 3
    assert told["customers"] == 1_008_950
    sizes = expected.group_by("segment").aggregate([("segment", "count")]).to_pylist()
    assert told["sizes"] == {str(row["segment"]): row["segment_count"] for row in sizes}


def _score(portfolio: Path, out: Path, *options: str) -> None:
    """Run `segbot score` with the model that Segbot ships."""
    command = [sys.executable, "-m", "bot", "score", portfolio, "--out", out, "--no-store"]
    environment = os.environ | {"SEGBOT_MODEL_DIR": "model"}
    done = subprocess.run(
        [*command, *options], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Wrote 1,008,950 scored customers" in done.stdout
