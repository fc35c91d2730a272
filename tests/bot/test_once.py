"""Events that Slack repeats are answered once, whichever replica they reach."""

from datetime import timedelta
from pathlib import Path

from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from bot.app import identity, slack_app
from bot.desk import Desk
from bot.local_workspace import Driver, LocalWorkspace
from bot.once import EventsTaken
from segmentation.store import open_store
from tests.conftest import NOON


def home_opened(event: str, member: str) -> BoltRequest:
    body = {
        "type": "event_callback",
        "event_id": event,
        "event": {"type": "app_home_opened", "tab": "home", "user": member},
    }
    return BoltRequest(mode="socket_mode", body=body)


def replica(workspace: LocalWorkspace, desk: Desk) -> App:
    client = WebClient(workspace.bot_token, base_url=workspace.api_url)
    return slack_app(desk, client, identity(client), threads=2)


def test_a_repeated_event_is_answered_once_though_it_reaches_another_replica(
    workspace: LocalWorkspace, desk: Desk, ben: Driver
) -> None:
    before = len(desk.audit.records())
    replicas = [replica(workspace, desk), replica(workspace, desk)]
    answers = [one.dispatch(home_opened("Ev0001", "U02BEN")).status for one in replicas]
    assert answers == [200, 200]
    workspace.wait_until(lambda: ben.home is not None)
    assert len(desk.audit.records()) == before + 1


def test_what_was_taken_is_forgotten_after_a_day(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path / 'segbot.db'}").engine
    assert EventsTaken(engine, lambda: NOON).is_first("Ev0001")
    assert not EventsTaken(engine, lambda: NOON).is_first("Ev0001")
    assert EventsTaken(engine, lambda: NOON + timedelta(days=2)).is_first("Ev0001")
