"""Modals over Socket Mode: fields, errors, updates, pushes, closing."""

from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.local_workspace import Driver, LocalWorkspace
from bot.local_workspace.errors import SlackError
from tests.local_workspace.conftest import (
    MANIFEST,
    button,
    client_of,
    modal,
    number,
    plain,
    section,
)

Body = dict[str, Any]
TEXT = {
    "type": "input",
    "block_id": "note",
    "optional": True,
    "label": plain("Note"),
    "element": {"type": "plain_text_input", "action_id": "value", "max_length": 5},
}
FORM = modal(
    number("age", min_value="18", max_value="99"),
    number("share", initial_value="0.5", optional=True),
    number("count", is_decimal_allowed=False, optional=True),
    TEXT,
    {"type": "actions", "block_id": "row", "elements": [button("more")]},
)


@pytest.fixture
def ada(workspace: LocalWorkspace, parrot: App, client: WebClient) -> Driver:
    """Ada, with the form open."""

    @parrot.command("/parrot")
    def form(ack: Ack, command: Body) -> None:
        client.views_open(trigger_id=command["trigger_id"], view=FORM)
        ack()

    ada = workspace.member("Ada Okafor")
    ada.types("/parrot", channel="birds")
    return ada


def values(view: Body) -> Body:
    """What stands in each field, by block_id."""
    return {
        block_id: fields["value"]["value"] for block_id, fields in view["state"]["values"].items()
    }


def test_a_submitted_form_arrives_as_slack_sends_it_and_closes(ada: Driver, parrot: App) -> None:
    submitted: list[Body] = []

    @parrot.view("form")
    def take(ack: Ack, view: Body) -> None:
        submitted.append(view)
        ack()

    assert ada.submits({"age": {"value": "42"}}) == {}
    assert ada.modal is None
    (view,) = submitted
    assert view["state"]["values"]["age"] == {"value": {"type": "number_input", "value": "42"}}
    assert values(view) == {"age": "42", "share": "0.5", "count": None, "note": None}


def test_the_client_stops_what_it_can_see_is_wrong_all_at_once(ada: Driver, parrot: App) -> None:
    asked: list[Body] = []
    parrot.view("form")(lambda ack, view: (asked.append(view), ack()))
    errors = ada.submits(
        {
            "share": {"value": "lots"},
            "count": {"value": "1.5"},
            "note": {"value": "too long"},
        }
    )
    assert errors == {
        "age": "Please complete this required field.",
        "share": "Please enter a number.",
        "count": "Please enter a whole number.",
        "note": "Please enter at most 5 characters.",
    }
    assert ada.submits({"age": {"value": "17"}})["age"] == (
        "Please enter a number that is at least 18."
    )
    assert asked == []


def test_the_app_s_errors_are_shown_and_the_values_stay(ada: Driver, parrot: App) -> None:
    @parrot.view("form")
    def take(ack: Ack, view: Body) -> None:
        if values(view)["age"] == "50":
            ack()
        else:
            ack(response_action="errors", errors={"age": "Fifty, please", "note": "Why?"})

    entered = {"age": {"value": "42"}, "note": {"value": "hm"}}
    assert ada.submits(entered) == {"age": "Fifty, please", "note": "Why?"}
    assert ada.modal is not None
    assert values(ada.modal)["note"] == "hm"
    assert ada.submits({"age": {"value": "50"}}) == {}
    assert ada.modal is None


def test_errors_for_blocks_that_are_not_there_are_refused(
    workspace: LocalWorkspace, ada: Driver, parrot: App
) -> None:
    parrot.view("form")(lambda ack: ack(response_action="errors", errors={"value": "No"}))
    with pytest.raises(SlackError, match="trouble connecting"):
        ada.submits({"age": {"value": "42"}})
    assert "invalid_errors" in workspace.problems[0]


def test_a_form_that_is_not_answered_in_time_says_so_and_stays(ada: Driver) -> None:
    with pytest.raises(SlackError, match=r"We had some trouble connecting\. Try again\?"):
        ada.submits({"age": {"value": "42"}})
    assert ada.modal is not None


def test_a_submission_can_show_another_view(ada: Driver, parrot: App) -> None:
    result = modal(section("Done"), title=plain("Result"), submit=None)
    parrot.view("form")(lambda ack: ack(response_action="update", view=result))
    ada.submits({"age": {"value": "42"}})
    assert ada.wait_for_modal("Done")["title"]["text"] == "Result"


def test_a_view_that_slack_refuses_is_not_shown(
    workspace: LocalWorkspace, ada: Driver, parrot: App
) -> None:
    bad = modal(section(""))
    parrot.view("form")(lambda ack: ack(response_action="update", view=bad))
    with pytest.raises(SlackError, match="trouble connecting"):
        ada.submits({"age": {"value": "42"}})
    assert "/view/blocks/0/text/text" in workspace.problems[0]


