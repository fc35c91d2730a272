"""Drift of the segments' sizes: a chi-square test against the shares of training.

It sees customers going from one segment to another, which no single feature shows, under one
frozen model; after a retraining sizes differ for that reason alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.chi_square import ChiSquare
from segmentation.drift_grades import Change, enough

HINT_BELOW: Final = 0.01  # worth a mention: one quiet portfolio in 100
ALARM_BELOW: Final = 0.0003  # one quiet portfolio in 3,000
SMALL_EFFECT: Final = 0.1  # Cohen's w; among many customers a small p alone means little
MEDIUM_EFFECT: Final = 0.3
_OUTSIDE: Final = 0.05  # how often chance may put any of the segments outside its interval


@dataclass(frozen=True, slots=True)
class ShareChange:
    """One segment's share of the customers, in training and now.

    `low` to `high` is the interval of the share now, 95 % for all segments at once, widened by what
    training leaves uncertain.
    """

    segment: int
    before: float
    now: float
    low: float
    high: float

    @property
    def beyond_chance(self) -> bool:
        """Whether the share of training lies outside the interval."""
        return not self.low <= self.before <= self.high


@dataclass(frozen=True, slots=True)
class ShareDrift:
    """How the segments' sizes changed; `effect` is Cohen's w, √(Σ (now − before)² / before)."""

    test: ChiSquare
    effect: float
    segments: tuple[ShareChange, ...]
    change: Change

    @property
    def foremost(self) -> ShareChange:
        """The segment that contributes most to the change."""
        return max(self.segments, key=lambda share: (share.now - share.before) ** 2 / share.before)


def share_drift(
    trained_on: int, shares: Mapping[int, float], sizes: Mapping[int, int]
) -> ShareDrift:
    """Test `sizes` by segment id against `shares`, each above 0, of `trained_on` customers.

    A segment that is empty now may be left out of `sizes`. The test is that of a 2 × k table:
    taking training's shares as exact would call one quiet portfolio of seven changed where it is
    as large as training.
    """
    customers = sum(sizes.values())
    before = np.array(list(shares.values()))
    now = np.array([sizes.get(segment, 0) for segment in shares]) / max(customers, 1)
    worth = customers * trained_on / (customers + trained_on)
    pooled = (customers * now + trained_on * before) / (customers + trained_on)
    test = ChiSquare(worth * float(np.sum((now - before) ** 2 / pooled)), len(shares) - 1)
    effect = float(np.sqrt(np.sum((now - before) ** 2 / before)))
    rows = zip(shares, before.tolist(), now.tolist(), *_intervals(now, worth), strict=True)
    return ShareDrift(
        test=test,
        effect=effect,
        segments=tuple(ShareChange(*row) for row in rows),
        change=_change(test, effect) if enough(trained_on, customers) else Change.TOO_FEW,
    )


def _intervals(now: NDArray[np.float64], worth: float) -> tuple[list[float], list[float]]:
    """Wilson intervals with Bonferroni's z (2.498 for four), good for an empty segment too."""
    z = NormalDist().inv_cdf(1 - _OUTSIDE / (2 * len(now)))
    centre = (now * worth + z**2 / 2) / (worth + z**2)
    half = z / (worth + z**2) * np.sqrt(now * (1 - now) * worth + z**2 / 4)
    return np.maximum(centre - half, 0).tolist(), np.minimum(centre + half, 1).tolist()


def _change(test: ChiSquare, effect: float) -> Change:
    if test.p_value < ALARM_BELOW and effect >= SMALL_EFFECT:
        return Change.MAJOR if effect >= MEDIUM_EFFECT else Change.MINOR
    return Change.MEASURABLE if test.p_value < HINT_BELOW else Change.STABLE
