"""Near ids: one slip of the fingers still finds the customer, by keys alone."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from sqlalchemy import event

from segmentation.near_ids import near_ids
from segmentation.portfolio import Portfolio
from segmentation.store import Store
from tests.conftest import Publish


@pytest.fixture
def known(store: Store, portfolio: Portfolio, publish_portfolio: Publish) -> Store:
    some = ["C00042", "C10234", "C10243", "C55501"]
    publish_portfolio(
        replace(portfolio, ids=np.array(some), values=portfolio.values[:4]), date(2026, 11, 16)
    )
    return store


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("c10234", "C10234"),
        ("10234", "C10234"),
        ("42", "C00042"),
        ("C42", "C00042"),
        ("C0042", "C00042"),
        ("C55510", "C55501"),
        ("c55510", "C55501"),
        ("C5501", "C55501"),
        ("C555011", "C55501"),
        ("C55591", "C55501"),
    ],
)
def test_one_slip_still_finds_the_customer(known: Store, typed: str, meant: str) -> None:
    assert near_ids(known, typed)[0] == meant


def test_what_is_like_nothing_finds_nobody(known: Store) -> None:
    assert near_ids(known, "nobody") == []
    assert near_ids(known, "9" * 60) == []


def test_near_ids_are_looked_up_by_key(known: Store) -> None:
    asked: list[tuple[str, object]] = []

    @event.listens_for(known.engine, "before_cursor_execute")
    def note(_c: object, _k: object, statement: str, given: object, *_: object) -> None:
        asked.append((statement, given))

    near_ids(known, "C10324")
    assert len(asked) == 2
    with known.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[1][0]}", asked[1][1]).all()
    assert not any("SCAN assignments" in step[-1] for step in plan), plan
