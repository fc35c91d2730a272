"""Training past memory: all customers for the scale and the counts, a sample of them for KMeans.

An engine goes through the portfolio four times: it draws the sample, counts what the scaler and
the medians need, finds the medians, and counts the customers under the new model. The scale, the
medians, the shares and the drift baseline's counts are those of all customers; centroids, novelty
radii, claims, silhouette, the bins' edges and the calibration are the sample's.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from segmentation.algorithms import ALGORITHMS, WINSORISED_AT, Preparation
from segmentation.drift_bins import Baseline, Bins
from segmentation.engines import Each, Work
from segmentation.errors import PortfolioError
from segmentation.features import FEATURES
from segmentation.model import SegmentModel
from segmentation.moments import Floats, Moments
from segmentation.partitions import PartitionedPortfolio, tell_problems
from segmentation.portfolio import Portfolio
from segmentation.retraining import calibration
from segmentation.training import TrainedModel, in_document
from segmentation.training_work import (
    BINS,
    Arrays,
    count,
    judge,
    middles,
    problems_in,
    sample,
    tallied,
    unpacked,
)
from segmentation.wording import counted, quoted

SAMPLE: Final = 100_000  # customers: KMeans' inertia a row is then known to some 2 %
_SLACK: Final = 6  # standard deviations that a sample may fall short of what is expected
_AROUND: Final = 8  # standard deviations of a sample's median in which the median is looked for
_CALIBRATED: Final = 20_000  # customers of the sample that are retrained on again and again
_STARTS: Final = 10  # of the two halves that are held against each other


@dataclass(frozen=True, slots=True, eq=False)
class SampleError:
    """How far a sample of n customers may be trusted.

    `inertia` and `inertia_of_all` are a row's, in scaled space; `margin` is twice the standard
    error of the first. `halves_agree` is the adjusted Rand index of what two models say of the
    sample that were each trained on one half of it.
    """

    customers: int
    inertia: float
    margin: float
    inertia_of_all: float
    halves_agree: float

    @property
    def told(self) -> str:
        """The error in words."""
        return (
            f"Inertia a row: {self.inertia:.4f} (± {self.margin:.4f}) in the sample of "
            f"{counted(self.customers, 'customer')}, {self.inertia_of_all:.4f} of all. Models of "
            f"its two halves agree to {self.halves_agree:.3f} (adjusted Rand index)."
        )


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What was learnt of all customers before training, and the sample to train on.

    `blanks` has how many are blank of each feature; `customers` counts all.
    """

    sample: Portfolio
    customers: int
    blanks: NDArray[np.int64]
    preparation: Preparation

    def finished(
        self,
        trained: TrainedModel,
        ask: "Ask",
        seed: int,
        resamples: int,
    ) -> tuple[TrainedModel, SampleError]:
        """The model of the sample, with the counts of all customers; and the sample's error."""
        answers = ask(judge, trained.model.document)
        inertia = float(sum(answer["inertia"][0] for answer in answers)) / self.customers
        error = self._error(trained, inertia, seed)
        calibrated = None
        if resamples:
            values = self.sample.values[:_CALIBRATED]
            calibrated = calibration(
                values, trained.model, resamples=resamples, seed=seed
            ).as_json()
        document = json.loads(trained.model.document)
        sizes = _summed(answers, "sizes")
        for row in document["segments"]:
            customers = int(sizes[row["id"]])
            row.update(customers=customers, share=customers / self.customers)
        for row, blanks in zip(document["features"], self.blanks.tolist(), strict=True):
            row["blanks"] = blanks
        document["drift"] = self._baseline(trained.model, answers).as_json()
        document["calibration"] = calibrated
        document["provenance"].update(
            customers=self.customers,
            inertia=inertia * self.customers,
            sample={
                "customers": error.customers,
                "inertia_a_row": error.inertia,
                "margin": error.margin,
                "halves_agree": error.halves_agree,
            },
        )
        return replace(trained, model=in_document(document)), error

    def _baseline(self, model: SegmentModel, answers: Sequence[Arrays]) -> Baseline:
        features = tuple(
            Bins(bins.edges, tuple(_summed(answers, f"bins{place}").tolist()))
            for place, bins in enumerate(model.baseline.features)
        )
        return Baseline(self.customers, features)

    def _error(self, trained: TrainedModel, inertia: float, seed: int) -> SampleError:
        values = self.sample.values
        squared = trained.model.assign(values).distance ** 2
        return SampleError(
            customers=len(values),
            inertia=float(squared.mean()),
            margin=float(2 * squared.std() / np.sqrt(len(values))),
            inertia_of_all=inertia,
            halves_agree=self._halves_agree(trained.model, seed),
        )

    def _halves_agree(self, model: SegmentModel, seed: int) -> float:
        points = self.preparation.points(self.sample.values)
        how = ALGORITHMS[model.provenance.algorithm]
        with threadpool_limits(1):
            labels = [
                how.fit(points[half::2], len(model.segments), _STARTS, seed).predict(points)
                for half in (0, 1)
            ]
        return float(adjusted_rand_score(*labels))


