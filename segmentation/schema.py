"""The tables of the snapshots, and how a store that holds them is opened."""

from pathlib import Path
from typing import Final

from sqlalchemy import (
    JSON,
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
)

from segmentation.database import engine_at
from segmentation.features import COLUMNS
from segmentation.versions import family, make_ready

LONGEST_SOURCE: Final = 255  # characters of what a portfolio is called
# Ids sort by their bytes, whatever language the server's database sorts by.
CUSTOMER: Final = String(255).with_variant(String(255, collation="C"), "postgresql")
metadata = MetaData()

models = Table(
    "models",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("document", Text, nullable=False),
)

# A generation is one load of one portfolio. It answers only once `published` points at it.
generations = Table(
    "generations",
    metadata,
    Column("generation", Integer, primary_key=True),
    Column("as_of", Date, nullable=False),
    Column("model", ForeignKey("models.fingerprint"), nullable=False),
    Column("source", String(LONGEST_SOURCE), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    # Filled in when the load is complete: customers in all, and by segment id.
    Column("customers", Integer),
    Column("sizes", JSON),
    # For each feature the customers a bin, the bins being those of the model: what drift needs.
    Column("bins", JSON),
    # Against the snapshot before: its date, sizes, and flows (none after a retraining).
    Column("movement", JSON),
)

published = Table(
    "published",
    metadata,
    Column("as_of", Date, primary_key=True),
    Column("generation", ForeignKey("generations.generation"), nullable=False),
)

assignments = Table(
    "assignments",
    metadata,
    Column("generation", Integer, primary_key=True),
    Column("customer", CUSTOMER, primary_key=True),
    Column("segment", Integer, nullable=False),
    Column("runner_up", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("band", String(6), nullable=False),
    Column("novel", Boolean, nullable=False),
    *(Column(column.lower(), Float) for column in COLUMNS),
    sqlite_with_rowid=False,
)

SNAPSHOTS: Final = family(
    "snapshots",
    metadata,
    newest="0005",
    migrations=Path(__file__).with_name("migrations"),
    marks=(
        ("0004", "generations", "bins"),
        ("0003", "generations", "movement"),
        ("0002", "generations", "sizes"),
        ("0001", "generations", "generation"),
    ),
)


def opened_engine(url: str, wait: float) -> Engine:
    """An engine on the store at a URL, with the snapshots' tables in it.

    `wait` is how many seconds a writer waits for another one. Raises StoreError when the URL is
    no database's, the database cannot be reached, or another version of Segbot made its tables.
    """
    engine = engine_at(url, wait)
    make_ready(engine, SNAPSHOTS)
    return engine
