"""What a blank did to the answer: which segment each value that could stand there would give."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from segmentation.features import FEATURES, Feature
from segmentation.model import SegmentModel
from segmentation.wording import listed


@dataclass(frozen=True, slots=True)
class Stretch:
    """The values from `low` to `high`, in the feature's unit, that give the segment of that id."""

    low: float
    high: float
    segment: int


@dataclass(frozen=True, slots=True)
class ImputationEffect:
    """A blank feature, the `median` that stands in for it, and what any usual value would give.

    `stretches` ascend without gap over the feature's usual range, widened to hold the median;
    `segment` is what the median gave.
    """

    feature: Feature
    median: float
    segment: int
    stretches: tuple[Stretch, ...]

    @property
    def matters(self) -> bool:
        """Whether any usual value would change the segment."""
        return any(stretch.segment != self.segment for stretch in self.stretches)

    def told(self, names: Mapping[int, str]) -> str:
        """The effect in a sentence, `names` being the segments' names by their ids."""
        others = [stretch for stretch in self.stretches if stretch.segment != self.segment]
        if not others:
            return f"{self.feature.label}: no usual value would change the segment."
        told = [
            f"{self._where(stretch)} the segment would be {names[stretch.segment]}"
            for stretch in others
        ]
        return f"{self.feature.label}: {listed(told)}."

    def _where(self, stretch: Stretch) -> str:
        low, high = self.feature.shown(stretch.low), self.feature.shown(stretch.high)
        if stretch is self.stretches[0]:
            return f"below {high}"
        return f"above {low}" if stretch is self.stretches[-1] else f"between {low} and {high}"


def imputation_effect(
    model: SegmentModel, values: NDArray[np.float64]
) -> tuple[ImputationEffect, ...]:
    """The effect of each blank of one customer, `values` of shape (17,); other blanks stay median.

    Along one feature each d_j² is the same parabola plus a line, so segments meet where lines do.
    """
    if not np.isnan(values).any():
        return ()
    segment = model.assign_one(values).segment
    medians = model.imputed(values)
    return tuple(
        ImputationEffect(
            feature=FEATURES[index],
            median=float(medians[index]),
            segment=segment,
            stretches=_stretches(model, medians, int(index)),
        )
        for index in np.flatnonzero(np.isnan(values))
    )


def _stretches(model: SegmentModel, known: NDArray[np.float64], index: int) -> tuple[Stretch, ...]:
    low = min(FEATURES[index].usual[0], float(known[index]))
    high = max(FEATURES[index].usual[1], float(known[index]))
    ends = [low, *_meetings(model, known, index, low, high), high]
    middles = np.tile(known, (len(ends) - 1, 1))
    middles[:, index] = [(start + end) / 2 for start, end in pairwise(ends)]
    found: list[Stretch] = []
    for (start, end), segment in zip(
        pairwise(ends), model.assign(middles).segment.tolist(), strict=True
    ):
        joined = found.pop().low if found and found[-1].segment == segment else start
        found.append(Stretch(joined, end, segment))
    return tuple(found)


def _meetings(
    model: SegmentModel, known: NDArray[np.float64], index: int, low: float, high: float
) -> list[float]:
    """Where in between any two segments are equally far: ascending values of the feature."""
    squared = ((model.scaled(known) - model.centroids) ** 2).sum(axis=1)
    slopes = -2 * model.centroids[:, index] / model.scales[index]
    meetings = {
        float(known[index] - (squared[i] - squared[j]) / (slopes[i] - slopes[j]))
        for i, j in combinations(range(len(squared)), 2)
        if slopes[i] != slopes[j]
    }
    return sorted(value for value in meetings if low < value < high)
