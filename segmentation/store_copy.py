"""One store copied into another, of the same kind or not, row by row and held against it after.

The target notes no version but `COPYING` until every table was found equal, so that nothing can be
made of half a copy. Rows are read in one transaction, all as of its beginning, and a few thousand
are in memory at a time.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Engine,
    MetaData,
    Table,
    func,
    inspect,
    select,
)

from segmentation.database import one_reader, one_writer, reaching, told
from segmentation.errors import StoreError
from segmentation.store_info import rows, tables_there
from segmentation.tallies import Row, Tally, batches
from segmentation.versions import COPYING, Family, not_usable, note_version, version_of


@dataclass(frozen=True, slots=True)
class Copied:
    """A table that was copied and found equal on both sides."""

    table: str
    tally: Tally


def copy_store(
    source: Engine,
    target: Engine,
    families: Sequence[Family],
    others: Sequence[MetaData] = (),
    *,
    again: bool = False,
    on_table: Callable[[str], object] = lambda _table: None,
) -> list[Copied]:
    """Copy every table of these families, and of `others` that keep no version, and compare.

    `again` empties a target in which a copy was not finished. Raises StoreError where the source is
    not of this version, the target is not empty, or a table differs afterwards.
    """
    with reaching(source.url), one_reader(source) as reader:
        kinds = [family.metadata for family in families]
        here = [family for family in families if family.is_in(reader)]
        for family in here:
            version = version_of(reader, family)
            if version != family.newest:
                raise not_usable(source, family, version)
        tables = tables_there(reader, [*kinds, *others])
        with reaching(target.url):
            _begin(target, here, [*kinds, *others], tables, again=again)
            copied = []
            for table in tables:
                on_table(table.name)
                copied.append(_copied(reader, target, table))
            _finish(target, here, tables)
    return copied


def foreign_tables(
    engine: Engine, kinds: Iterable[MetaData], families: Iterable[Family]
) -> list[str]:
    """The tables of a database that are none of a store's."""
    ours = {name for kind in kinds for name in kind.tables}
    ours |= {family.version.name for family in families}
    return sorted(set(inspect(engine).get_table_names()) - ours)


def _begin(
    target: Engine,
    families: Sequence[Family],
    kinds: Sequence[MetaData],
    tables: Sequence[Table],
    *,
    again: bool,
) -> None:
    """Make the tables of an empty target, and note that it is being copied into."""
    with one_writer(target) as connection:
        unfinished = any(version_of(connection, family) == COPYING for family in families)
        there = tables_there(connection, kinds)
        if unfinished and not again:
            raise StoreError(
                f"{told(target.url)} holds a copy that was not finished. If nobody is at it, "
                "repeat this with --again: that deletes the unfinished copy and begins anew."
            )
        if not unfinished:
            full = [table.name for table in there if rows(connection, table)]
            if full:
                raise StoreError(
                    f"{told(target.url)} has a store in it already ({full[0]} has rows). A copy "
                    "goes into an empty database: name another one."
                )
        for table in reversed(there):
            table.drop(connection)
        for table in tables:
            table.create(connection)
        for family in families:
            note_version(connection, family, COPYING)


def _finish(target: Engine, families: Sequence[Family], tables: Sequence[Table]) -> None:
    """Let new rows follow the copied ones, and note the version: from here on it is a store."""
    with one_writer(target) as connection:
        for table in tables:
            _set_sequence(connection, table)
        for family in families:
            note_version(connection, family, family.newest)
    if target.dialect.name == "postgresql":
        with target.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")


def _set_sequence(connection: Connection, table: Table) -> None:
    """PostgreSQL numbers new rows from a sequence, which knows nothing of rows that were copied."""
    number = table.autoincrement_column
    if connection.dialect.name != "postgresql" or number is None:
        return
    quoted = connection.dialect.identifier_preparer.format_table(table)
    sequence = connection.execute(select(func.pg_get_serial_sequence(quoted, number.name))).scalar()
    if sequence is not None:
        largest = select(func.coalesce(func.max(number), 0) + 1).scalar_subquery()
        connection.execute(select(func.setval(sequence, largest, False)))


def _copied(reader: Connection, target: Engine, table: Table) -> Copied:
    read = Tally()

    def tallied() -> Iterator[list[Row]]:
        nonlocal read
        for some in batches(reader, table):
            read = read.plus(some)
            yield some

    if target.dialect.name == "postgresql":
        _load_postgresql(target, table, tallied())
    else:
        _load(target, table, tallied())
    written = Tally()
    with one_reader(target) as connection:
        for some in batches(connection, table):
            written = written.plus(some)
    if read != written:
        raise StoreError(
            f"The copy differs in the table {table.name}: {read.rows:,} rows were read (checksum "
            f"{read.told}) and {written.rows:,} are in {told(target.url)} ({written.told}). "
            "Nothing will use it; repeat the copy with --again."
        )
    return Copied(table.name, read)


def _load(target: Engine, table: Table, some_at_a_time: Iterable[list[Row]]) -> None:
    """Insert with the driver's own `executemany`, a batch a transaction."""
    preparer = target.dialect.identifier_preparer
    names = ", ".join(preparer.format_column(column) for column in table.columns)
    marks = ", ".join("?" * len(table.columns))
    statement = f"INSERT INTO {preparer.format_table(table)} ({names}) VALUES ({marks})"  # noqa: S608 - names of our own tables
    as_stored = [
        (place, process)
        for place, column in enumerate(table.columns)
        if not isinstance(column.type, JSON)
        and (process := column.type.dialect_impl(target.dialect).bind_processor(target.dialect))
    ]
    for some in some_at_a_time:
        with target.begin() as connection:
            connection.exec_driver_sql(statement, [_processed(row, as_stored) for row in some])


def _processed(row: Row, processes: Sequence[tuple[int, Callable[[Any], Any]]]) -> Row:
    values = list(row)
    for place, process in processes:
        values[place] = process(values[place])
    return tuple(values)


def _load_postgresql(target: Engine, table: Table, some_at_a_time: Iterable[list[Row]]) -> None:
    """Stream all rows through one COPY."""
    preparer = target.dialect.identifier_preparer
    columns = ", ".join(preparer.format_column(column) for column in table.columns)
    statement = f"COPY {preparer.format_table(table)} ({columns}) FROM STDIN"
    with target.begin() as connection:
        driver: Any = connection.connection.driver_connection
        try:
            with driver.cursor() as cursor, cursor.copy(statement) as stream:
                for row in itertools.chain.from_iterable(some_at_a_time):
                    stream.write_row(row)
        except target.dialect.loaded_dbapi.Error as error:
            raise StoreError(
                f"The table {table.name} could not be copied to {told(target.url)} ({error}). "
                "Nothing will use what is there; repeat the copy with --again."
            ) from None
