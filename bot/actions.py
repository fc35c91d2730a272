"""The listeners of the card's buttons: share, why, what if, watch, and feedback."""

import json
from collections.abc import Sequence
from typing import Any, Final

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.access import DeniedError
from bot.blocks.card import RIGHT
from bot.blocks.card_views import REASON, shared_card, why_view, wrong_view
from bot.blocks.found import shared_several
from bot.blocks.parts import Message
from bot.channels import why_not_shown_in
from bot.desk import Desk
from bot.form import what_if_form
from bot.home import show_home
from bot.policy import Action
from bot.showing import open_over, tell
from bot.watches import MOST, Watch
from segmentation.answers import Answer, answers_for, past_of
from segmentation.errors import SegbotError

_OK: Final = 200  # HTTP


def card_shared(
    desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    """Show a card without figures to everyone in the channel, unless others are in there."""
    customer, member, channel = _pressed(body)
    _check_sharing(desk, client, member, channel, [customer])
    answer = _answer(desk, customer)
    desk.audit.record(member, channel, "share", [(customer, "shared")])
    if not _is_posted(respond, body, [shared_card(answer, member, desk.label)]):
        _give_up_sharing(desk, member, channel, [customer])
    ack()


def several_shared(
    desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    """Show a table of customers to everyone in the channel, unless others are in there."""
    customers: list[str] = json.loads(body["actions"][0]["value"])
    member, channel = body["user"]["id"], body["channel"]["id"]
    _check_sharing(desk, client, member, channel, customers)
    found = answers_for(desk.store, desk.playbook, customers)
    if found is None or not found.answers:
        raise SegbotError("These customers are in the newest snapshot no more. Look them up again.")
    desk.audit.record(member, channel, "share", [(each, "shared") for each in found.answers])
    forms = [shared_several(found, member, desk.label, as_table=t) for t in (True, False)]
    if not _is_posted(respond, body, forms):
        _give_up_sharing(desk, member, channel, [*found.answers])
    ack()


def _is_posted(respond: Respond, body: dict[str, Any], forms: Sequence[Message]) -> bool:
    """Show everyone the first form that Slack takes; False where it takes none."""
    thread = body["container"].get("thread_ts")
    return any(
        respond(
            response_type="in_channel", replace_original=False, thread_ts=thread, **form.payload()
        ).status_code
        == _OK
        for form in forms
    )


def _give_up_sharing(desk: Desk, member: str, channel: str, customers: Sequence[str]) -> None:
    desk.audit.record(member, channel, "share", [(each, "failed") for each in customers])
    raise SegbotError(
        "Slack did not confirm that this was shared. Look whether it stands in the channel; "
        "if it does not, please try again."
    )


def _check_sharing(
    desk: Desk, client: WebClient, member: str, channel: str, customers: Sequence[str]
) -> None:
    desk.access.check(client, member, channel, Action.SHARE)
    why = why_not_shown_in(client, channel)
    if why is not None:
        desk.audit.record(member, channel, "share", [(each, "denied") for each in customers])
        raise DeniedError(why)


def why_asked(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Open the whole explanation of a card."""
    customer, member, channel = _pressed(body)
    desk.access.check(client, member, channel, Action.LOOK_UP)
    answer = _answer(desk, customer)
    desk.audit.record(member, channel, "why", [(customer, "shown")])
    past = past_of(desk.store, desk.playbook, customer)
    open_over(client, body, why_view(answer, past, desk.label))
    ack()


def what_if_asked(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Open the form with a customer's figures in it."""
    customer, member, channel = _pressed(body)
    desk.access.check(client, member, channel, Action.LOOK_UP)  # it shows the customer's figures
    desk.access.check(client, member, channel, Action.FORM)
    view = what_if_form(desk, customer)
    desk.audit.record(member, channel, "what if", [(customer, "shown")])
    open_over(client, body, view)
    ack()


def watch_wanted(
    desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    """Let a member know when a customer's segment changes."""
    customer, member, channel = _pressed(body)
    desk.access.check(client, member, channel, Action.WATCH)
    if len(desk.watches.of(member)) >= MOST:
        raise SegbotError(f"You watch {MOST} customers already; end some with /segment watching.")
    answer = _answer(desk, customer)
    assert answer.snapshot is not None
    snapshot = answer.snapshot
    segment = answer.explanation.assignment.segment
    new = desk.watches.add(Watch(member, customer, segment, snapshot.model, snapshot.as_of))
    desk.audit.record(member, channel, "watch", [(customer, "watched")])
    told = (
        f"You get a direct message when customer {customer} changes segment. "
        "What you watch: /segment watching"
        if new
        else f"You watch customer {customer} already: /segment watching"
    )
    tell(client, body, respond, told)
    ack()


def unwatch_wanted(
    desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    """End a watch."""
    customer, member, channel = _pressed(body)
    desk.watches.remove(member, customer)
    desk.audit.record(member, channel, "watch", [(customer, "ended")])
    if body.get("view", {}).get("type") == "home":
        desk.access.check(client, member, "", Action.LOOK_UP)
        show_home(desk, client, member)
    else:
        tell(client, body, respond, f"You watch customer {customer} no more.")
    ack()


def more_chosen(
    desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    """Keep that a member finds a segment right, or ask what is wrong."""
    word, _, customer = body["actions"][0]["selected_option"]["value"].partition(" ")
    member, channel = body["user"]["id"], body.get("channel", {}).get("id", "")
    desk.access.check(client, member, channel, Action.LOOK_UP)
    if word == RIGHT:
        desk.feedback.add(member, _answer(desk, customer), desk.now(), right=True)
        desk.audit.record(member, channel, "feedback", [(customer, "right")])
        tell(client, body, respond, "Thank you. Whoever trains the model will see it.")
    else:
        open_over(client, body, wrong_view(customer))
    ack()


def wrong_submitted(
    desk: Desk, ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient
) -> None:
    """Keep what a member finds wrong, and why."""
    customer, member = view["private_metadata"], body["user"]["id"]
    desk.access.check(client, member, "", Action.LOOK_UP)
    reason = view["state"]["values"][REASON][REASON]["value"] or ""
    desk.feedback.add(member, _answer(desk, customer), desk.now(), right=False, reason=reason)
    desk.audit.record(member, "", "feedback", [(customer, "wrong")])
    ack()


def _pressed(body: dict[str, Any]) -> tuple[str, str, str]:
    """The customer of the button, who pressed it, and in which channel."""
    return body["actions"][0]["value"], body["user"]["id"], body.get("channel", {}).get("id", "")


def _answer(desk: Desk, customer: str) -> Answer:
    found = answers_for(desk.store, desk.playbook, [customer])
    if found is None or customer not in found.answers:
        raise SegbotError(_gone(customer))
    return found.answers[customer]


def _gone(customer: str) -> str:
    return f"Customer {customer} is in the newest snapshot no more. Look the id up again."
