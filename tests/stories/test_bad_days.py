"""When Slack or the store stumbles, or somebody hurries: a sentence, and nothing twice."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.blocks import card, found, shortcuts
from bot.blocks.form import INPUT, SUBMITTED
from bot.desk import Desk
from bot.local_workspace import Driver, LocalWorkspace
from bot.shortcuts import LOOK_UP_ONE
from bot.steps import GET_SEGMENT
from segmentation.features import FEATURES
from tests.bot.test_uploads import settled
from tests.stories.office import BY_ID, Office, asks, looks_up_anywhere, newest, opens

DRIVES = {
    BY_ID, "/segment", "/segment form", SUBMITTED, card.WHY, card.SHARE, found.SHARE, LOOK_UP_ONE,
    shortcuts.OPEN, "app_home_opened", "message.im", GET_SEGMENT,
}  # fmt: skip


@contextmanager
def store_without(desk: Desk, table: str) -> Iterator[None]:
    """While inside, the database is broken: it lacks a table."""
    with desk.store.engine.begin() as connection:
        connection.execute(text(f"alter table {table} rename to {table}_away"))
    yield
    with desk.store.engine.begin() as connection:
        connection.execute(text(f"alter table {table}_away rename to {table}"))


def has_reference(told: str, log: pytest.LogCaptureFixture) -> bool:
    """Whether a person was given a reference under which the log has a traceback."""
    (reference,) = re.findall(r"reference: ([0-9a-f]{8})", told)
    (record,) = (each for each in log.records if reference in each.getMessage())
    return record.levelno == logging.ERROR and record.exc_info is not None


def test_a_modal_that_slack_does_not_open_is_told_with_a_reference_and_opens_later(
    workspace: LocalWorkspace, ada: Driver, room: str, caplog: pytest.LogCaptureFixture
) -> None:
    workspace.break_method("views.open", times=1)
    assert has_reference(asks(ada, "/segment", room)["text"], caplog)
    assert ada.modal is None
    assert opens(ada, "/segment", room)


def test_a_trigger_that_expired_is_told_with_a_reference(
    office: Office,
    ada: Driver,
    room: str,
    customers: list[str],
    caplog: pytest.LogCaptureFixture,
    forgiven: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asks(ada, f"/segment {customers[90]}", room)
    before = newest(ada, room)
    forgiven.append("views.open: expired_trigger_id")
    with monkeypatch.context() as busy:
        busy.setattr(office.door, "dawdles", 4)
        ada.presses(card.WHY)
    assert has_reference(ada.wait_for_message(room, after=before)["text"], caplog)
    ada.presses(card.WHY)
    ada.wait_for_modal(containing=customers[90])


def test_a_share_that_slack_does_not_take_is_no_success(
    workspace: LocalWorkspace,
    office: Office,
    ada: Driver,
    ben: Driver,
    room: str,
    customers: list[str],
) -> None:
    for line, action, forms in (
        (f"/segment {customers[91]}", card.SHARE, 1),
        (f"/segment {customers[91]} {customers[92]}", found.SHARE, 2),
    ):
        before = asks(ada, line, room)["ts"]
        workspace.break_method("response_url", http_status=500, times=forms)
        ada.presses(action)
        told = ada.wait_for_message(room, after=before)
        assert told["ephemeral"]
        assert office.desk.audit.records()[-1].result == "failed"
        assert "Slack did not confirm that this was shared" in told["text"]
        ada.presses(action)
        ben.wait_for_message(room, containing="Shared by <@U01ADA>", after=told["ts"])


def test_an_answer_that_slack_does_not_take_is_told_as_such(
    workspace: LocalWorkspace, ada: Driver, room: str, customers: list[str]
) -> None:
    asks(ada, f"/segment {customers[93].lower()}", room)
    workspace.break_method("response_url", http_status=500, times=1)
    ada.presses(found.LOOK_UPS[0])
    ada.wait_for_message(room, containing="Slack did not take the answer. Please try again.")
    workspace.break_method("response_url", http_status=500, times=2)
    told = asks(ada, f"/segment {customers[93]} {customers[94]}", room)
    assert "Slack did not take the answer" in told["text"]


def test_a_direct_message_that_slack_does_not_take_is_followed_by_a_reference(
    workspace: LocalWorkspace, ben: Driver, customers: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    workspace.break_method("chat.postMessage", times=1)
    assert has_reference(asks(ben, customers[93], "app")["text"], caplog)
    assert customers[93] in asks(ben, customers[93], "app")["text"]


def test_a_list_that_cannot_be_fetched_is_told_in_its_thread(
    workspace: LocalWorkspace, pia: Driver
) -> None:
    workspace.break_method("url_private", http_status=500, times=1)
    before = newest(pia, "app")
    pia.sends_file("app", "lost.csv", b"CUST_ID\nC10001\n")
    told = settled(workspace, pia, "*lost.csv* was not scored.", before)
    assert told["thread_ts"]
    workspace.wait_until(lambda: newest(pia, "app") > told["ts"])
    assert "send it again" in pia.sees("app")[-1]["text"]


def test_what_was_typed_into_a_form_outlives_a_broken_store(
    office: Office, ada: Driver, room: str, caplog: pytest.LogCaptureFixture
) -> None:
    opens(ada, "/segment form", room)
    with store_without(office.desk, "audit"):
        assert ada.submits({feature.column: {INPUT: "1"} for feature in FEATURES}) == {}
        assert has_reference(str(ada.modal), caplog)
    ada.closes_modal()
    assert ada.submits() == {}
    assert "How sure?" in str(ada.modal)


def test_with_a_broken_store_every_door_gives_a_sentence_with_a_reference(
    workspace: LocalWorkspace,
    office: Office,
    ada: Driver,
    room: str,
    customers: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with store_without(office.desk, "published"):
        assert has_reference(asks(ada, f"/segment {customers[94]}", room)["text"], caplog)
        assert has_reference(asks(ada, customers[94], "app")["text"], caplog)
        assert has_reference(looks_up_anywhere(ada, customers[94]), caplog)
        ada.closes_modal(everything=True)
        assert has_reference(str(ada.opens_home()), caplog)
        step = workspace.run_step(GET_SEGMENT, {"customer_id": customers[94]}, "Ada Okafor")
        assert has_reference(step.error or "", caplog)
    assert customers[94] not in caplog.text
    assert "*Snapshot of" in str(ada.opens_home())


def test_an_event_that_slack_repeats_is_answered_and_recorded_once(
    office: Office, ben: Driver, customers: list[str]
) -> None:
    records, before = len(office.desk.audit.records()), newest(ben, "app")
    for customer in customers[95:97]:
        assert customer in asks(ben, customer, "app")["text"]
    assert len([seen for seen in ben.sees("app") if seen["bot"] and seen["ts"] > before]) == 2
    assert len(office.desk.audit.records()) == records + 2


def test_somebody_in_a_hurry_is_told_when_to_go_on(
    office: Office,
    rae: Driver,
    room: str,
    customers: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    policy = office.desk.access.policy
    monkeypatch.setattr(office.desk.access, "policy", replace(policy, a_minute=3))
    for customer in customers[96:99]:
        assert customer in asks(rae, f"/segment {customer}", room)["text"]
    told = asks(rae, f"/segment {customers[99]}", room)["text"]
    assert "more than 3 requests within a minute. You can go on in" in told
    assert customers[99] not in told


def test_answers_go_on_when_slack_asks_to_connect_anew(
    workspace: LocalWorkspace, ada: Driver, room: str, customers: list[str]
) -> None:
    workspace.disconnect_bot()
    assert customers[100] in asks(ada, f"/segment {customers[100]}", room)["text"]


def test_the_look_up_modal_and_home_lead_on_after_a_bad_day(ada: Driver) -> None:
    ada.opens_home()
    assert ada.presses(shortcuts.OPEN).error is None
    ada.wait_for_modal(containing="Look up a customer")


def test_bad_days_left_no_kind_of_answer_untried(office: Office) -> None:
    assert office.door.driven >= DRIVES
