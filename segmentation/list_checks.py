"""What is wrong with, or odd about, each single row of a list, in plain words."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.features import COLUMNS, CUSTOMER_ID, FEATURES, LONGEST_ID
from segmentation.list_files import Rows
from segmentation.portfolio_cells import numbers, texts
from segmentation.portfolio_faults import number_hint
from segmentation.portfolio_notes import contradictions
from segmentation.wording import number, quoted

_TOLD: Final = 3  # faults of one row that are told before they are only counted


@dataclass(frozen=True, slots=True, eq=False)
class CheckedRows:
    """Rows of a list after the checks: ids, and figures of shape (n, 17), NaN where blank.

    `problems` and `warnings` are by position, from 0; a row with a problem cannot be scored.
    `blank` are rows without any content.
    """

    numbers: NDArray[np.int64]
    ids: list[str]
    values: NDArray[np.float64]
    blank: NDArray[np.bool_]
    problems: dict[int, str]
    warnings: dict[int, str]


@dataclass(slots=True)
class Repeats:
    """The ids met so far, each with the row that it stood in first."""

    first: dict[str, int] = field(default_factory=dict)

    def met(self, customer: str, row: int) -> int | None:
        """The row in which an id stood before, None where it is new."""
        before = self.first.setdefault(customer, row)
        return None if before == row else before


def checked_rows(rows: Rows, repeats: Repeats, *, need_figures: bool = True) -> CheckedRows:
    """Check some rows of a list that has figures; `repeats` remembers ids from call to call.

    A row of an id alone has a problem unless figures are not needed: then medians stand for all.
    """
    ids = texts(rows.cells[CUSTOMER_ID])
    read = [numbers(rows.cells[column]) for column in COLUMNS]
    columns = [values for values, _ in read]
    values = np.array(columns).T
    nothing = np.isnan(values).all(axis=1) & ~np.any([wrong for _, wrong in read], axis=0)
    broken = np.isin(np.arange(len(ids)), [*rows.broken])
    blank = nothing & (ids == "").to_numpy(np.bool_) & ~broken
    problems: defaultdict[int, list[str]] = defaultdict(list)
    for place, told in _faults(rows, ids, read):
        if not blank[place] and place not in rows.broken:
            problems[place].append(told)
    for place in np.flatnonzero(nothing & ~blank & ~broken & need_figures).tolist():
        problems[place].append("All 17 figures are blank: there is nothing to score.")
    named = {place: _few(told) for place, told in problems.items()} | rows.broken
    return CheckedRows(
        rows.numbers,
        ids.tolist(),
        values,
        blank,
        named,
        _warnings(rows.numbers, ids.tolist(), columns, named, repeats),
    )


def checked_ids(rows: Rows, repeats: Repeats) -> CheckedRows:
    """Check some rows of a list of ids alone; its figures are all NaN."""
    ids = texts(rows.cells[CUSTOMER_ID])
    named = {place: told for place, told in _id_faults(ids) if ids[place]} | rows.broken
    return CheckedRows(
        rows.numbers,
        ids.tolist(),
        np.full((len(ids), len(COLUMNS)), np.nan),
        (ids == "").to_numpy(np.bool_),
        named,
        _warnings(rows.numbers, ids.tolist(), (), named, repeats),
    )


def _faults(
    rows: Rows, ids: pd.Series, read: Sequence[tuple[NDArray[np.float64], NDArray[np.bool_]]]
) -> Iterator[tuple[int, str]]:
    yield from _id_faults(ids)
    for feature, (values, wrong) in zip(FEATURES, read, strict=True):
        for place in np.flatnonzero(wrong).tolist():
            cell = str(rows.cells[feature.column].iloc[place]).strip()
            yield (
                place,
                f"{feature.column} is {quoted(cell)}, and must be a number. {number_hint([cell])}",
            )
        for place in np.flatnonzero(feature.faulty(values)).tolist():
            yield place, f"{feature.column} {feature.fault(float(values[place]))}"


def _id_faults(ids: pd.Series) -> Iterator[tuple[int, str]]:
    for place in np.flatnonzero(ids == "").tolist():
        yield place, f"{CUSTOMER_ID} is blank."
    odd = (ids.str.len() > LONGEST_ID) | ids.str.contains("[\n\r\0]")
    for place in np.flatnonzero(odd).tolist():
        yield place, f"{CUSTOMER_ID} must be one line of {LONGEST_ID} characters at most."


def _warnings(
    rows: NDArray[np.int64],
    ids: Sequence[str],
    columns: Sequence[NDArray[np.float64]],
    problems: dict[int, str],
    repeats: Repeats,
) -> dict[int, str]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for place, told in (*_repeated(rows, ids, repeats), *_odd(columns)):
        if place not in problems:
            found[place].append(told)
    return {place: _few(told) for place, told in found.items()}


def _repeated(
    rows: NDArray[np.int64], ids: Sequence[str], repeats: Repeats
) -> Iterator[tuple[int, str]]:
    for place, (row, customer) in enumerate(zip(rows.tolist(), ids, strict=True)):
        before = repeats.met(customer, row) if customer else None
        if before is not None:
            yield place, f"The same id stands in row {before}."


def _odd(columns: Sequence[NDArray[np.float64]]) -> Iterator[tuple[int, str]]:
    if not columns:
        return
    for what, found in contradictions(columns):
        for place in np.flatnonzero(found).tolist():
            yield place, f"{what}."
    for feature, values in zip(FEATURES, columns, strict=True):
        usually = feature.usually
        for place in np.flatnonzero(feature.unusual(values)).tolist():
            yield place, f"{feature.column} is {number(float(values[place]))}. {usually}"


def _few(told: Sequence[str]) -> str:
    more = [f"And {len(told) - _TOLD} more."] if len(told) > _TOLD else []
    return " ".join([*told[:_TOLD], *more])
