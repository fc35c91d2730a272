"""A model trained again and again on resampled customers: which labels hold, and how often."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from threadpoolctl import threadpool_limits

from segmentation.algorithms import ALGORITHMS, Algorithm, prepared
from segmentation.assignment import Band
from segmentation.calibration import Calibration, Cell
from segmentation.model import SegmentModel

_STARTS: Final = 10  # misses the best optimum in 3 of 10,000 runs on the public portfolio


def calibration(
    values: NDArray[np.float64],
    model: SegmentModel,
    *,
    resamples: int = 100,
    seed: int,
    on_step: Callable[[str], None] = lambda _: None,
) -> Calibration:
    """How often retraining gives the customers `values` (n × 17, NaN for blanks) the same label.

    Each resample draws n customers with replacement; medians, scales and centroids are learnt
    from it and label all n; its clusters are matched to the model's segments by their overlap.
    `on_step` is told of each resample. Equal seeds give equal figures.
    """
    assigned = model.assign(values)
    algorithm = ALGORITHMS[model.provenance.algorithm]
    rng = np.random.default_rng(seed)
    agreed = np.zeros(len(values))
    for resample in range(resamples):
        labels = _labels(values, algorithm, len(model.segments), rng)
        agreed += assigned.segment == _matched(labels, assigned.segment, model)
        on_step(f"Retraining {resample + 1} of {resamples}")
    cells = []
    for segment in model.segments:
        for index, band in enumerate(Band):
            here = (assigned.segment == segment.id) & (assigned.band == index)
            if here.any():
                same = float(agreed[here].mean() / resamples)
                cells.append(Cell(segment.id, band, int(here.sum()), same))
    return Calibration(resamples, tuple(cells))


def _labels(
    values: NDArray[np.float64], algorithm: Algorithm, clusters: int, rng: np.random.Generator
) -> NDArray[np.int32]:
    """Every customer's cluster under a model trained on a bootstrap of them: (n,)."""
    drawn = values[rng.integers(0, len(values), len(values))]
    preparation = prepared(drawn, winsorised=algorithm.winsorised)
    seed = int(rng.integers(2**31))
    with threadpool_limits(1):
        kmeans = algorithm.fit(preparation.points(drawn), clusters, _STARTS, seed)
        return np.asarray(kmeans.predict(preparation.points(values)))


def _matched(
    labels: NDArray[np.int32], segments: NDArray[np.int64], model: SegmentModel
) -> NDArray[np.int64]:
    """The clusters' labels (n,) as segment ids, matched so that as many customers as can agree."""
    ids = np.array([segment.id for segment in model.segments])
    overlap = (labels[:, np.newaxis] == np.arange(len(ids))).T.astype(np.float64) @ (
        segments[:, np.newaxis] == ids
    )
    clusters, rows = linear_sum_assignment(-overlap)
    return np.asarray(ids[rows[np.argsort(clusters)]][labels])
