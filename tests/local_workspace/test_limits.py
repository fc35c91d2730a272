"""Too many calls are refused, and what was delivered can be delivered again."""

from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.local_workspace import LocalWorkspace, Redelivery
from tests.local_workspace.conftest import CHANNELS, MANIFEST, Clock, client_of, hang_up

Body = dict[str, Any]


def test_a_channel_takes_a_short_burst_and_then_a_message_a_second(clock: Clock) -> None:
    workspace = LocalWorkspace(MANIFEST, channels=CHANNELS, clock=clock, rate_limits=True)
    with workspace.running():
        client = client_of(workspace)
        for number in range(3):
            client.chat_postMessage(channel="C01BIRDS", text=f"{number}")
        with pytest.raises(SlackApiError) as refusal:
            client.chat_postMessage(channel="C01BIRDS", text="Too much")
        assert refusal.value.response.status_code == 429
        assert refusal.value.response["error"] == "ratelimited"
        assert refusal.value.response.headers["retry-after"] == "1"
        client.chat_postMessage(channel="D01ADA", text="Another channel")
        clock.now += 1
        client.chat_postMessage(channel="C01BIRDS", text="Patience")
        assert len(workspace.member("Ada Okafor").sees("birds")) == 4
        assert workspace.problems == ()


def test_a_list_can_be_asked_for_twenty_times_a_minute(clock: Clock) -> None:
    workspace = LocalWorkspace(MANIFEST, channels=CHANNELS, clock=clock, rate_limits=True)
    with workspace.running():
        client = client_of(workspace)
        for _ in range(20):
            client.conversations_list()
        with pytest.raises(SlackApiError, match="ratelimited") as refusal:
            client.conversations_list()
        assert refusal.value.response.headers["retry-after"] == "3"


def test_without_limits_a_test_may_post_as_it_likes(client: WebClient) -> None:
    for number in range(9):
        client.chat_postMessage(channel="C01BIRDS", text=f"{number}")


def deliveries(redeliver: bool | Redelivery) -> list[tuple[str, int | None]]:
    """What an app hears when Ada writes to it twice and uses a command once."""
    heard: list[tuple[str, int | None]] = []
    workspace = LocalWorkspace(MANIFEST, channels=CHANNELS, redeliver=redeliver)
    with workspace.running():
        app = App(client=client_of(workspace))

        @app.middleware
        def note(body: Body, request: Any, next: Any) -> None:  # noqa: A002  Bolt's name for it
            retry = request.headers.get("x-slack-retry-num", [None])[0]
            heard.append((body.get("event_id") or body.get("command"), retry))
            next()

        app.event("message")(lambda: None)
        app.command("/parrot")(lambda ack: ack())
        handler = SocketModeHandler(app, workspace.app_token)
        handler.connect()
        workspace.wait_for_bot()
        ada = workspace.member("Ada Okafor")
        ada.types("hello", channel="app")
        ada.types("hello again", channel="app")
        ada.types("/parrot", channel="birds")
        hang_up(handler.client)
    return heard


def test_an_event_can_come_again_with_its_id_and_the_attempt() -> None:
    first, again, second, _, command = deliveries(redeliver=True)
    assert first[0] == again[0] != second[0]
    assert str(again[1]) == "1"
    assert command[0] == "/parrot"


def test_every_second_event_can_come_again() -> None:
    heard = [name for name, _ in deliveries(Redelivery(every=2))]
    assert [heard.count(name) for name in dict.fromkeys(heard)] == [1, 2, 1]


def test_only_what_was_slow_can_come_again() -> None:
    assert len(deliveries(Redelivery(slower_than=60.0))) == 3


def test_a_command_can_be_made_to_come_twice() -> None:
    heard = [name for name, _ in deliveries(Redelivery(kinds=("slash_commands",)))]
    assert heard.count("/parrot") == 2
    assert len(heard) == 4
