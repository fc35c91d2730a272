"""Loading scored customers into a store, against `executemany` into the same kind of table.

Times are those of the clock, for a server's work is no CPU time of this process.
"""

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import psycopg
from sqlalchemy import text

from segmentation.features import COLUMNS
from segmentation.flows import counted_flows
from segmentation.loading import loading
from segmentation.model import SegmentModel
from segmentation.model_folder import load_model
from segmentation.portfolio import portfolio_from_frame
from segmentation.publishing import publish
from segmentation.scored_batches import ScoredBatch
from segmentation.store import Snapshot, Store, open_store
from segmentation.synthetic import synthetic_portfolio
from tests.benchmarks.bystander import bystander
from tests.benchmarks.goals import DIGEST, LOAD_POSTGRESQL, LOAD_SQLITE, READERS
from tests.benchmarks.measuring import Comparison, Cost
from tests.postgres import server

SIZES: Final = (200_000,)
LARGE: Final = (1_000_000, 10_000_000)
_ONCE: Final = 1_000_000  # from here on each is loaded once
_BATCH: Final = 10_000
_ASIDE: Final = 1_000_000  # a generation that no snapshot has
_TABLE: Final = (
    "CREATE TABLE plain (customer VARCHAR(255) PRIMARY KEY, segment INTEGER, runner_up INTEGER, "
    "confidence FLOAT, band VARCHAR(6), novel BOOLEAN, "
    f"{', '.join(f'{column} FLOAT' for column in COLUMNS)})"
)
_GOALS: Final = {"SQLite": LOAD_SQLITE, "PostgreSQL": LOAD_POSTGRESQL}
_CELLS: Final = 6 + len(COLUMNS)
Rows = Iterator[tuple[Any, ...]]


