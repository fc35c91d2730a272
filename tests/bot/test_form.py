"""The form: all 17 inputs, all faults at once, the result in its place, and back to edit."""

import pytest

from bot.blocks.form import EDIT, INPUT, OPEN, form_view
from bot.desk import Desk
from bot.local_workspace import Driver
from segmentation.features import COLUMNS, FEATURES
from segmentation.model import SegmentModel


@pytest.fixture
def typed(model: SegmentModel) -> dict[str, dict[str, str | None]]:
    """An average cash-advance customer, as somebody would type it."""
    values = model.typical(2)
    whole = {feature.column for feature in FEATURES if feature.whole}
    return {
        column: {INPUT: str(round(value) if column in whole else round(value, 4))}
        for column, value in zip(COLUMNS, values.tolist(), strict=True)
    }


@pytest.fixture(autouse=True)
def fresh_form(ada: Driver) -> None:
    if ada.modal is not None:
        ada.closes_modal(everything=True)
    ada.types("/segment", channel="segments")


def inputs(view: dict) -> dict[str, dict]:
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


def test_the_form_asks_for_all_features_in_groups_with_hints(ada: Driver, desk: Desk) -> None:
    assert ada.modal is not None
    asked = inputs(ada.modal)
    assert set(asked) == set(COLUMNS)
    for feature in FEATURES:
        block = asked[feature.column]
        assert block["label"]["text"] == f"{feature.label} ({feature.scale})"
        assert feature.meaning in block["hint"]["text"]
        assert feature.usually in block["hint"]["text"]
        assert block["element"]["is_decimal_allowed"] != feature.whole
        assert block["optional"] == (feature.column in desk.shelf.current().blanks_known)
    headings = [b["text"]["text"] for b in ada.modal["blocks"] if b["type"] == "header"]
    assert headings == ["Purchases", "Cash advances", "Account", "Payments"]


def test_typed_figures_get_the_same_explanation_as_a_card(ada: Driver, typed: dict) -> None:
    assert ada.submits(typed) == {}
    result = str(ada.modal)
    for told in (
        "Cash Advance Heavy, Risk-Prone",
        "*Suggested action*",
        "*How sure*",
        "Why Cash Advance Heavy",
        "What speaks for",
        "The figures were not stored",
    ):
        assert told in result


def test_all_faults_are_told_at_once_under_their_inputs(ada: Driver, typed: dict) -> None:
    faults = {
        "PURCHASES_FREQUENCY": ("16.7", "0.167"),
        "TENURE": ("60", "not the account's age"),
        "CREDIT_LIMIT": ("0", "more than 0"),
        "BALANCE": ("-5", "Must be from 0 to 1,000,000, not -5."),
    }
    wrong = typed | {column: {INPUT: value} for column, (value, _) in faults.items()}
    errors = ada.submits(wrong)
    assert set(errors) == set(faults)
    for column, (_, told) in faults.items():
        assert told in errors[column]
    assert ada.submits(typed) == {}


def test_a_blank_that_training_knew_is_imputed_and_said_to_be(ada: Driver, typed: dict) -> None:
    assert ada.submits(typed | {"MINIMUM_PAYMENTS": {INPUT: None}}) == {}
    assert "*Blank, so the median in training was taken*" in str(ada.modal)
    assert "• Minimum payments" in str(ada.modal)


def test_edit_brings_the_figures_back(ada: Driver, typed: dict) -> None:
    ada.submits(typed | {"MINIMUM_PAYMENTS": {INPUT: None}, "BALANCE": {INPUT: "0.0000001"}})
    ada.presses(EDIT)
    form = ada.wait_for_modal(containing="number_input")
    shown = {
        column: block["element"].get("initial_value") for column, block in inputs(form).items()
    }
    assert shown["MINIMUM_PAYMENTS"] is None
    assert shown["BALANCE"] == "0.0000001"
    for column in set(COLUMNS) - {"MINIMUM_PAYMENTS", "BALANCE"}:
        assert float(shown[column]) == float(typed[column][INPUT])
    assert ada.submits() == {}
    assert "Cash Advance Heavy" in str(ada.modal)


def test_unusual_figures_are_answered_and_pointed_out(ada: Driver, typed: dict) -> None:
    assert ada.submits(typed | {"CASH_ADVANCE": {INPUT: "900000"}}) == {}
    assert "*Unusual figures, please check:* Cash advances 900,000." in str(ada.modal)


def test_the_form_is_accounted_for_and_stores_no_figures(
    ada: Driver, desk: Desk, typed: dict
) -> None:
    before = len(desk.audit.records())
    ada.submits(typed)
    (record,) = desk.audit.records()[before:]
    assert (record.member, record.action, record.customer) == ("U01ADA", "form", "")


def test_the_form_opens_by_name_and_from_home(ada: Driver) -> None:
    ada.closes_modal()
    ada.types("/segment form", channel="segments")
    assert len(inputs(ada.modal or {})) == 17
    ada.closes_modal()
    ada.opens_home()
    ada.presses(OPEN)
    assert len(inputs(ada.wait_for_modal())) == 17


def test_a_model_that_knows_no_blanks_asks_for_every_figure() -> None:
    view = form_view(frozenset(), {}, "")
    assert not any(block["optional"] for block in inputs(view).values())
