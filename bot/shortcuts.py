"""The shortcuts' listeners: look up a customer from anywhere, or those whom a message names."""

from typing import Any, Final

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.blocks.guide import sentence
from bot.blocks.shortcuts import CUSTOMER, look_up_view
from bot.desk import Desk
from bot.lookup import MOST_IDS, answer_beside, ids_named, looked_up, looked_up_view, noted
from bot.policy import Action

LOOK_UP_ONE: Final = "look_up_customer"
LOOK_UP_NAMED: Final = "look_up_customers"


def look_up_wanted(desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Ask for a customer id in a modal."""
    desk.access.check(client, body["user"]["id"], "", Action.LOOK_UP)
    client.views_open(trigger_id=body["trigger_id"], view=look_up_view(desk.label))
    ack()


def look_up_submitted(
    desk: Desk, ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient
) -> None:
    """Show the card in the modal's place, or who is near when nobody has that id."""
    member = body["user"]["id"]
    desk.access.check(client, member, "", Action.LOOK_UP)
    customer = (view["state"]["values"][CUSTOMER][CUSTOMER]["value"] or "").strip()
    if not customer:
        ack(response_action="errors", errors={CUSTOMER: "Please type a customer id."})
        return
    ack(response_action="update", view=looked_up_view(desk, member, customer))


def named_looked_up(
    desk: Desk, ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    """Look up the customers whom a message names, for who asked alone.

    In its thread where it has one: Slack shows a private answer in none that nobody has begun.
    """
    member, channel, message = body["user"]["id"], body["channel"]["id"], body["message"]
    desk.access.check(client, member, channel, Action.LOOK_UP)
    thread = message.get("thread_ts")
    customers = ids_named(desk, message.get("text", ""))
    if customers:
        reply = noted(desk, member, channel, looked_up(desk, customers[:MOST_IDS]))
        answer_beside(respond, reply, thread)
    if not customers or len(customers) > MOST_IDS:
        told = sentence(_TOO_MANY if customers else _NOBODY)
        respond(
            response_type="ephemeral", replace_original=False, thread_ts=thread, **told.payload()
        )
    ack()


_NOBODY: Final = (
    "That message names no customer of the newest snapshot. Look one up by typing /segment and "
    "the customer's id."
)
_TOO_MANY: Final = f"The message names more customers; these are the first {MOST_IDS}."
