"""Uploads in three steps, files that members send, and where the files are seen afterwards."""

import json
import struct
import urllib.request
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.local_workspace import LocalWorkspace
from bot.local_workspace.errors import SlackError
from tests.local_workspace.conftest import CHANNELS, MANIFEST, client_of, refused, section

Body = dict[str, Any]

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480)


def test_an_uploaded_picture_is_shown_with_its_size_and_alt_text(
    workspace: LocalWorkspace, client: WebClient
) -> None:
    uploaded = client.files_upload_v2(
        filename="chart.png",
        content=PNG,
        title="Chart",
        alt_txt="A chart",
        channel="C01BIRDS",
        initial_comment="Look",
    )
    (message,) = workspace.member("Ada Okafor").sees("birds")
    (shown,) = message["files"]
    assert message["text"] == "Look"
    assert (shown["width"], shown["height"], shown["alt_txt"]) == (640, 480, "A chart")
    with urllib.request.urlopen(workspace.url + shown["url"].lstrip("/")) as response:  # noqa: S310  loopback
        assert response.headers["content-type"] == "image/png"
        assert response.read() == PNG
    info = client.files_info(file=uploaded["file"]["id"])["file"]
    assert info["shares"]["public"]["C01BIRDS"][0]["ts"] == message["ts"]
    assert workspace.problems == ()


def test_the_bytes_may_come_as_a_multipart_form(caller: WebClient) -> None:
    content = b"a,b\r\n--1,\r\n\r\n2\n"
    place = caller.files_getUploadURLExternal(filename="a.csv", length=len(content))
    form = b'--x\r\nContent-Disposition: form-data; name="body"\r\n\r\n%s\r\n--x--\r\n' % content
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    upload = urllib.request.Request(place["upload_url"], form, headers)  # noqa: S310  loopback
    with urllib.request.urlopen(upload) as response:  # noqa: S310
        assert response.read() == b"OK - %d" % len(content)


def test_an_uploaded_picture_can_stand_in_a_block(
    workspace: LocalWorkspace, client: WebClient
) -> None:
    file = client.files_upload_v2(filename="chart.png", content=PNG)["file"]
    image = {"type": "image", "slack_file": {"id": file["id"]}, "alt_text": "A chart"}
    client.chat_postMessage(channel="C01BIRDS", text="A chart", blocks=[image])
    assert workspace.problems == ()


def test_a_file_and_blocks_are_one_message(workspace: LocalWorkspace, client: WebClient) -> None:
    blocks = json.dumps([section("Look")])
    client.files_upload_v2(filename="a.csv", content="a", channel="C01BIRDS", blocks=blocks)
    (message,) = workspace.member("Ada Okafor").sees("birds")
    assert message["blocks"][0]["text"]["text"] == "Look"
    assert message["files"][0]["name"] == "a.csv"
    assert workspace.problems == ()


def test_a_long_alt_text_is_refused(caller: WebClient) -> None:
    answer = refused(
        caller, "files.getUploadURLExternal", filename="a.png", length=1, alt_txt="a" * 1001
    )
    assert answer["error"] == "invalid_arguments"


def test_a_file_goes_only_where_the_app_may_post(caller: WebClient) -> None:
    with pytest.raises(SlackApiError, match="not_in_channel"):
        caller.files_upload_v2(filename="a.csv", content="a", channel="C02QUIET")


def fetched(url: str, token: str | None = None) -> tuple[str, bytes]:
    """Content type and bytes of a private address, asked for with this token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:  # noqa: S310  loopback
        return str(response.headers["content-type"]), response.read()


def test_a_file_that_a_member_sends_reaches_the_app(
    workspace: LocalWorkspace, parrot: App, client: WebClient
) -> None:
    heard: list[Body] = []

    @parrot.event({"type": "message", "subtype": "file_share"})
    def hear(event: Body) -> None:
        heard.append(event)

    ada = workspace.member("Ada Okafor")
    assert ada.sends_file("app", "week.csv", b"a,b\n", text="Please").error is None
    workspace.wait_until(lambda: heard)
    (event,) = heard
    (file,) = event["files"]
    assert (event["text"], event["channel_type"], event["user"]) == ("Please", "im", "U01ADA")
    assert (file["name"], file["filetype"], file["size"]) == ("week.csv", "csv", 4)
    assert (file["mimetype"], file["user"]) == ("text/csv", "U01ADA")
    for address in (file["url_private"], file["url_private_download"]):
        assert fetched(address, workspace.bot_token)[1] == b"a,b\n"
    assert client.files_info(file=file["id"])["file"]["ims"] == [event["channel"]]
    (shown,) = ada.sees("app")
    assert shown["files"][0]["name"] == "week.csv"
    assert workspace.problems == ()


def test_a_file_in_a_thread_stays_in_it(workspace: LocalWorkspace, client: WebClient) -> None:
    ts = client.chat_postMessage(channel="C01BIRDS", text="Polly")["ts"]
    ada = workspace.member("Ada Okafor")
    ada.sends_file("birds", "week.csv", b"a", thread_ts=ts)
    assert ada.sees("birds")[-1]["thread_ts"] == ts


@pytest.mark.parametrize("token", [None, "xoxb-other"])
def test_without_a_good_token_a_private_address_shows_a_login_page(
    workspace: LocalWorkspace, client: WebClient, token: str | None
) -> None:
    workspace.member("Ada Okafor").sends_file("birds", "week.csv", b"a")
    (message,) = client.conversations_history(channel="C01BIRDS")["messages"]
    content_type, content = fetched(message["files"][0]["url_private"], token)
    assert content_type.startswith("text/html")
    assert b"Sign in" in content


def test_without_the_scope_a_private_address_shows_a_login_page() -> None:
    scopes = {"bot": ["channels:history", "channels:read"]}
    workspace = LocalWorkspace({**MANIFEST, "oauth_config": {"scopes": scopes}}, channels=CHANNELS)
    with workspace.running():
        workspace.member("Ada Okafor").sends_file("birds", "week.csv", b"a")
        (message,) = client_of(workspace).conversations_history(channel="C01BIRDS")["messages"]
        assert fetched(message["files"][0]["url_private"], workspace.bot_token)[0].startswith(
            "text/html"
        )
        assert "files:read" in workspace.problems[0]


def test_a_file_where_the_app_is_not_is_out_of_its_reach(
    workspace: LocalWorkspace, client: WebClient
) -> None:
    ada = workspace.member("Ada Okafor")
    ada.sends_file("secret", "week.csv", b"a")
    file = ada.sees("secret")[-1]["files"][0]
    assert refused(client, "files.info", file=file["id"])["error"] == "file_not_found"


def test_an_empty_file_cannot_be_sent(workspace: LocalWorkspace) -> None:
    with pytest.raises(SlackError, match="file_is_empty"):
        workspace.member("Ada Okafor").sends_file("birds", "week.csv", b"")
