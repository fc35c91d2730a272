"""The version of a store's tables: noted in the store, and compared whenever one is opened.

A store is brought to a newer version by `segbot store migrate` alone, never by opening it: several
replicas may share it, and the others would be left without the tables that they know.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, inspect, select

from segmentation.database import one_writer, reaching, told
from segmentation.errors import VersionError

COPYING: Final = "copying"  # the version of a store while another is copied into it


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Tables that change together, and the table that notes their version.

    `name` says whose they are. Versions are four digits. `newest` is the one that this Segbot
    works with; it stands here so that opening a store need not load Alembic. `migrations` is the
    folder with the way to it. `marks` tell the version of a store from before versions were noted:
    the first column (by table and name) that is there; tables without marks begin at no version.
    """

    name: str
    metadata: MetaData
    version: Table
    newest: str
    migrations: Path
    marks: tuple[tuple[str, str, str], ...] = ()

    def is_in(self, connection: Connection) -> bool:
        """Whether any of its tables is there."""
        return not set(inspect(connection).get_table_names()).isdisjoint(self.metadata.tables)


def family(
    name: str,
    metadata: MetaData,
    newest: str,
    migrations: Path,
    marks: tuple[tuple[str, str, str], ...] = (),
) -> Family:
    """A family whose version is noted in a table of its own, in the form that Alembic has."""
    number = Column("version_num", String(32), primary_key=True)
    version = Table(f"{name}_version", MetaData(), number)
    return Family(name, metadata, version, newest, migrations, marks)


def version_of(connection: Connection, tables: Family) -> str | None:
    """The version that a store notes; None where it notes none."""
    if not inspect(connection).has_table(tables.version.name):
        return None
    return connection.execute(select(tables.version.c.version_num)).scalar()


def note_version(connection: Connection, tables: Family, version: str) -> None:
    """Note a version in place of the one before."""
    tables.version.create(connection, checkfirst=True)
    connection.execute(tables.version.delete())
    connection.execute(tables.version.insert().values(version_num=version))


def make_ready(engine: Engine, tables: Family) -> None:
    """Make a family's tables where none is there, also when several processes do so at once.

    Raises VersionError when another version of Segbot made them.
    """
    with reaching(engine.url):
        with engine.connect() as connection:
            version = version_of(connection, tables)
        if version == tables.newest:
            return
        with one_writer(engine) as connection:
            version = version_of(connection, tables)
            if version is None and not tables.is_in(connection):
                version = tables.newest
                tables.metadata.create_all(connection)
                note_version(connection, tables, version)
    if version != tables.newest:
        raise not_usable(engine, tables, version)


def not_usable(engine: Engine, tables: Family, version: str | None) -> VersionError:
    """Why tables of that version cannot be used, and what to do."""
    return VersionError(_sentence(engine, tables, version))


def _sentence(engine: Engine, tables: Family, version: str | None) -> str:
    store = f"The store at {told(engine.url)}"
    if version == COPYING:
        return (
            f"{store} holds a copy that was not finished: wait for `segbot store copy`, or repeat "
            "it with --again."
        )
    if version is None or version < tables.newest:
        return (
            f"{store} was made by an earlier version of Segbot: stop every bot on it, keep a copy "
            "of it, and run `segbot store migrate`."
        )
    return (
        f"{store} was made by a newer version of Segbot (its tables have version {version}, this "
        f"one knows {tables.newest}): use that one."
    )
