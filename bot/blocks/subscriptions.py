"""Subscriptions as they are listed: when each came last and comes next, and what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.blocks.delivery_news import why
from bot.blocks.parts import (
    Block,
    Message,
    actions,
    asking,
    button,
    context,
    escaped,
    message,
    section,
)
from bot.blocks.subscribing import EDIT, OPEN, PREVIEW, SEND_NOW, UNSUBSCRIBE
from bot.blocks.times import told_moment
from bot.ledger import Delivery
from bot.subscriptions import Subscription
from segmentation.model import SegmentModel
from segmentation.store import Snapshot
from segmentation.wording import counted, day

MOST: Final = 20  # two blocks each; a message takes 50
_NONE: Final = "No channel gets the digest yet."


@dataclass(frozen=True, slots=True)
class Listed:
    """A subscription with its last delivery and the moment of its next one.

    `may_change` is about the member who reads it; `waits` says that no snapshot is there to tell.
    """

    one: Subscription
    last: Delivery | None
    next_at: datetime
    may_change: bool = False
    waits: bool = False


def subscription_lines(listed: Sequence[Listed]) -> list[str]:
    """A line a subscription: the channel, when, how it went last, and when it comes next."""
    return [f"{_what(each)} · {_how(each)}" for each in listed]


def subscriptions_message(here: Sequence[Listed], mine: Sequence[Listed]) -> Message:
    """The subscriptions of this channel and those that the reader looks after."""
    blocks: list[Block] = []
    for heading, rows in (("This channel", here), ("Your other channels", mine)):
        if rows:
            blocks.append(section(f"*{heading}*"))
        for each in rows[:MOST]:
            blocks += [section(f"{_what(each)}\n{_how(each)}"), actions(*_buttons(each))]
    if not here:
        blocks.insert(0, section("This channel does not get the digest."))
    more = len(mine) - MOST
    notes = [f"{counted(more, 'channel')} more: `/segment status`"] if more > 0 else []
    subscribe = actions(button("Subscribe a channel", OPEN))
    return message([*blocks, subscribe, context(*notes, "All channels: `/segment status`")])


def status_message(
    listed: Sequence[Listed],
    newest: Snapshot | None,
    model: SegmentModel,
    today: date,
    label: str,
) -> Message:
    """Whether all is well: each channel's last and next digest, the newest snapshot, the model."""
    lines = subscription_lines(listed[:MOST])
    more = len(listed) - MOST
    trained = day(datetime.fromisoformat(model.provenance.trained_at))
    return message(
        [
            section("*Digests*"),
            *(section(line) for line in lines or [_NONE]),
            *([context(f"And {counted(more, 'channel')} more")] if more > 0 else []),
            section(f"*Newest snapshot*\n{_told_snapshot(newest, today)}"),
            section(f"*Model*\n`{model.fingerprint[:12]}`, trained on {trained}"),
            context("To subscribe a channel: `/segment subscribe`", escaped(label)),
        ]
    )


def digest_buttons(listed: Listed | None) -> Block:
    """What can be done beside reading a preview, in a channel with or without subscription."""
    if listed is None:
        return actions(
            button("Preview to me", PREVIEW), button("Subscribe a channel", OPEN, primary=True)
        )
    wanted = {PREVIEW, SEND_NOW}
    return actions(*(each for each in _buttons(listed) if each["action_id"] in wanted))


def _told_snapshot(newest: Snapshot | None, today: date) -> str:
    if newest is None:
        return "None yet. Whoever runs Segbot scores one with `segbot score PORTFOLIO`."
    age = (today - newest.as_of).days
    old = "of today" if age <= 0 else f"{counted(age, 'day')} old"
    return (
        f"{day(newest.as_of)}, {old}: {counted(newest.customers, 'customer')} "
        f"({escaped(newest.source)})"
    )


def _what(each: Listed) -> str:
    owner = f"subscribed by <@{each.one.owner}>" if each.one.owner else "set up with Segbot"
    return f"*<#{each.one.channel}>* {each.one.slot.words}, {owner}"


def _how(each: Listed) -> str:
    zone = each.one.slot.zone
    waits = " · waits for a first snapshot" if each.waits else ""
    return f"Last: {_outcome(each.last, zone)} · Next: {told_moment(each.next_at, zone)}{waits}"


def _outcome(last: Delivery | None, zone: ZoneInfo) -> str:
    """What became of a digest; never a success that was not seen."""
    if last is None:
        return "none yet"
    moment = told_moment(last.changed_at, zone)
    told = {
        "claimed": "being posted",
        "posted": f"posted {moment}",
        "failed": f"*failed* {moment} because {why(last.reason)}; tried again "
        f"{told_moment(last.retry_at, zone)}",
        "missed": f"*missed* on {day(last.period)} because {why(last.reason)}",
        "unclear": f"*unclear*: that of {day(last.period)} was begun, and Slack did not confirm it",
    }
    return told[last.state]


def _buttons(each: Listed) -> list[dict[str, Any]]:
    channel = each.one.channel
    preview = button("Preview to me", PREVIEW, value=channel)
    if not each.may_change:
        return [preview]
    send = button("Send now", SEND_NOW, value=channel) | asking(
        "Send now?", "The newest digest is posted in the channel, for all in it to read.", "Send"
    )
    if not each.one.owner:  # that of the settings is changed there
        return [send, preview]
    end = button("Unsubscribe", UNSUBSCRIBE, value=channel) | asking(
        "Unsubscribe?", "The channel gets no more digests and alerts.", "Unsubscribe"
    )
    return [button("Edit", EDIT, value=channel), send, preview, end]
