"""The page of a report: one HTML file that asks nothing of the network."""

import math
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from segmentation.charts import colour_of
from segmentation.claims import Verdict
from segmentation.features import FEATURES, INDEX
from segmentation.report_figures import FeatureProfile, Quality, Report, SegmentProfile
from segmentation.report_marks import histogram, k_lines, segment_map
from segmentation.report_profiles import shown
from segmentation.wording import counted, day, percent

_HERE: Final = Path(__file__).parent
_PSI_END: Final = 0.35
_MARKS: Final = {
    Verdict.HOLDS: "✓", Verdict.WEAK: "~", Verdict.FAILS: "✗", Verdict.UNTESTABLE: "?",
}  # fmt: skip
_BANDS: Final = {"low": "borderline", "medium": "fairly sure", "high": "sure"}
_CONTENTS: Final = (
    ("sure", "How sure"), ("map", "Map"), ("why-k", "Why so many"), ("drift", "Drift"),
    ("movement", "Movement"), ("quality", "Data quality"), ("model", "The model"),
)  # fmt: skip


def page(report: Report, *, only: int | None = None) -> str:
    """The page as HTML text; `only` is the id of a segment whose profile alone is wanted."""
    segments = {segment.id: segment for segment in report.segments}
    everyone = {profile.column: profile for profile in report.everyone}
    names = {segment.id: segment.short for segment in report.segments}
    colours = {segment.id: colour_of(segment.id, segment.archetype) for segment in report.segments}

    def drawn(profile: FeatureProfile, segment: SegmentProfile) -> Markup:
        label = f"{_label(profile)} in {segment.short}: {percent(profile.zeros)} have none"
        return histogram(profile.histogram, everyone[profile.column].histogram, label)

    return _environment().get_template("report.html.j2").render(
        report=report,
        only=only,
        title=_title(report, None if only is None else segments[only]),
        kind=_kind(report),
        contents=_contents(report, only),
        css=Markup((_HERE / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own
        names=names,
        colours=colours,
        everyone=everyone,
        of_all=lambda profile: _shown(profile, everyone[profile.column].mean),
        grouped=_grouped,
        label=_label,
        shown=_shown,
        maximum=lambda profile: FEATURES[INDEX[profile.column]].maximum,
        reach=_reach,
        place=_place,
        deviation_words=_deviation_words,
        same=_same,
        histogram=drawn,
        blanks_anywhere=any(profile.histogram.blanks for profile in report.everyone),
        marks=_MARKS,
        bands=_BANDS,
        map=segment_map(report.map, names) if report.map else "",
        k_lines=k_lines(report.k_evidence) if report.k_evidence else (),
        psi_end=_PSI_END,
        psi_place=lambda psi: round(100 * min(psi / _PSI_END, 1.0), 1),
    )  # fmt: skip


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": percent,
        "count": lambda count: counted(count, "customer"),
        "day": lambda written: day(datetime.fromisoformat(written)),
        "places": lambda value, places: "" if value is None else f"{value:,.{places}f}",
    }
    return environment


def _title(report: Report, only: SegmentProfile | None) -> str:
    if only is not None:
        return only.name
    if report.as_of is not None:
        return f"Customer segments on {day(datetime.fromisoformat(report.as_of))}"
    return "Customer segments"


def _kind(report: Report) -> str:
    if report.is_training:
        return "the portfolio that the model was trained on"
    return "a snapshot" if report.as_of else "a portfolio under the model in place"


def _contents(report: Report, only: int | None) -> list[tuple[str, str]]:
    segments = [
        (f"segment-{segment.id}", segment.short)
        for segment in report.segments
        if only in (None, segment.id)
    ]
    if only is not None:
        return [*segments, ("words", "Words")]
    return [("short", "In short"), ("sizes", "Sizes"), *segments, *_CONTENTS, ("words", "Words")]


def _grouped(profiles: Sequence[FeatureProfile]) -> list[tuple[str, list[FeatureProfile]]]:
    """The profiles under the headings that their features have in a form."""
    by_group = sorted(profiles, key=lambda profile: FEATURES[INDEX[profile.column]].group)
    return [
        (str(group), list(members))
        for group, members in groupby(by_group, lambda p: FEATURES[INDEX[p.column]].group)
    ]


def _label(profile: FeatureProfile | Quality) -> str:
    return FEATURES[INDEX[profile.column]].label


def _shown(profile: FeatureProfile, value: float | None) -> str:
    """A value, its unit left to the label where that says “months” already."""
    return shown(FEATURES[INDEX[profile.column]], value).removesuffix(" months")


def _same(share: float) -> str:
    if 0.99 < share < 1:
        return "over 99 of 100"
    return f"{100 * share:.0f} of 100"


def _reach(segment: SegmentProfile) -> int:
    """How many standard deviations a segment's dot plot shows to each side."""
    return math.ceil(max(1.0, *(abs(profile.deviation or 0.0) for profile in segment.features)))


def _place(deviation: float, reach: int) -> float:
    """Where a deviation stands on the dot plot's axis, in percent of its width."""
    return round(50 + 50 * deviation / reach, 1)


def _deviation_words(deviation: float) -> str:
    way = "above" if deviation >= 0 else "below"
    return f"{abs(deviation):.1f} standard deviations {way} the average of all"
