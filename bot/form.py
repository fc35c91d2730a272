"""The form's listeners: open it, fill it in, read what was typed, show the result, go back."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from slack_bolt import Ack
from slack_sdk import WebClient

from bot.blocks.form import FILL_FROM, INPUT, SUBMITTED, Form, form_view, unpacked
from bot.blocks.form_result import carried, result_view
from bot.blocks.parts import View
from bot.desk import Desk
from bot.policy import Action
from bot.showing import open_over, replace_shown
from segmentation.answers import (
    Answer,
    answer_for_values,
    answers_for,
    quick_answer_for_values,
)
from segmentation.errors import SegbotError
from segmentation.features import COLUMNS, Feature
from segmentation.model import SegmentModel
from segmentation.near_ids import near_ids
from segmentation.portfolio_notes import remarks
from segmentation.wording import listed

Values = NDArray[np.float64]


def open_form(desk: Desk, client: WebClient, trigger_id: str, *, quick: bool) -> None:
    """Open the empty form, short or full, for whoever caused the trigger."""
    client.views_open(trigger_id=trigger_id, view=_shown(desk, Form(quick=quick)))


def form_wanted(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """A button asked for the form."""
    desk.access.check(client, body["user"]["id"], "", Action.FORM)
    open_over(client, body, _shown(desk, Form(quick=True)))
    ack()


def what_if_form(desk: Desk, customer: str) -> View:
    """The full form with a customer's figures in it; SegbotError when there is no such customer."""
    return _shown(desk, Form(customer=customer, values=_figures(desk, customer)))


