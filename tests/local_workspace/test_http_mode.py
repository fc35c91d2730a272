"""The same payloads by signed HTTP, to an app that listens at a request URL."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from slack_bolt import Ack, App, BoltRequest, Respond
from slack_sdk import WebClient

from bot.local_workspace import LocalWorkspace
from tests.local_workspace.conftest import CHANNELS, MANIFEST, client_of, modal, number, section

Body = dict[str, Any]


class Listening(ThreadingHTTPServer):
    """A request URL that hands every request to a Bolt app."""

    app: App
    daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/slack/events"


class Hand(BaseHTTPRequestHandler):
    server: Listening

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        answer = self.server.app.dispatch(BoltRequest(body=body, headers=dict(self.headers)))
        self.send_response(answer.status)
        for name, value in answer.first_headers_without_set_cookie().items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write((answer.body or "").encode())

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def listening() -> Iterator[Listening]:
    with Listening(("127.0.0.1", 0), Hand) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def workspace(listening: Listening) -> Iterator[LocalWorkspace]:
    workspace = LocalWorkspace(
        MANIFEST, channels=CHANNELS, request_url=listening.url, acknowledge_within=1.0
    )
    with workspace.running():
        yield workspace


@pytest.fixture
def parrot(workspace: LocalWorkspace, listening: Listening, client: WebClient) -> App:
    listening.app = App(client=client, signing_secret=workspace.signing_secret)
    return listening.app


def test_commands_forms_and_events_arrive_signed(
    workspace: LocalWorkspace, parrot: App, client: WebClient
) -> None:
    @parrot.command("/parrot")
    def form(ack: Ack, respond: Respond, command: Body) -> None:
        ack("Acknowledged")
        client.views_open(trigger_id=command["trigger_id"], view=modal(number("n")))
        respond("Answered")

    @parrot.view("form")
    def take(ack: Ack) -> None:
        ack(response_action="errors", errors={"n": "No"})

    @parrot.event("app_home_opened")
    def home(event: Body) -> None:
        view = {"type": "home", "blocks": [section("Home")]}
        client.views_publish(user_id=event["user"], view=view)

    workspace.wait_for_bot()
    ada = workspace.member("Ada Okafor")
    assert ada.types("/parrot", channel="birds").error is None
    ada.wait_for_message("birds", "Acknowledged")
    ada.wait_for_message("birds", "Answered")
    assert ada.submits({"n": {"value": "1"}}) == {"n": "No"}
    assert ada.opens_home()["type"] == "home"
    assert workspace.problems == ()


def test_an_app_that_checks_another_secret_refuses(
    workspace: LocalWorkspace, listening: Listening
) -> None:
    listening.app = App(client=client_of(workspace), signing_secret="another")  # noqa: S106
    ada = workspace.member("Ada Okafor")
    assert ada.types("/parrot", channel="birds").error == "dispatch_failed"


def test_a_command_that_nobody_listens_for_fails(workspace: LocalWorkspace, parrot: App) -> None:
    assert parrot.client is not None
    ada = workspace.member("Ada Okafor")
    assert ada.types("/parrot", channel="birds").error == "dispatch_failed"
    assert ada.sees("birds")[-1]["text"] == '/parrot failed with the error "dispatch_failed"'


def test_an_app_that_is_not_there_fails_at_once() -> None:
    workspace = LocalWorkspace(
        MANIFEST, channels=CHANNELS, request_url="http://127.0.0.1:1/slack/events"
    )
    with workspace.running():
        ada = workspace.member("Ada Okafor")
        assert ada.types("/parrot", channel="birds").error == "dispatch_failed"


def test_an_event_that_comes_again_says_so_in_its_headers(listening: Listening) -> None:
    workspace = LocalWorkspace(
        MANIFEST, channels=CHANNELS, request_url=listening.url, redeliver=True
    )
    retries: list[tuple[str | None, str | None]] = []
    with workspace.running():
        app = App(client=client_of(workspace), signing_secret=workspace.signing_secret)
        listening.app = app

        @app.event("message")
        def hear(request: BoltRequest) -> None:
            number, reason = (
                request.headers.get(f"x-slack-retry-{name}", [None])[0]
                for name in ("num", "reason")
            )
            retries.append((number, reason))

        workspace.member("Ada Okafor").types("hello", channel="app")
        workspace.wait_until(lambda: len(retries) == 2)
    assert retries == [(None, None), ("1", "http_timeout")]
