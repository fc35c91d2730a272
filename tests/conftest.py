"""What most tests start from: a made-up portfolio, a model trained on it, and a real store."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from segmentation.model import SegmentModel
from segmentation.playbook import Playbook, load_playbook
from segmentation.portfolio import Portfolio, portfolio_from_frame
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.store import Snapshot, Store, open_store
from segmentation.synthetic import synthetic_portfolio
from segmentation.training import TrainedModel, train
from tests.databases import store_in

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
Publish = Callable[..., Snapshot]


@pytest.fixture(scope="session")
def portfolio() -> Portfolio:
    return portfolio_from_frame(synthetic_portfolio(2_000, np.random.default_rng(7)), "made up")


@pytest.fixture(scope="session")
def trained(portfolio: Portfolio) -> TrainedModel:
    return train(portfolio, 42, NOON)


@pytest.fixture(scope="session")
def model(trained: TrainedModel) -> SegmentModel:
    return trained.model


@pytest.fixture(scope="session")
def playbook() -> Playbook:
    return load_playbook()


@pytest.fixture
def store_url(tmp_path: Path) -> Iterator[str]:
    with store_in(tmp_path) as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Store:
    return open_store(store_url)


@pytest.fixture
def publish_portfolio(store: Store, model: SegmentModel) -> Publish:
    """Publish a portfolio as a snapshot, under the trained model unless told otherwise."""

    def publish_it(
        portfolio: Portfolio, as_of: date, under: SegmentModel = model, now: datetime = NOON
    ) -> Snapshot:
        return publish(
            store,
            scored_batches(under, portfolio),
            model=under,
            as_of=as_of,
            source=portfolio.source,
            started_at=now,
        )

    return publish_it


@pytest.fixture(scope="session")
def real_portfolio_path() -> Path:
    path = os.environ.get("CC_GENERAL_CSV")
    if path is None:
        pytest.skip("CC_GENERAL_CSV does not name the public portfolio's file")
    return Path(path)
