"""The Web API answers as Slack's does: tokens, scopes, messages, people."""

import logging
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.local_workspace import LocalWorkspace, UserGroup
from tests.local_workspace.conftest import MANIFEST, client_of, modal, refused, section


def test_auth_test_tells_the_app_who_it_is(office: LocalWorkspace, caller: WebClient) -> None:
    answer = caller.auth_test()
    assert answer["user_id"] == office.bot_user_id
    assert answer["team_id"] == office.team_id
    assert answer["bot_id"].startswith("B")
    assert "commands" in answer.headers["x-oauth-scopes"].split(",")


@pytest.mark.parametrize(("token", "error"), [(None, "not_authed"), ("xoxb-other", "invalid_auth")])
def test_a_call_needs_the_app_s_token(
    office: LocalWorkspace, token: str | None, error: str
) -> None:
    assert refused(WebClient(token, base_url=office.api_url), "auth.test")["error"] == error


def test_the_app_token_opens_connections_and_nothing_else(
    office: LocalWorkspace, caller: WebClient
) -> None:
    app_client = WebClient(office.app_token, base_url=office.api_url)
    assert app_client.apps_connections_open(app_token=office.app_token)["url"].startswith("ws:")
    assert refused(app_client, "auth.test")["error"] == "not_allowed_token_type"
    assert refused(caller, "apps.connections.open")["error"] == "not_allowed_token_type"


def test_an_unknown_method_is_refused_loudly(
    workspace: LocalWorkspace, client: WebClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert refused(client, "chat.shout") == {
        "ok": False,
        "error": "unknown_method",
        "req_method": "chat.shout",
    }
    assert workspace.problems == ("chat.shout: unknown_method: req_method=chat.shout",)
    assert "chat.shout" in caplog.text


def test_a_scope_that_the_manifest_lacks_is_named(
    workspace: LocalWorkspace, client: WebClient
) -> None:
    answer = refused(client, "conversations.open", users="U01ADA")
    assert answer["error"] == "missing_scope"
    assert answer["needed"] == "im:write"
    assert "chat:write" in answer["provided"].split(",")
    assert "missing_scope" in workspace.problems[0]


def test_a_missing_argument_is_named(caller: WebClient) -> None:
    answer = refused(caller, "chat.postMessage", text="Hello")
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]


def test_the_app_posts_updates_and_deletes_a_message(
    workspace: LocalWorkspace, client: WebClient
) -> None:
    ben = workspace.member("Ben Ruiz")
    ts = client.chat_postMessage(channel="#birds", text="Hello")["ts"]
    client.chat_update(channel="C01BIRDS", ts=ts, text="Hello again")
    (message,) = ben.sees("birds")
    assert (message["text"], message["edited"], message["name"]) == ("Hello again", True, "Parrot")
    assert (
        ts.replace(".", "")
        in client.chat_getPermalink(channel="C01BIRDS", message_ts=ts)["permalink"]
    )
    client.chat_delete(channel="C01BIRDS", ts=ts)
    assert ben.sees("birds") == []
    assert refused(client, "chat.update", channel="C01BIRDS", ts=ts, text="x")["error"] == (
        "message_not_found"
    )


def test_all_that_slack_would_take_is_logged_whole_and_nothing_that_it_would_refuse(
    caller: WebClient, caplog: pytest.LogCaptureFixture
) -> None:
    home = {"type": "home", "blocks": [section("Hello")]}
    with caplog.at_level(logging.DEBUG, "bot.local_workspace.accepted"):
        caller.chat_postMessage(channel="C01BIRDS", text="Look", blocks=[section("Look")])
        caller.files_upload_v2(filename="a.csv", content="a", channel="C01BIRDS")
        caller.views_publish(user_id="U01ADA", view=home)
        refused(caller, "chat.postMessage", channel="C01BIRDS", text="No", blocks=[section("")])
    assert [vars(record)["payload"] for record in caplog.records if "payload" in vars(record)] == [
        {"text": "Look", "blocks": [section("Look")]},
        {"text": "", "blocks": []},
        home,
    ]


