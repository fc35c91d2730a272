"""What a store holds, and how much room it takes: for whoever looks after it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Engine, MetaData, Table, func, inspect, select, text

from segmentation.schema import assignments, generations, published

_DATABASE: Final = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_database_size(current_database())",
}


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A load that no date points at: under way, cut short, or, if `complete`, replaced."""

    as_of: date
    source: str
    started_at: datetime
    complete: bool
    customers: int


def database_size(engine: Engine) -> int:
    """The room that the database takes, in bytes, what is free in it included."""
    with engine.connect() as connection:
        return int(connection.execute(text(_DATABASE[engine.dialect.name])).scalar_one())


def unpublished(engine: Engine) -> list[Unpublished]:
    """The loads that no date points at, the oldest first."""
    query = (
        select(generations)
        .where(generations.c.generation.not_in(select(published.c.generation)))
        .order_by(generations.c.generation)
    )
    with engine.connect() as connection:
        found = connection.execute(query).all()
        return [
            Unpublished(
                row.as_of,
                row.source,
                row.started_at,
                row.customers is not None,
                _customers(connection, row.generation),
            )
            for row in found
        ]


def _customers(connection: Connection, generation: int) -> int:
    query = select(func.count()).where(assignments.c.generation == generation)
    return int(connection.execute(query).scalar_one())


def row_counts(engine: Engine, kinds: Iterable[MetaData]) -> Mapping[str, int]:
    """How many rows each table has, for those that are there."""
    with engine.connect() as connection:
        return {table.name: rows(connection, table) for table in tables_there(connection, kinds)}


def tables_there(connection: Connection, kinds: Iterable[MetaData]) -> list[Table]:
    """The tables of these kinds that a database has, those first that others refer to."""
    there = set(inspect(connection).get_table_names())
    return [table for kind in kinds for table in kind.sorted_tables if table.name in there]


def rows(connection: Connection, table: Table) -> int:
    """How many rows a table has."""
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
