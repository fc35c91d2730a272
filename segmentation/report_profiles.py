"""Profiles: what some customers are like, feature by feature, beside all of them."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.features import FEATURES, INDEX, Feature, Unit
from segmentation.naming import family
from segmentation.report_figures import FeatureProfile, Histogram

_BINS: Final = 14  # of the positive amounts and counts, evenly on a logarithmic scale
_TWELFTHS: Final = 12
_TRAITS: Final = 4
_TRAIT_FROM: Final = 0.4  # standard deviations, as a generic name asks for

Values = NDArray[np.float64]


def profiles(
    values: Values, labels: NDArray[np.int64], segments: Sequence[int]
) -> tuple[tuple[FeatureProfile, ...], Mapping[int, tuple[FeatureProfile, ...]]]:
    """The 17 profiles of all customers, and those of each of `segments` by its id.

    `values` has shape (n, 17), the features' units, NaN for blanks; `labels` (n,) are segment ids.
    One column at a time is sorted by segment, so that ten million customers fit.
    """
    order = np.argsort(labels, kind="stable")
    ends = np.searchsorted(labels[order], segments, side="right")
    starts = np.searchsorted(labels[order], segments, side="left")
    everyone, by_segment = [], {segment: list[FeatureProfile]() for segment in segments}
    for index, feature in enumerate(FEATURES):
        column = values[order, index]
        edges = _edges(feature, column)
        of_all = _profile(feature, column, edges, column)
        everyone.append(of_all)
        for segment, start, end in zip(segments, starts, ends, strict=True):
            by_segment[segment].append(_profile(feature, column[start:end], edges, column))
    return tuple(everyone), {segment: tuple(found) for segment, found in by_segment.items()}


def traits(of_segment: Sequence[FeatureProfile], of_all: Sequence[FeatureProfile]) -> list[str]:
    """What sets a segment apart, strongest first, one feature of those that tell the same."""
    told: dict[str, str] = {}
    by_size = sorted(of_segment, key=lambda profile: -abs(profile.deviation or 0.0))
    average = {profile.column: profile.mean for profile in of_all}
    for profile in by_size:
        if abs(profile.deviation or 0.0) >= _TRAIT_FROM and len(told) < _TRAITS:
            feature = FEATURES[INDEX[profile.column]]
            here, over_all = (
                shown(feature, mean) for mean in (profile.mean, average[profile.column])
            )
            told.setdefault(
                family(profile.column), f"{feature.label}: {here} on average, {over_all} over all"
            )
    return [*told.values()]


def shown(feature: Feature, value: float | None) -> str:
    """A feature's value as people read it, a dash where there is none."""
    return "–" if value is None else feature.shown(value)


def _profile(feature: Feature, column: Values, edges: Values, of_all: Values) -> FeatureProfile:
    known = column[~np.isnan(column)]
    customers = max(len(column), 1)
    low, median, high = _quantiles(known)
    positive = known[known > 0]
    counts = np.histogram(positive, edges)[0] if len(edges) else np.zeros(0, np.int64)
    return FeatureProfile(
        column=feature.column,
        mean=float(known.mean()) if len(known) else None,
        median=median,
        low=low,
        high=high,
        deviation=_deviation(known, of_all),
        zeros=float((known == 0).sum() / customers),
        blanks=float((len(column) - len(known)) / customers),
        histogram=Histogram(
            tuple(edges.tolist()),
            tuple(counts.tolist()),
            int((known == 0).sum()),
            len(column) - len(known),
        ),
    )


def _quantiles(known: Values) -> tuple[float | None, float | None, float | None]:
    if not len(known):
        return None, None, None
    low, median, high = np.quantile(known, [0.1, 0.5, 0.9]).tolist()
    return low, median, high


def _deviation(known: Values, of_all: Values) -> float | None:
    known_of_all = of_all[~np.isnan(of_all)]
    if not len(known):
        return None
    spread = float(known_of_all.std())
    return float(known.mean() - known_of_all.mean()) / spread if spread > 0 else 0.0


def _edges(feature: Feature, column: Values) -> Values:
    """Bin edges of the positive values: none where nobody has one."""
    positive = column[column > 0]  # a blank is not
    if not len(positive):
        return np.zeros(0)
    top = float(positive.max())
    if feature.unit is Unit.SHARE:
        middles = np.arange(1, _TWELFTHS) + 0.5  # of months in twelve: shares stand between them
        return np.concatenate([[0.0], middles / _TWELFTHS, [max(1.0, top)]])
    if feature.unit is Unit.MONTHS:
        return np.arange(0.5, feature.maximum + 1)
    bottom = min(float(np.quantile(positive, 0.02)), top / 2)
    edges = np.geomspace(bottom, top, _BINS + 1)
    edges[0] = 0.0  # what is smaller still belongs to the first bin
    edges[-1] = top
    return edges
