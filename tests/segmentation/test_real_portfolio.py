"""The public portfolio of 8,950 customers: the figures that are published in the README hold."""

import io
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest

from segmentation.answers import answer_for_values
from segmentation.assignment import Band
from segmentation.explanation import explain, sureness
from segmentation.model import load_model
from segmentation.playbook import load_playbook
from segmentation.portfolio import Portfolio, read_portfolio
from segmentation.training import Recipe, TrainedModel, train
from tests.conftest import NOON

SEEDS = tuple(np.random.default_rng(0).integers(0, 2**31, 20).tolist())
SHIPPED = Path(__file__).parents[2] / "model"


@pytest.fixture(scope="module")
def real(real_portfolio_path: Path) -> Portfolio:
    return read_portfolio(real_portfolio_path)


@pytest.fixture(scope="module")
def real_model(real: Portfolio) -> TrainedModel:
    return train(real, 42, NOON)


@pytest.mark.parametrize(
    "seed", [*SEEDS[:5], *(pytest.param(s, marks=pytest.mark.slow) for s in SEEDS[5:])]
)
def test_every_seed_finds_the_same_four_segments(real: Portfolio, seed: int) -> None:
    model = train(real, seed, NOON).model
    assert 99_061.6 <= model.provenance.inertia <= 99_063.0
    assert [segment.archetype for segment in model.segments] == [
        "low_activity", "high_spending", "cash_advance", "installment",
    ]  # fmt: skip
    sizes = [segment.customers for segment in model.segments]
    for size, expected, tolerance in zip(
        sizes, (3989, 401, 1197, 3363), (30, 15, 20, 30), strict=True
    ):
        assert abs(size - expected) <= tolerance
    assert model.provenance.silhouette == pytest.approx(0.198, abs=0.002)


def test_the_model_agrees_with_scikit_learn_on_all_8950_customers(
    real: Portfolio, real_model: TrainedModel
) -> None:
    model = real_model.model
    kmeans = joblib.load(io.BytesIO(real_model.kmeans))
    scaler = joblib.load(io.BytesIO(real_model.scaler))
    labels = kmeans.predict(scaler.transform(model.imputed(real.values)))
    assert len(labels) == 8_950
    assert (labels == model.assign(real.values).segment).all()


def test_the_model_in_the_repository_is_the_one_that_training_gives(
    real: Portfolio, real_model: TrainedModel
) -> None:
    shipped = load_model(SHIPPED)
    assert shipped.provenance.portfolio_sha256 == real.fingerprint
    same = shipped.assign(real.values).segment == real_model.model.assign(real.values).segment
    assert same.mean() > 0.99


@pytest.mark.parametrize(
    ("customer", "name", "runner_up", "sure", "note"),
    [
        ("C10001", "Low Activity", "Installment-Focused", "very sure", None),
        ("C10002", "Cash Advance Heavy", "Low Activity", "sure", None),
        ("C10003", "Installment-Focused", "Low Activity", "very sure", "uses no instalments"),
    ],
)
def test_the_first_customers_get_the_answers_that_the_notes_worked_out(
    real: Portfolio,
    real_model: TrainedModel,
    customer: str,
    name: str,
    runner_up: str,
    sure: str,
    note: str | None,
) -> None:
    row = list(real.ids).index(customer)
    answer = answer_for_values(real_model.model, load_playbook(), real.values[row])
    assert (answer.play.short, answer.runner_up.short) == (name, runner_up)
    assert sureness(answer.explanation.assignment) == sure
    told = answer.explanation.without_headline
    assert told is None if note is None else note in (told or "")


def test_the_drivers_add_up_for_all_8950_customers(
    real: Portfolio, real_model: TrainedModel
) -> None:
    for values in real.values:
        explanation = explain(real_model.model, values)
        total = sum(driver.contribution for driver in explanation.drivers)
        assert total == pytest.approx(explanation.assignment.margin, abs=1e-9)


def test_the_bands_have_the_shares_that_were_measured(
    real: Portfolio, real_model: TrainedModel
) -> None:
    scored = real_model.model.assign(real.values)
    others = scored.segment != 1  # High-Spending is told one band lower
    low, medium = (scored.confidence < 0.10).mean(), (scored.confidence < 0.30).mean()
    assert low == pytest.approx(0.075, abs=0.005)
    assert medium == pytest.approx(0.228, abs=0.01)
    assert (scored.band_names()[~others] != Band.HIGH).all()


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_a_hundred_seeds_and_a_hundred_bootstraps_give_all_four_names(real: Portfolio) -> None:
    rng = np.random.default_rng(0)
    portfolios = [real] * 100
    for _ in range(100):
        rows = rng.integers(0, len(real), len(real))
        portfolios.append(replace(real, ids=real.ids[rows], values=real.values[rows]))
    for seed, portfolio in enumerate(portfolios):
        assert archetypes(train(portfolio, seed, NOON)) == {
            "low_activity", "high_spending", "cash_advance", "installment",
        }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("k", [3, 5, 6])
def test_at_another_number_of_segments_no_name_is_given_behind_the_gate(
    real: Portfolio, k: int
) -> None:
    for seed in range(5):
        model = train(real, seed, NOON, recipe=Recipe(k=k)).model
        assert len(model.segments) == k
        for segment in model.segments:
            passes = segment.cosine >= 0.80 and segment.margin >= 0.20 and segment.norm >= 1.0
            assert passes or segment.archetype is None
        given = [segment.archetype for segment in model.segments if segment.archetype]
        assert len(given) == len(set(given)) < 4 or k > 3


def archetypes(trained: TrainedModel) -> set[str | None]:
    return {segment.archetype for segment in trained.model.segments}
