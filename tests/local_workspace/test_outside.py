"""People and channels from outside, and methods that are out of order."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.local_workspace import Channel, LocalWorkspace, Member
from bot.local_workspace.errors import SlackError
from tests.local_workspace.conftest import CHANNELS, MANIFEST, Clock, refused

Body = dict[str, Any]
MEMBERS = (
    Member("U01ADA", "Ada Okafor"),
    Member("U02GUS", "Gus Guest", is_guest=True),
    Member("U03UMA", "Uma Single", is_ultra_restricted=True),
    Member("U04OLI", "Oli Outside", is_external=True),
    Member("U05LEO", "Leo Left", deleted=True),
)
EVENTS = ["member_joined_channel", "member_left_channel", "message.channels"]


@pytest.fixture
def workspace(clock: Clock) -> Iterator[LocalWorkspace]:
    settings = {**MANIFEST["settings"], "event_subscriptions": {"bot_events": EVENTS}}
    workspace = LocalWorkspace(
        {**MANIFEST, "settings": settings},
        members=MEMBERS,
        channels=(*CHANNELS, Channel("C05PARTNER", "partner", is_ext_shared=True)),
        clock=clock,
    )
    with workspace.running():
        yield workspace


@pytest.fixture
def heard(parrot: App) -> list[Body]:
    """The envelopes of the events that the app hears."""
    envelopes: list[Body] = []

    def hear(body: Body) -> None:
        envelopes.append(body)

    for name in ("message", "member_joined_channel", "member_left_channel"):
        parrot.event(name)(hear)
    return envelopes


@pytest.mark.parametrize(
    ("member", "told"),
    [
        ("U01ADA", {"is_restricted": False, "is_stranger": False, "deleted": False}),
        ("U02GUS", {"is_restricted": True, "is_ultra_restricted": False}),
        ("U03UMA", {"is_restricted": True, "is_ultra_restricted": True}),
        ("U04OLI", {"is_stranger": True, "team_id": "T0OUTSIDE"}),
        ("U05LEO", {"deleted": True}),
    ],
)
def test_it_is_told_what_sets_a_member_apart(client: WebClient, member: str, told: Body) -> None:
    user = client.users_info(user=member)["user"]
    assert {name: user[name] for name in told} == told


def test_who_has_left_is_in_no_channel_and_sends_nothing(
    workspace: LocalWorkspace, client: WebClient
) -> None:
    assert "U05LEO" not in client.conversations_members(channel="C01BIRDS")["members"]
    with pytest.raises(SlackError, match="channel_not_found"):
        workspace.member("Leo Left").types("hello", channel="birds")


@pytest.mark.parametrize(("channel", "shared"), [("partner", True), ("birds", False)])
def test_events_tell_whether_outsiders_read_along(
    workspace: LocalWorkspace, heard: list[Body], channel: str, shared: bool
) -> None:
    workspace.member("Ada Okafor").types("hello", channel=channel)
    workspace.wait_until(lambda: heard)
    assert heard[0]["is_ext_shared_channel"] is shared


def test_the_app_is_told_when_it_is_added_to_a_channel_and_removed(
    workspace: LocalWorkspace, client: WebClient, heard: list[Body]
) -> None:
    ada = workspace.member("Ada Okafor")
    ada.invites_app("quiet")
    assert client.chat_postMessage(channel="C02QUIET", text="Hello")["ok"]
    ada.removes_app("quiet")
    assert refused(client, "chat.postMessage", channel="C02QUIET", text="Hello")["error"] == (
        "not_in_channel"
    )
    told = [(each["event"]["type"], each["event"]["user"]) for each in heard]
    assert told == [
        ("member_joined_channel", workspace.bot_user_id),
        ("member_left_channel", workspace.bot_user_id),
    ]


def test_each_kind_of_conversation_needs_its_own_scope(client: WebClient) -> None:
    answer = refused(client, "conversations.info", channel="D01ADA")
    assert (answer["error"], answer["needed"]) == ("missing_scope", "im:read")
    answer = refused(client, "conversations.list", types="public_channel,private_channel")
    assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:read")


def test_a_broken_method_fails_until_it_is_mended(
    workspace: LocalWorkspace, client: WebClient
) -> None:
    workspace.break_method("users.info")
    assert refused(client, "users.info", user="U01ADA")["error"] == "internal_error"
    workspace.mend_method("users.info")
    assert client.users_info(user="U01ADA")["ok"]
    assert workspace.problems == ()


@pytest.mark.parametrize("status", [500, 503])
def test_a_method_can_break_with_an_http_status(
    workspace: LocalWorkspace, client: WebClient, status: int
) -> None:
    workspace.break_method("users.info", http_status=status)
    with pytest.raises(SlackApiError) as refusal:
        client.users_info(user="U01ADA")
    assert refusal.value.response.status_code == status


def test_a_method_can_be_busy_for_one_call(workspace: LocalWorkspace, client: WebClient) -> None:
    workspace.break_method(
        "chat.postMessage", "ratelimited", http_status=429, retry_after=7, times=1
    )
    with pytest.raises(SlackApiError) as refusal:
        client.chat_postMessage(channel="C01BIRDS", text="One")
    assert refusal.value.response.status_code == 429
    assert refusal.value.response.headers["retry-after"] == "7"
    assert client.chat_postMessage(channel="C01BIRDS", text="Two")["ok"]


def test_a_response_url_can_break(workspace: LocalWorkspace) -> None:
    workspace.break_method("response_url", http_status=500)
    assert WebhookClient(f"{workspace.url}hooks/any").send(text="Hello").status_code == 500
