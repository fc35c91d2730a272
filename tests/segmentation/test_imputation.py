"""What a blank did to the answer, against the answer that each value would have given."""

from dataclasses import replace

import numpy as np
import pytest

from segmentation.features import COLUMNS, INDEX
from segmentation.imputation import imputation_effect
from segmentation.model import Segment, SegmentModel
from segmentation.portfolio import Portfolio

NAMES = {4: "Segment 4", 5: "Segment 5", 6: "Segment 6"}


@pytest.fixture
def along_balance(model: SegmentModel) -> SegmentModel:
    """Centroids at balances of 0, 400 and 1,000; the median customer has 300 of everything."""
    centroids = np.zeros((3, len(COLUMNS)))
    centroids[:, INDEX["BALANCE"]] = 0.0, 400.0, 1_000.0
    return replace(
        model,
        medians=np.full(len(COLUMNS), 300.0),
        means=np.zeros(len(COLUMNS)),
        scales=np.ones(len(COLUMNS)),
        centroids=centroids,
        segments=tuple(
            Segment(number, None, f"Segment {number}", 10, 0.3, 3.0, 0.0, 0.0, 0.0)
            for number in NAMES
        ),
    )


def test_each_usual_value_of_a_blank_is_told_with_its_segment(along_balance: SegmentModel) -> None:
    values = np.zeros(len(COLUMNS))
    values[INDEX["BALANCE"]] = np.nan
    (effect,) = imputation_effect(along_balance, values)
    assert (effect.feature.column, effect.median, effect.segment) == ("BALANCE", 300.0, 5)
    assert [(s.low, s.high, s.segment) for s in effect.stretches] == [
        (0, 200, 4),
        (200, 700, 5),
        (700, 14_611, 6),
    ]
    assert effect.matters
    assert effect.told(NAMES) == (
        "Balance: below 200 the segment would be Segment 4 "
        "and above 700 the segment would be Segment 6."
    )


def test_a_stretch_between_two_others_is_told_with_both_ends(along_balance: SegmentModel) -> None:
    far = replace(along_balance, medians=np.full(len(COLUMNS), 5_000.0))
    values = np.zeros(len(COLUMNS))
    values[INDEX["BALANCE"]] = np.nan
    (effect,) = imputation_effect(far, values)
    assert "between 200 and 700 the segment would be Segment 5" in effect.told(NAMES)


def test_a_blank_that_decides_nothing_is_told_so(along_balance: SegmentModel) -> None:
    values = np.zeros(len(COLUMNS))
    values[INDEX["MINIMUM_PAYMENTS"]] = np.nan
    (effect,) = imputation_effect(along_balance, values)
    assert not effect.matters
    assert effect.told(NAMES) == "Minimum payments: no usual value would change the segment."


def test_a_customer_without_blanks_has_no_effects(
    model: SegmentModel, along_balance: SegmentModel
) -> None:
    assert imputation_effect(along_balance, np.zeros(len(COLUMNS))) == ()
    assert len(imputation_effect(model, np.full(len(COLUMNS), np.nan))) == len(COLUMNS)


@pytest.mark.parametrize("column", COLUMNS)
def test_every_value_gives_the_segment_of_its_stretch(
    model: SegmentModel, portfolio: Portfolio, column: str
) -> None:
    for row in range(0, len(portfolio), 200):
        values = portfolio.values[row].copy()
        values[INDEX[column]] = np.nan
        effect = next(e for e in imputation_effect(model, values) if e.feature.column == column)
        for stretch in effect.stretches:
            tried = np.tile(values, (20, 1))
            width = stretch.high - stretch.low
            tried[:, INDEX[column]] = np.linspace(
                stretch.low + 1e-6 * width, stretch.high - 1e-6 * width, 20
            )
            assert (model.assign(tried).segment == stretch.segment).all()
