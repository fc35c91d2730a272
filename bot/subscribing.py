"""Subscribing a channel: the form, what is checked when it is sent, changing, and ending it."""

from dataclasses import replace
from datetime import time
from typing import Any, Final

from slack_bolt import Ack, BoltContext
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.access import DeniedError
from bot.blocks.delivery_news import SHARED_OUTSIDE
from bot.blocks.guide import sentence
from bot.blocks.parts import Message
from bot.blocks.subscribing import (
    CHANNEL,
    DAY,
    OTHER_ZONE,
    PARTS,
    TIME,
    ZONE,
    Filled,
    subscribe_view,
    subscribed_view,
)
from bot.blocks.subscriptions import Listed, status_message, subscriptions_message
from bot.channels import check_inside, is_shared_outside
from bot.desk import Desk
from bot.owners import may_change
from bot.policy import Action
from bot.replying import tell_member
from bot.schedule import WeeklySlot
from bot.sender import RefusedError
from bot.subscriptions import EVERYTHING, Part, Subscription
from bot.zones import ZoneError, choices, zone_named
from segmentation.errors import SegbotError

_INVITE: Final = "Segbot is not in this channel. Type /invite @Segbot there, then press again."
_OUTSIDERS: Final = "People of other companies are in this channel: the digest is not posted here."
_TAKEN: Final = "This channel gets the digest already. To change it: /segment subscriptions"


def open_subscribing(
    desk: Desk, client: WebClient, member: str, channel: str, trigger_id: str
) -> None:
    """Open the form, with the channel where it was asked for and the member's own time zone."""
    zone = _zone_of(client, member)
    zones = choices(zone)
    filled = Filled(
        channel=channel if channel.startswith(("C", "G")) else "",
        weekday=desk.slot.weekday,
        at=f"{desk.slot.at:%H:%M}",
        zone=zone if zone in zones else "UTC",
        zones=zones,
        parts=EVERYTHING,
    )
    client.views_open(trigger_id=trigger_id, view=subscribe_view(filled))


