"""Files for people: uploaded in Slack's three steps, and posted with the words about them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.request import Request, urlopen

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks.parts import Message

_UPLOAD_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to be sent: its bytes, or where they are."""

    filename: str
    title: str
    content: bytes | Path
    alt_text: str = ""


def upload(client: WebClient, attachment: Attachment) -> str:
    """The id of an uploaded file, which nobody sees yet.

    Raises SlackApiError, OSError or HTTPException.
    """
    content = attachment.content
    length = content.stat().st_size if isinstance(content, Path) else len(content)
    described = {"alt_txt": attachment.alt_text} if attachment.alt_text else {}
    place = client.files_getUploadURLExternal(
        filename=attachment.filename, length=length, **described
    )
    with content.open("rb") if isinstance(content, Path) else BytesIO(content) as data:
        request = Request(  # noqa: S310 - Slack's own address
            place["upload_url"],
            data=data,
            method="POST",
            headers={"Content-Length": str(length), "Content-Type": "application/octet-stream"},
        )
        with urlopen(request, timeout=_UPLOAD_SECONDS):  # noqa: S310 - likewise
            return str(place["file_id"])


def send_files(
    client: WebClient,
    channel: str,
    message: Message,
    attachments: Sequence[Attachment],
    thread_ts: str | None = None,
) -> None:
    """Post files and message in one; as plain text where Slack refuses the blocks.

    `channel` is an id. Raises SlackApiError, OSError or HTTPException when it cannot be sent.
    """
    files: list[dict[str, str | None]] = [
        {"id": upload(client, each), "title": each.title} for each in attachments
    ]
    where: dict[str, Any] = {"files": files, "channel_id": channel}
    if thread_ts:
        where["thread_ts"] = thread_ts
    try:
        client.files_completeUploadExternal(**where, blocks=json.dumps(list(message.blocks)))
    except SlackApiError as error:
        if error.response["error"] != "invalid_blocks":
            raise
        client.files_completeUploadExternal(**where, initial_comment=message.text)
