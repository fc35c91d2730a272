"""The page's endpoints: what a member sees and does in the browser, and who else is kept out."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.local_workspace import Greeting, LocalWorkspace, PortInUse
from tests.local_workspace.conftest import CHANNELS, MANIFEST, button, modal, number, section

Body = dict[str, Any]


class Browser:
    """A browser with the page open."""

    def __init__(self, workspace: LocalWorkspace) -> None:
        self.host = workspace.url.split("/")[2]

    def asks(
        self, method: str, path: str, body: Body | None = None, **headers: str
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.host, timeout=5)
        try:
            content = json.dumps(body) if body is not None else None
            connection.request(method, path, content, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def sees(self, member: str = "U01ADA") -> Body:
        return dict(json.loads(self.asks("GET", f"/page/state?member={member}")[1]))

    def does(self, what: str, **body: Any) -> Body:
        origin = f"http://{self.host}"
        content = {"member": "U01ADA", **body}
        return dict(json.loads(self.asks("POST", f"/page/{what}", content, Origin=origin)[1]))

    def uploads(self, name: str, content: bytes) -> Body:
        connection = http.client.HTTPConnection(self.host, timeout=5)
        try:
            address = f"/page/upload?member=U01ADA&name={name}"
            connection.request("POST", address, content, {"Origin": f"http://{self.host}"})
            return dict(json.loads(connection.getresponse().read()))
        finally:
            connection.close()


@pytest.fixture
def browser(workspace: LocalWorkspace) -> Browser:
    return Browser(workspace)


def test_the_page_shows_the_workspace_as_one_member_sees_it(
    browser: Browser, client: WebClient
) -> None:
    client.chat_postEphemeral(channel="C01BIRDS", user="U01ADA", text="Psst")
    client.chat_postMessage(channel="U02BEN", text="Hello Ben")
    ada, ben = browser.sees("U01ADA"), browser.sees("U02BEN")
    assert ada["app"] == {
        "id": "A0LOCALAPP",
        "name": "Parrot",
        "bot_user_id": "U0LOCALBOT",
        "takes_messages": True,
        "connected": False,
    }
    assert [channel["name"] for channel in ada["channels"]] == ["birds", "quiet", "secret"]
    assert ada["commands"] == [
        {"command": "/parrot", "description": "Says it again", "usage_hint": "[word]"}
    ]
    assert [message["text"] for message in ada["messages"]["C01BIRDS"]] == ["Psst"]
    assert ben["messages"]["C01BIRDS"] == []
    assert [message["text"] for message in ben["messages"]["D02BEN"]] == ["Hello Ben"]
    assert "D02BEN" not in ada["messages"]
    assert (ada["home"], ada["modal"], ada["pending"]) == (None, None, [])


def test_the_page_greets_with_things_to_try() -> None:
    greeting = Greeting("Hello", "Try *this*", (("Say it", "/parrot it"),))
    workspace = LocalWorkspace(MANIFEST, channels=CHANNELS, greeting=greeting)
    with workspace.running():
        assert Browser(workspace).sees()["greeting"] == {
            "title": "Hello",
            "text": "Try *this*",
            "tries": [{"label": "Say it", "text": "/parrot it"}],
        }


def test_a_member_works_a_form_on_the_page(
    browser: Browser, parrot: App, client: WebClient
) -> None:
    @parrot.command("/parrot")
    def offer(ack: Ack) -> None:
        ack(text="F", blocks=[section("Look", block_id="row", accessory=button("go"))])

    @parrot.action("go")
    def go(ack: Ack, body: Body) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=modal(number("n")))
        ack()

    @parrot.view("form")
    def take(ack: Ack, view: Body) -> None:
        if view["state"]["values"]["n"]["value"]["value"] == "1":
            ack(response_action="errors", errors={"n": "Not one"})
        else:
            ack()

    assert browser.does("send", channel="C01BIRDS", text="/parrot") == {"ok": True}
    (message,) = browser.sees()["messages"]["C01BIRDS"]
    source = {"type": "message", "channel": "C01BIRDS", "ts": message["ts"]}
    acted = browser.does(
        "action", source=source, block_id="row", action_id="go", value=None, state={}
    )
    assert acted == {"ok": True}
    form = browser.sees()["modal"]
    assert form["depth"] == 1
    wrong = browser.does("submit", view_id=form["view_id"], state={"n": {"value": "1"}})
    assert wrong == {"ok": False, "errors": {"n": "Not one"}}
    assert browser.does("submit", view_id=form["view_id"], state={"n": {"value": "2"}}) == {
        "ok": True
    }
    assert browser.sees()["modal"] is None
    gone = browser.does("close", view_id=form["view_id"])
    assert gone == {"ok": False, "error": "not_found"}


def test_files_are_picked_and_sent_on_the_page(browser: Browser) -> None:
    picked = browser.uploads("week.csv", b"a,b\n")
    assert (picked["file"]["name"], picked["file"]["size"]) == ("week.csv", 4)
    sent = browser.does("send", channel="C01BIRDS", text="", files=[picked["file"]["id"]])
    assert sent == {"ok": True}
    (message,) = browser.sees()["messages"]["C01BIRDS"]
    assert browser.asks("GET", message["files"][0]["url"])[1] == b"a,b\n"
    assert browser.uploads("empty.csv", b"")["error"] == "file_is_empty"


def test_a_command_shows_as_pending_until_it_is_answered(browser: Browser, parrot: App) -> None:
    seen: list[Body] = []

    @parrot.command("/parrot")
    def repeat(ack: Ack) -> None:
        seen.extend(browser.sees()["pending"])
        ack()

    browser.does("send", channel="C01BIRDS", text="/parrot x")
    assert [(each["channel"], each["text"]) for each in seen] == [("C01BIRDS", "/parrot x")]
    assert browser.sees()["pending"] == []


def test_opening_home_on_the_page_publishes_it(
    browser: Browser, workspace: LocalWorkspace, parrot: App, client: WebClient
) -> None:
    @parrot.event("app_home_opened")
    def home(event: Body) -> None:
        view = {"type": "home", "blocks": [section("Home")]}
        client.views_publish(user_id=event["user"], view=view)

    assert browser.does("home_opened") == {"ok": True}
    workspace.wait_until(lambda: workspace.member("Ada Okafor").home)
    assert browser.sees()["home"]["view"]["type"] == "home"


@pytest.fixture
def stream(browser: Browser) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection(browser.host, timeout=5)
    connection.request("GET", "/page/events?member=U01ADA")
    with connection.getresponse() as response:
        yield response
    connection.close()


def test_changes_are_streamed(
    browser: Browser, client: WebClient, stream: http.client.HTTPResponse
) -> None:
    def revision() -> int:
        while not (line := stream.readline()).startswith(b"data: "):
            pass
        return int(json.loads(line.removeprefix(b"data: "))["revision"])

    first = revision()
    client.chat_postMessage(channel="C01BIRDS", text="News")
    assert revision() > first
    assert browser.sees()["revision"] > first


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1"])
def test_another_host_is_refused(browser: Browser, host: str) -> None:
    assert browser.asks("GET", "/page/state", Host=host)[0] == 403
    assert browser.asks("GET", "/api/auth.test", Host=host)[0] == 403


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_another_origin_cannot_act_for_a_member(
    browser: Browser, workspace: LocalWorkspace, headers: dict[str, str]
) -> None:
    body = {"member": "U01ADA", "channel": "C01BIRDS", "text": "hello"}
    assert browser.asks("POST", "/page/send", body, **headers)[0] == 403
    assert workspace.member("Ada Okafor").sees("birds") == []


def test_the_page_itself_is_served(browser: Browser) -> None:
    status, content = browser.asks("GET", "/")
    assert status == 200
    assert b"<html" in content
    assert browser.asks("GET", "/static/../server.py")[0] == 404


def test_a_port_in_use_is_told_in_a_sentence(workspace: LocalWorkspace) -> None:
    port = int(workspace.url.rstrip("/").rpartition(":")[2])
    with (
        pytest.raises(PortInUse, match=f"Port {port} is in use"),
        LocalWorkspace(MANIFEST).running(port),
    ):
        pass


def test_a_workspace_goes_on_where_it_was_stopped() -> None:
    workspace = LocalWorkspace(MANIFEST, channels=CHANNELS)
    ada = workspace.member("Ada Okafor")
    with workspace.running():
        ada.types("hello", channel="birds")
    with workspace.running():
        (message,) = Browser(workspace).sees()["messages"]["C01BIRDS"]
        assert message["text"] == "hello"


def test_leaving_stops_promptly_with_streams_open() -> None:
    workspace = LocalWorkspace(MANIFEST, channels=CHANNELS)
    with workspace.running():
        browser = Browser(workspace)
        connection = http.client.HTTPConnection(browser.host, timeout=5)
        connection.request("GET", "/page/events?member=U01ADA")
        response = connection.getresponse()
        sending = threading.Thread(
            target=browser.does, args=["send"], kwargs={"channel": "C01BIRDS", "text": "/parrot"}
        )
        sending.start()
        workspace.wait_until(lambda: workspace._state.pending)
        leaving = time.monotonic()
    assert time.monotonic() - leaving < 1
    sending.join()
    response.close()
    connection.close()


def test_a_message_shortcut_is_used_from_the_page(
    workspace: LocalWorkspace, browser: Browser, parrot: App
) -> None:
    used: list[Body] = []

    @parrot.shortcut("repeat")
    def repeat(ack: Ack, shortcut: Body) -> None:
        used.append(shortcut)
        ack()

    workspace.member("Ada Okafor").types("Hello", channel="birds")
    message = browser.sees()["messages"]["C01BIRDS"][-1]
    asked = {"channel": "C01BIRDS", "ts": message["ts"], "callback_id": "repeat"}
    assert browser.does("shortcut", **asked) == {"ok": True}
    assert used[0]["message"]["text"] == "Hello"
    assert browser.does("shortcut", **asked | {"callback_id": "nothing"})["ok"] is False


def test_a_global_shortcut_is_used_from_the_page(browser: Browser, parrot: App) -> None:
    used: list[Body] = []

    @parrot.shortcut("ask")
    def ask(ack: Ack, shortcut: Body) -> None:
        used.append(shortcut)
        ack()

    assert browser.does("shortcut", callback_id="ask") == {"ok": True}
    assert used[0]["user"]["id"] == "U01ADA"
