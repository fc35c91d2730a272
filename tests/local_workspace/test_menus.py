"""Menus of conversations, people and options: what they offer, and how a choice arrives."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.local_workspace import Channel, Driver, LocalWorkspace
from bot.local_workspace.errors import SlackError
from tests.local_workspace.conftest import MANIFEST, Clock, modal, plain, section

Body = dict[str, Any]
CHANNELS = (
    Channel("C01BIRDS", "birds"),
    Channel("C02NEST", "nest", is_private=True, bot_is_member=False),
    Channel("C03HIDDEN", "hidden", is_private=True, members=("U02BEN",)),
    Channel("C04PARTNER", "partner", is_ext_shared=True),
)


@pytest.fixture
def workspace(clock: Clock) -> Iterator[LocalWorkspace]:
    workspace = LocalWorkspace(MANIFEST, channels=CHANNELS, clock=clock)
    with workspace.running():
        yield workspace


class Form:
    """A modal with one element, which Ada opens from #birds; what she submits is kept."""

    def __init__(self, workspace: LocalWorkspace, parrot: App, client: WebClient) -> None:
        self.ada = workspace.member("Ada Okafor")
        self.submitted: list[Body] = []
        self._parrot, self._client = parrot, client

        @parrot.view("form")
        def take(ack: Ack, body: Body) -> None:
            self.submitted.append(body)
            ack()

    def of(self, kind: str, **fields: Any) -> Driver:
        element = {"type": kind, "action_id": "value", **fields}
        block = {"type": "input", "block_id": "it", "label": plain("It"), "element": element}

        @self._parrot.command("/parrot")
        def form(ack: Ack, command: Body) -> None:
            self._client.views_open(trigger_id=command["trigger_id"], view=modal(block))
            ack()

        self.ada.types("/parrot", channel="birds")
        return self.ada

    def takes(self, value: object) -> Body:
        assert self.ada.submits({"it": {"value": value}}) == {}
        return self.held

    @property
    def held(self) -> Body:
        return dict(self.submitted[-1]["view"]["state"]["values"]["it"]["value"])


@pytest.fixture
def form(workspace: LocalWorkspace, parrot: App, client: WebClient) -> Form:
    return Form(workspace, parrot, client)


def options(*values: str) -> list[Body]:
    return [{"text": plain(value), "value": value} for value in values]


GROUPS = [
    {"label": plain("Small"), "options": options("wren", "robin")},
    {"label": plain("Large"), "options": options("heron")},
]


@pytest.mark.parametrize(
    ("kind", "fields", "value", "held"),
    [
        ("conversations_select", {}, "birds", {"selected_conversation": "C01BIRDS"}),
        ("conversations_select", {}, "nest", {"selected_conversation": "C02NEST"}),
        ("conversations_select", {}, "app", {"selected_conversation": "D01ADA"}),
        ("channels_select", {}, "#partner", {"selected_channel": "C04PARTNER"}),
        ("users_select", {}, "Ben Ruiz", {"selected_user": "U02BEN"}),
        ("multi_users_select", {}, ["U01ADA"], {"selected_users": ["U01ADA"]}),
        (
            "multi_conversations_select",
            {},
            ["birds", "app"],
            {"selected_conversations": ["C01BIRDS", "D01ADA"]},
        ),
        ("multi_channels_select", {}, ["birds"], {"selected_channels": ["C01BIRDS"]}),
        (
            "static_select",
            {"option_groups": GROUPS},
            "heron",
            {"selected_option": options("heron")[0]},
        ),
        (
            "multi_static_select",
            {"options": options("wren", "heron")},
            ["heron", "wren"],
            {"selected_options": options("heron", "wren")},
        ),
        ("datepicker", {}, "2026-11-25", {"selected_date": "2026-11-25"}),
        ("timepicker", {}, "09:30", {"selected_time": "09:30"}),
        (
            "radio_buttons",
            {"options": options("wren", "heron")},
            "wren",
            {"selected_option": options("wren")[0]},
        ),
        (
            "checkboxes",
            {"options": options("wren", "heron")},
            ["wren"],
            {"selected_options": options("wren")},
        ),
        ("plain_text_input", {"multiline": True}, "a\nb", {"value": "a\nb"}),
    ],
)
def test_a_choice_arrives_as_slack_sends_it(
    form: Form, kind: str, fields: Body, value: object, held: Body
) -> None:
    form.of(kind, **fields)
    assert form.takes(value) == {"type": kind, **held}


