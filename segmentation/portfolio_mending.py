"""Pieces of a portfolio that are not plain: trimmed, read as text, or sorted row by row.

All of this takes its time, and pandas, which a portfolio that is plain throughout never loads.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from segmentation.errors import PortfolioError
from segmentation.features import COLUMNS, CUSTOMER_ID
from segmentation.list_checks import Repeats, checked_rows
from segmentation.list_files import ListFile, Rows
from segmentation.portfolio import CheckedTable, checked_table
from segmentation.portfolio_cells import Table
from segmentation.portfolio_csv import csv_table
from segmentation.portfolio_parts import Part
from segmentation.portfolio_pieces import CsvPiece, TablePiece
from segmentation.portfolio_text import FIRST_ROW, checked_text
from segmentation.rejects import Reject
from segmentation.wording import quoted

Piece = CsvPiece | TablePiece


def mended_part(piece: Piece) -> Part:
    """The customers after trimming and the like.

    Raises PortfolioError with all that is wrong in the piece.
    """
    try:
        found = _checked(piece)
    except PortfolioError as error:
        raise _told(piece, error) from None
    ids = pa.array(found.ids.to_numpy(object), pa.large_string())
    return Part(piece.file, found.rows, ids, found.columns, found.blank_rows)


def sorted_part(piece: Piece) -> tuple[Part, list[Reject]]:
    """The customers who can be scored, and the rows that cannot."""
    try:
        return mended_part(piece), []
    except PortfolioError:
        found = [_sorted_out(rows, piece.file) for rows in _rows(piece)]
    return _joined([part for part, _ in found]), [each for _, some in found for each in some]


def _sorted_out(rows: Rows, file: str) -> tuple[Part, list[Reject]]:
    """The customers among some rows that can be scored, and the rows that cannot.

    Rows without any content are neither.
    """
    checked = checked_rows(rows, Repeats(), need_figures=False)
    good = ~checked.blank
    good[[*checked.problems]] = False
    ids = np.array(checked.ids, dtype=object)[good]
    columns = tuple(np.ascontiguousarray(column) for column in checked.values[good].T)
    part = Part(
        file=file,
        rows=checked.numbers[good],
        ids=pa.array(ids, pa.large_string()),
        columns=columns,
        blank_rows=checked.numbers[checked.blank],
    )
    rejects = [
        Reject(
            file,
            int(checked.numbers[place]),
            checked.problems[place],
            [rows.cells[column].iloc[place] for column in (CUSTOMER_ID, *COLUMNS)],
        )
        for place in sorted(checked.problems)
    ]
    return part, rejects


def _checked(piece: Piece) -> CheckedTable:
    if isinstance(piece, CsvPiece):
        before = piece.first_row - FIRST_ROW
        data = checked_text(piece.file, piece.layout.header + piece.data, before)
        return checked_table(csv_table(data, before), piece.first_row)
    frame = piece.table.to_pandas(integer_object_nulls=True, ignore_metadata=True)
    headers = tuple(piece.table.column_names)
    columns = frame.set_axis(range(len(headers)), axis=1)
    return checked_table(Table(headers, columns), piece.first_row)


def _rows(piece: Piece) -> Iterator[Rows]:
    """The rows as they stand, whatever is wrong with them."""
    if isinstance(piece, CsvPiece):
        layout, found = piece.layout, piece.layout.found
        data = (layout.header + piece.data).decode(errors="replace").encode()
        width = len(layout.headers)
        file = ListFile(
            piece.file, data, found.positions, found.ignored, 0, layout.delimiter, width
        )
        for rows in file.rows():
            yield replace(rows, numbers=rows.numbers + (piece.first_row - FIRST_ROW))
        return
    frame = piece.table.to_pandas(integer_object_nulls=True, ignore_metadata=True)
    cells = {column: frame[column] for column in frame.columns}
    yield Rows(np.arange(len(frame)) + piece.first_row, cells, {})


def _joined(parts: list[Part]) -> Part:
    return Part(
        file=parts[0].file,
        rows=np.concatenate([part.rows for part in parts]),
        ids=pa.concat_arrays([part.ids for part in parts]),
        columns=tuple(map(np.concatenate, zip(*(part.columns for part in parts), strict=True))),
        blank_rows=np.concatenate([part.blank_rows for part in parts]),
    )


def _told(piece: Piece, error: PortfolioError) -> PortfolioError:
    """The faults of a piece; of a later one with how far everything before it was sound."""
    if piece.first_row == FIRST_ROW:
        return error
    sound = f"Rows before {piece.first_row:,} of {quoted(piece.file)} are sound; then:"
    return PortfolioError([sound, *error.problems])
