"""Files for people: uploaded, and seen by nobody before a message is posted with them."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final
from urllib.request import Request, urlopen

from slack_sdk import WebClient

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
