"""Training on an engine: the figures of all customers, a sample that anybody can draw again."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segmentation.algorithms import prepared
from segmentation.engine_training import Ask, SampleError, Survey, survey
from segmentation.engines import engine
from segmentation.errors import PortfolioError
from segmentation.features import COLUMNS
from segmentation.model_folder import save, verify
from segmentation.partitions import partitioned_portfolio
from segmentation.portfolio import portfolio_from_frame
from segmentation.training import TrainedModel, train
from tests.conftest import NOON
from tests.engines.running import jittered, write


def _surveyed(source: Path, size: int, seed: int = 1, *, winsorised: bool = False) -> Survey:
    with engine("dask", "threads") as each:
        ask = Ask(each, partitioned_portfolio(str(source)), lambda _: None)
        return survey(ask, seed=seed, size=size, winsorised=winsorised)


def _trained(source: Path, size: int) -> tuple[TrainedModel, SampleError]:
    with engine("dask", "threads") as each:
        ask = Ask(each, partitioned_portfolio(str(source)), lambda _: None)
        found = survey(ask, seed=1, size=size, winsorised=False)
        trained = train(found.sample, 1, NOON, preparation=found.preparation)
        return found.finished(trained, ask, 1, 2)


@pytest.fixture
def many(customers: pd.DataFrame, tmp_path: Path) -> pd.DataFrame:
    """Twenty thousand customers, in three parts in tmp_path / "many"."""
    frame = jittered(customers, 20_000, 4)
    for part, start in enumerate((0, 1_000, 12_000)):
        end = (1_000, 12_000, 20_000)[part]
        write(frame.iloc[start:end], tmp_path / f"many/{part}.parquet", 5_000)
    return frame


def test_medians_and_scale_are_those_of_all_customers(many: pd.DataFrame, tmp_path: Path) -> None:
    found = _surveyed(tmp_path / "many", 2_000)
    expected = prepared(many[list(COLUMNS)].to_numpy(np.float64), winsorised=False)
    assert (found.preparation.imputer.statistics_ == expected.imputer.statistics_).all()
    assert np.allclose(found.preparation.scaler.mean_, expected.scaler.mean_, rtol=1e-12)
    assert np.allclose(found.preparation.scaler.scale_, expected.scaler.scale_, rtol=1e-12)
    assert found.blanks.tolist() == many[list(COLUMNS)].isna().sum().tolist()


def test_the_sample_does_not_depend_on_the_parts(many: pd.DataFrame, tmp_path: Path) -> None:
    first = _surveyed(tmp_path / "many", 2_000).sample
    write(many.sample(frac=1, random_state=8), tmp_path / "shuffled/all.parquet", 3_333)
    again = _surveyed(tmp_path / "shuffled", 2_000).sample
    assert len(first) == 2_000
    assert first.ids.tolist() == again.ids.tolist()
    assert np.array_equal(first.values, again.values, equal_nan=True)
    assert first.ids.tolist() != _surveyed(tmp_path / "many", 2_000, seed=2).sample.ids.tolist()


def test_limits_of_a_winsorised_model_are_the_samples(many: pd.DataFrame, tmp_path: Path) -> None:
    found = _surveyed(tmp_path / "many", 50_000, winsorised=True).preparation  # which is everybody
    expected = prepared(many[list(COLUMNS)].to_numpy(np.float64), winsorised=True)
    assert np.allclose(found.high, expected.high, rtol=1e-12)
    assert np.allclose(found.scaler.mean_, expected.scaler.mean_, rtol=1e-12)
    assert np.allclose(found.scaler.scale_, expected.scaler.scale_, rtol=1e-12)


def test_a_model_counts_all_customers_and_tells_its_samples_error(
    many: pd.DataFrame, tmp_path: Path
) -> None:
    trained, error = _trained(tmp_path / "many", 4_000)
    model = trained.model
    values = many[list(COLUMNS)].to_numpy(np.float64)
    assigned = model.assign(values)
    sizes = np.bincount(assigned.segment).tolist()
    assert [segment.customers for segment in model.segments] == sizes
    assert model.baseline.count(values) == tuple(bins.counts for bins in model.baseline.features)
    assert model.provenance.customers == 20_000
    assert error.inertia_of_all == pytest.approx((assigned.distance**2).mean())
    assert abs(error.inertia - error.inertia_of_all) < 2 * error.margin
    assert error.halves_agree > 0.8
    assert model.provenance.sample is not None
    assert model.provenance.sample["customers"] == 4_000
    assert json.loads(model.document)["calibration"]["resamples"] == 2
    save(trained, tmp_path / "model")
    assert verify(tmp_path / "model").fingerprint == model.fingerprint


def test_a_sample_of_everybody_gives_the_model_of_one_machine(
    many: pd.DataFrame, tmp_path: Path
) -> None:
    trained, error = _trained(tmp_path / "many", 50_000)
    assert error.customers == 20_000
    assert error.inertia == pytest.approx(error.inertia_of_all, rel=1e-12)
    here = train(portfolio_from_frame(many, "made up"), 1, NOON).model
    values = many[list(COLUMNS)].to_numpy(np.float64)
    same = here.assign(values).segment == trained.model.assign(values).segment
    assert same.mean() > 0.999


def test_customers_who_stand_twice_are_refused(many: pd.DataFrame, tmp_path: Path) -> None:
    write(many.iloc[:1_000], tmp_path / "many/again.parquet")
    with pytest.raises(PortfolioError, match="appear more than once, such as “J4-"):
        _surveyed(tmp_path / "many", 2_000)


def test_a_faulty_row_is_told_by_its_file_and_row(many: pd.DataFrame, tmp_path: Path) -> None:
    wrong = many.iloc[:1_000].reset_index(drop=True)
    wrong.loc[7, "TENURE"] = 20
    write(wrong, tmp_path / "many/0.parquet")
    with pytest.raises(PortfolioError, match=r"“0.parquet”: TENURE in row 9: must be from 1 to 12"):
        _surveyed(tmp_path / "many", 2_000)
