"""Calibration: how often a label holds under retraining, by band, in numbers and words."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segmentation.assignment import Assignment, Band
from segmentation.calibration import Calibration, Cell
from segmentation.model import SegmentModel, load_model
from segmentation.portfolio import Portfolio, read_portfolio
from segmentation.retraining import calibration

SHIPPED = Path(__file__).parents[2] / "model"


@pytest.fixture(scope="module")
def measured(model: SegmentModel, portfolio: Portfolio) -> Calibration:
    return calibration(portfolio.values, model, resamples=12, seed=5)


def assignment(segment: int, band: Band) -> Assignment:
    return Assignment(segment, 9, 1.0, 2.0, 0.5, band, novel=False)


def test_the_nearer_the_border_the_less_often_a_label_holds(measured: Calibration) -> None:
    shares = measured.by_band()
    assert list(shares) == [Band.LOW, Band.MEDIUM, Band.HIGH]
    assert shares[Band.LOW] < shares[Band.MEDIUM] < shares[Band.HIGH] <= 1
    assert shares[Band.HIGH] > 0.98


def test_every_customer_is_in_one_cell(
    measured: Calibration, model: SegmentModel, portfolio: Portfolio
) -> None:
    assert sum(cell.customers for cell in measured.cells) == len(portfolio)
    assigned = model.assign(portfolio.values)
    for cell in measured.cells:
        here = (assigned.segment == cell.segment) & (assigned.band_names() == cell.band)
        assert cell.customers == here.sum()


def test_the_same_seed_gives_the_same_figures_and_steps_are_told(
    model: SegmentModel, portfolio: Portfolio
) -> None:
    steps: list[str] = []
    once = calibration(portfolio.values, model, resamples=2, seed=1, on_step=steps.append)
    assert calibration(portfolio.values, model, resamples=2, seed=1) == once
    assert calibration(portfolio.values, model, resamples=2, seed=2) != once
    assert steps == ["Retraining 1 of 2", "Retraining 2 of 2"]


def test_the_order_of_the_segments_does_not_matter(
    model: SegmentModel, portfolio: Portfolio
) -> None:
    turned = replace(model, centroids=model.centroids[::-1], segments=model.segments[::-1])
    straight = calibration(portfolio.values, model, resamples=2, seed=1)
    assert set(calibration(portfolio.values, turned, resamples=2, seed=1).cells) == set(
        straight.cells
    )


def test_figures_travel_as_json(measured: Calibration) -> None:
    assert Calibration.from_json(json.loads(json.dumps(measured.as_json()))) == measured


@pytest.mark.parametrize(
    ("segment", "band", "told"),
    [
        (0, Band.HIGH, "all retrainings would say the same"),
        (0, Band.MEDIUM, "more than 99 of 100 retrainings would say the same"),
        (0, Band.LOW, "about 81 of 100 retrainings would say the same"),
        (1, Band.LOW, "about 80 of 100 retrainings would say the same"),  # too few of its own
        (1, Band.MEDIUM, "more than 99 of 100 retrainings would say the same"),  # nobody of its own
    ],
)
def test_a_share_is_told_for_the_customers_segment_and_band(
    segment: int, band: Band, told: str
) -> None:
    by_hand = Calibration(
        100,
        (
            Cell(0, Band.LOW, 90, 0.81),
            Cell(0, Band.MEDIUM, 400, 0.998),
            Cell(0, Band.HIGH, 900, 1.0),
            Cell(1, Band.LOW, 10, 0.71),
        ),
    )
    assert by_hand.by_band()[Band.LOW] == pytest.approx(0.80)  # (90 · .81 + 10 · .71) / 100
    assert by_hand.told(assignment(segment, band)) == told


def test_where_nobody_was_in_a_band_nothing_is_told() -> None:
    assert Calibration(100, ()).told(assignment(0, Band.LOW)) is None


def test_on_the_public_portfolio_the_bands_mean_what_they_say(real_portfolio_path: Path) -> None:
    real = read_portfolio(real_portfolio_path)
    shares = calibration(real.values, load_model(SHIPPED), seed=2026).by_band()
    assert (np.array(list(shares.values())) >= (0.75, 0.95, 0.99)).all()
