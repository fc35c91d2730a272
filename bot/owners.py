"""Who hears of what goes wrong with a subscription: its owner, else the admins, else the log."""

import logging

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks.parts import Message
from bot.desk import Desk
from bot.subscriptions import Subscription

_log = logging.getLogger(__name__)


def tell_owner(desk: Desk, client: WebClient, one: Subscription, news: Message) -> None:
    """Tell whoever looks after a subscription, in a direct message; the log has it as well."""
    _log.warning("%s: %s", one.channel, news.text)
    for member in [one.owner] if one.owner else sorted(desk.access.policy.admins):
        try:
            client.chat_postMessage(channel=member, **news.payload())
        except (SlackApiError, OSError) as error:
            _log.warning("%s could not be told of it (%s)", member, error)


def may_change(desk: Desk, member: str, one: Subscription) -> bool:
    """Whether a member may change a subscription: their own, or any as an admin."""
    return member == one.owner or member in desk.access.policy.admins
