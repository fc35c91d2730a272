"""Pictures of the evidence for k: the elbow, the silhouettes, and how each customer lies."""

import io
from textwrap import fill
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from segmentation.charts import COLOURS, Picture
from segmentation.k_evidence import KEvidence, SilhouetteProfile
from segmentation.naming import Naming
from segmentation.wording import counted, listed, percent

_INK: Final = "#1F2328"
_QUIET: Final = "#656D76"
_LINE: Final = "#0072B2"
_MARK: Final = "#D55E00"
_OTHER: Final = "#7F7F7F"
_LEAST_BAND: Final = 0.12  # of all bands, for three lines of text beside the smallest cluster
_WIDEST: Final = 48  # characters beside a band

Floats = NDArray[np.float64]


def elbow_chart(evidence: KEvidence) -> Picture:
    """Inertia by k, and the line from the first to the last that the elbow is farthest below."""
    figure, axes = _by_k(evidence, "Inertia by number of clusters")
    ks = [candidate.k for candidate in evidence.candidates]
    inertias = [candidate.inertia for candidate in evidence.candidates]
    elbow = evidence.candidate(evidence.elbow)
    axes.plot([ks[0], ks[-1]], [inertias[0], inertias[-1]], "--", color=_QUIET, linewidth=1)
    axes.plot(ks, inertias, "o-", color=_LINE)
    _call_out(axes, elbow.k, elbow.inertia, f"Elbow: {elbow.k}", below=True)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    told = listed([f"{i:,.0f} at {k}" for k, i in zip(ks, inertias, strict=True)])
    return _picture(
        figure, "elbow.png", "Inertia by number of clusters",
        f"Line chart of inertia by number of clusters: {told}. "
        f"The elbow, farthest below the straight line, is {elbow.k}.",
    )  # fmt: skip


def silhouette_chart(evidence: KEvidence) -> Picture:
    """Mean silhouette by k, the highest that can be chosen and the chosen one called out."""
    figure, axes = _by_k(evidence, "Mean silhouette by number of clusters")
    known = {c.k: c.silhouette for c in evidence.candidates if c.silhouette is not None}
    preferred, chosen = evidence.silhouette_choice, evidence.chosen
    axes.plot([*known], [*known.values()], "o-", color=_LINE)
    axes.set_ylim(0, max(known.values()) * 1.25)
    _call_out(axes, preferred, known[preferred], f"Highest: {preferred}")
    if chosen != preferred:
        _call_out(axes, chosen, known[chosen], f"Chosen: {chosen}", below=True)
    told = listed([f"{s:.3f} at {k}" for k, s in known.items()])
    return _picture(
        figure, "silhouettes.png", "Mean silhouette by number of clusters",
        f"Line chart of the mean silhouette by number of clusters: {told}. "
        f"Of those that can be chosen {preferred} is highest; {chosen} was chosen.",
    )  # fmt: skip


def profile_chart(profile: SilhouetteProfile) -> Picture:
    """Every customer's silhouette, cluster by cluster from the largest, with size and mean."""
    k, customers = len(profile.namings), len(profile.labels)
    title = f"Silhouettes of the customers in {k} clusters"
    figure, axes = _figure(title, "below 0: nearer to another cluster", 0.56, max(5.4, 0.95 * k))
    parts = [profile.silhouettes[profile.labels == label] for label in range(k)]
    top = 0.0
    order = sorted(range(k), key=lambda label: -len(parts[label]))
    for label in order:
        height = max(len(parts[label]) / customers, _LEAST_BAND)
        _draw_band(axes, np.sort(parts[label])[::-1], top, height, profile.namings[label])
        top += height + 0.02
    axes.axvline(profile.silhouettes.mean(), linestyle="--", color=_QUIET, linewidth=1)
    axes.axvline(0, color=_INK, linewidth=0.8)
    axes.set_ylim(top, -0.02)
    axes.set_yticks([])
    axes.set_xlabel(f"Silhouette (dashed: the mean, {profile.silhouettes.mean():.3f})")
    told = "; ".join(
        f"{profile.namings[label].generic_name}: {_told(parts[label])}" for label in order
    )
    return _picture(
        figure, f"silhouette-profile-{k}.png", title,
        f"Silhouettes of {counted(customers, 'customer')} in {k} clusters, "
        f"mean {profile.silhouettes.mean():.3f}. {told}.",
    )  # fmt: skip


def _draw_band(axes: Axes, values: Floats, top: float, height: float, naming: Naming) -> None:
    colour = COLOURS.get(naming.archetype.key, _OTHER) if naming.archetype else _OTHER
    places = np.linspace(top, top + height, len(values))
    axes.fill_betweenx(places, 0, values, color=colour, linewidth=0)
    axes.text(
        1.02, top + height / 2, f"{fill(naming.generic_name, _WIDEST)}\n{_told(values)}",
        transform=axes.get_yaxis_transform(), fontsize=9, color=_INK, va="center",
    )  # fmt: skip


def _told(silhouettes: Floats) -> str:
    mean = f"{silhouettes.mean():.3f}".replace("-", "−")
    return (
        f"{counted(len(silhouettes), 'customer')}, mean {mean}, "
        f"{percent((silhouettes < 0).mean())} below 0"
    )


def _figure(
    title: str, aside: str, right: float = 0.98, height: float = 5.4
) -> tuple[Figure, Axes]:
    """An empty picture with its headings, `height` inches high; `right` is where the axes end."""
    figure = Figure(figsize=(9, height), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.09, 0.65 / height, right - 0.09, 1 - 1.35 / height))
    top = 1 - 0.33 / height
    figure.text(0.02, top, title, fontsize=15, fontweight="bold", color=_INK, va="center")
    figure.text(0.98, top, aside, fontsize=11, color=_QUIET, ha="right", va="center")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(colors=_QUIET, length=0)
    axes.xaxis.label.set_color(_QUIET)
    return figure, axes


def _by_k(evidence: KEvidence, title: str) -> tuple[Figure, Axes]:
    figure, axes = _figure(title, counted(evidence.customers, "customer"))
    axes.set_xticks([candidate.k for candidate in evidence.candidates])
    axes.set_xlabel("Number of clusters, k")
    axes.grid(axis="y", color="#D8DEE4", linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def _call_out(axes: Axes, k: int, value: float, words: str, *, below: bool = False) -> None:
    axes.plot([k], [value], "o", color=_MARK, markersize=11)
    axes.annotate(
        words, (k, value), xytext=(0, -22 if below else 14), textcoords="offset points",
        fontsize=12, fontweight="bold", color=_INK, ha="center", va="center",
    )  # fmt: skip


def _picture(figure: Figure, filename: str, title: str, alt_text: str) -> Picture:
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return Picture(png.getvalue(), filename, title, alt_text)
