"""CSV text as a table: its delimiter, rows of the wrong width, and the columns at full speed."""

import csv
import io
from collections.abc import Container, Iterator
from itertools import islice
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from segmentation.features import CUSTOMER_ID, column_for
from segmentation.portfolio_cells import Table
from segmentation.portfolio_text import BLANKS, DELIMITERS, csv_layout, csv_rows
from segmentation.wording import counted, first_few

_QUOTE: Final = b'"'
_NULLS: Final = sorted(
    {case(blank) for blank in BLANKS for case in (str.lower, str.upper, str.title)} | {"NaN"}
)


def csv_table(data: bytes, before: int = 0) -> Table:
    """The table in UTF-8 text that has no byte order mark.

    `before` is how many rows of its file lie between the header and the rest of the text.

    Sound text takes pyarrow's strict reader. What that refuses is read again as text, so that
    faults can be shown as they stand; numbers come out the same either way.
    """
    delimiter, headers = csv_layout(data)
    wanted = {place: column for place, name in enumerate(headers) if (column := column_for(name))}
    if not wanted:
        return Table(headers, pd.DataFrame())
    if _QUOTE not in data:  # an unclosed quotation mark could swallow rows unseen
        try:
            return Table(headers, _columns_at_once(data, delimiter, len(headers), wanted))
        except pa.ArrowInvalid:
            pass
    problems, sound = _sound_rows(data, delimiter, len(headers), before)
    try:
        columns = _columns_at_once(sound, delimiter, len(headers), wanted)
    except pa.ArrowInvalid:
        columns = _columns_as_text(sound, delimiter, len(headers), wanted)
    return Table(headers, columns, problems)


def _columns_at_once(
    data: bytes, delimiter: str, width: int, wanted: dict[int, str]
) -> pd.DataFrame:
    """The wanted columns as ids and numbers; ArrowInvalid unless every row and cell is sound.

    One thread: no slower here, and Arrow's may abort the process as it ends (apache/arrow#34314).
    """
    names = [str(place) for place in range(width)]
    types = {
        str(place): pa.string() if column == CUSTOMER_ID else pa.float64()
        for place, column in wanted.items()
    }
    read = pyarrow.csv.read_csv(
        pa.BufferReader(data),
        read_options=pyarrow.csv.ReadOptions(column_names=names, skip_rows=1, use_threads=False),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=_QUOTE in data, ignore_empty_lines=False
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            null_values=_NULLS,
            strings_can_be_null=True,
        ),
    )
    frame: pd.DataFrame = read.to_pandas()
    return frame.set_axis(list(wanted), axis=1)


def _columns_as_text(
    data: bytes, delimiter: str, width: int, wanted: dict[int, str]
) -> pd.DataFrame:
    return pd.read_csv(
        io.BytesIO(data),
        sep=delimiter,
        header=0,
        names=range(width),
        usecols=list(wanted),
        index_col=False,
        dtype=str,
        na_filter=False,
        skip_blank_lines=False,
    )


def _sound_rows(
    data: bytes, delimiter: str, width: int, before: int
) -> tuple[tuple[str, ...], bytes]:
    """What is wrong with whole rows, and the data with those rows left blank."""
    widths: list[int] = []
    problems = []
    try:
        for cells in csv_rows(data, delimiter, strict=True):
            widths.append(len(cells) if any(map(str.strip, cells)) else 0)  # noqa: PERF401 - kept when the reader stops
    except csv.Error:
        problems.append(
            f'Row {len(widths) + 1 + before} has a quotation mark (") out of place: a cell that '
            "begins with one must end with one, and one inside such a cell is written twice."
        )
    wrong = {row: cells for row, cells in enumerate(widths, 1) if cells not in (0, width)}
    told = {row + before: cells for row, cells in wrong.items()}
    problems += _width_problems(told, width, DELIMITERS[delimiter])
    if not problems:
        return (), data
    return tuple(problems), _without(data, delimiter, wrong, len(widths))


def _width_problems(wrong: dict[int, int], width: int, delimiter: str) -> Iterator[str]:
    many = {row: cells for row, cells in wrong.items() if cells > width}
    few = {row: cells for row, cells in wrong.items() if cells < width}
    for rows, kind, advice in (
        (many, "many", f"Put a value that holds a {delimiter} in quotation marks."),
        (few, "few", "Complete the row, or remove it."),
    ):
        if rows:
            shown = [f"row {row} has {cells}" for row, cells in rows.items()]
            verb = "has" if len(rows) == 1 else "have"
            yield (
                f"{counted(len(rows), 'row')} {verb} too {kind} cells; the header has {width}, "
                f"{first_few(shown, len(rows))}. {advice}"
            )


def _without(data: bytes, delimiter: str, wrong: Container[int], rows: int) -> bytes:
    """The first `rows` rows of the data, blank where they are wrong."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(
        [] if row in wrong else cells
        for row, cells in enumerate(islice(csv_rows(data, delimiter), rows), start=1)
    )
    return text.getvalue().encode()
