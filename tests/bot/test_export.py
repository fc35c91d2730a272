"""Customers as files: a whole segment for those who may, and eleven ids or more for everyone."""

import csv
import io
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from slack_sdk import WebClient
from sqlalchemy import text

from bot.access import Access
from bot.audit import AuditTrail
from bot.desk import Desk
from bot.errands import Errands
from bot.local_workspace import Driver, LocalWorkspace
from bot.policy import Action, Rule
from segmentation.features import COLUMNS
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.store import Store
from segmentation.training import TrainedModel
from tests.bot.conftest import OPEN, THIS_WEEK, WICKED, bare_desk, connected
from tests.bot.test_commands import answer

MAY_EXPORT = replace(OPEN, rules=OPEN.rules | {Action.EXPORT: Rule(members=frozenset({"U01ADA"}))})


@pytest.fixture(scope="module")
def bot(workspace: LocalWorkspace, desk: Desk) -> Iterator[WebClient]:
    """The bot under a policy that lets Ada export."""
    allowed = replace(desk, access=Access(MAY_EXPORT, desk.audit))
    with connected(workspace, allowed) as client:
        yield client


def newest_file(workspace: LocalWorkspace, member: Driver, after: str = "") -> dict[str, Any]:
    """The newest message with a file in the member's direct messages with the bot."""

    def arrived() -> list[dict[str, Any]]:
        seen = [each for each in member.sees("app") if each["bot"] and each["files"]]
        return [each for each in seen if each["ts"] > after]

    workspace.wait_until(arrived)
    return arrived()[-1]


def read_csv(workspace: LocalWorkspace, message: dict[str, Any]) -> list[dict[str, str]]:
    (file,) = [each for each in message["files"] if each["name"].endswith(".csv")]
    with urllib.request.urlopen(workspace.url + file["url"].lstrip("/")) as response:  # noqa: S310 - loopback
        return list(csv.DictReader(io.StringIO(response.read().decode("utf-8-sig"))))


def sent(workspace: LocalWorkspace, member: Driver, command: str) -> tuple[str, dict[str, Any]]:
    """What a command answered at once, and the message with the file that followed."""
    before = max((seen["ts"] for seen in member.sees("app")), default="")
    told = answer(member, command)
    return told, newest_file(workspace, member, before)


def test_a_segment_comes_whole_and_in_order(
    workspace: LocalWorkspace, ada: Driver, ben: Driver, desk: Desk, this_week: Portfolio
) -> None:
    told, message = sent(workspace, ada, "/segment export cash")
    scored = desk.shelf.current().assign(this_week.values)
    expected = this_week.ids[scored.segment == 2]
    assert f"The {len(expected):,} customers of Cash Advance Heavy, Risk-Prone" in told
    lines = read_csv(workspace, message)
    assert {line["CUST_ID"] for line in lines} == set(expected.tolist())
    assert len(lines) == len(expected)
    assert {(line["segment"], line["segment_name"]) for line in lines} == {
        ("2", "Cash Advance Heavy, Risk-Prone")
    }
    first = lines[0]
    row = scored[int(np.flatnonzero(this_week.ids == first["CUST_ID"])[0])]
    assert (int(first["runner_up"]), first["band"]) == (row.runner_up, str(row.band))
    assert float(first["confidence"]) == pytest.approx(row.confidence, abs=1e-4)
    assert "BALANCE" not in first
    assert "without their figures" in str(message["blocks"])
    assert "Snapshot of 16 Nov 2026" in str(message["blocks"])
    assert message["files"][0]["name"] == f"segment-2-{THIS_WEEK.isoformat()}.csv"
    assert not [seen for seen in ben.sees("app") if seen["files"]]


def test_figures_come_on_demand(
    workspace: LocalWorkspace, ada: Driver, this_week: Portfolio
) -> None:
    _, message = sent(workspace, ada, "/segment export Low Activity with figures")
    lines = read_csv(workspace, message)
    line = next(line for line in lines if line["CUST_ID"] != WICKED)
    row = int(np.flatnonzero(this_week.ids == line["CUST_ID"])[0])
    figures = [float(line[column]) if line[column] else np.nan for column in COLUMNS]
    np.testing.assert_array_equal(figures, this_week.values[row])


