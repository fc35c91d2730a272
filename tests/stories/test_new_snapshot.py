"""What a new snapshot brings: news for who watches, an alert, and the week's digest, each once."""

import pytest

from bot.blocks import card
from bot.local_workspace import Driver, LocalWorkspace
from segmentation.portfolio import Portfolio
from segmentation.publishing import publish
from segmentation.scoring import scored_batches
from segmentation.training import TrainedModel
from tests.stories.office import NEXT_WEEK, Office, asks, opens, upset
from tests.stories.test_team import posted

DRIVES = {card.WATCH, "/segment subscribe", "/segment watching", "/segment status"}


@pytest.fixture
def turned(portfolio: Portfolio, trained: TrainedModel) -> list[str]:
    """The customers who will have turned to cash advances by next week, and had not before."""
    segments = trained.model.assign(portfolio.values).segment
    return [str(portfolio.ids[row]) for row in range(30, 430) if segments[row] != 2]


@pytest.fixture
def a_week_passes(office: Office, portfolio: Portfolio, trained: TrainedModel) -> None:
    """Called for by `request.getfixturevalue` once the story has come so far."""
    office.clock.passes(days=7)
    publish(
        office.desk.store,
        scored_batches(trained.model, upset(portfolio, trained.model, slice(430))),
        model=trained.model,
        as_of=NEXT_WEEK,
        source="portfolio.csv",
        started_at=office.clock(),
    )


def everything_is_looked_after(office: Office) -> None:
    """The minute strikes twice, as with two replicas or after a restart."""
    for _ in range(2):
        for look in office.looks.values():
            look()
        office.clock.passes(minutes=1)


def test_watcher_team_and_channel_hear_of_the_new_snapshot_once(
    request: pytest.FixtureRequest,
    office: Office,
    workspace: LocalWorkspace,
    ada: Driver,
    ben: Driver,
    room: str,
    turned: list[str],
) -> None:
    asks(ada, f"/segment {turned[0]}", room)
    ada.presses(card.WATCH)
    ada.wait_for_message(room, containing="You get a direct message when customer")
    opens(ada, "/segment subscribe", room)
    assert ada.submits() == {}
    ada.closes_modal(everything=True)
    everything_is_looked_after(office)
    assert len(posted(ben, "segments")) == 3  # the standing channel's digest of this week
    assert posted(ben, room) == []
    assert posted(ada, "app") == []
    request.getfixturevalue("a_week_passes")
    everything_is_looked_after(office)
    (told,) = posted(ada, "app")
    assert f"*Customer {turned[0]}* is now *Cash Advance Heavy, Risk-Prone*" in told["text"]
    assert "Suggested action" in told["text"]
    assert posted(ben, "app") == []
    said = posted(ben, room)
    (alert,) = (seen for seen in said if "*The snapshot of 23 Nov 2026 stands out*" in seen["text"])
    assert "of customers changed segment, and not evenly" in alert["text"]
    digests = [seen for seen in said if "Customer segments on 23 Nov 2026" in seen["text"]]
    (digest,) = (seen for seen in digests if not seen["thread_ts"])
    in_thread = [seen for seen in said if seen["thread_ts"] == digest["ts"]]
    assert len(in_thread) == 2
    assert in_thread[1]["files"][0]["name"] == "segments-2026-11-23.csv"
    assert len(posted(ben, "segments")) == 7  # the next digest and the alert
    status = asks(ada, "/segment status", room)["text"]
    assert "subscribed by <@U01ADA> · Last: posted" in status
    assert workspace.connected


def test_a_watch_that_was_told_stands_in_the_list_with_the_new_segment(
    ada: Driver, room: str, turned: list[str]
) -> None:
    told = asks(ada, "/segment watching", room)["text"]
    assert f"*{turned[0]}* · Cash Advance Heavy" in told


def test_a_new_snapshot_left_nobody_uninformed(office: Office) -> None:
    assert office.door.driven >= DRIVES
