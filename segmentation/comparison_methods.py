"""The methods that `compare` sets beside each other: each a way from customers to labels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import DBSCAN, HDBSCAN, AgglomerativeClustering
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import PowerTransformer

from segmentation.algorithms import ALGORITHMS, prepared

STARTS: Final = 10
_MIXTURE_STARTS: Final = 3
_NEIGHBOURS: Final = 34  # twice the features, as is usual for DBSCAN
_SMALLEST_SHARE: Final = 0.01  # of the customers, for a cluster of HDBSCAN

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Method:
    """A method by its name; `label(values, k, seed)` gives every customer a cluster, −1 for noise.

    `values` has shape (n, 17), NaN for blanks. Density methods find their own number of clusters.
    `trainable` is what `segbot train --algorithm` calls it, None where it cannot be served.
    """

    label: Callable[[Floats, int, int], Labels]
    trainable: str | None = None
    own_number: bool = False


def _trained(algorithm: str) -> Method:
    how = ALGORITHMS[algorithm]

    def label(values: Floats, k: int, seed: int) -> Labels:
        points = prepared(values, winsorised=how.winsorised).points(values)
        return np.asarray(how.fit(points, k, STARTS, seed).labels_, np.int64)

    return Method(label, trainable=algorithm)


def _mixture(covariance: str) -> Method:
    def label(values: Floats, k: int, seed: int) -> Labels:
        mixture = GaussianMixture(
            k,
            covariance_type=covariance,
            n_init=_MIXTURE_STARTS,
            reg_covar=1e-3,  # spikes at zero would otherwise be clusters without width
            max_iter=300,
            random_state=seed,
        )
        return np.asarray(mixture.fit_predict(_points(values)))

    return Method(label)


def _ward(values: Floats, k: int, _seed: int) -> Labels:
    return np.asarray(AgglomerativeClustering(k, linkage="ward").fit_predict(_points(values)))


def _dbscan(values: Floats, _k: int, _seed: int) -> Labels:
    points = _points(values)
    return np.asarray(DBSCAN(eps=knee(points), min_samples=_NEIGHBOURS).fit_predict(points))


def _hdbscan(values: Floats, _k: int, _seed: int) -> Labels:
    smallest = max(5, round(_SMALLEST_SHARE * len(values)))
    return np.asarray(HDBSCAN(min_cluster_size=smallest, copy=True).fit_predict(_points(values)))


def _yeo_johnson(values: Floats, k: int, seed: int) -> Labels:
    imputed = prepared(values, winsorised=False).imputer.transform(values)
    points = PowerTransformer(method="yeo-johnson").fit_transform(imputed)
    return np.asarray(ALGORITHMS["kmeans"].fit(points, k, STARTS, seed).labels_, np.int64)


def _points(values: Floats) -> Floats:
    return prepared(values, winsorised=False).points(values)


def knee(points: Floats) -> float:
    """DBSCAN's radius: where the sorted distances to the 34th neighbour bend most.

    That is the point farthest below the line from the smallest distance to the largest.
    """
    neighbours = NearestNeighbors(n_neighbors=_NEIGHBOURS).fit(points)
    distances = np.sort(neighbours.kneighbors(points)[0][:, -1])
    line = np.linspace(distances[0], distances[-1], len(distances))
    return max(float(distances[(line - distances).argmax()]), 1e-9)


METHODS: Final[Mapping[str, Method]] = {
    "KMeans": _trained("kmeans"),
    "KMeans (winsorised)": _trained("winsorised"),
    "KMeans (Yeo–Johnson)": Method(_yeo_johnson),
    "BisectingKMeans": _trained("bisecting"),
    "MiniBatchKMeans": _trained("minibatch"),
    "Gaussian mixture (full)": _mixture("full"),
    "Gaussian mixture (tied)": _mixture("tied"),
    "Gaussian mixture (diagonal)": _mixture("diag"),
    "Gaussian mixture (spherical)": _mixture("spherical"),
    "Ward": Method(_ward),
    "DBSCAN": Method(_dbscan, own_number=True),
    "HDBSCAN": Method(_hdbscan, own_number=True),
}
REFERENCE: Final = "KMeans"
