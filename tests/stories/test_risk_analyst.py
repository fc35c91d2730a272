"""A risk analyst looks customers up, asks why, shares, and says what is wrong."""

import csv
import re
from pathlib import Path

import pytest

from bot.blocks import card, card_views, found
from bot.local_workspace import Driver, LocalWorkspace
from tests.bot.conftest import Segbot
from tests.bot.test_export import read_csv, sent
from tests.stories.office import BY_ID, Office, asks

DRIVES = {
    BY_ID, card.WHY, card.SHARE, card.MORE, card_views.WRONG_SUBMITTED, found.SHARE,
    found.LOOK_UPS[0],
}  # fmt: skip


def test_a_risk_analyst_checks_a_customer_asks_why_and_shares_without_figures(
    ada: Driver, ben: Driver, room: str, customers: list[str]
) -> None:
    told = asks(ada, f"/segment {customers[7]}", room)
    assert "Cash Advance Heavy since 16 Nov 2026, before that" in told["text"]
    assert "Suggested action" in told["text"]
    assert "typical here" in told["text"]
    assert ben.sees(room) == []
    ada.presses(card.WHY)
    assert "Speaks for Cash Advance Heavy" in str(ada.wait_for_modal(containing=customers[7]))
    ada.closes_modal()
    ada.presses(card.SHARE)
    shared = ben.wait_for_message(room, containing=customers[7])
    about, who, _ = shared["text"].partition("Shared by <@U01ADA>")
    assert who
    assert "Suggested action" in about
    assert re.findall(r"\d", about.replace(customers[7], "")) == []
    assert [each["ts"] for each in ben.sees(room)] == [shared["ts"]]


def test_a_card_is_not_shared_where_other_companies_read_along(
    ada: Driver, otto: Driver, office: Office, customers: list[str]
) -> None:
    asks(ada, f"/segment {customers[4]}", "partners")
    ada.presses(card.SHARE)
    ada.wait_for_message("partners", containing="other companies are in this channel")
    asks(ada, f"/segment {customers[4]} {customers[5]}", "partners")
    ada.presses(found.SHARE)
    ada.wait_for_message("partners", containing="other companies are in this channel")
    assert [seen for seen in otto.sees("partners") if seen["bot"]] == []
    results = [each.result for each in office.desk.audit.records() if each.action == "share"]
    assert results[-3:] == ["denied"] * 3


def test_a_guest_and_a_partner_are_told_whom_to_ask(
    gus: Driver, otto: Driver, room: str, customers: list[str]
) -> None:
    for member, channel in ((gus, room), (otto, "partners")):
        told = asks(member, f"/segment {customers[4]}", channel)["text"]
        assert "You may not look up customers and segments" in told
        assert "Ask Nia Mensah in #segments" in told
        assert "Cash Advance" not in told


def test_a_mistyped_id_leads_to_the_right_card_by_a_button(
    ada: Driver, room: str, customers: list[str]
) -> None:
    told = asks(ada, f"/segment {customers[60].lower()}", room)
    assert f"Did you mean *{customers[60]}*" in told["text"]
    ada.presses(found.LOOK_UPS[0])
    ada.wait_for_message(room, containing=f"*Customer {customers[60]}*", after=told["ts"])


def test_a_risk_analyst_is_answered_in_a_channel_without_the_bot(
    ada: Driver, ben: Driver, customers: list[str]
) -> None:
    assert customers[9] in asks(ada, f"/segment {customers[9]}", "lobby")["text"]
    ada.presses(card.SHARE)
    ben.wait_for_message("lobby", containing="Shared by <@U01ADA>")


def test_several_customers_come_as_a_table_that_can_be_shared(
    ada: Driver, ben: Driver, room: str, customers: list[str]
) -> None:
    told = asks(ada, f"/segment {customers[6]}, {customers[7]} C99999", room)
    assert told["blocks"][0]["type"] == "table"
    assert "C99999 · not in the snapshot" in told["text"]
    ada.presses(found.SHARE)
    shared = ben.wait_for_message(room, containing="Shared by <@U01ADA>")
    assert customers[7] in shared["text"]
    assert "C99999" not in shared["text"]


def test_eleven_customers_come_as_a_file_in_the_direct_message(
    workspace: LocalWorkspace, ada: Driver, ben: Driver, customers: list[str]
) -> None:
    wanted = [*customers[100:110], "C99999"]
    command = f"/segment {' '.join(wanted)}"
    told, message = sent(workspace, ada, command)
    assert "come as a file in your messages" in told
    lines = read_csv(workspace, message)
    assert [line["CUST_ID"] for line in lines] == wanted
    assert lines[10]["problem"] == "no such customer"
    assert not [seen for seen in ben.sees("segments") if seen["files"]]


def test_what_a_risk_analyst_finds_right_or_wrong_reaches_who_trains_the_model(
    office: Office,
    ada: Driver,
    room: str,
    customers: list[str],
    segbot: Segbot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asks(ada, f"/segment {customers[8]}", room)
    ada.presses(card.MORE, f"{card.RIGHT} {customers[8]}")
    ada.wait_for_message(room, containing="Thank you")
    ada.presses(card.MORE, f"{card.WRONG} {customers[8]}")
    assert customers[8] in str(ada.wait_for_modal())
    assert ada.submits({card_views.REASON: {card_views.REASON: "=moved abroad"}}) == {}
    assert ada.modal is None
    for name, value in office.environment.items():
        monkeypatch.setenv(name, value)
    assert "Wrote 2 answers" in segbot("feedback", "--out", "feedback.csv")
    with Path("feedback.csv").open(encoding="utf-8-sig", newline="") as file:
        right, wrong = csv.DictReader(file)
    assert (right["customer"], right["verdict"]) == (customers[8], "right")
    assert (wrong["verdict"], wrong["reason"]) == ("wrong", "'=moved abroad")


def test_a_risk_analyst_left_none_of_it_untried(office: Office) -> None:
    assert office.door.driven >= DRIVES
