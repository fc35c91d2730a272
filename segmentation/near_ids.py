"""Ids that somebody may have meant: made from what was typed, kept where the snapshot has them."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from segmentation.store import Store

MOST: Final = 5
_TRIED: Final = 1_000  # ids that are made and looked up by their key; never a scan
_LONGEST: Final = 40  # characters: one longer has been mistyped in more than one place
_SAMPLE: Final = 5  # ids of the snapshot that show how ids are built there


def near_ids(store: Store, typed: str) -> list[str]:
    """Up to five ids of the newest snapshot that differ from `typed` by one slip, likeliest first.

    Where capitals, a prefix or zeros alone are wrong, those; else two neighbours exchanged, and one
    digit that is missing, too many or wrong.
    """
    if len(typed) > _LONGEST:
        return []
    forms = list(dict.fromkeys([*_cases(typed), *_shaped(typed, store.first_customers(_SAMPLE))]))
    slips = dict.fromkeys(slip for form in dict.fromkeys([typed, *forms]) for slip in _slips(form))
    tried = [*forms, *islice(slips, _TRIED)]
    there = store.existing(tried) - {typed}
    alike = [form for form in forms if form in there]
    return (alike or [slip for slip in slips if slip in there])[:MOST]


def _cases(typed: str) -> tuple[str, ...]:
    return typed.upper(), typed.lower(), typed.title()


def _shaped(typed: str, sample: Sequence[str]) -> Iterator[str]:
    """The number in `typed` with the prefix and as many digits as ids of the snapshot have."""
    number = re.search(r"\d+$", typed)
    for customer in sample if number else ():
        shape = re.fullmatch(r"(\D*)(\d+)", customer)
        if shape and number:
            yield shape[1] + number[0].lstrip("0").zfill(len(shape[2]))
            yield shape[1] + number[0]


def _slips(form: str) -> Iterator[str]:
    digits = "0123456789"
    places = range(len(form))
    yield from (form[:i] + form[i + 1] + form[i] + form[i + 2 :] for i in places[:-1])
    yield from (form[:i] + form[i + 1 :] for i in places if form[i].isdigit())
    at_digits = [i for i in places if form[i].isdigit()]
    yield from (form[:i] + d + form[i + 1 :] for i in at_digits for d in digits)
    yield from (form[:i] + d + form[i:] for i in (*at_digits, len(form)) for d in digits)
