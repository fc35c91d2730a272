"""Rows that cannot be scored, beside the output: as they stand, each with its reasons."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from segmentation.errors import PortfolioError
from segmentation.features import COLUMNS, CUSTOMER_ID
from segmentation.portfolio_parts import Part
from segmentation.safe_csv import SafeWriter, safe_csv_file

HEADINGS: Final = ("file", "row", "reason", CUSTOMER_ID, *COLUMNS)


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be scored; `cells` are its id and 17 features as they stand."""

    file: str
    row: int
    reason: str
    cells: Sequence[object]


def as_rejects(part: Part, wrong: Sequence[int], reason: str) -> list[Reject]:
    """Customers of a part, by their places in it, as rejects for one reason."""
    return [
        Reject(
            part.file,
            int(part.rows[place]),
            reason,
            [part.ids[place].as_py(), *(_cell(column[place]) for column in part.columns)],
        )
        for place in wrong
    ]


def _cell(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.15g}"


def rejects_beside(path: Path) -> Path:
    """Where the rejects of an output go: scored.csv has scored.rejects.csv beside it."""
    return path.with_name(f"{path.name.split('.')[0] or 'portfolio'}.rejects.csv")


class RejectsFile:
    """The file that rejects go to; it is only there when there are any."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0

    @contextmanager
    def opened(self) -> Iterator["RejectsFile"]:
        """Rejects may be added inside; the file appears, or an earlier one goes, at the end.

        Raises PortfolioError when it cannot be written.
        """
        beside = self.path.with_name(f".{self.path.name}.new")
        self.count = 0
        try:
            with safe_csv_file(beside) as self._writer:
                self._writer.row(HEADINGS)
                yield self
            if self.count:
                beside.replace(self.path)
            else:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            problem = f"{self.path} cannot be written: {error.strerror or error}."
            raise PortfolioError([problem]) from None
        finally:
            beside.unlink(missing_ok=True)

    _writer: SafeWriter

    def add(self, rejects: Sequence[Reject]) -> None:
        """Write some rejects."""
        self.count += len(rejects)
        self._writer.rows((r.file, r.row, r.reason, *r.cells) for r in rejects)
