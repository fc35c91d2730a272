"""A workspace with a small app on Slack Bolt, and the blocks that its tests send."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient

from bot.local_workspace import Channel, LocalWorkspace

MANIFEST = {
    "display_information": {"name": "Parrot"},
    "features": {
        "bot_user": {"display_name": "Parrot"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [
            {"command": "/parrot", "description": "Says it again", "usage_hint": "[word]"}
        ],
        "shortcuts": [
            {
                "name": "Repeat this",
                "type": "message",
                "callback_id": "repeat",
                "description": "Says it again",
            },
            {
                "name": "Ask the parrot",
                "type": "global",
                "callback_id": "ask",
                "description": "Opens a form",
            },
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "channels:history",
                "channels:read",
                "chat:write",
                "commands",
                "files:read",
                "files:write",
                "im:history",
                "users:read",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "message.im"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}
CHANNELS = (
    Channel("C01BIRDS", "birds"),
    Channel("C02QUIET", "quiet", bot_is_member=False),
    Channel("C03SECRET", "secret", bot_is_member=False, is_private=True),
)


class Clock:
    """A clock that moves when it is told to; `now` is in seconds."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def leaving() -> Iterator[ThreadPoolExecutor]:
    """Where workspaces stop while the next test runs already; a stop takes 0.2 s of waiting."""
    with ThreadPoolExecutor() as leaving:
        yield leaving


@pytest.fixture
def workspace(clock: Clock, leaving: ThreadPoolExecutor) -> Iterator[LocalWorkspace]:
    """A workspace that serves, with the app installed and not yet connected."""
    workspace = LocalWorkspace(MANIFEST, channels=CHANNELS, clock=clock, acknowledge_within=1.0)
    with ExitStack() as stack:
        stack.enter_context(workspace.running())
        yield workspace
        leaving.submit(stack.pop_all().close)


@pytest.fixture(scope="module")
def office() -> Iterator[LocalWorkspace]:
    """A workspace that tests share where what the others left there does not matter."""
    workspace = LocalWorkspace(MANIFEST, channels=CHANNELS)
    with workspace.running():
        yield workspace


@pytest.fixture(scope="module")
def caller(office: LocalWorkspace) -> WebClient:
    """The app's client of the Web API in the shared workspace."""
    return client_of(office)


@pytest.fixture
def client(workspace: LocalWorkspace) -> WebClient:
    """The app's client of the Web API."""
    return client_of(workspace)


def client_of(workspace: LocalWorkspace) -> WebClient:
    return WebClient(workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])


@pytest.fixture
def parrot(workspace: LocalWorkspace, client: WebClient) -> Iterator[App]:
    """A Bolt app connected over Socket Mode; a test adds the listeners it needs."""
    app = App(client=client)
    handler = SocketModeHandler(app, workspace.app_token, ping_interval=0.1)
    handler.connect()
    workspace.wait_for_bot()
    yield app
    hang_up(handler.client)


def refused(client: WebClient, method: str, **arguments: Any) -> dict[str, Any]:
    """Slack's refusal of a call."""
    with pytest.raises(SlackApiError) as refusal:
        client.api_call(method, json=arguments)
    return dict(refusal.value.response.data)


def hang_up(socket_client: SocketModeClient) -> None:
    """Close without the second or so for which the SDK waits on quiet lines."""
    socket_client.auto_reconnect_enabled = False
    socket_client.current_session_state.terminated = True
    socket_client.current_session.sock.shutdown(socket.SHUT_RD)
    closing = threading.Thread(target=socket_client.close)
    closing.start()
    while closing.is_alive():
        socket_client.enqueue_message("{}")
        closing.join(0.01)


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def section(text: str, **fields: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text), **fields}


def button(action_id: str, **fields: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Press"), "action_id": action_id, **fields}


def number(block_id: str, *, optional: bool = False, **fields: Any) -> dict[str, Any]:
    """An input block with a number in it, by the action_id `value`."""
    element = {"type": "number_input", "action_id": "value", "is_decimal_allowed": True}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id),
        "element": {**element, **fields},
        "optional": optional,
    }


def modal(*blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A modal that is submitted as `form`."""
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Form"),
        "submit": plain("Go"),
        "blocks": list(blocks),
        **fields,
    }