@dataclass(frozen=True, slots=True)
class Ask:
    """Has a function done to every partition of a portfolio; PortfolioError for faulty ones."""

    each: Each
    portfolio: PartitionedPortfolio
    on_done: Callable[[int], None]

    def __call__(self, work: Work, common: str) -> list[Arrays]:
        texts = [partition.as_text() for partition in self.portfolio.partitions]
        answers = [unpacked(answer) for answer in self.each(work, common, texts, self.on_done)]
        tell_problems(self.portfolio, [problems_in(answer) for answer in answers])
        return answers


def survey(ask: Ask, *, seed: int, size: int, winsorised: bool) -> Survey:
    """Draw `size` customers and learn the scale of all; equal portfolios and seeds give equal ones.

    The sample are the customers with the smallest hashes of seed and id, so that it depends on
    neither the order nor the number of partitions. Raises PortfolioError where somebody in it
    stands twice: a double has the same hash, and is in the sample together with its like.
    """
    drawn, customers = _drawn(ask, seed, size)
    lows, highs = np.full(len(FEATURES), -np.inf), np.full(len(FEATURES), np.inf)
    if winsorised:
        known = np.where(np.isnan(drawn.values), np.nanmedian(drawn.values, axis=0), drawn.values)
        lows, highs = np.percentile(known, WINSORISED_AT, axis=0)
    moments, blanks, medians = _counted(ask, drawn.values, (lows, highs))
    moments += Moments.of_repeated(blanks.astype(np.float64), np.clip(medians, lows, highs))
    imputer = SimpleImputer(strategy="median", keep_empty_features=True).fit(medians[np.newaxis])
    scaler = StandardScaler().fit(medians[np.newaxis])
    scaler.mean_, scaler.var_ = moments.means, moments.variances
    # A spread that is only rounding is none, and then leaves a figure as it is.
    none = scaler.var_ <= (10 * np.finfo(np.float64).eps * np.abs(scaler.mean_)) ** 2
    scaler.scale_ = np.where(none, 1.0, np.sqrt(scaler.var_))
    scaler.n_samples_seen_ = customers
    return Survey(drawn, customers, blanks, Preparation(imputer, lows, highs, scaler))


