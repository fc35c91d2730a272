"""The text of a portfolio before its cells are looked at: encoding, delimiter, header, blanks."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Final

from segmentation.endings import SPREADSHEET_ADVICE
from segmentation.errors import PortfolioError
from segmentation.features import column_for
from segmentation.wording import quoted

BOM: Final = codecs.BOM_UTF8
BLANKS: Final = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "null", "none"})
DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab"}
FIRST_ROW: Final = 2  # as a spreadsheet shows it: the header is row 1


def checked_text(name: str, data: bytes, before: int = 0) -> bytes:
    """UTF-8 text without its byte order mark; PortfolioError when a file holds something else.

    `before` is how many rows of the file lie between its first and the rest of the data.
    """
    data = data.removeprefix(BOM)
    if not data.strip():
        raise PortfolioError([f"{quoted(name)} is empty: export it again."])
    if b"\0" in data:
        raise PortfolioError([f"{quoted(name)} is not UTF-8 text: {SPREADSHEET_ADVICE}."])
    try:
        data.decode()
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1 + before
        problem = (
            f"{quoted(name)} is not UTF-8 text (row {row} is the first that is not): "
            f"{SPREADSHEET_ADVICE}."
        )
        raise PortfolioError([problem]) from None
    return data


def csv_layout(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The delimiter under which row 1 names most columns, and the headers it then holds."""
    layouts = [(delimiter, next(csv_rows(data, delimiter), [])) for delimiter in DELIMITERS]
    delimiter, headers = max(
        layouts, key=lambda layout: (sum(map(bool, map(column_for, layout[1]))), len(layout[1]))
    )
    return delimiter, tuple(headers)


def csv_rows(data: bytes, delimiter: str, *, strict: bool = False) -> Iterator[list[str]]:
    """The cells of each row; csv.Error where strict and a quotation mark is out of place."""
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    return csv.reader(text, delimiter=delimiter, strict=strict)


def no_customers(source: str) -> PortfolioError:
    """What to say of a portfolio with headers and nothing below them."""
    sentence = f"{quoted(source)} has headers but no customers below them: export it again."
    return PortfolioError([sentence])
