"""A PostgreSQL server that goes away and comes back: nothing is lost, and answers go on."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import create_engine, text

from segmentation.errors import StoreError
from segmentation.model import SegmentModel
from segmentation.portfolio import Portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.scored_batches import ScoredBatch
from segmentation.store import Store
from tests.conftest import NOON, Publish

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)


def close_all(store: Store) -> None:
    """End every connection to the store's database, as a restart of the server does."""
    other = create_engine(store.engine.url)
    with other.connect() as connection:
        connection.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where pid <> pg_backend_pid() and datname = current_database()"
            )
        )
    other.dispose()


def test_after_a_restart_of_the_server_answers_go_on(
    store: Store, portfolio: Portfolio, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, MONDAY)
    close_all(store)
    assert store.existing([str(portfolio.ids[0])]) == {portfolio.ids[0]}


def test_a_load_that_loses_its_server_says_that_nothing_changed_and_can_be_tried_again(
    store: Store, portfolio: Portfolio, model: SegmentModel, publish_portfolio: Publish
) -> None:
    before = publish_portfolio(portfolio, MONDAY)

    def cut_off() -> Iterator[ScoredBatch]:
        yield from scored_batches(model, portfolio)
        close_all(store)

    with pytest.raises(StoreError, match="could not be written"):
        publish(store, cut_off(), model=model, as_of=TUESDAY, source="p.csv", started_at=NOON)
    assert store.snapshots() == [before]
    assert publish_portfolio(portfolio, TUESDAY).customers == len(portfolio)
