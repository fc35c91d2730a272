"""`/segment`: the table of sub-commands, and look-ups by customer id."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.blocks.card import customer_card, several_customers, unknown_customer
from bot.blocks.digest import digest_preview
from bot.blocks.guide import Usage, help_message, sentence, usage_message
from bot.blocks.parts import Message, unescaped
from bot.blocks.sizes import sizes_message
from bot.desk import Desk
from bot.form import open_form
from segmentation.answers import Overview, answers_for
from segmentation.errors import SegbotError

COMMAND: Final = "/segment"
MOST_IDS: Final = 10
LONGEST_ID: Final = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """Who typed the command, and where."""

    member: str
    channel: str


@dataclass(frozen=True, slots=True)
class SubCommand:
    """A word after `/segment`, its line in the help, and what it answers."""

    usage: Usage
    answer: Callable[[Desk, Asked], Message] | None


def answer_command(desk: Desk, ack: Ack, command: dict[str, Any], client: WebClient) -> None:
    """Answer `/segment …` to the member alone; the answer goes out with the acknowledgement."""
    asked = Asked(command["user_id"], command["channel_id"])
    words = unescaped(command.get("text", "")).replace(",", " ").split()
    word = words[0].lower() if len(words) == 1 else ""
    if not words or word == "form":
        open_form(desk, client, command["trigger_id"])
        ack()
        return
    sub_command = SUB_COMMANDS.get(word)
    if sub_command is not None and sub_command.answer is not None:
        reply = sub_command.answer(desk, asked)
        desk.audit.record(asked.member, asked.channel, word, [("", "shown")])
    else:
        reply = _look_up(desk, asked, list(dict.fromkeys(words)))
    ack(response_type="ephemeral", **reply.payload())


def _look_up(desk: Desk, asked: Asked, customers: list[str]) -> Message:
    if not _are_ids(customers):
        return usage_message(USAGES)
    if len(customers) > MOST_IDS:
        return sentence(
            f"Up to {MOST_IDS} customers at once can be looked up; you named {len(customers)}."
        )
    found = answers_for(desk.store, desk.playbook, customers)
    if found is None:
        raise SegbotError(
            "No portfolio has been scored yet, so there is nobody to look up. "
            "Whoever runs Segbot does that with: segbot score PORTFOLIO"
        )
    results = [(each, "shown" if each in found.answers else "unknown") for each in customers]
    desk.audit.record(asked.member, asked.channel, "look up", results)
    if len(customers) > 1:
        return several_customers(found, customers, desk.label)
    if not found.answers:
        return unknown_customer(customers[0], found.snapshot, desk.label)
    return customer_card(found.answers[customers[0]], desk.label)


def _are_ids(words: list[str]) -> bool:
    """One word may be any id; of several, each needs a digit, or they are a sentence."""
    return all(
        len(word) <= LONGEST_ID
        and not word.startswith("<")
        and (len(words) == 1 or any(letter.isdigit() for letter in word))
        for word in words
    )


def _book(desk: Desk) -> Overview:
    book = desk.book()
    if book is None:
        raise SegbotError("No portfolio has been scored yet, so there are no sizes to show.")
    return book


def _help(_desk: Desk, _asked: Asked) -> Message:
    return help_message(USAGES)


def _sizes(desk: Desk, _asked: Asked) -> Message:
    return sizes_message(_book(desk), desk.label)


def _digest(desk: Desk, _asked: Asked) -> Message:
    return digest_preview(_book(desk), desk.today(), desk.label, desk.next_post())


SUB_COMMANDS: Final[dict[str, SubCommand]] = {
    "form": SubCommand(Usage("form", "the same form, by name"), None),
    "sizes": SubCommand(
        Usage("sizes", "how many customers each segment has, and what moved"), _sizes
    ),
    "digest": SubCommand(
        Usage("digest", "this week's digest, as a preview for you alone"), _digest
    ),
    "help": SubCommand(Usage("help", "this list"), _help),
}
USAGES: Final[tuple[Usage, ...]] = (
    Usage("<customer id>", "which segment a customer is in, why, how sure, and what to do"),
    Usage("<id> <id> …", f"up to {MOST_IDS} customers at a glance"),
    Usage("", "a form: enter the figures of someone who is in no portfolio yet"),
    *(sub_command.usage for sub_command in SUB_COMMANDS.values()),
)
