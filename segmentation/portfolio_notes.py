"""What is unusual about a portfolio or a customer that can be used all the same, in sentences."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.features import COLUMNS, FEATURES, INDEX
from segmentation.wording import FEW, counted, first_few, listed, number, quoted

Values = NDArray[np.float64]
Columns = Sequence[Values]  # the 17 features, each of shape (n,)

_TOLERANCE: Final = 0.01  # of the larger of the two sums: rounding, not a contradiction


@dataclass(frozen=True, slots=True)
class FoundRows:
    """How many rows, and what the first few of them are called."""

    total: int
    first: tuple[str, ...]

    @classmethod
    def of(cls, rows: NDArray[np.int64], file: str | None = None) -> "FoundRows":
        """Row numbers, shape (n,), of a file that is named where there is more than one."""
        of_file = "" if file is None else f" of {quoted(file)}"
        return cls(len(rows), tuple(f"{row}{of_file}" for row in rows[:FEW]))

    def __add__(self, later: "FoundRows") -> "FoundRows":
        return FoundRows(self.total + later.total, (*self.first, *later.first)[:FEW])

    @property
    def told(self) -> str:
        """The rows as a sentence has them."""
        word = "row" if self.total == 1 else "rows"
        return f"{word} {first_few(self.first, self.total)}"


_NONE: Final = FoundRows(0, ())


@dataclass(frozen=True, slots=True)
class Notes:
    """What is unusual about the customers met so far, counted; adding two of them goes on.

    `blanks` are counts by feature, `contradictions` rows by what contradicts itself, `unusual`
    rows by feature, each with the value in the first of them.
    """

    customers: int = 0
    blank_rows: FoundRows = _NONE
    blanks: Mapping[str, int] = field(default_factory=dict)
    contradictions: Mapping[str, FoundRows] = field(default_factory=dict)
    unusual: Mapping[str, tuple[FoundRows, float]] = field(default_factory=dict)

    def __add__(self, later: "Notes") -> "Notes":
        unusual = dict(self.unusual)
        for column, (rows, value) in later.unusual.items():
            before, first = unusual.get(column, (_NONE, value))
            unusual[column] = before + rows, first
        return Notes(
            self.customers + later.customers,
            self.blank_rows + later.blank_rows,
            Counter(self.blanks) + Counter(later.blanks),
            {
                what: self.contradictions.get(what, _NONE) + later.contradictions.get(what, _NONE)
                for what in [*self.contradictions, *later.contradictions]
            },
            unusual,
        )

    def sentences(self) -> tuple[str, ...]:
        """What to know about the portfolio: blanks, contradictions, unusual values."""
        return (*self._blank_rows(), *self._blanks(), *self._contradictions(), *self._unusual())

    def _blank_rows(self) -> Iterator[str]:
        if self.blank_rows.total:
            verb = "is blank and was" if self.blank_rows.total == 1 else "are blank and were"
            place = self.blank_rows.told
            yield f"{place[0].upper()}{place[1:]} {verb} left out."

    def _blanks(self) -> Iterator[str]:
        for column in COLUMNS:
            if blank := self.blanks.get(column):
                yield (
                    f"{column} is blank for {blank:,} of {counted(self.customers, 'customer')}; "
                    "the median in training is taken."
                )

    def _contradictions(self) -> Iterator[str]:
        for each in _CONTRADICTIONS:
            if rows := self.contradictions.get(each.columns):
                customers = counted(rows.total, "customer")
                yield f"{each.columns} for {customers} ({rows.told}): check where they come from."

    def _unusual(self) -> Iterator[str]:
        """One sentence for all features: in a sound portfolio each has a few such customers."""
        found = [
            f"{column} for {rows.total:,} (row {rows.first[0]}: {number(value)})"
            for column in COLUMNS
            for rows, value in [self.unusual.get(column, (_NONE, 0.0))]
            if rows.total
        ]
        if found:
            yield (
                "Some figures are outside their usual range; the customers are scored all the "
                f"same: {listed(found)}."
            )


def noted(
    columns: Columns,
    rows: NDArray[np.int64],
    blank_rows: NDArray[np.int64],
    file: str | None = None,
) -> Notes:
    """Count what is unusual: `columns` are the 17 features, each of shape (n,).

    `rows` are the n row numbers, `blank_rows` those of rows that were left out; `file` is where
    they stand, in case a portfolio lies in several.
    """
    blanks = {
        feature.column: int(np.isnan(column).sum())
        for feature, column in zip(FEATURES, columns, strict=True)
    }
    unusual = {
        feature.column: (FoundRows.of(rows[found], file), float(column[found][0]))
        for feature, column in zip(FEATURES, columns, strict=True)
        if (found := feature.unusual(column)).any()
    }
    return Notes(
        customers=len(rows),
        blank_rows=FoundRows.of(blank_rows, file),
        blanks=blanks,
        contradictions={
            each.columns: FoundRows.of(rows[found], file)
            for each in _CONTRADICTIONS
            if (found := each.found(columns)).any()
        },
        unusual=unusual,
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