@pytest.mark.parametrize(
    ("kind", "fields", "value"),
    [
        ("conversations_select", {"filter": {"include": ["public"]}}, "nest"),
        ("conversations_select", {"filter": {"exclude_bot_users": True}}, "app"),
        ("conversations_select", {"filter": {"exclude_external_shared_channels": True}}, "partner"),
        ("conversations_select", {}, "hidden"),
        ("channels_select", {}, "nest"),
        ("static_select", {"option_groups": GROUPS}, "penguin"),
        ("timepicker", {}, "25:00"),
        ("datepicker", {}, "tomorrow"),
    ],
)
def test_what_a_menu_does_not_offer_cannot_be_chosen(
    form: Form, kind: str, fields: Body, value: object
) -> None:
    ada = form.of(kind, **fields)
    with pytest.raises(SlackError, match="no_such_option"):
        ada.submits({"it": {"value": value}})
    assert form.submitted == []


def test_a_person_who_is_not_there_cannot_be_chosen(form: Form) -> None:
    ada = form.of("users_select")
    with pytest.raises(SlackError, match="user_not_found"):
        ada.submits({"it": {"value": "Nobody"}})


def test_too_many_choices_are_stopped_by_the_client(form: Form) -> None:
    ada = form.of("multi_users_select", max_selected_items=1)
    assert ada.submits({"it": {"value": ["U01ADA", "U02BEN"]}}) == {
        "it": "Please choose at most 1."
    }


def test_the_conversation_in_view_can_be_the_default(form: Form) -> None:
    ada = form.of("conversations_select", default_to_current_conversation=True)
    assert ada.submits() == {}
    assert form.held["selected_conversation"] == "C01BIRDS"


def test_a_default_that_the_filter_excludes_is_not_chosen(form: Form) -> None:
    ada = form.of(
        "conversations_select",
        default_to_current_conversation=True,
        filter={"include": ["im"]},
    )
    assert ada.submits() == {"it": "Please complete this required field."}


def test_a_submitted_conversation_can_come_with_an_address_to_answer_at(
    form: Form, workspace: LocalWorkspace
) -> None:
    form.of("conversations_select", response_url_enabled=True)
    form.takes("partner")
    (url,) = form.submitted[0]["response_urls"]
    assert (url["block_id"], url["action_id"], url["channel_id"]) == ("it", "value", "C04PARTNER")
    WebhookClient(url["response_url"]).send(text="Done", response_type="in_channel")
    assert workspace.member("Ben Ruiz").sees("partner")[-1]["text"] == "Done"


def test_a_private_channel_is_seen_by_its_members_only(workspace: LocalWorkspace) -> None:
    workspace.member("Ben Ruiz").types("psst", channel="hidden")
    assert workspace.member("Ada Okafor").sees("hidden") == []
    with pytest.raises(SlackError, match="channel_not_found"):
        workspace.member("Ada Okafor").types("hello?", channel="hidden")


def test_a_menu_in_a_message_tells_its_choice(form: Form, parrot: App, client: WebClient) -> None:
    chosen: list[Body] = []

    @parrot.action("who")
    def choose(ack: Ack, action: Body) -> None:
        chosen.append(action)
        ack()

    menu = {"type": "users_select", "action_id": "who"}
    client.chat_postMessage(
        channel="C01BIRDS", text="Who?", blocks=[section("Who?", accessory=menu)]
    )
    form.ada.presses("who", "Ben Ruiz")
    assert chosen[0]["selected_user"] == "U02BEN"
