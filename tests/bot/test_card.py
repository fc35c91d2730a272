"""The card's words: what lowers certainty is said, and a playbook's texts stand as written."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bot.access import AuditTrail
from bot.blocks.card import explanation_blocks
from bot.blocks.sizes import sizes_message
from bot.desk import Desk
from segmentation.answers import answer_for_values
from segmentation.features import INDEX
from segmentation.model import SegmentModel
from segmentation.playbook import BUILT_IN, Playbook, load_playbook
from segmentation.store import Store


def told(model: SegmentModel, playbook: Playbook, values: np.ndarray) -> str:
    return str(explanation_blocks(answer_for_values(model, playbook, values)))


def test_a_customer_without_the_headline_trait_is_told_apart(
    model: SegmentModel, playbook: Playbook
) -> None:
    values = model.typical(3)
    assert "Please note" not in told(model, playbook, values)
    values[INDEX["INSTALLMENTS_PURCHASES"]] = 0
    assert "*Please note:* This customer uses no instalments" in told(model, playbook, values)


def test_extreme_figures_and_a_soft_border_are_said(
    model: SegmentModel, playbook: Playbook
) -> None:
    assert "more extreme than those of 99 in 100" not in told(model, playbook, model.typical(2))
    extreme = model.typical(2)
    extreme[INDEX["CASH_ADVANCE"]] = 900_000
    assert "more extreme than those of 99 in 100" in told(model, playbook, extreme)
    assert "Told one step lower" in told(model, playbook, model.typical(1))
    assert "Told one step lower" not in told(model, playbook, model.typical(2))


def test_a_playbooks_own_words_are_shown_as_they_were_written(
    tmp_path: Path, model: SegmentModel, desk: Desk
) -> None:
    text = BUILT_IN.read_text(encoding="utf-8")
    changed = tmp_path / "playbook.toml"
    changed.write_text(text.replace('short = "Low Activity"', 'short = "R & D <!here>"'))
    playbook = load_playbook(changed)
    card = told(model, playbook, model.typical(2))
    assert "R &amp; D &lt;!here&gt;" in card
    book = replace(desk, playbook=playbook).book()
    assert book is not None
    sizes = sizes_message(book, "").text
    assert "R &amp; D &lt;!here&gt; → " in sizes
    assert "&amp;amp;" not in card + sizes


def test_a_customer_keeps_the_same_pseudonym_after_a_restart(store: Store) -> None:
    def trail() -> AuditTrail:
        return AuditTrail(store.engine, lambda: datetime.now(UTC))

    assert trail().pseudonym("C10001") == trail().pseudonym("C10001")
    assert trail().pseudonym("C10001") != trail().pseudonym("C10002")


def test_the_digests_date_is_that_of_its_own_time_zone(desk: Desk) -> None:
    late = replace(desk, now=lambda: datetime(2026, 11, 17, 23, 30, tzinfo=UTC))
    assert late.today().isoformat() == "2026-11-18"  # in Berlin it is half past midnight
