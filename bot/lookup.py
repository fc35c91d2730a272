"""Looking customers up, whichever door the ids come by: the answer, and what is kept of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.blocks.card import card_view, customer_card
from bot.blocks.found import several_customers, several_plainly, unknown_customer, unknown_view
from bot.blocks.guide import sentence, told_view
from bot.blocks.parts import Message, View, unescaped
from bot.desk import Desk
from bot.policy import Action
from segmentation.answers import answers_for, past_of
from segmentation.errors import SegbotError
from segmentation.features import LONGEST_ID
from segmentation.near_ids import near_ids

MOST_IDS: Final = 10
_WORDS: Final = 2_000  # of a message that are looked at
_BREAKS: Final = re.compile(r"[\s<>|,;]+")
_MARKS: Final = ".:!?()[]{}\"'“”‘’*_~`"
NO_SNAPSHOT: Final = (
    "No portfolio has been scored yet, so there is nothing to show. "
    "Whoever runs Segbot does that with: segbot score PORTFOLIO"
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with what the audit trail says of it: the action, and a result a customer.

    `plainer` says the same where Slack might refuse the answer's blocks; `customer` is whom it
    shows, where that is one alone.
    """

    message: Message
    action: str
    results: Sequence[tuple[str, str]]
    plainer: Message | None = None
    customer: str = ""


def noted(desk: Desk, member: str, channel: str, reply: Reply) -> Reply:
    """The same, once the audit trail has it, and the member's own newest look-ups."""
    beside = desk.recent.adding(member, reply.customer) if reply.customer else None
    desk.audit.record(member, channel, reply.action, reply.results, beside)
    return reply


def looked_up(desk: Desk, customers: Sequence[str]) -> Reply:
    """The answer about one or a few customers of the newest snapshot; who is unknown is said."""
    found = answers_for(desk.store, desk.playbook, customers)
    if found is None:
        results = [(customer, "no snapshot") for customer in customers]
        return Reply(sentence(NO_SNAPSHOT), "look up", results)
    results = [(each, "shown" if each in found.answers else "unknown") for each in customers]
    if len(customers) > 1:
        plainer = several_plainly(found, customers, desk.label)
        table = several_customers(found, customers, desk.label)
        return Reply(table, "look up", results, plainer)
    (customer,) = customers
    if customer not in found.answers:
        near = near_ids(desk.store, customer)
        return Reply(
            unknown_customer(customer, near, found.snapshot, desk.label), "look up", results
        )
    past = past_of(desk.store, desk.playbook, customer)
    card = customer_card(found.answers[customer], past, desk.label)
    return Reply(card, "look up", results, customer=customer)


def looked_up_view(desk: Desk, member: str, customer: str) -> View:
    """The same about one customer in a modal, written into the audit trail."""
    found = answers_for(desk.store, desk.playbook, [customer])
    answer = found.answers.get(customer) if found else None
    result = "no snapshot" if found is None else "shown" if answer else "unknown"
    beside = desk.recent.adding(member, customer) if answer else None
    desk.audit.record(member, "", "look up", [(customer, result)], beside)
    if found is None:
        return told_view(NO_SNAPSHOT)
    if answer is None:
        return unknown_view(customer, near_ids(desk.store, customer), found.snapshot, desk.label)
    return card_view(answer, past_of(desk.store, desk.playbook, customer), desk.label)


def ids_named(desk: Desk, text: str) -> list[str]:
    """The customers of the newest snapshot among the words of a message, in their order."""
    words = [word for part in _BREAKS.split(unescaped(text)) for word in (part, part.strip(_MARKS))]
    fit = [word for word in dict.fromkeys(words) if 0 < len(word) <= LONGEST_ID][:_WORDS]
    there = desk.store.existing(fit)
    return [word for word in fit if word in there]


def answer_beside(respond: Respond, reply: Reply, thread: str | None = None) -> None:
    """Answer to the member alone, beside what the member did; SegbotError where Slack refuses."""
    forms = [form for form in (reply.message, reply.plainer) if form]
    if not any(_is_taken(respond, form, thread) for form in forms):
        raise SegbotError("Slack did not take the answer. Please try again.")


def _is_taken(respond: Respond, answer: Message, thread: str | None) -> bool:
    payload = answer.payload() | ({"thread_ts": thread} if thread else {})
    said = respond(response_type="ephemeral", replace_original=False, **payload)
    return said.status_code == 200


def look_up_pressed(
    desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    """A button that holds an id: the card beside the message, in the modal, or over Home."""
    customer, member = body["actions"][0]["value"], body["user"]["id"]
    channel = body.get("channel", {}).get("id", "")
    desk.access.check(client, member, channel, Action.LOOK_UP)
    if "response_url" in body:
        reply = noted(desk, member, channel, looked_up(desk, [customer]))
        answer_beside(respond, reply, body["container"].get("thread_ts"))
    elif body["view"]["type"] == "modal":
        view = looked_up_view(desk, member, customer)
        client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)
    else:
        view = looked_up_view(desk, member, customer)
        client.views_open(trigger_id=body["trigger_id"], view=view)
    ack()
