"""The ways to find centroids that a model can be made with, and what is done to the figures before.

Whatever found them, a customer belongs to the nearest centroid: that is what serving does, what can
be explained exactly, and what the labels here follow too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import BisectingKMeans, KMeans, MiniBatchKMeans
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

WINSORISED_AT: Final = (1, 99)  # percentiles; agrees with plain KMeans to 0.88 and holds better

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One way: `fit(points, k, starts, seed)` finds k centroids and labels points by the nearest.

    `winsorised` says that each feature is first cut at its 1st and 99th percentile.
    """

    words: str
    fit: Callable[[Floats, int, int, int], KMeans]
    winsorised: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Preparation:
    """What was learnt of the figures: medians, scale, limits of shape (17,), infinite for none."""

    imputer: SimpleImputer
    low: Floats
    high: Floats
    scaler: StandardScaler

    def points(self, values: Floats) -> Floats:
        """Customers, `values` of shape (n, 17) with NaN for blanks, in scaled space."""
        return np.asarray(
            self.scaler.transform(np.clip(self.imputer.transform(values), self.low, self.high))
        )


def prepared(values: Floats, *, winsorised: bool) -> Preparation:
    """Learn medians, limits and scale from customers: `values` has shape (n, 17), NaN for blanks.

    A column that is blank throughout counts as zero.
    """
    imputer = SimpleImputer(strategy="median", keep_empty_features=True).fit(values)
    imputed = imputer.transform(values)
    low, high = np.full(values.shape[1], -np.inf), np.full(values.shape[1], np.inf)
    if winsorised:
        low, high = np.percentile(imputed, WINSORISED_AT, axis=0)
    return Preparation(imputer, low, high, StandardScaler().fit(np.clip(imputed, low, high)))


def _kmeans(points: Floats, k: int, starts: int, seed: int) -> KMeans:
    return KMeans(k, n_init=starts, random_state=seed).fit(points)


def _bisecting(points: Floats, k: int, starts: int, seed: int) -> KMeans:
    found = BisectingKMeans(k, n_init=starts, random_state=seed).fit(points)
    return _nearest(points, found.cluster_centers_)


def _minibatch(points: Floats, k: int, starts: int, seed: int) -> KMeans:
    found = MiniBatchKMeans(k, n_init=starts, random_state=seed).fit(points)
    return _nearest(points, found.cluster_centers_)


def _nearest(points: Floats, centroids: Floats) -> KMeans:
    """KMeans that holds these centroids as they are, its labels and inertia those of `points`."""
    held = KMeans(len(centroids), init=centroids, n_init=1, max_iter=1).fit(points)
    held.cluster_centers_ = np.ascontiguousarray(centroids)
    held.labels_ = held.predict(points)
    held.inertia_ = -held.score(points)
    return held


ALGORITHMS: Final[Mapping[str, Algorithm]] = {
    "kmeans": Algorithm("KMeans", _kmeans),
    "winsorised": Algorithm(
        "KMeans, each feature cut at its 1st and 99th percentile", _kmeans, winsorised=True
    ),
    "bisecting": Algorithm("BisectingKMeans", _bisecting),
    "minibatch": Algorithm("MiniBatchKMeans", _minibatch),
}
DEFAULT: Final = "kmeans"
