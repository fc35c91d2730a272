"""Posting messages: the richest form first, then plainer ones, as text at last."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.blocks.parts import Message
from bot.parcels import Attachment, upload
from segmentation.charts import Picture

_log = logging.getLogger(__name__)
# Slack's names for “something broke here”: the message may stand in the channel all the same.
_UNSURE: Final = frozenset(
    {"internal_error", "fatal_error", "request_timeout", "service_unavailable"}
)
# What no plainer form of a message changes.
_HOPELESS: Final = frozenset({"channel_not_found", "not_in_channel", "is_archived", "ratelimited"})
_TOO_MANY: Final = 429
_LONGEST_PAUSE: Final = 30  # seconds that are waited where Slack asks for it
Post = Callable[[], SlackResponse]
Pause = Callable[[float], None]


class RefusedError(Exception):
    """Slack took none of the forms of a message; it stands nowhere. `reason` is Slack's word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnconfirmedError(Exception):
    """It is not known whether a message arrived; it must not be sent again."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in the forms that it may be posted in.

    `richest` has blocks that not every workspace takes; where they are refused, `picture` is
    attached to `message` instead.
    """

    message: Message
    richest: Message | None = None
    picture: Picture | None = None


def post(
    client: WebClient,
    channel: str,
    letter: Letter,
    thread_ts: str | None = None,
    pause: Pause = time.sleep,
) -> str:
    """Post a message in the first form that Slack takes; its `ts`, "" where Slack tells none.

    Only a definite refusal moves on to the next form; where Slack asks to slow down, that is done
    once, in the caller's thread. Raises RefusedError when the last one was
    refused as well, and UnconfirmedError as soon as the message may have arrived.
    """
    reason = "nothing to post"
    for form in _forms(client, channel, letter, thread_ts):
        try:
            return _ts(patiently(form, pause), channel)
        except SlackApiError as error:
            if not is_refusal(error):
                raise UnconfirmedError(str(error)) from error
            reason = str(error.response["error"])
            _log.warning("Slack refused a message (%s)", reason)
        except (OSError, HTTPException) as error:
            raise UnconfirmedError(str(error)) from error
        if reason in _HOPELESS:
            break
    raise RefusedError(reason)


def patiently(form: Post, pause: Pause = time.sleep) -> SlackResponse:
    """Post; once more after the time that Slack asks for, as what it puts off it has not taken."""
    try:
        return form()
    except SlackApiError as error:
        answer = error.response
        if not isinstance(answer, SlackResponse) or answer.status_code != _TOO_MANY:
            raise
        wanted = next(
            (value for name, value in answer.headers.items() if name.lower() == "retry-after"), "1"
        )
        pause(min(float(wanted), _LONGEST_PAUSE))
        return form()


def _forms(
    client: WebClient, channel: str, letter: Letter, thread_ts: str | None
) -> Iterator[Post]:
    text, plain = letter.message.text, list(letter.message.blocks)
    where: dict[str, Any] = {"channel": channel, "text": text, "thread_ts": thread_ts}
    if letter.richest is not None:
        rich = list(letter.richest.blocks)
        yield lambda: client.chat_postMessage(**where, blocks=rich)
    picture = letter.picture
    if picture is not None:
        file = uploaded(client, picture.filename, picture.png, picture.alt_text)
        if file is not None:
            yield lambda: client.files_completeUploadExternal(
                files=[{"id": file, "title": picture.title}],
                channel_id=channel,
                thread_ts=thread_ts,
                blocks=json.dumps(plain),
            )
    yield lambda: client.chat_postMessage(**where, blocks=plain)
    yield lambda: client.chat_postMessage(**where)


def send_files(
    client: WebClient,
    channel: str,
    message: Message,
    attachments: Sequence[Attachment],
    thread_ts: str | None = None,
) -> None:
    """Post files and message in one; as plain text where Slack refuses the blocks.

    `channel` is an id. Raises SlackApiError, OSError or HTTPException when it cannot be sent, and
    UnconfirmedError when it may have arrived.
    """
    files: list[dict[str, str | None]] = [
        {"id": upload(client, each), "title": each.title} for each in attachments
    ]
    where: dict[str, Any] = {"files": files, "channel_id": channel}
    if thread_ts:
        where["thread_ts"] = thread_ts
    try:
        try:
            client.files_completeUploadExternal(**where, blocks=json.dumps(list(message.blocks)))
        except SlackApiError as error:
            if error.response["error"] != "invalid_blocks":
                raise
            client.files_completeUploadExternal(**where, initial_comment=message.text)
    except SlackApiError as error:
        if is_refusal(error):
            raise
        raise UnconfirmedError(str(error)) from error
    except (OSError, HTTPException) as error:
        raise UnconfirmedError(str(error)) from error


def post_file(
    client: WebClient, channel: str, thread_ts: str | None, name: str, content: bytes
) -> None:
    """Post a file; where that fails, the log says so and nothing else happens."""
    file = uploaded(client, name, content)
    if file is None:
        return
    try:
        client.files_completeUploadExternal(
            files=[{"id": file, "title": name}], channel_id=channel, thread_ts=thread_ts
        )
    except (SlackApiError, OSError, HTTPException) as error:
        _log.warning("The file %s could not be posted (%s)", name, error)


def uploaded(client: WebClient, name: str, content: bytes, alt_text: str = "") -> str | None:
    """The id of an uploaded file, which nobody sees yet; None when it could not be uploaded."""
    try:
        return upload(client, Attachment(name, name, content, alt_text))
    except (SlackApiError, OSError, HTTPException) as error:
        _log.warning("%s could not be uploaded (%s); the message goes without it", name, error)
        return None


def _ts(answer: SlackResponse, channel: str) -> str:
    """A message's own name; of a file's message Slack may tell it later, or not at all."""
    shares = [
        share
        for file in answer.get("files") or ()
        for places in (file.get("shares") or {}).values()
        for share in places.get(channel, ())
    ]
    return str(answer.get("ts") or (shares[0]["ts"] if shares else ""))


def is_refusal(error: SlackApiError) -> bool:
    """Whether Slack has said no, as opposed to having broken on the way."""
    answer = error.response
    return (
        isinstance(answer, SlackResponse)
        and answer.status_code < 500
        and isinstance(answer.data, dict)
        and answer.data.get("error") not in _UNSURE
    )
