"""A store moved: a year of snapshots and all that the bot remembers, with nothing lost."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_sdk import WebClient
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import Engine, create_engine, inspect, text

from bot.audit import AuditTrail, Wanted
from bot.feedback import Feedback
from bot.installations import Installations, slack_tables
from bot.ledger import Ledger
from bot.recent import RecentLookUps
from bot.schedule import WeeklySlot
from bot.subscriptions import Subscription, Subscriptions
from bot.tables import BOT
from bot.watches import Watch, Watches
from segmentation import store_copy
from segmentation.answers import answers_for
from segmentation.database import engine_at
from segmentation.errors import StoreError
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.schema import SNAPSHOTS
from segmentation.store import Store, open_store
from segmentation.store_copy import Copied, copy_store
from segmentation.versions import note_version
from tests.bot.conftest import Segbot
from tests.conftest import NOON

WEEKS = 53
FAMILIES = (SNAPSHOTS, BOT)


@pytest.fixture(scope="module")
def few(portfolio: Portfolio) -> Portfolio:
    return replace(portfolio, ids=portfolio.ids[:40], values=portfolio.values[:40])


@pytest.fixture(scope="module")
def year(
    tmp_path_factory: pytest.TempPathFactory,
    few: Portfolio,
    model: SegmentModel,
    playbook: Playbook,
) -> Store:
    """A year of weekly snapshots in a file, with something in every table of the bot's."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('year') / 'segbot.db'}")
    for week in range(WEEKS):
        values = few.values.copy()
        values[: week % 7] = model.typical(week % 4)
        publish(
            store,
            scored_batches(model, replace(few, values=values)),
            model=model,
            as_of=date(2025, 11, 17) + timedelta(weeks=week),
            source="Wöchentlich „A“\tund\\mehr.csv",
            started_at=NOON + timedelta(microseconds=week),
        )
    engine, ids = store.engine, [str(each) for each in few.ids]
    trail = AuditTrail(engine, lambda: NOON)
    beside = RecentLookUps(engine).adding("U1", ids[0])
    trail.record("U1", "C1", "look up", [(each, "found") for each in ids], beside)
    found = answers_for(store, playbook, ids[:2])
    assert found is not None
    for customer, answer in found.answers.items():
        Feedback(engine).add("U1", answer, NOON, right=customer == ids[0], reason="Why\nnot?\t")
    Watches(engine).add(Watch("U1", ids[0], 1, model.fingerprint, date(2026, 11, 16)))
    slot = WeeklySlot(0, NOON.time(), ZoneInfo("UTC"))
    Subscriptions(engine).add(Subscription("C1", slot, owner="U1", created_at=NOON, since=NOON))
    Ledger(engine).claim("C1", date(2026, 11, 16), NOON)
    return store


def look_up(engine: Engine, member: str, customer: str) -> None:
    """Leave behind what a look-up does: a record, and a place among the member's recent ones."""
    beside = RecentLookUps(engine).adding(member, customer)
    AuditTrail(engine, lambda: NOON).record(member, "C1", "look up", [(customer, "found")], beside)


@pytest.fixture
def target(store_url: str) -> Iterator[Engine]:
    engine = engine_at(store_url, wait=5)
    yield engine
    engine.dispose()


def plain(value: Any) -> Any:
    """A value as both databases could have it, told apart from no other."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        in_utc = value if value.tzinfo is None else value.astimezone(UTC)
        return in_utc.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value)
    return value


def fingerprints(engine: Engine) -> dict[str, tuple[int, str]]:
    """By table the number of rows and a checksum, by plain SQL and without the command's code."""
    found = {}
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            columns = sorted(column["name"] for column in inspect(engine).get_columns(table))
            names = ", ".join(f'"{name}"' for name in columns)
            rows = [
                repr([plain(value) for value in row])
                for row in connection.execute(text(f'SELECT {names} FROM "{table}"'))  # noqa: S608
            ]
            digest = hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()
            found[table] = (len(rows), digest)
    return found


def test_a_year_is_copied_with_nothing_lost(year: Store, target: Engine, store_url: str) -> None:
    copied = copy_store(year.engine, target, FAMILIES)
    assert {each.table: each.tally.rows for each in copied} == {
        table: rows
        for table, (rows, _) in fingerprints(year.engine).items()
        if not table.endswith("_version")
    }
    assert fingerprints(target) == fingerprints(year.engine)
    moved = open_store(store_url)
    assert moved.snapshots() == year.snapshots()
    assert len(moved.snapshots()) == WEEKS
    kept = AuditTrail(moved.engine, lambda: NOON)
    assert kept.verify().records == 40
    assert kept.records(Wanted(customer="C10001"))


def test_and_back_again_to_a_file(year: Store, target: Engine, tmp_path: Path) -> None:
    copy_store(year.engine, target, FAMILIES)
    back = engine_at(f"sqlite:///{tmp_path / 'back.db'}", wait=5)
    copy_store(target, back, FAMILIES)
    assert fingerprints(back) == fingerprints(year.engine)
    with back.connect() as connection, year.engine.connect() as original:
        query = text("SELECT * FROM generations ORDER BY generation")
        assert connection.execute(query).all() == original.execute(query).all()


