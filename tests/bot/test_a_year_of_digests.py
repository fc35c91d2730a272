"""A year of digests, simulated: every week once, through summer time, restarts and replicas."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from slack_sdk import WebClient

from bot.desk import Desk
from bot.digest import DigestDelivery
from bot.digest_letter import Digest
from bot.lease import Lease
from bot.ledger import Ledger
from bot.schedule import WeeklySlot
from bot.sender import RefusedError
from bot.subscriptions import Subscription, Subscriptions
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.store import open_store
from segmentation.training import TrainedModel
from tests.bot.conftest import bare_desk
from tests.conftest import NOON

ZONES = ("Europe/Berlin", "America/New_York", "Africa/Lagos", "Pacific/Auckland")
TIMES = (time(0, 30), time(2, 30), time(9))
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
SUNDAY = 6  # the nights in which the clocks change
CATCH_UP = timedelta(hours=48)
NOWHERE = WebClient("xoxb-1", base_url="http://127.0.0.1:9/api/")


@dataclass
class Clock:
    """A clock that tests set."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now.astimezone(UTC)


@dataclass
class Channels:
    """What was posted, by channel; `refuses` are those that Slack refuses to post in."""

    clock: Clock
    posts: list[tuple[str, datetime]] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)

    def __call__(self, _client: WebClient, channel: str, _digest: Digest) -> None:
        if channel in self.refuses:
            raise RefusedError("is_archived")
        self.posts.append((channel, self.clock.now))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def channels(clock: Clock) -> Channels:
    return Channels(clock)


@pytest.fixture
def office(
    tmp_path: Path, clock: Clock, trained: TrainedModel, playbook: Playbook, portfolio: Portfolio
) -> Desk:
    """A desk with a snapshot and nobody subscribed."""
    desk = bare_desk(tmp_path, trained, playbook)
    publish(
        desk.store,
        scored_batches(trained.model, portfolio),
        model=trained.model,
        as_of=date(2025, 12, 29),
        source="p.csv",
        started_at=NOON,
    )
    return replace(desk, now=clock, subscriptions=Subscriptions(desk.store.engine))


def replica(desk: Desk, channels: Channels) -> DigestDelivery:
    """A bot that has just been started: it knows what the store knows."""
    engine = open_store(str(desk.store.engine.url)).engine
    subscriptions = Subscriptions(engine, desk.subscriptions.standing)
    fresh = replace(desk, subscriptions=subscriptions, ledger=Ledger(engine))
    return DigestDelivery(fresh, NOWHERE, Lease(engine, "digests"), CATCH_UP, channels)


def subscribed(desk: Desk, name: str, slot: WeeklySlot, since: datetime = START) -> Subscription:
    one = Subscription(name, slot, frozenset(), "U01ADA", since, since)
    assert desk.subscriptions.add(one)
    return one


def looks(slots: list[WeeklySlot]) -> Iterator[datetime]:
    """Every twelve hours, and in the minutes around each slot, where mistakes are made."""
    around = (timedelta(minutes=minutes) for minutes in (-1, 0, 61))
    steps = [*around]
    at = {START + timedelta(hours=12 * step) for step in range(365 * 2)}
    at |= {
        slot.on(day) + step for slot in slots for day in slot.periods(START, END) for step in steps
    }
    return iter(sorted(at))


