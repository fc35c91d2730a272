"""The customer card: the segment, what to do, how sure, and what speaks for and against it."""

from collections.abc import Sequence
from typing import Any, Final

from bot.blocks.parts import (
    Block,
    Message,
    actions,
    asking,
    bullets,
    button,
    context,
    escaped,
    header,
    message,
    section,
)
from segmentation.answers import Answer, Answers
from segmentation.assignment import Band
from segmentation.explanation import Driver, sureness
from segmentation.store import Snapshot
from segmentation.wording import day, shorten

TYPICAL: Final = "Typical = the segment's average"
SUPPORTING: Final = 4  # the first three carry 78 % of the evidence (median)
OPPOSING: Final = 3
SHARE: Final = "share_card"
WHY: Final = "why"
WHAT_IF: Final = "what_if"
WATCH: Final = "watch"
RIGHT: Final = "feedback_right"
WRONG: Final = "feedback_wrong"


def customer_card(answer: Answer, label: str) -> Message:
    """The card of one customer of a snapshot; `label` is the line under every answer."""
    assert answer.snapshot is not None
    assert answer.customer is not None
    return message(
        [
            header(answer.play.name),
            section(f"*Customer {escaped(answer.customer)}*\n{escaped(answer.play.summary)}"),
            *explanation_blocks(answer),
            actions(*_buttons(answer.customer)),
            context(*origin(answer.snapshot, label), TYPICAL),
        ]
    )


def _buttons(customer: str) -> list[dict[str, Any]]:
    share = button("Share to channel", SHARE, value=customer) | asking(
        "Share with everyone here?",
        "The channel sees the segment, how sure it is and the suggested action, and that you "
        "shared it. It sees none of the customer's figures.",
        "Share",
    )
    return [
        share,
        button("Why?", WHY, value=customer),
        button("What if …", WHAT_IF, value=customer),
        button("Watch", WATCH, value=customer),
        button("Right", RIGHT, value=customer),
        button("Wrong …", WRONG, value=customer),
    ]


def explanation_blocks(answer: Answer) -> list[Block]:
    """What card and form result share: action, certainty, drivers for and against."""
    here, there = escaped(answer.play.short), escaped(answer.runner_up.short)
    explanation = answer.explanation
    note = explanation.without_headline
    supporting = _told(answer, explanation.supporting(SUPPORTING))
    opposing = _told(answer, explanation.opposing(OPPOSING))
    against = bullets(opposing) or "Nothing: every feature points the same way."
    return [
        *([section(f"*Please note:* {note}")] if note else []),
        section(
            f"*Suggested action* for {escaped(answer.play.owner)}\n{escaped(answer.play.action)}"
        ),
        section(f"*How sure*\n{certainty(answer)}"),
        section(f"*Why {here}*\n{bullets(supporting)}"),
        section(f"*What speaks for {there} instead*\n{against}"),
        *list_blocks("Blank, so the median in training was taken", answer.blanks),
        *list_blocks("What would change it", (answer.nearest_change,)),
    ]


def list_blocks(title: str, lines: Sequence[str]) -> list[Block]:
    """A titled list of what comes from data; nothing where there are no lines."""
    told = bullets([escaped(line) for line in lines])
    return [section(f"*{title}*\n{told}")] if lines else []


def _told(answer: Answer, drivers: Sequence[Driver]) -> list[str]:
    return [escaped(driver.told(answer.runner_up.short)) for driver in drivers]


def certainty(answer: Answer) -> str:
    """How sure, in words and on a scale, with what lowers it."""
    assignment = answer.explanation.assignment
    there = escaped(answer.runner_up.short)
    scale = "0 is the border with the next segment, 1 the segment's average or beyond"
    sentences = [
        f"{sureness(assignment).capitalize()} ({assignment.confidence:.2f}; {scale}).",
        f"Next nearest: {there}.",
    ]
    if answer.retrainings:
        told = answer.retrainings
        sentences.append(f"{told[0].upper()}{told[1:]}.")
    if answer.soft_border:
        sentences.append("Told one step lower: this segment's border moves at each training.")
    if assignment.band is Band.LOW:
        sentences.append(f"Treat this customer as either; look at {there} as well.")
    if assignment.novel:
        sentences.append(
            "Some figures are more extreme than those of 99 in 100 customers of this segment."
        )
    return " ".join(sentences)


def several_customers(found: Answers, asked: Sequence[str], label: str) -> Message:
    """Several customers at a glance, a paragraph each, and the ids that nobody has."""
    rows = [
        section(
            f"*{escaped(customer)}* · {escaped(answer.play.name)}\n"
            f"{sureness(answer.explanation.assignment).capitalize()}; "
            f"next nearest: {escaped(answer.runner_up.short)}"
        )
        for customer, answer in found.answers.items()
    ]
    unknown = [customer for customer in asked if customer not in found.answers]
    missing = [section(_unknown(unknown, found.snapshot))] if unknown else []
    hint = "One id at a time shows why, and what to do"
    return message([*rows, *missing, context(hint, *origin(found.snapshot, label))])


def unknown_customer(customer: str, snapshot: Snapshot, label: str) -> Message:
    """Nobody of that id is in the snapshot, and what to do about it."""
    return message(
        [
            section(
                f"{_unknown([customer], snapshot)} Check the id (capitals matter), or "
                "type `/segment form` to enter the figures by hand."
            ),
            context(*origin(snapshot, label)),
        ]
    )


def _unknown(customers: Sequence[str], snapshot: Snapshot) -> str:
    ids = ", ".join(f"*{escaped(shorten(customer, 40))}*" for customer in customers)
    return f"The snapshot of {day(snapshot.as_of)} has no customer {ids}."


def origin(snapshot: Snapshot, label: str) -> tuple[str, ...]:
    """Which snapshot an answer comes from, and the line under every answer."""
    customers = f"{snapshot.customers:,} customers ({escaped(snapshot.source)})"
    return f"Snapshot of {day(snapshot.as_of)}, {customers}", escaped(label)
