"""Signed HTTP: the same bot, asked by POST; what Slack has not signed is not even read."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.blocks import card
from bot.blocks.form import INPUT
from bot.desk import Desk
from bot.http import MOST_BYTES, is_signed
from bot.local_workspace import Driver, LocalWorkspace
from bot.local_workspace.http_mode import signature
from bot.manifest import manifest
from segmentation.features import FEATURES
from segmentation.model import SegmentModel
from segmentation.model_folder import save
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.training import TrainedModel
from tests.bot.conftest import CHANNELS, LAST_WEEK, MEMBERS, bare_desk, bot_environment
from tests.bot.serving import Address, connected_over_http
from tests.conftest import Publish

SECRET = "0123456789abcdef"  # noqa: S105 - of this test alone


@pytest.fixture(scope="module")
def address() -> Address:
    return Address()


@pytest.fixture(scope="module")
def workspace(address: Address) -> Iterator[LocalWorkspace]:
    made = LocalWorkspace(
        manifest("https://bot.example.com"),
        members=MEMBERS,
        channels=CHANNELS,
        request_url=f"{address.url}/slack/events",
    )
    with made.running():
        yield made


@pytest.fixture(scope="module")
def served(workspace: LocalWorkspace, desk: Desk, address: Address) -> Iterator[None]:
    with connected_over_http(workspace, desk, address):
        yield


@pytest.fixture
def ada(workspace: LocalWorkspace, served: None) -> Driver:
    assert served is None
    return workspace.member("Ada Okafor")


def test_a_member_looks_up_a_customer_and_asks_why(ada: Driver, portfolio: Portfolio) -> None:
    answered = ada.types(f"/segment {portfolio.ids[3]}", channel="segments")
    assert answered.error is None
    assert ada.wait_for_message("segments", containing=str(portfolio.ids[3]))["ephemeral"]
    assert ada.presses(card.WHY).error is None
    assert "Why" in str(ada.wait_for_modal())
    ada.closes_modal()


def test_a_member_fills_in_the_form(ada: Driver, model: SegmentModel) -> None:
    ada.types("/segment form", channel="segments")
    typed = {
        feature.column: {INPUT: str(round(value))}
        for feature, value in zip(FEATURES, model.typical(0).tolist(), strict=True)
    }
    assert ada.submits(typed | {"TENURE": {INPUT: "13"}}).keys() == {"TENURE"}
    assert ada.submits(typed) == {}
    ada.closes_modal(everything=True)


def test_a_member_opens_home_and_is_refused_in_words(ada: Driver) -> None:
    assert "customers" in str(ada.opens_home())
    ada.types("/segment audit", channel="segments")
    assert "You may not administer" in ada.wait_for_message("segments", "You may not")["text"]


def post(address: Address, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    return asked(address, "POST", "/slack/events", body, headers)


def get(address: Address, path: str) -> tuple[int, str]:
    return asked(address, "GET", path)


def asked(address: Address, *request: object) -> tuple[int, str]:
    with closing(http.client.HTTPConnection(address.netloc, timeout=10)) as connection:
        connection.request(*request)  # type: ignore[arg-type]
        response = connection.getresponse()
        return response.status, response.read().decode()


def signed(secret: str, body: bytes, seconds_ago: int = 0) -> dict[str, str]:
    timestamp = str(int(time.time()) - seconds_ago)
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(secret, timestamp, body.decode()),
    }


def test_slack_can_check_the_address(
    workspace: LocalWorkspace, served: None, address: Address
) -> None:
    assert served is None
    body = json.dumps({"type": "url_verification", "challenge": "c0ffee"}).encode()
    status, told = post(address, body, signed(workspace.signing_secret, body))
    assert (status, json.loads(told)) == (200, {"challenge": "c0ffee"})


def test_what_slack_did_not_sign_in_the_last_five_minutes_is_refused(
    workspace: LocalWorkspace, served: None, address: Address, desk: Desk
) -> None:
    assert served is None
    before = len(desk.audit.records())
    body = b"{}"
    for headers in (
        {},
        signed("another secret", body),
        signed(workspace.signing_secret, body, seconds_ago=330),
        signed(workspace.signing_secret, body, seconds_ago=-330),
        signed(workspace.signing_secret, b"[]"),
        signed(workspace.signing_secret, body) | {"X-Slack-Request-Timestamp": "noon"},
    ):
        assert post(address, body, headers)[0] == 401
    assert post(address, b"\xff\xfe", {})[0] == 401
    assert len(desk.audit.records()) == before


def test_a_body_larger_than_anything_of_slacks_is_not_read(served: None, address: Address) -> None:
    assert served is None
    assert post(address, b"x" * (MOST_BYTES + 1), {})[0] == 413


def test_nothing_else_is_there(served: None, address: Address) -> None:
    assert served is None
    assert get(address, "/")[0] == 404
    assert get(address, "/slack/events")[0] == 405
    assert get(address, "/slack/install")[0] == 404


def test_a_signature_is_good_for_five_minutes_and_one_body() -> None:
    given = signature(SECRET, "1000", "{}")
    assert is_signed(SECRET, "1000", given, b"{}", now=1300)
    assert not is_signed(SECRET, "1000", given, b"{}", now=1301)
    assert not is_signed(SECRET, "1000", given, b"{} ", now=1000)
    assert not is_signed(SECRET, "1000", "v0=é", b"{}", now=1000)


def test_it_says_whether_it_lives_and_whether_it_can_answer(
    tmp_path: Path, trained: TrainedModel, playbook: Playbook, workspace: LocalWorkspace
) -> None:
    address = Address()
    desk = bare_desk(tmp_path, trained, playbook)
    with connected_over_http(workspace, desk, address):
        assert get(address, "/healthz")[0] == 200
        assert get(address, "/readyz") == (
            200, f"Ready: model {trained.model.fingerprint[:12]}, no snapshot yet.\n"
        )  # fmt: skip
        with desk.store.engine.begin() as connection:
            connection.execute(text("alter table published rename to gone"))
        assert get(address, "/readyz") == (503, "The store cannot be reached.\n")
        assert get(address, "/healthz")[0] == 200


COMMANDS = {
    "segbot run --http": ("-m", "bot", "run", "--http"),
    "any ASGI server": ("-m", "uvicorn", "--factory", "bot.http:app", "--log-level", "warning"),
}


@pytest.mark.parametrize("how", COMMANDS)
def test_as_a_process_it_answers_posts_the_digest_and_stops_when_told(
    how: str,
    tmp_path: Path,
    store_url: str,
    trained: TrainedModel,
    portfolio: Portfolio,
    publish_portfolio: Publish,
) -> None:
    publish_portfolio(portfolio, LAST_WEEK)
    save(trained, tmp_path / "model")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    made = LocalWorkspace(
        manifest(), members=MEMBERS, channels=CHANNELS,
        request_url=f"http://127.0.0.1:{port}/slack/events",
    )  # fmt: skip
    with made.running():
        environment = bot_environment(made, tmp_path / "model", store_url) | {
            "SLACK_APP_TOKEN": "",
            "SLACK_SIGNING_SECRET": made.signing_secret,
            "SEGBOT_HTTP_PORT": str(port),
            "SLACK_CLIENT_ID": "1.2",  # neither must switch Bolt to OAuth
            "SLACK_CLIENT_SECRET": "fedcba9876543210",
            "PYTHONPATH": os.getcwd(),  # noqa: PTH109
        }
        port_option = () if how.startswith("segbot") else ("--port", str(port))
        process = subprocess.Popen(
            [sys.executable, *COMMANDS[how], *port_option],
            env=environment, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert process.stderr is not None
            log = ""
            while "Posted the digest" not in log:
                read = process.stderr.readline()
                assert read, log
                log += read
            ada = made.member("Ada Okafor")
            by = time.monotonic() + 20
            while ada.types("/segment help", "segments").error is not None:  # not listening yet
                assert time.monotonic() < by
            process.send_signal(signal.SIGTERM)
            log += process.communicate(timeout=20)[1]
        finally:
            process.kill()
            process.wait()
    assert "Segbot has stopped" in log
    assert "Traceback" not in log
    assert made.problems == ()
