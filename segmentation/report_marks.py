"""The drawings of a report that need geometry: each an SVG that takes its colours from the page."""

from collections.abc import Mapping, Sequence
from typing import Final

from markupsafe import Markup, escape

from segmentation.k_evidence import KEvidence
from segmentation.report_figures import Histogram, Map
from segmentation.wording import percent

_SVG: Final = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
_RECT: Final = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
_TEXT: Final = Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>')
_CIRCLE: Final = Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"/>')
_LINE: Final = Markup('<path class="{}" d="{}"/>')
_EDGE: Final = 0.01  # share of the drawn customers that an axis of the map may leave out a side


def histogram(here: Histogram, of_all: Histogram, label: str) -> Markup:
    """How a feature is distributed in a segment, over the outline of all customers.

    Each side is scaled to shares of its own customers; zeros and blanks stand apart at the left.
    """
    apart = 2 if of_all.blanks else 1
    mine, all_shares = _shares(here, apart), _shares(of_all, apart)
    if not mine or not all_shares:
        return Markup()
    top = max(*mine, *all_shares) or 1.0
    width, height, gap = 220.0, 64.0, 8.0
    step = (width - apart * gap) / len(mine)
    places = [i * step + min(i, apart) * gap for i in range(len(mine))]
    bars = Markup().join(
        _RECT.format("apart" if i < apart else "here", x, height * (1 - share / top), step - 1.5,
                     height * share / top)
        for i, (x, share) in enumerate(zip(places, mine, strict=True))
    )  # fmt: skip
    outline = Markup().join(
        _LINE.format("all", f"M{x:.1f} {y:.1f}h{step - 1.5:.1f}")
        for x, y in zip(places, (height * (1 - s / top) for s in all_shares), strict=True)
    )
    return _SVG.format(220, 65, label, bars + outline)


def _shares(found: Histogram, apart: int) -> list[float]:
    """Zeros, blanks where any customer has some, then the bins; empty where nobody is counted."""
    customers = found.zeros + found.blanks + sum(found.counts)
    counts = [*(found.zeros, found.blanks)[:apart], *found.counts]
    return [count / customers for count in counts] if customers else []


def segment_map(found: Map, names: Mapping[int, str]) -> Markup:
    """The map: a dot a customer, the centroids labelled; dots beyond the frame lie on its edge."""
    width, height, margin = 640.0, 420.0, 12.0
    xs = _range([point.x for point in found.points], [c.x for c in found.centroids])
    ys = _range([point.y for point in found.points], [c.y for c in found.centroids])

    def place(x: float, y: float) -> tuple[float, float]:
        across = (min(max(x, xs[0]), xs[1]) - xs[0]) / (xs[1] - xs[0])
        up = (min(max(y, ys[0]), ys[1]) - ys[0]) / (ys[1] - ys[0])
        return margin + across * (width - 2 * margin), height - margin - up * (height - 2 * margin)

    dots = Markup().join(
        _CIRCLE.format(f"dot s{point.segment}", *place(point.x, point.y), 2.6)
        for point in found.points
    )
    centres = Markup().join(
        _CIRCLE.format(f"centre s{centre.segment}", *place(centre.x, centre.y), 8)
        + _label(*place(centre.x, centre.y), names[centre.segment], width)
        for centre in found.centroids
    )
    label = (
        f"Map of {found.drawn:,} customers in two principal components; the nearest centroid on "
        f"the map is that of the segment for {percent(found.nearest)}."
    )
    return _SVG.format(640, 420, label, dots + centres)


def _label(x: float, y: float, name: str, width: float) -> Markup:
    """A centroid's name beside it, on the side that has room."""
    right = x < width * 0.62
    return _TEXT.format("name" if right else "name end", x + (13 if right else -13), y + 5, name)


def _range(values: Sequence[float], always: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(values)
    beyond = int(len(ordered) * _EDGE)
    low, high = min(ordered[beyond], *always), max(ordered[-1 - beyond], *always)
    return (low, high) if high > low else (low - 1, high + 1)


def k_lines(evidence: KEvidence) -> tuple[Markup, Markup]:
    """Inertia and mean silhouette by k, the nominees and the chosen one called out."""
    inertias = {c.k: c.inertia for c in evidence.candidates}
    silhouettes = {c.k: c.silhouette for c in evidence.candidates if c.silhouette is not None}
    preferred, chosen = evidence.silhouette_choice, evidence.chosen
    marks = {preferred: f"highest: {preferred}"} | (
        {} if chosen == preferred else {chosen: f"chosen: {chosen}"}
    )
    return (
        _line(inertias, {evidence.elbow: f"elbow: {evidence.elbow}"}, "Inertia by k", 0),
        _line(silhouettes, marks, "Mean silhouette by k", 3),
    )


def _line(values: Mapping[int, float], marks: Mapping[int, str], label: str, places: int) -> Markup:
    width, height, left, bottom, top = 420.0, 220.0, 8.0, 26.0, 34.0
    ks, highest = [*values], max(values.values())
    step = (width - 2 * left - 28) / max(len(ks) - 1, 1)
    at = {
        k: (left + 14 + i * step, height - bottom - (height - bottom - top) * values[k] / highest)
        for i, k in enumerate(ks)
    }
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in at.values())
    told = ", ".join(f"{value:,.{places}f} at {k}" for k, value in values.items())
    ticks = Markup().join(_TEXT.format("tick", x, height - 8, k) for k, (x, _) in at.items())
    dots = Markup().join(
        _CIRCLE.format("mark" if k in marks else "line-dot", x, y, 6 if k in marks else 3.5)
        for k, (x, y) in at.items()
    )
    words = Markup().join(
        _callout(
            at[k],
            f"{marks[k]} ({values[k]:,.{places}f})",
            width,
            falling=places == 0,
            highest=values[k] == highest,
        )
        for k in marks
    )
    base = _LINE.format("base", f"M{left} {height - bottom}H{width - left}")
    drawn = base + _LINE.format("line", path) + dots + ticks + words
    return _SVG.format(420, 220, escape(f"{label}: {told}."), drawn)


def _callout(
    at: tuple[float, float], text: str, width: float, *, falling: bool, highest: bool
) -> Markup:
    """Words at a point of a line, where the line leaves room: right of one that falls."""
    x, y = at
    if falling:
        return _TEXT.format("callout beside", x + 8, y - 12, text)
    return _TEXT.format("callout", min(max(x, 70), width - 70), y + (-14 if highest else 24), text)
