"""What a model says of customers: segment, runner-up, distances, certainty, novelty."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray


class Band(StrEnum):
    """How far a customer lies from the border of the segment, in three steps."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


_BANDS: Final = (Band.LOW, Band.MEDIUM, Band.HIGH)


@dataclass(frozen=True, slots=True, eq=False)
class Assignments:
    """What the model says of n customers: arrays of length n, segments by their lasting id.

    `distance` and `runner_up_distance` are Euclidean, in scaled space. `confidence` is 0 on the
    border and 1 at or behind the centroid; it is no probability. `band` indexes low, medium, high.
    """

    segment: NDArray[np.int64]
    runner_up: NDArray[np.int64]
    distance: NDArray[np.float64]
    runner_up_distance: NDArray[np.float64]
    confidence: NDArray[np.float64]
    band: NDArray[np.int64]
    novel: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.segment)

    def __getitem__(self, row: int) -> "Assignment":
        return Assignment(
            segment=int(self.segment[row]),
            runner_up=int(self.runner_up[row]),
            distance=float(self.distance[row]),
            runner_up_distance=float(self.runner_up_distance[row]),
            confidence=float(self.confidence[row]),
            band=_BANDS[self.band[row]],
            novel=bool(self.novel[row]),
        )

    def part(self, rows: slice) -> "Assignments":
        """The same of some of the customers."""
        return Assignments(*(getattr(self, each.name)[rows] for each in fields(self)))

    def band_names(self) -> NDArray[np.str_]:
        """The bands as text, one a customer."""
        return np.array([str(band) for band in _BANDS])[self.band]


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the model says of one customer; the fields are those of `Assignments`."""

    segment: int
    runner_up: int
    distance: float
    runner_up_distance: float
    confidence: float
    band: Band
    novel: bool

    @property
    def margin(self) -> float:
        """How much farther the runner-up is, in squared scaled distance."""
        return self.runner_up_distance**2 - self.distance**2


@dataclass(frozen=True, slots=True)
class Scored:
    """What a snapshot keeps of an assignment; the distances follow from the figures."""

    segment: int
    runner_up: int
    confidence: float
    band: Band
    novel: bool

    def at(self, distance: float, runner_up_distance: float) -> Assignment:
        """The whole assignment, with the distances to both centroids."""
        return Assignment(
            segment=self.segment,
            runner_up=self.runner_up,
            distance=distance,
            runner_up_distance=runner_up_distance,
            confidence=self.confidence,
            band=self.band,
            novel=self.novel,
        )
