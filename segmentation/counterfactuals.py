"""What would have to be different about a customer for another segment, in numbers and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from segmentation.border_pairs import smallest_double
from segmentation.borders import Border, Way, border_around, smallest_single
from segmentation.features import INDEX, Feature, Unit
from segmentation.levers import PARTS, TOTAL, Lever, Values, levers
from segmentation.model import SegmentModel
from segmentation.wording import listed

_PHRASES: Final[Mapping[str, str]] = {
    "BALANCE": "a balance of {}",
    "BALANCE_FREQUENCY": "a balance that moves in {} of months",
    "PURCHASES": "a purchases total of {}",
    "ONEOFF_PURCHASES": "one-off purchases of {}",
    "INSTALLMENTS_PURCHASES": "instalment purchases of {}",
    "CASH_ADVANCE": "cash advances of {}",
    "PURCHASES_FREQUENCY": "purchases in {} of months",
    "ONEOFF_PURCHASES_FREQUENCY": "one-off purchases in {} of months",
    "PURCHASES_INSTALLMENTS_FREQUENCY": "instalment purchases in {} of months",
    "CASH_ADVANCE_FREQUENCY": "cash advances in {} of months",
    "CASH_ADVANCE_TRX": "a cash-advance count of {}",
    "PURCHASES_TRX": "a purchase count of {}",
    "PAYMENTS": "payments of {}",
    "MINIMUM_PAYMENTS": "minimum payments of {}",
    "PRC_FULL_PAYMENT": "payment in full in {} of months",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One feature's part in a counterfactual, `before` and `after` in its unit.

    A change of one-off or instalment purchases moves the purchases total as much.
    """

    feature: Feature
    before: float
    after: float

    def told(self, onward: bool) -> str:
        """The change in a phrase; `onward` says that every value beyond does as well."""
        phrase = _PHRASES[self.feature.column].format(self._shown())
        unusual = self.feature.unusual(np.asarray(self.after)).item()
        return f"{phrase}{self._beyond() if onward else ''}{' (unusual)' if unusual else ''}"

    def _beyond(self) -> str:
        if self.after in (self.feature.minimum, self.feature.maximum):
            return ""
        return " or less" if self.after < self.before else " or more"

    def _shown(self) -> str:
        if self.feature.unit is Unit.AMOUNT and self.after != round(self.after):
            return f"{self.after:,.2f}"
        return self.feature.shown(self.after)


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """One or two changes after which the customer is in the segment with the id `becomes`.

    `distance` is how far that is in scaled space; `onward` says that going on, as far as the
    bounds allow, leads to no third segment.
    """

    changes: tuple[Change, ...]
    becomes: int
    distance: float
    onward: bool

    def told(self, becomes: str) -> str:
        """The counterfactual in a sentence, `becomes` being the other segment's name."""
        changes = listed([change.told(self.onward) for change in self.changes])
        parts = any(change.feature.column in PARTS for change in self.changes)
        total = " (the purchases total moving along)" if parts else ""
        return f"With {changes}{total}, all else equal, this customer would be {becomes}."

    def applied(self, values: Values) -> Values:
        """`values` (17,) with the changes made, blanks left blank."""
        changed = values.copy()
        for change in self.changes:
            changed[INDEX[change.feature.column]] = change.after
            if change.feature.column in PARTS:
                changed[INDEX[TOTAL]] += change.after - change.before
        return changed


@dataclass(frozen=True, slots=True)
class Counterfactuals:
    """The smallest change in one feature, and in two where that is smaller still.

    Smallest in scaled distance; None where no value that the feature and the rest of the
    customer's figures allow leads to another segment.
    """

    single: Counterfactual | None
    double: Counterfactual | None

    def told(self, names: Mapping[int, str]) -> tuple[str, ...]:
        """Sentences for both, `names` being the segments' names by their ids."""
        offered = [found for found in (self.single, self.double) if found is not None]
        if not offered:
            return ("No possible change in one or two features would change the segment.",)
        none = () if self.single else ("No possible change in one feature would do.",)
        return (*(found.told(names[found.becomes]) for found in offered), *none)


def counterfactuals(model: SegmentModel, values: Values) -> Counterfactuals:
    """The smallest changes that lead one customer, `values` of shape (17,), to another segment.

    Blanks stay at the training median and are not changed.
    """
    border = border_around(model, values)
    available = levers(values, border.known)
    single = smallest_single(border, available)
    double = smallest_double(border, available, single.distance if single else np.inf)
    return Counterfactuals(*(_counterfactual(border, way) for way in (single, double)))


def _counterfactual(border: Border, way: Way | None) -> Counterfactual | None:
    if way is None:
        return None
    there = [float(way.row[lever.index]) for lever in way.moved]
    becomes, *beyond = border.segments_at(_corners(border.known, way.moved, there))
    return Counterfactual(
        changes=tuple(
            Change(lever.feature, lever.before, after)
            for lever, after in zip(way.moved, there, strict=True)
        ),
        becomes=becomes,
        distance=way.distance,
        onward=all(segment == becomes for segment in beyond) and _straight(border, way),
    )


def _straight(border: Border, way: Way) -> bool:
    """Whether the way is straight in scaled space; a total that is cut at its limit bends it."""
    tied = any(lever.feature.column in PARTS for lever in way.moved)
    return not (border.model.winsorises and tied)


def _corners(known: Values, moved: Sequence[Lever], there: Sequence[float]) -> Values:
    """The row with the levers as far as offered, then those with any of them at its bound.

    Segments are convex: what is in one segment at all corners is in it between them.
    """
    ends = [
        (after, lever.high if after > lever.before else lever.low)
        for lever, after in zip(moved, there, strict=True)
    ]
    rows = []
    for corner in product(*ends):
        row = known
        for lever, value in zip(moved, corner, strict=True):
            row = lever.at(row, np.asarray(value))
        rows.append(row)
    return np.array(rows)
