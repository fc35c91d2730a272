"""`/segment`: the table of sub-commands, and look-ups by customer id."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.audit_query import described, wanted_as_typed
from bot.blocks.around import audit_message, model_message, segments_message
from bot.blocks.digest import digest_preview
from bot.blocks.guide import Usage, help_message, sentence, usage_message
from bot.blocks.parts import Message, unescaped
from bot.blocks.sizes import sizes_message
from bot.blocks.subscriptions import digest_buttons
from bot.blocks.watching import watching_message
from bot.desk import Desk
from bot.exports import export_segment, send_named
from bot.form import open_form
from bot.lookup import MOST_IDS, NO_SNAPSHOT, Reply, answer_beside, looked_up, noted
from bot.policy import Action
from bot.subscribing import (
    end_subscription,
    listed_subscriptions,
    open_subscribing,
    status,
    subscriptions_here,
)
from bot.uploads import open_upload
from bot.watches import Watch
from segmentation.answers import Overview
from segmentation.errors import SegbotError
from segmentation.features import LONGEST_ID

COMMAND: Final = "/segment"
AUDIT_SHOWN: Final = 20
FORM_WORDS: Final = ("", "form")  # the short form, the full one


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, where, and what followed the sub-command's word.

    `client` and `trigger_id` are for what opens a modal.
    """

    member: str
    rest: str
    channel: str
    client: WebClient
    trigger_id: str


@dataclass(frozen=True, slots=True)
class SubCommand:
    """A word after `/segment`, its line in the help, what it answers, and who may ask.

    `action` None is for everyone; `takes_more` says that words may follow; `result` is what the
    audit trail says of it, "" where the answer notes that itself. What opens a modal answers None.
    """

    usage: Usage
    answer: Callable[[Desk, Asked], Message | None]
    action: Action | None = Action.LOOK_UP
    takes_more: bool = False
    result: str = "shown"


def answer_command(
    desk: Desk, ack: Ack, command: dict[str, Any], client: WebClient, respond: Respond
) -> None:
    """Answer `/segment …` to the member alone; the answer goes out with the acknowledgement.

    An answer that Slack may refuse goes ahead of it, so that a plainer one can follow.
    """
    member, channel = command["user_id"], command["channel_id"]
    text = unescaped(command.get("text", "")).strip()
    word, _, rest = text.partition(" ")
    if text.lower() in FORM_WORDS:
        desk.access.check(client, member, channel, Action.FORM)
        open_form(desk, client, command["trigger_id"], quick=not text)
        ack()
        return
    sub_command = SUB_COMMANDS.get(word.lower())
    asked = Asked(member, rest.strip(), channel, client, command["trigger_id"])
    if sub_command is not None and (not rest or sub_command.takes_more):
        if sub_command.action is not None:
            desk.access.check(client, member, channel, sub_command.action)
        told = sub_command.answer(desk, asked)
        if told is None:
            desk.audit.record(member, channel, word.lower(), [("", sub_command.result)])
            ack()
            return
        results = [("", sub_command.result)] if sub_command.result else []
        reply = Reply(told, word.lower(), results)
    else:
        desk.access.check(client, member, channel, Action.LOOK_UP)
        reply = _look_up(desk, replace(asked, rest=text))
    if reply.results:
        noted(desk, member, channel, reply)
    if reply.plainer is None:
        ack(response_type="ephemeral", **reply.message.payload())
    else:
        answer_beside(respond, reply)
        ack()


def _look_up(desk: Desk, asked: Asked) -> Reply:
    customers = asked_ids(asked.rest)
    if customers is None:
        return Reply(usage_message(asked.rest, USAGES), "unclear", [("", "refused")])
    if len(customers) > MOST_IDS:
        told = send_named(desk, asked.client, asked.member, asked.channel, customers)
        return Reply(sentence(told), "look up", [])
    return looked_up(desk, customers)


def asked_ids(text: str) -> list[str] | None:
    """The customer ids in what was typed, each once; None when it is something else.

    One word may be any id; of several, each needs a digit, or they are a sentence. An id in
    quotation marks may hold blanks, or be a word that means something else.
    """
    matches = re.findall(r"[\"“”]([^\"“”]+)[\"“”]|([^\s,]+)", text)
    ids = list(dict.fromkeys(quoted or word for quoted, word in matches))
    bare = [word for _, word in matches if word]
    sentence_like = len(matches) > 1 and any(not re.search(r"\d", word) for word in bare)
    unfit = any(len(one) > LONGEST_ID for one in ids) or any(w.startswith("<") for w in bare)
    return None if not ids or sentence_like or unfit else ids


def _book(desk: Desk) -> Overview:
    book = desk.book()
    if book is None:
        raise SegbotError(NO_SNAPSHOT)
    return book


def _help(_desk: Desk, _asked: Asked) -> Message:
    return help_message(USAGES)


def _sizes(desk: Desk, _asked: Asked) -> Message:
    return sizes_message(_book(desk), desk.label)


