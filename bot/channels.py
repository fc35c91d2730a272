"""What the bot asks of channels: whether the people in one may see customers, and the digest."""

from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks.delivery_news import SHARED_OUTSIDE, UNREACHABLE
from bot.sender import RefusedError, is_refusal


def is_shared_outside(channel: Mapping[str, Any]) -> bool:
    """Whether people of other companies are, or will be, in a channel that Slack describes."""
    return bool(channel.get("is_ext_shared") or channel.get("is_pending_ext_shared"))


def check_inside(client: WebClient, channel: str) -> None:
    """Raise RefusedError where people of other companies read along, or Slack does not tell."""
    try:
        found = client.conversations_info(channel=channel)["channel"]
    except SlackApiError as error:
        reason = str(error.response["error"]) if is_refusal(error) else UNREACHABLE
        raise RefusedError(reason) from error
    except (OSError, HTTPException) as error:
        raise RefusedError(UNREACHABLE) from error
    if is_shared_outside(found):
        raise RefusedError(SHARED_OUTSIDE)


def why_not_shown_in(client: WebClient, channel: str) -> str | None:
    """Why no customer must be shown to everyone in a channel; None when that is fine."""
    if channel.startswith("D"):
        return "This is a direct message: there is no channel to share to."
    try:
        found = client.conversations_info(channel=channel)["channel"]
    except (SlackApiError, OSError):
        return (
            "It cannot be seen who is in this channel, so nothing was shared. "
            "Invite the bot first, then share again."
        )
    if is_shared_outside(found):
        return "People of other companies are in this channel: customers are not shared here."
    return None
