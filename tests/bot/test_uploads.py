"""Whole lists in Slack: sent, scored in a process apart, and given back to who asked alone."""

import csv
import io
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse
from sqlalchemy import Engine

from bot.blocks import lists
from bot.blocks.lists import FILE, SCORE
from bot.desk import Desk
from bot.list_jobs import ListJobs
from bot.list_worker import Worker
from bot.lists import Lists, Order
from bot.local_workspace import Driver, LocalWorkspace, Redelivery
from bot.manifest import manifest
from bot.policy import Action, Rule
from segmentation.features import COLUMNS
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.synthetic import synthetic_portfolio
from segmentation.training import TrainedModel
from tests.bot.conftest import CHANNELS, MEMBERS, NOON, OPEN, bare_desk, connected, lists_of
from tests.bot.test_commands import answer

Json = dict[str, Any]


@pytest.fixture(scope="module")
def bot(workspace: LocalWorkspace, desk: Desk) -> Iterator[WebClient]:
    """The bot, which tells of progress as often as it looks."""
    chatty = replace(desk, lists=lists_of(desk.store, desk.audit, update_every=0))
    with connected(workspace, chatty) as client:
        yield client


@pytest.fixture
def frame(portfolio: Portfolio) -> pd.DataFrame:
    made = pd.DataFrame(portfolio.values[:20], columns=list(COLUMNS)).astype(object)
    made.insert(0, "CUST_ID", portfolio.ids[:20])
    return made


def as_csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def newest(member: Driver) -> str:
    return max((seen["ts"] for seen in member.sees("app")), default="")


def result(
    workspace: LocalWorkspace, member: Driver, after: str, seconds: float = 30
) -> tuple[Json, list[dict[str, str]]]:
    """The message with the scored list that came after a moment, and the list's lines."""

    def arrived() -> list[Json]:
        seen = [each for each in member.sees("app") if each["bot"] and each["files"]]
        return [each for each in seen if each["ts"] > after]

    workspace.wait_until(arrived, seconds)
    message = arrived()[0]
    file = next(each for each in message["files"] if each["name"].endswith(".csv"))
    with urllib.request.urlopen(workspace.url + file["url"].lstrip("/")) as response:  # noqa: S310 - loopback
        text = response.read().decode("utf-8-sig")
    return message, list(csv.DictReader(io.StringIO(text)))


def settled(workspace: LocalWorkspace, member: Driver, containing: str, after: str) -> Json:
    """The app's message that holds this text, once it does."""

    def found() -> list[Json]:
        said = [each for each in member.sees("app") if each["bot"] and each["ts"] > after]
        return [each for each in said if containing in each["text"]]

    workspace.wait_until(found, 30)
    return found()[-1]


def test_a_list_in_a_direct_message_comes_back_scored_in_its_thread(
    workspace: LocalWorkspace, ada: Driver, desk: Desk, frame: pd.DataFrame, portfolio: Portfolio
) -> None:
    frame.loc[4, "PURCHASES"] = "1,234.50"
    frame.loc[6, "CREDIT_LIMIT"] = ""
    before = newest(ada)
    ada.sends_file("app", "march.csv", as_csv(frame))
    message, lines = result(workspace, ada, before)
    sent = next(seen for seen in ada.sees("app") if seen["ts"] > before)
    assert message["thread_ts"] == sent["ts"]
    assert [line["CUST_ID"] for line in lines] == frame["CUST_ID"].tolist()
    scored = desk.shelf.current().assign(portfolio.values[:20])
    good = [row for row in range(20) if row not in {4, 6}]
    assert [int(lines[row]["segment"]) for row in good] == scored.segment[good].tolist()
    assert lines[4]["problem"].startswith("PURCHASES is “1,234.50”, and must be a number.")
    assert "CREDIT_LIMIT" in lines[6]["imputed"]
    assert [file["name"] for file in message["files"]] == ["march-segments.csv", "segments.png"]
    assert message["files"][1]["alt_txt"].startswith("Bar chart of the scored customers")
    told = str(message["blocks"])
    assert "*march.csv*: 20 rows, 19 with a segment and 1 without." in told
    assert "Row 6: PURCHASES is “1,234.50”" in told
    assert "Made-up customers" in told
    done = settled(workspace, ada, "Scored *march.csv*: 20 rows", before)
    assert done["thread_ts"] == sent["ts"]


