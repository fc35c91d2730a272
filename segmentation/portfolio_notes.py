"""What is unusual about a portfolio or a customer that can be used all the same, in sentences."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.features import FEATURES, INDEX, Feature
from segmentation.wording import counted, listed, number, rows_listed

Rows = NDArray[np.int64]
Values = NDArray[np.float64]
Columns = Sequence[Values]  # the 17 features, each of shape (n,)

_TOLERANCE: Final = 0.01  # of the larger of the two sums: rounding, not a contradiction


def notes(columns: Columns, rows: Rows, blank_rows: Rows) -> tuple[str, ...]:
    """What to know about the portfolio: blank rows, blanks, contradictions, unusual values.

    `columns` are the 17 features, each of shape (n,); `rows` are the n row numbers, `blank_rows`
    those of rows that were left out.
    """
    return (
        *_blank_rows(blank_rows),
        *(
            note
            for feature, column in zip(FEATURES, columns, strict=True)
            for note in _blanks(feature, column)
        ),
        *_contradictions(columns, rows),
        *_unusual(columns, rows),
    )


def _blank_rows(rows: Rows) -> Iterator[str]:
    if len(rows):
        verb = "is blank and was" if len(rows) == 1 else "are blank and were"
        place = rows_listed(rows)
        yield f"{place[0].upper()}{place[1:]} {verb} left out."


def _blanks(feature: Feature, column: Values) -> Iterator[str]:
    blank = int(np.isnan(column).sum())
    if blank:
        yield (
            f"{feature.column} is blank for {blank:,} of {counted(len(column), 'customer')}; "
            "the median in training is taken."
        )


def _unusual(columns: Columns, rows: Rows) -> Iterator[str]:
    """One sentence for all features: in a sound portfolio each has a few such customers."""
    found = [
        f"{feature.column} for {unusual.sum():,} (row {rows[unusual][0]}: "
        f"{number(column[unusual][0])})"
        for feature, column in zip(FEATURES, columns, strict=True)
        if (unusual := feature.unusual(column)).any()
    ]
    if found:
        yield (
            "Some figures are outside their usual range; the customers are scored all the same: "
            f"{listed(found)}."
        )


def _not_zero_together(*names: str) -> Callable[[Columns], NDArray[np.bool_]]:
    def contradict(columns: Columns) -> NDArray[np.bool_]:
        met = [columns[INDEX[name]] for name in names]
        some = np.logical_or.reduce([column > 0 for column in met])
        none = np.logical_or.reduce([column == 0 for column in met])
        return np.asarray(some & none)

    return contradict


def _purchases_do_not_add_up(columns: Columns) -> NDArray[np.bool_]:
    total = columns[INDEX["PURCHASES"]]
    parts = columns[INDEX["ONEOFF_PURCHASES"]] + columns[INDEX["INSTALLMENTS_PURCHASES"]]
    return np.asarray(np.abs(total - parts) > _TOLERANCE * np.maximum(1, np.maximum(total, parts)))


@dataclass(frozen=True, slots=True)
class _Contradiction:
    """What contradicts itself: in a file's own words, in plain words, and in which customers."""

    columns: str
    plainly: str
    found: Callable[[Columns], NDArray[np.bool_]]


_CONTRADICTIONS: Final = (
    _Contradiction(
        "PURCHASES does not equal ONEOFF_PURCHASES + INSTALLMENTS_PURCHASES",
        "The purchases total is not one-off plus instalment purchases",
        _purchases_do_not_add_up,
    ),
    _Contradiction(
        "PURCHASES, PURCHASES_FREQUENCY and PURCHASES_TRX are zero in part only",
        "Purchases are zero in part only: total, count and months should all be zero, or none",
        _not_zero_together("PURCHASES", "PURCHASES_FREQUENCY", "PURCHASES_TRX"),
    ),
    _Contradiction(
        "CASH_ADVANCE, CASH_ADVANCE_FREQUENCY and CASH_ADVANCE_TRX are zero in part only",
        "Cash advances are zero in part only: amount, count and months should all be zero, or none",
        _not_zero_together("CASH_ADVANCE", "CASH_ADVANCE_FREQUENCY", "CASH_ADVANCE_TRX"),
    ),
)


def _exceeds(more: str, less: str) -> Callable[[Columns], NDArray[np.bool_]]:
    def found(columns: Columns) -> NDArray[np.bool_]:
        return np.asarray(columns[INDEX[more]] > columns[INDEX[less]] * (1 + _TOLERANCE))

    return found


# Worth a second look at one customer; in a portfolio some customers are always like that.
_ODDITIES: Final = (
    (
        "Months with a one-off are more than months with a purchase",
        _exceeds("ONEOFF_PURCHASES_FREQUENCY", "PURCHASES_FREQUENCY"),
    ),
    (
        "Months with an instalment are more than months with a purchase",
        _exceeds("PURCHASES_INSTALLMENTS_FREQUENCY", "PURCHASES_FREQUENCY"),
    ),
    ("The balance is over the credit limit", _exceeds("BALANCE", "CREDIT_LIMIT")),
)


def remarks(values: Values) -> tuple[str, ...]:
    """What to check about one customer, `values` of shape (17,): implausible, or contradicting.

    Nothing of it keeps the customer from being scored. Blanks contradict nothing.
    """
    columns = [*values[:, np.newaxis]]
    unusual = [
        f"{feature.label} {feature.shown(value)} is unusual. {feature.usually}".rstrip()
        for feature, value in zip(FEATURES, values.tolist(), strict=True)
        if feature.unusual(np.asarray(value)).item()
    ]
    checks = [(each.plainly, each.found) for each in _CONTRADICTIONS] + [*_ODDITIES]
    return (*unusual, *(f"{what}." for what, found in checks if found(columns).item()))


def contradictions(columns: Columns) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """What contradicts itself in some customers, in words, and which customers: shape (n,)."""
    for each in _CONTRADICTIONS:
        found = each.found(columns)
        if found.any():
            yield each.columns, found


def _contradictions(columns: Columns, rows: Rows) -> Iterator[str]:
    for what, found in contradictions(columns):
        where = rows[found]
        customers = counted(len(where), "customer")
        yield f"{what} for {customers} ({rows_listed(where)}): check where they come from."
