"""Segment sizes and what moved: the message, and the lines that digest and Home share with it."""

from typing import Final

from bot.blocks.parts import Block, Message, bullets, context, escaped, message, section
from segmentation.answers import Overview, SegmentSize
from segmentation.movement import judged_movement
from segmentation.store import Movement
from segmentation.wording import day, listed, percent, signed

FLOWS_SHOWN: Final = 3


def sizes_message(book: Overview, label: str) -> Message:
    """Sizes and movement of the newest snapshot, for one member."""
    return message(
        [
            section(f"*Segment sizes on {day(book.snapshot.as_of)}*"),
            section(headline(book)),
            *drift_blocks(book),
            *size_blocks(book),
            context(*data_line(book, label)),
        ]
    )


def size_blocks(book: Overview) -> list[Block]:
    """Every segment's size, and the largest flows between them."""
    flows = [
        f"{escaped(flow.before.short)} → {escaped(flow.now.short)}: {flow.customers:,}"
        for flow in book.flows[:FLOWS_SHOWN]
    ]
    return [
        section("\n".join(_size_line(size) for size in book.sizes)),
        *([section(f"*Largest movements*\n{bullets(flows)}")] if flows else []),
    ]


def _size_line(size: SegmentSize) -> str:
    change = "" if size.change is None else f" ({signed(size.change)})"
    return (
        f"*{escaped(size.play.name)}*: {size.customers:,} customers, {percent(size.share)}{change}"
    )


def headline(book: Overview) -> str:
    """One sentence or two: what changed since the snapshot before, and whether it matters."""
    movement = book.snapshot.movement
    if movement is None:
        return "This is the first snapshot: from the next one on you will read here what moved."
    since = day(movement.since)
    if movement.flows is None:
        return (
            f"The model was retrained since {since}: segments before and after "
            "cannot be compared, so no movement is shown."
        )
    if not movement.compared:
        return f"None of these customers was in the snapshot of {since}: nothing can be compared."
    share = movement.moved / movement.compared
    reading = judged_movement(movement.flows).reading(_names(book))
    both = "" if movement.left == 0 else " who are in both snapshots"
    return (
        f"*{movement.moved:,} of the {movement.compared:,} customers{both} "
        f"({percent(share)}) changed segment* since {since}; {reading}. {_net(book, movement)}"
    )


def drift_blocks(book: Overview) -> list[Block]:
    """What changed since training, where somebody should look."""
    if not book.drift.alarm:
        return []
    return [
        section(
            f"*These customers differ from those the segments were made from.* "
            f"{book.drift.verdict(_names(book))} Before acting on sizes, let whoever trains the "
            "model look: `segbot report` shows each feature."
        )
    ]


def _names(book: Overview) -> dict[int, str]:
    return {segment: escaped(name) for segment, name in book.names.items()}


def _net(book: Overview, movement: Movement) -> str:
    changes = [(size.change or 0, escaped(size.play.short)) for size in book.sizes]
    (grown, grower), (shrunk, shrinker) = max(changes), min(changes)
    joined = book.snapshot.customers - movement.compared
    parts = (
        f"{grower} grew most ({signed(grown)})" if grown > 0 else "",
        f"{shrinker} shrank most ({signed(shrunk)})" if shrunk < 0 else "",
        f"{joined:,} customers are new" if joined else "",
        f"{movement.left:,} are gone" if movement.left else "",
    )
    return f"{listed([part for part in parts if part] or ['No segment changed its size'])}."


def data_line(book: Overview, label: str) -> tuple[str, ...]:
    """Where the figures come from, how they compare with training, and every answer's line."""
    return (
        (
            f"Data of {day(book.snapshot.as_of)}: {book.snapshot.customers:,} customers "
            f"({escaped(book.snapshot.source)})"
        ),
        *(() if book.drift.alarm else (book.drift.verdict(_names(book)),)),
        escaped(label),
    )
