"""A workspace and, as a process of its own, an app on the official Bolt for JavaScript."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.local_workspace import Driver, LocalWorkspace
from tests.local_workspace.conftest import CHANNELS, MANIFEST
from tests.local_workspace.test_workflow_steps import FUNCTIONS

APP = Path(__file__).with_name("parrot.js")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
EVENTS = {"bot_events": ["app_home_opened", "function_executed", "message.im"]}
SETTINGS = {**MANIFEST["settings"], "event_subscriptions": EVENTS, "function_runtime": "remote"}
FIRST_WORDS = 20  # seconds for Node to start and to reach the workspace


@pytest.fixture(scope="module", params=["Socket Mode", "signed HTTP"])
def connected(request: pytest.FixtureRequest) -> Iterator[LocalWorkspace]:
    """A workspace with the Node app at work in it, by each of the two ways to connect."""
    port = _free_port() if request.param == "signed HTTP" else None
    url = port and f"http://127.0.0.1:{port}/slack/events"
    workspace = LocalWorkspace(
        {**MANIFEST, "functions": FUNCTIONS, "settings": SETTINGS},
        channels=CHANNELS,
        request_url=url,
        acknowledge_within=1.5,
    )
    with workspace.running(), parrot(workspace, port):
        yield workspace


@contextmanager
def parrot(workspace: LocalWorkspace, port: int | None = None) -> Iterator[None]:
    """The Node app, which listens on `port` or else connects over Socket Mode."""
    settings = {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
        "PORT": str(port or ""),
    }
    environment = dict(os.environ) | dict.fromkeys(PROXIES, "") | settings
    with subprocess.Popen(
        ["node", APP],  # noqa: S607  whichever Node the machine has
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            workspace.wait_for_bot(FIRST_WORDS)
            yield
        finally:
            process.terminate()


@pytest.fixture
def provoked() -> list[str]:
    """The problems that a test means to cause, in order; any other fails it."""
    return []


@pytest.fixture
def workspace(connected: LocalWorkspace, provoked: list[str]) -> Iterator[LocalWorkspace]:
    before = len(connected.problems)
    yield connected
    assert list(connected.problems[before:]) == provoked


@pytest.fixture
def ada(workspace: LocalWorkspace) -> Iterator[Driver]:
    """A member who leaves no modal open."""
    member = workspace.member("Ada Okafor")
    yield member
    while member.modal is not None:
        member.closes_modal(everything=True)


@pytest.fixture
def ben(workspace: LocalWorkspace) -> Driver:
    return workspace.member("Ben Ruiz")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
