"""The form: 17 inputs made from FEATURES, and the result that takes its place."""

import json
from collections.abc import Collection, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.blocks.card import TYPICAL, explanation_blocks
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
from segmentation.features import FEATURES, Feature, Group

SUBMITTED: Final = "form_submitted"
EDIT: Final = "form_edit"
OPEN: Final = "form_open"
INPUT: Final = "value"
_GROUPS: Final = tuple(Group)


def form_view(
    may_be_blank: Collection[str], values: Mapping[str, float | None], label: str
) -> View:
    """The form; `values` (by column) are filled in, `may_be_blank` are columns not required."""
    ordered = sorted(FEATURES, key=lambda feature: _GROUPS.index(feature.group))
    blocks: list[Block] = [
        section(
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


def result_view(answer: Answer, values: NDArray[np.float64], label: str) -> View:
    """The result in place of the form; the typed values travel along for “Edit”."""
    unusual = [
        f"{feature.label} {feature.shown(value)}"
        for feature, value in zip(FEATURES, values.tolist(), strict=True)
        if feature.unusual(np.asarray(value)).item()
    ]
    blocks = [
        header(answer.play.name),
        section(escaped(answer.play.summary)),
        *explanation_blocks(answer),
        *([section(f"*Unusual figures, please check:* {', '.join(unusual)}.")] if unusual else []),
        actions(button("Edit the figures", EDIT)),
        context(TYPICAL, "The figures were not stored", escaped(label)),
    ]
    return modal("Segment", blocks) | {
        "close": plain("Close"),
        "private_metadata": _packed(values),
    }


def _written(value: float) -> str:
    """The number as Slack takes it: digits and a point, never an exponent."""
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")


def _packed(values: NDArray[np.float64]) -> str:
    return json.dumps([None if np.isnan(value) else value for value in values.tolist()])


def unpacked(private_metadata: str) -> dict[str, float | None]:
    """The values that `result_view` sent along, by column."""
    values = json.loads(private_metadata)
    return {feature.column: value for feature, value in zip(FEATURES, values, strict=True)}
