"""One store copied into another, of the same kind or not, row by row and held against it after.

The target notes no version but `COPYING` until every table was found equal, so that nothing can be
made of half a copy. Rows are read in one transaction, all as of its beginning, and a few thousand
are in memory at a time.
"""

import hashlib
import itertools
import marshal
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Engine,
    MetaData,
    Table,
    Text,
    cast,
    func,
    inspect,
    select,
    type_coerce,
)

from segmentation.database import one_reader, one_writer, reaching, told
from segmentation.errors import StoreError
from segmentation.store_info import rows, tables_there
from segmentation.versions import COPYING, Family, not_usable, note_version, version_of

_AT_A_TIME: Final = 5_000
_DIGITS: Final = 128  # bits of a checksum
_WITHOUT_REFERENCES: Final = 2  # the newest format in which equal values always look the same
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows a table has, and the sum of their hashes: the same in whatever order."""

    rows: int = 0
    checksum: int = 0

    def plus(self, some: Iterable[Row]) -> "Tally":
        """With some more rows."""
        number, total = self.rows, self.checksum
        for row in some:
            digest = hashlib.blake2b(_bytes(row), digest_size=_DIGITS // 8).digest()
            number, total = number + 1, total + int.from_bytes(digest)
        return Tally(number, total % 2**_DIGITS)

    @property
    def told(self) -> str:
        """The checksum as people can compare it."""
        return f"{self.checksum:0{_DIGITS // 4}x}"


def _bytes(row: Row) -> bytes:
    """A row as bytes that no other row has; a fifth of the time that `repr` takes."""
    try:
        return marshal.dumps(row, _WITHOUT_REFERENCES)
    except ValueError:  # dates and moments, which are in small tables alone
        return repr(row).encode()


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
                raise StoreError(not_usable(source, family, version))
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
        for some in _batches(reader, table):
            read = read.plus(some)
            yield some

    if target.dialect.name == "postgresql":
        _load_postgresql(target, table, tallied())
    else:
        _load(target, table, tallied())
    written = Tally()
    with one_reader(target) as connection:
        for some in _batches(connection, table):
            written = written.plus(some)
    if read != written:
        raise StoreError(
            f"The copy differs in the table {table.name}: {read.rows:,} rows were read (checksum "
            f"{read.told}) and {written.rows:,} are in {told(target.url)} ({written.told}). "
            "Nothing will use it; repeat the copy with --again."
        )
    return Copied(table.name, read)


def _batches(connection: Connection, table: Table) -> Iterator[list[Row]]:
    """The rows of a table, some at a time, with values that are equal on every database.

    JSON stays the text that it is kept as; moments are in UTC, as a store writes them.
    """
    columns = [_readable(connection, column) for column in table.columns]
    in_utc = [i for i, column in enumerate(table.columns) if _has_zone(column)]
    query = select(*columns).select_from(table).order_by(*table.primary_key.columns)
    found = connection.execute(query, execution_options={"yield_per": _AT_A_TIME})
    for some in found.partitions():
        yield (
            [_with_moments(row, in_utc) for row in some] if in_utc else [tuple(row) for row in some]
        )


def _readable(connection: Connection, column: Column[Any]) -> Any:  # noqa: ANN401 - an expression
    if not isinstance(column.type, JSON):
        return column
    if connection.dialect.name == "sqlite":
        return type_coerce(column, Text)
    return cast(column, Text)


def _has_zone(column: Column[Any]) -> bool:
    return isinstance(column.type, DateTime) and column.type.timezone


def _with_moments(row: Sequence[Any], places: Sequence[int]) -> Row:
    if not places:
        return tuple(row)
    values = list(row)
    for place in places:
        at = values[place]
        if isinstance(at, datetime):
            values[place] = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return tuple(values)


def _load(target: Engine, table: Table, batches: Iterable[list[Row]]) -> None:
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
    for some in batches:
        with target.begin() as connection:
            connection.exec_driver_sql(statement, [_processed(row, as_stored) for row in some])


def _processed(row: Row, processes: Sequence[tuple[int, Callable[[Any], Any]]]) -> Row:
    values = list(row)
    for place, process in processes:
        values[place] = process(values[place])
    return tuple(values)


def _load_postgresql(target: Engine, table: Table, batches: Iterable[list[Row]]) -> None:
    """Stream all rows through one COPY."""
    preparer = target.dialect.identifier_preparer
    columns = ", ".join(preparer.format_column(column) for column in table.columns)
    statement = f"COPY {preparer.format_table(table)} ({columns}) FROM STDIN"
    with target.begin() as connection:
        driver: Any = connection.connection.driver_connection
        try:
            with driver.cursor() as cursor, cursor.copy(statement) as stream:
                for row in itertools.chain.from_iterable(batches):
                    stream.write_row(row)
        except target.dialect.loaded_dbapi.Error as error:
            raise StoreError(
                f"The table {table.name} could not be copied to {told(target.url)} ({error}). "
                "Nothing will use what is there; repeat the copy with --again."
            ) from None
