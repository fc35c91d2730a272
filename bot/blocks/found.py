"""What look-ups find beside one customer: several at a glance, or nobody and who is near."""

import json
from collections.abc import Sequence
from typing import Final

from bot.blocks.card import origin
from bot.blocks.form import OPEN
from bot.blocks.parts import (
    Block,
    Message,
    View,
    actions,
    asking,
    button,
    context,
    escaped,
    message,
    modal,
    plain,
    section,
    table,
)
from segmentation.answers import Answer, Answers
from segmentation.explanation import sureness
from segmentation.store import Origin
from segmentation.wording import day, shorten

SHARE: Final = "share_several"
# A button needs an action of its own in a row of them.
LOOK_UPS: Final = tuple(f"look_up_{place}" for place in range(1, 6))
_HINT: Final = "One id at a time shows why, and what to do"


def several_customers(found: Answers, asked: Sequence[str], label: str) -> Message:
    """Several customers in a table, a row each, unknown ones included."""
    return message([_table(found, asked), *_sharing(found), _under(found, label, _HINT)])


def shared_several(found: Answers, member: str, label: str, *, as_table: bool) -> Message:
    """What a channel sees of several customers: no figures, and who shared it."""
    shown = [_table(found, [*found.answers])] if as_table else _paragraphs(found)
    return message([*shown, _under(found, label, f"Shared by <@{member}>")])


def _table(found: Answers, asked: Sequence[str]) -> Block:
    heading = ("Customer", "Segment", "How sure", "Next nearest")
    return table([heading, *(_row(customer, found.answers.get(customer)) for customer in asked)])


def _under(found: Answers, label: str, first: str) -> Block:
    return context(first, *origin(found.snapshot, label))


def _sharing(found: Answers) -> list[Block]:
    if not found.answers:
        return []
    share = button("Share to channel", SHARE, value=_packed(found)) | asking(
        "Share with everyone here?",
        "The channel sees what this table says, and that you shared it.",
        "Share",
    )
    return [actions(share)]


def _packed(found: Answers) -> str:
    """The ids for the button's value, which holds 2,000 characters."""
    return json.dumps([*found.answers], ensure_ascii=False)


def _row(customer: str, answer: Answer | None) -> tuple[str, ...]:
    if answer is None:
        return (shorten(customer, 40), "not in the snapshot", "–", "–")
    sure = sureness(answer.explanation.assignment).capitalize()
    return (customer, answer.play.name, sure, answer.runner_up.short)


def several_plainly(found: Answers, asked: Sequence[str], label: str) -> Message:
    """The same without a table: a paragraph each, and the ids that nobody has."""
    unknown = [customer for customer in asked if customer not in found.answers]
    missing = [section(_unknown(unknown, found.snapshot))] if unknown else []
    shown = [*_paragraphs(found), *missing, *_sharing(found)]
    return message([*shown, _under(found, label, _HINT)])


def _paragraphs(found: Answers) -> list[Block]:
    return [
        section(
            f"*{escaped(customer)}* · {escaped(answer.play.name)}\n"
            f"{sureness(answer.explanation.assignment).capitalize()}; "
            f"next nearest: {escaped(answer.runner_up.short)}"
        )
        for customer, answer in found.answers.items()
    ]


def unknown_customer(customer: str, near: Sequence[str], snapshot: Origin, label: str) -> Message:
    """Nobody of that id is in the snapshot, who is near, and what else to do about it."""
    return message(_unknown_blocks(customer, near, snapshot, label))


def unknown_view(customer: str, near: Sequence[str], snapshot: Origin, label: str) -> View:
    """The same in a modal."""
    blocks = _unknown_blocks(customer, near, snapshot, label)
    return modal("No such customer", blocks) | {"close": plain("Close")}


def _unknown_blocks(
    customer: str, near: Sequence[str], snapshot: Origin, label: str
) -> list[Block]:
    ids = ", ".join(f"*{escaped(each)}*" for each in near)
    advice = f"Did you mean {ids}?" if near else "Check the id; capitals and zeros matter."
    return [
        section(f"{_unknown([customer], snapshot)} {advice}"),
        *([look_up_buttons(near)] if near else []),
        section("Or enter the figures by hand: `/segment form`")
        | {"accessory": button("Enter figures", OPEN)},
        context(*origin(snapshot, label)),
    ]


def look_up_buttons(customers: Sequence[str]) -> Block:
    """A button each for up to five customers."""
    return actions(
        *(
            button(shorten(customer, 75), action, value=customer)
            for action, customer in zip(LOOK_UPS, customers, strict=False)
        )
    )


def _unknown(customers: Sequence[str], snapshot: Origin) -> str:
    ids = ", ".join(f"*{escaped(shorten(customer, 40))}*" for customer in customers)
    return f"The snapshot of {day(snapshot.as_of)} has no customer {ids}."
