"""How counts, shares, dates and what stands in a file are put into sentences for people."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

FEW: Final = 3  # rows or values that a sentence names before it only counts
_LONGEST: Final = 40


def quoted(text: str) -> str:
    """What a file holds, in quotation marks: control characters visible, 40 characters at most."""
    return f"“{shorten(''.join(c if c.isprintable() else ascii(c)[1:-1] for c in text), _LONGEST)}”"


def shorten(text: str, longest: int) -> str:
    """The text, cut with an ellipsis where it is longer than so many characters."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def counted(count: int, noun: str) -> str:
    """A count with its regular noun: “1 row”, “3,120 rows”."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(items: Sequence[str]) -> str:
    """The items as a sentence has them: “a, b and c”."""
    return " and ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def first_few(items: Sequence[str], total: int) -> str:
    """The first few of `total` items and how many more there are: “2, 5, 9 and 12 more”."""
    few = [*items[:FEW]]
    return listed([*few, f"{total - len(few):,} more"] if total > len(few) else few)


def number(value: float) -> str:
    """A number as it stands in a file, thousands set apart: “14,611.5”."""
    return f"{value:,.10g}"


def percent(share: float) -> str:
    """A share with one decimal: “44.6 %”, kept on one line."""
    return f"{share * 100:.1f}\N{NO-BREAK SPACE}%"


def signed(change: int) -> str:
    """A change with its sign: “+12”, “−3”, “unchanged”."""
    return "unchanged" if change == 0 else f"{change:+,}".replace("-", "−")


def day(when: date) -> str:
    """A date as people read it: “16 Nov 2026”."""
    return f"{when.day} {when:%b %Y}"


def rows_listed(rows: Sequence[int] | NDArray[np.int64]) -> str:
    """The rows as a sentence has them: “row 2”, “rows 2, 5, 9 and 12 more”."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    return f"rows {first_few([str(row) for row in rows[:FEW]], len(rows))}"
