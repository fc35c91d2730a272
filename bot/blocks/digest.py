"""What the weekly digest says, in the channel and as a preview."""

from datetime import date, timedelta
from typing import Final

from bot.blocks.parts import Block, Message, context, escaped, header, message, section
from bot.blocks.sizes import data_line, drift_blocks, headline, size_blocks
from segmentation.answers import Overview
from segmentation.wording import day

STALE_AFTER: Final = timedelta(days=8)


def digest_message(book: Overview, today: date, label: str) -> Message:
    """The digest as it is posted; `today` is the digest's date in its own time zone."""
    return message([*_body(book, today), context(*data_line(book, label), _MORE)])


def digest_preview(book: Overview, today: date, label: str, next_post: str) -> Message:
    """The digest as a preview for one member; `next_post` says when the channel gets it."""
    note = f"Preview. {next_post}, with a chart of the sizes."
    return message([*_body(book, today), context(*data_line(book, label)), context(note)])


_MORE: Final = f"Look up a customer: `{escaped('/segment <id>')}`"


def _body(book: Overview, today: date) -> list[Block]:
    age = today - book.snapshot.as_of
    stale = (
        [
            section(
                f"*These figures are {age.days} days old.* No newer portfolio has been scored; "
                "ask whoever runs `segbot score`."
            )
        ]
        if age > STALE_AFTER
        else []
    )
    return [
        header(f"Customer segments on {day(book.snapshot.as_of)}"),
        *stale,
        section(headline(book)),
        *drift_blocks(book),
        *size_blocks(book),
    ]
