"""The bot's tables, beside the snapshots' in the same store: all of them, at one version."""

from pathlib import Path
from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from segmentation.schema import CUSTOMER
from segmentation.versions import family, make_ready

_metadata = MetaData()

audit_key = Table(
    "audit_key",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False),
)
audit = Table(
    "audit",
    _metadata,
    Column("id", Integer, primary_key=True),  # its place in the chain: 1, 2, 3 …
    Column("at", DateTime(timezone=True), nullable=False),
    Column("member", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("action", String(32), nullable=False),
    Column("customer", String(64), nullable=False),
    Column("result", String(32), nullable=False),
    # A keyed hash of this record and of the one before: a chain that cannot be edited unseen.
    Column("hash", String(64), nullable=False),
)
# Where the chain ends, under a seal that needs the key: what is cut off its end is missed, even
# when the number here was set back as well.
audit_head = Table(
    "audit_head",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("records", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

deliveries = Table(
    "deliveries",
    _metadata,
    Column("channel", String(32), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("period", Date, primary_key=True),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("retry_at", DateTime(timezone=True)),
    Column("reason", String(64), nullable=False),
    Column("as_of", Date),
)
leases = Table(
    "leases",
    _metadata,
    Column("name", String(32), primary_key=True),
    Column("holder", String(32), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
)
subscriptions = Table(
    "subscriptions",
    _metadata,
    Column("channel", String(32), primary_key=True),
    Column("weekday", Integer, nullable=False),
    Column("at", String(5), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("parts", String(64), nullable=False),
    Column("owner", String(32), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("seen", Date),
    Column("team", String(32), nullable=False),
)

watches = Table(
    "watches",
    _metadata,
    Column("member", String(32), primary_key=True),
    Column("customer", CUSTOMER, primary_key=True),
    # The segment that the member knows of, under which model, as of which snapshot.
    Column("segment", Integer, nullable=False),
    Column("model", String(64), nullable=False),
    Column("as_of", Date, nullable=False),
)
feedback = Table(
    "feedback",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("member", String(32), nullable=False),
    Column("customer", String(255), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("segment", Integer, nullable=False),
    Column("runner_up", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("model", String(64), nullable=False),
    Column("right", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
)
# Ids as they are, for the audit trail has only hashes; so these few alone, and not when.
recent_look_ups = Table(
    "recent_look_ups",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("member", String(32), nullable=False, index=True),
    Column("customer", String(255), nullable=False),
)

events_taken = Table(
    "events_taken",
    _metadata,
    Column("event", String(64), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)
list_jobs = Table(
    "list_jobs",
    _metadata,
    Column("id", Integer, primary_key=True),
    # What asked for it and the file's id: Slack repeats events.
    Column("origin", String(255), nullable=False, unique=True),
    Column("member", String(32), nullable=False),
    Column("name", String(255), nullable=False),
    # Where the member waits; empty until the first word was said there.
    Column("channel", String(32), nullable=False),
    Column("thread", String(32), nullable=False),
    Column("runner", String(16), nullable=False),
    Column("state", String(12), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
)
# Which workspace a member or a channel is of, so that what is due later is sent with its token.
homes = Table(
    "homes",
    _metadata,
    Column("id", String(32), primary_key=True),
    Column("team", String(32), nullable=False, index=True),
)

BOT: Final = family(
    "bot", _metadata, newest="0001", migrations=Path(__file__).with_name("migrations")
)


def make_tables(engine: Engine) -> None:
    """Make the bot's tables in a store without them; StoreError where another version made them."""
    make_ready(engine, BOT)
