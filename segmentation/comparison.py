"""Ways to cluster the same customers, measured side by side, and what follows for the recipe."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from segmentation.comparison_methods import METHODS, REFERENCE
from segmentation.wording import counted, listed, percent

TOO_NOISY: Final = 0.3  # share of customers without a cluster: segments have to cover a portfolio
TOO_SMALL: Final = 0.01  # share of customers in the smallest cluster: nobody acts on fewer
THE_SAME: Final = 0.95  # adjusted Rand index: what KMeans itself reaches between resamples
AKIN: Final = 0.7  # adjusted Rand index from which segments keep their meaning
STEADIER: Final = 0.02  # of stability
AS_CLEAR: Final = 0.85  # of the reference's silhouette


class Judgement(StrEnum):
    """What a method is worth on these customers, beside KMeans."""

    REFERENCE = "the recipe"
    SAME = "the same segments"
    CANDIDATE = "worth a look"
    OTHER = "other segments"
    WEAKER = "weaker"
    UNUSABLE = "not usable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one method gave.

    `clusters` counts those without the noise, whose share `noise` is; `smallest` the customers of
    the smallest one. `silhouette` is in the scaled space that all share, over customers with a
    cluster, and None below two clusters. `agreement` is the adjusted Rand index with KMeans (1 is
    the same), `stability` its mean and least between resamples, `seconds` the time of one fit.
    """

    method: str
    clusters: int
    noise: float
    smallest: int
    silhouette: float | None
    agreement: float
    stability: float
    least_stability: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcomes of all methods on `customers`, of `portfolio` customers in all."""

    outcomes: tuple[Outcome, ...]
    customers: int
    portfolio: int
    k: int
    resamples: int

    @property
    def reference(self) -> Outcome:
        """What KMeans gave."""
        return next(outcome for outcome in self.outcomes if outcome.method == REFERENCE)

    def judgement(self, outcome: Outcome) -> Judgement:
        """What an outcome is worth: the first rule that holds."""
        held = (
            (Judgement.REFERENCE, outcome.method == REFERENCE),
            (Judgement.UNUSABLE, self._unusable(outcome)),
            (Judgement.SAME, outcome.agreement >= THE_SAME),
            (Judgement.CANDIDATE, self._steadier(outcome) and self._akin(outcome)),
            (Judgement.OTHER, self._steadier(outcome)),
        )
        return next((judgement for judgement, holds in held if holds), Judgement.WEAKER)

    def _unusable(self, outcome: Outcome) -> bool:
        few = outcome.smallest < TOO_SMALL * self.customers
        return outcome.noise >= TOO_NOISY or outcome.silhouette is None or few

    def _steadier(self, outcome: Outcome) -> bool:
        return outcome.stability >= self.reference.stability + STEADIER

    def _akin(self, outcome: Outcome) -> bool:
        least = AS_CLEAR * (self.reference.silhouette or 0.0)
        return outcome.agreement >= AKIN and (outcome.silhouette or 0.0) >= least

    @property
    def verdict(self) -> tuple[str, ...]:
        """What to make of it, a sentence or two for each judgement that was given."""
        by: dict[Judgement, list[Outcome]] = {judgement: [] for judgement in Judgement}
        for outcome in self.outcomes:
            by[self.judgement(outcome)].append(outcome)
        return tuple(_verdict(self, by))

    def as_json(self) -> dict[str, Any]:
        """Everything in plain numbers and words."""
        figures = asdict(self)
        figures["outcomes"] = [
            asdict(outcome) | {"judgement": str(self.judgement(outcome))}
            for outcome in self.outcomes
        ]
        return figures | {"verdict": list(self.verdict)}


def _verdict(found: Comparison, by: Mapping[Judgement, Sequence[Outcome]]) -> Iterator[str]:
    reference, candidates = found.reference, by[Judgement.CANDIDATE]
    if candidates:
        yield f"KMeans stays the recipe, and {_names(candidates)} {_are(candidates)} worth a look."
    else:
        yield "KMeans stays: no other method gives steadier segments of the same kind."
    for outcome in candidates:
        yield (
            f"{outcome.method} agrees to {outcome.agreement:.2f} with it and comes back more "
            f"reliably ({outcome.stability:.2f} against {reference.stability:.2f}); its smallest "
            f"segment has {counted(outcome.smallest, 'customer')}, that of KMeans "
            f"{reference.smallest:,}.{_try(outcome)}"
        )
    if by[Judgement.SAME]:
        yield f"The same segments in practice: {_names(by[Judgement.SAME])}."
    if by[Judgement.OTHER]:
        told = listed([_other(outcome, reference) for outcome in by[Judgement.OTHER]])
        yield f"Steadier, but other segments, or less apart in this space: {told}."
    if by[Judgement.WEAKER]:
        yield f"No steadier than KMeans: {_names(by[Judgement.WEAKER])}."
    if by[Judgement.UNUSABLE]:
        told = listed([_unusable(outcome, found) for outcome in by[Judgement.UNUSABLE]])
        yield f"No segments to work with: {told}."


def _names(outcomes: Sequence[Outcome]) -> str:
    return listed([outcome.method for outcome in outcomes])


def _are(outcomes: Sequence[Outcome]) -> str:
    return "is" if len(outcomes) == 1 else "are"


def _try(outcome: Outcome) -> str:
    name = METHODS[outcome.method].trainable
    if name is None:
        return ""
    return f" Try it: segbot train PORTFOLIO --algorithm {name} --out elsewhere"


def _other(outcome: Outcome, reference: Outcome) -> str:
    return (
        f"{outcome.method} (agrees to {outcome.agreement:.2f}, silhouette "
        f"{outcome.silhouette or 0.0:.2f} against {reference.silhouette or 0.0:.2f})"
    )


def _unusable(outcome: Outcome, found: Comparison) -> str:
    if outcome.noise >= TOO_NOISY:
        return f"{outcome.method} ({percent(outcome.noise)} of customers in no cluster)"
    if outcome.silhouette is None:
        blob = "one cluster" if outcome.clusters else "no cluster"
        return f"{outcome.method} ({blob}, {percent(outcome.noise)} of customers in none)"
    share = percent(outcome.smallest / found.customers)
    return f"{outcome.method} (a cluster of {outcome.smallest:,}, {share} of customers)"
