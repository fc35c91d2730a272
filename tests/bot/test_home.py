"""The Home tab: the portfolio at a glance, one's own customers, and what can be asked."""

from bot.blocks import card, form, lists, shortcuts, subscribing
from bot.blocks.found import LOOK_UPS
from bot.blocks.shortcuts import CUSTOMER
from bot.blocks.watching import UNWATCH
from bot.commands import USAGES
from bot.desk import Desk
from bot.local_workspace import Driver
from segmentation.portfolio import Portfolio


def test_home_shows_sizes_movement_help_and_when_the_digest_comes(ada: Driver) -> None:
    home = str(ada.opens_home())
    for name in (
        "Low Activity, Low Engagement",
        "High-Spending, Full-Payment Users",
        "Cash Advance Heavy, Risk-Prone",
        "Installment-Focused Active Users",
    ):
        assert name in home
    assert "*Snapshot of 16 Nov 2026*, 2 days old" in home
    assert "changed segment* since 9 Nov 2026" in home
    assert "Data of 16 Nov 2026: 2,000 customers" in home
    assert "Next: " in home
    assert "Model trained on 18 Nov 2026" in home
    assert all(usage.what in home for usage in USAGES)


def test_home_fits_into_what_slack_takes_with_room_to_spare(ada: Driver) -> None:
    assert len(ada.opens_home()["blocks"]) < 50


def test_home_tells_of_each_channels_digest_and_offers_another(ada: Driver) -> None:
    home = ada.opens_home()
    assert "*<#C01SEGMENTS>*" in str(home)
    ada.presses(subscribing.OPEN)
    ada.wait_for_modal(containing="conversations_select")
    ada.closes_modal(everything=True)


def test_home_takes_a_list_to_be_scored(ada: Driver) -> None:
    ada.opens_home()
    ada.presses(lists.OPEN)
    ada.wait_for_modal(containing="Score a list")
    ada.closes_modal(everything=True)


def test_home_offers_the_look_up_and_the_form(ada: Driver, portfolio: Portfolio) -> None:
    ada.opens_home()
    ada.presses(shortcuts.OPEN)
    ada.submits({CUSTOMER: {CUSTOMER: str(portfolio.ids[80])}})
    ada.wait_for_modal(containing=f"Customer {portfolio.ids[80]}")
    ada.closes_modal(everything=True)
    ada.opens_home()
    ada.presses(form.OPEN)
    ada.wait_for_modal(containing="Show all 17 figures")
    ada.closes_modal(everything=True)


def test_the_last_look_ups_are_buttons_on_home_for_who_made_them(
    ada: Driver, ben: Driver, portfolio: Portfolio
) -> None:
    ada.types(f"/segment {portfolio.ids[81]}", channel="segments")
    home = ada.opens_home()
    (row,) = [
        block
        for block in home["blocks"]
        if block["type"] == "actions" and block["elements"][0]["action_id"] == LOOK_UPS[0]
    ]
    assert row["elements"][0]["value"] == str(portfolio.ids[81])
    ada.presses(LOOK_UPS[0])
    ada.wait_for_modal(containing=f"Customer {portfolio.ids[81]}")
    ada.closes_modal(everything=True)
    assert str(portfolio.ids[81]) not in str(ben.opens_home())


def test_a_watch_stands_on_home_and_ends_there(
    ben: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    customer = str(portfolio.ids[82])
    ben.types(f"/segment {customer}", channel="segments")
    ben.presses(card.WATCH)
    home = ben.opens_home()
    assert "*You watch*" in str(home)
    ben.presses(UNWATCH)
    assert desk.watches.of("U02BEN") == []
    assert "*You watch*" not in str(ben.home)