def test_an_export_is_on_record_with_how_many_customers(
    workspace: LocalWorkspace, ada: Driver, desk: Desk
) -> None:
    _, message = sent(workspace, ada, "/segment export 3 with figures")
    count = len(read_csv(workspace, message))
    records = [record for record in desk.audit.records() if record.action == "export"]
    assert [record.result for record in records[-2:]] == [
        "begun",
        f"segment 3: {count} with figures",
    ]
    assert {record.member for record in records[-2:]} == {"U01ADA"}


def test_an_export_that_cannot_be_recorded_is_not_begun(
    workspace: LocalWorkspace, store: Store, desk: Desk
) -> None:
    engine = store.engine
    broken = AuditTrail(engine, desk.now)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE audit"))
    errands = Errands()
    allowed = Access(MAY_EXPORT, desk.audit)
    with connected(workspace, replace(desk, access=allowed, audit=broken, errands=errands)):
        ada = workspace.member("Ada Okafor")
        before = len(ada.sees("app"))
        assert "Something went wrong" in answer(ada, "/segment export 3")
        errands.close()
        assert len(ada.sees("app")) == before


def test_who_may_not_export_is_told_whom_to_ask(ben: Driver, desk: Desk) -> None:
    told = answer(ben, "/segment export 2")
    assert "You may not export customers. Ask whoever runs Segbot" in told
    assert desk.audit.records()[-1].result == "denied"


@pytest.mark.parametrize("typed", ["gold", "", "9 with figures"])
def test_an_unknown_segment_is_answered_with_those_there_are(ada: Driver, typed: str) -> None:
    assert "2 (Cash Advance Heavy), 3 (" in answer(ada, f"/segment export {typed}")


def test_without_a_snapshot_there_is_nothing_to_export(
    tmp_path: Path, workspace: LocalWorkspace, trained: TrainedModel, playbook: Playbook
) -> None:
    with connected(workspace, bare_desk(tmp_path, trained, playbook, MAY_EXPORT)):
        ada = workspace.member("Ada Okafor")
        assert "nothing to export" in answer(ada, "/segment export 2")


def test_eleven_ids_come_as_a_file_with_the_unknown_named(
    workspace: LocalWorkspace, ada: Driver, desk: Desk, this_week: Portfolio
) -> None:
    ids = [*this_week.ids[100:110].tolist(), "C404"]
    told, message = sent(workspace, ada, f"/segment {' '.join(ids)}")
    assert "The segments of these 11 customers come as a file" in told
    lines = read_csv(workspace, message)
    assert [line["CUST_ID"] for line in lines] == ids
    scored = desk.shelf.current().assign(this_week.values[100:110])
    assert [int(line["segment"]) for line in lines[:10]] == scored.segment.tolist()
    assert (lines[10]["segment"], lines[10]["problem"]) == ("", "no such customer")
    assert "has no customer *C404*" in str(message["blocks"])
    records = desk.audit.records()[-11:]
    assert [record.customer for record in records] == [desk.audit.pseudonym(each) for each in ids]
    assert [record.result for record in records] == ["shown"] * 10 + ["unknown"]


def test_a_thousand_ids_are_enough_for_one_command(ada: Driver) -> None:
    told = answer(ada, f"/segment {' '.join(f'C{row}' for row in range(1_001))}")
    assert "You named 1,001 customers; up to 1,000 can be named at once." in told


def test_whoever_waits_for_a_file_when_the_bot_stops_is_told(
    workspace: LocalWorkspace, desk: Desk, this_week: Portfolio
) -> None:
    errands, begun, finished = Errands(at_once=1), threading.Event(), threading.Event()

    def long_one() -> None:
        begun.set()
        assert finished.wait(30)

    with connected(workspace, replace(desk, errands=errands)) as client:
        ada, ben = workspace.member("Ada Okafor"), workspace.member("Ben Ruiz")
        errands.run(client, "U02BEN", long_one)
        assert begun.wait(10)
        named = f"/segment {' '.join(this_week.ids[:11])}"
        assert "come as a file" in answer(ada, named)
        before = max((seen["ts"] for seen in ada.sees("app")), default="")
        closing = threading.Thread(target=errands.close)
        closing.start()
        while "come as a file" in answer(ben, named):
            pass
        assert "Segbot was stopped" in ben.sees("segments")[-1]["text"]
        finished.set()
        closing.join()
        told = [seen["text"] for seen in ada.sees("app") if seen["ts"] > before]
    assert len(told) == 1
    assert "Segbot was stopped before it came to what you asked for. Please ask again." in told[0]
