"""Choosing k: figures equal to scikit-learn's, the rule, and what the public portfolio gives."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import typer
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_samples
from typer.testing import CliRunner

from segmentation import cli_choose_k
from segmentation.errors import TrainingError
from segmentation.features import COLUMNS, INDEX
from segmentation.k_charts import elbow_chart, profile_chart, silhouette_chart
from segmentation.k_evidence import KCandidate, KEvidence
from segmentation.k_selection import choose_k, silhouette_profile, steps, workers
from segmentation.portfolio import Portfolio, portfolio_from_frame, read_portfolio
from segmentation.silhouettes import mean_silhouettes, silhouettes
from segmentation.synthetic import synthetic_portfolio

BEST_KNOWN = {
    2: 127_784.30, 3: 111_973.38, 4: 99_061.94, 5: 91_489.82, 6: 84_824.89,
    7: 79_501.61, 8: 74_464.22, 9: 69_812.31, 10: 66_436.28,
}  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def values() -> NDArray[np.float64]:
    frame = synthetic_portfolio(600, np.random.default_rng(5))
    return portfolio_from_frame(frame, "made up").values


@pytest.fixture(scope="module")
def evidence(values: NDArray[np.float64]) -> KEvidence:
    return choose_k(values, seed=42, resamples=10, on_step=lambda _: None)


def blobs(points: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Five overlapping clouds in 17 dimensions, the last one small and far off."""
    centres = rng.normal(0, 1.5, (5, 17))
    centres[4] += 6
    cloud = rng.choice(5, points, p=[0.4, 0.3, 0.15, 0.14, 0.01])
    return np.asarray(centres[cloud] + rng.standard_normal((points, 17)))


def partitions(points: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.array([KMeans(k, n_init=1, random_state=0).fit(points).labels_ for k in (2, 4, 7)])


def hand_made(*rows: tuple[int, float, float, float | None]) -> KEvidence:
    """Evidence from k, inertia, silhouette and 5th percentile of the stability."""
    candidates = [
        KCandidate(k, inertia, 10, silhouette=silhouette, stability_median=p5, stability_p5=p5)
        for k, inertia, silhouette, p5 in rows
    ]
    return KEvidence(tuple(candidates), customers=1_000, resamples=100)


@pytest.mark.parametrize(
    ("precision", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)], ids=["double", "single"]
)
def test_silhouettes_are_those_of_scikit_learn_for_every_customer(
    precision: type[np.floating], tolerance: float
) -> None:
    points = blobs(3_000, np.random.default_rng(1))
    labels = partitions(points)
    with workers() as pool:
        ours = silhouettes(points, labels, pool, precision=precision)
    theirs = np.array([silhouette_samples(points, partition) for partition in labels])
    assert np.abs(ours - theirs).max() < tolerance


