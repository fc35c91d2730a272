"""Uploads in three steps, and where the files are seen afterwards."""

import json
import struct
import urllib.request

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.local_workspace import LocalWorkspace
from tests.local_workspace.conftest import refused, section

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
