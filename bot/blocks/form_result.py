"""The form's result, which takes the form's place, and what it carries for going back to edit."""

import json
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.blocks.card import TYPICAL, explanation_blocks, list_blocks
from bot.blocks.form import TRY, Form
from bot.blocks.parts import (
    Block,
    View,
    actions,
    button,
    context,
    escaped,
    header,
    modal,
    plain,
    section,
)
from segmentation.answers import Answer
from segmentation.explanation import sureness
from segmentation.features import COLUMNS
from segmentation.quick import AGREES
from segmentation.wording import listed

EDIT: Final = "form_edit"


def result_view(
    form: Form,
    answer: Answer,
    values: NDArray[np.float64],
    remarks: Sequence[str],
    label: str,
    present: Answer | None = None,
) -> View:
    """The result in place of `form`; its figures travel along for “Edit”.

    `present` is the answer about a customer whose figures were changed; `remarks` say what about
    the figures should be checked.
    """
    blocks = [
        header(answer.play.name),
        *(_beside(answer, present) if present else []),
        *list_blocks("Please check these figures", remarks),
        section(escaped(answer.play.summary)),
        *explanation_blocks(answer),
        *([_left_out(answer)] if form.quick else []),
        *_change(answer),
        actions(button("Edit the figures", EDIT)),
        context(TYPICAL, "The figures were not stored", escaped(label)),
    ]
    return modal("Segment", blocks) | {
        "close": plain("Close"),
        "private_metadata": _packed(form, values),
    }


def _beside(answer: Answer, present: Answer) -> list[Block]:
    """What the changed figures did to a customer's segment."""
    now, then = escaped(present.play.short), escaped(answer.play.short)
    sure, surely = (sureness(each.explanation.assignment) for each in (present, answer))
    customer = escaped(present.customer or "")
    told = (
        f"*Customer {customer} stays {now} with these figures.*"
        if now == then
        else f"*Customer {customer} would change from {now} to {then}.*"
    )
    fields = [f"*Now*\n{now}, {sure}", f"*With these figures*\n{then}, {surely}"]
    beside = {"type": "section", "fields": [{"type": "mrkdwn", "text": text} for text in fields]}
    return [section(told), beside]


def _left_out(answer: Answer) -> Block:
    names = listed([feature.label for feature in answer.explanation.imputed])
    return section(
        f"*Not asked in the short form, so left out of account*\n{names}. With all 17 figures the "
        f"segment is the same for about {AGREES * 100:.0f} of 100 customers; this answer is told "
        "less sure for it."
    )


def _change(answer: Answer) -> list[Block]:
    told = list_blocks("What would change it", answer.what_if[:1])
    offer = {"accessory": button("Fill this in", TRY, value="0")} if answer.ways else {}
    return [block | offer for block in told]


def _packed(form: Form, values: NDArray[np.float64]) -> str:
    asked = [None if np.isnan(value) else value for value in values.tolist()]
    return json.dumps(json.loads(form.packed()) | {"values": asked})


def carried(private_metadata: str) -> Form:
    """What `result_view` sent along: the form with its figures."""
    packed = json.loads(private_metadata)
    return Form(**packed | {"values": dict(zip(COLUMNS, packed["values"], strict=True))})
