"""The form in which a channel is subscribed to the digest, and what it says once that is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.blocks.parts import Block, View, actions, bullets, button, context, modal, plain, section
from bot.blocks.times import told_in_both
from bot.schedule import DAYS
from bot.subscriptions import Part, Subscription

OPEN: Final = "subscribe_open"
EDIT: Final = "subscription_edit"
SEND_NOW: Final = "digest_send_now"
PREVIEW: Final = "digest_preview"
UNSUBSCRIBE: Final = "unsubscribe"
SUBMITTED: Final = "subscribe_submitted"
# Of each input its block_id and, within that, its action_id.
CHANNEL: Final = "channel"
DAY: Final = "day"
TIME: Final = "time"
ZONE: Final = "zone"
OTHER_ZONE: Final = "other_zone"
PARTS: Final = "parts"


@dataclass(frozen=True, slots=True)
class Filled:
    """What the form holds at first: `zone` is among the `zones`; `channel` "" asks for one.

    `editing` says that the channel is settled.
    """

    channel: str
    weekday: int
    at: str
    zone: str
    zones: Sequence[str]
    parts: frozenset[Part]
    editing: bool = False


def subscribe_view(filled: Filled) -> View:
    """The form; what is edited travels in its private_metadata."""
    title = "Change the digest" if filled.editing else "Subscribe a channel"
    blocks = [
        _channel_settled(filled.channel) if filled.editing else _channel_input(filled.channel),
        _input(DAY, "Day", _select([(str(n), day) for n, day in enumerate(DAYS)], filled.weekday)),
        _input(TIME, "Time", {"type": "timepicker", "initial_time": filled.at}),
        _input(
            ZONE,
            "Time zone",
            _select([(zone, zone) for zone in filled.zones], filled.zone),
            hint="The digest keeps to this wall clock, summer time included.",
        ),
        _input(
            OTHER_ZONE,
            "Another time zone",
            {"type": "plain_text_input", "placeholder": plain("Pacific/Chatham")},
            hint="Only where yours is not in the list: its IANA name. It wins over the list.",
            optional=True,
        ),
        _input(PARTS, "What to include", _checkboxes(filled.parts), optional=True),
    ]
    carried = {"private_metadata": filled.channel} if filled.editing else {}
    return (
        modal(title, blocks)
        | {"callback_id": SUBMITTED, "close": plain("Cancel")}
        | {"submit": plain("Save" if filled.editing else "Subscribe")}
        | carried
    )


def subscribed_view(one: Subscription, next_at: datetime) -> View:
    """What was agreed on, and when the next digest comes, in the reader's time and the zone's."""
    parts = [part.words for part in Part if part in one.parts]
    told = f"\n{bullets(parts)}" if parts else ""
    return modal(
        "Done",
        [
            section(f"<#{one.channel}> gets the digest *{one.slot.words}*.{told}"),
            section(f"*Next digest:* {told_in_both(next_at, one.slot.zone)}"),
            actions(button("Preview to me", PREVIEW, value=one.channel)),
            context("To change or end it: `/segment subscriptions`"),
        ],
    ) | {"close": plain("Close")}


def _channel_settled(channel: str) -> Block:
    return section(f"*Channel*\n<#{channel}>")


def _channel_input(channel: str) -> Block:
    initial = {"initial_conversation": channel} if channel else {}
    chooses = {
        "type": "conversations_select",
        "filter": {
            "include": ["public", "private"],
            "exclude_external_shared_channels": True,
            "exclude_bot_users": True,
        },
    }
    hint = "Segbot has to be in it: /invite @Segbot. Private channels are fine."
    return _input(CHANNEL, "Channel", chooses | initial, hint=hint)


def _select(options: Sequence[tuple[str, str]], chosen: object) -> dict[str, Any]:
    made = [{"text": plain(text), "value": value} for value, text in options]
    (initial,) = (option for option in made if option["value"] == str(chosen))
    return {"type": "static_select", "options": made, "initial_option": initial}


def _checkboxes(chosen: frozenset[Part]) -> dict[str, Any]:
    made = {part: {"text": plain(part.words), "value": str(part)} for part in Part}
    ticked = [option for part, option in made.items() if part in chosen]
    initial = {"initial_options": ticked} if ticked else {}
    return {"type": "checkboxes", "options": list(made.values())} | initial


def _input(
    name: str, label: str, element: dict[str, Any], *, hint: str = "", optional: bool = False
) -> Block:
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": plain(label),
        "element": element | {"action_id": name},
        "optional": optional,
    }
    return block | ({"hint": plain(hint)} if hint else {})
