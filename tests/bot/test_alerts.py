"""Alerts: what stands out in a new snapshot is told once in each channel that wants it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.alerts import AlertDelivery, AlertRules
from bot.desk import Desk
from bot.lease import Lease
from bot.local_workspace import Channel, Driver, LocalWorkspace
from bot.manifest import manifest
from bot.subscriptions import EVERYTHING, Part, Subscription, Subscriptions
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.snapshot_alarms import AlarmKind, Thresholds
from segmentation.training import TrainedModel
from tests.bot.conftest import LAST_WEEK, MEMBERS, THIS_WEEK, bare_desk
from tests.conftest import NOON

CHANNELS = (
    Channel("C01LOUD", "loud"),
    Channel("C02CALM", "calm"),
    Channel("C03AWAY", "away", bot_is_member=False),
    Channel("C04ACME", "with-acme", is_ext_shared=True),
)
RULES = AlertRules(Thresholds(), timedelta(days=7))


@pytest.fixture
def workspace() -> Iterator[LocalWorkspace]:
    made = LocalWorkspace(manifest(), members=MEMBERS, channels=CHANNELS)
    with made.running():
        yield made


@pytest.fixture
def client(workspace: LocalWorkspace) -> WebClient:
    return WebClient(workspace.bot_token, base_url=workspace.api_url)


@pytest.fixture
def ada(workspace: LocalWorkspace) -> Driver:
    return workspace.member("Ada Okafor")


@pytest.fixture
def office(
    tmp_path: Path,
    trained: TrainedModel,
    playbook: Playbook,
    portfolio: Portfolio,
) -> Desk:
    """A desk with last week's snapshot and two channels, one of which wants no alerts."""
    desk = bare_desk(tmp_path, trained, playbook)
    subscriptions = Subscriptions(desk.store.engine)
    for channel, parts in (("C01LOUD", EVERYTHING), ("C02CALM", frozenset({Part.CHART}))):
        one = Subscription(channel, desk.slot, parts, "U01ADA", NOON, NOON, seen=LAST_WEEK)
        assert subscriptions.add(one)
    made = replace(desk, subscriptions=subscriptions)
    scored(made, trained.model, portfolio, LAST_WEEK)
    return made


def scored(desk: Desk, model: SegmentModel, portfolio: Portfolio, as_of: date) -> None:
    publish(
        desk.store,
        scored_batches(model, portfolio),
        model=model,
        as_of=as_of,
        source="portfolio.csv",
        started_at=NOON,
    )


def upset(portfolio: Portfolio, model: SegmentModel, customers: int) -> Portfolio:
    values = portfolio.values.copy()
    values[:customers] = model.typical(2)
    return replace(portfolio, values=values)


def looks(desk: Desk, client: WebClient) -> None:
    AlertDelivery(desk, client, Lease(desk.store.engine, "alerts"), RULES)()


def test_what_stands_out_is_told_once_where_it_is_wanted(
    ada: Driver, office: Desk, client: WebClient, portfolio: Portfolio, model: SegmentModel
) -> None:
    looks(office, client)
    assert ada.sees("loud") == []
    scored(office, model, upset(portfolio, model, 300), THIS_WEEK)
    looks(office, client)
    looks(office, client)
    (alert,) = ada.sees("loud")
    assert "*The snapshot of 16 Nov 2026 stands out*" in alert["text"]
    assert "Cash Advance Heavy went from" in alert["text"]
    assert "of customers changed segment, and not evenly" in alert["text"]
    assert ada.sees("calm") == []


def test_a_quiet_snapshot_says_nothing(
    ada: Driver, office: Desk, client: WebClient, portfolio: Portfolio, model: SegmentModel
) -> None:
    scored(office, model, upset(portfolio, model, 30), THIS_WEEK)
    looks(office, client)
    assert ada.sees("loud") == []


def test_the_next_snapshot_waits_for_the_cool_down(
    ada: Driver, office: Desk, client: WebClient, portfolio: Portfolio, model: SegmentModel
) -> None:
    scored(office, model, upset(portfolio, model, 300), THIS_WEEK)
    looks(office, client)
    scored(office, model, portfolio, THIS_WEEK + timedelta(days=3))
    for days, alerts in ((3, 1), (8, 2)):
        now = NOON + timedelta(days=days)
        looks(replace(office, now=lambda now=now: now), client)
        assert len(ada.sees("loud")) == alerts


def test_a_snapshot_from_before_the_subscription_is_no_news(
    ada: Driver, office: Desk, client: WebClient, portfolio: Portfolio, model: SegmentModel
) -> None:
    scored(office, model, upset(portfolio, model, 300), THIS_WEEK)
    one = office.subscriptions.of("C01LOUD")
    assert one is not None
    office.subscriptions.change(replace(one, seen=THIS_WEEK))
    looks(office, client)
    assert ada.sees("loud") == []


def test_a_refused_alert_is_told_to_its_owner_and_tried_again(
    ada: Driver,
    office: Desk,
    client: WebClient,
    portfolio: Portfolio,
    model: SegmentModel,
) -> None:
    scored(office, model, upset(portfolio, model, 300), THIS_WEEK)
    one = Subscription("C03AWAY", office.slot, EVERYTHING, "U01ADA", NOON, NOON, LAST_WEEK)
    office.subscriptions.add(one)
    looks(office, client)
    looks(office, client)
    (told,) = ada.sees("app")
    assert "*The alert for <#C03AWAY> could not be posted*: Segbot is not in" in told["text"]
    later = NOON + timedelta(minutes=6)
    invited = (*CHANNELS[:2], Channel("C03AWAY", "away"))
    with (then := LocalWorkspace(manifest(), members=MEMBERS, channels=invited)).running():
        client = WebClient(then.bot_token, base_url=then.api_url)
        looks(replace(office, now=lambda: later), client)
        assert len(then.member("Ada Okafor").sees("away")) == 1


def test_no_alert_is_posted_where_people_of_other_companies_have_come_in(
    ada: Driver, office: Desk, client: WebClient, portfolio: Portfolio, model: SegmentModel
) -> None:
    scored(office, model, upset(portfolio, model, 300), THIS_WEEK)
    one = Subscription("C04ACME", office.slot, EVERYTHING, "U01ADA", NOON, NOON, LAST_WEEK)
    office.subscriptions.add(one)
    looks(office, client)
    assert ada.sees("with-acme") == []
    (told,) = ada.sees("app")
    assert "people of other companies are in the channel" in told["text"]


def test_an_alert_begun_before_a_crash_is_told_to_its_owner_once_and_not_repeated(
    ada: Driver, office: Desk, client: WebClient, portfolio: Portfolio, model: SegmentModel
) -> None:
    scored(office, model, upset(portfolio, model, 300), THIS_WEEK)
    begun = [office.ledger.of(f"alert {kind}") for kind in AlarmKind]
    for ledger in begun:
        assert ledger.claim("C01LOUD", THIS_WEEK, NOON - timedelta(minutes=9))
    looks(office, client)  # another replica may be at it still
    assert ada.sees("app") == []
    for minutes in (1, 2):
        now = NOON + timedelta(minutes=minutes)
        looks(replace(office, now=lambda now=now: now), client)
    (told,) = ada.sees("app")
    assert "whether the alert about the snapshot of 16 Nov 2026 arrived in" in told["text"]
    assert ada.sees("loud") == []
    settled = [ledger.delivery("C01LOUD", THIS_WEEK) for ledger in begun]
    assert {delivery and delivery.state for delivery in settled} == {"unclear"}