def subscribe_wanted(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Open the form from a button."""
    member, channel = body["user"]["id"], body.get("channel", {}).get("id", "")
    desk.access.check(client, member, channel, Action.SUBSCRIBE)
    open_subscribing(desk, client, member, channel, body["trigger_id"])
    ack()


def edit_wanted(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Open the form with a subscription in it."""
    member, one = body["user"]["id"], subscription_at(desk, body["actions"][0]["value"])
    check_may_change(desk, client, member, one)
    filled = Filled(
        channel=one.channel,
        weekday=one.slot.weekday,
        at=f"{one.slot.at:%H:%M}",
        zone=one.slot.zone.key,
        zones=choices(one.slot.zone.key),
        parts=one.parts,
        editing=True,
    )
    client.views_open(trigger_id=body["trigger_id"], view=subscribe_view(filled))
    ack()


def subscribe_submitted(
    desk: Desk,
    ack: Ack,
    body: dict[str, Any],
    client: WebClient,
    view: dict[str, Any],
    context: BoltContext,
) -> None:
    """Keep a subscription, new or changed; what is wrong is said under its input."""
    member, entered, editing = body["user"]["id"], view["state"]["values"], view["private_metadata"]
    channel = editing or entered[CHANNEL][CHANNEL]["selected_conversation"]
    zone, faults = _zone_entered(entered)
    before = subscription_at(desk, editing) if editing else None
    if before is not None:
        check_may_change(desk, client, member, before)
        _check_no_outsiders(client, editing)
    else:
        desk.access.check(client, member, channel, Action.SUBSCRIBE)
        why = _why_not(desk, client, channel)
        faults |= {CHANNEL: why} if why else {}
    if faults:
        ack(response_action="errors", errors=faults)
        return
    at = time.fromisoformat(entered[TIME][TIME]["selected_time"])
    slot = WeeklySlot(int(entered[DAY][DAY]["selected_option"]["value"]), at, zone_named(zone))
    chosen = entered[PARTS][PARTS]["selected_options"] or []
    parts = frozenset(Part(option["value"]) for option in chosen)
    wanted = Subscription(channel, slot, parts, member, team=context.team_id or "")
    kept = _kept(desk, before, wanted)
    next_at = slot.next_after(desk.now(), desk.told().get(channel))
    done = subscribed_view(kept, next_at)
    action = "subscription change" if editing else "subscribe"
    desk.audit.record(member, channel, action, [("", "kept")])
    ack(response_action="update", view=done)


def _kept(desk: Desk, before: Subscription | None, wanted: Subscription) -> Subscription:
    """The subscription as it is kept, in place of what was edited, and of nobody else's.

    An unchanged slot keeps what is due of it.
    """
    now, newest = desk.now(), desk.store.newest()
    kept = replace(
        wanted,
        owner=before.owner if before else wanted.owner,
        team=before.team if before else wanted.team,
        created_at=before.created_at if before else now,
        since=before.since if before and before.slot == wanted.slot else now,
        seen=newest.as_of if newest else None,
    )
    if not (desk.subscriptions.change(kept) if before else desk.subscriptions.add(kept)):
        raise SegbotError("Somebody was quicker: look at /segment subscriptions in the channel.")
    return kept


def _zone_entered(entered: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The zone's name, and what is wrong with it by block_id."""
    typed = (entered[OTHER_ZONE][OTHER_ZONE]["value"] or "").strip()
    if not typed:
        return str(entered[ZONE][ZONE]["selected_option"]["value"]), {}
    try:
        return zone_named(typed).key, {}
    except ZoneError as error:
        return "", {OTHER_ZONE: str(error)}


def _why_not(desk: Desk, client: WebClient, channel: str) -> str | None:
    """Why a channel cannot be subscribed; None when it can."""
    if desk.subscriptions.of(channel) is not None:
        return _TAKEN
    try:
        found = client.conversations_info(channel=channel)["channel"]
    except SlackApiError as error:
        reason = error.response["error"]
        unseen = f"This channel cannot be looked at right now ({reason}). Try again in a minute."
        return _INVITE if reason == "channel_not_found" else unseen
    except OSError:
        return "Slack cannot be reached right now. Try again in a minute."
    if is_shared_outside(found):
        return _OUTSIDERS
    if found.get("is_archived"):
        return "This channel is archived. Choose another, or unarchive it first."
    return None if found.get("is_member") else _INVITE


def _check_no_outsiders(client: WebClient, channel: str) -> None:
    """Raise SegbotError where people of other companies read along; another fault is the post's."""
    try:
        check_inside(client, channel)
    except RefusedError as error:
        if error.reason == SHARED_OUTSIDE:
            raise SegbotError(_OUTSIDERS) from None


def unsubscribe_wanted(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """End a subscription from a button."""
    member = body["user"]["id"]
    channel = body["actions"][0]["value"]
    desk.access.check(client, member, channel, Action.SUBSCRIBE)
    told = end_subscription(desk, client, member, channel)
    tell_member(client, body, told)
    ack()


def end_subscription(desk: Desk, client: WebClient, member: str, channel: str) -> Message:
    """End a channel's subscription, if it is this member's, who may subscribe; what to say."""
    one = subscription_at(desk, channel)
    _check_is_theirs(desk, client, member, one)
    if not one.owner:
        raise SegbotError(
            "This channel gets the digest by Segbot's settings. Whoever runs Segbot ends that: "
            "SEGBOT_DIGEST_CHANNEL."
        )
    desk.subscriptions.remove(channel)
    desk.audit.record(member, channel, "unsubscribe", [("", "ended")])
    return sentence("The channel gets no more digests. To start again: /segment subscribe")


def subscriptions_here(desk: Desk, member: str, channel: str) -> Message:
    """The subscriptions of a channel, and those that a member looks after."""
    listed = listed_subscriptions(desk, member)
    here = [each for each in listed if each.one.channel == channel]
    mine = [each for each in listed if each.one.owner == member and each not in here]
    return subscriptions_message(here, mine)


def status(desk: Desk, member: str) -> Message:
    """Every subscription with its last and next digest, the newest snapshot, and the model."""
    newest = desk.store.newest()
    model = desk.store.model(newest.model) if newest else desk.shelf.current()
    listed = listed_subscriptions(desk, member)
    return status_message(listed, newest, model, desk.today(), desk.label)


def listed_subscriptions(desk: Desk, member: str) -> list[Listed]:
    """Every subscription, as the member may see and change it."""
    now, told, waits = desk.now(), desk.told(), desk.store.newest() is None
    return [
        Listed(
            one=one,
            last=desk.ledger.last(one.channel),
            next_at=one.slot.next_after(now, told.get(one.channel)),
            may_change=may_change(desk, member, one),
            waits=waits,
        )
        for one in desk.subscriptions.seen_by(member)
    ]


def subscription_at(desk: Desk, channel: str) -> Subscription:
    """A channel's subscription; SegbotError where it has none."""
    one = desk.subscriptions.of(channel)
    if one is None:
        raise SegbotError("This channel does not get the digest. To begin: /segment subscribe")
    return one


def check_may_change(desk: Desk, client: WebClient, member: str, one: Subscription) -> None:
    """Raise DeniedError, recorded, unless the member may subscribe and this one is theirs."""
    desk.access.check(client, member, one.channel, Action.SUBSCRIBE)
    _check_is_theirs(desk, client, member, one)


def _check_is_theirs(desk: Desk, client: WebClient, member: str, one: Subscription) -> None:
    if not may_change(desk, member, one):
        desk.audit.record(member, one.channel, "subscription change", [("", "denied")])
        whose = "the member who subscribed it" if one.owner else "whoever runs Segbot"
        raise DeniedError(
            f"Only {whose} or an admin may change this. Ask {desk.access.whom(client)}."
        )


def _zone_of(client: WebClient, member: str) -> str:
    """The time zone in a member's profile; UTC where it cannot be seen."""
    try:
        return str(client.users_info(user=member)["user"].get("tz") or "UTC")
    except (SlackApiError, OSError):
        return "UTC"
