"""The map of a report: scaled space seen from its two widest sides, to draw and to nothing else."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.features import FEATURES, INDEX, Unit
from segmentation.model import SegmentModel
from segmentation.naming import family
from segmentation.report_figures import Map, Point
from segmentation.wording import listed

DRAWN: Final = 1_800  # customers; more would only cover each other
_FEWEST: Final = 30  # drawn of each segment that has so many
_SEED: Final = 20_171  # any: the same customers give the same map
_CHUNK: Final = 200_000  # customers scaled at a time
_RIGHT: Final = INDEX["PURCHASES"]  # signs are turned so that these point right and up
_UP: Final = INDEX["CASH_ADVANCE"]
_TOLD: Final = 2  # features that name an axis

Values = NDArray[np.float64]


def drawn_map(model: SegmentModel, values: Values, labels: NDArray[np.int64]) -> Map | None:
    """The map of customers: `values` has shape (n, 17), NaN for blanks, `labels` (n,) segment ids.

    None where the customers do not differ in two directions.
    """
    mean, covariance = _moments(model, values)
    variances, axes = np.linalg.eigh(covariance)
    if variances[-2] <= 1e-12 * max(variances[-1], 1e-300):
        return None
    sides = axes[:, [-1, -2]]
    sides *= np.where(sides[[_RIGHT, _UP], [0, 1]] < 0, -1.0, 1.0)
    centroids = (model.centroids - mean) @ sides
    ids = np.array([segment.id for segment in model.segments])
    nearest = sum(
        int((_nearest((points - mean) @ sides, centroids, ids) == labels[rows]).sum())
        for rows, points in _scaled(model, values)
    )
    rows = _sample(labels)
    places = (model.scaled(values[rows]) - mean) @ sides
    return Map(
        points=_points(places, labels[rows]),
        centroids=_points(centroids, ids),
        explained=(
            float(variances[-1] / variances.sum()),
            float(variances[-2] / variances.sum()),
        ),
        nearest=nearest / len(labels),
        drawn=len(rows),
        axes=(_words(sides[:, 0]), _words(sides[:, 1])),
    )


def _scaled(model: SegmentModel, values: Values) -> Iterator[tuple[slice, Values]]:
    for start in range(0, len(values), _CHUNK):
        rows = slice(start, start + _CHUNK)
        yield rows, model.scaled(values[rows])


def _moments(model: SegmentModel, values: Values) -> tuple[Values, Values]:
    """Mean (17,) and covariance (17, 17) of the customers in scaled space."""
    mean = sum(points.sum(axis=0) for _, points in _scaled(model, values)) / len(values)
    products = ((points - mean).T @ (points - mean) for _, points in _scaled(model, values))
    return np.asarray(mean), np.asarray(sum(products) / len(values))


def _nearest(places: Values, centroids: Values, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    squared = ((places[:, np.newaxis] - centroids) ** 2).sum(axis=2)
    return np.asarray(ids[squared.argmin(axis=1)])


def _sample(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows to draw: all of few, else a sample that shows small segments too."""
    if len(labels) <= DRAWN:
        return np.arange(len(labels))
    rng = np.random.default_rng(_SEED)
    drawn = []
    for segment in np.unique(labels):
        rows = np.flatnonzero(labels == segment)
        share = round(DRAWN * len(rows) / len(labels))
        drawn.append(rng.choice(rows, min(max(share, _FEWEST), len(rows)), replace=False))
    return np.asarray(rng.permutation(np.concatenate(drawn)))


def _points(places: Values, labels: NDArray[np.int64]) -> tuple[Point, ...]:
    rows = zip(places.round(3).tolist(), labels.tolist(), strict=True)
    return tuple(Point(x, y, segment) for (x, y), segment in rows)


def _words(side: Values) -> str:
    """What grows along an axis: its strongest features, one of those that tell the same."""
    told: dict[str, str] = {}
    for index in np.argsort(-np.abs(side)):
        feature = FEATURES[index]
        grows = "more" if side[index] > 0 else "fewer" if feature.unit is Unit.SHARE else "less"
        words = f"{grows} {feature.label[0].lower()}{feature.label[1:]}"
        if len(told) < _TOLD:
            told.setdefault(family(feature.column), words)
    return listed([*told.values()])
