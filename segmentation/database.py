"""How a store's database is reached: SQLite by default, PostgreSQL by URL, and its transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from segmentation import postgres
from segmentation.errors import StoreError

TURN: Final = 0x5E9B07  # any number that no other program's advisory lock has


def engine_at(url: str, wait: float) -> Engine:
    """An engine on the database at a URL; a file that is not there is made, for its owner alone.

    `wait` is how many seconds a writer waits for another one. Raises StoreError when the URL is
    no database's, or the file cannot be made.
    """
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite":
            if not address.database:
                raise StoreError("The store's URL names no file: write sqlite:///folder/segbot.db.")
            with reaching(address):
                _make_private(Path(address.database))
        if postgres.is_postgres(address):
            address = postgres.by_psycopg(address)
            options, prepare = postgres.engine_options(address), postgres.prepare
        else:
            options, prepare = {}, _prepare_sqlite
        engine = create_engine(address, hide_parameters=True, **options)
    except ModuleNotFoundError as error:
        raise StoreError(
            f"The store's URL needs the package {error.name}, which is not installed; for "
            "PostgreSQL: pip install 'segbot[postgres]'."
        ) from None
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StoreError(f"The store's URL is not usable: {error}.") from None
    event.listen(engine, "connect", partial(prepare, wait))
    return engine


@contextmanager
def reaching(address: URL) -> Iterator[None]:
    """What keeps a database from being reached or used in the block, as a StoreError."""
    try:
        yield
    except (OSError, SQLAlchemyError) as error:
        cause = getattr(error, "orig", None) or error
        raise StoreError(f"The store at {told(address)} cannot be opened: {cause}.") from None


def told(address: URL) -> str:
    """A database's URL as people may see it, without the password."""
    return address.render_as_string(hide_password=True)


def is_missing(url: str) -> bool:
    """Whether the URL names a file that is not there; of a server that is not known beforehand."""
    try:
        address = make_url(url)
    except ArgumentError:
        return False
    if address.get_backend_name() != "sqlite" or not address.database:
        return False
    return not Path(address.database).exists()


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
        connection.execute(select(func.pg_advisory_xact_lock(TURN)))


def _make_private(file: Path) -> None:
    """A new store, and a new folder for it, are for their owner alone."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)


def _prepare_sqlite(wait: float, connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's own type
    """Readers go on while a snapshot is loaded (WAL), and two writers wait for each other."""
    for pragma in (f"busy_timeout={wait * 1000:.0f}", "journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
