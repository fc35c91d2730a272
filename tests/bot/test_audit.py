"""The audit trail: nothing is changed or removed unseen, and auditors get at all of it."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from bot.audit import AuditTrail, Wanted
from bot.audit_chain import End, TamperedError
from bot.audit_query import described, moment, wanted_as_typed
from segmentation.errors import SegbotError
from segmentation.statements import Statements
from segmentation.store import open_store
from tests.bot.conftest import Segbot
from tests.conftest import NOON

KEY = "k" * 32
Tampering = Callable[[Connection], object]


class Clock:
    """A clock that is a minute later each time it is read."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def trail(store_url: str) -> AuditTrail:
    """Five records: two by Ada of two customers at once, then three by others."""
    made = AuditTrail(open_store(store_url).engine, Clock(), KEY)
    made.record("U01ADA", "C01", "look up", [("C1", "shown"), ("C2", "unknown")])
    made.record("U02BEN", "", "home", [("", "shown")])
    made.record("U02BEN", "C01", "export", [("", "denied")])
    made.record("U03EVE", "C02", "look up", [("=C1", "shown")])
    return made


def sql(statement: str) -> Tampering:
    return lambda connection: connection.execute(text(statement))


def swapped(connection: Connection) -> None:
    for before, after in ((2, 99), (3, 2), (99, 3)):
        move = text("update audit set id = :after where id = :before")
        connection.execute(move, {"before": before, "after": after})


def cut_and_set_back(connection: Connection) -> None:
    """Remove the last record and make the head say what it would have said before it."""
    connection.execute(text("delete from audit where id = 5"))
    last = connection.execute(text("select hash from audit where id = 4")).scalar_one()
    connection.execute(text("update audit_head set records = 4, hash = :hash"), {"hash": last})


TAMPERINGS = {
    "an id": sql("update audit set id = 77 where id = 5"),
    "a time": sql("update audit set at = '2026-11-18 09:00:00.000000' where id = 3"),
    "a member": sql("update audit set member = 'U09MAL' where id = 1"),
    "a channel": sql("update audit set channel = '' where id = 4"),
    "an action": sql("update audit set action = 'home' where id = 4"),
    "a customer": sql("update audit set customer = '' where id = 2"),
    "a result": sql("update audit set result = 'shown' where id = 4"),
    "a hash": sql("update audit set hash = substr(hash, 2) || 'x' where id = 5"),
    "the first record": sql("delete from audit where id = 1"),
    "a record in the middle": sql("delete from audit where id = 3"),
    "the last record": sql("delete from audit where id = 5"),
    "the last record, head set back": cut_and_set_back,
    "all records": sql("delete from audit"),
    "a record put in": sql(
        "insert into audit select 6, at, member, channel, action, customer, result, hash "
        "from audit where id = 5"
    ),
    "two records swapped": swapped,
    "the head": sql("update audit_head set records = 4"),
    "the head's seal": sql("update audit_head set hash = (select hash from audit where id = 5)"),
    "the head removed": sql("delete from audit_head"),
}


def tamper(store_url: str, tampering: Tampering) -> None:
    with open_store(store_url).engine.begin() as connection:
        tampering(connection)


def held_up(trail: AuditTrail, waiting: int) -> list[Exception]:
    """Let so many threads bring a record while the trail is busy; what they were told of it."""
    told: list[Exception] = []

    def bring(customer: str) -> None:
        try:
            trail.record("U02BEN", "", "look up", [(customer, "shown")])
        except SQLAlchemyError as error:
            told.append(error)

    threads = [Thread(target=bring, args=[f"C{n}"]) for n in range(waiting)]
    with trail._turn:
        for thread in threads:
            thread.start()
        while len(trail._waiting) < waiting:
            threads[0].join(0.01)
    for thread in threads:
        thread.join()
    return told


