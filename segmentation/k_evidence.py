"""The evidence for a number of segments, and the rule that decides on it: pure, from figures alone.

Elbow and silhouette nominate, stability decides. Two segments are no candidate: they only tell
who buys from who does not, and nobody can act on that.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from segmentation.naming import Naming

LOW_SILHOUETTE: Final = 0.5  # up to it Kaufman and Rousseeuw (1990) call a structure weak
LOW_STABILITY: Final = 0.5


@dataclass(frozen=True, slots=True)
class KCandidate:
    """The figures of k clusters; None where they need two clusters, or were not asked for.

    `smallest` counts the customers of the smallest cluster. The stabilities are the median and the
    5th percentile of the adjusted Rand index (1 is the same) between the whole portfolio's
    clusters and those of resamples.
    """

    k: int
    inertia: float
    smallest: int
    silhouette: float | None = None
    davies_bouldin: float | None = None
    calinski_harabasz: float | None = None
    stability_median: float | None = None
    stability_p5: float | None = None


@dataclass(frozen=True, slots=True)
class KEvidence:
    """What speaks for each number of segments, and what follows from it.

    `customers` are those clustered. Of large portfolios the silhouettes are estimated from
    `sampled` customers, with `silhouette_error` as their largest standard error.
    """

    candidates: tuple[KCandidate, ...]
    customers: int
    resamples: int
    sampled: int | None = None
    silhouette_error: float = 0.0

    @property
    def elbow(self) -> int:
        """The k whose inertia is farthest below the line from the first k's to the last's."""
        first, last = self.candidates[0], self.candidates[-1]
        slope = (last.inertia - first.inertia) / (last.k - first.k)
        return max(self._nominable, key=lambda k: slope * k - self.candidate(k).inertia)

    @property
    def silhouette_choice(self) -> int:
        """The k of the highest silhouette."""
        return max(self._nominable, key=lambda k: _silhouette(self, k))

    @property
    def chosen(self) -> int:
        """The nominee that reproduces more reliably, the elbow where both do equally."""
        return max(self.elbow, self.silhouette_choice, key=lambda k: _held(self, k))

    @property
    def verdict(self) -> str:
        """The choice and its reasons in plain words."""
        return _verdict(self)

    @property
    def _nominable(self) -> list[int]:
        return [candidate.k for candidate in self.candidates if candidate.stability_p5 is not None]

    def candidate(self, k: int) -> KCandidate:
        """The figures of k clusters; KeyError when there are none."""
        return {candidate.k: candidate for candidate in self.candidates}[k]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "KEvidence":
        """What `as_json` gave; KeyError or TypeError where it is something else."""
        figures = {name: data[name] for name in cls.__dataclass_fields__}
        candidates = tuple(KCandidate(**candidate) for candidate in data["candidates"])
        return cls(**figures | {"candidates": candidates})

    def as_json(self) -> dict[str, Any]:
        """Everything in plain numbers and words, for a model file or another program."""
        figures = asdict(self)
        figures["candidates"] = list(figures["candidates"])
        return figures | {
            "elbow": self.elbow,
            "silhouette_choice": self.silhouette_choice,
            "chosen": self.chosen,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True, eq=False)
class SilhouetteProfile:
    """How well each customer lies in their cluster: `labels` and `silhouettes` have shape (m,).

    `namings[label]` says how the cluster's centroid is named; m is the number of customers, or of
    those drawn from a large portfolio.
    """

    labels: NDArray[np.int32]
    silhouettes: NDArray[np.float64]
    namings: tuple[Naming, ...]


def _verdict(evidence: KEvidence) -> str:
    sentences = (_nominees(evidence), _continuum(evidence), _reason(evidence), _doubt(evidence))
    return " ".join(sentence for sentence in sentences if sentence)


def _nominees(evidence: KEvidence) -> str:
    elbow, preferred = evidence.elbow, evidence.silhouette_choice
    highest = _silhouette(evidence, preferred)
    if elbow == preferred:
        return f"Elbow and silhouette both say {elbow} (silhouette {highest:.3f})."
    return (
        f"Elbow says {elbow}. Silhouette prefers {preferred} ({highest:.3f} against "
        f"{_silhouette(evidence, elbow):.3f}): its clusters are set apart more clearly on average."
    )


def _continuum(evidence: KEvidence) -> str:
    highest = max(_silhouette(evidence, candidate.k) for candidate in evidence.candidates)
    if highest >= LOW_SILHOUETTE:
        return ""
    return (
        f"All silhouettes are low ({highest:.2f} at best, of 1): these are regions of a continuum, "
        "not separate islands."
    )


def _reason(evidence: KEvidence) -> str:
    kept = evidence.chosen
    (other,) = {evidence.elbow, evidence.silhouette_choice} - {kept} or {kept}
    held, held_by_other = _held(evidence, kept), _held(evidence, other)
    agree = (
        f"in 95 of 100 resamples the labels of {kept} agree to {held:.2f} or more "
        "(adjusted Rand index, 1 is the same)"
    )
    if other == kept:
        return f"{kept} is chosen: {agree}."
    more = "more" if held > held_by_other else "as"
    return (
        f"{kept} is chosen because it reproduces {more} reliably: {agree}, "
        f"those of {other} to {held_by_other:.2f} or more."
    )


def _doubt(evidence: KEvidence) -> str:
    if _held(evidence, evidence.chosen) >= LOW_STABILITY:
        return ""
    return f"Even {evidence.chosen} does not reproduce well: read the segments as a sketch."


def _silhouette(evidence: KEvidence, k: int) -> float:
    return evidence.candidate(k).silhouette or 0.0


def _held(evidence: KEvidence, k: int) -> float:
    return evidence.candidate(k).stability_p5 or 0.0
