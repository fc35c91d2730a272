"""Somebody who looks customers up, or records look-ups, while a store is loaded.

`python -m tests.benchmarks.bystander look_up|record URL CUSTOMERS` works until its input ends, and
prints the median, the 99th percentile and the maximum of its times in milliseconds.
"""

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import numpy as np

from bot.audit import AuditTrail
from segmentation.store import Store, open_store

PAUSE: Final = 0.005  # seconds between two


@dataclass
class Times:
    """Milliseconds: the median, the 99th percentile, the maximum."""

    told: list[float] = field(default_factory=list)

    @property
    def p99(self) -> float:
        return self.told[1]

    def __str__(self) -> str:
        return "p50 {:.2f} ms, p99 {:.2f} ms, max {:.0f} ms".format(*self.told)


@contextmanager
def bystander(kind: str, url: str, customers: int) -> Iterator[Times]:
    """One at work while inside; the times are there at the end."""
    command = [sys.executable, "-m", "tests.benchmarks.bystander", kind, url, str(customers)]
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    running.stdout.readline()  # it is at work
    times = Times()
    yield times
    times.told += json.loads(running.communicate()[0])


def look_up(store: Store, customers: int) -> Callable[[], object]:
    return lambda: store.look_up([f"C{10_000_000 + random.randrange(customers)}"])  # noqa: S311


def record(store: Store, _customers: int) -> Callable[[], object]:
    audit = AuditTrail(store.engine, lambda: datetime.now(UTC), "k" * 32)
    return lambda: audit.record("U01ADA", "C01", "look up", [("C10000001", "shown")])


KINDS: Final = {"look_up": look_up, "record": record}


def main(kind: str, url: str, customers: str) -> None:
    """Work until the input ends."""
    work = KINDS[kind](open_store(url), int(customers))
    work()
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    print("at work", flush=True)
    took = []
    while not ended.wait(PAUSE):
        started = time.perf_counter()
        work()
        took.append((time.perf_counter() - started) * 1000)
    print(json.dumps([*np.percentile(took, [50, 99]), max(took)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
