"""Loads a snapshot's first batch into the store at a URL, then dies without a word (SIGKILL)."""

import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np

from segmentation.portfolio import portfolio_from_frame
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.scored_batches import ScoredBatch
from segmentation.store import open_store
from segmentation.synthetic import synthetic_portfolio

store = open_store(sys.argv[1])
before = store.newest()
assert before is not None
model = store.model(before.model)
portfolio = portfolio_from_frame(synthetic_portfolio(300, np.random.default_rng(1)), "made up")


def one_batch_then_death() -> Iterator[ScoredBatch]:
    yield from scored_batches(model, portfolio)
    os.kill(os.getpid(), signal.SIGKILL)


publish(
    store,
    one_batch_then_death(),
    model=model,
    as_of=date(2026, 11, 16),
    source="made up",
    started_at=datetime.now(UTC),
)
