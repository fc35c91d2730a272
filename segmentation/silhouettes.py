"""Silhouettes of several partitions at once: exact for chosen customers, estimated for very many.

The distances are computed once for all partitions, block by block, and summed by cluster in one
product with the one-hot labels; no n × n matrix is ever held.
"""

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]
Rows = NDArray[np.int64]

EXACT_UP_TO: Final = 20_000  # customers; the exact silhouettes cost n²
SAMPLE: Final = 5_000
_LEAST_OF_A_STRATUM: Final = 20
_BLOCK: Final = (256, 4096)  # of distances: 4 MB in single precision stay in the cache


@dataclass(frozen=True, slots=True)
class MeanSilhouettes:
    """The mean silhouette of each partition; `sampled` and standard errors where estimated."""

    means: tuple[float, ...]
    errors: tuple[float, ...]
    sampled: int | None


def mean_silhouettes(
    points: Floats, labels: Labels, pool: Executor, rng: np.random.Generator
) -> MeanSilhouettes:
    """The mean silhouettes of partitions: `points` (n × d), `labels` (partitions × n), from 0 on.

    Exact up to 20,000 points. Beyond, from some 5,000 drawn by the clusters of the last partition,
    which should be the finest, with the simplified silhouette as control variate.
    """
    if len(points) <= EXACT_UP_TO:
        means = silhouettes(points, labels, pool).mean(axis=1)
        return MeanSilhouettes(tuple(means.tolist()), (0.0,) * len(labels), None)
    strata = labels[-1]
    rows = _drawn(strata, rng)
    exact = silhouettes(points, labels, pool, rows)
    estimates = [
        _estimate(of_rows, simplified(points, partition), strata, rows)
        for of_rows, partition in zip(exact, labels, strict=True)
    ]
    means_by_k, errors = zip(*estimates, strict=True)
    return MeanSilhouettes(means_by_k, errors, len(rows))


def silhouettes(
    points: Floats,
    labels: Labels,
    pool: Executor,
    rows: Rows | None = None,
    precision: type[np.floating[Any]] = np.float32,
) -> Floats:
    """Each point's silhouette in each partition, shape (partitions × points).

    With `rows`, of these points alone, distances going to all. `labels` number the clusters of a
    partition from 0, none empty; a cluster of one point has silhouette 0.
    """
    chosen = np.arange(len(points)) if rows is None else rows
    squares = np.einsum("ij,ij->i", points, points)
    ones = np.ones(len(points))
    # |x − y|² = |x|² + |y|² − 2xy, as one product
    left = np.column_stack([points, squares, ones]).astype(precision)[chosen]
    right = np.column_stack([-2 * points, ones, squares]).astype(precision).T.copy()
    edges = np.cumsum([0, *(labels.max(axis=1) + 1)])
    members = np.zeros((len(points), edges[-1]), precision)
    np.put_along_axis(members, labels.T + edges[:-1], 1, axis=1)
    sizes = members.sum(axis=0, dtype=np.float64)
    height, width = _BLOCK

    def of_block(start: int) -> Floats:
        block = slice(start, start + height)
        sums = np.zeros((len(left[block]), len(sizes)))
        for first in range(0, len(points), width):
            distances = left[block] @ right[:, first : first + width]
            np.sqrt(np.maximum(distances, 0, out=distances), out=distances)
            _clear_own(distances, chosen[block] - first)
            sums += distances @ members[first : first + width]
        return np.array(
            [
                _from_sums(sums[:, low:high], sizes[low:high], partition[chosen[block]])
                for partition, low, high in zip(labels, edges, edges[1:], strict=False)
            ]
        )

    return np.concatenate(list(pool.map(of_block, range(0, len(chosen), height))), axis=1)


def _clear_own(distances: NDArray[Any], own: Rows) -> None:
    """Put the distance of a point to itself at the zero that rounding may have missed."""
    within = np.flatnonzero((own >= 0) & (own < distances.shape[1]))
    distances[within, own[within]] = 0


def _from_sums(sums: Floats, sizes: Floats, own: Labels) -> Floats:
    """Silhouettes from the sums of distances to each cluster, shape (points × clusters)."""
    at = np.arange(len(sums))
    cohesion = sums[at, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    return np.asarray(np.where(sizes[own] > 1, _ratio(cohesion, means, own), 0.0))


def _ratio(own_distance: Floats, distances: Floats, own: Labels) -> Floats:
    """(b − a) / max(a, b), b the least of the distances to other clusters; 0 where both are 0."""
    distances[np.arange(len(own)), own] = np.inf
    nearest = distances.min(axis=1)
    larger = np.maximum(own_distance, nearest)
    difference = nearest - own_distance
    return np.asarray(np.divide(difference, larger, out=np.zeros_like(larger), where=larger > 0))


def simplified(points: Floats, labels: Labels) -> Floats:
    """Each point's simplified silhouette, shape (n,): distances to centroids, not to all points."""
    sizes = np.bincount(labels)
    sums = [np.bincount(labels, weights=column) for column in points.T]
    centroids = np.array(sums).T / sizes[:, np.newaxis]
    distances = np.column_stack(
        [np.linalg.norm(points - centroid, axis=1) for centroid in centroids]
    )
    return _ratio(distances[np.arange(len(labels)), labels], distances, labels)


def _drawn(strata: Labels, rng: np.random.Generator) -> Rows:
    """Rows drawn without replacement from each stratum in proportion, a few at least."""
    wanted = np.ceil(np.bincount(strata) * SAMPLE / len(strata)).astype(int)
    members = [np.flatnonzero(strata == stratum) for stratum in range(len(wanted))]
    return np.concatenate(
        [
            rng.choice(rows, min(len(rows), max(size, _LEAST_OF_A_STRATUM)), replace=False)
            for rows, size in zip(members, wanted, strict=True)
        ]
    )


def _estimate(exact: Floats, control: Floats, strata: Labels, rows: Rows) -> tuple[float, float]:
    """Stratified regression estimate of the mean of `exact`, known for `rows`, and its error.

    `control` is known for all and explains most of the spread.
    """
    stratum, drawn = strata[rows], control[rows]
    sizes, counts = np.bincount(strata), np.bincount(stratum)
    exact_means = np.bincount(stratum, exact) / counts
    drawn_means = np.bincount(stratum, drawn) / counts
    exact_off, drawn_off = exact - exact_means[stratum], drawn - drawn_means[stratum]
    weight = (sizes / counts)[stratum]
    slope = float((weight * exact_off * drawn_off).sum() / (weight * drawn_off**2).sum())
    shares = sizes / len(strata)
    means = exact_means - slope * (drawn_means - np.bincount(strata, control) / sizes)
    spread = np.bincount(stratum, (exact_off - slope * drawn_off) ** 2)
    variances = spread / np.maximum(counts - 1, 1) * (1 - counts / sizes) / counts
    return float(shares @ means), float(np.sqrt(shares**2 @ variances))
