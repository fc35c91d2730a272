"""The short form's six figures: how often they tell what all seventeen do, and how sure."""

from pathlib import Path

import numpy as np
import pytest

from segmentation.answers import quick_answer_for_values
from segmentation.assignment import Band
from segmentation.features import INDEX
from segmentation.model import SegmentModel, load_model
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio, read_portfolio
from segmentation.quick import AGREES, QUICK, narrowed

SHIPPED = Path(__file__).parents[2] / "model"


def six_only(values: np.ndarray) -> np.ndarray:
    known = np.full_like(values, np.nan)
    columns = [INDEX[column] for column in QUICK]
    known[..., columns] = values[..., columns]
    return known


def agreement(model: SegmentModel, values: np.ndarray) -> float:
    short = narrowed(model, QUICK).assign(six_only(values))
    return float((short.segment == model.assign(values).segment).mean())


def test_six_figures_agree_with_seventeen_for_most(
    model: SegmentModel, portfolio: Portfolio
) -> None:
    assert agreement(model, portfolio.values) > 0.9


def test_on_the_public_portfolio_they_agree_as_often_as_is_said(real_portfolio_path: Path) -> None:
    portfolio = read_portfolio(real_portfolio_path)
    assert agreement(load_model(SHIPPED), portfolio.values) == pytest.approx(AGREES, abs=0.005)


def test_the_answer_is_told_less_sure_and_no_unasked_figure_speaks(
    model: SegmentModel, playbook: Playbook
) -> None:
    answer = quick_answer_for_values(model, playbook, six_only(model.typical(2)))
    assert answer.explanation.assignment.segment == 2
    assert answer.explanation.assignment.band is not Band.HIGH
    speaking = {d.feature.column for d in answer.explanation.drivers if d.contribution != 0}
    assert speaking <= set(QUICK)
    assert len(answer.explanation.imputed) == 11
