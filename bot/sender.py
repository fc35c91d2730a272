"""Posting in channels: with the picture first, without it when Slack refuses, as text at last."""

import json
import logging
from collections.abc import Callable

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks.parts import Message
from segmentation.charts import Picture

_log = logging.getLogger(__name__)


def post_with_picture(client: WebClient, channel: str, message: Message, picture: Picture) -> None:
    """Post a message with its picture in one; fall back step by step when Slack refuses.

    Only a refusal (SlackApiError) moves on to the next step: a message that may have arrived is
    never sent again. Raises the last refusal when plain text was refused as well.
    """
    steps: tuple[Callable[[], object], ...] = (
        lambda: client.files_upload_v2(
            channel=channel,
            content=picture.png,
            filename=picture.filename,
            title=picture.title,
            alt_txt=picture.alt_text,
            blocks=json.dumps(list(message.blocks)),
        ),
        lambda: client.chat_postMessage(channel=channel, **message.payload()),
        lambda: client.chat_postMessage(channel=channel, text=message.text),
    )
    for step in steps[:-1]:
        try:
            step()
        except SlackApiError as error:
            _log.warning(
                "Slack refused a message (%s); trying a plainer one", error.response["error"]
            )
        else:
            return
    steps[-1]()
