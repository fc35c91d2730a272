"""Spark as an engine: each executor's `mapInArrow` runs the same function as one machine does.

Spark hands out the work and collects what came of it. Portfolios are read and parts written by the
workers themselves, so that no row goes through the JVM.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from segmentation.engines import Each, EngineError, OnDone, Work


@contextmanager
def opened(scheduler: str | None) -> Iterator[Each]:
    """Spark by its master's name (local[4], spark://…, yarn), or as spark-submit set it up."""
    running = SparkSession.getActiveSession()
    if running is not None:
        yield partial(_each, running)
        return
    builder = SparkSession.builder.appName("segbot")
    if scheduler is not None:
        builder = builder.master(scheduler)
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    try:
        session = builder.config("spark.ui.enabled", "false").getOrCreate()
    except (PySparkException, Py4JError, OSError) as error:
        raise EngineError(
            f"Spark could not be started ({error}). It needs Java 17 or newer; "
            "--scheduler names its master, such as local[4] or spark://host:7077."
        ) from None
    session.sparkContext.setLogLevel("ERROR")
    if session.sparkContext.master.startswith("local"):
        session.sparkContext.pythonExec = sys.executable  # not the first on the PATH
    try:
        yield partial(_each, session)
    finally:
        session.stop()


def _each(
    session: Any,  # noqa: ANN401 - Spark's session has no types here
    work: Work,
    common: str,
    texts: Sequence[str],
    on_done: OnDone,
) -> list[bytes]:
    """One task a text; what comes back is small, so that it may all come at once."""
    numbers = session.range(0, len(texts), numPartitions=max(len(texts), 1))
    try:
        rows = numbers.mapInArrow(
            partial(_in_arrow, work, common, list(texts)), "number long, answer binary"
        ).collect()
    except (PySparkException, Py4JError) as error:
        last = str(error).strip().splitlines()[-1:]
        raise EngineError(
            f"Spark gave up: {' '.join(last)} What was there before is untouched. "
            "Each worker needs the same Segbot, and must reach the portfolio and the output."
        ) from None
    on_done(len(texts))
    answers = {row.number: bytes(row.answer) for row in rows}
    return [answers[number] for number in range(len(texts))]


def _in_arrow(
    work: Work, common: str, texts: list[str], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        numbers = batch.column(0)
        answers = [work(common, texts[number]) for number in numbers.to_pylist()]
        yield pa.record_batch([numbers, pa.array(answers, pa.binary())], ["number", "answer"])
