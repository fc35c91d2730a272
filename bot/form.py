"""The form's listeners: open it, read what was typed, show the result, go back to edit."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from slack_bolt import Ack
from slack_sdk import WebClient

from bot.blocks.form import INPUT, form_view, result_view, unpacked
from bot.desk import Desk
from bot.policy import Action
from segmentation.answers import answer_for_values, answers_for
from segmentation.features import COLUMNS, FEATURES, Feature


def open_form(desk: Desk, client: WebClient, trigger_id: str) -> None:
    """Open the empty form for whoever caused the trigger."""
    blanks = desk.shelf.current().blanks_known
    client.views_open(trigger_id=trigger_id, view=form_view(blanks, {}, desk.label))


def may_be_blank(desk: Desk, values: Mapping[str, float | None]) -> frozenset[str]:
    """The columns that a form need not ask for: blank in training, or for this customer."""
    return desk.shelf.current().blanks_known | {c for c, value in values.items() if value is None}


def form_wanted(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """A button asked for the form."""
    desk.access.check(client, body["user"]["id"], "", Action.FORM)
    open_form(desk, client, body["trigger_id"])
    ack()


def form_submitted(
    desk: Desk, ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient
) -> None:
    """Answer with all faults under their inputs, or with the result in the form's place."""
    desk.access.check(client, body["user"]["id"], "", Action.FORM)
    customer = view["private_metadata"]
    found = answers_for(desk.store, desk.playbook, [customer]) if customer else None
    present = found.answers.get(customer) if found else None
    model = desk.store.model(found.snapshot.model) if found and present else desk.shelf.current()
    blank = present.explanation.imputed if present else ()
    values: dict[str, float] = {}
    faults: dict[str, str] = {}
    for feature in FEATURES:
        typed = view["state"]["values"][feature.column][INPUT]["value"]
        value, fault = _read(
            feature, typed, feature.column in model.blanks_known or feature in blank
        )
        values[feature.column] = value
        if fault is not None:
            faults[feature.column] = fault
    if faults:
        ack(response_action="errors", errors=faults)
        return
    row = np.array([values[column] for column in COLUMNS])
    answer = answer_for_values(model, desk.playbook, row)
    desk.audit.record(body["user"]["id"], "", "form", [(customer, "shown")])
    ack(response_action="update", view=result_view(answer, row, desk.label, present))


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


def form_edited(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Bring the form back with the figures that the result was made from."""
    shown = body["view"]
    customer, values = unpacked(shown["private_metadata"])
    blanks = may_be_blank(desk, values)
    view = form_view(blanks, values, desk.label, customer)
    client.views_update(view_id=shown["id"], hash=shown["hash"], view=view)
    ack()
