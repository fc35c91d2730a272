"""An administrator exports, watches over who looked up what, and tells others how it works."""

import pytest
from sqlalchemy import text

from bot.commands import SUB_COMMANDS, USAGES
from bot.local_workspace import Driver, LocalWorkspace
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook
from segmentation.store import open_store
from tests.bot.conftest import Segbot
from tests.bot.test_export import read_csv, sent
from tests.stories.office import Office, asks

DRIVES = {f"/segment {word}" for word in ("export", "audit", "segments", "model", "sizes", "help")}


@pytest.fixture
def on_the_spot(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line is used on the machine where the bot runs."""
    for name, value in office.environment.items():
        monkeypatch.setenv(name, value)


def test_an_administrator_exports_a_segment_and_it_is_on_record(
    workspace: LocalWorkspace, office: Office, nia: Driver, ada: Driver
) -> None:
    told, message = sent(workspace, nia, "/segment export cash with figures")
    lines = read_csv(workspace, message)
    assert f"The {len(lines):,} customers of Cash Advance Heavy" in told
    assert {line["segment"] for line in lines} == {"2"}
    assert float(lines[0]["CASH_ADVANCE"]) > 0
    exported = [each for each in office.desk.audit.records() if each.action == "export"]
    assert f"segment 2: {len(lines)} with figures" in [each.result for each in exported]
    assert not [seen for seen in ada.sees("app") if seen["files"]]


def test_whoever_is_in_the_right_user_group_exports_unless_a_guest(
    workspace: LocalWorkspace, pia: Driver, gus: Driver, room: str
) -> None:
    told, message = sent(workspace, pia, "/segment export installment")
    lines = read_csv(workspace, message)
    assert f"The {len(lines):,} customers of Installment-Focused" in told
    assert "BALANCE" not in lines[0]
    assert "You may not export customers." in asks(gus, "/segment export cash", room)["text"]


def test_another_who_wants_to_export_is_told_whom_to_ask(
    office: Office, ada: Driver, room: str
) -> None:
    told = asks(ada, "/segment export cash", room)["text"]
    assert told == "You may not export customers. Ask Nia Mensah in #segments if you should."
    denied = office.desk.audit.records()[-1]
    assert (denied.member, denied.action, denied.result) == ("U01ADA", "export", "denied")


def test_an_administrator_asks_the_trail_about_a_customer_a_member_and_a_time(
    ada: Driver, nia: Driver, room: str, customers: list[str]
) -> None:
    asks(ada, f"/segment {customers[90]}", room)
    asks(ada, f"/segment {customers[90]} {customers[91]}", room)
    told = asks(nia, f"/segment audit {customers[90]}", room)["text"]
    assert f"The newest 2 records about {customers[90]}" in told
    assert told.count("<@U01ADA>") == 2
    assert "about U01ADA" in asks(nia, "/segment audit U01ADA", room)["text"]
    assert "look up" in asks(nia, "/segment audit since 2020-01-01", room)["text"]
    assert "has no record since 2099" in asks(nia, "/segment audit since 2099-01-01", room)["text"]
    assert "You may not administer Segbot" in asks(ada, "/segment audit", room)["text"]


@pytest.mark.usefixtures("on_the_spot")
def test_the_trail_is_whole_until_somebody_edits_a_record(
    office: Office, ada: Driver, room: str, segbot: Segbot
) -> None:
    asks(ada, "/segment sizes", room)
    end = segbot("audit", "verify").split("Its end: ")[1].strip()
    asks(ada, "/segment C99999", room)
    exported = segbot("audit", "export", "--customer", "C99999").splitlines()
    assert len(exported) == 2
    assert "U01ADA" in exported[1]
    assert "whole" in segbot("audit", "verify", "--through", end)
    change = "update audit set member = :member where member != :member and id in (:id)"
    engine = open_store(office.environment["SEGBOT_STORE_URL"]).engine
    with engine.begin() as connection:
        last = connection.execute(text("select max(id) from audit")).scalar_one()
        connection.execute(text(change), {"member": "U02BEN", "id": last})
    assert f"Record {last} of" in segbot("audit", "verify", code=1)
    with engine.begin() as connection:
        connection.execute(text(change), {"member": "U01ADA", "id": last})
    assert "whole" in segbot("audit", "verify")


def test_an_administrator_shows_what_is_behind_the_answers(
    nia: Driver, room: str, model: SegmentModel, playbook: Playbook
) -> None:
    segments = asks(nia, "/segment segments", room)["text"]
    assert all(playbook.play(segment).name in segments for segment in model.segments)
    assert segments.count("*Suggested action*") == 4
    told = asks(nia, "/segment model", room)["text"]
    assert "learnt on 18 Nov 2026 from 2,000 customers" in told
    sizes = asks(nia, "/segment sizes", room)["text"]
    assert "changed segment* since 9 Nov 2026" in sizes
    assert "→ Cash Advance Heavy" in sizes


def test_a_newcomer_finds_all_that_can_be_typed(ben: Driver, room: str) -> None:
    told = asks(ben, "/segment help", room)["text"]
    assert all(usage.what in told for usage in USAGES)
    assert all(f"/segment {word}" in told for word in SUB_COMMANDS)
    assert "I did not understand" in asks(ben, "/segment what is this", room)["text"]


def test_an_administrator_left_no_word_untyped(office: Office) -> None:
    assert office.door.driven >= DRIVES
