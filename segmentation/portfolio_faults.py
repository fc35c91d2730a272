"""What is wrong with the cells of a portfolio, one sentence for each kind of fault."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.features import CUSTOMER_ID, LONGEST_ID, Feature
from segmentation.wording import FEW, counted, first_few, number, quoted, rows_listed

_GAP: Final = r"[ '’\u00a0\u2009\u202f]"
_AMOUNT: Final = r"\d[\d.,]*"
_SIGN: Final = r"[^\w\s.,+-]"  # of a currency
_HINTS: Final = (
    (
        re.compile(
            rf"-?\d{{1,3}}(?:(?:,\d{{3}})+|(?:\.\d{{3}}){{2,}}|(?:{_GAP}\d{{3}})+)(?:\.\d*)?"
        ),
        "Write numbers with nothing between thousands: 1234.5, not 1,234.5.",
    ),
    (
        re.compile(rf"-?(?:\d+|\d{{1,3}}(?:(?:\.|{_GAP})\d{{3}})+),\d*"),
        "Write decimals with a point and nothing between thousands: 1234.5, not 1.234,5.",
    ),
    (re.compile(r".*\d\s*%"), "Write a share of months as 0.25, not as a percentage."),
    (
        re.compile(rf"(?:[A-Z]{{3}}|{_SIGN})\s*-?{_AMOUNT}|-?{_AMOUNT}\s*(?:[A-Za-z]+|{_SIGN})"),
        "Write the number alone, without a currency or a unit.",
    ),
)
_ANY_TEXT_HINT: Final = "Write a number, or leave the cell blank."

Rows = NDArray[np.int64]


def id_problems(ids: pd.Series, rows: Rows) -> list[str]:
    """One sentence each for blank ids, ids that no id can be, and ids that stand twice."""
    blank = (ids == "").to_numpy(np.bool_)
    odd = ((ids.str.len() > LONGEST_ID) | ids.str.contains("[\n\r\0]")).to_numpy(np.bool_)
    twice = ids.duplicated(keep=False).to_numpy(np.bool_) & ~blank
    problems = []
    if blank.any():
        problems.append(
            f"{CUSTOMER_ID} is blank in {rows_listed(rows[blank])}: fill it in or remove the row."
        )
    if odd.any():
        shown = [
            f"row {row} has {quoted(id_)}"
            for id_, row in zip(ids[odd][:FEW], rows[odd][:FEW], strict=True)
        ]
        problems.append(
            f"{CUSTOMER_ID} must be one line of {LONGEST_ID} characters at most, but "
            f"{first_few(shown, int(odd.sum()))}: mend it there."
        )
    if twice.any():
        problems.append(_doubled_ids(ids[twice], rows[twice]))
    return problems


def _doubled_ids(ids: pd.Series, rows: Rows) -> str:
    names = ids.drop_duplicates()
    shown = []
    for name in names[:FEW]:
        places = rows[(ids == name).to_numpy(np.bool_)]
        shown.append(f"{quoted(name)} in {rows_listed(places)}")
    stand = "One customer appears" if len(names) == 1 else f"{len(names):,} customers appear"
    return f"{stand} more than once: {first_few(shown, len(names))}. Keep one row for each."


def text_problem(column: str, cells: pd.Series, rows: Rows) -> str:
    """The sentence about cells (at least one) that hold text where a number belongs."""
    shown = [str(cell).strip() for cell in cells[:FEW]]
    named = [f"row {row} has {quoted(cell)}" for row, cell in zip(rows, shown, strict=False)]
    return (
        f"{column} holds text where a number belongs in {counted(len(rows), 'row')}: "
        f"{first_few(named, len(rows))}. {number_hint(shown)}"
    )


def number_hint(cells: Sequence[str]) -> str:
    """What to do about cells that hold text in place of a number."""
    return next(
        (hint for pattern, hint in _HINTS for cell in cells if pattern.fullmatch(cell)),
        _ANY_TEXT_HINT,
    )


def bound_problems(feature: Feature, values: NDArray[np.float64], rows: Rows) -> list[str]:
    """A sentence for each kind of value that no customer can have: too high, too low, no whole."""
    faulty = feature.faulty(values)
    if not faulty.any():
        return []
    values, rows = values[faulty], rows[faulty]
    high = values > feature.maximum
    low = values <= feature.minimum if feature.minimum_excluded else values < feature.minimum
    return [
        _bound_problem(feature, values[kind], rows[kind])
        for kind in (high, low, ~high & ~low)
        if kind.any()
    ]


def _bound_problem(feature: Feature, values: NDArray[np.float64], rows: Rows) -> str:
    first = f"{feature.column} in row {rows[0]}: {feature.fault(values[0])}"
    if len(rows) == 1:
        return first
    others = [
        f"row {row} ({number(value)})"
        for row, value in zip(rows[1:FEW], values[1:FEW], strict=True)
    ]
    return (
        f"{first} The same is wrong in {first_few(others, len(rows) - 1)}, "
        f"{counted(len(rows), 'row')} in all."
    )
