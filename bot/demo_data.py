"""What the demo shows: a made-up portfolio over eight weeks, or a portfolio of your own."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console

from segmentation.errors import TrainingError
from segmentation.model import SegmentModel, load_model
from segmentation.model_folder import save
from segmentation.portfolio import Portfolio, portfolio_from_frame, read_portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.store import open_store
from segmentation.synthetic import a_week_later, synthetic_portfolio
from segmentation.training import DEFAULT_SEED, train

CUSTOMERS: Final = 5_000
WEEKS: Final = 8
_SEED: Final = 2026
_RESAMPLES: Final = 50
_console = Console(stderr=True, highlight=False)


def prepare(
    data: Path | None, newest: date, *, model_folder: Path, store_file: Path, now: datetime
) -> None:
    """Train a model and score the snapshots up to the date `newest`, one a week.

    Raises PortfolioError when `data` cannot be used.
    """
    portfolios = [read_portfolio(data)] if data else list(_made_up_weeks())
    for note in portfolios[0].notes if data else ():
        _console.print(f"Note: {note}", markup=False)
    model = _model(portfolios[0], model_folder, now)
    store = open_store(f"sqlite:///{store_file}")
    for weeks_ago, portfolio in zip(range(len(portfolios))[::-1], portfolios, strict=True):
        as_of = newest - timedelta(weeks=weeks_ago)
        _console.print(f"Scoring {len(portfolio):,} customers as of {as_of} …")
        publish(
            store,
            scored_batches(model, portfolio),
            model=model,
            as_of=as_of,
            source=portfolio.source,
            started_at=now,
        )
    store.engine.dispose()


def _made_up_weeks() -> Iterator[Portfolio]:
    rng = np.random.default_rng(_SEED)
    _console.print(f"Making up {CUSTOMERS:,} customers and {WEEKS} weeks of their lives …")
    frame = synthetic_portfolio(CUSTOMERS, rng)
    for week in range(WEEKS):
        yield portfolio_from_frame(frame, "made-up portfolio")
        if week < WEEKS - 1:
            frame = a_week_later(frame, rng)


def _model(portfolio: Portfolio, folder: Path, now: datetime) -> SegmentModel:
    """A model trained on the portfolio; the one that comes with Segbot where it is too small."""
    try:
        _console.print(f"Training on {len(portfolio):,} customers …")
        trained = train(portfolio, DEFAULT_SEED, now, resamples=_RESAMPLES)
    except TrainingError as error:
        _console.print(f"{error}\nThe model that comes with Segbot is used instead.")
        built_in = load_model(Path("model"))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.json").write_text(built_in.document, encoding="utf-8")
        return built_in
    save(trained, folder)
    return trained.model
