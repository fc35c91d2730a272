"""Choosing the number of segments: clusters a portfolio for each k and measures what came out."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

import numpy as np
from joblib import cpu_count
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, calinski_harabasz_score, davies_bouldin_score
from threadpoolctl import threadpool_limits

from segmentation.algorithms import prepared
from segmentation.errors import TrainingError
from segmentation.features import COLUMNS
from segmentation.k_evidence import KCandidate, KEvidence, SilhouetteProfile
from segmentation.naming import named_centroids
from segmentation.silhouettes import EXACT_UP_TO, SAMPLE, mean_silhouettes, silhouettes
from segmentation.training import SMALLEST_PORTFOLIO

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

KS: Final = range(1, 11)  # the elbow depends on this range
STABLE_KS: Final = range(3, 9)
# k = 3 jumps to another partition in 7 to 14 of 100 resamples: 100 alone may show too few of them.
RESAMPLES: Final = 200
# Of 60 single starts 2 came within 0.02 % of the best known inertia at k = 8, none at k = 9; with
# 20 starts and 100 swaps 48 of 48 runs (k = 7 to 10) came within 0.001 %.
STARTS: Final = 20
SWAPS: Final = 100
RESAMPLE_STARTS: Final = 10


def choose_k(
    values: Floats,
    *,
    seed: int,
    resamples: int = RESAMPLES,
    ks: Collection[int] = KS,
    stable_ks: Collection[int] = STABLE_KS,
    on_step: Callable[[str], None],
) -> KEvidence:
    """The evidence for each of `ks`: `values` has shape (n, 17), features' units, NaN for blanks.

    `stable_ks`, from 2 on and among `ks`, are those that can be chosen. `on_step` hears what was
    done, `steps(…)` times. The same customers and seed give the same evidence, in any row order.
    Of more than 20,000 customers, starts, resamples and silhouettes take a sample.
    Raises TrainingError where there are too few customers, or a column is blank throughout.
    """
    values = _in_one_order(values)
    points = _points(values)
    with workers() as pool:
        solutions = _solutions(points, sorted(ks), seed, pool, on_step)
        several = {k: solution.labels_ for k, solution in solutions.items() if k > 1}
        rng = np.random.default_rng(seed)
        measured = mean_silhouettes(points, np.array([*several.values()]), pool, rng)
        on_step("Silhouettes")
        compared = {k: several[k] for k in stable_ks}
        agreements = [*_resampled(values, compared, seed, resamples, pool, on_step)]
    silhouette = dict(zip(several, measured.means, strict=True))
    agreement = dict(zip(compared, np.transpose(agreements), strict=True))
    return KEvidence(
        candidates=tuple(
            _candidate(points, solution, silhouette.get(k), agreement.get(k))
            for k, solution in solutions.items()
        ),
        customers=len(points),
        resamples=resamples,
        sampled=measured.sampled,
        silhouette_error=max(measured.errors),
    )


def steps(ks: Collection[int], resamples: int) -> int:
    """How often `choose_k` calls `on_step`."""
    return len(ks) + 1 + resamples


def silhouette_profile(values: Floats, k: int, seed: int) -> SilhouetteProfile:
    """Each customer's silhouette in the k clusters that `choose_k` found with the same seed.

    Of more than 20,000 customers, that of 5,000. Raises TrainingError as `choose_k` does.
    """
    points = _points(_in_one_order(values))
    rows = _some(len(points), SAMPLE, seed)
    with workers() as pool:
        solution = _solution(points, k, seed)
        (of_rows,) = silhouettes(points, solution.labels_[np.newaxis], pool, rows)
    return SilhouetteProfile(
        solution.labels_[rows], of_rows, named_centroids(solution.cluster_centers_)
    )


@contextmanager
def workers() -> Iterator[Executor]:
    """A thread a core, BLAS and OpenMP at one each: on data this small twice as fast."""
    with threadpool_limits(1), ThreadPoolExecutor(cpu_count(), initializer=_alone) as pool:
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


def _alone() -> None:
    threadpool_limits(1, user_api="openmp")  # unlike that of BLAS, it is each thread's own


def _in_one_order(values: Floats) -> Floats:
    return values[np.lexsort(values.T)]


def check(values: Floats) -> None:
    """Raise TrainingError where customers (n, 17) are too few, or a column is blank throughout."""
    different = len(np.unique(np.nan_to_num(values, nan=-1), axis=0))  # no feature is below 0
    if different < SMALLEST_PORTFOLIO:
        raise TrainingError(
            f"The portfolio has {different} different customers; comparing clusters takes "
            f"{SMALLEST_PORTFOLIO} at least. Take a portfolio of more customers."
        )
    blank = np.isnan(values).all(axis=0)
    if blank.any():
        raise TrainingError(
            f"These columns are blank for every customer: {', '.join(np.array(COLUMNS)[blank])}. "
            "Take a portfolio with values there."
        )


def _points(values: Floats) -> Floats:
    """All customers in scaled space."""
    check(values)
    return _scaled(values, values)


def _scaled(fitted_on: Floats, values: Floats) -> Floats:
    return prepared(fitted_on, winsorised=False).points(values)


def _some(customers: int, at_most: int, seed: int) -> NDArray[np.int64]:
    """All rows of a portfolio, of a large one a sample."""
    if customers <= EXACT_UP_TO:
        return np.arange(customers)
    return np.random.default_rng(seed).choice(customers, at_most, replace=False)


def _solutions(
    points: Floats, ks: Sequence[int], seed: int, pool: Executor, on_step: Callable[[str], None]
) -> dict[int, KMeans]:
    found = {}
    for solution in pool.map(lambda k: _solution(points, k, seed), reversed(ks)):  # longest first
        found[solution.n_clusters] = solution
        on_step("Clustering")
    return dict(sorted(found.items()))


def _solution(points: Floats, k: int, seed: int) -> KMeans:
    """The best k clusters found, of a large portfolio on a sample; then settled on all."""
    drawn = points[_some(len(points), EXACT_UP_TO, seed)]
    found = _swapped(drawn, started(drawn, k, STARTS, seed), seed)
    return KMeans(k, init=found.cluster_centers_, n_init=1, tol=0).fit(points)


def started(points: Floats, k: int, starts: int, seed: int) -> KMeans:
    """The best of several k-means++ starts."""
    return KMeans(k, n_init=starts, random_state=seed).fit(points)


def _swapped(points: Floats, best: KMeans, seed: int) -> KMeans:
    """The solution after random swaps: a centroid put elsewhere, kept where inertia falls."""
    rng = np.random.default_rng([seed, best.n_clusters])
    for _ in range(SWAPS):
        squared = ((points - best.cluster_centers_[best.labels_]) ** 2).sum(axis=1)
        centroids = best.cluster_centers_.copy()
        place = rng.choice(len(points), p=squared / squared.sum())
        centroids[rng.integers(len(centroids))] = points[place]
        swapped = KMeans(len(centroids), init=centroids, n_init=1).fit(points)
        best = min(best, swapped, key=lambda solution: solution.inertia_)
    return best


def _resampled(
    values: Floats,
    labels: Mapping[int, Labels],
    seed: int,
    resamples: int,
    pool: Executor,
    on_step: Callable[[str], None],
) -> Iterator[list[float]]:
    rows = _some(len(values), EXACT_UP_TO, seed)
    kept = {k: of_all[rows] for k, of_all in labels.items()}
    seeds = np.random.SeedSequence(seed).spawn(resamples)
    for agreement in pool.map(lambda own: _agreement(values[rows], kept, own), seeds):
        on_step("Resampling")
        yield agreement


def _agreement(
    values: Floats, labels: Mapping[int, Labels], seed: np.random.SeedSequence
) -> list[float]:
    """Adjusted Rand index, for each k, of `labels` and those of one bootstrap resample."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(len(values), size=len(values))
    points = _scaled(values[rows], values).astype(np.float32)
    drawn, times = np.unique(rows, return_counts=True)  # KMeans weights what came more than once
    found = (
        KMeans(k, n_init=RESAMPLE_STARTS, random_state=int(rng.integers(2**31))).fit(
            points[drawn], sample_weight=times
        )
        for k in labels
    )
    return [
        float(adjusted_rand_score(own, solution.predict(points)))
        for own, solution in zip(labels.values(), found, strict=True)
    ]


def _candidate(
    points: Floats, solution: KMeans, silhouette: float | None, agreement: Floats | None
) -> KCandidate:
    k, labels = solution.n_clusters, solution.labels_
    median, p5 = (None, None) if agreement is None else np.percentile(agreement, [50, 5]).tolist()
    return KCandidate(
        k=k,
        inertia=float(solution.inertia_),
        smallest=int(np.bincount(labels).min()),
        silhouette=silhouette,
        davies_bouldin=float(davies_bouldin_score(points, labels)) if k > 1 else None,
        calinski_harabasz=float(calinski_harabasz_score(points, labels)) if k > 1 else None,
        stability_median=median,
        stability_p5=p5,
    )


__all__ = [
    "KS",
    "RESAMPLES",
    "STABLE_KS",
    "KCandidate",
    "KEvidence",
    "check",
    "choose_k",
    "silhouette_profile",
    "started",
    "steps",
    "workers",
]
