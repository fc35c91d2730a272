"""The one kernel: customers' columns in; segment, runner-up, distances, certainty, novelty out.

A pure function over arrays, from the numbers of a model file alone. The same sums in the same
order whether NumPy does them for one customer or compiled code for millions, and whatever the
batches: so the same customer gets the same bits everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.assignment import Assignments

# Below the first a label holds in 79 % of resamplings, below the second in 96 %, above in 99.8 %
# (200 bootstraps of the public portfolio).
LOW_BELOW: Final = 0.10
MEDIUM_BELOW: Final = 0.30
# Loading the compiled kernel costs 0.6 CPU seconds and 120 MB, and saves 0.1 µs a customer: worth
# it in an engine's workers, and not within the memory that a scan of files keeps to.
COMPILED_FROM: Final = 2_000_000
_CHUNK: Final = 8192  # customers whose columns stay in a core's cache

Floats = NDArray[np.float64]
Columns = (
    Sequence[Floats] | Floats
)  # one array of shape (n,) a feature, in its unit, NaN for blanks


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """What of a model decides about a customer: f features, k centroids.

    `medians`, `lows`, `highs`, `means`, `scales` have shape (f,), in the features' units;
    `surprising` says of which features a blank is one that training never saw. `centroids` has
    shape (k, f), in scaled space; `ids` (the lasting ones), `radii` (of novelty) and `soft` (is its
    border?) belong to its rows. `inverses` are one over the scales; `weights` one over the squared
    distance between each two centroids, shape (k, k), NaN where they are one and the same.
    """

    medians: Floats
    lows: Floats
    highs: Floats
    means: Floats
    scales: Floats
    surprising: NDArray[np.bool_]
    centroids: Floats
    ids: NDArray[np.int64]
    radii: Floats
    soft: NDArray[np.bool_]
    inverses: Floats = field(init=False)
    weights: Floats = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inverses", 1 / self.scales)
        offsets = self.centroids[:, np.newaxis] - self.centroids
        gaps = np.einsum("ijf,ijf->ij", offsets, offsets)
        gaps[gaps == 0] = np.nan
        object.__setattr__(self, "weights", 1 / gaps)


def score(numbers: Numbers, columns: Columns) -> Assignments:
    """Assign n customers: the nearest centroid, of equally near ones the lowest id.

    Confidence is min over j of (d_j² − d_1²) / ‖c_1 − c_j‖², clipped to 0..1: of the measures
    tried on the public portfolio the one that tells best which labels survive resampling (AUC
    0.957; 1 − d1/d2 has 0.920). The band is one lower behind a soft border, and where a blank is
    one that training never saw.
    """
    customers = len(columns[0])
    chunks = [
        _scored(numbers, np.array([column[start : start + _CHUNK] for column in columns]))
        for start in range(0, max(customers, 1), _CHUNK)
    ]
    if len(chunks) == 1:
        return chunks[0]
    return Assignments(
        *(
            np.concatenate([getattr(chunk, name) for chunk in chunks])
            for name in Assignments.__dataclass_fields__
        )
    )


def _scored(numbers: Numbers, values: Floats) -> Assignments:
    """The kernel in NumPy: `values`, which it works in, has shape (f, n)."""
    blank = np.isnan(values)
    np.copyto(values, numbers.medians[:, np.newaxis], where=blank)
    np.maximum(values, numbers.lows[:, np.newaxis], out=values)
    np.minimum(values, numbers.highs[:, np.newaxis], out=values)
    values -= numbers.means[:, np.newaxis]
    values *= numbers.inverses[:, np.newaxis]
    squared = np.zeros((len(numbers.centroids), values.shape[1]))
    offsets = np.empty_like(squared)
    for scaled, coordinates in zip(values, numbers.centroids.T, strict=True):
        np.subtract(scaled, coordinates[:, np.newaxis], out=offsets)
        offsets *= offsets
        squared += offsets
    nearest, first = _nearest(squared)
    ahead = squared - first
    ahead *= numbers.weights.take(nearest, axis=1)
    confidence = np.fmin(np.fmin.reduce(ahead, axis=0), 1.0)
    squared[nearest, np.arange(values.shape[1])] = np.inf
    second, behind = _nearest(squared)
    distance = np.sqrt(first)
    lowered = numbers.soft.take(nearest) | blank[numbers.surprising].any(axis=0)
    band = (confidence >= LOW_BELOW).astype(np.int64) + (confidence >= MEDIUM_BELOW)
    return Assignments(
        segment=numbers.ids.take(nearest),
        runner_up=numbers.ids.take(second),
        distance=distance,
        runner_up_distance=np.sqrt(behind),
        confidence=confidence,
        band=np.maximum(band - lowered, 0),
        novel=distance > numbers.radii.take(nearest),
    )


def _nearest(squared: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Of distances, shape (k, n), the place of the least, the first of equal ones, and the least.

    What argmin says; along so short an axis that takes three times as long.
    """
    place, least = np.zeros(squared.shape[1], np.intp), squared[0].copy()
    for at, distances in enumerate(squared[1:], 1):
        np.copyto(place, at, where=distances < least)
        np.minimum(least, distances, out=least)
    return place, least
