"""Why this segment and not the runner-up: exact shares of the margin, and the words for them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.assignment import Assignment, Band
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


@dataclass(frozen=True, slots=True)
class Explanation:
    """An assignment with its 17 drivers, the strongest first."""

    assignment: Assignment
    drivers: tuple[Driver, ...]
    imputed: tuple[Feature, ...]
    without_headline: str | None

    def supporting(self, most: int) -> tuple[Driver, ...]:
        """The strongest features that speak for the segment.

        Trifling ones are left out, and the length of the observed window, which is no behaviour.
        """
        return self._weighty(tuple(d for d in self.drivers if d.contribution > 0), most)

    def opposing(self, most: int) -> tuple[Driver, ...]:
        """The strongest features that speak for the runner-up, chosen likewise."""
        return self._weighty(tuple(d for d in self.drivers if d.contribution < 0), most)

    def _weighty(self, drivers: tuple[Driver, ...], most: int) -> tuple[Driver, ...]:
        trifle = _TRIFLE * sum(abs(driver.contribution) for driver in self.drivers)
        worth_telling = (
            driver
            for driver in drivers[1:]
            if abs(driver.contribution) >= trifle and driver.feature.unit is not Unit.MONTHS
        )
        return (*drivers[:1], *worth_telling)[:most]


def explain(model: SegmentModel, values: NDArray[np.float64]) -> Explanation:
    """Explain one customer: `values` has shape (17,), the features' units, NaN for blanks.

    For each feature f, with the segment's centroid a and the runner-up's b in scaled space, the
    contribution is (z_f − b_f)² − (z_f − a_f)²; their sum is d_b² − d_a², the margin.
    """
    assignment = model.assign_one(values)
    known = model.imputed(values)
    z = model.scaled(values)
    here = model.centroids[model.position(assignment.segment)]
    there = model.centroids[model.position(assignment.runner_up)]
    contributions = (z - there) ** 2 - (z - here) ** 2
    typical, typical_there = model.typical(assignment.segment), model.typical(assignment.runner_up)
    return Explanation(
        assignment=assignment,
        drivers=tuple(
            Driver(
                feature=FEATURES[i],
                value=float(known[i]),
                imputed=bool(np.isnan(values[i])),
                typical=float(typical[i]),
                typical_runner_up=float(typical_there[i]),
                contribution=float(contributions[i]),
            )
            for i in np.argsort(-np.abs(contributions))
        ),
        imputed=tuple(FEATURES[i] for i in np.flatnonzero(np.isnan(values))),
        without_headline=_without_headline(model, assignment.segment, known),
    )


_SURENESS = {Band.LOW: "borderline", Band.MEDIUM: "fairly sure", Band.HIGH: "sure"}
BAND_WORDS = _SURENESS | {Band.HIGH: "sure or very sure"}  # where a band is meant as a whole


def sureness(assignment: Assignment) -> str:
    """The band in words; beyond half-way to the core every resampling gave the same label."""
    if assignment.band is Band.HIGH and assignment.confidence >= 0.5:
        return "very sure"
    return _SURENESS[assignment.band]


def _without_headline(
    model: SegmentModel, segment_id: int, known: NDArray[np.float64]
) -> str | None:
    key = model.segment(segment_id).archetype
    archetype = ARCHETYPE_BY_KEY[key] if key is not None else None
    if archetype is None or archetype.headline is None or known[INDEX[archetype.headline]] > 0:
        return None
    return archetype.without_headline