def test_nobody_else_sees_a_list_and_the_trail_tells_of_it(
    workspace: LocalWorkspace, ada: Driver, ben: Driver, desk: Desk, frame: pd.DataFrame
) -> None:
    before, known = newest(ada), len(desk.audit.records())
    ada.sends_file("app", "quiet.csv", as_csv(frame))
    result(workspace, ada, before)
    assert not any("quiet" in str(seen) for seen in [*ben.sees("app"), *ben.sees("segments")])
    records = desk.audit.records()[known:]
    assert [(record.member, record.action, record.result) for record in records] == [
        ("U01ADA", "upload", "begun"),
        ("U01ADA", "upload", "20 rows, 0 bad"),
    ]


def test_the_form_takes_a_list(workspace: LocalWorkspace, ada: Driver, frame: pd.DataFrame) -> None:
    answer(ada, "/segment upload")
    before = newest(ada)
    assert ada.submits({FILE: {FILE: [("april.csv", as_csv(frame))]}}) == {}
    assert "*april.csv* is being scored" in str(ada.modal)
    ada.closes_modal()
    message, lines = result(workspace, ada, before)
    assert len(lines) == 20
    root = settled(workspace, ada, "Scored *april.csv*", before)
    assert (message["thread_ts"], root["thread_ts"]) == (root["ts"], None)


def test_home_leads_to_the_form(ada: Driver) -> None:
    ada.opens_home()
    ada.presses(lists.OPEN)
    ada.wait_for_modal(containing="Score a list")
    ada.closes_modal()


def test_the_form_says_under_the_input_what_it_cannot_take(ada: Driver) -> None:
    answer(ada, "/segment upload")
    errors = ada.submits({FILE: {FILE: [("april.xlsx", b"PK")]}})
    assert "is a spreadsheet: save it" in errors[FILE]
    ada.closes_modal()


def test_a_list_in_a_channel_is_answered_in_private(
    workspace: LocalWorkspace, ada: Driver, ben: Driver, frame: pd.DataFrame
) -> None:
    ben.sends_file("segments", "may.csv", as_csv(frame))
    before, seen_before = newest(ada), len(ben.sees("segments"))
    sent = ada.sees("segments")[-1]
    ada.uses_shortcut(SCORE, sent)
    note = ada.sees("segments")[-1]
    assert (note["ephemeral"], note["thread_ts"]) == (True, None)
    assert "Scoring *may.csv*. The result goes to your direct messages" in note["text"]
    _, lines = result(workspace, ada, before)
    assert len(lines) == 20
    assert len(ben.sees("segments")) == seen_before


def test_a_message_without_a_list_gets_a_hint(ada: Driver) -> None:
    ada.types("Good morning", channel="segments")
    ada.uses_shortcut(SCORE, ada.sees("segments")[-1])
    told = ada.sees("segments")[-1]
    assert told["ephemeral"]
    assert "That message has no file.\nSend a CSV or Parquet file" in told["text"]


def test_a_file_out_of_reach_is_explained(
    workspace: LocalWorkspace, ada: Driver, frame: pd.DataFrame
) -> None:
    before = newest(ada)
    ada.sends_file("credit-risk", "june.csv", as_csv(frame))
    ada.uses_shortcut(SCORE, ada.sees("credit-risk")[-1])
    told = settled(workspace, ada, "invite me where it is", before)
    assert "file_not_found" in told["text"]


@pytest.mark.parametrize("name", ["list.xlsx", "photo.png"])
def test_what_is_no_list_gets_a_friendly_hint(
    workspace: LocalWorkspace, ada: Driver, name: str
) -> None:
    before = newest(ada)
    ada.sends_file("app", name, b"PK\3\4")
    told = settled(workspace, ada, "Send a CSV or Parquet file with one customer a row", before)
    assert name in told["text"]
    assert told["thread_ts"]