def test_new_rows_follow_the_copied_ones(
    year: Store, target: Engine, store_url: str, few: Portfolio, model: SegmentModel
) -> None:
    copy_store(year.engine, target, FAMILIES)
    moved = open_store(store_url)
    look_up(moved.engine, "U1", "C2")
    assert RecentLookUps(moved.engine).of("U1")[0] == "C2"
    AuditTrail(moved.engine, lambda: NOON).record("U1", "C1", "look up", [("C1", "found")])
    before = {snapshot.generation for snapshot in moved.snapshots()}
    snapshot = publish(
        moved,
        scored_batches(model, few),
        model=model,
        as_of=date(2026, 11, 23),
        source="new",
        started_at=NOON,
    )
    assert snapshot.generation == max(before) + 1
    assert snapshot.movement is not None


def test_tokens_of_many_workspaces_are_copied_too(
    year: Store, target: Engine, tmp_path: Path
) -> None:
    source = engine_at(f"sqlite:///{tmp_path / 'many.db'}", wait=5)
    copy_store(year.engine, source, FAMILIES)
    installations = Installations(source, "1.2", frozenset({"T1"}), WebClient())
    token = "xoxb-1"  # noqa: S105 - nobody's
    installations.keep(
        Installation(
            app_id="A1",
            user_id="U1",
            team_id="T1",
            bot_token=token,
            bot_id="B1",
            bot_user_id="U0",
            bot_scopes="commands",
        )
    )
    copied = {each.table: each.tally.rows for each in _copied_with_slack(source, target)}
    assert (copied["slack_bots"], copied["slack_installations"]) == (1, 1)
    assert fingerprints(target) == fingerprints(source)
    moved = Installations(target, "1.2", frozenset({"T1"}), WebClient())
    found = moved.authorize("T1")
    assert found is not None
    assert found.bot_token == token


def _copied_with_slack(source: Engine, target: Engine) -> list[Copied]:
    return copy_store(source, target, FAMILIES, slack_tables(source))


def test_a_store_with_anything_in_it_is_no_target(
    year: Store, target: Engine, store_url: str
) -> None:
    look_up(open_store(store_url).engine, "U9", "C9")
    before = fingerprints(target)
    for again in (False, True):
        with pytest.raises(StoreError, match="has a store in it already"):
            copy_store(year.engine, target, FAMILIES, again=again)
    assert fingerprints(target) == before


def test_a_store_that_is_empty_is_a_target(year: Store, target: Engine, store_url: str) -> None:
    Ledger(open_store(store_url).engine)
    copy_store(year.engine, target, FAMILIES)
    assert fingerprints(target) == fingerprints(year.engine)


def test_a_source_of_another_version_says_to_migrate(tmp_path: Path, target: Engine) -> None:
    old = open_store(f"sqlite:///{tmp_path / 'old.db'}").engine
    with old.begin() as connection:
        note_version(connection, SNAPSHOTS, "0001")
    with pytest.raises(StoreError, match="segbot store migrate"):
        copy_store(old, target, FAMILIES)
    assert inspect(target).get_table_names() == []


@pytest.mark.parametrize("at", ["generations", "assignments", "audit"])
def test_a_copy_that_is_killed_is_no_store_until_it_is_repeated(
    year: Store, target: Engine, store_url: str, at: str
) -> None:
    script = Path(__file__).with_name("copy_and_die.py")
    source = year.engine.url.render_as_string()
    died = subprocess.run([sys.executable, script, source, store_url, at], check=False)
    assert died.returncode == -signal.SIGKILL
    with pytest.raises(StoreError, match="copy that was not finished"):
        open_store(store_url)
    with pytest.raises(StoreError, match="copy that was not finished"):
        Ledger(target)
    with pytest.raises(StoreError, match=r"not finished.*--again"):
        copy_store(year.engine, target, FAMILIES)
    copy_store(year.engine, target, FAMILIES, again=True)
    assert fingerprints(target) == fingerprints(year.engine)


def test_a_difference_is_found_and_told(
    year: Store, target: Engine, monkeypatch: pytest.MonkeyPatch, store_url: str
) -> None:
    finished = store_copy.batches
    calls: list[str] = []

    def one_value_is_lost(connection: Any, table: Any) -> Any:
        calls.append(table.name)
        for some in finished(connection, table):
            yield some[:-1] if calls.count("watches") == 2 else some

    monkeypatch.setattr(store_copy, "batches", one_value_is_lost)
    with pytest.raises(StoreError, match=r"differs in the table watches: 1 rows"):
        copy_store(year.engine, target, FAMILIES)
    with pytest.raises(StoreError, match="not finished"):
        open_store(store_url)


def test_the_command_tells_counts_and_checksums_and_what_it_left(
    year: Store, store_url: str, segbot: Segbot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "own.db"
    copy_store(year.engine, engine_at(f"sqlite:///{file}", wait=5), FAMILIES)
    with create_engine(f"sqlite:///{file}").begin() as connection:
        connection.execute(text("CREATE TABLE notes (line TEXT)"))
    monkeypatch.setenv("SEGBOT_STORE_URL", f"sqlite:///{file}")
    told = segbot("store", "copy", "--to", store_url)
    assert f"{WEEKS * 40:,}" in told
    assert "Not copied, for they are none of Segbot's: notes." in told
    assert "has a store in it already" in segbot("store", "copy", "--to", store_url, code=1)
    assert os.environ["SEGBOT_STORE_URL"] != store_url
    monkeypatch.setenv("SEGBOT_STORE_URL", store_url)
    assert segbot("snapshots").count(" 40 ") == WEEKS
