"""KMeans and silhouettes for k = 2 to 10, against the loop that notebooks write."""

import statistics
import time
from collections.abc import Callable

import numpy as np
from sklearn.cluster import KMeans
from sklearn.impute import SimpleImputer
from sklearn.metrics import silhouette_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from segmentation.k_selection import started, workers
from segmentation.portfolio import portfolio_from_frame
from segmentation.silhouettes import mean_silhouettes
from segmentation.synthetic import synthetic_portfolio
from tests.benchmarks.measuring import Comparison

CUSTOMERS = 8_950  # as many as the public portfolio has
KS = range(2, 11)
STARTS = 10
REPEATS = 3

Found = tuple[np.ndarray, tuple[float, ...]]


def compared() -> list[Comparison]:
    """The same starts, labels and silhouettes both ways: by wall clock and by CPU seconds."""
    frame = synthetic_portfolio(CUSTOMERS, np.random.default_rng(1))
    values = portfolio_from_frame(frame, "made").values
    points = make_pipeline(SimpleImputer(strategy="median"), StandardScaler()).fit_transform(values)
    labels, silhouettes = _shared(points)
    labels_of_loop, silhouettes_of_loop = _notebook_loop(points)
    assert (labels == labels_of_loop).all()
    assert np.allclose(silhouettes, silhouettes_of_loop, rtol=0, atol=1e-6)
    pairs = [
        (_seconds(lambda: _shared(points)), _seconds(lambda: _notebook_loop(points)))
        for _ in range(REPEATS)
    ]
    return [_comparison(pairs, clock, name) for clock, name in enumerate(("wall", "CPU"))]


def _comparison(
    pairs: list[tuple[tuple[float, float], tuple[float, float]]], clock: int, name: str
) -> Comparison:
    ours = statistics.median(own[clock] for own, _ in pairs)
    theirs = statistics.median(loop[clock] for _, loop in pairs)
    return Comparison(
        f"KMeans and silhouettes, k = 2 to 10, {CUSTOMERS:,} customers, {name}",
        f"{ours:.2f} {name} s",
        f"a loop of KMeans(n_init={STARTS}) and silhouette_score",
        f"{theirs:.2f} {name} s",
        ours / theirs,
    )


def _shared(points: np.ndarray) -> Found:
    with workers() as pool:
        longest_first = [*pool.map(lambda k: started(points, k, STARTS, 0), reversed(KS))]
        labels = np.array([solution.labels_ for solution in reversed(longest_first)])
        return labels, mean_silhouettes(points, labels, pool, np.random.default_rng(0)).means


def _notebook_loop(points: np.ndarray) -> Found:
    labels, silhouettes = [], []
    for k in KS:
        solution = KMeans(k, n_init=STARTS, random_state=0).fit(points)
        labels.append(solution.labels_)
        silhouettes.append(silhouette_score(points, solution.labels_))
    return np.array(labels), tuple(silhouettes)


def _seconds(run: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu
