"""The customer card: the segment, what to do, how sure, and what speaks for and against it."""

from collections.abc import Sequence
from typing import Any, Final

from bot.blocks.parts import (
    Block,
    Message,
    View,
    actions,
    asking,
    bullets,
    button,
    context,
    escaped,
    header,
    message,
    modal,
    overflow,
    plain,
    section,
)
from segmentation.answers import Answer
from segmentation.assignment import Band
from segmentation.explanation import Driver, sureness
from segmentation.history import Stay, since_told
from segmentation.store import Origin
from segmentation.wording import day

TYPICAL: Final = "Typical = the segment's average"
SUPPORTING: Final = 3  # these carry 78 % of the evidence (median)
OPPOSING: Final = 2
SHARE: Final = "share_card"
WHY: Final = "why"
WHAT_IF: Final = "what_if"
WATCH: Final = "watch"
MORE: Final = "card_more"
RIGHT: Final = "right"
WRONG: Final = "wrong"


def customer_card(answer: Answer, past: Sequence[Stay], label: str) -> Message:
    """The card of one customer of a snapshot; `label` is the line under every answer.

    `past` are the customer's stays in segments, the present one last.
    """
    assert answer.customer is not None
    return message([*card_blocks(answer, past, label, _buttons(answer.customer))])


def card_view(answer: Answer, past: Sequence[Stay], label: str) -> View:
    """The same card where there is no channel to share it to."""
    assert answer.customer is not None
    _share, *others = _buttons(answer.customer)
    return modal("Customer", card_blocks(answer, past, label, others)) | {"close": plain("Close")}


def card_blocks(
    answer: Answer, past: Sequence[Stay], label: str, buttons: Sequence[dict[str, Any]]
) -> list[Block]:
    """What fits on one screen: segment, since when, what to do, how sure, and why."""
    assert answer.snapshot is not None
    since = since_told(past)
    return [
        header(answer.play.name),
        section(
            f"*Customer {escaped(answer.customer or '')}*{f' · {escaped(since)}' if since else ''}"
            f"\n{escaped(answer.play.summary)}"
        ),
        *explanation_blocks(answer),
        actions(*buttons),
        context(f"Snapshot of {day(answer.snapshot.as_of)}", TYPICAL, escaped(label)),
    ]


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
        overflow(
            MORE,
            {
                f"{RIGHT} {customer}": "This segment looks right",
                f"{WRONG} {customer}": "This segment looks wrong …",
            },
        ),
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
        section(f"*How sure?* {certainty(answer)}"),
        section(f"*Why {here}*\n{bullets(supporting)}"),
        section(f"*What speaks for {there} instead*\n{against}"),
        *list_blocks("Blank, so the median in training was taken", answer.blanks),
    ]


def list_blocks(title: str, lines: Sequence[str]) -> list[Block]:
    """A titled list of what comes from data; nothing where there are no lines."""
    told = bullets([escaped(line) for line in lines])
    return [section(f"*{title}*\n{told}")] if lines else []


def _told(answer: Answer, drivers: Sequence[Driver]) -> list[str]:
    return [escaped(driver.told(answer.runner_up.short)) for driver in drivers]


def certainty(answer: Answer) -> str:
    """How sure, in words, with what lowers it."""
    assignment = answer.explanation.assignment
    there = escaped(answer.runner_up.short)
    sentences = [f"{sureness(assignment).capitalize()}. Next nearest: {there}."]
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


def origin(snapshot: Origin, label: str) -> tuple[str, ...]:
    """Which snapshot an answer comes from, and the line under every answer."""
    customers = f"{snapshot.customers:,} customers ({escaped(snapshot.source)})"
    return f"Snapshot of {day(snapshot.as_of)}, {customers}", escaped(label)
