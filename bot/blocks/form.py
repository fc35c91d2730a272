"""The form: a short one and a full one, both made from FEATURES."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

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
from segmentation.features import FEATURES, LONGEST_ID, Feature, Group
from segmentation.quick import AGREES, QUICK

SUBMITTED: Final = "form_submitted"
OPEN: Final = "form_open"
FILL: Final = "form_fill"
WIDEN: Final = "form_widen"
TRY: Final = "form_try"
INPUT: Final = "value"
FILL_FROM: Final = "fill_from"
_GROUPS: Final = tuple(Group)


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it stands: short or full, whose figures, what is filled in, and what is remarked.

    `filled` counts how often the bot filled in figures: Slack keeps what was typed into a block
    of the same id, so blocks get new ids each time.
    """

    quick: bool = False
    customer: str = ""
    filled: int = 0
    values: Mapping[str, float | None] = field(default_factory=dict)
    remark: str = ""

    @property
    def features(self) -> tuple[Feature, ...]:
        """What the form asks for, group by group."""
        ordered = sorted(FEATURES, key=lambda feature: _GROUPS.index(feature.group))
        return tuple(f for f in ordered if not self.quick or f.column in QUICK)

    def block_id(self, name: str) -> str:
        """The id of the block that asks for a column."""
        return f"{name}.{self.filled}" if self.filled else name

    def refilled(self, values: Mapping[str, float | None], customer: str = "") -> "Form":
        """The form with other figures in it, and whose they are."""
        filled = self.filled + 1
        return replace(self, values=values, customer=customer, filled=filled, remark="")

    def packed(self) -> str:
        """What travels along in a view; the inputs hold the figures."""
        return json.dumps({"quick": self.quick, "customer": self.customer, "filled": self.filled})


def unpacked(private_metadata: str) -> Form:
    """The form that a view was, without its figures."""
    return Form(**json.loads(private_metadata))


def form_view(
    form: Form, may_be_blank: Collection[str], label: str, tries: Sequence[str] = ()
) -> View:
    """The form as a modal; `may_be_blank` are columns not required.

    `tries` are changes that would lead to another segment, to be filled in by a button each.
    """
    blocks: list[Block] = [
        section(_what_if(form.customer) if form.customer else _NEW),
        *_attempts(tries),
        *([] if form.customer else [_FILL_FROM]),
        *_ways_on(form),
        *([section(f"*{escaped(form.remark)}*")] if form.remark else []),
    ]
    for group, features in groupby(form.features, key=lambda feature: feature.group):
        blocks += [] if form.quick else [header(group)]
        blocks += [_input(form, each, each.column in may_be_blank) for each in features]
    if label:
        blocks.append(context(escaped(label)))
    return modal("Which segment?", blocks) | {
        "callback_id": SUBMITTED,
        "private_metadata": form.packed(),
        "submit": plain("Find segment"),
        "close": plain("Cancel"),
    }


_NEW: Final = (
    "Enter a customer's figures over the observed window, 12 months at most. Amounts are in the "
    "account's currency; a share is 0 for no month and 1 for every month. The figures are not "
    "stored; that you got an answer is recorded."
)
_SHORT: Final = (
    f"These {len(QUICK)} figures give the same segment as all 17 for about {AGREES * 100:.0f} of "
    "100 customers (measured on the public portfolio); the answer is told less sure"
)


def _what_if(customer: str) -> str:
    return (
        f"*What if customer {escaped(customer)} were different?* Change what you like; the answer "
        "stands beside the present one. The figures are not stored."
    )


def _attempts(tries: Sequence[str]) -> list[Block]:
    return [
        section(escaped(told)) | {"accessory": button("Fill this in", TRY, value=str(place))}
        for place, told in enumerate(tries)
    ]


_FILL_FROM: Final[Block] = {
    "type": "input",
    "block_id": FILL_FROM,
    "label": plain("Start from a customer's figures"),
    "optional": True,
    "element": {
        "type": "plain_text_input",
        "action_id": INPUT,
        "max_length": LONGEST_ID,
        "placeholder": plain("Customer id"),
    },
}


def _ways_on(form: Form) -> list[Block]:
    fill = [] if form.customer else [button("Fill in", FILL)]
    widen = [button("Show all 17 figures", WIDEN)] if form.quick else []
    return [
        *([actions(*fill, *widen)] if fill or widen else []),
        *([context(_SHORT)] if form.quick else []),
    ]


def _input(form: Form, feature: Feature, optional: bool) -> Block:
    # No min_value and max_value: Slack would stop at the first field with a sentence of its own,
    # where the bot tells all faults at once and what to do about each.
    element: dict[str, Any] = {
        "type": "number_input",
        "action_id": INPUT,
        "is_decimal_allowed": not feature.whole,
    }
    value = form.values.get(feature.column)
    if value is not None:
        element["initial_value"] = written(value)
    blank = " May be left blank: the median in training is taken then." if optional else ""
    hint = f"{feature.meaning}. {feature.usually}{blank}".rstrip()
    return {
        "type": "input",
        "block_id": form.block_id(feature.column),
        "label": plain(f"{feature.label} ({feature.scale})"),
        "hint": plain(hint),
        "optional": optional,
        "element": element,
    }


def written(value: float) -> str:
    """The number as Slack takes it: digits and a point, never an exponent."""
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")
