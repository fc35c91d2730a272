"""The bot's tables of earlier versions: nothing lost, and an audit trail that can be verified."""

import hashlib
import hmac
import json
from datetime import date

import pytest
from sqlalchemy import Engine, MetaData, inspect, text

from bot.audit import AuditTrail, Wanted
from bot.audit_chain import TamperedError
from bot.feedback import Feedback
from bot.ledger import Ledger
from bot.subscriptions import Subscriptions
from bot.tables import BOT
from bot.watches import Watch, Watches
from segmentation.database import engine_at
from segmentation.errors import StoreError
from segmentation.migrating import migrate
from segmentation.model import SegmentModel
from segmentation.portfolio import Portfolio
from segmentation.schema import SNAPSHOTS
from segmentation.store import open_store
from tests.conftest import NOON
from tests.first_store import AT, KEY, fill_bot, fill_snapshots, of_the_first_format
from tests.schemas import schema

OWN_KEY = "k" * 32


@pytest.fixture
def old(store_url: str, portfolio: Portfolio, model: SegmentModel) -> Engine:
    """The first store, in which two customers of the snapshot and one that is gone were asked."""
    engine = engine_at(store_url, wait=5)
    fill_snapshots(engine, [(date(2026, 11, 9), portfolio, of_the_first_format(model))])
    fill_bot(engine, [str(portfolio.ids[0]), str(portfolio.ids[1]), "gone"])
    return engine


def test_an_earlier_trail_says_to_migrate(old: Engine) -> None:
    with pytest.raises(StoreError, match=r"earlier version.*`segbot store migrate`"):
        AuditTrail(old, lambda: NOON)


@pytest.mark.parametrize("key", ["", OWN_KEY])
def test_records_are_chained_and_their_customers_found(
    old: Engine, portfolio: Portfolio, key: str
) -> None:
    migrate(old, [SNAPSHOTS, BOT], audit_key=key)
    trail = AuditTrail(old, lambda: NOON, key)
    assert trail.verify().records == 3
    (record,) = trail.records(Wanted(customer=str(portfolio.ids[1])))
    assert (record.at, record.member, record.action) == (AT, "U01ADA", "look up")
    gone = hmac.new(KEY, b"gone", hashlib.sha256).hexdigest()
    assert trail.records()[-1].customer == gone
    trail.record("U01ADA", "C01SEGMENTS", "look up", [("C1", "found")])
    assert trail.verify().records == 4


def test_the_ledger_keeps_what_became_of_each_digest(old: Engine) -> None:
    migrate(old, [SNAPSHOTS, BOT], audit_key="")
    ledger = Ledger(old)
    posted = ledger.delivery("C01SEGMENTS", date(2026, 11, 9))
    failed = ledger.delivery("C01SEGMENTS", date(2026, 11, 16))
    assert posted is not None
    assert failed is not None
    assert (posted.state, posted.attempts) == ("posted", 1)
    assert (failed.state, failed.attempts, failed.retry_at) == ("failed", 2, AT)
    assert ledger.is_due("C01SEGMENTS", date(2026, 11, 16), AT)
    assert not ledger.is_due("C01SEGMENTS", date(2026, 11, 9), NOON)


def test_migrated_tables_are_those_of_a_new_store(old: Engine, store_url: str) -> None:
    migrate(old, [SNAPSHOTS, BOT], audit_key="")
    migrated = schema(old)
    there = MetaData()
    there.reflect(old)
    there.drop_all(old)
    new = open_store(store_url).engine
    Ledger(new)
    assert schema(new) == migrated


def test_a_trail_that_was_chained_before_the_seal_is_sealed(store_url: str) -> None:
    engine = _trail_before_the_seal(store_url)
    migrate(engine, [SNAPSHOTS, BOT], audit_key=OWN_KEY)
    trail = AuditTrail(engine, lambda: NOON, OWN_KEY)
    assert trail.verify().records == 2
    Watches(engine)
    (record,) = trail.records(Wanted(customer="C1"))
    assert record.result == "found"


def test_a_trail_that_was_broken_stays_to_be_found(store_url: str) -> None:
    engine = _trail_before_the_seal(store_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit SET member = 'U02BEN' WHERE id = 1"))
    migrate(engine, [SNAPSHOTS, BOT], audit_key=OWN_KEY)
    with pytest.raises(TamperedError):
        AuditTrail(engine, lambda: NOON, OWN_KEY).verify()


def _trail_before_the_seal(url: str) -> Engine:
    """Records chained as they were for a while, and a customer who is watched."""
    engine = open_store(url).engine
    AuditTrail(engine, lambda: NOON)
    Watches(engine).add(Watch("U01ADA", "C1", 0, "m", date(2026, 11, 9)))
    previous = "0" * 64
    with engine.begin() as connection:
        BOT.version.drop(connection)
        for place, customer in enumerate(["C1", "C2"], 1):
            row = ["U01ADA", "C01", "look up", _hashed(customer), "found"]
            previous = _hashed(json.dumps([previous, AT.isoformat(), *row]))
            names = ("member", "channel", "action", "customer", "result")
            connection.execute(
                BOT.metadata.tables["audit"].insert(),
                {"id": place, "at": AT, "hash": previous} | dict(zip(names, row, strict=True)),
            )
        head = BOT.metadata.tables["audit_head"]
        connection.execute(head.insert(), {"id": 1, "records": 2, "hash": previous})
    return engine


def _hashed(words: str) -> str:
    return hmac.new(OWN_KEY.encode(), words.encode(), hashlib.sha256).hexdigest()


def test_subscriptions_from_before_teams_belong_to_their_owners_team(store_url: str) -> None:
    engine = open_store(store_url).engine
    Feedback(engine)
    with engine.begin() as connection:
        BOT.version.drop(connection)
        connection.execute(BOT.metadata.tables["homes"].insert(), {"id": "U1", "team": "T1"})
        for channel, owner in (("C1", "U1"), ("C2", "U2")):
            connection.execute(
                BOT.metadata.tables["subscriptions"].insert(),
                {
                    "channel": channel,
                    "weekday": 0,
                    "at": "09:00",
                    "zone": "UTC",
                    "parts": "csv",
                    "owner": owner,
                    "created_at": AT,
                    "since": AT,
                    "seen": None,
                    "team": "",
                },
            )
        connection.execute(text("ALTER TABLE subscriptions DROP COLUMN team"))
    migrate(engine, [SNAPSHOTS, BOT], audit_key="")
    assert {one.channel: one.team for one in Subscriptions(engine).all()} == {"C1": "T1", "C2": ""}
    assert "homes" in inspect(engine).get_table_names()


@pytest.mark.parametrize("records", [0, 2])
def test_a_trail_that_is_sealed_stays_as_it_is(store_url: str, records: int) -> None:
    engine = open_store(store_url).engine
    trail = AuditTrail(engine, lambda: NOON, OWN_KEY)
    for each in range(records):
        trail.record("U1", "C1", "look up", [(f"C{each}", "found")])
    end = trail.verify()
    with engine.begin() as connection:
        BOT.version.drop(connection)
    migrate(engine, [SNAPSHOTS, BOT], audit_key="another key, which is not needed")
    assert AuditTrail(engine, lambda: NOON, OWN_KEY).verify(end) == end
