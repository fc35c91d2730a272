"""Explanations: exact shares of the margin, told in plain words."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.answers import answer_for_values, answers_for
from segmentation.assignment import Assignment, Scored
from segmentation.explanation import explain, sureness
from segmentation.features import COLUMNS, FEATURES, INDEX
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.store import Store
from tests.conftest import Publish


def test_the_drivers_add_up_to_the_margin_for_every_customer(
    model: SegmentModel, portfolio: Portfolio
) -> None:
    for values in portfolio.values[::20]:
        explanation = explain(model, values)
        total = sum(driver.contribution for driver in explanation.drivers)
        assert total == pytest.approx(explanation.assignment.margin, abs=1e-9)
        assert len(explanation.drivers) == len(FEATURES)


@given(st.lists(st.floats(min_value=1, max_value=12, allow_nan=False), min_size=17, max_size=17))
@settings(max_examples=50, deadline=None)
def test_the_drivers_add_up_for_any_values(model: SegmentModel, values: list[float]) -> None:
    explanation = explain(model, np.array(values))
    total = sum(driver.contribution for driver in explanation.drivers)
    assert total == pytest.approx(explanation.assignment.margin, rel=1e-9, abs=1e-9)


def test_the_strongest_driver_comes_first_on_each_side(
    model: SegmentModel, portfolio: Portfolio
) -> None:
    explanation = explain(model, portfolio.values[0])
    assert explanation.drivers[-1] not in explanation.supporting(17) + explanation.opposing(17)
    supporting = [driver.contribution for driver in explanation.supporting(17)]
    opposing = [driver.contribution for driver in explanation.opposing(17)]
    assert supporting == sorted(supporting, reverse=True)
    assert opposing == sorted(opposing)
    assert all(share > 0 for share in supporting)
    assert all(share < 0 for share in opposing)


def test_a_driver_is_told_with_the_segments_typical_values(model: SegmentModel) -> None:
    values = model.typical(2)
    values[INDEX["CASH_ADVANCE"]] = 6_443.0
    explanation = explain(model, values)
    (cash,) = (d for d in explanation.drivers if d.feature.column == "CASH_ADVANCE")
    here, there = model.typical(2), model.typical(explanation.assignment.runner_up)
    assert cash.told("Low Activity") == (
        f"Took 6,443 in cash advances; typical here {here[INDEX['CASH_ADVANCE']]:,.0f}, "
        f"in Low Activity {there[INDEX['CASH_ADVANCE']]:,.0f}"
    )


def test_a_blank_is_named_and_said_to_be_the_median(model: SegmentModel) -> None:
    values = model.typical(0)
    values[INDEX["MINIMUM_PAYMENTS"]] = np.nan
    explanation = explain(model, values)
    (blank,) = (d for d in explanation.drivers if d.imputed)
    assert [feature.column for feature in explanation.imputed] == ["MINIMUM_PAYMENTS"]
    assert blank.value == model.medians[INDEX["MINIMUM_PAYMENTS"]]
    assert "median" in blank.told("High-Spending")


@pytest.mark.parametrize(
    ("segment", "column", "told"),
    [
        (3, "INSTALLMENTS_PURCHASES", "uses no instalments"),
        (2, "CASH_ADVANCE", "took no cash advances"),
        (1, "PRC_FULL_PAYMENT", "never paid in full"),
    ],
)
def test_a_customer_without_the_headline_trait_is_told_apart(
    model: SegmentModel, segment: int, column: str, told: str
) -> None:
    values = model.typical(segment)
    assert explain(model, values).without_headline is None
    values[INDEX[column]] = 0.0
    explanation = explain(model, values)
    assert explanation.assignment.segment == segment
    assert told in (explanation.without_headline or "")


def test_certainty_falls_from_the_core_to_the_border(model: SegmentModel) -> None:
    core, other = model.typical(0), model.typical(3)
    words = [
        sureness(explain(model, core + (other - core) * share).assignment)
        for share in (0.0, 0.3, 0.4, 0.48)
    ]
    assert words == ["very sure", "sure", "fairly sure", "borderline"]


def test_every_feature_reads_as_a_sentence() -> None:
    for feature in FEATURES:
        assert "{" not in feature.told(1.0)
        assert feature.told(0.0) != feature.told(1.0)
    assert len(COLUMNS) == 17


def test_a_look_up_says_what_the_model_would_say_of_the_same_figures(
    store: Store, playbook: Playbook, portfolio: Portfolio, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, date(2026, 11, 16))
    for customer, values in zip(portfolio.ids[:300].tolist(), portfolio.values, strict=False):
        found = answers_for(store, playbook, [customer])
        assert found is not None
        told = found.answers[customer]
        anew = answer_for_values(told.model, playbook, values)
        assert scored_of(told.explanation.assignment) == scored_of(anew.explanation.assignment)
        assert told.explanation.assignment.distance == pytest.approx(
            anew.explanation.assignment.distance, rel=1e-12
        )
        assert told.explanation.drivers == anew.explanation.drivers
        assert (told.play, told.runner_up, told.retrainings, told.blanks) == (
            anew.play, anew.runner_up, anew.retrainings, anew.blanks
        )  # fmt: skip


def scored_of(assignment: Assignment) -> Scored:
    return Scored(*(getattr(assignment, name) for name in Scored.__dataclass_fields__))
