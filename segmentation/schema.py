"""The tables of the store, and how its database is opened: SQLite by default, PostgreSQL by URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
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
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from segmentation import postgres
from segmentation.errors import StoreError
from segmentation.features import COLUMNS

_TURN: Final = 0x5E9B07  # any number that no other program's advisory lock has
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
    Column("source", String(255), nullable=False),
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


def opened_engine(url: str, wait: float) -> Engine:
    """An engine on the store's database, its tables made where they are missing.

    `wait` is how many seconds a writer waits for another one. Raises StoreError when the URL is
    no database's, or the database cannot be reached.
    """
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite":
            if not address.database:
                raise StoreError("The store's URL names no file: write sqlite:///folder/segbot.db.")
            _make_private(Path(address.database))
        if postgres.is_postgres(address):
            address = postgres.by_psycopg(address)
            options, prepare = postgres.engine_options(address), postgres.prepare
        else:
            options, prepare = {}, _prepare_sqlite
        engine = create_engine(address, hide_parameters=True, **options)
        event.listen(engine, "connect", partial(prepare, wait))
        make_tables(engine, metadata)
    except ModuleNotFoundError as error:
        raise StoreError(
            f"The store's URL needs the package {error.name}, which is not installed; for "
            "PostgreSQL: pip install 'segbot[postgres]'."
        ) from None
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StoreError(f"The store's URL is not usable: {error}.") from None
    except (OSError, SQLAlchemyError) as error:
        cause = getattr(error, "orig", None) or error
        raise StoreError(
            f"The store at {address.render_as_string(hide_password=True)} "
            f"cannot be opened: {cause}."
        ) from None
    return engine


def is_missing(url: str) -> bool:
    """Whether the URL names a file that is not there; of a server that is not known beforehand."""
    try:
        address = make_url(url)
    except ArgumentError:
        return False
    if address.get_backend_name() != "sqlite" or not address.database:
        return False
    return not Path(address.database).exists()


def _make_private(file: Path) -> None:
    """A new store, and a new folder for it, are for their owner alone."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)


def make_tables(engine: Engine, tables: MetaData) -> None:
    """Make the tables that are missing, also when several processes do so at once.

    Raises StoreError when one is there that another version of Segbot made.
    """
    with one_writer(engine) as connection:
        tables.create_all(connection)
        there = inspect(connection)
        for table in tables.sorted_tables:
            columns = {column["name"] for column in there.get_columns(table.name)}
            if not columns >= set(table.columns.keys()):
                raise StoreError(_made_by_another_version(engine, table.name))


@contextmanager
def one_writer(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other writer's comes between: what it read still holds at its end."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        take_turns(connection)
        yield connection
        connection.commit()


@contextmanager
def one_reader(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees the store as it is at its first query, whoever writes meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection
        connection.rollback()


def take_turns(connection: Connection) -> None:
    """Wait until no other process changes tables or pointers; held to the transaction's end.

    SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))


def layout() -> dict[str, list[str]]:
    """Every table with its columns, as this version of Segbot needs them."""
    return {table.name: list(table.columns.keys()) for table in metadata.sorted_tables}


def _made_by_another_version(engine: Engine, table: str) -> str:
    return (
        f"The store at {engine.url.render_as_string(hide_password=True)} was made by another "
        f"version of Segbot (its table {table} differs). Move it away or name another store, and "
        "score your portfolios again."
    )


def _prepare_sqlite(wait: float, connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's own type
    """Readers go on while a snapshot is loaded (WAL), and two writers wait for each other."""
    for pragma in (f"busy_timeout={wait * 1000:.0f}", "journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
