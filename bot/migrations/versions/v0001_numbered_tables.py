"""The first version with a number: whatever a store has from before is brought to it, by table.

Each table came and changed on its own then, so each is looked at on its own: made where it is
missing, made anew with its rows where columns are.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from bot.migrations.audit_rechained import NO_RECORD, rechained

revision = "0001"
down_revision = None

_now = sa.MetaData()
_text, _moment = sa.String, sa.DateTime(timezone=True)
_customer = sa.String(255).with_variant(sa.String(255, collation="C"), "postgresql")
_audit_key = sa.Table(
    "audit_key",
    _now,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", _text(64), nullable=False),
)
_audit = sa.Table(
    "audit",
    _now,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", _moment, nullable=False),
    sa.Column("member", _text(32), nullable=False),
    sa.Column("channel", _text(32), nullable=False),
    sa.Column("action", _text(32), nullable=False),
    sa.Column("customer", _text(64), nullable=False),
    sa.Column("result", _text(32), nullable=False),
    sa.Column("hash", _text(64), nullable=False),
)
_audit_head = sa.Table(
    "audit_head",
    _now,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("records", sa.Integer, nullable=False),
    sa.Column("hash", _text(64), nullable=False),
)
_deliveries = sa.Table(
    "deliveries",
    _now,
    sa.Column("channel", _text(32), primary_key=True),
    sa.Column("kind", _text(16), primary_key=True),
    sa.Column("period", sa.Date, primary_key=True),
    sa.Column("state", _text(8), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("changed_at", _moment, nullable=False),
    sa.Column("retry_at", _moment),
    sa.Column("reason", _text(64), nullable=False),
    sa.Column("as_of", sa.Date),
)
_leases = sa.Table(
    "leases",
    _now,
    sa.Column("name", _text(32), primary_key=True),
    sa.Column("holder", _text(32), nullable=False),
    sa.Column("until", _moment, nullable=False),
)
_subscriptions = sa.Table(
    "subscriptions",
    _now,
    sa.Column("channel", _text(32), primary_key=True),
    sa.Column("weekday", sa.Integer, nullable=False),
    sa.Column("at", _text(5), nullable=False),
    sa.Column("zone", _text(64), nullable=False),
    sa.Column("parts", _text(64), nullable=False),
    sa.Column("owner", _text(32), nullable=False),
    sa.Column("created_at", _moment, nullable=False),
    sa.Column("since", _moment, nullable=False),
    sa.Column("seen", sa.Date),
    sa.Column("team", _text(32), nullable=False),
)
_watches = sa.Table(
    "watches",
    _now,
    sa.Column("member", _text(32), primary_key=True),
    sa.Column("customer", _customer, primary_key=True),
    sa.Column("segment", sa.Integer, nullable=False),
    sa.Column("model", _text(64), nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
)
_feedback = sa.Table(
    "feedback",
    _now,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", _moment, nullable=False),
    sa.Column("member", _text(32), nullable=False),
    sa.Column("customer", _text(255), nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("segment", sa.Integer, nullable=False),
    sa.Column("runner_up", sa.Integer, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("model", _text(64), nullable=False),
    sa.Column("right", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
_recent_look_ups = sa.Table(
    "recent_look_ups",
    _now,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("member", _text(32), nullable=False, index=True),
    sa.Column("customer", _text(255), nullable=False),
)
_events_taken = sa.Table(
    "events_taken",
    _now,
    sa.Column("event", _text(64), primary_key=True),
    sa.Column("at", _moment, nullable=False),
)
_list_jobs = sa.Table(
    "list_jobs",
    _now,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("origin", _text(255), nullable=False, unique=True),
    sa.Column("member", _text(32), nullable=False),
    sa.Column("name", _text(255), nullable=False),
    sa.Column("channel", _text(32), nullable=False),
    sa.Column("thread", _text(32), nullable=False),
    sa.Column("runner", _text(16), nullable=False),
    sa.Column("state", _text(12), nullable=False),
    sa.Column("seen_at", _moment, nullable=False),
)
_homes = sa.Table(
    "homes",
    _now,
    sa.Column("id", _text(32), primary_key=True),
    sa.Column("team", _text(32), nullable=False, index=True),
)
_Row = Mapping[str, Any]


def upgrade() -> None:
    """Bring what is there to this version, and make what is missing."""
    connection = op.get_bind()
    before = _columns(connection)
    _now.create_all(connection)
    if "kind" not in before.get("deliveries", {"kind"}):
        _made_anew(connection, _deliveries, before, _of_the_digest)
    if "team" not in before.get("subscriptions", {"team"}):
        _made_anew(connection, _subscriptions, before, _of_the_owners_team(connection, before))
    if "watches" in before and connection.dialect.name == "postgresql":
        op.alter_column("watches", "customer", type_=_customer)
    if "audit" in before:
        _rechain(connection, before)


def _columns(connection: sa.Connection) -> dict[str, set[str]]:
    there = sa.inspect(connection)
    return {
        table: {column["name"] for column in there.get_columns(table)}
        for table in there.get_table_names()
    }


def _rows(connection: sa.Connection, table: sa.Table, columns: set[str]) -> list[dict[str, Any]]:
    kept = [column for column in table.columns if column.name in columns]
    query = sa.select(*kept).order_by(*(column for column in kept if column.primary_key))
    return [dict(row) for row in connection.execute(query).mappings()]


def _replace(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    table.drop(connection)
    table.create(connection)
    if rows:
        connection.execute(sa.insert(table), rows)


def _made_anew(
    connection: sa.Connection,
    table: sa.Table,
    before: dict[str, set[str]],
    complete: Callable[[_Row], dict[str, Any]],
) -> None:
    rows = _rows(connection, table, before[table.name])
    _replace(connection, table, [complete(row) for row in rows])


def _of_the_digest(delivery: _Row) -> dict[str, Any]:
    """Nothing else was delivered then, and neither reason nor snapshot was noted."""
    return {"kind": "digest", "reason": "", "as_of": None} | dict(delivery)


def _of_the_owners_team(
    connection: sa.Connection, before: dict[str, set[str]]
) -> Callable[[_Row], dict[str, Any]]:
    """A subscription belonged to the workspace that its owner was seen in first."""
    at_home = {
        row["id"]: row["team"]
        for row in _rows(connection, _homes, before.get("homes", {"id", "team"}))
    }
    return lambda row: {"team": at_home.get(row["owner"], "")} | dict(row)


def _rechain(connection: sa.Connection, before: dict[str, set[str]]) -> None:
    """Chain the audit trail, where it was not, or was otherwise, and seal its end."""
    chained = "hash" in before["audit"]
    if chained and not _ends_as_before_the_seal(connection):
        return
    kept = connection.execute(sa.select(_audit_key.c.key)).scalar()
    made = rechained(
        _rows(connection, _audit, before["audit"]),
        chained=chained,
        kept_key=bytes.fromhex(kept) if kept else b"",
        own_key=context.config.attributes["audit_key"].encode(),
        customers=lambda: _customers(connection, before),
    )
    if made is None:
        return
    _replace(connection, _audit, made.records)
    _replace(connection, _audit_head, [{"id": 1} | made.head] if made.records else [])


def _ends_as_before_the_seal(connection: sa.Connection) -> bool:
    """Whether the head has the last record's hash, as it did at first, and not the seal."""
    head = connection.execute(sa.select(_audit_head.c.hash)).scalar()
    last = connection.execute(
        sa.select(_audit.c.hash).order_by(_audit.c.id.desc()).limit(1)
    ).scalar()
    return head is not None and head == (last or NO_RECORD)


def _customers(connection: sa.Connection, before: dict[str, set[str]]) -> set[str]:
    """Every customer id that stands anywhere in the store."""
    found: set[str] = set()
    for name in ("assignments", "watches", "feedback", "recent_look_ups"):
        if name in before:
            query = sa.select(sa.table(name, sa.column("customer", sa.String))).distinct()
            found.update(connection.execute(query).scalars())
    return found
