"""A model folder for other processes, portfolios in parts, and where shelf:// lies."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tests.engines.shelf
from segmentation.model_folder import save
from segmentation.synthetic import synthetic_portfolio
from segmentation.training import TrainedModel
from tests.engines.running import jittered, write


@pytest.fixture(scope="session")
def model_dir(trained: TrainedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    save(trained, folder)
    return folder


@pytest.fixture(scope="session")
def customers() -> pd.DataFrame:
    return synthetic_portfolio(3_000, np.random.default_rng(5))


@pytest.fixture
def in_parts(customers: pd.DataFrame, tmp_path: Path) -> Path:
    """Three parts of a thousand customers each; the last has two row groups."""
    folder = tmp_path / "portfolio"
    for part in range(3):
        write(customers.iloc[part * 1_000 : (part + 1) * 1_000], folder / f"{part}.parquet", 600)
    return folder


@pytest.fixture
def fewer(customers: pd.DataFrame, tmp_path: Path) -> Path:
    """A portfolio of one part."""
    write(jittered(customers, 500, 9), tmp_path / "fewer" / "all.parquet")
    return tmp_path / "fewer"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files of shelf:// lie."""
    place = tmp_path / "shelf"
    place.mkdir()
    monkeypatch.setenv("SHELF", str(place))
    tests.engines.shelf.Shelf.clear_instance_cache()
    return place
