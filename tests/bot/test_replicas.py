"""Two `segbot run` on one store: what one has done, the other does not do again."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.audit import AuditTrail
from bot.local_workspace import LocalWorkspace
from bot.local_workspace.payloads import event
from bot.local_workspace.records import Json
from bot.local_workspace.socket_mode import SocketMode
from bot.manifest import manifest
from segmentation.model_folder import save
from segmentation.portfolio import Portfolio
from segmentation.store import Store
from segmentation.training import TrainedModel
from tests.bot.conftest import CHANNELS, LAST_WEEK, MEMBERS, bot_environment
from tests.bot.running import Bot, digests
from tests.conftest import Publish


@pytest.fixture
def workspace() -> Iterator[LocalWorkspace]:
    made = LocalWorkspace(manifest(), members=MEMBERS, channels=CHANNELS)
    with made.running():
        yield made


@pytest.fixture
def environment(
    workspace: LocalWorkspace, tmp_path: Path, store_url: str, trained: TrainedModel
) -> dict[str, str]:
    save(trained, tmp_path / "model")
    return bot_environment(workspace, tmp_path / "model", store_url)


def opened_home(workspace: LocalWorkspace, event_id: str) -> Json:
    content = {"type": "app_home_opened", "tab": "home", "user": "U02BEN"}
    return event(workspace._state.app, content, event_id, 0)


def delivered_to_the_other_one(workspace: LocalWorkspace, payload: Json, retry: int) -> None:
    """Slack hands each request to any one connection, a repeated one too."""
    link = workspace._exchange.link
    assert isinstance(link, SocketMode)
    with workspace._state.lock:
        assert len(link._sockets) == 2
        link._sockets.reverse()
    link.deliver("events_api", payload, retry)


def test_of_two_bots_that_start_at_once_one_posts_and_one_answers_what_slack_repeats(
    workspace: LocalWorkspace,
    environment: dict[str, str],
    store: Store,
    portfolio: Portfolio,
    publish_portfolio: Publish,
) -> None:
    publish_portfolio(portfolio, LAST_WEEK)
    audit = AuditTrail(store.engine, lambda: datetime.now(UTC))
    ada, ben = workspace.member("Ada Okafor"), workspace.member("Ben Ruiz")
    with both_running(environment) as bots:
        for number in range(3):
            payload = opened_home(workspace, f"Ev{number}")
            for retry in range(3):
                delivered_to_the_other_one(workspace, payload, retry)
        workspace.wait_until(lambda: bool(digests(ada)), 20, "the digest")
        assert [bot.ended(signal.SIGTERM) for bot in bots] == [0, 0]
    assert ben.home is not None
    assert [record.action for record in audit.records()] == ["home"] * 3
    assert len(digests(ada)) == 1
    assert sum("Posted the digest" in bot.log for bot in bots) == 1


@contextmanager
def both_running(environment: dict[str, str]) -> Iterator[list[Bot]]:
    bots = [Bot(environment), Bot(environment)]
    try:
        for bot in bots:
            bot.wait_for("Segbot is ready")
        yield bots
    finally:
        for bot in bots:
            bot.process.kill()
            bot.process.communicate()
