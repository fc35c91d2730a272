"""What could be different about a customer: one lever a feature, its bounds, its grid and its ties.

What the columns have to do with each other was measured on the public portfolio of 8,950
customers: each rule holds for more than 99.7 % of them.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.features import COLUMNS, FEATURES, INDEX, Feature, Unit

Values = NDArray[np.float64]

_NO_BEHAVIOUR: Final = frozenset(["TENURE", "CREDIT_LIMIT"])
# What is zero stays zero and what is not stays so: each is zero only together with another column.
_ZERO_TOGETHER: Final = frozenset(COLUMNS) - _NO_BEHAVIOUR - {
    "PAYMENTS", "MINIMUM_PAYMENTS", "PRC_FULL_PAYMENT",
}  # fmt: skip
# These move the total one for one.
PARTS: Final = ("ONEOFF_PURCHASES", "INSTALLMENTS_PURCHASES")
TOTAL: Final = "PURCHASES"
_AT_LEAST: Final = (  # in months, where a share meets a count
    ("PURCHASES_FREQUENCY", "ONEOFF_PURCHASES_FREQUENCY"),
    ("PURCHASES_FREQUENCY", "PURCHASES_INSTALLMENTS_FREQUENCY"),
    ("PURCHASES_TRX", "PURCHASES_FREQUENCY"),
    ("CASH_ADVANCE_TRX", "CASH_ADVANCE_FREQUENCY"),
)
DECIMALS: Final = 6  # of a share, as portfolios have it
_ROUNDING: Final = 1e-5  # more than those leave out
_ADDS_UP_WITHIN: Final = 0.01  # of the larger sum, as the notes on a portfolio have it


@dataclass(frozen=True, slots=True, eq=False)
class Lever:
    """One thing that can change, in the feature's unit, from `low` to `high`.

    `moved` has shape (17,): 1 for the feature itself and for a total that moves with it, else 0.
    `grid` is the distance between the values that are possible, 0 for an amount.
    """

    feature: Feature
    moved: Values
    before: float
    low: float
    high: float
    grid: float

    @property
    def index(self) -> int:
        """The feature's place among the 17."""
        return INDEX[self.feature.column]

    def at(self, rows: Values, value: Values) -> Values:
        """`rows` (… × 17) with the lever at `value` (…), what is tied to it moved along."""
        moved = rows + (value - self.before)[..., np.newaxis] * self.moved
        moved[..., self.index] = value
        return moved


def levers(values: Values, known: Values) -> tuple[Lever, ...]:
    """The levers of one customer: `values` has shape (17,), `known` the same with blanks filled.

    Neither a blank is a lever, nor what is zero together with other columns, nor what is no
    behaviour (limit and window); the total of purchases is one only where it is not their sum.
    """
    return tuple(
        _lever(feature, known)
        for feature in FEATURES
        if feature.column not in _NO_BEHAVIOUR
        and not np.isnan(values[_moved(feature.column)]).any()
        and not (feature.column in _ZERO_TOGETHER and known[INDEX[feature.column]] == 0)
        and (feature.column != TOTAL or _contradicts_its_parts(values))
    )


def _moved(column: str) -> list[int]:
    return [INDEX[column], INDEX[TOTAL]] if column in PARTS else [INDEX[column]]


def _contradicts_its_parts(values: Values) -> bool:
    total, parts = values[INDEX[TOTAL]], sum(values[INDEX[part]] for part in PARTS)
    return bool(abs(total - parts) > _ADDS_UP_WITHIN * max(1.0, total, parts))


def _lever(feature: Feature, known: Values) -> Lever:
    moved = np.zeros(len(FEATURES))
    moved[_moved(feature.column)] = 1.0
    before = float(known[INDEX[feature.column]])
    share = feature.unit is Unit.SHARE
    grid = 1 / float(known[INDEX["TENURE"]]) if share else float(feature.whole)
    room = _room_of_the_total(known) if feature.column in PARTS else (-np.inf, np.inf)
    one = round(grid, DECIMALS) or 1.0
    smallest = min(before, one) if feature.column in _ZERO_TOGETHER else feature.minimum
    largest = max(before, 1.0) if share else feature.maximum
    return Lever(
        feature=feature,
        moved=moved,
        before=before,
        low=max(smallest, before + room[0]),
        high=min(largest, before + room[1]),
        grid=grid,
    )


def _room_of_the_total(known: Values) -> tuple[float, float]:
    total = float(known[INDEX[TOTAL]])
    return min(total, 1.0) - total, FEATURES[INDEX[TOTAL]].maximum - total


def limits(lever: Lever, rows: Values) -> tuple[Values, Values]:
    """From where to where the lever can go, given the other features of `rows` (n × 17): each (n,).

    Where a customer's own figures contradict each other, they may stay where they are.
    """
    low, high = np.full(len(rows), lever.low), np.full(len(rows), lever.high)
    for more, less in _AT_LEAST:
        counted = _months(more, rows)
        if lever.feature.column == more:
            low = np.maximum(low, rows[:, INDEX[less]] * counted - _ROUNDING)
        if lever.feature.column == less:
            high = np.minimum(high, rows[:, INDEX[more]] / counted + _ROUNDING)
    return low, high


def consistent(rows: Values, known: Values) -> NDArray[np.bool_]:
    """Which of `rows` (n × 17) contradict themselves no more than the customer `known` does."""
    fine = rows[:, INDEX[TOTAL]] >= min(known[INDEX[TOTAL]], 1.0) - _ROUNDING
    fine &= rows[:, INDEX[TOTAL]] <= FEATURES[INDEX[TOTAL]].maximum
    for more, less in _AT_LEAST:
        fine &= _short(rows, more, less) <= np.maximum(_short(known, more, less), _ROUNDING * 12)
    return np.asarray(fine)


def _short(rows: Values, more: str, less: str) -> Values:
    return np.asarray(rows[..., INDEX[less]] * _months(more, rows) - rows[..., INDEX[more]])


def _months(more: str, rows: Values) -> Values:
    """What turns a share into what `more` counts: the months of the window, or 1."""
    window = rows[..., INDEX["TENURE"]]
    return window if FEATURES[INDEX[more]].unit is Unit.COUNT else np.ones_like(window)
