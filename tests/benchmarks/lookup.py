"""Looking up one customer: through the store and the card, against a bare key look-up in SQLite."""

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bot.blocks.card import customer_card
from segmentation.answers import answers_for, past_of
from segmentation.playbook import load_playbook
from segmentation.portfolio import portfolio_from_frame
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.store import open_store
from segmentation.synthetic import synthetic_portfolio
from segmentation.training import train
from tests.benchmarks.measuring import Comparison, medians

LOOKUPS = 300


def compared() -> list[Comparison]:
    """Store look-up, explanation and card for many customers, against `SELECT *` by key."""
    with TemporaryDirectory() as folder:
        return _compared(Path(folder) / "segbot.db")


def _compared(database: Path) -> list[Comparison]:
    portfolio = portfolio_from_frame(synthetic_portfolio(5_000, np.random.default_rng(1)), "made")
    now = datetime.now(UTC)
    model = train(portfolio, 42, now).model
    store, playbook = open_store(f"sqlite:///{database}"), load_playbook()
    snapshot = publish(
        store,
        scored_batches(model, portfolio),
        model=model,
        as_of=date(2026, 11, 16),
        source=portfolio.source,
        started_at=now,
    )
    ids = [str(customer) for customer in portfolio.ids[:LOOKUPS]]
    bare = sqlite3.connect(database)

    def cards() -> None:
        for customer in ids:
            found = answers_for(store, playbook, [customer])
            assert found is not None
            past = past_of(store, playbook, customer)
            customer_card(found.answers[customer], past, "")

    def rows() -> None:
        for customer in ids:
            query = "SELECT * FROM assignments WHERE generation = ? AND customer = ?"
            assert bare.execute(query, (snapshot.generation, customer)).fetchone()

    ours, theirs = medians(cards, rows)
    bare.close()
    store.engine.dispose()
    return [
        Comparison(
            "look up a customer and render the card",
            f"{ours / LOOKUPS * 1e6:.0f} CPU µs",
            "sqlite3, one row by key",
            f"{theirs / LOOKUPS * 1e6:.0f} CPU µs",
            ours / theirs,
        )
    ]