def _drawn(ask: Ask, seed: int, size: int) -> tuple[Portfolio, int]:
    rows = ask.portfolio.rows
    share = min((size + _SLACK * size**0.5) / rows, 1.0)
    most = min(int(share * 2**64), 2**64 - 1)
    answers = ask(sample, json.dumps({"seed": seed, "most": most}))
    hashes, ids, values = (
        np.concatenate([answer[name] for answer in answers]) for name in ("hashes", "ids", "values")
    )
    order = np.argsort(hashes, kind="stable")[:size]
    hashes, ids, values = hashes[order], ids[order], values[order]
    twice = np.flatnonzero(hashes[1:] == hashes[:-1])
    if len(twice):
        problem = (
            f"Customers appear more than once, such as {quoted(str(ids[twice[0]]))}; in a sample "
            f"of {len(ids):,} there are {counted(len(twice), 'double')}. Keep one row for each."
        )
        raise PortfolioError([problem])
    content = "\n".join(ids.tolist()).encode() + values.tobytes()
    fingerprint = hashlib.sha256(content).hexdigest()
    portfolio = Portfolio(ids, values, (), (), ask.portfolio.name, fingerprint)
    return portfolio, int(sum(answer["rows"][0] for answer in answers))


def _counted(
    ask: Ask, drawn: Floats, limits: tuple[Floats, Floats]
) -> tuple[Moments, NDArray[np.int64], Floats]:
    """Moments of all figures between limits, the blanks, and the exact medians, each (17,)."""
    stretches = _around_medians(drawn)
    while True:
        common = {"limits": np.array(limits).tolist(), "stretches": stretches.tolist()}
        answers = ask(count, json.dumps(common))
        blanks = _summed(answers, "blanks")
        known = sum((Moments(*answer["moments"]) for answer in answers[1:]),
                    Moments(*answers[0]["moments"]))  # fmt: skip
        ranks = np.array([(known.counts - 1) // 2, known.counts // 2])
        before = _summed(answers, "below")
        up_to = before[:, np.newaxis] + _summed(answers, "histogram").cumsum(1)
        if (before <= ranks[0]).all() and (ranks[1] < up_to[:, -1]).all():
            break
        stretches = np.array(
            [[each.minimum for each in FEATURES], [each.maximum for each in FEATURES]]
        )
    return known, blanks, _medians(ask, stretches, ranks, before, up_to)


def _summed(answers: Sequence[Arrays], name: str) -> NDArray[np.int64]:
    return np.asarray(np.sum([answer[name] for answer in answers], axis=0, dtype=np.int64))


def _around_medians(drawn: Floats) -> Floats:
    """Where the medians of all are all but certain to be, by those of a sample: (2, 17)."""
    ends = []
    for column in drawn.T:
        known = column[~np.isnan(column)]
        share = min(_AROUND * 0.5 / max(len(known), 1) ** 0.5, 0.5)
        ends.append(np.quantile(known, [0.5 - share, 0.5 + share]) if len(known) else [0.0, 0.0])
    return np.array(ends).T


def _medians(
    ask: Ask, stretches: Floats, ranks: Floats, before: NDArray[np.int64], up_to: NDArray[np.int64]
) -> Floats:
    """The middle figure of each feature, or the mean of both: those in the one bin that has them.

    `ranks` (2 × 17) are the middle places counted from 0, `before` how many lie below a feature's
    stretch, `up_to` (17 × BINS) how many at or below each bin of it.
    """
    bins = np.array([[np.searchsorted(up_to[f], rank, side="right") for f, rank in enumerate(row)]
                     for row in ranks])  # fmt: skip
    edges = np.array([np.linspace(low, high, BINS + 1) for low, high in stretches.T])
    places = np.arange(len(edges))
    narrow = np.array([edges[places, bins[0]], edges[places, bins[1] + 1]])
    answers = ask(middles, json.dumps({"stretches": narrow.tolist()}))
    medians = np.zeros(len(edges))
    for feature in places:
        values, times = tallied(
            [(answer[f"values{feature}"], answer[f"times{feature}"]) for answer in answers]
        )
        first = up_to[feature, bins[0, feature] - 1] if bins[0, feature] else before[feature]
        met = first + times.cumsum()
        medians[feature] = np.mean(
            [values[np.searchsorted(met, rank, side="right")] for rank in ranks[:, feature]]
        )
    return medians
