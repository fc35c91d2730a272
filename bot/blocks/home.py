"""The Home tab, a dashboard: the portfolio, one's own customers, and what can be asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bot.blocks import lists, shortcuts, subscribing
from bot.blocks.digest import STALE_AFTER
from bot.blocks.form import OPEN
from bot.blocks.found import look_up_buttons
from bot.blocks.guide import Usage, usage_blocks, ways_block
from bot.blocks.parts import (
    Block,
    View,
    actions,
    bullets,
    button,
    context,
    escaped,
    header,
    section,
)
from bot.blocks.sizes import data_line, drift_blocks, headline, size_blocks
from bot.blocks.watching import watched_rows
from segmentation.answers import Overview
from segmentation.model import SegmentModel
from segmentation.wording import counted, day

WATCHED_SHOWN: Final = 5
_DIVIDER: Final[Block] = {"type": "divider"}


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What one member's Home shows.

    `book` is None while no portfolio has been scored; `model` is the one that the form uses.
    `recent` are ids that the member looked up, the newest first; `watched` are ids with the
    segment last heard of. `digests` are lines in mrkdwn on which digest comes when and where.
    """

    book: Overview | None
    model: SegmentModel
    today: date
    recent: Sequence[str]
    watched: Sequence[tuple[str, str]]
    digests: Sequence[str]
    usages: Sequence[Usage]
    label: str


def home_view(shown: Dashboard) -> View:
    """The Home tab of one member."""
    book = shown.book
    made = (book.model if book else shown.model).provenance
    blocks: list[Block] = [
        header("Which kind of customer is this, and what to do?"),
        actions(
            button("Look up a customer", shortcuts.OPEN, primary=True),
            button("Enter figures by hand", OPEN),
            button("Score a list", lists.OPEN),
        ),
        *_own(shown),
        _DIVIDER,
        header("Your customers by segment"),
        *(_book_blocks(book, shown.today, shown.label) if book else [section(_NOTHING_YET)]),
        _DIVIDER,
        header("The weekly digest"),
        section(bullets(shown.digests)),
        actions(button("Subscribe a channel", subscribing.OPEN)),
        _DIVIDER,
        header("What you can type, in any channel"),
        *usage_blocks(shown.usages),
        _DIVIDER,
        header("What you can do without typing"),
        ways_block(),
        context(
            f"Model trained on {day(datetime.fromisoformat(made.trained_at))} with "
            f"{made.customers:,} customers ({escaped(made.portfolio)})",
        ),
    ]
    return {"type": "home", "blocks": blocks}


_NOTHING_YET = (
    "No portfolio has been scored yet. Whoever runs Segbot does that with "
    "`segbot score PORTFOLIO`; then you can look up customers here."
)


def _book_blocks(book: Overview, today: date, label: str) -> list[Block]:
    return [
        section(f"*Snapshot of {day(book.snapshot.as_of)}*, {_age(book.snapshot.as_of, today)}"),
        section(headline(book)),
        *drift_blocks(book),
        *size_blocks(book),
        context(*data_line(book, label)),
    ]


def _age(as_of: date, today: date) -> str:
    days = (today - as_of).days
    if days <= 0:
        return "of today"
    old = f"{counted(days, 'day')} old"
    if today - as_of > STALE_AFTER:
        return f"*{old}: no newer portfolio has been scored.* Ask whoever runs `segbot score`."
    return old


def _own(shown: Dashboard) -> list[Block]:
    recent = [section("*You looked up lately*"), look_up_buttons(shown.recent)]
    more = len(shown.watched) - WATCHED_SHOWN
    watched = [
        section("*You watch*"),
        *watched_rows(shown.watched[:WATCHED_SHOWN]),
        *([context(f"And {more:,} more: `/segment watching`")] if more > 0 else []),
    ]
    return [
        *(recent if shown.recent else []),
        *(watched if shown.watched else []),
    ]
