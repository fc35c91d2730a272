"""A store brought to the newest version: all of it or, when it is cut short, nothing.

Alembic is loaded by this module and the revisions alone, so that a bot starts without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, Engine, inspect

from segmentation.database import one_writer, reaching
from segmentation.versions import COPYING, Family, not_usable, note_version, version_of


@dataclass(frozen=True, slots=True)
class Migrated:
    """A family's version before and after; `before` is None for tables without a version."""

    tables: str
    before: str | None
    after: str


def migrate(
    engine: Engine,
    families: Sequence[Family],
    **attributes: Any,  # noqa: ANN401 - as Alembic has it
) -> list[Migrated]:
    """Bring the tables that are there to the newest version, in one transaction.

    A family without a table in the store is left out: it is made when it is first needed.
    `attributes` are what revisions may need to know, such as the audit trail's key. Raises
    StoreError where the tables are newer than this Segbot, or a copy of others not finished.
    """
    with reaching(engine.url), one_writer(engine) as connection:
        here = [family for family in families if family.is_in(connection)]
        return [_migrated(connection, family, attributes) for family in here]


def _migrated(connection: Connection, family: Family, attributes: dict[str, Any]) -> Migrated:
    noted = version_of(connection, family)
    if noted == COPYING or (noted is not None and noted > family.newest):
        raise not_usable(connection.engine, family, noted)
    if noted is None:
        found = _recognised(connection, family)
        family.version.create(connection, checkfirst=True)
        if found is not None:
            note_version(connection, family, found)
    config = Config(attributes={"connection": connection, "family": family, **attributes})
    config.set_main_option("script_location", str(family.migrations).replace("%", "%%"))
    command.upgrade(config, family.newest)
    return Migrated(family.name, noted, family.newest)


def _recognised(connection: Connection, family: Family) -> str | None:
    """The version of tables that note none, by the columns that they have."""
    there = inspect(connection)
    return next(
        (
            version
            for version, table, column in family.marks
            if there.has_table(table)
            and column in {found["name"] for found in there.get_columns(table)}
        ),
        None,
    )


def run_revisions() -> None:
    """Run the revisions asked for on the connection, and in the transaction, of `migrate`.

    SQLite can take its statements on tables back as well, once a transaction is begun.
    """
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        version_table=attributes["family"].version.name,
        transactional_ddl=True,
    )
    context.run_migrations()
