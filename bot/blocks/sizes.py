"""Segment sizes and what moved: the message, and the lines that digest and Home share with it."""

from typing import Final

from bot.blocks.parts import Block, Message, bullets, context, escaped, message
from bot.blocks.parts import section as paragraph
from segmentation.answers import Overview, SegmentSize
from segmentation.wording import day, percent, signed

NOISE: Final = 0.02  # jitter alone moves 1.6 % of the public portfolio; under 2 % is noise
FLOWS_SHOWN: Final = 3


def sizes_message(book: Overview, label: str) -> Message:
    """Sizes and movement of the newest snapshot, for one member."""
    return message(
        [
            paragraph(f"*Segment sizes on {day(book.snapshot.as_of)}*"),
            paragraph(headline(book)),
            *size_blocks(book),
            context(*data_line(book, label), "Only you can see this"),
        ]
    )


def size_blocks(book: Overview) -> list[Block]:
    """Every segment's size, and the largest flows between them."""
    flows = [
        f"{escaped(flow.before.short)} → {escaped(flow.now.short)}: {flow.customers:,}"
        for flow in book.flows[:FLOWS_SHOWN]
    ]
    return [
        paragraph("\n".join(_size_line(size) for size in book.sizes)),
        *([paragraph(f"*Largest movements*\n{bullets(flows)}")] if flows else []),
    ]


def _size_line(size: SegmentSize) -> str:
    change = "" if size.change is None else f" ({signed(size.change)})"
    return (
        f"*{escaped(size.play.name)}*: {size.customers:,} customers, {percent(size.share)}{change}"
    )


def headline(book: Overview) -> str:
    """One sentence: what changed since the snapshot before, and whether it matters."""
    if book.previous is None:
        return "This is the first snapshot: from the next one on you will read here what moved."
    since = day(book.previous.as_of)
    if book.movement is None:
        return (
            f"The model was retrained since {since}: segments before and after "
            "cannot be compared, so no movement is shown."
        )
    moved, share = book.movement.moved, book.movement.share_moved
    verdict = (
        "that is within the usual noise of under 2\N{NO-BREAK SPACE}%"
        if share < NOISE
        else "more than the usual noise of 2\N{NO-BREAK SPACE}%"
    )
    return (
        f"*{moved:,} of {book.movement.compared:,} customers ({percent(share)}) changed segment* "
        f"since {since}; {verdict}. {_net(book)}"
    )


def _net(book: Overview) -> str:
    changes = [(size.change or 0, size.play.short) for size in book.sizes]
    grown, shrunk = max(changes), min(changes)
    parts = [
        f"{escaped(short)} {verb} most ({signed(change)})"
        for (change, short), verb, counts in (
            (grown, "grew", grown[0] > 0),
            (shrunk, "shrank", shrunk[0] < 0),
        )
        if counts
    ]
    return f"{', '.join(parts)}." if parts else "No segment changed its size."


def data_line(book: Overview, label: str) -> tuple[str, ...]:
    """Where the figures come from: date, rows, file, and the line under every answer."""
    return (
        (
            f"Data of {day(book.snapshot.as_of)}: {book.snapshot.customers:,} customers "
            f"({escaped(book.snapshot.source)})"
        ),
        escaped(label),
    )
