"""A store as the first Segbot made it, with snapshots, a trail and a ledger in it."""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
)

from segmentation.features import COLUMNS
from segmentation.model import SegmentModel, parsed_model
from segmentation.portfolio import Portfolio

KEY = bytes(range(32))
AT = datetime(2026, 11, 22, 23, 5, tzinfo=UTC)

snapshots = MetaData()
Table(
    "models",
    snapshots,
    Column("fingerprint", String(64), primary_key=True),
    Column("document", Text, nullable=False),
)
Table(
    "generations",
    snapshots,
    Column("generation", Integer, primary_key=True),
    Column("as_of", Date, nullable=False),
    Column("model", ForeignKey("models.fingerprint"), nullable=False),
    Column("source", String(255), nullable=False),
    Column("customers", Integer, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
)
Table(
    "published",
    snapshots,
    Column("as_of", Date, primary_key=True),
    Column("generation", ForeignKey("generations.generation"), nullable=False),
)
Table(
    "assignments",
    snapshots,
    Column("generation", Integer, primary_key=True),
    Column("customer", String(255), primary_key=True),
    Column("segment", Integer, nullable=False),
    Column("runner_up", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("band", String(6), nullable=False),
    Column("novel", Boolean, nullable=False),
    *(Column(column.lower(), Float) for column in COLUMNS),
    sqlite_with_rowid=False,
)
Table(
    "sizes",
    snapshots,
    Column("generation", Integer, primary_key=True),
    Column("segment", Integer, primary_key=True),
    Column("customers", Integer, nullable=False),
)
Table(
    "movements",
    snapshots,
    Column("generation", Integer, primary_key=True),
    Column("came_from", Integer, primary_key=True),
    Column("segment", Integer, primary_key=True),
    Column("customers", Integer, nullable=False),
)

bot = MetaData()
Table(
    "audit_key",
    bot,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False),
)
Table(
    "audit",
    bot,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("member", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("action", String(32), nullable=False),
    Column("customer", String(64), nullable=False),
    Column("result", String(32), nullable=False),
)
Table(
    "deliveries",
    bot,
    Column("channel", String(32), primary_key=True),
    Column("period", Date, primary_key=True),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("retry_at", DateTime(timezone=True)),
)


def of_the_first_format(model: SegmentModel) -> SegmentModel:
    """The model as the first format told it, without what was not kept then."""
    data = json.loads(model.document)
    for newer in ("drift", "calibration", "k_evidence"):
        del data[newer]
    del data["provenance"]["algorithm"]
    for feature in data["features"]:
        del feature["low"], feature["high"]
    for segment in data["segments"]:
        del segment["variant"], segment["claims"]
    return parsed_model(json.dumps(data | {"format": 1}), "a model of the first format")


def fill_snapshots(engine: Engine, loads: Sequence[tuple[date, Portfolio, SegmentModel]]) -> None:
    """Make the first tables and load snapshots into them, the oldest first."""
    snapshots.create_all(engine)
    known: set[str] = set()
    before: dict[str, int] = {}
    model_before = ""
    for generation, (as_of, portfolio, model) in enumerate(loads, 1):
        scored = model.assign(portfolio.values)
        segments = dict(zip(portfolio.ids.tolist(), scored.segment.tolist(), strict=True))
        rows: dict[str, list[dict[str, Any]]] = {
            "generations": [
                {
                    "generation": generation,
                    "as_of": as_of,
                    "model": model.fingerprint,
                    "source": portfolio.source,
                    "customers": len(portfolio),
                    "started_at": AT,
                }
            ],
            "published": [{"as_of": as_of, "generation": generation}],
            "assignments": [
                {
                    "generation": generation,
                    "customer": str(portfolio.ids[i]),
                    "segment": int(scored.segment[i]),
                    "runner_up": int(scored.runner_up[i]),
                    "confidence": float(scored.confidence[i]),
                    "band": str(scored.band_names()[i]),
                    "novel": bool(scored.novel[i]),
                }
                | {
                    column.lower(): None if np.isnan(value) else float(value)
                    for column, value in zip(COLUMNS, portfolio.values[i], strict=True)
                }
                for i in range(len(portfolio))
            ],
            "sizes": [
                {"generation": generation, "segment": segment, "customers": customers}
                for segment, customers in Counter(segments.values()).items()
            ],
        }
        if model.fingerprint not in known:
            rows = {
                "models": [{"fingerprint": model.fingerprint, "document": model.document}]
            } | rows
            known.add(model.fingerprint)
        if model_before == model.fingerprint:
            flows = Counter(
                (before[each], segment) for each, segment in segments.items() if each in before
            )
            rows["movements"] = [
                {"generation": generation, "came_from": old, "segment": new, "customers": n}
                for (old, new), n in flows.items()
            ]
        with engine.begin() as connection:
            for table, its_rows in rows.items():
                connection.execute(insert(snapshots.tables[table]), its_rows)
        before, model_before = segments, model.fingerprint


def fill_bot(engine: Engine, customers: Sequence[str]) -> None:
    """Make the bot's first tables: a look-up of each customer, and two digests, one refused."""
    bot.create_all(engine)
    records = [
        {
            "id": place * 2,  # PostgreSQL leaves gaps
            "at": AT,
            "member": "U01ADA",
            "channel": "C01SEGMENTS",
            "action": "look up",
            "customer": hmac.new(KEY, customer.encode(), hashlib.sha256).hexdigest(),
            "result": "found",
        }
        for place, customer in enumerate(customers, 1)
    ]
    deliveries = [
        {"period": date(2026, 11, 9), "state": "posted", "attempts": 1, "retry_at": None},
        {"period": date(2026, 11, 16), "state": "failed", "attempts": 2, "retry_at": AT},
    ]
    with engine.begin() as connection:
        connection.execute(insert(bot.tables["audit_key"]), [{"id": 1, "key": KEY.hex()}])
        connection.execute(insert(bot.tables["audit"]), records)
        connection.execute(
            insert(bot.tables["deliveries"]),
            [{"channel": "C01SEGMENTS", "changed_at": AT} | each for each in deliveries],
        )
