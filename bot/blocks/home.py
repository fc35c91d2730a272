"""The Home tab: the portfolio at a glance, the form, and what can be asked."""

from collections.abc import Sequence
from datetime import datetime

from bot.blocks.form import OPEN
from bot.blocks.guide import Usage, usage_lines
from bot.blocks.parts import Block, View, actions, button, context, escaped, header, section
from bot.blocks.sizes import data_line, drift_blocks, headline, size_blocks
from segmentation.answers import Overview
from segmentation.model import SegmentModel
from segmentation.wording import day


def home_view(
    book: Overview | None,
    model: SegmentModel,
    usages: Sequence[Usage],
    next_post: str,
    label: str,
) -> View:
    """The Home tab of one member; `book` is None while no portfolio has been scored.

    `model` is the one that the form uses; a book is told with the model that scored it.
    """
    made = (book.model if book else model).provenance
    blocks: list[Block] = [
        header("Your customers by segment"),
        *(_book_blocks(book, label) if book else [section(_NOTHING_YET)]),
        actions(button("Enter figures by hand", OPEN, primary=True)),
        {"type": "divider"},
        header("What you can type, in any channel"),
        section(usage_lines(usages)),
        {"type": "divider"},
        context(
            next_post,
            f"Model trained on {day(datetime.fromisoformat(made.trained_at))} with "
            f"{made.customers:,} customers ({escaped(made.portfolio)})",
        ),
    ]
    return {"type": "home", "blocks": blocks}


_NOTHING_YET = (
    "No portfolio has been scored yet. Whoever runs Segbot does that with "
    "`segbot score PORTFOLIO`; then you can look up customers here."
)


def _book_blocks(book: Overview, label: str) -> list[Block]:
    return [
        section(headline(book)),
        *drift_blocks(book),
        *size_blocks(book),
        context(*data_line(book, label)),
    ]