def test_pushed_views_close_one_by_one_and_clear_closes_all(ada: Driver, parrot: App) -> None:
    second = modal(section("Second"), callback_id="second")
    third = modal(section("Third"), callback_id="third")
    parrot.view("form")(lambda ack: ack(response_action="push", view=second))
    parrot.view("second")(lambda ack: ack(response_action="push", view=third))
    parrot.view("third")(lambda ack: ack(response_action="clear"))
    ada.submits({"age": {"value": "42"}})
    ada.submits()
    assert ada.wait_for_modal("Third")["previous_view_id"] is not None
    ada.closes_modal()
    assert "Second" in str(ada.modal)
    ada.submits()
    ada.submits()
    assert ada.modal is None


def test_an_empty_acknowledgement_uncovers_the_view_below(ada: Driver, parrot: App) -> None:
    second = modal(section("Second"), callback_id="second")
    parrot.view("form")(lambda ack: ack(response_action="push", view=second))
    parrot.view("second")(lambda ack: ack())
    ada.submits({"age": {"value": "42"}})
    ada.submits()
    assert ada.modal is not None
    assert ada.modal["callback_id"] == "form"


def test_a_button_in_a_modal_can_update_it_and_what_was_typed_stays(
    ada: Driver, parrot: App, client: WebClient
) -> None:
    @parrot.action("more")
    def more(ack: Ack, body: Body) -> None:
        ack()
        view = {**FORM, "blocks": [*FORM["blocks"], section("More")]}
        client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)

    ada.submits({"age": {"value": "17"}})
    ada.presses("more")
    assert values(ada.wait_for_modal("More"))["age"] == "17"


def test_an_outdated_hash_is_a_conflict(
    workspace: LocalWorkspace, ada: Driver, client: WebClient
) -> None:
    opened = ada.wait_for_modal()
    client.views_update(view_id=opened["id"], hash=opened["hash"], view=FORM)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        client.views_update(view_id=opened["id"], hash=opened["hash"], view=FORM)
    assert workspace.problems == ()


def test_closing_is_told_to_an_app_that_asked(
    workspace: LocalWorkspace, parrot: App, client: WebClient
) -> None:
    @parrot.command("/parrot")
    def form(ack: Ack, command: Body) -> None:
        view = {**FORM, "notify_on_close": True}
        client.views_open(trigger_id=command["trigger_id"], view=view)
        ack()

    closed: list[bool] = []

    @parrot.view_closed("form")
    def note(ack: Ack, body: Body) -> None:
        closed.append(body["is_cleared"])
        ack()

    ada = workspace.member("Ada Okafor")
    ada.types("/parrot", channel="birds")
    assert ada.closes_modal().error is None
    assert closed == [False]
    assert ada.modal is None


def test_a_modal_is_on_one_member_s_screen_only(workspace: LocalWorkspace, ada: Driver) -> None:
    assert ada.modal is not None
    assert workspace.member("Ben Ruiz").modal is None


def file_form(**fields: Any) -> Body:
    """A modal that asks for files."""
    element = {"type": "file_input", "action_id": "value", "filetypes": ["csv"], **fields}
    block = {"type": "input", "block_id": "file", "label": plain("File"), "element": element}
    return modal(block)


@pytest.fixture
def submitted(parrot: App) -> list[Body]:
    """The views that were submitted."""
    views: list[Body] = []

    @parrot.view("form")
    def take(ack: Ack, view: Body) -> None:
        views.append(view)
        ack()

    return views


def test_a_file_picked_on_a_form_arrives_as_slack_sends_it(
    ada: Driver, client: WebClient, submitted: list[Body]
) -> None:
    client.views_update(view_id=ada.wait_for_modal()["id"], view=file_form())
    assert ada.submits({"file": {"value": [("week.csv", b"a,b\n")]}}) == {}
    held = submitted[0]["state"]["values"]["file"]["value"]
    (file,) = held["files"]
    assert held["type"] == "file_input"
    assert (file["name"], file["size"], file["user"]) == ("week.csv", 4, "U01ADA")
    assert client.files_info(file=file["id"])["file"]["filetype"] == "csv"


@pytest.mark.parametrize(
    ("picked", "sentence"),
    [
        ([], "Please complete this required field."),
        ([("a.pdf", b"a")], "a.pdf is not one of the supported file types: csv."),
        ([("a.csv", b"a"), ("b.csv", b"b")], "Please upload at most 1 files."),
        ([("a.csv", b"a" * 10_000_001)], "a.csv is larger than 10 MB."),
    ],
)
def test_files_that_a_form_does_not_take_never_reach_the_app(
    ada: Driver,
    client: WebClient,
    submitted: list[Body],
    picked: list[tuple[str, bytes]],
    sentence: str,
) -> None:
    client.views_update(view_id=ada.wait_for_modal()["id"], view=file_form(max_files=1))
    assert ada.submits({"file": {"value": picked}}) == {"file": sentence}
    assert submitted == []


def test_a_form_that_asks_for_files_needs_the_scope_to_read_them() -> None:
    scopes = {"bot": ["commands"]}
    other = LocalWorkspace({**MANIFEST, "oauth_config": {"scopes": scopes}})
    with other.running(), pytest.raises(SlackApiError, match="missing_scope"):
        client_of(other).views_open(trigger_id="1", view=file_form())
