"""Measures the methods of a comparison: every one on the same customers and the same resamples."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from segmentation.algorithms import prepared
from segmentation.comparison import Comparison, Outcome
from segmentation.comparison_methods import METHODS, REFERENCE, Method
from segmentation.k_selection import check, workers
from segmentation.silhouettes import mean_silhouettes

AT_MOST: Final = 10_000  # customers: Ward and the density methods grow with their square
RESAMPLES: Final = 6
_KEPT: Final = 0.8  # of the customers in a resample

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


def compare(
    values: Floats,
    *,
    k: int,
    seed: int,
    resamples: int = RESAMPLES,
    methods: Mapping[str, Method] = METHODS,
    on_step: Callable[[str], None],
) -> Comparison:
    """Measure every method on customers: `values` has shape (n, 17), NaN for blanks.

    Of more than 10,000 customers a sample is taken. Stability is the adjusted Rand index between
    each two resamples of 80 %, on the customers that both have. `on_step` hears each method's name
    before each of its fits: `1 + resamples` times. Raises TrainingError as choosing k does.
    """
    check(values)
    rng = np.random.default_rng(seed)
    drawn = values
    if len(values) > AT_MOST:
        drawn = values[rng.choice(len(values), AT_MOST, replace=False)]
    kept = [
        np.sort(rng.choice(len(drawn), round(_KEPT * len(drawn)), replace=False))
        for _ in range(resamples)
    ]
    points = prepared(drawn, winsorised=False).points(drawn)
    reference = methods[REFERENCE].label(drawn, k, seed)
    with workers() as pool:

        def outcome(name: str) -> Outcome:
            on_step(name)
            start = perf_counter()
            labels = methods[name].label(drawn, k, seed)
            seconds = perf_counter() - start
            again = []
            for rows in kept:
                on_step(name)
                again.append(methods[name].label(drawn[rows], k, seed))
            stability = _agreements(kept, again)
            clustered = labels >= 0
            sizes = np.bincount(labels[clustered])
            return Outcome(
                method=name,
                clusters=len(sizes),
                noise=float(1 - clustered.mean()),
                smallest=int(sizes.min()) if len(sizes) else 0,
                silhouette=_silhouette(points[clustered], labels[clustered]),
                agreement=float(adjusted_rand_score(reference, labels)),
                stability=float(np.mean(stability)),
                least_stability=min(stability),
                seconds=seconds,
            )

        outcomes = tuple(pool.map(outcome, methods))
    return Comparison(outcomes, len(drawn), len(values), k, resamples)


def _agreements(kept: Sequence[Labels], labels: Sequence[Labels]) -> list[float]:
    """Adjusted Rand index of each two resamples, on the rows that both kept."""
    found = []
    for (rows, own), (other_rows, other) in combinations(zip(kept, labels, strict=True), 2):
        _, here, there = np.intersect1d(rows, other_rows, assume_unique=True, return_indices=True)
        found.append(float(adjusted_rand_score(own[here], other[there])))
    return found


def _silhouette(points: Floats, labels: Labels) -> float | None:
    _, numbered = np.unique(labels, return_inverse=True)
    if len(points) == 0 or numbered.max() == 0:
        return None
    with workers() as pool:
        rng = np.random.default_rng(0)
        return mean_silhouettes(points, numbered[np.newaxis].astype(np.int32), pool, rng).means[0]
