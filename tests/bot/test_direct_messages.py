"""A direct message to the bot: ids are looked up as by the command, anything else gets help."""

from bot.blocks.card import SHARE
from bot.commands import USAGES
from bot.desk import Desk
from bot.local_workspace import Driver
from segmentation.portfolio import Portfolio


def test_an_id_gets_the_card(ada: Driver, desk: Desk, portfolio: Portfolio) -> None:
    ada.types(str(portfolio.ids[70]), channel="app")
    card = ada.wait_for_message("app", containing=f"*Customer {portfolio.ids[70]}*")
    assert "Suggested action" in card["text"]
    record = desk.audit.records()[-1]
    assert (record.action, record.customer) == (
        "look up", desk.audit.pseudonym(str(portfolio.ids[70])),
    )  # fmt: skip


def test_ids_are_found_among_words_and_several_come_as_a_table(
    ada: Driver, portfolio: Portfolio
) -> None:
    ada.types(f"Please compare {portfolio.ids[71]} and {portfolio.ids[72]}.", channel="app")
    told = ada.wait_for_message("app", containing=str(portfolio.ids[72]))
    assert told["blocks"][0]["type"] == "table"


def test_a_mistyped_id_gets_near_ones(ada: Driver, portfolio: Portfolio) -> None:
    ada.types(str(portfolio.ids[73]).lower(), channel="app")
    ada.wait_for_message("app", containing=f"Did you mean *{portfolio.ids[73]}*")


def test_help_and_anything_else_get_the_help(ben: Driver) -> None:
    for text in ("help", "Hello", "Good morning, who are you?"):
        before = ben.sees("app")[-1]["ts"] if ben.sees("app") else ""
        ben.types(text, channel="app")
        told = ben.wait_for_message("app", containing=USAGES[0].what, after=before)
        assert all(usage.what in told["text"] for usage in USAGES)


def test_there_is_no_channel_to_share_to(ada: Driver, portfolio: Portfolio) -> None:
    ada.types(str(portfolio.ids[76]), channel="app")
    card = ada.wait_for_message("app", containing=f"*Customer {portfolio.ids[76]}*")
    ada.presses(SHARE, in_message=card["ts"])
    ada.wait_for_message("app", containing="there is no channel to share to", after=card["ts"])
