"""A risk analyst tries figures: of a customer who might change, and of somebody new."""

import pytest

from bot.blocks import card
from bot.blocks.form import FILL, FILL_FROM, INPUT, OPEN, SUBMITTED, TRY, WIDEN
from bot.blocks.form_result import EDIT
from bot.local_workspace import Driver
from segmentation.features import COLUMNS, FEATURES
from segmentation.model import SegmentModel
from segmentation.quick import QUICK
from tests.bot.test_form import filled, inputs
from tests.stories.office import Office, asks, opens

DRIVES = {
    "/segment", "/segment form", OPEN, FILL, WIDEN, TRY, EDIT, SUBMITTED, card.WHAT_IF,
}  # fmt: skip
Typed = dict[str, dict[str, str | None]]


@pytest.fixture
def typed(model: SegmentModel) -> Typed:
    """An average cash-advance customer, as somebody would type it."""
    whole = {feature.column for feature in FEATURES if feature.whole}
    return {
        column: {INPUT: str(round(value) if column in whole else round(value, 4))}
        for column, value in zip(COLUMNS, model.typical(2).tolist(), strict=True)
    }


def test_a_risk_analyst_sees_what_changed_figures_would_do_beside_the_present_answer(
    ada: Driver, room: str, customers: list[str]
) -> None:
    asks(ada, f"/segment {customers[60]}", room)
    ada.presses(card.WHAT_IF)
    present = ada.wait_for_modal(containing=f"What if customer {customers[60]}")
    assert "all else equal, this customer would be" in str(present)
    ada.presses(TRY, "0")
    changed = ada.wait_for_modal(containing=".1")
    assert filled(changed) != filled(present)
    assert ada.submits() == {}
    result = str(ada.modal)
    assert f"*Customer {customers[60]} would change from" in result
    assert "*Now*" in result
    assert "*With these figures*" in result
    ada.presses(EDIT)
    again = ada.wait_for_modal(containing="number_input")
    assert filled(again) == filled(changed)


def test_a_risk_analyst_begins_with_six_figures_and_keeps_them_in_the_full_form(
    ada: Driver, room: str, typed: Typed
) -> None:
    short = opens(ada, "/segment", room)
    assert set(inputs(short)) == set(QUICK)
    six = {column: typed[column] for column in QUICK}
    assert ada.submits(six) == {}
    result = str(ada.modal)
    assert "Cash Advance Heavy, Risk-Prone" in result
    assert "*Not asked in the short form, so left out of account*" in result
    assert "Fairly sure" in result
    ada.presses(EDIT)
    ada.wait_for_modal(containing="number_input")
    ada.presses(WIDEN)
    full = ada.wait_for_modal(containing="CREDIT_LIMIT")
    shown = filled(full)
    assert len(shown) == 17
    assert all(float(shown[column] or "") == float(typed[column][INPUT] or "") for column in QUICK)


def test_a_risk_analyst_is_told_all_faults_at_once_then_what_contradicts(
    ada: Driver, room: str, typed: Typed
) -> None:
    opens(ada, "/segment form", room)
    wrong = {"PURCHASES_FREQUENCY": "16.7", "TENURE": "60", "CREDIT_LIMIT": "0", "BALANCE": "-5"}
    errors = ada.submits(typed | {column: {INPUT: value} for column, value in wrong.items()})
    assert set(errors) == set(wrong)
    assert "0.167" in errors["PURCHASES_FREQUENCY"]
    odd = {"PURCHASES": "9000", "CASH_ADVANCE_TRX": "0", "BALANCE": "9999", "CREDIT_LIMIT": "500"}
    entered = typed | {column: {INPUT: value} for column, value in odd.items()}
    assert ada.submits(entered | {"MINIMUM_PAYMENTS": {INPUT: None}}) == {}
    result = str(ada.modal)
    assert "The balance is over the credit limit." in result
    assert "The purchases total is not one-off plus instalment purchases." in result
    assert "*Blank, so the median in training was taken*\\n• Minimum payments" in result
    ada.presses(EDIT)
    shown = filled(ada.wait_for_modal(containing="number_input"))
    assert shown["MINIMUM_PAYMENTS"] is None
    kept = {column: float(value) for column, value in shown.items() if value is not None}
    assert kept == {
        column: float(each[INPUT] or "")
        for column, each in entered.items()
        if column != "MINIMUM_PAYMENTS"
    }


def test_a_risk_analyst_starts_from_a_customers_figures(
    ada: Driver, room: str, customers: list[str]
) -> None:
    told = asks(ada, "/segment C99999", room)
    ada.presses(OPEN, in_message=told["ts"])
    ada.wait_for_modal(containing="Which segment?")
    ada.presses(FILL, entered={FILL_FROM: {INPUT: customers[61].lower()}})
    ada.wait_for_modal(containing=f"Did you mean {customers[61]}")
    ada.presses(FILL, entered={FILL_FROM: {INPUT: customers[61]}})
    ada.wait_for_modal(containing=f"What if customer {customers[61]}")
    assert ada.submits() == {}
    assert f"*Customer {customers[61]} stays" in str(ada.modal)


def test_a_guest_does_not_get_the_form(gus: Driver, room: str) -> None:
    for line in ("/segment", "/segment form"):
        assert "You may not use the form. Ask Nia Mensah" in asks(gus, line, room)["text"]
    assert gus.modal is None


def test_a_risk_analyst_left_no_part_of_the_form_untried(office: Office) -> None:
    assert office.door.driven >= DRIVES