def _digest(desk: Desk, asked: Asked) -> Message:
    listed = listed_subscriptions(desk, asked.member)
    here = next((each for each in listed if each.one.channel == asked.channel), None)
    note = f"Preview without chart and thread. {desk.next_post(asked.member)}"
    preview = digest_preview(_book(desk), desk.today(), desk.label, note)
    return Message(preview.text, (*preview.blocks, digest_buttons(here)))


def _subscribe(desk: Desk, asked: Asked) -> None:
    open_subscribing(desk, asked.client, asked.member, asked.channel, asked.trigger_id)


def _subscriptions(desk: Desk, asked: Asked) -> Message:
    return subscriptions_here(desk, asked.member, asked.channel)


def _unsubscribe(desk: Desk, asked: Asked) -> Message:
    return end_subscription(desk, asked.client, asked.member, asked.channel)


def _status(desk: Desk, asked: Asked) -> Message:
    return status(desk, asked.member)


def _segments(desk: Desk, _asked: Asked) -> Message:
    book = desk.book()
    model = book.model if book else desk.shelf.current()
    return segments_message(model, desk.playbook, desk.label)


def _model(desk: Desk, _asked: Asked) -> Message:
    book = desk.book()
    return model_message(book.model if book else desk.shelf.current(), book)


def _watching(desk: Desk, asked: Asked) -> Message:
    return watching_message(watched(desk, asked.member))


def watched(desk: Desk, member: str) -> list[tuple[str, str]]:
    """The customers that a member watches, each with the segment last heard of."""
    return [(watch.customer, _segment_name(desk, watch)) for watch in desk.watches.of(member)]


def _segment_name(desk: Desk, watch: Watch) -> str:
    return desk.playbook.play(desk.store.model(watch.model).segment(watch.segment)).short


def _audit(desk: Desk, asked: Asked) -> Message:
    wanted = wanted_as_typed(asked.rest)
    return audit_message(desk.audit.records(wanted, AUDIT_SHOWN), described(wanted))


def _upload(desk: Desk, asked: Asked) -> None:
    open_upload(desk, asked.client, asked.trigger_id)


def _export(desk: Desk, asked: Asked) -> Message:
    told = export_segment(desk, asked.client, asked.member, asked.channel, asked.rest)
    return sentence(told)


_CUSTOMERS: Final = "Customers"
_LISTS: Final = "Whole lists"
_PORTFOLIO: Final = "The portfolio"
_DIGEST: Final = "The weekly digest"
_SEGBOT: Final = "About Segbot"
SUB_COMMANDS: Final[dict[str, SubCommand]] = {
    "watching": SubCommand(
        Usage("watching", "the customers you watch, and how to stop", _CUSTOMERS),
        _watching,
        Action.WATCH,
    ),
    "upload": SubCommand(
        Usage("upload", "the segment of every customer in a file of yours", _LISTS),
        _upload,
        Action.UPLOAD,
    ),
    "export": SubCommand(
        Usage(
            "export <segment>",
            "all customers of a segment as a file; “with figures” adds these",
            _LISTS,
        ),
        _export,
        Action.EXPORT,
        takes_more=True,
        result="",
    ),
    "sizes": SubCommand(
        Usage("sizes", "how many customers each segment has, and what moved", _PORTFOLIO), _sizes
    ),
    "segments": SubCommand(
        Usage("segments", "what each segment is like, and what to do about it", _PORTFOLIO),
        _segments,
    ),
    "digest": SubCommand(
        Usage("digest", "this week's, as a preview for you alone", _DIGEST), _digest
    ),
    "subscribe": SubCommand(
        Usage("subscribe", "a channel gets it every week: choose when and what", _DIGEST),
        _subscribe,
        Action.SUBSCRIBE,
    ),
    "subscriptions": SubCommand(
        Usage("subscriptions", "this channel's and yours: change, send, end", _DIGEST),
        _subscriptions,
    ),
    "unsubscribe": SubCommand(
        Usage("unsubscribe", "this channel gets it no more", _DIGEST),
        _unsubscribe,
        Action.SUBSCRIBE,
        result="",
    ),
    "status": SubCommand(
        Usage("status", "how each went and when the next comes; snapshot and model", _DIGEST),
        _status,
    ),
    "model": SubCommand(
        Usage("model", "which model answers, since when, and how good", _SEGBOT), _model
    ),
    "audit": SubCommand(
        Usage("audit [id] [since DATE]", "who asked what, and about whom; for admins", _SEGBOT),
        _audit,
        Action.ADMINISTER,
        takes_more=True,
    ),
    "help": SubCommand(Usage("help", "this list", _SEGBOT), _help, None),
}
USAGES: Final[tuple[Usage, ...]] = (
    Usage("<customer id>", "which segment a customer is in, why, how sure, what to do", _CUSTOMERS),
    Usage("<id> <id> …", f"up to {MOST_IDS} customers at a glance, more as a file", _CUSTOMERS),
    Usage("", "a short form: six figures of someone who is in no portfolio yet", _CUSTOMERS),
    Usage("form", "the full form, with all 17 figures", _CUSTOMERS),
    *(sub_command.usage for sub_command in SUB_COMMANDS.values()),
)
