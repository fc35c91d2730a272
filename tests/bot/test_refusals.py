"""When something is refused: a plainer message, a later try, or one sentence; no false success."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.blocks.parts import Message
from bot.desk import Desk
from bot.digest_letter import digest_of, post_digest
from bot.local_workspace import Channel, LocalWorkspace
from bot.manifest import manifest
from bot.sender import Letter, post
from bot.subscriptions import EVERYTHING, Part
from segmentation.charts import Picture, sizes_chart
from segmentation.model_folder import save
from segmentation.training import TrainedModel
from tests.bot.conftest import CHANNELS, MEMBERS, THIS_WEEK, bot_environment, deliver, for_channel

CHARTLESS = ("data_visualization", "table")


@pytest.fixture
def without_files() -> Iterator[LocalWorkspace]:
    """A workspace that draws no charts, and whose administrator took the scope for files away."""
    made = manifest()
    made["oauth_config"]["scopes"]["bot"].remove("files:write")
    workspace = LocalWorkspace(made, members=MEMBERS, channels=CHANNELS, reject_blocks=CHARTLESS)
    with workspace.running():
        yield workspace


def test_without_the_right_to_upload_the_digest_comes_without_its_picture(
    without_files: LocalWorkspace, desk: Desk
) -> None:
    client = WebClient(without_files.bot_token, base_url=without_files.api_url)
    deliver(for_channel(desk, "C01SEGMENTS", parts=frozenset({Part.CHART})), client)
    (posted,) = without_files.member("Ada Okafor").sees("segments")
    assert posted["files"] == []
    assert "Largest movements" in str(posted["blocks"])
    assert "missing_scope" in str(without_files.problems)


def test_a_digest_for_a_channel_without_the_bot_is_kept_for_a_later_try(desk: Desk) -> None:
    channel = Channel("C09AWAY", "away", bot_is_member=False)
    with (
        workspace := LocalWorkspace(manifest(), members=MEMBERS, channels=(*CHANNELS, channel))
    ).running():
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        subscribed = for_channel(desk, channel.id, owner="U01ADA")
        deliver(subscribed, client)
        assert workspace.member("Ada Okafor").sees("away") == []
        (told,) = workspace.member("Ada Okafor").sees("app")
    settled = desk.ledger.delivery(channel.id, THIS_WEEK)
    assert settled is not None
    assert (settled.state, settled.reason) == ("failed", "not_in_channel")
    assert "could not be posted*: Segbot is not in the channel" in told["text"]
    assert "invite it there with `/invite @Segbot`" in told["text"]
    assert "It is tried again" in told["text"]


def test_a_digest_is_not_posted_where_people_of_other_companies_have_come_in(desk: Desk) -> None:
    channel = Channel("C10ACME", "with-acme", is_ext_shared=True)
    with (
        workspace := LocalWorkspace(manifest(), members=MEMBERS, channels=(*CHANNELS, channel))
    ).running():
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        deliver(for_channel(desk, channel.id, owner="U01ADA"), client)
        assert workspace.member("Ada Okafor").sees("with-acme") == []
        (told,) = workspace.member("Ada Okafor").sees("app")
    settled = desk.ledger.delivery(channel.id, THIS_WEEK)
    assert settled is not None
    assert (settled.state, settled.reason) == ("failed", "shared_outside")
    assert "people of other companies are in the channel" in told["text"]


def test_a_digest_that_is_given_up_is_told_to_its_owner_once(desk: Desk) -> None:
    channel = Channel("C07LATE", "late")
    with (
        workspace := LocalWorkspace(manifest(), members=MEMBERS, channels=(*CHANNELS, channel))
    ).running():
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        subscribed = for_channel(desk, channel.id, owner="U01ADA")
        desk.ledger.claim(channel.id, THIS_WEEK - timedelta(days=14), desk.now())
        desk.ledger.posted(channel.id, THIS_WEEK - timedelta(days=14), desk.now(), THIS_WEEK)
        for _ in range(2):
            deliver(subscribed, client, catch_up=timedelta(hours=48))
        assert workspace.member("Ada Okafor").sees("late") == []
        (told,) = workspace.member("Ada Okafor").sees("app")
    assert "*<#C07LATE> got no digest for 9 Nov 2026 and 16 Nov 2026*" in told["text"]
    assert "Segbot was not running at the time, and now it is too late" in told["text"]
    assert "*Send now* in `/segment subscriptions`" in told["text"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack refused SLACK_BOT_TOKEN (invalid_auth)"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "Slack refused SLACK_APP_TOKEN (invalid_auth)"),
        ({"SEGBOT_MODEL_DIR": "nowhere"}, "There is no model in nowhere"),
        ({"SEGBOT_PLAYBOOK": "nowhere.toml"}, "The playbook nowhere.toml cannot be read"),
        ({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, "Slack cannot be reached"),
    ],
)
def test_what_keeps_it_from_starting_is_one_sentence(
    tmp_path: Path,
    store_url: str,
    trained: TrainedModel,
    without_files: LocalWorkspace,
    changes: dict[str, str],
    told: str,
) -> None:
    save(trained, tmp_path / "model")
    environment = bot_environment(without_files, tmp_path / "model", store_url)
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        env=environment | changes,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.fixture
def broken_slack() -> Iterator[tuple[str, list[str]]]:
    """A Slack that tells of channels and breaks when it is to show something; what it was asked."""
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.path)
            tells = self.path.endswith("conversations.info")
            self.send_response(200 if tells else 503)
            self.end_headers()
            self.wfile.write(b'{"ok": true, "channel": {}}' if tells else b"<html>Sorry</html>")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_digest_that_may_have_arrived_is_not_sent_again(
    broken_slack: tuple[str, list[str]], desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    address, asked = broken_slack
    client = WebClient("xoxb-1", base_url=address, retry_handlers=[])
    subscribed = for_channel(desk, "C08BROKEN", owner="U01ADA")
    deliver(subscribed, client)
    deliver(subscribed, client)
    assert [path.rsplit("/", 1)[1] for path in asked if "chat" in path] == ["chat.postMessage"] * 2
    settled = desk.ledger.delivery("C08BROKEN", THIS_WEEK)
    assert settled is not None
    assert settled.state == "unclear"
    assert "It is not known whether the digest" in caplog.text


def test_a_message_whose_blocks_are_refused_arrives_as_text(without_files: LocalWorkspace) -> None:
    client = WebClient(without_files.bot_token, base_url=without_files.api_url)
    strange = Message("The digest in words", ({"type": "hologram"},))
    picture = Picture(b"", "p.png", "p", "a picture")
    post(client, "C01SEGMENTS", Letter(strange, strange, picture))
    (posted,) = without_files.member("Ada Okafor").sees("segments")
    assert posted["text"] == "The digest in words"


def test_where_slack_draws_no_chart_a_picture_comes_with_the_digest(desk: Desk) -> None:
    workspace = LocalWorkspace(
        manifest(), members=MEMBERS, channels=CHANNELS, reject_blocks=CHARTLESS
    )
    with workspace.running():
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        book = desk.book()
        assert book is not None
        picture = sizes_chart(book)
        post_digest(
            client, "C01SEGMENTS", digest_of(book, EVERYTHING, THIS_WEEK, "", None, picture)
        )
        posted, details, file = workspace.member("Ada Okafor").sees("segments")
    (shown,) = posted["files"]
    assert shown["mimetype"] == "image/png"
    assert shown["width"] > 1_000
    assert shown["alt_txt"].startswith("Bar chart of customers by segment on 16 Nov 2026.")
    assert {details["thread_ts"], file["thread_ts"]} == {posted["ts"]}
    assert "*Each segment in figures*" in str(details["blocks"])
    assert workspace.problems == ()


def test_where_slack_asks_to_slow_down_the_message_comes_a_little_later() -> None:
    pauses, seconds = [], [1_000.0]

    def pause(wanted: float) -> None:
        pauses.append(wanted)
        seconds[0] += wanted

    workspace = LocalWorkspace(
        manifest(), members=MEMBERS, channels=CHANNELS, clock=lambda: seconds[0], rate_limits=True
    )
    with workspace.running():
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        for number in range(10):
            post(client, "C01SEGMENTS", Letter(Message(f"{number}", ())), pause=pause)
        posted = [m["text"] for m in workspace.member("Ada Okafor").sees("segments")]
    assert posted == [f"{number}" for number in range(10)]
    assert pauses
    assert all(0 < wanted <= 30 for wanted in pauses)


def test_a_currency_sign_in_the_playbook_does_not_stop_the_digest(desk: Desk) -> None:
    book = desk.book()
    assert book is not None
    play = replace(book.sizes[0].play, name="Big spenders ($5k_$10k), " + "very " * 30)
    sizes = tuple(replace(size, play=play) for size in book.sizes)
    picture = sizes_chart(replace(book, sizes=sizes))
    assert picture.png.startswith(b"\x89PNG")
    assert "($5k_$10k)" in picture.alt_text
