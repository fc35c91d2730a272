"""The model: nearest centroid, confidence, novelty, worked by hand and held against its files."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from segmentation.assignment import Band
from segmentation.errors import ModelError
from segmentation.features import COLUMNS, INDEX
from segmentation.model import Segment, SegmentModel, load_model, parsed_model
from segmentation.model_folder import save
from segmentation.portfolio import Portfolio
from segmentation.training import TrainedModel
from tests.first_store import of_the_first_format

BALANCE, PURCHASES = INDEX["BALANCE"], INDEX["PURCHASES"]


def customer(**values: float) -> NDArray[np.float64]:
    """A customer with zeros but for the features named."""
    row = np.zeros(len(COLUMNS))
    for column, value in values.items():
        row[INDEX[column]] = value
    return row


@pytest.fixture
def two_segments(model: SegmentModel) -> SegmentModel:
    """Centroids 4 apart on BALANCE alone, in a scaled space that is the features' own."""
    centroids = np.zeros((2, len(COLUMNS)))
    centroids[1, BALANCE] = 4.0
    segments = tuple(
        Segment(number, None, f"Segment {number}", 10, 0.5, 3.0, 0.0, 0.0, 0.0) for number in (4, 5)
    )
    ones, zeros = np.ones(len(COLUMNS)), np.zeros(len(COLUMNS))
    return replace(
        model,
        medians=np.full(len(COLUMNS), 7.0),
        means=zeros,
        scales=ones,
        centroids=centroids,
        segments=segments,
        blanks_known=frozenset(["PURCHASES"]),
    )


@pytest.mark.parametrize(
    ("balance", "segment", "distance", "runner_up_distance", "confidence", "band"),
    [
        (1.0, 4, 1.0, 3.0, 0.5, Band.HIGH),  # (9 − 1) / 16
        (1.9, 4, 1.9, 2.1, 0.05, Band.LOW),  # (4.41 − 3.61) / 16
        (2.4, 5, 1.6, 2.4, 0.2, Band.MEDIUM),  # (5.76 − 2.56) / 16
        (-3.0, 4, 3.0, 7.0, 1.0, Band.HIGH),  # (49 − 9) / 16, beyond the centroid: 1 at most
    ],
)
def test_a_customer_is_assigned_as_worked_by_hand(
    two_segments: SegmentModel,
    balance: float,
    segment: int,
    distance: float,
    runner_up_distance: float,
    confidence: float,
    band: Band,
) -> None:
    answer = two_segments.assign_one(customer(BALANCE=balance))
    assert answer.segment == segment
    assert answer.runner_up == 9 - segment
    assert answer.distance == pytest.approx(distance)
    assert answer.runner_up_distance == pytest.approx(runner_up_distance)
    assert answer.confidence == pytest.approx(confidence)
    assert answer.band is band


def test_half_way_between_two_segments_the_lower_one_is_taken_without_any_confidence(
    two_segments: SegmentModel,
) -> None:
    answer = two_segments.assign_one(customer(BALANCE=2.0))
    assert (answer.segment, answer.confidence, answer.band) == (4, 0.0, Band.LOW)


def test_a_customer_farther_out_than_the_radius_is_novel(two_segments: SegmentModel) -> None:
    assert not two_segments.assign_one(customer(PURCHASES=2.9)).novel
    assert two_segments.assign_one(customer(PURCHASES=3.1)).novel


def test_a_blank_takes_the_training_median(two_segments: SegmentModel) -> None:
    blank = two_segments.assign_one(customer(BALANCE=1.0, PURCHASES=np.nan))
    typed = two_segments.assign_one(customer(BALANCE=1.0, PURCHASES=7.0))
    assert blank == typed


def test_a_blank_that_training_never_saw_lowers_the_band(two_segments: SegmentModel) -> None:
    known_blank = two_segments.assign_one(customer(BALANCE=1.0, PURCHASES=np.nan))
    new_blank = two_segments.assign_one(customer(BALANCE=1.0, PAYMENTS=np.nan))
    assert (known_blank.band, new_blank.band) == (Band.HIGH, Band.MEDIUM)


def test_high_spending_is_told_one_band_lower(model: SegmentModel) -> None:
    at_the_core = model.assign(np.array([model.typical(segment.id) for segment in model.segments]))
    assert at_the_core.confidence.tolist() == pytest.approx([1.0] * 4)
    assert at_the_core.band_names().tolist() == ["high", "medium", "high", "high"]


def test_one_customer_and_a_whole_portfolio_get_the_same_answers(
    model: SegmentModel, portfolio: Portfolio
) -> None:
    together = model.assign(portfolio.values)
    for row in range(0, len(portfolio), 97):
        assert model.assign_one(portfolio.values[row]) == together[row]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_the_order_of_the_rows_does_not_matter(
    model: SegmentModel, portfolio: Portfolio, seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(len(portfolio))
    straight, shuffled = model.assign(portfolio.values), model.assign(portfolio.values[order])
    assert (straight.segment[order] == shuffled.segment).all()
    assert (straight.confidence[order] == shuffled.confidence).all()


def test_an_empty_portfolio_gets_an_empty_answer(model: SegmentModel) -> None:
    assert len(model.assign(np.empty((0, len(COLUMNS))))) == 0


def test_a_saved_model_answers_as_before(
    trained: TrainedModel, portfolio: Portfolio, tmp_path: Path
) -> None:
    save(trained, tmp_path)
    loaded = load_model(tmp_path)
    assert loaded.fingerprint == trained.model.fingerprint
    before, after = trained.model.assign(portfolio.values), loaded.assign(portfolio.values)
    assert (before.segment == after.segment).all()
    assert (before.confidence == after.confidence).all()
    assert {path.name for path in tmp_path.iterdir()} == {
        "kmeans.joblib",
        "scaler.joblib",
        "model.json",
    }


def without_a_centroid(text: str) -> str:
    told = json.loads(text)
    told["segments"][0]["centroid"].pop()
    return json.dumps(told)


def test_a_missing_model_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="segbot train"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda text: text[: len(text) // 2], "not complete JSON"),
        (lambda text: text.replace('"format": 3', '"format": 99'), "format 99"),
        (lambda text: text.replace('"BALANCE"', '"BALANCES"'), "not the 17"),
        (lambda text: text.replace('"low_activity"', '"lazy"'), "no archetype is called lazy"),
        (lambda _: json.dumps({"format": 3}), "features"),
        (lambda _: "[]", "not a Segbot model"),
        (lambda text: text.replace('"id": 1', '"id": 0'), "or one twice"),
        (
            lambda text: text.replace('"novelty_radius": ', '"novelty_radius": 1e400, "x": '),
            "finite",
        ),
        (lambda text: text.replace('"trained_at": "2026', '"trained_at": "soon'), "soon"),
        (lambda _: "[" * 100_000, "not a Segbot model"),
        (without_a_centroid, "two segments|shape"),
    ],
)
def test_a_damaged_model_is_refused_with_its_reason(
    model: SegmentModel, damage: object, told: str
) -> None:
    with pytest.raises(ModelError, match=told):
        parsed_model(damage(model.document), "model.json")  # type: ignore[operator]


def test_a_model_of_the_first_format_assigns_as_it_did(
    model: SegmentModel, portfolio: Portfolio
) -> None:
    first = of_the_first_format(model)
    before, now = first.assign(portfolio.values), model.assign(portfolio.values)
    np.testing.assert_array_equal(before.segment, now.segment)
    np.testing.assert_array_equal(before.confidence, now.confidence)
    assert first.calibration is None
    assert first.fingerprint != model.fingerprint
