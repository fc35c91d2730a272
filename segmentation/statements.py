"""Statements that are built once and run on connections that are kept, for what is asked often.

To open a connection and to build a statement each time costs ten times what a row by key does.
"""

import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from segmentation.database import TURN

Row = tuple[Any, ...]


class Statement:
    """A statement's text for one kind of database, and how its values are put and read there."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        assert isinstance(statement, ClauseElement)
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        self.text = str(compiled)
        self._fixed = dict(compiled.params)
        self._order = compiled.positiontup
        self._columns = [*getattr(statement, "selected_columns", ())]
        self._dialect = dialect
        puts = {
            name: bound.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bound in compiled.binds.items()
        }
        self._put = [(name, put) for name, put in puts.items() if put is not None]
        self._read: list[tuple[int, Callable[[Any], Any]]] | None = None

    def parameters(self, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as the driver takes them
        """What was given, as the database's driver takes it."""
        values = {**self._fixed, **given}
        for name, put in self._put:
            values[name] = put(values[name])
        return values if self._order is None else [values[name] for name in self._order]

    def rows(self, cursor: Any) -> list[Row]:  # noqa: ANN401 - a driver's own type
        """What was found, with dates and the like as Python has them; nothing if nothing was asked.

        How a value is read depends on the kind that the database says it is.
        """
        if not self._columns:
            return []
        found: list[Row] = cursor.fetchall()
        if self._read is None:
            reads = [
                column.type.dialect_impl(self._dialect).result_processor(self._dialect, told[1])
                for column, told in zip(self._columns, cursor.description, strict=True)
            ]
            self._read = [(place, read) for place, read in enumerate(reads) if read is not None]
        return [_as_python(list(row), self._read) for row in found] if self._read else found


def _as_python(row: list[Any], reads: list[tuple[int, Callable[[Any], Any]]]) -> Row:
    for place, read in reads:
        row[place] = read(row[place])
    return tuple(row)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A connection that belongs to no pool any more, and the driver's own beneath it."""

    pooled: Connection
    driver: Any


class Writing:
    """A transaction that is under way."""

    def __init__(self, driver: Any) -> None:  # noqa: ANN401 - a driver's own type
        self._driver = driver

    def run(self, statement: Statement, **parameters: object) -> list[Row]:
        """Run one statement; what it finds, if it asks for anything."""
        cursor = self._driver.execute(statement.text, statement.parameters(parameters))
        return statement.rows(cursor)

    def run_many(self, statement: Statement, rows: Iterable[Mapping[str, object]]) -> None:
        """Run one statement for each of these rows."""
        put = [statement.parameters(row) for row in rows]
        self._driver.cursor().executemany(statement.text, put)


class Statements:
    """Runs statements on kept connections, as many as are in use at once; safe among threads.

    A connection that the database dropped is replaced, and what was asked is asked again.
    """

    def __init__(self, engine: Engine) -> None:
        assert engine.dialect.dbapi is not None
        self._engine = engine
        self._error: type[Exception] = engine.dialect.dbapi.Error
        self._idle: list[_Kept] = []
        self._begin: Final = (
            ("BEGIN IMMEDIATE",)
            if engine.dialect.name == "sqlite"
            else ("BEGIN", f"SELECT pg_advisory_xact_lock({TURN})")
        )
        weakref.finalize(self, _close_all, self._idle)

    def prepared(self, statement: Executable) -> Statement:
        """The statement in the words of this database."""
        return Statement(statement, self._engine.dialect)

    def rows(self, statement: Statement, **parameters: object) -> list[Row]:
        """What one statement finds, all of it as at one moment; raises SQLAlchemy's errors."""
        put = statement.parameters(parameters)
        found: list[Row]
        kept, found = self._first_done(
            lambda driver: statement.rows(driver.execute(statement.text, put))
        )
        self._idle.append(kept)
        return found

    @contextmanager
    def one_writer(self) -> Iterator[Writing]:
        """A transaction that no other writer's comes between.

        A dropped connection is noticed at its beginning, before anything was written.
        """
        kept, _ = self._first_done(self._begun)

        try:
            yield Writing(kept.driver)
            kept.driver.execute("COMMIT")
        except BaseException as error:
            self._discard(kept)  # which rolls back
            if isinstance(error, self._error):
                raise self._told(error) from error
            raise
        self._idle.append(kept)

    def _begun(self, driver: Any) -> None:  # noqa: ANN401 - a driver's own type
        for words in self._begin:
            driver.execute(words)

    def _first_done(self, do: Callable[[Any], Any]) -> tuple[_Kept, Any]:
        """Do something on a connection, on a new one where the kept one was dropped."""
        kept = self._taken()
        try:
            return kept, do(kept.driver)
        except self._error as error:
            self._discard(kept)
            if not self._is_dropped(error, kept):
                raise self._told(error) from error
        _close_all(self._idle)  # the others were dropped with it
        kept = self._taken()
        try:
            return kept, do(kept.driver)
        except self._error as error:
            self._discard(kept)
            raise self._told(error) from error

    def _taken(self) -> _Kept:
        try:
            return self._idle.pop()
        except IndexError:
            pass
        pooled = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        pooled.detach()  # the pool opens others for whoever asks it
        return _Kept(pooled, pooled.connection.dbapi_connection)

    def _discard(self, kept: _Kept) -> None:
        """Close at once: whoever holds the error holds on to the connection as well."""
        with suppress(self._error):
            kept.driver.close()
        kept.pooled.invalidate()

    def _is_dropped(self, error: Exception, kept: _Kept) -> bool:
        return self._engine.dialect.is_disconnect(error, kept.driver, None)  # type: ignore[arg-type]

    def _told(self, error: Exception) -> BaseException:
        """A driver's error as SQLAlchemy would raise it."""
        return DBAPIError.instance(
            None, None, error, self._error, hide_parameters=True, dialect=self._engine.dialect
        )


def _close_all(kept: list[_Kept]) -> None:
    while kept:
        kept.pop().pooled.close()
