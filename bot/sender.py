"""Posting in channels: with the picture first, without it when Slack refuses, as text at last."""

import json
import logging
from collections.abc import Callable
from http.client import HTTPException
from typing import Final
from urllib.request import Request, urlopen

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.blocks.parts import Message
from segmentation.charts import Picture

_log = logging.getLogger(__name__)
_UPLOAD_SECONDS: Final = 30
# Slack's names for “something broke here”: the message may stand in the channel all the same.
_UNSURE: Final = frozenset(
    {"internal_error", "fatal_error", "request_timeout", "service_unavailable"}
)


class RefusedError(Exception):
    """Slack took none of the forms of a message; it stands nowhere."""


class UnconfirmedError(Exception):
    """It is not known whether a message arrived; it must not be sent again."""


def post_with_picture(client: WebClient, channel: str, message: Message, picture: Picture) -> None:
    """Post a message with its picture in one; fall back step by step when Slack refuses.

    Only a definite refusal moves on to the next step. Raises RefusedError when plain text was
    refused as well, and UnconfirmedError as soon as the message may have arrived.
    """
    blocks = list(message.blocks)
    file = _uploaded(client, picture)
    with_picture = (
        lambda: client.files_completeUploadExternal(
            files=[{"id": file, "title": picture.title}],
            channel_id=channel,
            blocks=json.dumps(blocks),
        ),
    )
    plainer: tuple[Callable[[], object], ...] = (
        lambda: client.chat_postMessage(channel=channel, text=message.text, blocks=blocks),
        lambda: client.chat_postMessage(channel=channel, text=message.text),
    )
    refusals = []
    for post in (*with_picture, *plainer) if file else plainer:
        try:
            post()
        except SlackApiError as error:
            if not _is_refusal(error):
                raise UnconfirmedError(str(error)) from error
            refusals.append(error.response["error"])
            _log.warning("Slack refused a message (%s)", refusals[-1])
        except (OSError, HTTPException) as error:
            raise UnconfirmedError(str(error)) from error
        else:
            return
    raise RefusedError(", then ".join(refusals))


def _uploaded(client: WebClient, picture: Picture) -> str | None:
    """The id of the uploaded picture, which nobody sees yet; None when it could not be uploaded."""
    try:
        place = client.files_getUploadURLExternal(
            filename=picture.filename, length=len(picture.png), alt_txt=picture.alt_text
        )
        upload = Request(place["upload_url"], data=picture.png, method="POST")  # noqa: S310 - Slack's own address
        with urlopen(upload, timeout=_UPLOAD_SECONDS):  # noqa: S310 - likewise
            return str(place["file_id"])
    except (SlackApiError, OSError, HTTPException) as error:
        _log.warning("The picture could not be uploaded (%s); the message goes without it", error)
        return None


def _is_refusal(error: SlackApiError) -> bool:
    """Whether Slack has said no, as opposed to having broken on the way."""
    answer = error.response
    return (
        isinstance(answer, SlackResponse)
        and answer.status_code < 500
        and isinstance(answer.data, dict)
        and answer.data.get("error") not in _UNSURE
    )
