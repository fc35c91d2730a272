"""Shortcuts: look up a customer from anywhere, or those whom a message names, for oneself alone."""

import pytest

from bot.blocks.form import OPEN
from bot.blocks.found import LOOK_UPS, SHARE
from bot.blocks.shortcuts import CUSTOMER
from bot.desk import Desk
from bot.local_workspace import Driver
from bot.shortcuts import LOOK_UP_NAMED, LOOK_UP_ONE
from segmentation.portfolio import Portfolio


@pytest.fixture(autouse=True)
def no_modal(ada: Driver) -> None:
    if ada.modal is not None:
        ada.closes_modal(everything=True)


def test_the_global_shortcut_shows_the_card_in_its_modal(
    ada: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    ada.uses_global_shortcut(LOOK_UP_ONE)
    assert ada.submits({CUSTOMER: {CUSTOMER: f" {portfolio.ids[61]} "}}) == {}
    card = ada.wait_for_modal(containing=f"Customer {portfolio.ids[61]}")
    assert "Share to channel" not in str(card)
    assert "Suggested action" in str(card)
    assert desk.audit.records()[-1].action == "look up"


def test_the_cards_buttons_work_over_the_modal(ada: Driver, portfolio: Portfolio) -> None:
    ada.uses_global_shortcut(LOOK_UP_ONE)
    ada.submits({CUSTOMER: {CUSTOMER: str(portfolio.ids[61])}})
    ada.presses("why")
    assert "Speaks for" in str(ada.wait_for_modal(containing="Why this segment"))
    ada.closes_modal()
    ada.presses("watch")
    ada.wait_for_modal(containing="direct message when customer")


def test_a_mistyped_id_in_the_modal_offers_near_ones(ada: Driver, portfolio: Portfolio) -> None:
    ada.uses_global_shortcut(LOOK_UP_ONE)
    ada.submits({CUSTOMER: {CUSTOMER: str(portfolio.ids[61]).lower()}})
    ada.wait_for_modal(containing="Did you mean")
    ada.presses(LOOK_UPS[0])
    ada.wait_for_modal(containing=f"Customer {portfolio.ids[61]}")


def test_the_modal_leads_on_to_the_form(ada: Driver) -> None:
    ada.uses_global_shortcut(LOOK_UP_ONE)
    ada.presses(OPEN)
    ada.wait_for_modal(containing="Show all 17 figures")


def test_a_messages_customers_are_found_and_told_in_its_thread_alone(
    ada: Driver, ben: Driver, portfolio: Portfolio
) -> None:
    first, second = portfolio.ids[62], portfolio.ids[63]
    ben.types(f"Who calls {first}, or *{second}*? Not C99999.", channel="segments")
    message = ben.sees("segments")[-1]
    ben.types("They called twice", channel="segments", thread_ts=message["ts"])
    reply = ben.sees("segments")[-1]
    ada.uses_shortcut(LOOK_UP_NAMED, message)
    told = ada.wait_for_message("segments", containing=str(second), after=reply["ts"])
    assert told["ephemeral"]
    assert told["thread_ts"] == message["ts"]
    assert str(first) in told["text"]
    assert "C99999" not in told["text"]
    assert ben.sees("segments")[-1]["ts"] == reply["ts"]


def test_where_no_thread_has_begun_the_answer_stands_where_slack_shows_it(
    ada: Driver, ben: Driver, portfolio: Portfolio
) -> None:
    ben.types(f"Who is {portfolio.ids[66]}?", channel="segments")
    message = ben.sees("segments")[-1]
    ada.uses_shortcut(LOOK_UP_NAMED, message)
    told = ada.wait_for_message("segments", containing=str(portfolio.ids[66]), after=message["ts"])
    assert (told["ephemeral"], told["thread_ts"]) == (True, None)


def test_a_table_is_shared_into_the_thread_without_figures(
    ada: Driver, ben: Driver, portfolio: Portfolio
) -> None:
    ben.types(f"{portfolio.ids[64]} {portfolio.ids[65]}", channel="segments")
    message = ben.sees("segments")[-1]
    ben.types("Both again", channel="segments", thread_ts=message["ts"])
    ada.uses_shortcut(LOOK_UP_NAMED, message)
    ada.wait_for_message("segments", containing=str(portfolio.ids[64]), after=message["ts"])
    ada.presses(SHARE)
    shared = ben.wait_for_message("segments", containing="Shared by", after=message["ts"])
    assert shared["thread_ts"] == message["ts"]
    assert str(portfolio.ids[65]) in shared["text"]


def test_one_named_customer_gets_the_card_and_more_than_ten_the_first_ten(
    ada: Driver, portfolio: Portfolio
) -> None:
    ada.types(f"What about {portfolio.ids[66]}?", channel="segments")
    ada.uses_shortcut(LOOK_UP_NAMED, ada.sees("segments")[-1])
    ada.wait_for_message("segments", containing=f"*Customer {portfolio.ids[66]}*")
    ada.types(" ".join(portfolio.ids[100:112]), channel="segments")
    ada.uses_shortcut(LOOK_UP_NAMED, ada.sees("segments")[-1])
    ada.wait_for_message("segments", containing="these are the first 10")


def test_a_message_that_names_nobody_says_so(ada: Driver) -> None:
    ada.types("Good morning!", channel="segments")
    ada.uses_shortcut(LOOK_UP_NAMED, ada.sees("segments")[-1])
    ada.wait_for_message("segments", containing="names no customer of the newest snapshot")
