"""Pictures in the house style: one colour a segment, labels on the marks, alt text from numbers."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from segmentation.answers import Overview, SegmentSize
from segmentation.list_summary import ListSummary
from segmentation.wording import day, percent, shorten, signed

# From the palette of Okabe and Ito, told apart with any colour vision.
COLOURS: Final = {
    "low_activity": "#56B4E9",
    "high_spending": "#009E73",
    "cash_advance": "#D55E00",
    "installment": "#0072B2",
}
_LONGEST_ALT: Final = 1_000  # characters of alt text that Slack takes
# Of segments without archetype, by their ids from 4 on; the last is a grey.
_OTHERS: Final = ("#E69F00", "#CC79A7", "#8C6D31", "#5E4FA2", "#7F7F7F")
_INK: Final = "#1F2328"
_QUIET: Final = "#656D76"


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with the words for those who do not see it."""

    png: bytes
    filename: str
    title: str
    alt_text: str


def colour_of(segment_id: int, archetype: str | None) -> str:
    """The colour that a segment has everywhere."""
    other = _OTHERS[(segment_id - len(COLOURS)) % len(_OTHERS)]
    return COLOURS.get(archetype or "", other)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart: its name, colour, length as a share (0 to 1), and the label at its end."""

    name: str
    colour: str
    share: float
    label: str


def sizes_chart(book: Overview) -> Picture:
    """A bar a segment: share of the portfolio, customers, and change since the snapshot before."""
    bars = [
        Bar(
            size.play.name,
            colour_of(size.segment.id, size.segment.archetype),
            size.share,
            _label(size),
        )
        for size in book.sizes
    ]
    data = f"{day(book.snapshot.as_of)} · {book.snapshot.customers:,} customers"
    return Picture(
        png=bar_chart(bars, "Customers by segment", data),
        filename=f"segments-{book.snapshot.as_of.isoformat()}.png",
        title=f"Customers by segment, {day(book.snapshot.as_of)}",
        alt_text=_alt_text(book)[:_LONGEST_ALT],
    )


def list_chart(summary: ListSummary, name: str) -> Picture:
    """A bar a segment: its share of the rows of a list that could be scored."""
    scored = max(summary.scored, 1)
    told = [
        (count, f"{percent(count.customers / scored)} · {count.customers:,}")
        for count in summary.segments
    ]
    bars = [
        Bar(
            count.name,
            colour_of(count.segment, count.archetype),
            count.customers / scored,
            label,
        )
        for count, label in told
    ]
    parts = "; ".join(f"{count.name}: {label}" for count, label in told)
    return Picture(
        png=bar_chart(bars, shorten(name, 40), f"{summary.scored:,} customers scored"),
        filename="segments.png",
        title="Customers by segment",
        alt_text=f"Bar chart of the scored customers by segment. {parts}."[:_LONGEST_ALT],
    )


def bar_chart(bars: Sequence[Bar], title: str, note: str) -> bytes:
    """A PNG of the bars, the first at the top, under a title with a note at its right."""
    # Figure without pyplot: thread-safe, and matplotlib is loaded only when a picture is due.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 0.8 * len(bars) + 0.9), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.84))
    heading: dict[str, Any] = {"va": "center", "parse_math": False}
    figure.text(0.02, 0.92, title, size=15, weight="bold", color=_INK, **heading)
    figure.text(0.98, 0.92, note, size=11, color=_QUIET, ha="right", **heading)
    _draw_bars(axes, bars)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()


def _draw_bars(axes: Any, bars: Sequence[Bar]) -> None:  # noqa: ANN401 - matplotlib, loaded late
    text = {"size": 12, "color": _INK, "va": "center", "parse_math": False}  # “$” is a currency
    longest = max((bar.share for bar in bars), default=0) or 1
    axes.set_ylim(len(bars) - 0.7, -0.55)
    axes.axis("off")
    width = 0.0
    for place, bar in enumerate(bars):
        axes.barh(place, bar.share, height=0.42, color=bar.colour)
        axes.text(0, place - 0.36, shorten(bar.name, 80), **text)
        label = axes.text(bar.share + longest * 0.012, place, bar.label, weight="bold", **text)
        width = max(width, label.get_window_extent().width / axes.get_window_extent().width)
    axes.set_xlim(0, longest * 1.02 / max(1 - width, 0.2))


def _label(size: SegmentSize) -> str:
    change = "" if size.change is None else f"  ({signed(size.change)})"
    return f"{percent(size.share)} · {size.customers:,}{change}"


def _alt_text(book: Overview) -> str:
    parts = (
        f"{size.play.name}: {size.customers:,} customers, {percent(size.share)}"
        + ("" if size.change is None else f", change {signed(size.change)}")
        for size in book.sizes
    )
    return f"Bar chart of customers by segment on {day(book.snapshot.as_of)}. {'; '.join(parts)}."
