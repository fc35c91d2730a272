"""The kernel: one customer or millions, NumPy or compiled, and scikit-learn say the same."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from segmentation.assignment import Assignments
from segmentation.compiled_scoring import score_compiled
from segmentation.model_folder import save
from segmentation.portfolio import Portfolio, read_portfolio
from segmentation.scoring import Numbers, score
from segmentation.training import KMEANS_FILE, SCALER_FILE, train
from tests.conftest import NOON

Agree = Callable[[NDArray[np.float64]], bool]


def _same(ours: Assignments, theirs: Assignments) -> bool:
    names = Assignments.__dataclass_fields__
    return all(np.array_equal(getattr(ours, name), getattr(theirs, name)) for name in names)


def _numbers(rng: np.random.Generator, k: int, f: int = 17) -> Numbers:
    centroids = rng.integers(-2, 3, (k, f)).astype(float)  # whole numbers: ties do happen
    lows = np.where(rng.random(f) < 0.3, -1.5, -np.inf)
    return Numbers(
        medians=rng.integers(-1, 2, f).astype(float),
        lows=lows,
        highs=np.where(rng.random(f) < 0.3, 2.5, np.inf),
        means=rng.integers(-1, 2, f).astype(float),
        scales=2.0 ** rng.integers(-1, 2, f),
        surprising=rng.random(f) < 0.5,
        centroids=centroids,
        ids=np.arange(k) + 4,
        radii=rng.random(k) * 6,
        soft=rng.random(k) < 0.5,
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 10), st.integers(0, 700), st.integers(0, 2**32 - 1))
def test_compiled_code_gives_the_same_bits(k: int, customers: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = _numbers(rng, k)
    columns = rng.integers(-3, 4, (17, customers)).astype(float)
    columns[rng.random(columns.shape) < 0.05] = np.nan
    assert _same(score_compiled(numbers, columns), score(numbers, columns))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=6))
def test_a_customer_gets_the_same_bits_whatever_the_batch(sizes: list[int]) -> None:
    rng = np.random.default_rng(3)
    numbers = _numbers(rng, 4)
    columns = rng.normal(size=(17, sum(sizes)))
    whole = score(numbers, columns)
    ends = np.cumsum(sizes)
    for start, end in zip(ends - sizes, ends, strict=True):
        for kernel in (score, score_compiled):
            part = kernel(numbers, columns[:, start:end])
            assert np.array_equal(part.confidence, whole.confidence[start:end])
            assert np.array_equal(part.segment, whole.segment[start:end])


@pytest.mark.parametrize("kernel", [score, score_compiled])
def test_of_equally_near_segments_the_lower_id_is_taken(kernel: type) -> None:
    numbers = replace(
        _numbers(np.random.default_rng(0), 5),
        centroids=np.repeat([[3.0], [1.0], [-1.0], [1.0], [9.0]], 17, axis=1),
        medians=np.zeros(17), means=np.zeros(17), scales=np.ones(17),
        lows=np.full(17, -np.inf), highs=np.full(17, np.inf),
    )  # fmt: skip
    found: Assignments = kernel(numbers, np.array([np.full(17, 1.0), np.zeros(17)]).T)
    assert found.segment.tolist() == [5, 5]
    assert found.runner_up.tolist() == [7, 6]
    assert found.confidence.tolist() == [1.0, 0.0]  # the twin has no border with it


def _jittered(values: NDArray[np.float64], rows: int, seed: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    drawn = values[rng.integers(0, len(values), rows)]
    return drawn * np.exp(rng.normal(0, 0.05, drawn.shape))


@pytest.fixture(scope="module")
def real(real_portfolio_path: Path) -> Portfolio:
    return read_portfolio(real_portfolio_path)


@pytest.fixture(scope="module")
def labels_agree(real: Portfolio, tmp_path_factory: pytest.TempPathFactory) -> Agree:
    """Whether both kernels and scikit-learn's fitted objects label so many jittered rows alike."""
    trained = train(real, 42, NOON)
    folder = tmp_path_factory.mktemp("model")
    save(trained, folder)
    scaler, kmeans = (joblib.load(folder / name) for name in (SCALER_FILE, KMEANS_FILE))

    def agree(values: NDArray[np.float64]) -> bool:
        known = trained.model.imputed(values)
        expected = kmeans.predict(scaler.transform(known))
        numbers = trained.model.numbers
        return all(
            np.array_equal(kernel(numbers, values.T).segment, expected)
            for kernel in (score, score_compiled)
        )

    return agree


def test_every_customer_of_the_real_portfolio_gets_scikit_learns_label(
    real: Portfolio, labels_agree: Agree
) -> None:
    assert labels_agree(real.values)
    assert labels_agree(_jittered(real.values, 200_000, 1))


@pytest.mark.slow
def test_five_million_jittered_customers_get_scikit_learns_labels(
    real: Portfolio, labels_agree: Agree
) -> None:
    for seed in range(10):
        assert labels_agree(_jittered(real.values, 500_000, seed))
