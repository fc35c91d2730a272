"""Segment sizes and what moved: the message, and the lines that digest and Home share with it."""

from typing import Final

from bot.blocks.parts import Block, Message, bullets, context, escaped, message, section
from segmentation.answers import Overview, SegmentSize
from segmentation.movement import judged_movement
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


def size_blocks(book: Overview, *, ranges: bool = False) -> list[Block]:
    """Every segment's size, and the largest flows between them.

    `ranges` adds where each share lies when chance is allowed for.
    """
    flows = [
        f"{escaped(flow.before.short)} → {escaped(flow.now.short)}: {flow.customers:,}"
        for flow in book.flows[:FLOWS_SHOWN]
    ]
    told = share_ranges(book) if ranges else {}
    lines = (_size_line(size, told.get(size.segment.id, "")) for size in book.sizes)
    return [
        section("\n".join(lines)),
        *([section(f"*Largest movements*\n{bullets(flows)}")] if flows else []),
    ]


def share_ranges(book: Overview) -> dict[int, str]:
    """By segment id where its share lies when chance is allowed for: “46.1 to 52.0 %”."""
    return {
        share.segment: f"{share.low * 100:.1f} to {percent(share.high)}"
        for share in book.drift.shares.segments
    }


def _size_line(size: SegmentSize, told_range: str) -> str:
    change = "" if size.change is None else f" ({signed(size.change)})"
    chance = f" [{told_range}]" if told_range else ""
    customers = f"{size.customers:,} customers{change}"
    return f"*{escaped(size.play.name)}*: {customers}, {percent(size.share)}{chance}"


def headline(book: Overview) -> str:
    """One sentence or two: what changed since the snapshot before, and whether it matters."""
    movement = book.snapshot.movement
    net = _net(book) if movement is not None and movement.compared else ""
    return f"{moved_sentence(book)} {net}".strip()


def moved_sentence(book: Overview) -> str:
    """How many customers changed segment since the snapshot before, and whether it matters."""
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
    reading = judged_movement(movement.flows).reading(names_told(book))
    both = "" if movement.left == 0 else " who are in both snapshots"
    return (
        f"*{movement.moved:,} of the {movement.compared:,} customers{both} "
        f"({percent(share)}) changed segment* since {since}; {reading}."
    )


def newcomers(book: Overview) -> tuple[str, ...]:
    """How many customers joined and left since the snapshot before."""
    movement = book.snapshot.movement
    if movement is None or not movement.compared:
        return ()
    joined = book.snapshot.customers - movement.compared
    return (
        *((f"{joined:,} customers are new",) if joined else ()),
        *((f"{movement.left:,} are gone",) if movement.left else ()),
    )


def drift_blocks(book: Overview) -> list[Block]:
    """What changed since training, where somebody should look."""
    if not book.drift.alarm:
        return []
    return [
        section(
            f"*These customers differ from those the segments were made from.* "
            f"{book.drift.verdict(names_told(book))} Before acting on sizes, let whoever trains "
            "the model look: `segbot report` shows each feature."
        )
    ]


def names_told(book: Overview) -> dict[int, str]:
    """The segments' names in a sentence, escaped, by their lasting id."""
    return {segment: escaped(name) for segment, name in book.names.items()}


def _net(book: Overview) -> str:
    changes = [(size.change or 0, escaped(size.play.short)) for size in book.sizes]
    (grown, grower), (shrunk, shrinker) = max(changes), min(changes)
    parts = (
        f"{grower} grew most ({signed(grown)})" if grown > 0 else "",
        f"{shrinker} shrank most ({signed(shrunk)})" if shrunk < 0 else "",
        *newcomers(book),
    )
    return f"{listed([part for part in parts if part] or ['No segment changed its size'])}."


def data_line(book: Overview, label: str) -> tuple[str, ...]:
    """Where the figures come from, how they compare with training, and every answer's line."""
    return (source_line(book), *calm_verdict(book), escaped(label))


def source_line(book: Overview) -> str:
    """Where the figures come from."""
    return (
        f"Data of {day(book.snapshot.as_of)}: {book.snapshot.customers:,} customers "
        f"({escaped(book.snapshot.source)})"
    )


def calm_verdict(book: Overview) -> tuple[str, ...]:
    """How the customers compare with those of training, unless `drift_blocks` says that."""
    return () if book.drift.alarm else (book.drift.verdict(names_told(book)),)