def form_filled(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Fill in the figures of the customer whose id was typed: all 17, since they are known."""
    member = body["user"]["id"]
    desk.access.check(client, member, "", Action.LOOK_UP)
    form = _typed_form(body["view"])
    customer = (_state(body["view"])[FILL_FROM] or "").strip()
    found = answers_for(desk.store, desk.playbook, [customer])
    if found is not None and customer in found.answers:
        form = replace(form.refilled(_figures(desk, customer), customer), quick=False)
        result = "shown"
    else:
        form = replace(form, remark=_nobody(desk, customer))
        result = "unknown"
    desk.audit.record(member, "", "fill in", [(customer, result)])
    replace_shown(client, body, _shown(desk, form))
    ack()


def _nobody(desk: Desk, customer: str) -> str:
    if not customer:
        return "Type a customer's id first."
    near = near_ids(desk.store, customer)
    advice = f"Did you mean {listed(near)}?" if near else "Check the id; capitals and zeros matter."
    return f"There is no customer {customer} in the newest snapshot. {advice}"


def form_widened(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Show the full form in place of the short one, with what was typed."""
    form = _typed_form(body["view"])
    _check(desk, client, body["user"]["id"], form)
    replace_shown(client, body, _shown(desk, replace(form, quick=False, remark="")))
    ack()


def form_tried(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Fill in a change that leads to another segment."""
    shown, member = body["view"], body["user"]["id"]
    is_form = shown["callback_id"] == SUBMITTED
    form = unpacked(shown["private_metadata"]) if is_form else carried(shown["private_metadata"])
    _check(desk, client, member, form)
    values = _figures(desk, form.customer) if is_form else form.values
    row = _row(values)
    answer = _answer(desk, form, row, _present(desk, form.customer))
    place = int(body["actions"][0]["value"])
    if place >= len(answer.ways):
        raise SegbotError("That change leads nowhere in the newest snapshot. Open the form anew.")
    changed = form.refilled(_by_column(answer.ways[place].applied(row)), form.customer)
    desk.audit.record(member, "", "fill in", [(form.customer, "shown")])
    replace_shown(client, body, _shown(desk, changed))
    ack()


def _check(desk: Desk, client: WebClient, member: str, form: Form) -> None:
    """A form that is about a customer also tells of the customer."""
    also = (Action.LOOK_UP,) if form.customer else ()
    desk.access.check(client, member, "", Action.FORM, *also)


def form_submitted(
    desk: Desk, ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient
) -> None:
    """Answer with all faults under their inputs, or with the result in the form's place."""
    form, typed = unpacked(view["private_metadata"]), _state(view)
    _check(desk, client, body["user"]["id"], form)
    present = _present(desk, form.customer)
    blanks = _may_be_blank(_model(desk, present), present)
    values: dict[str, float] = dict.fromkeys(COLUMNS, math.nan)
    faults: dict[str, str] = {}
    for feature in form.features:
        value, fault = _read(feature, typed[feature.column], feature.column in blanks)
        values[feature.column] = value
        if fault is not None:
            faults[form.block_id(feature.column)] = fault
    if faults:
        ack(response_action="errors", errors=faults)
        return
    row = np.array([values[column] for column in COLUMNS])
    answer = _answer(desk, form, row, present)
    desk.audit.record(body["user"]["id"], "", "form", [(form.customer, "shown")])
    shown = result_view(form, answer, row, remarks(row), desk.label, present)
    ack(response_action="update", view=shown)


def form_edited(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Bring the form back with the figures that the result was made from."""
    form = carried(body["view"]["private_metadata"])
    _check(desk, client, body["user"]["id"], form)
    replace_shown(client, body, _shown(desk, form))
    ack()


def _shown(desk: Desk, form: Form) -> View:
    present = _present(desk, form.customer)
    blanks = _may_be_blank(_model(desk, present), present)
    tries = present.what_if[: len(present.ways)] if present and not form.quick else ()
    return form_view(form, blanks, desk.label, tries)


def _present(desk: Desk, customer: str) -> Answer | None:
    """The answer about whose figures they are, if anyone's who is still in the snapshot."""
    found = answers_for(desk.store, desk.playbook, [customer]) if customer else None
    return found.answers.get(customer) if found else None


def _model(desk: Desk, present: Answer | None) -> SegmentModel:
    """The model that the present answer came from, so that the two can be compared."""
    if present is None or present.snapshot is None:
        return desk.shelf.current()
    return desk.store.model(present.snapshot.model)


def _may_be_blank(model: SegmentModel, present: Answer | None) -> frozenset[str]:
    """The columns that a form need not ask for: blank in training, or for this customer."""
    blank = present.explanation.imputed if present else ()
    return model.blanks_known | {feature.column for feature in blank}


def _answer(desk: Desk, form: Form, row: Values, present: Answer | None) -> Answer:
    answer = quick_answer_for_values if form.quick else answer_for_values
    return answer(_model(desk, present), desk.playbook, row)


def _figures(desk: Desk, customer: str) -> dict[str, float | None]:
    found = desk.store.look_up([customer])
    if found is None or customer not in found.values:
        raise SegbotError(
            f"Customer {customer} is in the newest snapshot no more. Look the id up again."
        )
    return _by_column(found.values[customer])


def _by_column(row: Values) -> dict[str, float | None]:
    known = (None if math.isnan(value) else value for value in row.tolist())
    return dict(zip(COLUMNS, known, strict=True))


def _row(values: Mapping[str, float | None]) -> Values:
    known = (values[column] for column in COLUMNS)
    return np.array([math.nan if value is None else value for value in known])


def _state(view: dict[str, Any]) -> dict[str, str | None]:
    """What was typed, by the name of what was asked; what was not asked is None."""
    typed = dict.fromkeys((FILL_FROM, *COLUMNS))
    for block_id, elements in view["state"]["values"].items():
        typed[block_id.partition(".")[0]] = elements[INPUT]["value"]
    return typed


def _typed_form(view: dict[str, Any]) -> Form:
    """The form as it stands half filled in; what is no number yet is left out."""
    form, typed = unpacked(view["private_metadata"]), _state(view)
    read = {f.column: _read(f, typed[f.column], optional=True)[0] for f in form.features}
    return replace(form, values={c: value for c, value in read.items() if math.isfinite(value)})


def _read(feature: Feature, typed: str | None, optional: bool) -> tuple[float, str | None]:
    """The number that was typed (NaN for a blank), and what is wrong with it if anything is."""
    if typed is None or not typed.strip():
        fault = None if optional else "Please enter a number; 0 if there was none."
        return math.nan, fault
    try:
        value = float(typed)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        return value, f"“{typed[:40]}” is not a number; write it like 1234.5."
    fault = feature.fault(value)
    return value, fault and fault[0].upper() + fault[1:]