def test_an_ephemeral_message_is_for_one_member_and_out_of_reach_afterwards(
    workspace: LocalWorkspace, client: WebClient
) -> None:
    ts = client.chat_postEphemeral(channel="C01BIRDS", user="U01ADA", text="Psst")["message_ts"]
    (seen,) = workspace.member("Ada Okafor").sees("birds")
    assert seen["ephemeral"] is True
    assert workspace.member("Ben Ruiz").sees("birds") == []
    assert client.conversations_history(channel="C01BIRDS")["messages"] == []
    assert refused(client, "chat.update", channel="C01BIRDS", ts=ts, text="x")["error"] == (
        "message_not_found"
    )


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": "nowhere", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C02QUIET", "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "C03SECRET", "text": "x"}, "channel_not_found"),
        (
            "chat.postEphemeral",
            {"channel": "C02QUIET", "user": "U01ADA", "text": "x"},
            "not_in_channel",
        ),
        (
            "chat.postEphemeral",
            {"channel": "C01BIRDS", "user": "U404", "text": "x"},
            "user_not_in_channel",
        ),
        ("users.info", {"user": "U404"}, "user_not_found"),
        ("conversations.info", {"channel": "C03SECRET"}, "channel_not_found"),
        ("files.info", {"file": "F404"}, "file_not_found"),
        ("views.update", {"view_id": "V404", "view": modal(section("a"))}, "not_found"),
    ],
)
def test_what_is_not_there_has_its_own_error_and_is_no_fault_of_the_app(
    office: LocalWorkspace,
    caller: WebClient,
    method: str,
    arguments: dict[str, Any],
    error: str,
) -> None:
    known = office.problems
    assert refused(caller, method, **arguments)["error"] == error
    assert office.problems == known


@pytest.mark.parametrize(("text", "error"), [("", "no_text"), ("x" * 40_001, "msg_too_long")])
def test_a_message_says_something_and_not_too_much(
    caller: WebClient, text: str, error: str
) -> None:
    assert refused(caller, "chat.postMessage", channel="C01BIRDS", text=text)["error"] == error


def test_members_and_channels_can_be_looked_up(caller: WebClient) -> None:
    ada = caller.users_info(user="U01ADA")["user"]
    assert (ada["real_name"], ada["tz"], ada["is_bot"]) == ("Ada Okafor", "UTC", False)
    birds = caller.conversations_info(channel="C01BIRDS")["channel"]
    assert (birds["name"], birds["is_member"], birds["is_ext_shared"]) == ("birds", True, False)
    names = [channel["name"] for channel in caller.conversations_list()["channels"]]
    assert names == ["birds", "quiet"]
    assert "U01ADA" in caller.conversations_members(channel="C01BIRDS")["members"]


def test_user_groups_list_their_members() -> None:
    scopes = {"bot": ["usergroups:read"]}
    workspace = LocalWorkspace(
        {**MANIFEST, "oauth_config": {"scopes": scopes}},
        user_groups=(UserGroup("S01RISK", "risk", ("U01ADA",)),),
    )
    with workspace.running():
        client = client_of(workspace)
        assert client.usergroups_list()["usergroups"][0]["handle"] == "risk"
        assert client.usergroups_users_list(usergroup="S01RISK")["users"] == ["U01ADA"]
        assert refused(client, "usergroups.users.list", usergroup="S404")["error"] == (
            "subteam_not_found"
        )


def test_a_thread_is_read_from_its_first_message(
    workspace: LocalWorkspace, client: WebClient
) -> None:
    ts = client.chat_postMessage(channel="C01BIRDS", text="Polly")["ts"]
    ada = workspace.member("Ada Okafor")
    ada.types("Who?", channel="birds", thread_ts=ts)
    ada.types("Elsewhere", channel="birds")
    thread = client.conversations_replies(channel="C01BIRDS", ts=ts)["messages"]
    assert [message["text"] for message in thread] == ["Polly", "Who?"]
    answer = refused(client, "conversations.replies", channel="C01BIRDS", ts="1.0")
    assert answer["error"] == "thread_not_found"
