"""Why this segment and not the runner-up: exact shares of the margin, and the words for them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.assignment import Assignment, Band, Scored
from segmentation.features import FEATURES, INDEX, Feature, Unit
from segmentation.model import SegmentModel
from segmentation.naming import ARCHETYPE_BY_KEY

_TRIFLE: Final = 0.01  # of all 17 contributions together: a smaller one is not told


@dataclass(frozen=True, slots=True)
class Driver:
    """One feature's part in the decision between the segment and its runner-up.

    `value` is the customer's (the training median where `imputed`), `typical` the segment's
    average, `typical_runner_up` the runner-up's, all in the feature's unit. `contribution` is in
    squared scaled distance: positive speaks for the segment, and all 17 add up to the margin.
    """

    feature: Feature
    value: float
    imputed: bool
    typical: float
    typical_runner_up: float
    contribution: float

    def told(self, runner_up: str) -> str:
        """The driver in plain words, `runner_up` being that segment's name in a sentence."""
        told = self.feature.told(self.value)
        shown = self.feature.shown
        blank = " (blank, so the median)" if self.imputed else ""
        return (
            f"{told[0].upper()}{told[1:]}{blank}; typical here {shown(self.typical)}, "
            f"in {runner_up} {shown(self.typical_runner_up)}"
        )


@dataclass(frozen=True, eq=False)
class Explanation:
    """An assignment with what each feature contributed; figures in the order of FEATURES.

    `known` are the customer's figures, the training median where `blank`; `typical` the segment's
    average, `typical_runner_up` the runner-up's.
    """

    assignment: Assignment
    contributions: Sequence[float]
    known: Sequence[float]
    blank: Sequence[bool]
    typical: Sequence[float]
    typical_runner_up: Sequence[float]
    without_headline: str | None

    @cached_property
    def drivers(self) -> tuple[Driver, ...]:
        """All 17 features, the strongest first."""
        return tuple(map(self._driver, self._strongest_first))

    @property
    def imputed(self) -> tuple[Feature, ...]:
        """The features that were blank."""
        return tuple(feature for feature, blank in zip(FEATURES, self.blank, strict=True) if blank)

    def supporting(self, most: int) -> tuple[Driver, ...]:
        """The strongest features that speak for the segment.

        Trifling ones are left out, and the length of the observed window, which is no behaviour.
        """
        return self._weighty([i for i in self._strongest_first if self.contributions[i] > 0], most)

    def opposing(self, most: int) -> tuple[Driver, ...]:
        """The strongest features that speak for the runner-up, chosen likewise."""
        return self._weighty([i for i in self._strongest_first if self.contributions[i] < 0], most)

    @cached_property
    def _strongest_first(self) -> list[int]:
        return sorted(range(len(FEATURES)), key=lambda i: -abs(self.contributions[i]))

    @cached_property
    def _trifle(self) -> float:
        return _TRIFLE * sum(map(abs, self.contributions))

    def _weighty(self, features: list[int], most: int) -> tuple[Driver, ...]:
        told = features[:1] + [
            i
            for i in features[1:]
            if abs(self.contributions[i]) >= self._trifle and FEATURES[i].unit is not Unit.MONTHS
        ]
        return tuple(map(self._driver, told[:most]))

    def _driver(self, i: int) -> Driver:
        return Driver(
            feature=FEATURES[i],
            value=self.known[i],
            imputed=self.blank[i],
            typical=self.typical[i],
            typical_runner_up=self.typical_runner_up[i],
            contribution=self.contributions[i],
        )


def explain(
    model: SegmentModel, values: NDArray[np.float64], scored: Scored | None = None
) -> Explanation:
    """Explain one customer: `values` has shape (17,), the features' units, NaN for blanks.

    `scored` is what a snapshot keeps of the customer, which need not be worked out again.
    For each feature f, with the segment's centroid a and the runner-up's b in scaled space, the
    contribution is (z_f − b_f)² − (z_f − a_f)²; their sum is d_b² − d_a², the margin.
    """
    known = model.imputed(values)
    z = model.scaled(known).tolist()
    found: Scored | Assignment = scored or model.assign_one(values)
    here, there = _places(model)[found.segment], _places(model)[found.runner_up]
    squared, squared_there = _squares(z, here), _squares(z, there)
    if isinstance(found, Assignment):
        assignment = found
    else:
        assignment = found.at(math.sqrt(sum(squared)), math.sqrt(sum(squared_there)))
    figures = known.tolist()
    return Explanation(
        assignment=assignment,
        contributions=[b - a for a, b in zip(squared, squared_there, strict=True)],
        known=figures,
        blank=np.isnan(values).tolist(),
        typical=here.typical,
        typical_runner_up=there.typical,
        without_headline=_without_headline(model, assignment.segment, figures),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A segment's centroid in scaled space and in the features' units, as plain numbers.

    For one customer arrays cost more than they save.
    """

    centroid: list[float]
    typical: list[float]


@lru_cache(maxsize=8)
def _places(model: SegmentModel) -> dict[int, _Place]:
    return {
        segment.id: _Place(centroid.tolist(), model.typical(segment.id).tolist())
        for segment, centroid in zip(model.segments, model.centroids, strict=True)
    }


def _squares(z: list[float], place: _Place) -> list[float]:
    return [(a - b) * (a - b) for a, b in zip(z, place.centroid, strict=True)]


_SURENESS = {Band.LOW: "borderline", Band.MEDIUM: "fairly sure", Band.HIGH: "sure"}
BAND_WORDS = _SURENESS | {Band.HIGH: "sure or very sure"}  # where a band is meant as a whole


def sureness(assignment: Assignment) -> str:
    """The band in words; beyond half-way to the core every resampling gave the same label."""
    if assignment.band is Band.HIGH and assignment.confidence >= 0.5:
        return "very sure"
    return _SURENESS[assignment.band]


def _without_headline(model: SegmentModel, segment_id: int, known: Sequence[float]) -> str | None:
    key = model.segment(segment_id).archetype
    archetype = ARCHETYPE_BY_KEY[key] if key is not None else None
    if archetype is None or archetype.headline is None or known[INDEX[archetype.headline]] > 0:
        return None
    return archetype.without_headline
