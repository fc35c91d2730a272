"""Which column of a portfolio is which: headers matched to features, and their faults."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from segmentation.features import (
    COLUMNS,
    CUSTOMER_ID,
    column_for,
    known_headers,
    normalised_header,
)
from segmentation.wording import listed, quoted

_WANTED: Final = (CUSTOMER_ID, *COLUMNS)
_NEAR: Final = 0.75  # “cred_limt” is .86 from credit_limit; unrelated pairs reach about .65


@dataclass(frozen=True, slots=True)
class Headings:
    """Where each column stands (counted from 0), the extra headers, and one sentence a fault."""

    positions: dict[str, int]
    ignored: tuple[str, ...]
    problems: tuple[str, ...]


def headings(headers: Sequence[str]) -> Headings:
    """Match the headers of a portfolio, in the file's order, to the id and the 17 features."""
    met: defaultdict[str, list[int]] = defaultdict(list)
    extra = []
    for position, header in enumerate(headers):
        column = column_for(header)
        if column:
            met[column].append(position)
        else:
            extra.append(header.strip() or f"column {position + 1} (no name)")
    return Headings(
        {column: places[0] for column, places in met.items()},
        tuple(extra),
        (
            *_missing([column for column in _WANTED if column not in met], headers, extra),
            *_doubled(met, headers),
        ),
    )


def _missing(missing: list[str], headers: Sequence[str], extra: Sequence[str]) -> list[str]:
    if len(missing) == len(_WANTED):
        return [_nothing_known(headers)]
    nearest = {column: _nearest(column, extra) for column in missing}
    sentences = [
        f"{column} is missing; the nearest header is {quoted(near)}: rename it?"
        for column, near in nearest.items()
        if near
    ]
    lost = [column for column, near in nearest.items() if not near]
    if lost:
        verb, them = ("is", "it") if len(lost) == 1 else ("are", "them")
        sentences.append(f"{listed(lost)} {verb} missing: add {them} to the file.")
    return sentences


def _nothing_known(headers: Sequence[str]) -> str:
    return (
        f"Row 1 names none of the {len(_WANTED)} columns; it reads {quoted(', '.join(headers))}. "
        f"The first row must hold the column names: {listed(_WANTED)}."
    )


def _nearest(column: str, extra: Sequence[str]) -> str | None:
    """The extra header that looks most like the column or one of its aliases, if any does."""
    names = [name for name, meant in known_headers().items() if meant == column]
    likeness = {
        header: max(
            SequenceMatcher(None, normalised_header(header), name).ratio() for name in names
        )
        for header in extra
    }
    best = max(likeness, key=lambda header: likeness[header], default=None)
    return best if best is not None and likeness[best] >= _NEAR else None


def _doubled(met: dict[str, list[int]], headers: Sequence[str]) -> list[str]:
    return [
        f"{listed([f'{quoted(headers[place])} (column {place + 1})' for place in places])} "
        f"{'both' if len(places) == 2 else 'all'} mean {column}: keep one and remove "
        f"or rename the {'other' if len(places) == 2 else 'others'}."
        for column, places in met.items()
        if len(places) > 1
    ]
