"""What the card's buttons lead to: the shared copy, the whole explanation, the feedback form."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.card import TYPICAL, certainty, list_blocks, origin
from bot.blocks.parts import (
    Block,
    Message,
    View,
    bullets,
    context,
    escaped,
    header,
    message,
    modal,
    plain,
    section,
)
from segmentation.answers import Answer
from segmentation.explanation import Driver, sureness
from segmentation.history import Stay, drawn
from segmentation.wording import percent

SHOWN_FROM: Final = 0.005  # of all evidence: a smaller share is not told
WRONG_SUBMITTED: Final = "feedback_submitted"
REASON: Final = "reason"


def shared_card(answer: Answer, member: str, label: str) -> Message:
    """What a channel sees of a card: none of the customer's figures, and who shared it."""
    assert answer.snapshot is not None
    return message(
        [
            header(answer.play.name),
            section(f"*Customer {escaped(answer.customer or '')}*\n{escaped(answer.play.summary)}"),
            section(
                f"*Suggested action* for {escaped(answer.play.owner)}\n"
                f"{escaped(answer.play.action)}"
            ),
            section(f"*How sure?* {sureness(answer.explanation.assignment).capitalize()}."),
            context(f"Shared by <@{member}>", *origin(answer.snapshot, label)),
        ]
    )


def why_view(answer: Answer, past: Sequence[Stay], label: str) -> View:
    """The whole explanation: each driver's share, what would change it, and how it came about."""
    here, there = escaped(answer.play.short), escaped(answer.runner_up.short)
    drivers = answer.explanation.drivers
    evidence = sum(abs(driver.contribution) for driver in drivers)
    blocks = [
        header(answer.play.name),
        section(f"*Customer {escaped(answer.customer or '')}* · next nearest: {there}"),
        section(f"*How sure?* {certainty(answer)} {_scale(answer)}"),
        *_over_time(past),
        *_shares(
            f"Speaks for {here}", [d for d in drivers if d.contribution > 0], evidence, answer
        ),
        *_shares(
            f"Speaks for {there}", [d for d in drivers if d.contribution < 0], evidence, answer
        ),
        *list_blocks("Blank, so the median in training was taken", answer.blanks),
        *list_blocks("What would change it", answer.what_if),
        context(
            "The percentages are each feature's share of all evidence, for and against",
            TYPICAL,
            escaped(label),
        ),
    ]
    return modal("Why this segment", blocks) | {"close": plain("Close")}


def _scale(answer: Answer) -> str:
    confidence = answer.explanation.assignment.confidence
    return (
        f"On a scale from 0, the border with {escaped(answer.runner_up.short)}, to 1, the "
        f"segment's average or beyond, this customer is at {confidence:.2f}."
    )


def _over_time(past: Sequence[Stay]) -> list[Block]:
    """The small picture, drawn in text: no file is left in Slack, and screen readers get words."""
    if sum(len(stay.sightings) for stay in past) < 2:
        return []
    shown = drawn(past)
    lines = [f"`{stay.picture}` {escaped(stay.told)}" for stay in shown]
    if len({stay.model for stay in shown}) > 1:
        lines.append("The model was retrained in between, which may be why it changed.")
    told = "A bar for each snapshot; the taller, the surer."
    return [section(f"*Over time*\n{told}\n{bullets(lines)}")]


def _shares(title: str, drivers: Sequence[Driver], evidence: float, answer: Answer) -> list[Block]:
    lines = [
        f"*{percent(abs(driver.contribution) / evidence)}* "
        f"{escaped(driver.told(answer.runner_up.short))}"
        for driver in drivers
        if abs(driver.contribution) >= SHOWN_FROM * evidence
    ]
    return [section(f"*{title}*\n{bullets(lines)}")] if lines else []


def wrong_view(customer: str) -> View:
    """Asks what is wrong with a customer's segment."""
    reason = {
        "type": "input",
        "block_id": REASON,
        "label": plain("What would be right, and how do you know?"),
        "optional": True,
        "element": {
            "type": "plain_text_input",
            "action_id": REASON,
            "multiline": True,
            "max_length": 1_000,
        },
    }
    told = section(
        f"*Customer {escaped(customer)}*\nWhoever trains the model reads this, with the segment "
        "that you were shown and your name."
    )
    return modal("Wrong segment?", [told, reason]) | {
        "callback_id": WRONG_SUBMITTED,
        "private_metadata": customer,
        "submit": plain("Send"),
        "close": plain("Cancel"),
    }
