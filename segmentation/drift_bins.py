"""The frozen bins of drift: where each feature was cut in training, and how many fell where.

The cuts follow the data's habits: zero, a full share and “not there” are answers of their own,
and plain deciles would mix them with small values.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from segmentation.features import COLUMNS, FEATURES, Feature, Unit

OWN_ZERO_ABOVE: Final = 0.005  # share of zeros from which zero is a bin of its own
COARSE_ABOVE: Final = 0.20  # share of zeros from which what is left makes fewer bins
FINE_BINS: Final = 9
COARSE_BINS: Final = 5
_BELOW_ONE: Final = float(np.nextafter(1.0, 0.0))
_SHARE_EDGES: Final = (0.0, 0.25, 0.5, 0.75, _BELOW_ONE)

Counts = tuple[tuple[int, ...], ...]  # for each feature, customers a bin


@dataclass(frozen=True, slots=True)
class Bins:
    """How one feature was distributed in training.

    `edges` ascend, in the feature's unit; each is the top of its bin, so that zero as the first
    edge gives zeros a bin of their own. `counts` has a customer count for each edge, one for what
    lies above the last edge, and one for blanks.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.counts) != len(self.edges) + 2:
            raise ValueError("its bins do not fit their edges")
        if not all(low < high for low, high in pairwise(self.edges)) or min(self.counts) < 0:
            raise ValueError("its bins are not in order")

    def count(self, values: NDArray[np.float64]) -> tuple[int, ...]:
        """Customers a bin: `values` has shape (n,), the feature's unit, NaN for blanks."""
        places = np.searchsorted(self.edges, values, side="left")
        places[np.isnan(values)] = len(self.edges) + 1
        return tuple(np.bincount(places, minlength=len(self.counts)).tolist())


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the training portfolio looked like: its customers, and the bins of each feature."""

    customers: int
    features: tuple[Bins, ...]

    def count(self, values: NDArray[np.float64]) -> Counts:
        """Customers a bin for each feature: `values` has shape (n, 17), NaN for blanks."""
        columns = zip(self.features, values.T, strict=True)
        return tuple(bins.count(column) for bins, column in columns)

    def as_json(self) -> dict[str, Any]:
        """The baseline as `from_json` takes it: numbers, text, lists and dicts alone."""
        rows = zip(COLUMNS, self.features, strict=True)
        return {
            "customers": self.customers,
            "features": [
                {"column": column, "edges": list(bins.edges), "counts": list(bins.counts)}
                for column, bins in rows
            ],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Baseline":
        """The baseline that `as_json` wrote; KeyError, TypeError or ValueError when it is none."""
        rows = data["features"]
        if tuple(row["column"] for row in rows) != COLUMNS:
            raise ValueError("its bins are not those of the 17 features, in their order")
        bins = tuple(Bins(tuple(row["edges"]), tuple(row["counts"])) for row in rows)
        if any(sum(feature.counts) != data["customers"] for feature in bins):
            raise ValueError("its bins do not hold every customer once")
        return cls(data["customers"], bins)


def baseline(values: NDArray[np.float64]) -> Baseline:
    """Cut the training values, shape (n, 17) with NaN for blanks, into bins that then stay."""
    columns = zip(FEATURES, values.T, strict=True)
    return Baseline(len(values), tuple(_bins(feature, column) for feature, column in columns))


def _bins(feature: Feature, values: NDArray[np.float64]) -> Bins:
    edges = _edges(feature, values[~np.isnan(values)])
    empty = Bins(edges, (0,) * (len(edges) + 2))
    return Bins(edges, empty.count(values))


def _edges(feature: Feature, known: NDArray[np.float64]) -> tuple[float, ...]:
    if feature.unit is Unit.SHARE:
        return _SHARE_EDGES
    if feature.unit is Unit.MONTHS:
        return (float(feature.maximum - 1),)  # seen whole or not
    positive = known[known > 0]
    zeros = len(known) - len(positive)
    own_zero = (0.0,) if zeros > OWN_ZERO_ABOVE * len(known) else ()
    return own_zero + _equal_counts(
        positive, COARSE_BINS if zeros > COARSE_ABOVE * len(known) else FINE_BINS
    )


def _equal_counts(values: NDArray[np.float64], bins: int) -> tuple[float, ...]:
    """Edges that put equally many values in each bin; a value that fills a bin gets it alone."""
    if not len(values):
        return ()
    edges, times = np.unique(np.quantile(values, np.arange(1, bins) / bins), return_counts=True)
    lumps = edges[times > 1]
    return tuple(np.union1d(edges, np.nextafter(lumps, -np.inf)).tolist())


def psi(before: tuple[int, ...], now: tuple[int, ...]) -> float:
    """Population stability index of two counts over the same bins: Σ (q − p) ln(q / p).

    Half a customer is added to each bin, so that an empty one stays finite; bins that are empty
    in both are left out. 0 means the same distribution.
    """
    p, q = np.array(before) + 0.5, np.array(now) + 0.5
    used = p + q > 1
    p, q = p[used] / p[used].sum(), q[used] / q[used].sum()
    return float(np.sum((q - p) * np.log(q / p)))
