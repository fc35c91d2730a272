"""What the weekly digest says: in the channel, in its thread, and as a preview."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.blocks.parts import Block, Message, bullets, context, escaped, header, message, section
from bot.blocks.sizes import (
    calm_verdict,
    drift_blocks,
    moved_sentence,
    names_told,
    newcomers,
    share_ranges,
    size_blocks,
    source_line,
)
from segmentation.answers import Overview, SegmentSize
from segmentation.movement import Pattern, judged_movement
from segmentation.snapshot_alarms import shrunk_by
from segmentation.wording import counted, day, percent, shorten, signed

STALE_AFTER: Final = timedelta(days=8)
_SLICES: Final = 6  # that Slack takes in one chart
_SLICE_LABEL: Final = 20  # characters
_LOOK_UP: Final = f"Look up a customer: `{escaped('/segment <id>')}`"
_RANGES: Final = "In brackets: where the share lies when chance is allowed for"
_HEADINGS: Final = ("Segment", "Customers", "Share", "Chance allows", "Change", "In training")


@dataclass(frozen=True, slots=True)
class LastTold:
    """The digest that a channel got before: its date, and the date of the snapshot in it."""

    period: date
    as_of: date


def digest_message(
    book: Overview, today: date, label: str, last: LastTold | None = None, *, thread: bool = False
) -> Message:
    """The digest as it is posted; `today` is its date in its own time zone.

    `last` is the digest before, where there was one; `thread` says that details follow below.
    """
    return message(_blocks(book, today, label, last, thread=thread, chart=[]))


def digest_with_chart(
    book: Overview, today: date, label: str, last: LastTold | None = None, *, thread: bool = False
) -> Message | None:
    """The same with a chart that Slack draws itself; None where it has too many segments."""
    chart = _chart(book)
    if chart is None:
        return None
    plain = digest_message(book, today, label, last, thread=thread)
    blocks = _blocks(book, today, label, last, thread=thread, chart=[chart])
    return Message(plain.text, tuple(blocks))


def digest_preview(book: Overview, today: date, label: str, note: str) -> Message:
    """The digest for one member; `note` says whether and when a channel gets it."""
    blocks = _blocks(book, today, label, None, thread=False, chart=[])
    return message([*blocks, context(note)])


def _blocks(
    book: Overview,
    today: date,
    label: str,
    last: LastTold | None,
    *,
    thread: bool,
    chart: list[Block],
) -> list[Block]:
    below = "Details in the thread" if thread else ""
    return [
        header(f"Customer segments on {day(book.snapshot.as_of)}"),
        *(section(told) for told in _said_first(book, today, last)),
        section(" ".join((f"*{_judgement(book)}*", moved_sentence(book), *calm_verdict(book)))),
        *drift_blocks(book),
        *chart,
        *size_blocks(book, ranges=True),
        context(_RANGES, *newcomers(book)),
        context(source_line(book), _LOOK_UP, below, escaped(label)),
    ]


def _said_first(book: Overview, today: date, last: LastTold | None) -> list[str]:
    """What a reader has to know before any figure."""
    age, told = (today - book.snapshot.as_of).days, []
    if last is not None and last.as_of == book.snapshot.as_of:
        told.append(
            f"*No new snapshot since the digest of {day(last.period)}.* These are the same figures "
            f"as then, {counted(age, 'day')} old; ask whoever runs `segbot score`."
        )
    elif timedelta(days=age) > STALE_AFTER:
        told.append(
            f"*These figures are {age} days old.* No newer portfolio has been scored; "
            "ask whoever runs `segbot score`."
        )
    smaller = shrunk_by(book.snapshot)
    if smaller is not None:
        assert book.snapshot.movement is not None
        before = sum(book.snapshot.movement.sizes_before.values())
        told.append(
            f"*This snapshot has {percent(smaller)} fewer customers than the one before* "
            f"({book.snapshot.customers:,} after {before:,}). Was the portfolio complete?"
        )
    return told


def _judgement(book: Overview) -> str:
    """Whether to read on, in a few words."""
    movement = book.snapshot.movement
    if book.drift.alarm or shrunk_by(book.snapshot) is not None:
        return "Worth a look."
    if movement is not None and movement.flows is None:
        return "There is a new model."
    if movement is None or not movement.compared:
        return "Nothing to compare yet."
    pattern = judged_movement(movement.flows or {}).pattern
    return _JUDGEMENTS[pattern]


_JUDGEMENTS: Final = {
    Pattern.TOO_FEW: "Too little to judge.",
    Pattern.NOISE: "Nothing to act on.",
    Pattern.EXCHANGE: "Some coming and going.",
    Pattern.ONE_WAY: "Worth a look.",
}


def _chart(book: Overview) -> Block | None:
    """Slack's own pie chart, whose format is that of its data_visualization block (June 2026)."""
    slices = [
        {"label": shorten(size.play.short, _SLICE_LABEL), "value": size.customers}
        for size in book.sizes
        if size.customers
    ]
    labels = {each["label"] for each in slices}
    if not 0 < len(slices) <= _SLICES or len(labels) < len(slices):
        return None
    return {
        "type": "data_visualization",
        "title": "Customers by segment",
        "chart": {"type": "pie", "segments": slices},
    }


def details_message(book: Overview) -> Message:
    """What stands in the digest's thread: each segment's figures, and what changed measurably."""
    lines = [
        "; ".join(f"{name}: {cell}" for name, cell in zip(_HEADINGS, row, strict=True))
        for row in _rows(book)
    ]
    told = escaped(bullets(lines))
    return message([section(f"*Each segment in figures*\n{told}"), *_findings(book)])


def details_with_table(book: Overview) -> Message:
    """The same with a table."""
    rows = [_HEADINGS, *_rows(book)]
    table = {
        "type": "table",
        "column_settings": [{"is_wrapped": True}, *([{"align": "right"}] * 5)],
        "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows],
    }
    return Message(details_message(book).text, (table, *_findings(book)))


def _findings(book: Overview) -> list[Block]:
    """The tests behind the digest's sentences, for whoever wants to know."""
    names, movement = names_told(book), book.snapshot.movement
    moved = judged_movement(movement.flows).details if movement and movement.flows else ()
    drifted = book.drift.details(names) or ("Nothing changed measurably since training.",)
    return [
        *([section(f"*For data people: movement*\n{bullets(moved)}")] if moved else []),
        section(f"*For data people: since training*\n{bullets(drifted)}"),
    ]


def _rows(book: Overview) -> list[tuple[str, ...]]:
    ranges = share_ranges(book)
    return [
        (
            size.play.name,
            f"{size.customers:,}",
            percent(size.share),
            ranges[size.segment.id],
            _change(size),
            percent(size.segment.share),
        )
        for size in book.sizes
    ]


def _change(size: SegmentSize) -> str:
    return "no figure" if size.change is None else signed(size.change)