def test_a_file_that_cannot_be_used_is_answered_in_a_sentence(
    workspace: LocalWorkspace, ada: Driver, desk: Desk
) -> None:
    before = newest(ada)
    ada.sends_file("app", "notes.csv", b"a,b\n1,2\n")
    told = settled(workspace, ada, "Row 1 names none of the 18 columns", before)
    assert told["thread_ts"]
    assert settled(workspace, ada, "*notes.csv* was not scored.", before)
    assert desk.audit.records()[-1].result == "failed"


def test_ids_alone_are_looked_up_and_accounted_for_one_by_one(
    workspace: LocalWorkspace, ada: Driver, desk: Desk, this_week: Portfolio
) -> None:
    ids = [*this_week.ids[50:53].tolist(), "+404"]
    before = newest(ada)
    ada.sends_file("app", "ids.csv", "\n".join(["CUST_ID", *ids]).encode())
    _, lines = result(workspace, ada, before)
    scored = desk.shelf.current().assign(this_week.values[50:53])
    assert [int(line["segment"]) for line in lines[:3]] == scored.segment.tolist()
    assert "has no such customer" in lines[3]["problem"]
    records = [record for record in desk.audit.records() if record.customer][-4:]
    assert [record.customer for record in records] == [desk.audit.pseudonym(each) for each in ids]
    assert [record.result for record in records] == ["shown"] * 3 + ["unknown"]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_many_ids_are_no_way_round_the_export(
    workspace: LocalWorkspace, ada: Driver, end: str
) -> None:
    before = newest(ada)
    many = end.join(["CUST_ID", *(f"C{row}" for row in range(1_001))])
    ada.sends_file("app", "everyone.csv", many.encode())
    assert settled(workspace, ada, "and more than 1,000 of them: send fewer", before)


def test_what_slack_repeats_is_one_job(own_desk: Desk, frame: pd.DataFrame) -> None:
    again = Redelivery(kinds=("events_api", "interactive"))
    twice = LocalWorkspace(manifest(), members=MEMBERS, channels=CHANNELS, redeliver=again)
    with twice.running(), connected(twice, own_desk):
        ada = twice.member("Ada Okafor")
        ada.sends_file("app", "sent.csv", as_csv(frame))
        settled(twice, ada, "Scored *sent.csv*", "")
        before = newest(ada)
        ada.uses_shortcut(SCORE, ada.sees("app")[0])
        settled(twice, ada, "Scored *sent.csv*", before)
        files = [file["name"] for seen in ada.sees("app") if seen["bot"] for file in seen["files"]]
    assert files.count("sent-segments.csv") == 2
    assert [record.result for record in own_desk.audit.records()] == ["begun", "20 rows, 0 bad"] * 2


def test_who_may_not_have_lists_scored_is_told_whom_to_ask(
    tmp_path: Path,
    workspace: LocalWorkspace,
    trained: TrainedModel,
    playbook: Playbook,
    frame: pd.DataFrame,
) -> None:
    policy = replace(OPEN, rules=OPEN.rules | {Action.UPLOAD: Rule()})
    with connected(workspace, bare_desk(tmp_path, trained, playbook, policy)):
        ada = workspace.member("Ada Okafor")
        before = newest(ada)
        ada.sends_file("app", "list.csv", as_csv(frame))
        assert settled(workspace, ada, "You may not have whole lists scored. Ask", before)
        assert "You may not have whole lists" in answer(ada, "/segment upload")


@pytest.fixture
def own_desk(tmp_path: Path, trained: TrainedModel, playbook: Playbook) -> Desk:
    return bare_desk(tmp_path, trained, playbook)


@pytest.fixture
def large() -> bytes:
    """50,000 customers."""
    return as_csv(synthetic_portfolio(50_000, np.random.default_rng(1)))


def test_a_list_that_takes_too_long_is_given_up(
    workspace: LocalWorkspace, own_desk: Desk, frame: pd.DataFrame
) -> None:
    hasty = replace(own_desk, lists=lists_of(own_desk.store, own_desk.audit, seconds=0))
    with connected(workspace, hasty):
        ada = workspace.member("Ada Okafor")
        before = newest(ada)
        ada.sends_file("app", "list.csv", as_csv(frame))
        assert settled(workspace, ada, "was given up: split it into smaller files", before)


