"""What each archetype's summary claims, held against the customers that were given its name.

A summary promises things that nobody measured for the portfolio at hand. A claim holds where the
segment stands apart by it and most of its customers show it; where only one of the two is so it is
weak, and what no column can tell is said to be not testable.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from segmentation.features import FEATURES, INDEX
from segmentation.wording import percent

MOST: Final = 2 / 3  # of the segment's customers; a choice
APART: Final = 0.2  # standard deviations between the means, Cohen's (1988) small effect
OFTEN: Final = 0.5  # a share of months
RARELY: Final = 0.25
COMFORTABLE: Final = 2  # times the minimum payment

Values = NDArray[np.float64]


class Verdict(StrEnum):
    """What the figures say of a claim."""

    HOLDS = "holds"
    WEAK = "weak"
    FAILS = "does not hold"
    UNTESTABLE = "not testable"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim, what became of it, and the figures in a sentence."""

    text: str
    verdict: Verdict
    evidence: str

    def as_json(self) -> dict[str, Any]:
        """Plain texts, for `model.json` and the report."""
        return asdict(self) | {"verdict": str(self.verdict)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Claim":
        """What `as_json` gave; KeyError, TypeError or ValueError where it is something else."""
        return cls(**dict(data) | {"verdict": Verdict(data["verdict"])})


@dataclass(frozen=True, slots=True)
class _Test:
    """How a claim is tested; `shown` says which customers show it, in words `doing`.

    `column` is the feature whose mean is compared, upward or downward; without one the share of
    those who show it is.
    """

    text: str
    doing: str
    shown: Callable[[Values], NDArray[np.bool_]]
    column: str | None = None
    upward: bool = True


@dataclass(frozen=True, slots=True)
class _Untestable:
    text: str
    reason: str


def _of(values: Values, column: str) -> Values:
    return np.asarray(values[:, INDEX[column]])


def _pays_in_full_rarely(values: Values) -> NDArray[np.bool_]:
    return np.asarray(_of(values, "PRC_FULL_PAYMENT") <= RARELY)


def _above_average(column: str) -> Callable[[Values], NDArray[np.bool_]]:
    return lambda values: np.asarray(_of(values, column) > np.nanmean(_of(values, column)))


_NO_RISK_COLUMN: Final = "no column tells of defaults, arrears or losses"

_CLAIMS: Final[Mapping[str, tuple[_Test | _Untestable, ...]]] = {
    "low_activity": (
        _Test(
            "infrequent card use",
            "buy in less than half of their months",
            lambda values: np.asarray(_of(values, "PURCHASES_FREQUENCY") < OFTEN),
            column="PURCHASES_FREQUENCY",
            upward=False,
        ),
        _Test(
            "low balance",
            "owe less than the median customer",
            lambda values: np.asarray(
                _of(values, "BALANCE") < np.nanmedian(_of(values, "BALANCE"))
            ),
            column="BALANCE",
            upward=False,
        ),
        _Test(
            "rarely pays in full",
            "pay in full in a quarter of their months or less",
            _pays_in_full_rarely,
            column="PRC_FULL_PAYMENT",
            upward=False,
        ),
    ),
    "high_spending": (
        _Test(
            "high purchases",
            "buy for more than the average",
            _above_average("PURCHASES"),
            column="PURCHASES",
        ),
        _Test(
            "pays in full",
            "pay in full in half of their months or more",
            lambda values: np.asarray(_of(values, "PRC_FULL_PAYMENT") >= OFTEN),
            column="PRC_FULL_PAYMENT",
        ),
        _Untestable("low credit risk", _NO_RISK_COLUMN),
    ),
    "cash_advance": (
        _Test(
            "high cash advance usage",
            "take more in cash advances than the average",
            _above_average("CASH_ADVANCE"),
            column="CASH_ADVANCE",
        ),
        _Test(
            "low full repayment",
            "pay in full in a quarter of their months or less",
            _pays_in_full_rarely,
            column="PRC_FULL_PAYMENT",
            upward=False,
        ),
        _Untestable("potential credit risk", _NO_RISK_COLUMN),
    ),
    "installment": (
        _Test(
            "regular card usage",
            "buy in half of their months or more",
            lambda values: np.asarray(_of(values, "PURCHASES_FREQUENCY") >= OFTEN),
            column="PURCHASES_FREQUENCY",
        ),
        _Test(
            "prefers instalment purchases",
            "spend more in instalments than at once",
            lambda values: np.asarray(
                _of(values, "INSTALLMENTS_PURCHASES") > _of(values, "ONEOFF_PURCHASES")
            ),
        ),
        _Test(
            "steady payment behaviour",
            "pay twice the minimum or more",
            lambda values: np.asarray(
                _of(values, "PAYMENTS") >= COMFORTABLE * _of(values, "MINIMUM_PAYMENTS")
            ),
        ),
    ),
}


def held_claims(
    archetype: str | None, values: Values, here: NDArray[np.bool_]
) -> tuple[Claim, ...]:
    """The claims of an archetype's summary, held against the customers of the segment named so.

    `values` has shape (n, 17), the features' units, blanks filled; `here`, of shape (n,), says who
    is in the segment. A segment without archetype claims nothing, an empty one cannot be tested.
    """
    return tuple(_held(test, values, here) for test in _CLAIMS.get(archetype or "", ()))


def _held(test: _Test | _Untestable, values: Values, here: NDArray[np.bool_]) -> Claim:
    if isinstance(test, _Untestable):
        return Claim(test.text, Verdict.UNTESTABLE, test.reason)
    if not here.any():
        return Claim(test.text, Verdict.UNTESTABLE, "nobody is in this segment")
    shown = test.shown(values)
    measured = shown.astype(np.float64) if test.column is None else _of(values, test.column)
    mean, mean_of_all = float(measured[here].mean()), float(measured.mean())
    way = mean - mean_of_all if test.upward else mean_of_all - mean
    apart, most = way > 0 and way >= APART * measured.std(), shown[here].mean() >= MOST
    return Claim(
        test.text,
        (Verdict.FAILS, Verdict.WEAK, Verdict.HOLDS)[int(apart) + int(most)],
        f"{percent(shown[here].mean())} {test.doing}, {percent(shown.mean())} of all customers"
        + _means(test.column, mean, mean_of_all),
    )


def _means(column: str | None, mean: float, mean_of_all: float) -> str:
    if column is None:
        return ""
    feature = FEATURES[INDEX[column]]
    label = f"{feature.label[0].lower()}{feature.label[1:]}"
    return f"; {label} {feature.shown(mean)} on average, {feature.shown(mean_of_all)} over all"
