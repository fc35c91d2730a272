"""The demo's workspace: who is in it, what they may, what they have said and set up already."""

from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

import numpy as np

from bot.link_pattern import LinkPattern
from bot.local_workspace import Channel, Greeting, LocalWorkspace, Member
from bot.schedule import WeeklySlot
from bot.subscriptions import Subscription, Subscriptions
from bot.watches import Watch, Watches
from segmentation.store import Store

POLICY: Final = Path(__file__).with_name("demo_policy.toml")
LINKS: Final = LinkPattern("https://crm.example.com/customers/{id}")  # nobody's: RFC 2606
DIGEST_CHANNEL: Final = "C01SEGMENTS"
_LIST: Final = Path(__file__).with_name("demo_list.csv")
_LIST_NAME: Final = "made-up-fair-visitors.csv"
_ADA, _BEN, _PRIYA, _GUS, _ELENA = "U01ADA", "U02BEN", "U03PRIYA", "U04GUS", "U05ELENA"
_STAFF: Final = (_ADA, _BEN, _PRIYA)
_CREDIT_RISK: Final = "C02CREDITRISK"
_MARKETING: Final = "C03MARKETING"
_BERLIN: Final = "Europe/Berlin"
_FIRST: Final = 300  # customers, for those who are typical
_LOOKED_THROUGH: Final = 2_000  # customers, for one who has just changed segment

MEMBERS: Final = (
    Member(_ADA, "Ada Okafor", "Risk analyst", _BERLIN),
    Member(_BEN, "Ben Ruiz", "Marketing", "America/New_York"),
    Member(_PRIYA, "Priya Nair", "Product, admin of Segbot", _BERLIN, is_admin=True),
    Member(_GUS, "Gus Lind", "Intern", _BERLIN, is_guest=True),
    Member(_ELENA, "Elena Sato", "Agency", "Asia/Tokyo", is_external=True),
)
CHANNELS: Final = (
    Channel(DIGEST_CHANNEL, "segments", "The weekly digest of the portfolio", members=_STAFF),
    Channel(_CREDIT_RISK, "credit-risk", "Limits, cash advances, collections", members=_STAFF),
    Channel(_MARKETING, "marketing", "Campaigns and offers", members=(*_STAFF, _GUS)),
    Channel(
        "C04LIMITS", "limit-reviews", "Private to three", is_private=True, members=(_ADA, _PRIYA)
    ),
    Channel(
        "C05AGENCY",
        "agency-campaign",
        "With people of another company: no customer is shown here",
        is_ext_shared=True,
        members=(_BEN, _PRIYA, _ELENA),
    ),
)


@dataclass(frozen=True, slots=True)
class Examples:
    """Customers that the demo talks of, and `whose` they are: a sentence without its full stop."""

    customers: list[str]
    whose: str


def greeting(examples: Examples) -> Greeting:
    """What a newcomer reads first, and five things to try."""
    return Greeting(
        title="Welcome to Segbot",
        text=(
            "You are in a local workspace: it looks like Slack and runs on this machine alone, but "
            f"the bot in it is the real one. {examples.whose}. At the lower left you choose who "
            "you are. Choose one of these; a command then waits for Enter:"
        ),
        tries=(
            ("Look up a customer", f"/segment {examples.customers[0]}"),
            ("Compare a few", f"/segment {' '.join(examples.customers)}"),
            ("Enter figures by hand", "/segment"),
            ("Have a list scored", f"#{_CREDIT_RISK}"),
            ("See the whole portfolio", "#home"),
        ),
    )


def typical_customers(store: Store) -> list[str]:
    """Three ids to try, each of another segment and close to its average, cash advances first."""
    ids = store.first_customers(_FIRST)
    found = store.look_up(ids)
    assert found is not None
    model = store.model(found.snapshot.model)
    scored = model.assign(np.array([found.values[customer] for customer in ids]))
    farthest_first = np.argsort(-scored.distance)
    by_segment = {int(scored.segment[row]): ids[row] for row in farthest_first}
    wanted = dict.fromkeys((2, 3, 0, *by_segment))
    return [by_segment[segment] for segment in wanted if segment in by_segment][:3]


def set_up(store: Store, now: datetime) -> None:
    """Ada gets #credit-risk subscribed, and watches a customer whose segment has just changed."""
    slot = WeeklySlot(2, time(8, 30), ZoneInfo(_BERLIN))
    Subscriptions(store.engine).add(
        Subscription(_CREDIT_RISK, slot, owner=_ADA, created_at=now, since=now, seen=now.date())
    )
    if moved := _moved_lately(store):
        Watches(store.engine).add(moved)


def _moved_lately(store: Store) -> Watch | None:
    """Ada's watch of a customer as of the snapshot before the newest, where one has moved."""
    for customer in store.first_customers(_LOOKED_THROUGH):
        match store.history(customer, 2):
            case [before, after] if (before.model, before.segment) != (after.model, after.segment):
                return Watch(_ADA, customer, before.segment, before.model, before.as_of)
    return None


def talk(workspace: LocalWorkspace, examples: Examples) -> None:
    """Let the members say what shortcuts and links are tried on, and so that it says how."""
    ada, ben = workspace.member(_ADA), workspace.member(_BEN)
    first = examples.customers[0]
    link = LINKS.address.replace("{id}", quote(first, safe=""))
    ben.types(f"A link to a (made-up) CRM gets the segment's name beneath it: {link}", _MARKETING)
    ada.types(
        f"Whose limits do we review on Friday? {', '.join(examples.customers)}. "
        "_To try: ⋯ at the upper right of this message, then *Look up customers*._",
        _CREDIT_RISK,
    )
    ben.sends_file(
        _CREDIT_RISK,
        _LIST_NAME,
        _LIST.read_bytes(),
        "Eleven visitors of the fair, made up, with their figures: which segments are they in? "
        "_To try: ⋯ at the upper right of this message, then *Score this list*._",
    )
