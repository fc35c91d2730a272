"""Links to customers: the segment's name beneath them, where that is switched on and allowed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.access import Access
from bot.desk import Desk
from bot.link_pattern import LinkPattern
from bot.local_workspace import Channel, Driver, LocalWorkspace
from bot.manifest import manifest
from bot.policy import Action, Rule
from segmentation.portfolio import Portfolio
from tests.bot.conftest import CHANNELS, MEMBERS, OPEN

LINKS = LinkPattern("https://crm.example.com/customers/{id}")
PARTNERS = Channel("C03PARTNERS", "partners", is_ext_shared=True)


@pytest.fixture(scope="module")
def workspace() -> Iterator[LocalWorkspace]:
    made = LocalWorkspace(manifest(links=LINKS), members=MEMBERS, channels=(*CHANNELS, PARTNERS))
    with made.running():
        yield made


@pytest.fixture(scope="module")
def desk(desk: Desk) -> Desk:
    only_ben = {Action.SHARE: Rule(members=frozenset(["U02BEN"]))}
    policy = replace(OPEN, rules=OPEN.rules | only_ben)
    return replace(desk, links=LINKS, access=Access(policy, desk.audit))


def beneath(workspace: LocalWorkspace, ben: Driver, desk: Desk, channel: str, text: str) -> str:
    """What stands beneath a link that Ben posts, once the bot has seen it."""
    before = len(desk.audit.records())
    ben.types(text, channel=channel)
    workspace.wait_until(lambda: len(desk.audit.records()) > before)
    return str(ben.sees(channel)[-1]["unfurls"])


def test_the_segments_name_and_nothing_else_stands_beneath_a_link(
    workspace: LocalWorkspace, ben: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    url = f"https://crm.example.com/customers/{portfolio.ids[0]}?tab=notes&x=1"
    ben.types(f"See {url}", channel="segments")
    workspace.wait_until(lambda: ben.sees("segments")[-1]["unfurls"])
    shown = str(ben.sees("segments")[-1]["unfurls"])
    assert "*Cash Advance Heavy, Risk-Prone*" in shown
    assert "Snapshot of 16 Nov 2026" in shown
    assert "Took" not in shown
    record = desk.audit.records()[-1]
    assert (record.member, record.action, record.result) == ("U02BEN", "link", "shown")


def test_nothing_is_shown_where_other_companies_read_along(
    workspace: LocalWorkspace, ben: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    url = f"https://crm.example.com/customers/{portfolio.ids[0]}"
    assert beneath(workspace, ben, desk, "partners", url) == "[]"
    assert desk.audit.records()[-1].result == "denied"


def test_nothing_is_shown_for_who_may_not_share(
    workspace: LocalWorkspace, ada: Driver, desk: Desk, portfolio: Portfolio
) -> None:
    url = f"https://crm.example.com/customers/{portfolio.ids[0]}"
    assert beneath(workspace, ada, desk, "segments", url) == "[]"
    assert desk.audit.records()[-1].result == "denied"


@pytest.mark.parametrize(
    ("url", "customer"),
    [
        ("https://crm.example.com/customers/C10001", "C10001"),
        ("https://crm.example.com/customers/A%201?a=1&amp;b=2", "A 1"),
        ("https://crm.example.com/customers/C10001#top", "C10001"),
        ("https://crm.example.com/customers/", None),
        ("https://crm.example.com/customers/C10001/edit", None),
        ("https://crm.example.com.evil.example/customers/C10001", None),
        ("https://crmxexample.com/customers/C10001", None),
    ],
)
def test_only_addresses_of_the_pattern_name_a_customer(url: str, customer: str | None) -> None:
    assert LINKS.customer(url) == customer


def test_links_are_left_alone_unless_the_setting_says_otherwise() -> None:
    off, on = manifest(), manifest(links=LINKS)
    assert "unfurl_domains" not in off["features"]
    assert "link_shared" not in off["settings"]["event_subscriptions"]["bot_events"]
    assert "links:read" not in off["oauth_config"]["scopes"]["bot"]
    assert on["features"]["unfurl_domains"] == ["crm.example.com"]
    assert "link_shared" in on["settings"]["event_subscriptions"]["bot_events"]
