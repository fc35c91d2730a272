"""What the cells of a portfolio hold: ids as text, numbers as numbers, blanks as nothing."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.portfolio_text import BLANKS

_NUMBER: Final = (
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    r"|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)"
)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A file or frame before its cells are checked.

    `columns` holds the columns whose headers mean something, labelled by their position in
    `headers`; line i is row i + 2 of a spreadsheet. `problems` are the faults of whole rows;
    such rows are blank in `columns`.
    """

    headers: tuple[str, ...]
    columns: pd.DataFrame
    problems: tuple[str, ...] = ()


def texts(cells: pd.Series) -> pd.Series:
    """The cells as text without surrounding blanks; missing ones, “NA” and the like are ""."""
    if cells.dtype.kind == "f" and (cells.isna() | (cells % 1 == 0)).all():
        cells = cells.astype("Int64")  # whole ids that blanks have turned into floats
    if cells.dtype != "str":
        cells = cells.astype(object).where(cells.notna(), "").astype("str")
    known = cells.fillna("").str.strip()
    return known.mask(known.str.lower().isin(BLANKS), "")


def numbers(cells: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The cells as numbers, NaN where blank, and which of them hold text that is no number."""
    if cells.dtype.kind in "iuf":
        return cells.to_numpy(np.float64, na_value=np.nan), np.zeros(len(cells), dtype=np.bool_)
    text = texts(cells)
    plain = text.str.fullmatch(_NUMBER).to_numpy(np.bool_)
    values = np.full(len(cells), np.nan)
    values[plain] = text[plain].to_numpy(object).astype(np.float64)
    return values, ~plain & (text != "").to_numpy(np.bool_)
