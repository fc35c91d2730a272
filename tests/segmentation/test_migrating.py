"""A store of an earlier version: told plainly, and brought to the newest with nothing lost."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, text

from bot.tables import BOT
from segmentation.answers import answers_for, overview
from segmentation.database import engine_at
from segmentation.errors import StoreError
from segmentation.migrating import migrate
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.schema import SNAPSHOTS
from segmentation.store import Store, open_store
from segmentation.versions import COPYING, Family, note_version
from tests import first_store
from tests.conftest import NOON
from tests.first_store import fill_snapshots, of_the_first_format
from tests.schemas import schema

DATES = (date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16))
Loads = list[tuple[date, Portfolio, SegmentModel]]


@pytest.fixture
def loads(portfolio: Portfolio, model: SegmentModel) -> Loads:
    """Three snapshots, the last under another model."""
    first = of_the_first_format(model)
    few = replace(portfolio, ids=portfolio.ids[:600], values=portfolio.values[:600])
    changed = few.values.copy()
    changed[:40] = model.typical(2)
    later = replace(few, ids=few.ids[10:], values=changed[10:], source="later.csv")
    return list(zip(DATES, (few, later, few), (first, first, model), strict=True))


@pytest.fixture
def old(store_url: str, loads: Loads) -> Engine:
    """A store of the first version with these snapshots, all of the first format's models."""
    engine = engine_at(store_url, wait=5)
    fill_snapshots(engine, loads)
    return engine


def loaded_now(url: str, loads: Loads) -> Store:
    store = open_store(url)
    for as_of, portfolio, model in loads:
        publish(
            store,
            scored_batches(model, portfolio),
            model=model,
            as_of=as_of,
            source=portfolio.source,
            started_at=NOON,
        )
    return store


@pytest.mark.usefixtures("old")
def test_an_earlier_store_says_to_migrate_and_is_left_alone(store_url: str, old: Engine) -> None:
    before = schema(old)
    with pytest.raises(StoreError, match=r"earlier version.*`segbot store migrate`"):
        open_store(store_url)
    assert schema(old) == before


def test_a_newer_store_is_refused(store: Store, store_url: str) -> None:
    with store.engine.begin() as connection:
        note_version(connection, SNAPSHOTS, "0999")
    with pytest.raises(StoreError, match=r"newer version.*version 0999.*knows"):
        open_store(store_url)
    with pytest.raises(StoreError, match="newer version"):
        migrate(store.engine, [SNAPSHOTS])


def test_a_copy_that_was_not_finished_is_refused(store: Store, store_url: str) -> None:
    with store.engine.begin() as connection:
        note_version(connection, SNAPSHOTS, COPYING)
    with pytest.raises(StoreError, match=r"not finished.*--again"):
        open_store(store_url)
    with pytest.raises(StoreError, match="not finished"):
        migrate(store.engine, [SNAPSHOTS])


@pytest.mark.usefixtures("old")
def test_the_first_store_answers_as_one_that_was_loaded_now(
    store_url: str, loads: Loads, tmp_path: Path, playbook: Playbook
) -> None:
    (done,) = migrate(engine_at(store_url, wait=5), [SNAPSHOTS, BOT], audit_key="")
    assert (done.before, done.after) == (None, SNAPSHOTS.newest)
    migrated = open_store(store_url)
    now = loaded_now(f"sqlite:///{tmp_path / 'now.db'}", loads)
    assert migrated.snapshots() == now.snapshots()
    ids = [str(each) for each in loads[-1][1].ids[:20]]
    assert [migrated.history(each, 10) for each in ids] == [now.history(each, 10) for each in ids]
    book, expected_book = overview(migrated, playbook), overview(now, playbook)
    assert book is not None
    assert expected_book is not None
    assert (book.drift, book.flows) == (expected_book.drift, expected_book.flows)
    asked, expected = answers_for(migrated, playbook, ids), answers_for(now, playbook, ids)
    assert asked is not None
    assert expected is not None
    assert {each: str(told.explanation) for each, told in asked.answers.items()} == {
        each: str(told.explanation) for each, told in expected.answers.items()
    }


