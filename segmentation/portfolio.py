"""The portfolio: customers read from a file or frame, and checked once, where they enter."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.errors import PortfolioError
from segmentation.features import COLUMNS, CUSTOMER_ID, FEATURES
from segmentation.portfolio_cells import Table, numbers, texts
from segmentation.portfolio_faults import bound_problems, id_problems, text_problem
from segmentation.portfolio_files import file_bytes, frame_table, table_in
from segmentation.portfolio_headers import headings
from segmentation.portfolio_notes import noted
from segmentation.portfolio_text import FIRST_ROW, no_customers


@dataclass(frozen=True, slots=True, eq=False)
class Portfolio:
    """Customers that were read and checked.

    `ids` has shape (n,): text, leading zeros kept, surrounding blanks stripped, each id once.
    `values` has shape (n, 17): the features in the order of `COLUMNS`, in their units, NaN for
    blanks. `ignored` are the extra columns as they were called; `notes` say what is unusual but
    usable; `source` is the file's name without folders; `fingerprint` is the SHA-256 (hex) of
    its bytes, or of the ids and values where there was no file.
    """

    ids: NDArray[np.str_]
    values: NDArray[np.float64]
    ignored: tuple[str, ...]
    notes: tuple[str, ...]
    source: str
    fingerprint: str

    def __len__(self) -> int:
        return len(self.ids)


def read_portfolio(path: Path) -> Portfolio:
    """Read .csv, .tsv, .txt (also with .gz) or .parquet, columns in any order and by any alias.

    Raises PortfolioError with everything that is wrong, one sentence a fault.
    """
    data = file_bytes(path)
    table = table_in(path.name, data)
    return _checked(table, path.name, hashlib.sha256(data).hexdigest())


def portfolio_from_frame(frame: pd.DataFrame, source: str) -> Portfolio:
    """Check a data frame as a file would be; `source` is what its customers are said to be from.

    Raises PortfolioError; rows are numbered from 2 there, as if the frame were in a spreadsheet.
    """
    portfolio = _checked(frame_table(frame), source, "")
    content = "\n".join(portfolio.ids).encode() + portfolio.values.tobytes()
    return replace(portfolio, fingerprint=hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True, eq=False)
class CheckedTable:
    """The customers of a table that were found sound: ids as text, 17 features of shape (n,).

    `rows` are their n row numbers, `blank_rows` those of rows without content, which are left out.
    """

    ids: pd.Series
    columns: tuple[NDArray[np.float64], ...]
    rows: NDArray[np.int64]
    blank_rows: NDArray[np.int64]
    ignored: tuple[str, ...]


def checked_table(table: Table, first_row: int = FIRST_ROW) -> CheckedTable:
    """Check all cells of a table whose first line is row `first_row` of its file.

    Raises PortfolioError with everything that is wrong, one sentence a fault.
    """
    found = headings(table.headers)
    cells = {column: table.columns[place] for column, place in found.positions.items()}
    nothing = pd.Series("", index=table.columns.index, dtype="str")
    ids = texts(cells.get(CUSTOMER_ID, nothing))
    read = [numbers(cells.get(column, nothing)) for column in COLUMNS]
    used = (ids != "").to_numpy(np.bool_, copy=True)
    for values, wrong in read:
        used |= ~np.isnan(values) | wrong
    kept = slice(None) if used.all() else used  # a slice copies nothing
    rows = np.flatnonzero(used) + first_row
    problems = [*found.problems, *table.problems]
    if CUSTOMER_ID in cells:
        problems += id_problems(ids[kept], rows)
    for column, (_, wrong) in zip(COLUMNS, read, strict=True):
        if wrong.any():
            where = np.flatnonzero(wrong) + first_row
            problems.append(text_problem(column, cells[column][wrong], where))
    columns = tuple(values[kept] for values, _ in read)
    for feature, values in zip(FEATURES, columns, strict=True):
        problems += bound_problems(feature, values, rows)
    if problems:
        raise PortfolioError(problems)
    return CheckedTable(ids[kept], columns, rows, np.flatnonzero(~used) + first_row, found.ignored)


def _checked(table: Table, source: str, fingerprint: str) -> Portfolio:
    checked = checked_table(table)
    if not len(checked.rows):
        raise no_customers(source)
    return Portfolio(
        ids=checked.ids.to_numpy(object).astype(np.str_),
        values=np.array(checked.columns).T,
        ignored=checked.ignored,
        notes=noted(checked.columns, checked.rows, checked.blank_rows).sentences(),
        source=source,
        fingerprint=fingerprint,
    )
