"""Opens the store at a URL and loads a snapshot of one of two dates, beside other processes."""

import sys
from datetime import UTC, date, datetime

import numpy as np

from segmentation.portfolio import portfolio_from_frame
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.store import open_store
from segmentation.synthetic import synthetic_portfolio
from segmentation.training import train

portfolio = portfolio_from_frame(synthetic_portfolio(300, np.random.default_rng(1)), "made up")
model = train(portfolio, 1, datetime(2026, 11, 1, tzinfo=UTC)).model
publish(
    open_store(sys.argv[1]),
    scored_batches(model, portfolio),
    model=model,
    as_of=date(2026, 11, 9 + 7 * (int(sys.argv[2]) % 2)),
    source="made up",
    started_at=datetime.now(UTC),
)