def test_customers_alike_and_clusters_of_one_have_the_silhouettes_of_scikit_learn() -> None:
    points = np.repeat(np.random.default_rng(2).normal(size=(40, 17)), 5, axis=0)
    alone = np.array([*np.arange(199) // 100, 2], dtype=np.int32)
    with workers() as pool:
        (ours,) = silhouettes(points, alone[np.newaxis], pool)
    assert ours == pytest.approx(silhouette_samples(points, alone), abs=1e-3)
    assert ours[-1] == 0


def test_beyond_20000_customers_the_silhouette_is_estimated_within_its_stated_error() -> None:
    points = blobs(21_000, np.random.default_rng(3))
    labels = partitions(points)
    with workers() as pool:
        exact = silhouettes(points, labels, pool).mean(axis=1)
        estimates = [
            mean_silhouettes(points, labels, pool, np.random.default_rng(seed)) for seed in range(5)
        ]
    off = np.array([estimate.means for estimate in estimates]) - exact
    errors = np.array([estimate.errors for estimate in estimates])
    assert all(5_000 <= (estimate.sampled or 0) <= 5_100 for estimate in estimates)
    assert (np.abs(off) < 4 * errors).all()
    assert 0.5 < np.sqrt((off**2).mean()) / errors.mean() < 1.5
    assert errors.max() < 0.002


def test_evidence_covers_every_k_and_says_what_it_rests_on(evidence: KEvidence) -> None:
    assert [candidate.k for candidate in evidence.candidates] == [*range(1, 11)]
    assert (evidence.customers, evidence.resamples, evidence.sampled) == (600, 10, None)
    inertias = [candidate.inertia for candidate in evidence.candidates]
    assert inertias == sorted(inertias, reverse=True)
    assert inertias[0] == pytest.approx(600 * len(COLUMNS))
    for candidate in evidence.candidates:
        assert (candidate.silhouette is None) == (candidate.k == 1)
        assert (candidate.stability_p5 is not None) == (3 <= candidate.k <= 8)


def test_evidence_does_not_depend_on_the_order_of_the_customers(
    values: NDArray[np.float64], evidence: KEvidence
) -> None:
    shuffled = np.random.default_rng(9).permutation(values)
    assert choose_k(shuffled, seed=42, resamples=10, on_step=lambda _: None) == evidence


def test_every_step_is_told(values: NDArray[np.float64]) -> None:
    told: list[str] = []
    choose_k(values, seed=1, resamples=2, ks=(1, 3, 4), stable_ks=(3, 4), on_step=told.append)
    assert len(told) == steps((1, 3, 4), 2)
    assert [*dict.fromkeys(told)] == ["Clustering", "Silhouettes", "Resampling"]


def test_evidence_is_plain_json(evidence: KEvidence) -> None:
    told = json.loads(json.dumps(evidence.as_json()))
    assert told["chosen"] == evidence.chosen
    assert told["candidates"][3]["silhouette"] == evidence.candidate(4).silhouette
    assert told["verdict"] == evidence.verdict


def test_where_elbow_and_silhouette_agree_their_number_is_chosen() -> None:
    same = hand_made(
        (1, 100, 0, None), (2, 70, 0.2, None), (3, 30, 0.6, 0.7), (4, 25, 0.4, 0.9), (5, 22, 0.3, 1)
    )
    assert (same.elbow, same.silhouette_choice, same.chosen) == (3, 3, 3)
    assert same.verdict == (
        "Elbow and silhouette both say 3 (silhouette 0.600). 3 is chosen: in 95 of 100 resamples "
        "the labels of 3 agree to 0.70 or more (adjusted Rand index, 1 is the same)."
    )


@pytest.mark.parametrize(("p5_of_3", "p5_of_4", "chosen"), [(0.15, 0.88, 4), (0.9, 0.88, 3)])
def test_where_they_differ_the_more_stable_one_is_chosen(
    p5_of_3: float, p5_of_4: float, chosen: int
) -> None:
    different = hand_made(
        (1, 100, 0, None), (2, 80, 0.2, None), (3, 55, 0.25, p5_of_3), (4, 30, 0.2, p5_of_4),
        (5, 26, 0.19, 1), (6, 24, 0.22, 1),
    )  # fmt: skip
    assert (different.elbow, different.silhouette_choice) == (4, 3)
    assert different.chosen == chosen
    assert "Elbow says 4. Silhouette prefers 3 (0.250 against 0.200)" in different.verdict
    assert "regions of a continuum, not separate islands" in different.verdict
    assert f"{chosen} is chosen because it reproduces more reliably" in different.verdict


def test_two_clusters_are_never_chosen() -> None:
    two = hand_made((1, 100, 0, None), (2, 20, 0.9, None), (3, 18, 0.4, 0.3), (4, 17, 0.3, 0.2))
    assert two.chosen == 3
    assert two.verdict.endswith("Even 3 does not reproduce well: read the segments as a sketch.")


def test_too_few_customers_are_refused_in_a_sentence(values: NDArray[np.float64]) -> None:
    with pytest.raises(TrainingError, match=r"has 150 different customers; comparing .* takes 200"):
        choose_k(np.repeat(values[:150], 4, axis=0), seed=1, on_step=lambda _: None)


def test_a_column_that_is_blank_throughout_is_refused_by_name(values: NDArray[np.float64]) -> None:
    blank = values.copy()
    blank[:, INDEX["PAYMENTS"]] = np.nan
    with pytest.raises(TrainingError, match="blank for every customer: PAYMENTS"):
        choose_k(blank, seed=1, on_step=lambda _: None)


def test_the_pictures_tell_their_figures_in_words(
    evidence: KEvidence, values: NDArray[np.float64]
) -> None:
    profile = silhouette_profile(values, evidence.chosen, 42)
    mean = evidence.candidate(evidence.chosen).silhouette
    assert profile.silhouettes.mean() == pytest.approx(mean)
    pictures = (elbow_chart(evidence), silhouette_chart(evidence), profile_chart(profile))
    for picture, told in zip(
        pictures, (f"straight line, is {evidence.elbow}.", "was chosen.", f"mean {mean:.3f}"),
        strict=True,
    ):  # fmt: skip
        assert picture.png.startswith(PNG)
        assert told in picture.alt_text


@pytest.fixture
def run() -> Callable[..., str]:
    """Runs the command as a part of a larger command line; all that it printed."""
    root = typer.Typer()
    root.add_typer(cli_choose_k.app)

    def printed(*words: str) -> str:
        result = CliRunner(env={"COLUMNS": "80"}).invoke(
            root, ["choose-k", *words], catch_exceptions=False
        )
        assert result.exit_code == 0, result.output
        return result.output

    return printed


def test_the_command_prints_the_table_and_writes_evidence_and_plots(
    run: Callable[..., str], tmp_path: Path
) -> None:
    frame = synthetic_portfolio(300, np.random.default_rng(8))
    frame.to_csv(tmp_path / "portfolio.csv", index=False)
    written, plots = tmp_path / "k.json", tmp_path / "plots"
    told = run(
        str(tmp_path / "portfolio.csv"), "--resamples", "50",
        "--json", str(written), "--plots", str(plots),
    )  # fmt: skip
    evidence = json.loads(written.read_text(encoding="utf-8"))
    assert evidence["verdict"] in " ".join(told.split())
    assert "adjusted Rand index over 50 resamples" in told
    assert sorted(path.name for path in plots.iterdir()) == [
        "elbow.png", *(f"silhouette-profile-{k}.png" for k in range(3, 9)), "silhouettes.png",
    ]  # fmt: skip


@pytest.mark.slow
def test_the_public_portfolio_gives_the_published_figures(real_portfolio_path: Path) -> None:
    real: Portfolio = read_portfolio(real_portfolio_path)
    evidence = choose_k(
        real.values, seed=42, resamples=100, stable_ks=(3, 4, 5), on_step=lambda _: None
    )
    for k, inertia in BEST_KNOWN.items():
        assert evidence.candidate(k).inertia <= inertia * 1.0002
    assert (evidence.elbow, evidence.silhouette_choice, evidence.chosen) == (4, 3, 4)
    assert evidence.candidate(3).silhouette == pytest.approx(0.2505, abs=0.0005)
    assert evidence.candidate(4).silhouette == pytest.approx(0.1978, abs=0.0005)
    assert evidence.candidate(4).stability_p5 == pytest.approx(0.88, abs=0.03)
    assert (evidence.candidate(3).stability_p5 or 0) < 0.5
