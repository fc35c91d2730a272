"""What a new snapshot brings: news for who watches, an alert, and the week's digest, each once."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.blocks import card
from bot.blocks.watching import UNWATCH
from bot.local_workspace import Driver, LocalWorkspace
from segmentation.portfolio import Portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.training import TrainedModel
from segmentation.wording import day
from tests.stories.office import Office, asks, opens, upset
from tests.stories.test_team import posted

DRIVES = {card.WATCH, UNWATCH, "/segment subscribe", "/segment watching", "/segment status"}


WeekPasses = Callable[[int], str]


@pytest.fixture
def a_week_passes(office: Office, portfolio: Portfolio, trained: TrainedModel) -> WeekPasses:
    """Lets a week pass, in which so many customers turn to cash advances; the snapshot's day."""

    def pass_it(customers: int) -> str:
        newest = office.desk.store.newest()
        assert newest is not None
        as_of = newest.as_of + timedelta(days=7)
        office.clock.passes(days=7)
        publish(
            office.desk.store,
            scored_batches(trained.model, upset(portfolio, trained.model, slice(customers))),
            model=trained.model,
            as_of=as_of,
            source="portfolio.csv",
            started_at=office.clock(),
        )
        return day(as_of)

    return pass_it


def everything_is_looked_after(office: Office) -> None:
    """The minute strikes twice, as with two replicas or after a restart."""
    for _ in range(2):
        for look in office.looks.values():
            look()
        office.clock.passes(minutes=1)


def test_a_watcher_alone_hears_once_that_a_customer_changed_segment(
    office: Office,
    a_week_passes: WeekPasses,
    trained: TrainedModel,
    portfolio: Portfolio,
    ada: Driver,
    ben: Driver,
    room: str,
) -> None:
    segments = trained.model.assign(portfolio.values).segment
    turns = next(str(portfolio.ids[row]) for row in range(30, 430) if segments[row] != 2)
    asks(ada, f"/segment {turns}", room)
    ada.presses(card.WATCH)
    ada.wait_for_message(room, containing="You get a direct message when customer")
    everything_is_looked_after(office)
    assert posted(ada, "app") == []
    snapshot = a_week_passes(430)
    everything_is_looked_after(office)
    (told,) = posted(ada, "app")
    assert f"*Customer {turns}* is now *Cash Advance Heavy, Risk-Prone*" in told["text"]
    assert "Suggested action" in told["text"]
    assert f"Snapshot of {snapshot}" in told["text"]
    assert posted(ben, "app") == []
    assert f"*{turns}* · Cash Advance Heavy" in asks(ada, "/segment watching", room)["text"]
    ada.presses(UNWATCH)
    ada.wait_for_message(room, containing=f"You watch customer {turns} no more.")


def test_a_team_gets_one_alert_and_one_digest_with_chart_thread_and_file(
    office: Office, a_week_passes: WeekPasses, ben: Driver, pia: Driver, room: str
) -> None:
    opens(ben, "/segment subscribe", room)
    assert ben.submits() == {}
    everything_is_looked_after(office)
    assert posted(pia, room) == []
    snapshot = a_week_passes(830)
    everything_is_looked_after(office)
    said = posted(pia, room)
    (alert,) = (each for each in said if f"*The snapshot of {snapshot} stands out*" in each["text"])
    assert "of customers changed segment, and not evenly" in alert["text"]
    (digest,) = (each for each in said if not each["thread_ts"] and each != alert)
    assert f"Customer segments on {snapshot}" in digest["text"]
    assert "data_visualization" in str(digest["blocks"])
    details, file = (each for each in said if each["thread_ts"] == digest["ts"])
    assert "table" in {block["type"] for block in details["blocks"]}
    assert file["files"][0]["name"].startswith("segments-2026-")
    assert len(said) == 4
    told = asks(ben, "/segment status", room)["text"]
    assert "subscribed by <@U02BEN> · Last: posted" in told


def test_a_digest_that_slack_refuses_is_told_to_its_owner_and_comes_once_the_bot_is_back(
    office: Office, workspace: LocalWorkspace, pia: Driver, room: str
) -> None:
    opens(pia, "/segment subscribe", room)
    assert pia.submits() == {}
    pia.closes_modal(everything=True)
    pia.removes_app(room)
    office.clock.passes(days=7)
    everything_is_looked_after(office)
    (told,) = posted(pia, "app")
    assert "could not be posted*: Segbot is not in the channel" in told["text"]
    assert "`/invite @Segbot`" in told["text"]
    status = asks(pia, "/segment status", room)["text"]
    assert "Last: *failed*" in status
    pia.invites_app(room)
    office.clock.passes(minutes=10)
    everything_is_looked_after(office)
    digest, *thread = posted(pia, room)
    assert "No newer portfolio has been scored" in digest["text"]
    assert len(thread) == 2
    assert len(posted(pia, "app")) == 1
    assert workspace.connected


def test_a_new_snapshot_left_nobody_uninformed(office: Office) -> None:
    assert office.door.driven >= DRIVES
