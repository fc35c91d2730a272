"""CSV for people with spreadsheets: no cell can become a formula, and no letter is garbled."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
# Excel reads a CSV file as UTF-8 only where it begins with this.
_ENCODING: Final = "utf-8-sig"


class _Writes(Protocol):
    def write(self, text: str, /) -> object: ...


class SafeWriter:
    """Writes rows of CSV in which a text that a spreadsheet would run begins with an apostrophe."""

    def __init__(self, file: _Writes) -> None:
        self._writer = csv.writer(file, lineterminator="\n")

    def row(self, cells: Sequence[object]) -> None:
        """Write one row; numbers stay as they are."""
        self._writer.writerow([harmless(c) if isinstance(c, str) else c for c in cells])

    def rows(self, rows: Iterable[Sequence[object]]) -> None:
        """Write many rows."""
        for cells in rows:
            self.row(cells)


@contextmanager
def safe_csv_file(path: Path) -> Iterator[SafeWriter]:
    """A new CSV file that only its owner may read; OSError when it cannot be written."""
    path.touch(mode=0o600)
    with path.open("w", encoding=_ENCODING, newline="") as file:
        yield SafeWriter(file)


def harmless(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_it_was(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text