def test_what_many_bring_at_once_is_all_recorded_with_one_commit(trail: AuditTrail) -> None:
    trail.record("U02BEN", "", "home", [("", "shown")])
    if trail._engine.dialect.name != "sqlite":
        pytest.skip("only SQLite's driver tells what was run on it")
    statements: list[str] = []
    trail._statements._idle[0].driver.set_trace_callback(statements.append)
    assert held_up(trail, 8) == []
    assert statements.count("COMMIT") == 1
    assert trail.verify().records == 14
    assert {record.customer for record in trail.records(Wanted(), 8)} == {
        trail.pseudonym(f"C{n}") for n in range(8)
    }


def test_nobody_is_answered_whose_record_could_not_be_written(store_url: str) -> None:
    trail = AuditTrail(open_store(store_url, wait=0.05).engine, Clock(), KEY)
    with Statements(open_store(store_url).engine).one_writer():
        assert len(held_up(trail, 4)) == 4
    assert trail.verify().records == 0
    assert held_up(trail, 4) == []
    assert trail.verify().records == 4


def test_an_untouched_trail_is_whole(trail: AuditTrail) -> None:
    assert trail.verify().records == 5


@pytest.mark.parametrize("what", TAMPERINGS)
def test_whatever_is_changed_added_or_removed_is_detected(
    trail: AuditTrail, store_url: str, what: str
) -> None:
    tamper(store_url, TAMPERINGS[what])
    with pytest.raises(TamperedError):
        trail.verify()


@pytest.mark.parametrize("what", TAMPERINGS)
def test_the_records_that_follow_do_not_cover_it_up(
    trail: AuditTrail, store_url: str, what: str
) -> None:
    tamper(store_url, TAMPERINGS[what])
    for _ in range(3):
        trail.record("U02BEN", "", "home", [("", "shown")])
    with pytest.raises(TamperedError):
        trail.verify()


def test_a_store_put_back_whole_is_detected_by_an_end_that_was_noted(
    trail: AuditTrail, store_url: str
) -> None:
    noted = trail.verify()
    tamper(store_url, sql("delete from audit"))
    tamper(store_url, sql("delete from audit_head"))
    assert trail.verify().records == 0
    with pytest.raises(TamperedError, match="had 5 when"):
        trail.verify(noted)
    for _ in range(6):
        trail.record("U02BEN", "", "home", [("", "shown")])
    with pytest.raises(TamperedError, match="Record 5 is not the one"):
        trail.verify(noted)


def test_an_earlier_end_is_still_found_once_the_trail_has_grown(trail: AuditTrail) -> None:
    noted = trail.verify()
    trail.record("U02BEN", "", "home", [("", "shown")])
    assert trail.verify(noted) == trail.verify()


def test_another_key_does_not_verify_and_says_that_it_may_be_the_key(
    trail: AuditTrail, store_url: str
) -> None:
    assert trail.verify()
    other = AuditTrail(open_store(store_url).engine, Clock(), "other" * 8)
    with pytest.raises(TamperedError, match="SEGBOT_AUDIT_KEY is not the key"):
        other.verify()


def test_a_customer_named_like_a_seal_gives_no_seal_away(trail: AuditTrail) -> None:
    end = trail.verify()
    assert trail.pseudonym(f'["end", {end.records}, "{end.hash}"]') != trail._chain.seal(end)


RECORDS = """
import sys
from datetime import UTC, datetime
from bot.audit import AuditTrail
from segmentation.store import open_store
trail = AuditTrail(open_store(sys.argv[1]).engine, lambda: datetime.now(UTC), "k" * 32)
for _ in range(100):
    trail.record(sys.argv[2], "", "home", [("", "shown")])
"""


def test_processes_that_record_at_once_keep_one_chain(trail: AuditTrail, store_url: str) -> None:
    members = ("U01ADA", "U02BEN")
    started = [
        subprocess.Popen([sys.executable, "-c", RECORDS, store_url, member]) for member in members
    ]
    while any(process.poll() is None for process in started):
        trail.verify()  # a trail that grows is whole at every moment
    assert [process.wait(60) for process in started] == [0, 0]
    assert trail.verify().records == 205
    assert all(len(trail.records(Wanted(member=each))) > 100 for each in members)


