"""What the owner of a subscription is told when a digest or an alert did not get through."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from bot.blocks.parts import Message, context, escaped, message, section
from bot.blocks.times import told_in_both
from bot.subscriptions import Subscription
from segmentation.wording import day, listed

SHARED_OUTSIDE: Final = "shared_outside"
UNREACHABLE: Final = "unreachable"
NO_SNAPSHOT: Final = "no_snapshot"
NOT_RUNNING: Final = "not_running"
# Slack's word for a refusal, or ours for what else went wrong → why it was, and what to do.
_REASONS: Final = {
    "not_in_channel": (
        "Segbot is not in the channel",
        "invite it there with `/invite @Segbot`",
    ),
    "channel_not_found": (
        "the channel is gone, or it is private and Segbot is not in it",
        "invite Segbot there with `/invite @Segbot`, or unsubscribe the channel",
    ),
    "is_archived": ("the channel is archived", "unarchive the channel, or unsubscribe it"),
    "restricted_action": (
        "only some members may post in the channel",
        "let Segbot post there, in the channel's settings",
    ),
    "missing_scope": (
        "Segbot lacks a permission in Slack",
        "ask whoever runs Segbot to install the app anew from `segbot manifest`",
    ),
    "ratelimited": ("Slack asked Segbot to slow down", "wait: nothing has to be done"),
    SHARED_OUTSIDE: (
        "people of other companies are in the channel",
        "subscribe a channel of your own company instead, and unsubscribe this one",
    ),
    UNREACHABLE: ("Slack could not be reached", "wait: nothing has to be done"),
    NO_SNAPSHOT: (
        "no portfolio had been scored by then",
        "ask whoever runs Segbot for `segbot score PORTFOLIO`",
    ),
    NOT_RUNNING: ("Segbot was not running at the time", "ask whoever runs Segbot, if it lasts"),
}


def why(reason: str) -> str:
    """Why something was not posted, as the end of a sentence."""
    return _told(reason)[0]


def advice(reason: str) -> str:
    """What to do about it, as the end of a sentence."""
    return _told(reason)[1]


def refused_message(
    one: Subscription, reason: str, retry_at: datetime, what: str = "digest"
) -> Message:
    """The first refusal: what is wrong, what to do, and when it is tried again."""
    cause, remedy = _told(reason)
    return _news(
        f"*The {what} for <#{one.channel}> could not be posted*: {cause}. Please {remedy}.",
        f"It is tried again {told_in_both(retry_at, one.slot.zone)}",
    )


def missed_message(one: Subscription, periods: Sequence[date], reason: str) -> Message:
    """Digests that are not posted any more."""
    cause, remedy = _told(reason)
    which = listed([day(period) for period in periods])
    return _news(
        f"*<#{one.channel}> got no digest for {which}*: {cause}, and now it is too late for it. "
        f"Please {remedy}.",
        "To post the newest figures now: *Send now* in `/segment subscriptions`",
    )


def unclear_message(one: Subscription, period: date) -> Message:
    """A digest that was begun, and may or may not stand in the channel."""
    return _news(
        f"*It is not known whether the digest of {day(period)} arrived in <#{one.channel}>.* "
        "Please look. It is not posted again by itself, so that nobody reads it twice.",
        "If it is not there: *Send now* in `/segment subscriptions`",
    )


def unclear_alert_message(one: Subscription, as_of: date) -> Message:
    """An alert that was begun, and may or may not stand in the channel."""
    return _news(
        f"*It is not known whether the alert about the snapshot of {day(as_of)} arrived in "
        f"<#{one.channel}>.* Please look. It is not posted again, so that nobody reads it twice.",
        "If it is not there, what changed is in `/segment digest`",
    )


def _news(told: str, note: str) -> Message:
    about = "You subscribed this channel, or look after Segbot"
    return message([section(told), context(note, about)])


def _told(reason: str) -> tuple[str, str]:
    unknown = (
        f"Slack refused it ({escaped(reason)})",
        "ask whoever runs Segbot to look into its log",
    )
    return _REASONS.get(reason, unknown)
