"""The playbook: the specification's names, and words that a team can change without code."""

from dataclasses import replace
from pathlib import Path

import pytest

from segmentation.errors import PlaybookError
from segmentation.model import SegmentModel
from segmentation.playbook import BUILT_IN, Playbook, load_playbook
from segmentation.portfolio import Portfolio
from segmentation.training import Recipe, train
from tests.conftest import NOON


def test_the_four_segments_carry_the_names_that_were_agreed(
    model: SegmentModel, playbook: Playbook
) -> None:
    assert [(segment.id, playbook.play(segment).name) for segment in model.segments] == [
        (0, "Low Activity, Low Engagement"),
        (1, "High-Spending, Full-Payment Users"),
        (2, "Cash Advance Heavy, Risk-Prone"),
        (3, "Installment-Focused Active Users"),
    ]


def test_a_team_changes_the_words_in_a_file_of_its_own(model: SegmentModel, tmp_path: Path) -> None:
    changed = tmp_path / "playbook.toml"
    text = BUILT_IN.read_text(encoding="utf-8")
    changed.write_text(text.replace('owner = "Credit risk"', 'owner = "Rescue team"'))
    assert load_playbook(changed).play(model.segment(2)).owner == "Rescue team"


def test_a_segment_without_archetype_is_described_by_its_figures(
    model: SegmentModel, playbook: Playbook
) -> None:
    unnamed = replace(model.segments[0], id=4, archetype=None, generic_name="Low balance")
    assert playbook.play(unnamed).name == "Low balance"
    assert "before acting" in playbook.play(unnamed).action


def test_a_name_among_other_than_four_segments_says_that_it_means_less(
    portfolio: Portfolio, playbook: Playbook
) -> None:
    five = train(portfolio, 42, NOON, recipe=Recipe(k=5)).model
    names = [playbook.play(segment).name for segment in five.segments if segment.archetype]
    assert names
    assert all(name.endswith(" (k=5 variant)") for name in names)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[low_activity", "not valid TOML"),
        ("[low_activity]\nname = 'x'", r"\[low_activity\] needs a text for short"),
        ("", r"\[cash_advance\] is missing"),
        (
            BUILT_IN.read_text(encoding="utf-8").replace('"Credit risk"', f'"{"x" * 81}"'),
            "owner is longer than 80",
        ),
    ],
)
def test_a_playbook_that_cannot_be_used_says_what_is_wrong(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "playbook.toml"
    path.write_text(text)
    with pytest.raises(PlaybookError, match=told):
        load_playbook(path)


def test_a_missing_playbook_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match=r"missing\.toml"):
        load_playbook(tmp_path / "missing.toml")
