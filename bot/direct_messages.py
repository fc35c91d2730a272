"""What members send the bot directly: ids are looked up, lists scored, anything else gets help."""

from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks.guide import help_message
from bot.blocks.parts import unescaped
from bot.commands import USAGES, asked_ids
from bot.desk import Desk
from bot.lookup import MOST_IDS, Reply, ids_named, looked_up, noted
from bot.policy import Action
from bot.uploads import file_received


def message_received(desk: Desk, ack: Ack, event: dict[str, Any], client: WebClient) -> None:
    """Answer a plain message or a file; edits and what bots write are left alone."""
    is_direct = event.get("channel_type") == "im" and not event.get("bot_id")
    if is_direct and event.get("subtype") == "file_share":
        file_received(desk, event, client)
    elif is_direct and not event.get("subtype"):
        _answer(desk, event, client)
    ack()


def _answer(desk: Desk, event: dict[str, Any], client: WebClient) -> None:
    member, channel = event["user"], event["channel"]
    desk.access.check(client, member, channel, Action.LOOK_UP)
    reply = noted(desk, member, channel, _reply(desk, unescaped(event.get("text", "")).strip()))
    _post(client, channel, event.get("thread_ts"), reply)


def _reply(desk: Desk, text: str) -> Reply:
    customers = ids_named(desk, text)
    if not customers and any(sign.isdigit() for sign in text):
        customers = asked_ids(text) or []
    if not customers:
        return Reply(help_message(USAGES), "help", [("", "shown")])
    return looked_up(desk, customers[:MOST_IDS])


def _post(client: WebClient, channel: str, thread: str | None, reply: Reply) -> None:
    try:
        client.chat_postMessage(channel=channel, thread_ts=thread, **reply.message.payload())
    except SlackApiError:
        if reply.plainer is None:
            raise
        client.chat_postMessage(channel=channel, thread_ts=thread, **reply.plainer.payload())
