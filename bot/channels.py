"""What the bot asks of channels: whether customers may be shown to everyone in one."""

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError


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
    if found.get("is_ext_shared") or found.get("is_pending_ext_shared"):
        return "People of other companies are in this channel: customers are not shared here."
    return None