class Scored:
    """So many scored customers, made as they are asked for; on another `day` many have moved.

    They come in the order of their ids, or in none.
    """

    def __init__(self, customers: int, *, in_order: bool = True) -> None:
        self.customers = customers
        self._numbers = np.arange(10_000_000, 10_000_000 + customers)
        if not in_order:
            np.random.default_rng(2).shuffle(self._numbers)
        made = portfolio_from_frame(synthetic_portfolio(2 * _BATCH, np.random.default_rng(1)), "")
        self.model: SegmentModel = load_model(Path(__file__).parents[2] / "model")
        self._values, self._scored = made.values, self.model.assign(made.values)

    def batches(self, day: int) -> Iterator[ScoredBatch]:
        for start in range(0, self.customers, _BATCH):
            ids = [f"C{number}" for number in self._numbers[start : start + _BATCH].tolist()]
            some = slice(*((0, _BATCH) if (start // _BATCH + day) % 2 else (_BATCH, 2 * _BATCH)))
            yield ScoredBatch(ids, self._values[some], self._scored.part(some))

    def rows(self) -> Rows:
        """The same, as tuples for a driver."""
        for batch in self.batches(0):
            of = batch.assignments
            named = (of.segment, of.runner_up, of.confidence, of.band_names(), of.novel)
            columns = (*named, *batch.values.T)
            yield from zip(batch.ids, *(column.tolist() for column in columns), strict=True)


def into_sqlite(url: str, rows: Rows) -> None:
    """As a script would, with the pragmas of the store."""
    Path(url).unlink(missing_ok=True)
    with sqlite3.connect(url) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(_TABLE)
        connection.executemany(f"INSERT INTO plain VALUES ({','.join('?' * _CELLS)})", rows)  # noqa: S608
    connection.close()


def into_postgresql(url: str, rows: Rows) -> None:
    """As a script would, in one transaction."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS plain")
        cursor.execute(_TABLE.encode())
        cursor.executemany(f"INSERT INTO plain VALUES ({','.join(['%s'] * _CELLS)})", rows)  # noqa: S608


def compared(sizes: Sequence[int] = SIZES) -> list[Comparison]:
    """Loads, look-ups meanwhile and movement, on SQLite and on PostgreSQL."""
    return [row for customers in sizes for row in _of_size(customers)]


def _of_size(customers: int) -> list[Comparison]:
    scored = Scored(customers)
    with TemporaryDirectory() as folder:
        url, plain = f"sqlite:///{folder}/segbot.db", f"{folder}/plain.db"
        told = _compared("SQLite", scored, url, lambda rows: into_sqlite(plain, rows))
    with server("-c max_wal_size=4GB") as url:  # durable, as a server is
        return told + _compared("PostgreSQL", scored, url, lambda rows: into_postgresql(url, rows))


def _compared(
    name: str, scored: Scored, url: str, plainly: Callable[[Rows], None]
) -> list[Comparison]:
    store, alone, ours, theirs = open_store(url), [], [], []
    _load(store, scored, 0)  # the week before, from which customers have moved
    times = 1 if scored.customers >= _ONCE else 3
    for day in range(1, times + 1):
        theirs.append(_seconds(lambda: plainly(scored.rows())))
        alone.append(_seconds(lambda day=day: _put(store, scored, _ASIDE + day)))
        ours.append(_seconds(lambda day=day: _load(store, scored, day)))
    arguments = (url, scored.customers)
    with bystander("look_up", *arguments) as rest:
        time.sleep(3)
    with bystander("look_up", *arguments) as reads, bystander("record", *arguments) as writes:
        beside = _seconds(lambda: _load(store, scored, day + 1))
    disk = _disk(store, url, customers=2 * (times + 1) * scored.customers)
    shuffled = Scored(scored.customers, in_order=False)
    plain_shuffled = _seconds(lambda: plainly(shuffled.rows()))
    sorting = _seconds(lambda: _load(store, shuffled, day + 2))
    digest = statistics.median(_seconds(store.newest) for _ in range(20))
    newest = store.newest()
    assert newest is not None
    assert newest.movement is not None
    with store.engine.begin() as connection:  # else PostgreSQL may join these tables row by row
        connection.execute(text("ANALYZE assignments"))
    flows = _seconds(lambda: counted_flows(store.engine, newest.generation - 1, newest.generation))
    store.engine.dispose()
    load, plain = statistics.median(ours), statistics.median(theirs)
    rows = statistics.median(alone)

    def rate(seconds: float) -> str:
        return f"{scored.customers / seconds / 1000:.0f} k/s"

    against, goal = ("executemany", rate(plain)), _GOALS[name]
    what = f"load {scored.customers:,} customers, {name}"
    cost = Cost(f"load into {name}", scored.customers, load)
    return [
        Comparison(f"{what}, rows alone", rate(rows), *against, plain / rows, goal),
        Comparison(
            f"{what}, with sizes, drift and movement", rate(load), *against, plain / load, goal,
            (cost,),
        ),
        Comparison("the same, read and written meanwhile", rate(beside), *against, plain / beside),
        Comparison(
            f"{what}, in no order, sorted and loaded",
            rate(sorting),
            "executemany, in no order",
            rate(plain_shuffled),
            plain_shuffled / sorting,
            goal,
        ),
        Comparison(f"look up, {what}", str(reads), "at rest", str(rest), reads.p99, READERS),
        Comparison(f"record a look-up, {what}", str(writes), "", "", None),
        Comparison(
            f"digest numbers and movement of {scored.customers:,} customers, {name}",
            f"{digest * 1000:.2f} ms",
            "counted by a self-join",
            f"{flows * 1000:.0f} ms",
            digest * 1000,
            DIGEST,
        ),
        Comparison(f"disk for a customer of a snapshot, {name}", f"{disk:.0f} bytes", "", "", None),
    ]  # fmt: skip


def _disk(store: Store, url: str, customers: int) -> float:
    """Bytes that a customer takes of a store's disk: table and index."""
    if url.startswith("sqlite"):
        return Path(url.removeprefix("sqlite:///")).stat().st_size / customers
    with store.engine.connect() as connection:
        size = connection.execute(text("SELECT pg_total_relation_size('assignments')")).scalar_one()
        return float(size / customers)


def _load(store: Store, scored: Scored, day: int) -> Snapshot:
    return publish(
        store,
        scored.batches(day),
        model=scored.model,
        as_of=date(2026, 11, 2) + timedelta(weeks=day),
        source="made up",
        started_at=datetime.now(UTC),
    )


def _put(store: Store, scored: Scored, generation: int) -> None:
    """The rows alone, which no snapshot points at."""
    with loading(store.engine, generation) as put:
        for batch in scored.batches(0):
            put(list(batch.ids), batch.values, batch.assignments)


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
