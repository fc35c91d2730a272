"""Answers that come after a press: where it was pressed, else in a direct message."""

from typing import Any

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.blocks.parts import Message


def tell_member(client: WebClient, body: dict[str, Any], message: Message) -> None:
    """Tell who pressed, for their eyes alone; a press in a modal or on Home has no channel."""
    if "response_url" in body:
        payload = {"response_type": "ephemeral", "replace_original": False}
        WebhookClient(body["response_url"]).send_dict(payload | message.payload())
    else:
        client.chat_postMessage(channel=body["user"]["id"], **message.payload())
