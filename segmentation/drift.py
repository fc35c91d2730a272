"""Drift: does a portfolio still look like the one that the segments were trained on?

Two measures that see different things: the PSI of each feature overlooks customers going from one
segment to another, and the segments' sizes overlook a column that went blank. The thresholds were
set on the public portfolio by resampling and by simulated changes; it has one date only, so no
drift over time has been measured.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.drift_bins import Baseline, Bins, Counts, psi
from segmentation.drift_grades import FEWEST, FEWEST_IN_TRAINING, Change, enough
from segmentation.drift_shares import ShareDrift, share_drift
from segmentation.features import FEATURES, Feature
from segmentation.wording import counted, first_few, listed, percent

MINOR_PSI: Final = 0.10  # the thresholds that credit scorecards have
MAJOR_PSI: Final = 0.25
# The 99th percentile of PSI when the training portfolio is resampled to so many customers.
_NOISE: Final = {2_000: 0.009, 1_000: 0.017, 500: 0.035, 200: 0.096, 100: 0.177}
_MANY_BLANK: Final = 0.10  # more customers without a value, as a share, that a verdict tells of
_SOME_BLANK: Final = 0.01  # and more or fewer that the figures tell of
_BLANK: Final = "went blank for many customers"
_HOW: Final = {Change.MAJOR: "changed a lot", Change.MINOR: "changed somewhat"}


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """How one feature's distribution changed; `noise` is the PSI that chance rarely exceeds.

    `blank_before` and `blank_now` are the shares of customers for whom it was left blank.
    """

    feature: Feature
    psi: float
    noise: float
    blank_before: float
    blank_now: float
    change: Change

    @property
    def how(self) -> str:
        """What became of the feature, in words that follow its label; empty where no alarm is."""
        if self.change >= Change.MINOR and self.blank_now - self.blank_before >= _MANY_BLANK:
            return _BLANK
        return _HOW.get(self.change, "")

    @property
    def line(self) -> str:
        """The figures in a sentence."""
        psi = f"PSI {self.psi:.3f} (chance: up to {self.noise:.3f})"
        blank = f"blank for {percent(self.blank_now)}, {percent(self.blank_before)} in training"
        told = f"; {blank}" if abs(self.blank_now - self.blank_before) >= _SOME_BLANK else ""
        return f"{self.feature.label}: {self.change.words}, {psi}{told}."


@dataclass(frozen=True, slots=True)
class Drift:
    """What changed since training: the features by falling PSI, and the segments' sizes."""

    customers: int
    trained_on: int
    features: tuple[FeatureDrift, ...]
    shares: ShareDrift

    @property
    def change(self) -> Change:
        """The greatest change that was found."""
        return max(self.shares.change, *(feature.change for feature in self.features))

    @property
    def alarm(self) -> bool:
        """Whether somebody should look: a PSI of 0.10 or more, or segments clearly resized."""
        return self.change >= Change.MINOR

    def verdict(self, names: Mapping[int, str]) -> str:
        """The finding in a sentence; `names` has the segments' names by their lasting id."""
        if self.change is Change.TOO_FEW:
            return self._too_few()
        resized = self._resized(names)
        if not self.alarm:
            quiet = "Customers look much as they did in training"
            return f"{quiet}, though {resized}." if resized else f"{quiet}."
        found = [*self._different(), *([resized] if resized else [])]
        return f"Since training, {listed(found)}."

    def details(self, names: Mapping[int, str]) -> tuple[str, ...]:
        """A line for each feature and segment that changed measurably, with its figures."""
        features = [found.line for found in self.features if found.change >= Change.MEASURABLE]
        resized = self.shares.change >= Change.MEASURABLE
        return (*features, *(self._share_lines(names) if resized else ()))

    def _too_few(self) -> str:
        if not self.trained_on:
            return (
                "Drift cannot be judged: this model is of an earlier version, which kept nothing "
                "to compare with. Train it again."
            )
        if self.trained_on < FEWEST_IN_TRAINING:
            return (
                f"The segments were trained on {counted(self.trained_on, 'customer')}: "
                f"too few to judge drift, which takes {FEWEST_IN_TRAINING:,}."
            )
        return (
            f"{counted(self.customers, 'customer')}: too few to judge drift, which takes {FEWEST}."
        )

    def _different(self) -> Iterator[str]:
        for how in (_BLANK, *_HOW.values()):
            labels = [found.feature.label for found in self.features if found.how == how]
            if labels:
                yield f"{first_few(labels, len(labels))} {how}"

    def _resized(self, names: Mapping[int, str]) -> str:
        if self.shares.change < Change.MEASURABLE:
            return ""
        share = self.shares.foremost
        return (
            f"{names[share.segment]} went from {percent(share.before)} "
            f"to {percent(share.now)} of customers"
        )

    def _share_lines(self, names: Mapping[int, str]) -> Iterator[str]:
        yield f"Sizes of the segments: {self.shares.change.words}, {self.shares.test.words}."
        for share in self.shares.segments:
            if share.beyond_chance:
                interval = f"{percent(share.low)} to {percent(share.high)}"
                before = f"{percent(share.before)} in training"
                yield f"{names[share.segment]}: {percent(share.now)} ({interval}), {before}."


def drift(
    baseline: Baseline,
    shares: Mapping[int, float],
    values: NDArray[np.float64],
    sizes: Mapping[int, int],
) -> Drift:
    """Compare a portfolio with training.

    `shares` are the training shares by segment id, each above 0; `values` has shape (n, 17), the
    features' units, NaN for blanks; `sizes` counts the same n customers by segment id.
    """
    return drift_of_counts(baseline, shares, baseline.count(values), sizes)


def drift_of_counts(
    baseline: Baseline, shares: Mapping[int, float], counts: Counts, sizes: Mapping[int, int]
) -> Drift:
    """The same for customers that were counted before: `counts` is what `baseline.count` gave."""
    columns = zip(FEATURES, baseline.features, counts, strict=True)
    features = (_feature_drift(*column) for column in columns)
    return Drift(
        customers=sum(sizes.values()),
        trained_on=baseline.customers,
        features=tuple(sorted(features, key=lambda found: -found.psi)),
        shares=share_drift(baseline.customers, shares, sizes),
    )


def _feature_drift(feature: Feature, bins: Bins, counts: tuple[int, ...]) -> FeatureDrift:
    before, now = sum(bins.counts), sum(counts)
    found, noise = psi(bins.counts, counts), noise_level(before, now)
    return FeatureDrift(
        feature=feature,
        psi=found,
        noise=noise,
        blank_before=bins.counts[-1] / max(before, 1),
        blank_now=counts[-1] / max(now, 1),
        change=_change(found, noise) if enough(before, now) else Change.TOO_FEW,
    )


def _change(found: float, noise: float) -> Change:
    steps = ((MAJOR_PSI, Change.MAJOR), (MINOR_PSI, Change.MINOR), (noise, Change.MEASURABLE))
    return next((change for least, change in steps if found >= least), Change.STABLE)


def noise_level(before: int, now: int) -> float:
    """The PSI that chance exceeds once in 100, for so many customers in training and now.

    It goes with 1/n, and few customers in training make as much noise as few now.
    """
    scarcity = 1 / max(before, 1) + 1 / max(now, 1)
    return float(np.interp(scarcity, [0, *(1 / n for n in _NOISE)], [0, *_NOISE.values()]))
