"""What is asked often: kept connections, replaced when they are dropped, and errors as ever."""

from datetime import date

import pytest
from sqlalchemy import bindparam, column, literal, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from segmentation.portfolio import Portfolio
from segmentation.schema import models
from segmentation.statements import Statements
from segmentation.store import Store, open_store
from tests.conftest import Publish

MONDAY = date(2026, 11, 16)
MODEL = models.insert().values(fingerprint=bindparam("fingerprint"), document="{}")


def test_a_connection_is_opened_once_and_not_for_each_look_up(
    store: Store, portfolio: Portfolio, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, MONDAY)
    for customer in portfolio.ids[:5]:
        assert store.look_up([str(customer)])
        assert store.history(str(customer), 53)
    assert len(store._statements._idle) == 1


def test_a_dropped_connection_is_replaced_and_the_member_sees_nothing_of_it(
    store: Store, portfolio: Portfolio, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, MONDAY)
    customer = str(portfolio.ids[0])
    assert store.look_up([customer])
    store._statements._idle[0].driver.close()
    found = store.look_up([customer])
    assert found is not None
    assert customer in found.values


def test_a_writer_begins_anew_where_its_connection_was_dropped(store: Store) -> None:
    statements = Statements(store.engine)
    model = statements.prepared(MODEL)
    with statements.one_writer() as writing:
        writing.run(model, fingerprint="first")
    statements._idle[0].driver.close()
    with statements.one_writer() as writing:
        writing.run(model, fingerprint="second")
    assert fingerprints(store) == ["first", "second"]


def test_what_a_writer_wrote_before_it_failed_is_not_there(store: Store, store_url: str) -> None:
    statements = Statements(store.engine)
    model = statements.prepared(MODEL)
    with pytest.raises(ZeroDivisionError) as held, statements.one_writer() as writing:
        writing.run_many(model, [{"fingerprint": "first"}, {"fingerprint": "second"}])
        raise ZeroDivisionError
    assert fingerprints(store) == []
    with Statements(open_store(store_url, wait=0.05).engine).one_writer():
        assert held.value  # and nobody waits for it


def test_a_read_never_waits_for_a_writer(store: Store, store_url: str) -> None:
    statements = Statements(open_store(store_url, wait=0.05).engine)
    with Statements(store.engine).one_writer():
        assert statements.rows(statements.prepared(select(models))) == []


def test_a_locked_store_is_told_as_it_always_was(store: Store, store_url: str) -> None:
    other = Statements(open_store(store_url, wait=0.05).engine)
    with (
        Statements(store.engine).one_writer(),
        pytest.raises(OperationalError, match="lock"),
        other.one_writer(),
    ):
        pass


def test_a_statement_that_is_wrong_is_told_and_costs_no_other_its_answer(store: Store) -> None:
    statements = Statements(store.engine)
    with pytest.raises(DBAPIError, match="nowhere"):
        statements.rows(statements.prepared(select(column("x")).select_from(text("nowhere"))))
    assert statements.rows(statements.prepared(select(literal(1)))) == [(1,)]


def fingerprints(store: Store) -> list[str]:
    with store.engine.connect() as connection:
        return sorted(connection.execute(select(models.c.fingerprint)).scalars())
