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
from segmentation.portfolio_notes import notes
from segmentation.wording import quoted

_FIRST_ROW = 2  # as a spreadsheet shows it: the header is row 1


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


def _checked(table: Table, source: str, fingerprint: str) -> Portfolio:
    found = headings(table.headers)
    cells = {column: table.columns[place] for column, place in found.positions.items()}
    nothing = pd.Series("", index=table.columns.index, dtype="str")
    ids = texts(cells.get(CUSTOMER_ID, nothing))
    read = [numbers(cells.get(column, nothing)) for column in COLUMNS]
    used = (ids != "").to_numpy(np.bool_, copy=True)
    for values, wrong in read:
        used |= ~np.isnan(values) | wrong
    kept = slice(None) if used.all() else used  # a slice copies nothing
    rows = _row_numbers(used)
    problems = [*found.problems, *table.problems]
    if CUSTOMER_ID in cells:
        problems += id_problems(ids[kept], rows)
    for column, (_, wrong) in zip(COLUMNS, read, strict=True):
        if wrong.any():
            problems.append(text_problem(column, cells[column][wrong], _row_numbers(wrong)))
    features = [values[kept] for values, _ in read]
    for feature, values in zip(FEATURES, features, strict=True):
        problems += bound_problems(feature, values, rows)
    if not problems and not len(rows):
        problems = [f"{quoted(source)} has headers but no customers below them: export it again."]
    if problems:
        raise PortfolioError(problems)
    return Portfolio(
        ids=ids[kept].to_numpy(object).astype(np.str_),
        values=np.array(features).T,
        ignored=found.ignored,
        notes=notes(features, rows, _row_numbers(~used)),
        source=source,
        fingerprint=fingerprint,
    )


def _row_numbers(where: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.flatnonzero(where) + _FIRST_ROW