def test_in_a_year_each_week_comes_once_whatever_zone_time_restart_or_replica(
    office: Desk, clock: Clock, channels: Channels
) -> None:
    slots = [WeeklySlot(SUNDAY, at, ZoneInfo(zone)) for zone in ZONES for at in TIMES]
    subscribers = [subscribed(office, f"C{n:02}", slot) for n, slot in enumerate(slots)]
    replicas = [replica(office, channels), replica(office, channels)]
    for tick, look in enumerate(looks(slots)):
        clock.now = look
        if tick % 400 == 399:
            replicas[tick // 400 % 2] = replica(office, channels)
        for each in replicas:
            each()
    posted = Counter(
        (channel, one.slot.latest_until(at))
        for channel, at in channels.posts
        for one in subscribers
        if one.channel == channel
    )
    for one in subscribers:
        wanted = one.slot.periods(START, END)
        assert len(wanted) in (52, 53)
        assert [posted[one.channel, period] for period in wanted] == [1] * len(wanted)
    assert sum(posted.values()) == len(channels.posts)
    by_channel = {one.channel: one.slot for one in subscribers}
    for channel, at in channels.posts:  # at the slot's own minute, summer time or not
        assert at == by_channel[channel].on(by_channel[channel].latest_until(at))


def test_a_clock_that_is_set_back_or_forward_over_a_slot_doubles_and_loses_nothing(
    office: Desk, clock: Clock, channels: Channels
) -> None:
    slot = WeeklySlot(0, time(9), ZoneInfo("Europe/Berlin"))
    subscribed(office, "C1", slot)
    delivery, due = replica(office, channels), slot.on(date(2026, 3, 2))
    for minutes in (-90, -30, 5, -115, -20, 10, 240, 30, 600):
        clock.now = due + timedelta(minutes=minutes)
        delivery()
    assert len([at for _, at in channels.posts if at >= due - timedelta(days=1)]) == 1


def test_a_lease_that_a_clock_ahead_of_time_left_behind_stops_nobody(
    office: Desk, clock: Clock, channels: Channels
) -> None:
    slot = WeeklySlot(0, time(9), ZoneInfo("UTC"))
    subscribed(office, "C1", slot)
    clock.now = slot.on(date(2026, 1, 5))
    with Lease(office.store.engine, "digests").held(clock.now + timedelta(days=300)) as mine:
        assert mine
        replica(office, channels)()
    assert len(channels.posts) == 1


def test_while_one_replica_works_the_other_waits(
    office: Desk, clock: Clock, channels: Channels
) -> None:
    slot = WeeklySlot(0, time(9), ZoneInfo("UTC"))
    subscribed(office, "C1", slot)
    clock.now = slot.on(date(2026, 1, 5))
    with Lease(office.store.engine, "digests").held(clock.now):
        replica(office, channels)()
        assert channels.posts == []
    replica(office, channels)()
    assert len(channels.posts) == 1


def test_of_replicas_that_look_at_once_one_posts(
    office: Desk, clock: Clock, channels: Channels
) -> None:
    slot = WeeklySlot(0, time(9), ZoneInfo("UTC"))
    for number in range(5):
        subscribed(office, f"C{number}", slot)
    clock.now = slot.on(date(2026, 1, 5))
    replicas = [replica(office, channels) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        for look in [pool.submit(each) for each in replicas * 4]:
            look.result()
    assert sorted(channel for channel, _ in channels.posts) == [f"C{n}" for n in range(5)]


def test_what_is_late_is_caught_up_within_the_window_and_else_noted_as_missed(
    office: Desk, clock: Clock, channels: Channels
) -> None:
    slot = WeeklySlot(0, time(9), ZoneInfo("Europe/Berlin"))
    subscribed(office, "C1", slot)
    clock.now = slot.on(date(2026, 1, 5)) + CATCH_UP
    replica(office, channels)()
    assert len(channels.posts) == 1
    clock.now = slot.on(date(2026, 1, 26)) + CATCH_UP + timedelta(seconds=1)
    replica(office, channels)()
    assert len(channels.posts) == 1
    for missed in (date(2026, 1, 12), date(2026, 1, 19), date(2026, 1, 26)):
        noted = office.ledger.delivery("C1", missed)
        assert noted is not None
        assert (noted.state, noted.reason) == ("missed", "not_running")


def test_no_period_before_the_subscription_or_its_change_is_posted(
    office: Desk, clock: Clock, channels: Channels
) -> None:
    slot = WeeklySlot(0, time(9), ZoneInfo("UTC"))
    clock.now = slot.on(date(2026, 1, 5)) + timedelta(hours=1)
    one = subscribed(office, "C1", slot, clock.now)
    replica(office, channels)()
    sunday = WeeklySlot(6, time(9), ZoneInfo("UTC"))
    office.subscriptions.change(replace(one, slot=sunday))
    replica(office, channels)()
    assert channels.posts == []
    clock.now = sunday.on(date(2026, 1, 11))
    replica(office, channels)()
    assert len(channels.posts) == 1
    assert office.ledger.last("C1") is not None


def test_a_refused_digest_is_tried_again_until_it_is_too_late(
    office: Desk, clock: Clock, channels: Channels
) -> None:
    slot = WeeklySlot(0, time(9), ZoneInfo("UTC"))
    subscribed(office, "C1", slot)
    channels.refuses.add("C1")
    due, delivery = slot.on(date(2026, 1, 5)), replica(office, channels)
    for minutes in range(0, 48 * 60 + 400, 5):
        clock.now = due + timedelta(minutes=minutes)
        delivery()
    settled = office.ledger.delivery("C1", date(2026, 1, 5))
    assert settled is not None
    assert (settled.state, settled.reason) == ("missed", "is_archived")
    assert 10 < settled.attempts < 20
