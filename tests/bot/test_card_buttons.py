"""The card's buttons: share, why, what if, watch, and whether it is right."""

import pytest

from bot.blocks import card
from bot.blocks.card_views import REASON, WRONG_SUBMITTED
from bot.blocks.parts import Block
from bot.desk import Desk
from bot.local_workspace import Driver
from segmentation.portfolio import Portfolio


@pytest.fixture
def customer(portfolio: Portfolio) -> str:
    """One who turned to cash advances this week."""
    return str(portfolio.ids[7])


@pytest.fixture(autouse=True)
def looked_up(ada: Driver, customer: str) -> None:
    if ada.modal is not None:
        ada.closes_modal(everything=True)
    ada.types(f"/segment {customer}", channel="segments")


def buttons(blocks: list[Block]) -> list[Block]:
    (row,) = [block for block in blocks if block["type"] == "actions"]
    return row["elements"]


def test_a_row_has_five_buttons_at_most_the_rest_is_in_a_menu(ada: Driver) -> None:
    *shown, menu = buttons(ada.sees("segments")[-1]["blocks"])
    assert [button["text"]["text"] for button in shown] == [
        "Share to channel", "Why?", "What if …", "Watch",
    ]  # fmt: skip
    assert menu["type"] == "overflow"
    assert [option["text"]["text"] for option in menu["options"]] == [
        "This segment looks right", "This segment looks wrong …",
    ]  # fmt: skip


def test_the_card_says_since_when_and_what_it_was_before(ada: Driver, customer: str) -> None:
    told = ada.sees("segments")[-1]["text"]
    assert f"*Customer {customer}* · Cash Advance Heavy since 16 Nov 2026, before that " in told


def test_why_tells_all_shares_the_scale_and_the_way_there(ada: Driver, customer: str) -> None:
    ada.presses(card.WHY)
    told = str(ada.wait_for_modal(containing=customer))
    assert "*Over time*" in told
    assert "Cash Advance Heavy on 16 Nov 2026" in told
    assert "on 9 Nov 2026" in told
    assert "On a scale from 0, the border with" in told
    assert "What would change it" in told


def test_a_shared_card_has_no_figures_and_names_who_shared(
    ada: Driver, ben: Driver, customer: str
) -> None:
    ada.presses(card.SHARE)
    shared = ben.wait_for_message("segments", containing=customer)
    assert "Shared by <@U01ADA>" in shared["text"]
    assert "typical here" not in str(shared)


def test_a_watch_is_confirmed_and_listed(ada: Driver, desk: Desk, customer: str) -> None:
    ada.presses(card.WATCH)
    ada.wait_for_message("segments", containing="direct message when customer")
    assert customer in [watch.customer for watch in desk.watches.of("U01ADA")]


def test_what_looks_right_or_wrong_is_kept_with_the_reason(
    ada: Driver, desk: Desk, customer: str
) -> None:
    ada.presses(card.MORE, f"{card.RIGHT} {customer}")
    ada.wait_for_message("segments", containing="Thank you")
    ada.presses(card.MORE, f"{card.WRONG} {customer}")
    assert ada.wait_for_modal()["callback_id"] == WRONG_SUBMITTED
    ada.submits({REASON: {REASON: "moved abroad"}})
    right, wrong = desk.feedback.all()[-2:]
    assert (right["right"], right["customer"]) == (True, customer)
    assert (wrong["right"], wrong["reason"]) == (False, "moved abroad")
