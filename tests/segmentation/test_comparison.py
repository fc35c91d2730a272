"""Other ways to cluster, beside KMeans: one space, honest stability, and a verdict from rules."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, silhouette_score

from segmentation.algorithms import ALGORITHMS, prepared
from segmentation.comparing import compare
from segmentation.comparison import Comparison, Judgement, Outcome
from segmentation.comparison_methods import METHODS, knee
from segmentation.errors import TrainingError
from segmentation.portfolio import Portfolio, read_portfolio

KMEANS = Outcome("KMeans", 4, 0.0, 90, 0.20, 1.0, 0.94, 0.90, 0.1)
FEW = {name: METHODS[name] for name in ("KMeans", "KMeans (winsorised)", "HDBSCAN")}


def beside(**changes: float | str | None) -> Comparison:
    """KMeans and one other method with figures like its own, but for the changes."""
    other = replace(KMEANS, **({"method": "Ward", "agreement": 0.9} | changes))
    return Comparison((KMEANS, other), customers=1_000, portfolio=1_000, k=4, resamples=6)


@pytest.mark.parametrize(
    ("changes", "judgement"),
    [
        ({"agreement": 0.96}, Judgement.SAME),
        ({"stability": 0.97}, Judgement.CANDIDATE),
        ({"stability": 0.97, "agreement": 0.3}, Judgement.OTHER),
        ({"stability": 0.97, "silhouette": 0.16}, Judgement.OTHER),
        ({"stability": 0.94}, Judgement.WEAKER),
        ({"stability": 0.99, "noise": 0.3}, Judgement.UNUSABLE),
        ({"stability": 0.99, "smallest": 9}, Judgement.UNUSABLE),
        ({"stability": 0.99, "clusters": 1, "silhouette": None}, Judgement.UNUSABLE),
    ],
)
def test_a_method_is_judged_by_rules_and_not_by_its_name(
    changes: dict[str, float | str | None], judgement: Judgement
) -> None:
    found = beside(**changes)
    assert [found.judgement(outcome) for outcome in found.outcomes] == [
        Judgement.REFERENCE, judgement,
    ]  # fmt: skip


def test_a_candidate_that_can_be_trained_is_told_with_the_command() -> None:
    told = " ".join(beside(method="KMeans (winsorised)", stability=0.98, smallest=120).verdict)
    assert "KMeans (winsorised) is worth a look" in told
    assert "(0.98 against 0.94); its smallest segment has 120 customers, that of KMeans 90" in told
    assert "segbot train PORTFOLIO --algorithm winsorised --out elsewhere" in told
    assert "--algorithm" not in " ".join(beside(stability=0.98).verdict)


def test_what_cannot_be_worked_with_is_told_with_its_reason() -> None:
    noisy = beside(method="HDBSCAN", noise=0.77)
    assert "HDBSCAN (77.0\N{NO-BREAK SPACE}% of customers in no cluster)" in noisy.verdict[-1]
    blob = beside(method="DBSCAN", clusters=1, noise=0.02, silhouette=None)
    assert "DBSCAN (one cluster, 2.0" in blob.verdict[-1]
    assert (
        beside(smallest=9).verdict[-1].endswith("Ward (a cluster of 9, 0.9\u00a0% of customers).")
    )


def test_silhouette_and_agreement_are_those_of_scikit_learn(portfolio: Portfolio) -> None:
    found = compare(portfolio.values, k=4, seed=1, resamples=2, methods=FEW, on_step=lambda _: None)
    points = prepared(portfolio.values, winsorised=False).points(portfolio.values)
    plain, cut = (METHODS[name].label(portfolio.values, 4, 1) for name in [*FEW][:2])
    kmeans, winsorised, hdbscan = found.outcomes
    assert kmeans.silhouette == pytest.approx(silhouette_score(points, plain), abs=1e-4)
    assert winsorised.silhouette == pytest.approx(silhouette_score(points, cut), abs=1e-4)
    assert winsorised.agreement == pytest.approx(adjusted_rand_score(plain, cut))
    assert winsorised.smallest == np.bincount(cut).min()
    noise = (METHODS["HDBSCAN"].label(portfolio.values, 4, 1) == -1).mean()
    assert hdbscan.noise == pytest.approx(noise)


def test_every_method_is_heard_of_once_a_fit(portfolio: Portfolio) -> None:
    heard: Counter[str] = Counter()
    compare(
        portfolio.values[:400],
        k=3,
        seed=1,
        resamples=2,
        on_step=lambda method: heard.update([method]),
    )
    assert heard == dict.fromkeys(METHODS, 3)


def test_of_a_large_portfolio_a_sample_is_compared(portfolio: Portfolio) -> None:
    many = np.tile(portfolio.values, (6, 1))
    only = {"KMeans": METHODS["KMeans"]}
    found = compare(many, k=4, seed=1, resamples=2, methods=only, on_step=lambda _: None)
    assert (found.customers, found.portfolio) == (10_000, 12_000)


def test_too_few_customers_are_refused_with_a_sentence(portfolio: Portfolio) -> None:
    with pytest.raises(TrainingError, match="comparing clusters takes 200 at least"):
        compare(portfolio.values[:50], k=4, seed=1, on_step=lambda _: None)


def test_what_can_be_trained_is_what_training_knows() -> None:
    trainable = {method.trainable for method in METHODS.values()} - {None}
    assert trainable == set(ALGORITHMS)


def test_the_radius_lies_where_the_distances_bend() -> None:
    rng = np.random.default_rng(0)
    blob, far = rng.normal(size=(500, 2)) * 0.1, rng.uniform(-50, 50, size=(20, 2))
    assert 0.05 < knee(np.concatenate([blob, far])) < 5


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_on_the_public_portfolio_winsorising_is_the_one_to_look_at(
    real_portfolio_path: Path,
) -> None:
    values = read_portfolio(real_portfolio_path).values
    found = compare(values, k=4, seed=42, on_step=lambda _: None)
    by = {outcome.method: outcome for outcome in found.outcomes}
    judged = {found.judgement(outcome): [] for outcome in found.outcomes}
    for outcome in found.outcomes:
        judged[found.judgement(outcome)].append(outcome.method)
    assert judged[Judgement.CANDIDATE] == ["KMeans (winsorised)"]
    assert judged[Judgement.OTHER] == ["KMeans (Yeo–Johnson)"]
    assert judged[Judgement.UNUSABLE] == ["DBSCAN", "HDBSCAN"]
    assert by["KMeans"].silhouette == pytest.approx(0.198, abs=0.002)
    assert by["KMeans (winsorised)"].agreement == pytest.approx(0.884, abs=0.02)
    assert by["Ward"].agreement == pytest.approx(0.486, abs=0.02)
    assert by["Gaussian mixture (tied)"].agreement == pytest.approx(0.446, abs=0.03)
    assert by["HDBSCAN"].noise > 0.7
