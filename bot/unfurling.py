"""Links to customers in messages: the segment's name beneath, where that is switched on."""

from typing import Any

from slack_sdk import WebClient

from bot.access import DeniedError
from bot.blocks.unfurled import unfurled
from bot.channels import why_not_shown_in
from bot.desk import Desk
from bot.policy import Action
from segmentation.answers import answers_for


def links_shared(desk: Desk, event: dict[str, Any], client: WebClient) -> None:
    """Show the segments' names beneath customers' links, for a member who may share these.

    Nothing is said where it may not be: nobody asked. It is recorded all the same.
    """
    if desk.links is None or event.get("source") == "composer":
        return
    named = {link["url"]: desk.links.customer(link["url"]) for link in event["links"]}
    customers = sorted({customer for customer in named.values() if customer})
    member, channel = event["user"], event["channel"]
    if not customers or not _may(desk, client, member, channel, customers):
        return
    found = answers_for(desk.store, desk.playbook, customers)
    answers = found.answers if found else {}
    results = [(each, "shown" if each in answers else "unknown") for each in customers]
    desk.audit.record(member, channel, "link", results)
    shown = {
        url: {"blocks": unfurled(answers[customer], desk.label)}
        for url, customer in named.items()
        if customer in answers
    }
    if shown:
        client.chat_unfurl(channel=channel, ts=event["message_ts"], unfurls=shown)


def _may(desk: Desk, client: WebClient, member: str, channel: str, customers: list[str]) -> bool:
    try:
        desk.access.check(client, member, channel, Action.SHARE, Action.LOOK_UP)
    except DeniedError:
        return False
    if why_not_shown_in(client, channel) is not None:
        desk.audit.record(member, channel, "link", [(each, "denied") for each in customers])
        return False
    return True
