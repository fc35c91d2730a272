"""Events that Slack repeats are answered once, whichever replica they reach."""

from dataclasses import replace
from datetime import timedelta

from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from bot.app import identity, slack_app
from bot.desk import Desk
from bot.list_jobs import ListJobs
from bot.list_worker import Worker
from bot.lists import Lists
from bot.local_workspace import Driver, LocalWorkspace
from bot.once import EventsTaken
from bot.run import made_looks
from bot.settings import Settings
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
    return slack_app(desk, client, identity(client))


def test_a_repeated_event_is_answered_once_though_it_reaches_another_replica(
    workspace: LocalWorkspace, desk: Desk, ben: Driver
) -> None:
    before = len(desk.audit.records())
    replicas = [replica(workspace, desk), replica(workspace, desk)]
    answers = [one.dispatch(home_opened("Ev0001", "U02BEN")).status for one in replicas]
    assert answers == [200, 200]
    workspace.wait_until(lambda: ben.home is not None)
    assert len(desk.audit.records()) == before + 1


def test_what_was_taken_is_forgotten_a_day_later_while_the_bot_runs(
    desk: Desk, bot: WebClient
) -> None:
    engine = desk.store.engine
    later = NOON + timedelta(days=2)
    jobs = ListJobs(engine)
    for origin, ended in (("taken", NOON), ("taken lately", later)):
        job = jobs.add(origin, "U01ADA", "list.csv", ended)
        assert job is not None
        jobs.close(job, "done")
    assert EventsTaken(engine, lambda: NOON).is_first("Ev0003")
    assert EventsTaken(engine, lambda: later).is_first("Ev0004")
    scoring = Lists(jobs, desk.audit, Worker({}, 60, 1_000), lambda: later, "", 50)
    much_later = replace(desk, events=EventsTaken(engine, lambda: later), lists=scoring)
    made_looks(Settings(), much_later, bot)["old records"]()
    taken = EventsTaken(engine, lambda: later)
    assert [taken.is_first(event) for event in ("Ev0003", "Ev0004")] == [True, False]
    assert jobs.add("taken lately", "U01ADA", "list.csv", later) is None
    assert jobs.add("taken", "U01ADA", "list.csv", later) is not None