def test_records_are_found_by_member_customer_and_time(trail: AuditTrail) -> None:
    ada = trail.records(Wanted(member="U01ADA"))
    assert [record.result for record in ada] == ["shown", "unknown"]
    assert [r.result for r in trail.records(Wanted(customer="C2"))] == ["unknown"]
    third = NOON + timedelta(minutes=3)
    assert [r.action for r in trail.records(Wanted(since=third))] == ["export", "look up"]
    assert [r.action for r in trail.each(Wanted(until=third))] == ["look up", "look up", "home"]


@pytest.fixture
def audited(store_url: str, trail: AuditTrail, monkeypatch: pytest.MonkeyPatch) -> AuditTrail:
    monkeypatch.setenv("SEGBOT_STORE_URL", store_url)
    monkeypatch.setenv("SEGBOT_AUDIT_KEY", KEY)
    return trail


def test_an_auditor_exports_what_is_wanted_as_csv(
    audited: AuditTrail, segbot: Segbot, tmp_path: Path
) -> None:
    rows = list(csv.DictReader(io.StringIO(segbot("audit", "export", "--customer", "=C1"))))
    assert [(row["member"], row["result"]) for row in rows] == [("U03EVE", "shown")]
    assert rows[0]["at"] == "2026-11-18T12:04:00+00:00"
    assert rows[0]["customer"] == audited.pseudonym("=C1")
    segbot("audit", "export", "--member", "U02BEN", "--out", "ben.csv")
    assert len((tmp_path / "ben.csv").read_text().splitlines()) == 3


def test_an_auditor_exports_a_span_of_days_as_json_lines(
    audited: AuditTrail, segbot: Segbot
) -> None:
    assert audited.verify()
    span = ("--since", "2026-11-18", "--until", "2026-11-18", "--format", "jsonl")
    records = [json.loads(line) for line in segbot("audit", "export", *span).splitlines()]
    assert [record["action"] for record in records] == [
        "look up", "look up", "home", "export", "look up",
    ]  # fmt: skip
    assert segbot("audit", "export", "--since", "2026-11-19", "--format", "jsonl") == ""


def test_a_cell_of_an_export_cannot_become_a_formula(audited: AuditTrail, segbot: Segbot) -> None:
    audited.record("U01ADA", "", "=cmd()", [("", "shown")])
    assert ",'=cmd()," in segbot("audit", "export")


def test_an_auditor_verifies_and_is_told_where_a_trail_was_tampered_with(
    audited: AuditTrail, segbot: Segbot, store_url: str
) -> None:
    printed = segbot("audit", "verify")
    assert "whole: 5 records" in printed
    end = printed.split("Its end: ")[1].strip()
    assert end == str(audited.verify())
    assert "whole" in segbot("audit", "verify", "--through", end)
    tamper(store_url, TAMPERINGS["a member"])
    assert "segbot: Record 1 of 2026-11-18T12:01:00+00:00" in segbot("audit", "verify", code=1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("export", "--since", "yesterday"), "“yesterday” is no date: write 2026-11-30"),
        (("export", "--out", "nowhere/a.csv"), "nowhere/a.csv cannot be written"),
        (("verify", "--through", "5"), "should be an end as"),
    ],
)
def test_what_an_auditor_mistypes_is_one_sentence(
    audited: AuditTrail, segbot: Segbot, words: tuple[str, ...], told: str
) -> None:
    assert audited.verify() != End(0, "")
    assert told in segbot("audit", *words, code=1)


def test_a_trail_that_no_one_has_written_to_is_whole(store_url: str) -> None:
    assert AuditTrail(open_store(store_url).engine, Clock()).verify().records == 0


def test_until_a_day_includes_it_and_a_zone_is_heeded() -> None:
    assert moment("2026-11-18T14:00+02:00") == NOON
    wanted = wanted_as_typed("until 2026-11-18 C 1 since 2026-11-01")
    assert (wanted.customer, wanted.member) == ("C 1", "")
    assert described(wanted) == (" about C 1 since 2026-11-01 00:00 UTC until 2026-11-19 00:00 UTC")
    assert described(wanted_as_typed("")) == ""
    with pytest.raises(SegbotError, match="is no date"):
        moment("2026-02-30")
