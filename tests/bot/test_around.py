"""What is around the answers: the segments and the model, in words that everyone knows."""

from datetime import UTC, datetime
from pathlib import Path

from bot.audit import Record
from bot.blocks.around import audit_message, model_message, segments_message
from bot.desk import Desk
from segmentation.model import SegmentModel, load_model
from segmentation.playbook import Playbook

SHIPPED = Path(__file__).parents[2] / "model"


def test_each_segment_says_which_of_its_claims_the_figures_bear_out(
    model: SegmentModel, playbook: Playbook
) -> None:
    told = segments_message(model, playbook, "Made-up customers").text
    assert "of the customers in training" in told
    assert "_Borne out by the figures: " in told
    assert "cannot be seen in these figures: low credit risk" in told
    assert told.count("*Suggested action*") == 4


def test_the_model_says_since_when_how_good_and_whether_it_still_fits(
    model: SegmentModel, desk: Desk
) -> None:
    told = model_message(model, desk.book()).text
    assert "4 segments, learnt on 18 Nov 2026 from 2,000 customers" in told
    assert "regions that run into each other" in told
    assert "Customers look much as they did in training" in told
    assert model.fingerprint[:12] in told


def test_certainty_has_the_words_that_cards_have() -> None:
    told = model_message(load_model(SHIPPED), None).text
    for word in ("borderline", "fairly sure", "sure or very sure"):
        assert f"When the answer is “{word}”, " in told


def test_the_audit_trail_names_a_channel_and_no_direct_messages_id() -> None:
    at = datetime(2026, 11, 18, 9, tzinfo=UTC)
    records = [
        Record(at, "U01ADA", channel, "look up", "", "shown") for channel in ("C01RISK", "D01ADA")
    ]
    told = audit_message(records, "").text
    assert "shown · <#C01RISK>" in told
    assert "shown · in a direct message" in told
    assert "D01ADA" not in told
