"""What a summary claims is held against the figures, and what they cannot tell is said."""

from pathlib import Path

import numpy as np
import pytest

from segmentation.claims import Verdict, held_claims
from segmentation.features import COLUMNS, INDEX
from segmentation.model import load_model
from segmentation.naming import ARCHETYPES
from segmentation.playbook import BUILT_IN, load_playbook
from segmentation.portfolio import read_portfolio

SHIPPED = Path(__file__).parents[2] / "model"


def verdicts(spent: list[float], here: list[bool]) -> dict[str, Verdict]:
    values = np.zeros((len(spent), len(COLUMNS)))
    values[:, INDEX["PURCHASES"]] = spent
    return {c.text: c.verdict for c in held_claims("high_spending", values, np.array(here))}


@pytest.mark.parametrize(
    ("spent", "verdict"),
    [
        ([900, 900, 900, 10, 10, 10], Verdict.HOLDS),  # apart, and all of the segment show it
        ([3000, 10, 10, 10, 10, 10], Verdict.WEAK),  # apart on average, by one of three
        ([10, 10, 10, 900, 900, 900], Verdict.FAILS),
        ([10, 10, 10, 10, 10, 10], Verdict.FAILS),  # everyone alike is nobody apart
    ],
)
def test_a_claim_holds_where_the_segment_is_apart_and_most_show_it(
    spent: list[float], verdict: Verdict
) -> None:
    assert verdicts(spent, [True] * 3 + [False] * 3)["high purchases"] is verdict


def test_the_figures_say_how_many_show_it_and_the_averages() -> None:
    values = np.zeros((4, len(COLUMNS)))
    values[:, INDEX["PURCHASES"]] = [800, 800, 200, 200]
    (claim, *_) = held_claims("high_spending", values, np.array([True, True, False, False]))
    assert claim.evidence.replace("\N{NO-BREAK SPACE}", " ") == (
        "100.0 % buy for more than the average, 50.0 % of all customers; "
        "purchases total 800 on average, 500 over all"
    )


def test_risk_is_not_testable_and_neither_is_an_empty_segment() -> None:
    assert verdicts([1, 2, 3], [True, False, False])["low credit risk"] is Verdict.UNTESTABLE
    assert set(verdicts([1, 2, 3], [False] * 3).values()) == {Verdict.UNTESTABLE}


def test_a_segment_without_archetype_claims_nothing() -> None:
    assert held_claims(None, np.ones((3, len(COLUMNS))), np.array([True] * 3)) == ()


def test_the_claims_are_those_of_the_summaries() -> None:
    playbook, values = load_playbook(BUILT_IN), np.ones((3, len(COLUMNS)))
    for archetype in ARCHETYPES:
        summary = playbook.plays[archetype.key].summary.lower()
        for claim in held_claims(archetype.key, values, np.array([True] * 3)):
            assert claim.text in summary


def test_the_public_portfolio_bears_out_six_of_twelve_claims(real_portfolio_path: Path) -> None:
    model, values = load_model(SHIPPED), read_portfolio(real_portfolio_path).values
    labels, known = model.assign(values).segment, model.imputed(values)
    found = {
        claim.text: claim.verdict
        for segment in model.segments
        for claim in held_claims(segment.archetype, known, labels == segment.id)
    }
    assert {text: str(verdict) for text, verdict in found.items()} == {
        "infrequent card use": "holds",
        "low balance": "weak",
        "rarely pays in full": "holds",
        "high purchases": "holds",
        "pays in full": "weak",
        "low credit risk": "not testable",
        "high cash advance usage": "holds",
        "low full repayment": "holds",
        "potential credit risk": "not testable",
        "regular card usage": "holds",
        "prefers instalment purchases": "weak",
        "steady payment behaviour": "weak",
    }
    assert found == {c.text: c.verdict for segment in model.segments for c in segment.claims}
