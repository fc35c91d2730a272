"""The form: short or full, filled from a customer, all faults at once, the result in its place."""

import pytest

from bot.blocks import card
from bot.blocks.form import FILL, FILL_FROM, INPUT, OPEN, TRY, WIDEN, Form, form_view
from bot.blocks.form_result import EDIT
from bot.desk import Desk
from bot.local_workspace import Driver
from segmentation.features import COLUMNS, FEATURES
from segmentation.model import SegmentModel
from segmentation.portfolio import Portfolio
from segmentation.quick import QUICK


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
    ada.types("/segment form", channel="segments")


def inputs(view: dict) -> dict[str, dict]:
    """The inputs for figures, by column, whatever was filled in meanwhile."""
    found = {
        block["block_id"].partition(".")[0]: block
        for block in view["blocks"]
        if block["type"] == "input"
    }
    return {column: block for column, block in found.items() if column != FILL_FROM}


def filled(view: dict) -> dict[str, str | None]:
    return {column: block["element"].get("initial_value") for column, block in inputs(view).items()}


@pytest.fixture
def six(typed: dict) -> dict:
    return {column: typed[column] for column in QUICK}


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
        "*How sure?*",
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
    assert "• Cash advances 900,000 is unusual. Usually 0 to 20,300." in str(ada.modal)


def test_contradictions_are_answered_and_pointed_out(ada: Driver, typed: dict) -> None:
    odd = {"PURCHASES": "9000", "CASH_ADVANCE_TRX": "0", "BALANCE": "9999", "CREDIT_LIMIT": "500"}
    odd |= {"ONEOFF_PURCHASES_FREQUENCY": "1"}
    assert ada.submits(typed | {column: {INPUT: value} for column, value in odd.items()}) == {}
    result = str(ada.modal)
    for told in (
        "The purchases total is not one-off plus instalment purchases.",
        "Cash advances are zero in part only",
        "Months with a one-off are more than months with a purchase.",
        "The balance is over the credit limit.",
    ):
        assert told in result


def test_the_form_is_accounted_for_and_stores_no_figures(
    ada: Driver, desk: Desk, typed: dict
) -> None:
    before = len(desk.audit.records())
    ada.submits(typed)
    (record,) = desk.audit.records()[before:]
    assert (record.member, record.action, record.customer) == ("U01ADA", "form", "")


def test_the_short_form_asks_for_six_figures_and_says_what_that_costs(
    ada: Driver, six: dict
) -> None:
    ada.closes_modal()
    ada.types("/segment", channel="segments")
    form = ada.modal or {}
    assert set(inputs(form)) == set(QUICK)
    assert "the same segment as all 17 for about 94 of 100 customers" in str(form)
    assert ada.submits(six) == {}
    result = str(ada.modal)
    assert "Cash Advance Heavy, Risk-Prone" in result
    assert "*Not asked in the short form, so left out of account*" in result
    assert "Credit limit" in result
    assert "Fairly sure" in result
    ada.presses(EDIT)
    assert set(inputs(ada.wait_for_modal(containing="number_input"))) == set(QUICK)


def test_the_full_form_keeps_what_was_typed_into_the_short_one(ada: Driver) -> None:
    ada.closes_modal()
    ada.types("/segment", channel="segments")
    ada.presses(WIDEN, entered={"BALANCE": {INPUT: "1234.5"}, "PURCHASES": {INPUT: "70"}})
    form = ada.wait_for_modal(containing="CREDIT_LIMIT")
    assert len(inputs(form)) == 17
    assert filled(form)["BALANCE"] == "1234.5"
    assert filled(form)["PURCHASES"] == "70"


def test_the_form_is_filled_in_from_a_customer(
    ada: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    customer = str(portfolio.ids[60])
    ada.presses(FILL, entered={FILL_FROM: {INPUT: customer.lower()}})
    told = str(ada.wait_for_modal(containing="There is no customer"))
    assert f"Did you mean {customer}" in told
    ada.presses(FILL, entered={FILL_FROM: {INPUT: customer}})
    form = ada.wait_for_modal(containing=f"What if customer {customer}")
    found = desk.store.look_up([customer])
    assert found is not None
    shown = filled(form)
    for column, value in zip(COLUMNS, found.values[customer].tolist(), strict=True):
        assert shown[column] is None or float(shown[column]) == value
    assert ada.submits() == {}
    assert f"*Customer {customer} stays" in str(ada.modal)


def test_the_short_form_filled_from_a_customer_shows_all_figures(
    ada: Driver, portfolio: Portfolio
) -> None:
    ada.closes_modal()
    ada.types("/segment", channel="segments")
    ada.presses(FILL, entered={FILL_FROM: {INPUT: str(portfolio.ids[60])}})
    form = ada.wait_for_modal(containing=f"What if customer {portfolio.ids[60]}")
    assert len(inputs(form)) == 17


def test_what_if_offers_the_change_that_leads_elsewhere(ada: Driver, portfolio: Portfolio) -> None:
    ada.closes_modal()
    ada.types(f"/segment {portfolio.ids[60]}", channel="segments")
    ada.presses(card.WHAT_IF)
    before = ada.wait_for_modal(containing="What if customer")
    assert "all else equal, this customer would be" in str(before)
    ada.presses(TRY, "0")
    after = ada.wait_for_modal(containing=".1")
    assert filled(after) != filled(before)
    assert ada.submits() == {}
    assert f"*Customer {portfolio.ids[60]} would change from" in str(ada.modal)
    assert "*Now*" in str(ada.modal)
    assert "*With these figures*" in str(ada.modal)


def test_a_result_offers_the_change_that_leads_elsewhere(ada: Driver, typed: dict) -> None:
    assert ada.submits(typed) == {}
    first = str(ada.modal)
    assert "What would change it" in first
    ada.presses(TRY, "0")
    ada.wait_for_modal(containing="number_input")
    assert ada.submits() == {}
    heading = (ada.modal or {})["blocks"][0]["text"]["text"]
    assert heading != "Cash Advance Heavy, Risk-Prone"


def test_the_form_opens_by_name_and_from_home(ada: Driver) -> None:
    ada.closes_modal()
    ada.types("/segment form", channel="segments")
    assert len(inputs(ada.modal or {})) == 17
    ada.closes_modal()
    ada.opens_home()
    ada.presses(OPEN)
    assert len(inputs(ada.wait_for_modal())) == 6


def test_a_model_that_knows_no_blanks_asks_for_every_figure() -> None:
    view = form_view(Form(), frozenset(), "")
    assert not any(block["optional"] for block in inputs(view).values())
