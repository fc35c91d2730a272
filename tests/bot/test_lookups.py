"""Look-ups beside one card: near ids for mistyped ones, several in a table, recent ones kept."""

from bot.blocks.form import OPEN
from bot.blocks.found import LOOK_UPS
from bot.desk import Desk
from bot.local_workspace import Driver
from segmentation.portfolio import Portfolio


def test_a_mistyped_id_gets_near_ones_as_buttons_and_the_form(
    ada: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    customer = str(portfolio.ids[60])
    ada.types(f"/segment {customer.lower()}", channel="segments")
    told = ada.sees("segments")[-1]
    assert f"Did you mean *{customer}*" in told["text"]
    assert OPEN in str(told["blocks"])
    ada.presses(LOOK_UPS[0])
    card = ada.wait_for_message("segments", containing=f"Customer {customer}", after=told["ts"])
    assert card["ephemeral"]
    assert desk.audit.records()[-1].customer == desk.audit.pseudonym(customer)


def test_nobody_near_is_said_too(ada: Driver) -> None:
    ada.types("/segment somebody", channel="segments")
    told = ada.sees("segments")[-1]["text"]
    assert "Check the id; capitals and zeros matter." in told


def test_several_customers_come_as_a_table_without_an_empty_cell(
    ada: Driver, portfolio: Portfolio
) -> None:
    ada.types(f"/segment {portfolio.ids[0]} {portfolio.ids[50]} C99999", channel="segments")
    answer = ada.sees("segments")[-1]
    (table,) = [block for block in answer["blocks"] if block["type"] == "table"]
    assert len(table["rows"]) == 4
    assert all(cell["text"] for row in table["rows"] for cell in row)
    assert answer["ephemeral"]


def test_the_last_five_are_kept_for_each_member_and_no_more(
    ben: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    for customer in [*portfolio.ids[100:106], portfolio.ids[103]]:
        ben.types(f"/segment {customer}", channel="segments")
    kept = desk.recent.of("U02BEN")
    assert len(kept) == 5
    assert str(portfolio.ids[100]) not in kept
    assert not set(kept) & set(desk.recent.of("U01ADA"))
