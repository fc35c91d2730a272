"""Steps for Workflow Builder: a customer's segment without figures, and the digest in a channel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt import Complete
from slack_sdk import WebClient

from bot.blocks.delivery_news import advice, why
from bot.desk import Desk
from bot.digest_letter import digest_of, post_in_channel
from bot.lookup import NO_SNAPSHOT
from bot.policy import Action
from bot.sender import RefusedError, UnconfirmedError
from bot.subscriptions import EVERYTHING
from segmentation.answers import answers_for
from segmentation.errors import SegbotError
from segmentation.explanation import sureness
from segmentation.near_ids import near_ids
from segmentation.wording import day, listed, shorten

GET_SEGMENT: Final = "get_customer_segment"
POST_DIGEST: Final = "post_segment_digest"
Parameters = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """A step as Workflow Builder offers it: its parameters are in the manifest's own words."""

    listener: Callable[..., None]
    name: str
    description: str
    inputs: Parameters
    outputs: Parameters


def segment_wanted(
    desk: Desk, inputs: dict[str, Any], complete: Complete, client: WebClient
) -> None:
    """Tell the workflow a customer's segment; the member who runs it has to be allowed to know.

    Raises SegbotError where there is nothing to tell; the workflow's step then ends with it.
    """
    member, customer = inputs[_MEMBER]["id"], str(inputs["customer_id"]).strip()
    # Where the workflow takes it is not for the bot to see.
    desk.access.check(client, member, "", Action.LOOK_UP, Action.SHARE)
    found = answers_for(desk.store, desk.playbook, [customer])
    if found is None:
        raise SegbotError(NO_SNAPSHOT)
    answer = found.answers.get(customer)
    result = "shown" if answer else "unknown"
    desk.audit.record(member, "", "workflow look up", [(customer, result)])
    if answer is None:
        raise SegbotError(_unknown(desk, customer))
    complete(
        {
            "segment": answer.play.name,
            "suggested_action": answer.play.action,
            "how_sure": sureness(answer.explanation.assignment),
            "snapshot_date": found.snapshot.as_of.isoformat(),
        }
    )


def _unknown(desk: Desk, customer: str) -> str:
    near = near_ids(desk.store, customer)
    advice = f" Did you mean {listed(near)}?" if near else ""
    return f"The newest snapshot has no customer {shorten(customer, 40)}.{advice}"


def digest_wanted(
    desk: Desk, inputs: dict[str, Any], complete: Complete, client: WebClient
) -> None:
    """Post the digest as it is now; the member who runs the workflow has to be allowed to.

    Raises SegbotError where that cannot be done; the workflow's step then ends with it.
    """
    member, channel = inputs[_MEMBER]["id"], inputs["channel"]
    desk.access.check(client, member, channel, Action.SUBSCRIBE)
    book = desk.book()
    if book is None:
        raise SegbotError(NO_SNAPSHOT)
    desk.audit.record(member, channel, "workflow digest", [("", "begun")])
    try:
        post_in_channel(client, channel, digest_of(book, EVERYTHING, desk.today(), desk.label))
    except RefusedError as error:
        raise SegbotError(
            f"The digest could not be posted: {why(error.reason)}. Please {advice(error.reason)}, "
            "then run the workflow again."
        ) from None
    except UnconfirmedError:
        raise SegbotError(
            "It is not known whether the digest arrived. Please look into the channel."
        ) from None
    complete({"snapshot": f"Snapshot of {day(book.snapshot.as_of)}"})


_MEMBER: Final = "member"
# Slack fills this in with who runs the workflow, and lets nobody who builds one choose it.
_WHO_RUNS_IT: Final[Parameters] = {
    _MEMBER: {
        "type": "slack#/types/user_context",
        "title": "Who runs the workflow",
        "description": "Checked against the policy, and recorded",
        "is_required": True,
    }
}


def _text(title: str, description: str) -> dict[str, Any]:
    return {"type": "string", "title": title, "description": description, "is_required": True}


FUNCTIONS: Final[dict[str, Step]] = {
    GET_SEGMENT: Step(
        segment_wanted,
        "Get a customer's segment",
        "The segment, how sure it is, and the suggested action; none of the customer's figures",
        {"customer_id": _text("Customer id", "As in your portfolio"), **_WHO_RUNS_IT},
        {
            "segment": _text("Segment", "Its name"),
            "suggested_action": _text("Suggested action", "As in the playbook"),
            "how_sure": _text("How sure", "Borderline, fairly sure, sure or very sure"),
            "snapshot_date": _text("Snapshot date", "As 2026-11-16"),
        },
    ),
    POST_DIGEST: Step(
        digest_wanted,
        "Post the segment digest",
        "Sizes of the segments and what moved, in a channel that the bot is in",
        {
            "channel": {
                "type": "slack#/types/channel_id",
                "title": "Channel",
                "description": "Where it is posted",
                "is_required": True,
            },
            **_WHO_RUNS_IT,
        },
        {"snapshot": _text("Snapshot", "Of which date the figures are")},
    ),
}