def test_a_process_that_breaks_is_told_with_a_reference_and_without_figures(
    workspace: LocalWorkspace,
    own_desk: Desk,
    frame: pd.DataFrame,
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker = Worker({"PYTHONHOME": "nowhere"}, 60, most_ids=1_000)
    jobs = ListJobs(own_desk.store.engine)
    broken = Lists(jobs, own_desk.audit, worker, lambda: NOON, "", 50)
    with connected(workspace, replace(own_desk, lists=broken)):
        ada = workspace.member("Ada Okafor")
        before = newest(ada)
        ada.sends_file("app", "list.csv", as_csv(frame))
        told = settled(workspace, ada, "tell whoever runs Segbot this reference", before)
    assert told["text"].rpartition(" ")[2] in caplog.text
    assert "The process that scores lists broke" in caplog.text
    assert str(frame["CUST_ID"][0]) not in caplog.text
    assert own_desk.audit.records()[-1].result == "failed"


def test_a_list_that_is_too_large_is_refused(
    workspace: LocalWorkspace, own_desk: Desk, large: bytes
) -> None:
    strict = replace(own_desk, lists=lists_of(own_desk.store, own_desk.audit, most_mb=1))
    with connected(workspace, strict):
        ada = workspace.member("Ada Okafor")
        before = newest(ada)
        ada.sends_file("app", "list.csv", large)
        assert settled(workspace, ada, "has more than 1 MB, and I take no more", before)


def test_whoever_waits_when_the_bot_stops_is_told(
    workspace: LocalWorkspace, own_desk: Desk, frame: pd.DataFrame
) -> None:
    with connected(workspace, own_desk):
        ada = workspace.member("Ada Okafor")
        before = newest(ada)
        for name in ("1.csv", "2.csv", "3.csv", "4.csv"):
            ada.sends_file("app", name, as_csv(frame))
        settled(workspace, ada, "* waits: 1 list is before it.", before)
        last = settled(workspace, ada, "* waits: 2 lists are before it.", before)
        own_desk.lists.close()
        settled(workspace, ada, "Please send it again.", before)
        renewed = next(seen for seen in ada.sees("app") if seen["ts"] == last["ts"])
        assert renewed["text"].endswith("was not scored.")
    assert own_desk.audit.records()[-1].result == "interrupted"


def test_of_many_files_each_is_scored_though_slack_puts_one_off_and_breaks_on_another(
    workspace: LocalWorkspace, ada: Driver, frame: pd.DataFrame
) -> None:
    before = newest(ada)
    workspace.break_method(
        "chat.postMessage", "ratelimited", http_status=429, retry_after=0, times=1
    )
    names = [f"part-{number}.csv" for number in range(3)]
    ada.sends_files("app", {name: as_csv(frame) for name in names})
    for name in names:
        assert settled(workspace, ada, f"Scored *{name}*: 20 rows", before)
    before = newest(ada)
    workspace.break_method("chat.postMessage", "internal_error", times=1)
    ada.sends_files("app", {name: as_csv(frame) for name in names})
    assert settled(workspace, ada, "part-0.csv: Something went wrong on Segbot's side", before)
    for name in names[1:]:
        assert settled(workspace, ada, f"Scored *{name}*: 20 rows", before)


def test_a_result_that_may_have_arrived_is_not_called_unscored(
    workspace: LocalWorkspace, ada: Driver, desk: Desk, frame: pd.DataFrame
) -> None:
    before = newest(ada)
    workspace.break_method("files.completeUploadExternal", "request_timeout", times=1)
    ada.sends_file("app", "perhaps.csv", as_csv(frame))
    assert settled(workspace, ada, "It is not known whether what you asked for arrived", before)
    assert settled(workspace, ada, "*perhaps.csv* was scored.", before)
    assert desk.audit.records()[-1].result == "unclear"


def test_files_that_are_no_lists_are_answered_in_one_message(
    workspace: LocalWorkspace, ada: Driver, frame: pd.DataFrame
) -> None:
    before = newest(ada)
    ada.sends_files("app", {"a.png": b"PNG", "b.csv": as_csv(frame), "c.xlsx": b"PK"})
    told = settled(workspace, ada, "a.png", before)
    assert "c.xlsx" in told["text"]
    assert told["text"].count("Send a CSV or Parquet file") == 1
    sent = next(seen for seen in ada.sees("app") if seen["ts"] > before)
    assert settled(workspace, ada, "Scored *b.csv*", before)
    seen, before = len(ada.sees("app")), newest(ada)
    ada.uses_shortcut(SCORE, sent)
    notes = [each for each in ada.sees("app")[seen:] if each["ephemeral"]]
    assert [
        all(name in note["text"] for name in ("a.png", "b.csv", "c.xlsx")) for note in notes
    ] == [True]
    assert settled(workspace, ada, "Scored *b.csv*", before)


def test_after_a_crash_nobody_waits_for_ever(
    workspace: LocalWorkspace, ada: Driver, bot: WebClient, desk: Desk
) -> None:
    crashed = ListJobs(desk.store.engine)
    job = crashed.add("crashed", "U01ADA", "lost.csv", NOON - timedelta(minutes=3))
    assert job is not None
    before = newest(ada)
    desk.lists.tell_lost(lambda _member: bot)
    told = settled(workspace, ada, "lost.csv: Segbot was stopped before this list", before)
    assert "send it again" in told["text"]
    after = newest(ada)
    desk.lists.tell_lost(lambda _member: bot)
    assert newest(ada) == after


def test_a_list_that_another_process_scores_is_not_lost(
    ada: Driver, bot: WebClient, desk: Desk
) -> None:
    other = ListJobs(desk.store.engine)
    assert other.add("elsewhere", "U01ADA", "theirs.csv", NOON - timedelta(minutes=3)) is not None
    other.alive(NOON)
    before = newest(ada)
    desk.lists.tell_lost(lambda _member: bot)
    assert newest(ada) == before


class Slow(WebClient):
    """A client to which Slack does not show a file before `shown` is set."""

    shown = threading.Event()

    def files_info(self, **wanted: Any) -> SlackResponse:
        assert self.shown.wait(30)
        return super().files_info(**wanted)


class Signs(ListJobs):
    """The record of lists, which keeps count of the signs of life besides."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.given = threading.Semaphore(0)

    def alive(self, now: datetime) -> None:
        super().alive(now)
        self.given.release()


def test_a_list_that_is_slow_to_come_is_not_lost(
    workspace: LocalWorkspace, ada: Driver, bot: WebClient, own_desk: Desk, frame: pd.DataFrame
) -> None:
    now = NOON
    engine, before = own_desk.store.engine, newest(ada)
    jobs = Signs(engine)
    worker = Worker({"SEGBOT_STORE_URL": str(engine.url)}, 60, most_ids=1_000)
    scoring = Lists(jobs, own_desk.audit, worker, lambda: now, "", 50, alive_every=0.01)
    ada.sends_file("segments", "slow.csv", as_csv(frame))
    file = ada.sees("segments")[-1]["files"][0]["id"]
    model = own_desk.shelf.current().document
    client = Slow(bot.token, base_url=workspace.api_url)
    scoring.take(client, Order("slow", file, "slow.csv", "U01ADA", "", None, model))
    now += timedelta(minutes=3)
    for _ in range(2):  # the first may have been under way
        assert jobs.given.acquire(timeout=10)
    assert ListJobs(engine).lost(now) == []
    client.shown.set()
    settled(workspace, ada, "Scored *slow.csv*", before)
    scoring.close()


def test_a_large_list_and_look_ups_go_side_by_side(
    workspace: LocalWorkspace, ada: Driver, ben: Driver, portfolio: Portfolio, large: bytes
) -> None:
    before = newest(ada)
    ada.sends_file("app", "large.csv", large)
    settled(workspace, ada, "of about 50,000 rows …", before)
    ids = [str(customer) for customer in portfolio.ids[200:240]]
    with ThreadPoolExecutor(4) as pool:
        deliveries = list(
            pool.map(lambda one: ben.types(f"/segment {one}", channel="segments"), ids)
        )
    message, lines = result(workspace, ada, before)
    assert all(delivery.error is None for delivery in deliveries)
    assert all((delivery.acknowledged_after or 9) < 3 for delivery in deliveries)
    cards = "\n".join(seen["text"] for seen in ben.sees("segments") if seen["ephemeral"])
    assert all(one in cards for one in ids)
    assert len(lines) == 50_000
    assert "*large.csv*: 50,000 rows, all with a segment." in str(message["blocks"])
