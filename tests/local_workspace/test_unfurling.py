"""Links that members share: the app hears of its own, and shows more of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.local_workspace import LocalWorkspace
from tests.local_workspace.conftest import CHANNELS, MANIFEST, Clock, button, refused, section

Body = dict[str, Any]
URL = "https://birds.example/wren?size=1"


@pytest.fixture
def workspace(clock: Clock) -> Iterator[LocalWorkspace]:
    scopes = [*MANIFEST["oauth_config"]["scopes"]["bot"], "links:read", "links:write"]
    manifest = {
        **MANIFEST,
        "features": {**MANIFEST["features"], "unfurl_domains": ["birds.example"]},
        "oauth_config": {"scopes": {"bot": scopes}},
        "settings": {
            **MANIFEST["settings"],
            "event_subscriptions": {"bot_events": ["link_shared"]},
        },
    }
    workspace = LocalWorkspace(manifest, channels=CHANNELS, clock=clock)
    with workspace.running():
        yield workspace


@pytest.fixture
def heard(parrot: App) -> list[Body]:
    """The link_shared events that the app hears."""
    events: list[Body] = []

    @parrot.event("link_shared")
    def hear(event: Body) -> None:
        events.append(event)

    return events


def test_the_app_shows_more_of_its_links(
    workspace: LocalWorkspace, parrot: App, client: WebClient
) -> None:
    pressed: list[Body] = []

    @parrot.event("link_shared")
    def show(event: Body) -> None:
        unfurls = {
            each["url"]: {"blocks": [section("A wren", accessory=button("sing"))]}
            for each in event["links"]
        }
        client.chat_unfurl(channel=event["channel"], ts=event["message_ts"], unfurls=unfurls)

    @parrot.action("sing")
    def sing(ack: Ack, body: Body) -> None:
        pressed.append(body)
        ack()

    ada = workspace.member("Ada Okafor")
    ada.types(f"Look: {URL}, nice", channel="birds")
    workspace.wait_until(lambda: ada.sees("birds")[-1]["unfurls"])
    (shown,) = ada.sees("birds")
    assert shown["text"] == f"Look: <{URL}>, nice"
    assert shown["unfurls"][0]["blocks"][0]["text"]["text"] == "A wren"
    ada.presses("sing")
    assert pressed[0]["container"]["app_unfurl_url"] == URL
    assert pressed[0]["message"]["attachments"][0]["from_url"] == URL
    assert workspace.problems == ()


def test_links_of_the_domain_and_below_it_are_heard_of_and_no_others(
    workspace: LocalWorkspace, heard: list[Body]
) -> None:
    ada = workspace.member("Ada Okafor")
    ada.types("https://example.com/a https://notbirds.example/b", channel="birds")
    ada.types("https://my.birds.example/c and http://birds.example/d.", channel="quiet")
    workspace.wait_until(lambda: heard)
    (event,) = heard
    assert [each["url"] for each in event["links"]] == [
        "https://my.birds.example/c",
        "http://birds.example/d",
    ]
    assert (event["channel"], event["is_bot_user_member"]) == ("C02QUIET", False)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"unfurls": {"https://birds.example/x": {"blocks": [section("a")]}}}, "cannot_unfurl_url"),
        ({"unfurls": {URL: {"blocks": [section("")]}}}, "invalid_blocks"),
        ({"unfurls": {URL: {}}}, "cannot_parse_attachment"),
        ({"unfurls": {URL: {"blocks": [section("a")]}}, "ts": "1.0"}, "cannot_find_message"),
    ],
)
def test_what_slack_does_not_unfurl_is_refused(
    workspace: LocalWorkspace, client: WebClient, arguments: Body, error: str
) -> None:
    ada = workspace.member("Ada Okafor")
    ada.types(URL, channel="birds")
    place = {"channel": "C01BIRDS", "ts": ada.sees("birds")[-1]["ts"]}
    assert refused(client, "chat.unfurl", **place | arguments)["error"] == error