@pytest.mark.usefixtures("old")
def test_a_model_of_the_first_format_answers_and_says_what_it_cannot(
    store_url: str, playbook: Playbook, loads: Loads
) -> None:
    engine = engine_at(store_url, wait=5)
    with engine.begin() as connection:  # what the first Segbot had, and no newer model
        connection.execute(text("DELETE FROM published WHERE generation = 3"))
    migrate(engine, [SNAPSHOTS])
    book = overview(open_store(store_url), playbook)
    assert book is not None
    assert book.model.fingerprint == loads[0][2].fingerprint
    assert "Drift cannot be judged" in book.drift.verdict(book.names)


def test_every_layout_from_before_versions_is_recognised(old: Engine, store_url: str) -> None:
    """Each is what the way up makes of the one before, with the version taken off again."""
    newest = int(SNAPSHOTS.newest)
    for version in range(1, newest):
        stopping = replace(SNAPSHOTS, newest=f"{version:04}")
        migrate(old, [stopping])
        with old.begin() as connection:
            SNAPSHOTS.version.drop(connection)
        (done,) = migrate(old, [stopping])
        assert (done.before, done.after) == (None, stopping.newest)
        with old.begin() as connection:
            SNAPSHOTS.version.drop(connection)
    migrate(old, [SNAPSHOTS])
    assert len(open_store(store_url).snapshots()) == len(DATES)


def test_migrated_tables_are_those_of_a_new_store(old: Engine, store_url: str) -> None:
    migrate(old, [SNAPSHOTS])
    migrated = schema(old)
    old.dispose()
    _emptied(store_url)
    assert schema(open_store(store_url).engine) == migrated


def test_the_way_up_from_nothing_makes_a_new_stores_tables(store_url: str) -> None:
    expected = schema(open_store(store_url).engine)
    _emptied(store_url)
    engine = engine_at(store_url, wait=5)
    first_store.snapshots.create_all(engine)
    migrate(engine, [SNAPSHOTS])
    assert schema(engine) == expected


def _emptied(url: str) -> None:
    engine = engine_at(url, wait=5)
    there = MetaData()
    there.reflect(engine)
    there.drop_all(engine)
    engine.dispose()


def test_migrating_twice_changes_nothing(old: Engine) -> None:
    migrate(old, [SNAPSHOTS])
    before = schema(old)
    (again,) = migrate(old, [SNAPSHOTS])
    assert again.before == again.after
    assert schema(old) == before


@pytest.mark.parametrize("tables", [SNAPSHOTS, BOT], ids=["snapshots", "bot"])
def test_the_version_that_is_compared_is_the_newest_revision(tables: Family) -> None:
    config = Config()
    config.set_main_option("script_location", str(tables.migrations))
    assert ScriptDirectory.from_config(config).get_heads() == [tables.newest]


@pytest.mark.parametrize("statement", ["DROP TABLE movements", "bins", "snapshots_version"])
def test_a_migration_that_is_killed_leaves_the_store_as_it_was(
    old: Engine, store_url: str, statement: str
) -> None:
    before = schema(old)
    old.dispose()
    script = Path(__file__).with_name("migrate_and_die.py")
    died = subprocess.run([sys.executable, script, store_url, statement], check=False)
    assert died.returncode == -signal.SIGKILL
    engine = engine_at(store_url, wait=5)
    assert schema(engine) == before
    migrate(engine, [SNAPSHOTS])
    assert len(open_store(store_url).snapshots()) == len(DATES)


def test_opening_a_store_loads_no_alembic(store_url: str) -> None:
    code = (
        "import sys; from segmentation.store import open_store; open_store(sys.argv[1]);"
        "import bot.run; assert not [name for name in sys.modules if name.startswith('alembic')]"
    )
    subprocess.run([sys.executable, "-c", code, store_url], check=True, env=os.environ)
