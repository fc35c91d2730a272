"""KMeans and silhouettes for k = 2 to 10, against the loop that notebooks write."""

from collections.abc import Iterator, Sequence

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
from tests.benchmarks.goals import CHOOSE_K
from tests.benchmarks.measuring import Comparison, Cost, Took, median, seconds

PUBLIC = 8_950  # customers, as many as the public portfolio has
SIZES = (PUBLIC,)
LARGE = (100_000, 1_000_000)
_MOST_FOR_LOOP = 20_000  # its silhouettes cost with the square of the customers
KS = range(2, 11)
STARTS = 10
_REPEATS = 3

Found = tuple[np.ndarray, tuple[float, ...]]


def compared(sizes: Sequence[int] = SIZES) -> list[Comparison]:
    """The same starts, labels and silhouettes both ways; of large portfolios ours alone."""
    return [row for customers in sizes for row in _compared(customers)]


def _compared(customers: int) -> Iterator[Comparison]:
    frame = synthetic_portfolio(customers, np.random.default_rng(1))
    values = portfolio_from_frame(frame, "made").values
    points = make_pipeline(SimpleImputer(strategy="median"), StandardScaler()).fit_transform(values)
    what = f"KMeans and silhouettes, k = 2 to 10, {customers:,} customers"
    if customers > _MOST_FOR_LOOP:
        ours = seconds(lambda: _shared(points))
        yield Comparison(what, str(ours), "", "", None, costs=(_cost(customers, ours),))
        return
    labels, silhouettes = _shared(points)
    labels_of_loop, silhouettes_of_loop = _notebook_loop(points)
    assert (labels == labels_of_loop).all()
    assert np.allclose(silhouettes, silhouettes_of_loop, rtol=0, atol=1e-6)
    pairs = [
        (seconds(lambda: _shared(points)), seconds(lambda: _notebook_loop(points)))
        for _ in range(_REPEATS)
    ]
    ours, theirs = median([own for own, _ in pairs]), median([loop for _, loop in pairs])
    against = f"a loop of KMeans(n_init={STARTS}) and silhouette_score"
    yield Comparison(
        what, str(ours), against, str(theirs), theirs.wall / ours.wall, CHOOSE_K,
        (_cost(customers, ours),),
    )  # fmt: skip
    yield Comparison(
        "the same, CPU seconds", f"{ours.cpu:.2f} CPU s", against, f"{theirs.cpu:.2f} CPU s",
        theirs.cpu / ours.cpu,
    )  # fmt: skip


def _cost(customers: int, took: Took) -> Cost:
    return Cost("KMeans and silhouettes of nine k", customers, took.wall)


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
