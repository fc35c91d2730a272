"""Some customers of a portfolio, of any number of parts: checked as they come, ready to be scored.

Whatever a portfolio lies in, and whoever reads it, a part is an Arrow table of its known columns,
named by what they are. What is sound, which nearly everything is, is found out in one pass; only
what is not is looked at cell by cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segmentation.arrow_arrays import arrow_flags, arrow_texts, letters_of
from segmentation.features import COLUMNS, CUSTOMER_ID, FEATURES, LONGEST_ID
from segmentation.portfolio_text import BLANKS

_LONGEST_BLANK: Final = max(map(len, BLANKS))
_TEXT: Final = pa.large_string()
_SPACE: Final = 0x20  # this byte and those below it are blanks or break a line
_ASCII_BELOW: Final = 0x7F


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Customers that were checked: `ids` is an Arrow array of n texts, without nulls.

    `columns` are the 17 features in the order of `COLUMNS`, in their units, each of shape (n,),
    NaN for blanks; `rows` has the n row numbers in the file called `file`, `blank_rows` those of
    rows that were left out since they hold nothing.
    """

    file: str
    rows: NDArray[np.int64]
    ids: pa.Array
    columns: tuple[NDArray[np.float64], ...]
    blank_rows: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self.ids)

    def kept(self, places: NDArray[np.bool_]) -> "Part":
        """The customers at some places, shape (n,)."""
        columns = tuple(column[places] for column in self.columns)
        return replace(
            self, rows=self.rows[places], ids=self.ids.filter(arrow_flags(places)), columns=columns
        )

    def values(self) -> NDArray[np.float64]:
        """The features as an array of shape (n, 17)."""
        return np.array(self.columns).T


def sound_part(table: pa.Table, file: str, first_row: int) -> Part | None:
    """The customers of a table whose columns are called CUST_ID and as in `COLUMNS`.

    None where something in it is not as it should be, or only unusual: ids in need of trimming,
    cells that are no numbers, values that no customer can have.
    """
    ids = _text(table.column(CUSTOMER_ID))
    columns = [_plain_numbers(table.column(column)) for column in COLUMNS]
    if ids is None or any(column is None for column in columns):
        return None
    known = tuple(column for column in columns if column is not None)
    return checked_part(ids, known, file, first_row)


def checked_part(
    ids: pa.Array, columns: tuple[NDArray[np.float64], ...], file: str, first_row: int
) -> Part | None:
    """The customers of n ids as text and 17 columns, or None as `sound_part`."""
    if not _are_plain(ids):
        return None
    for feature, values in zip(FEATURES, columns, strict=True):
        if feature.faulty(values).any():
            return None
    return Part(file, np.arange(first_row, first_row + len(ids)), ids, columns)


def named(table: pa.Table, positions: Mapping[str, int]) -> pa.Table:
    """The known columns of a table, by their position in it, under their own names."""
    wanted = [positions[column] for column in (CUSTOMER_ID, *COLUMNS)]
    return table.select(wanted).rename_columns([CUSTOMER_ID, *COLUMNS])


def _plain_numbers(column: pa.ChunkedArray) -> NDArray[np.float64] | None:
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        return None
    numbers = column.cast(pa.float64(), safe=False) if column.type != pa.float64() else column
    whole = pa.concat_arrays(numbers.chunks) if numbers.num_chunks != 1 else numbers.chunk(0)
    if whole.null_count:
        whole = whole.fill_null(np.nan)
    found: NDArray[np.float64] = whole.to_numpy(zero_copy_only=False)
    return found


def _text(column: pa.ChunkedArray) -> pa.Array | None:
    if pa.types.is_integer(column.type):
        column = column.cast(pa.string())
    return pa.concat_arrays(column.cast(_TEXT).chunks) if _is_text(column.type) else None


def _are_plain(ids: pa.Array) -> bool:
    """Whether ids are as they should be: none is blank, or has to be trimmed, or can be none."""
    if not len(ids) or ids.null_count:
        return not len(ids)
    ends, letters = letters_of(ids)
    lengths = np.diff(ends)
    if lengths.min() == 0 or lengths.max() > LONGEST_ID:
        return False
    if letters.min() <= _SPACE or letters.max() >= _ASCII_BELOW:
        return _trimmed(ids)
    return lengths.min() > _LONGEST_BLANK or _filled(ids)


def _is_text(kind: pa.DataType) -> bool:
    return any(
        is_kind(kind)
        for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    )


def _filled(ids: pa.Array) -> bool:
    blank = pc.is_in(pc.utf8_lower(ids), arrow_texts(sorted(BLANKS)))
    return not pc.any(blank).as_py()


def _trimmed(ids: pa.Array) -> bool:
    """Whether ids that have blanks or letters beyond ASCII are as they should be all the same."""
    odd = pc.match_substring_regex(ids, r"^\s|\s$|[\n\r\x00]|[^\x20-\x7e]")
    return not pc.any(odd).as_py() and _filled(ids)
