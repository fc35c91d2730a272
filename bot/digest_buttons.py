"""The digest at a press: sent now to its channel, or as a preview to the one who pressed."""

from typing import Any, Final

from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks.delivery_news import why
from bot.blocks.guide import sentence
from bot.desk import Desk
from bot.digest import deliver_claimed, digest_for
from bot.digest_letter import digest_of, post_digest, post_in_channel
from bot.policy import Action
from bot.replying import tell_member
from bot.sender import RefusedError, UnconfirmedError
from bot.subscribing import check_may_change, subscription_at
from bot.subscriptions import EVERYTHING, Part, Subscription
from segmentation.answers import Overview
from segmentation.charts import sizes_chart
from segmentation.errors import SegbotError

_POSTED: Final = "The digest stands in the channel."
_OUTCOMES: Final = {
    "posted": _POSTED,
    "failed": "The digest could not be posted. What to do is in a direct message to its owner.",
    "unclear": "It is not known whether the digest arrived. Please look into the channel.",
}


def send_now_wanted(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Post the newest digest in a channel right away."""
    member, one = body["user"]["id"], subscription_at(desk, body["actions"][0]["value"])
    check_may_change(desk, client, member, one)
    book = _book(desk)
    desk.audit.record(member, one.channel, "digest now", [("", "begun")])
    desk.errands.run(
        client,
        member,
        lambda: tell_member(client, body, sentence(_sent_now(desk, client, one, book))),
    )
    ack()


def preview_wanted(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Send who pressed the whole digest, as a channel gets it, in a direct message."""
    member, channel = body["user"]["id"], body["actions"][0].get("value", "")
    desk.access.check(client, member, body.get("channel", {}).get("id", ""), Action.LOOK_UP)
    book, one = _book(desk), desk.subscriptions.of(channel)
    parts = one.parts if one else EVERYTHING
    desk.audit.record(member, channel, "digest preview", [("", "begun")])
    desk.errands.run(
        client,
        member,
        lambda: tell_member(client, body, sentence(_previewed(desk, client, member, book, parts))),
    )
    ack()


def _sent_now(desk: Desk, client: WebClient, one: Subscription, book: Overview) -> str:
    """Post a period's digest that nobody posted, or one more beside; what to tell who pressed."""
    digest = digest_for(desk, one, book, sizes_chart(book) if Part.CHART in one.parts else None)
    period, now = one.slot.latest_until(desk.now()), desk.now()
    if desk.ledger.claim(one.channel, period, now, before_its_time=True):
        return _OUTCOMES[deliver_claimed(desk, client, one, period, digest)]
    delivery = desk.ledger.delivery(one.channel, period)
    if delivery is not None and delivery.state == "claimed":
        return "The digest is being posted already."
    try:
        post_in_channel(client, one.channel, digest)
    except RefusedError as error:
        return f"The digest could not be posted: {why(error.reason)}."
    except UnconfirmedError:
        return _OUTCOMES["unclear"]
    return _POSTED


def _previewed(
    desk: Desk, client: WebClient, member: str, book: Overview, parts: frozenset[Part]
) -> str:
    label = " · ".join(text for text in ("Preview for you alone", desk.label) if text)
    picture = sizes_chart(book) if Part.CHART in parts else None
    digest = digest_of(book, parts, desk.today(), label, picture=picture)
    try:
        direct = client.conversations_open(users=member)["channel"]["id"]
        post_digest(client, direct, digest)
    except (SlackApiError, OSError, RefusedError, UnconfirmedError) as error:
        return f"The preview could not be sent to you ({error})."
    return "The preview is in your direct messages with Segbot."


def _book(desk: Desk) -> Overview:
    book = desk.book()
    if book is None:
        raise SegbotError("No portfolio has been scored yet, so there is no digest to send.")
    return book
