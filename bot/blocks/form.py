"""The form: 17 inputs made from FEATURES, and the result that takes its place."""

import json
from collections.abc import Collection, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.blocks.card import TYPICAL, explanation_blocks, list_blocks
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
from segmentation.features import FEATURES, Feature, Group

SUBMITTED: Final = "form_submitted"
EDIT: Final = "form_edit"
OPEN: Final = "form_open"
INPUT: Final = "value"
_GROUPS: Final = tuple(Group)


def form_view(
    may_be_blank: Collection[str],
    values: Mapping[str, float | None],
    label: str,
    customer: str = "",
) -> View:
    """The form; `values` (by column) are filled in, `may_be_blank` are columns not required.

    `customer` is whose values they are, where the question is what would be if they differed.
    """
    ordered = sorted(FEATURES, key=lambda feature: _GROUPS.index(feature.group))
    what_if = (
        f"*What if customer {escaped(customer)} were different?* Change what you like; the answer "
        "stands beside the present one. "
    )
    blocks: list[Block] = [
        section(
            f"{what_if if customer else ''}"
            "Enter a customer's figures over the observed window, 12 months at most. "
            "Amounts are in the account's currency; a share is 0 for no month and 1 for every "
            "month. The figures are not stored; that you got an answer is recorded."
        )
    ]
    for group, features in groupby(ordered, key=lambda feature: feature.group):
        blocks.append(header(group))
        blocks += [
            _input(feature, feature.column in may_be_blank, values.get(feature.column))
            for feature in features
        ]
    if label:
        blocks.append(context(escaped(label)))
    return modal("Which segment?", blocks) | {
        "callback_id": SUBMITTED,
        "private_metadata": customer,
        "submit": plain("Find segment"),
        "close": plain("Cancel"),
    }


def _input(feature: Feature, optional: bool, value: float | None) -> Block:
    # No min_value and max_value: Slack would stop at the first field with a sentence of its own,
    # where the bot tells all faults at once and what to do about each.
    element: dict[str, Any] = {
        "type": "number_input",
        "action_id": INPUT,
        "is_decimal_allowed": not feature.whole,
    }
    if value is not None:
        element["initial_value"] = _written(value)
    blank = " May be left blank: the median in training is taken then." if optional else ""
    hint = f"{feature.meaning}. {feature.usually}{blank}".rstrip()
    return {
        "type": "input",
        "block_id": feature.column,
        "label": plain(f"{feature.label} ({feature.scale})"),
        "hint": plain(hint),
        "optional": optional,
        "element": element,
    }


def result_view(
    answer: Answer, values: NDArray[np.float64], label: str, present: Answer | None = None
) -> View:
    """The result in place of the form; the typed values travel along for “Edit”.

    `present` is the answer about a customer whose figures were changed.
    """
    unusual = [
        f"{feature.label} {feature.shown(value)}"
        for feature, value in zip(FEATURES, values.tolist(), strict=True)
        if feature.unusual(np.asarray(value)).item()
    ]
    blocks = [
        header(answer.play.name),
        *([section(_beside(answer, present))] if present else []),
        section(escaped(answer.play.summary)),
        *explanation_blocks(answer),
        *list_blocks("What would change it", answer.what_if[:1]),
        *([section(f"*Unusual figures, please check:* {', '.join(unusual)}.")] if unusual else []),
        actions(button("Edit the figures", EDIT)),
        context(TYPICAL, "The figures were not stored", escaped(label)),
    ]
    return modal("Segment", blocks) | {
        "close": plain("Close"),
        "private_metadata": _packed(values, present.customer if present else ""),
    }


def _beside(answer: Answer, present: Answer) -> str:
    """What the changed figures did to a customer's segment."""
    now, then = escaped(present.play.short), escaped(answer.play.short)
    sure, surely = (sureness(each.explanation.assignment) for each in (present, answer))
    customer = escaped(present.customer or "")
    if now == then:
        return f"*Customer {customer} stays {now}* with these figures ({sure} now, {surely} then)."
    return f"*Customer {customer}: {now} now ({sure}), {then} with these figures ({surely}).*"


def _written(value: float) -> str:
    """The number as Slack takes it: digits and a point, never an exponent."""
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")


def _packed(values: NDArray[np.float64], customer: str | None) -> str:
    known = [None if np.isnan(value) else value for value in values.tolist()]
    return json.dumps({"customer": customer or "", "values": known})


def unpacked(private_metadata: str) -> tuple[str, dict[str, float | None]]:
    """What `result_view` sent along: whose figures they were, if anyone's, and them by column."""
    carried = json.loads(private_metadata)
    values = zip(FEATURES, carried["values"], strict=True)
    return carried["customer"], {feature.column: value for feature, value in values}
