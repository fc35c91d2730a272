"""The company of the stories: its people, its channels, its clock, and the bot at work there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
from slack_bolt import BoltResponse

from bot import shortcuts
from bot.app import ACTIONS, COMMANDS, EVENTS, SHORTCUTS, VIEWS
from bot.commands import FORM_WORDS, SUB_COMMANDS
from bot.desk import Desk
from bot.installations import DEPARTURES
from bot.link_pattern import LinkPattern
from bot.local_workspace import Channel, Driver, LocalWorkspace, Member, UserGroup
from bot.steps import FUNCTIONS
from segmentation.model import SegmentModel
from segmentation.portfolio import Portfolio
from tests.conftest import NOON

LINKS: Final = LinkPattern("https://crm.example.com/customers/{id}")
LAST_WEEK, THIS_WEEK = date(2026, 11, 9), date(2026, 11, 16)
MEMBERS: Final = (
    Member("U01ADA", "Ada Okafor", "Risk analyst", time_zone="Africa/Lagos"),
    Member("U02BEN", "Ben Ruiz", "Marketer", time_zone="Europe/Madrid"),
    Member("U03PIA", "Pia Lang", "Product manager", time_zone="Europe/Berlin"),
    Member("U04NIA", "Nia Mensah", "Administrator", is_admin=True),
    Member("U05GUS", "Gus Gale", "Contractor", is_guest=True),
    Member("U06OTTO", "Otto Oort", "Partner", is_external=True),
    Member("U07RAE", "Rae Quick", "Support"),
)
GROUPS: Final = (UserGroup("S01LEADS", "leads", ("U03PIA", "U05GUS")),)
STANDING: Final = Channel("C01SEGMENTS", "segments", "Weekly digest")
CHANNELS: Final = (
    STANDING,
    Channel("C02PARTNERS", "partners", is_ext_shared=True),
    Channel("C03BOARD", "board", is_private=True, members=("U01ADA", "U02BEN")),
    Channel("C04LOBBY", "lobby", bot_is_member=False),
    *(Channel(f"C{number}STORY", f"story-{number}") for number in range(10, 40)),
)
POLICY: Final = """
ask = "Nia Mensah in #segments"
admins = ["U04NIA"]
a_minute = 100000
[look_up]
members = "everyone"
[form]
members = "everyone"
[share]
members = "everyone"
[watch]
members = "everyone"
[upload]
members = "everyone"
[subscribe]
members = "everyone"
[export]
groups = ["S01LEADS"]
"""
BY_ID: Final = "/segment <id>"


class Clock:
    """The time of the workspace and of the bot; it stands still until told to move on."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **span: float) -> None:
        """Let days, minutes or seconds go by."""
        self.now += timedelta(**span)


@dataclass(slots=True)
class Doorkeeper:
    """Notes which routes are taken; `dawdles` is how many seconds each request lies about first."""

    clock: Clock
    driven: set[str]
    dawdles: float = 0

    def middleware(self) -> Callable[..., BoltResponse]:
        """What Bolt asks before it asks a listener."""

        def noted(body: dict[str, Any], next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002
            self.driven.add(route(body))
            self.clock.passes(seconds=self.dawdles)
            return next()

        return noted


@dataclass(frozen=True, slots=True)
class Office:
    """The bot at work in the workspace; `looks` are what it does every minute, by name."""

    workspace: LocalWorkspace
    desk: Desk
    door: Doorkeeper
    looks: Mapping[str, Callable[[], None]]
    environment: Mapping[str, str]
    rooms: Iterator[str]

    @property
    def clock(self) -> Clock:
        return self.door.clock


REGISTERED: Final = frozenset(
    {
        BY_ID,
        *(f"{command} {word}".rstrip() for command in COMMANDS for word in SUB_COMMANDS),
        *(f"{command} {word}".rstrip() for command in COMMANDS for word in FORM_WORDS),
        *VIEWS,
        *ACTIONS,
        *EVENTS,
        *SHORTCUTS,
        *FUNCTIONS,
        *DEPARTURES,
    }
)


def route(body: dict[str, Any]) -> str:
    """The name in the bot's route tables of what Slack sends."""
    if "command" in body:
        word = body.get("text", "").partition(" ")[0].lower()
        known = word in SUB_COMMANDS or word in FORM_WORDS
        return f"{body['command']} {word}".rstrip() if known else BY_ID
    if body["type"] == "event_callback":
        return _event(body["event"])
    if body["type"] == "block_actions":
        return str(body["actions"][0]["action_id"])
    return str(body["callback_id"] if "callback_id" in body else body["view"]["callback_id"])


def _event(event: dict[str, Any]) -> str:
    if event["type"] == "function_executed":
        return str(event["function"]["callback_id"])
    if event["type"] == "message":
        return f"message.{event['channel_type']}"
    return str(event["type"])


def newest(member: Driver, channel: str) -> str:
    """The `ts` of the newest message that a member sees in a channel."""
    return max((seen["ts"] for seen in member.sees(channel)), default="")


def asks(member: Driver, line: str, channel: str) -> dict[str, Any]:
    """The answer to a line that a member types, which they alone see in a channel."""
    before = newest(member, channel)
    assert member.types(line, channel=channel).error is None
    told = member.wait_for_message(channel, after=before)
    assert told["ephemeral"] or channel == "app"
    return told


def opens(member: Driver, line: str, channel: str) -> dict[str, Any]:
    """The modal that a command opens."""
    assert member.types(line, channel=channel).error is None
    return member.wait_for_modal()


def looks_up_anywhere(member: Driver, customer: str) -> str:
    """What the modal of the global shortcut says of a customer."""
    assert member.uses_global_shortcut(shortcuts.LOOK_UP_ONE).error is None
    assert member.submits({"customer": {"customer": customer}}) == {}
    return str(member.modal)


def upset(portfolio: Portfolio, model: SegmentModel, customers: slice) -> Portfolio:
    """The portfolio when some of its customers have turned to cash advances."""
    values = portfolio.values.copy()
    values[customers] = model.typical(2)
    return replace(portfolio, ids=np.array(portfolio.ids), values=values)
