"""Snapshots: whole or not at all, replaced by date, compared under one model only."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from segmentation.answers import overview
from segmentation.database import one_writer
from segmentation.drift import drift
from segmentation.errors import StoreError
from segmentation.features import INDEX
from segmentation.model import SegmentModel, parsed_model
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.schema import assignments, generations
from segmentation.scored_batches import ScoredBatch
from segmentation.store import Store, open_store
from tests.conftest import NOON, Publish

MONDAY = date(2026, 11, 16)
BEFORE = MONDAY - timedelta(days=7)


def moved(portfolio: Portfolio, model: SegmentModel, rows: int, segment: int) -> Portfolio:
    """The portfolio with its first rows turned into that segment's average customer."""
    values = portfolio.values.copy()
    values[:rows] = model.typical(segment)
    return replace(portfolio, values=values)


def test_a_new_store_has_nothing_to_tell(store: Store, playbook: Playbook) -> None:
    assert store.newest() is None
    assert store.look_up(["C10001"]) is None
    assert overview(store, playbook) is None


def test_a_customer_is_found_with_the_values_that_were_scored(
    store: Store, portfolio: Portfolio, publish_portfolio: Publish
) -> None:
    snapshot = publish_portfolio(portfolio, MONDAY)
    found = store.look_up([str(portfolio.ids[5]), "nobody", str(portfolio.ids[9])])
    assert found is not None
    assert found.snapshot.generation == snapshot.generation
    assert set(found.values) == {portfolio.ids[5], portfolio.ids[9]}
    np.testing.assert_array_equal(found.values[portfolio.ids[5]], portfolio.values[5])
    nobody = store.look_up(["nobody"])
    assert nobody is not None
    assert nobody.values == {}
    assert snapshot.customers == len(portfolio) == sum(snapshot.sizes.values())
    assert np.isnan(portfolio.values[:, INDEX["MINIMUM_PAYMENTS"]]).any()


def test_the_newest_date_answers_whatever_the_order_of_loading(
    store: Store, portfolio: Portfolio, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, MONDAY)
    publish_portfolio(portfolio, BEFORE)
    newest = store.newest()
    assert newest is not None
    assert newest.as_of == MONDAY
    assert [snapshot.as_of for snapshot in store.snapshots()] == [BEFORE, MONDAY]


def test_the_same_date_is_replaced_and_leaves_nothing_behind(
    store: Store, portfolio: Portfolio, model: SegmentModel, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, MONDAY)
    publish_portfolio(moved(portfolio, model, 100, 2), MONDAY)
    (only,) = store.snapshots()
    first = store.look_up([str(portfolio.ids[0])])
    assert first is not None
    np.testing.assert_allclose(first.values[portfolio.ids[0]], model.typical(2))
    with store.engine.connect() as connection:
        rows = connection.execute(select(func.count()).select_from(assignments)).scalar_one()
        loads = connection.execute(select(func.count()).select_from(generations)).scalar_one()
    assert (rows, loads) == (only.customers, 1)


def test_movement_counts_who_changed_segment(
    portfolio: Portfolio, model: SegmentModel, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, BEFORE)
    was = model.assign(portfolio.values).segment
    snapshot = publish_portfolio(moved(portfolio, model, 100, 2), MONDAY)
    movement = snapshot.movement
    assert movement is not None
    assert movement.flows is not None
    assert movement.since == BEFORE
    assert movement.left == 0
    assert movement.compared == len(portfolio)
    assert movement.moved == (was[:100] != 2).sum()
    assert movement.flows[0, 2] == (was[:100] == 0).sum()


@pytest.mark.parametrize("size", [300, 2_000])
def test_movement_is_the_same_in_whatever_order_and_parts_the_customers_come(
    store: Store, portfolio: Portfolio, model: SegmentModel, publish_portfolio: Publish, size: int
) -> None:
    before = publish_portfolio(portfolio, BEFORE)
    later = moved(portfolio, model, 100, 2)
    counted = publish_portfolio(later, MONDAY).movement
    shuffled = np.random.default_rng(5).permutation(len(later))
    parts = np.array_split(shuffled, range(size, len(later), size))

    def batches() -> Iterator[ScoredBatch]:
        for part in parts:
            values = later.values[part]
            yield ScoredBatch(later.ids[part].tolist(), values, model.assign(values))

    again = publish(store, batches(), model=model, as_of=MONDAY, source="", started_at=NOON)
    assert again.movement == counted
    assert counted is not None
    assert counted.sizes_before == before.sizes


def test_a_small_portfolio_after_a_large_one_is_compared_with_it(
    portfolio: Portfolio, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, BEFORE)
    few = replace(portfolio, ids=portfolio.ids[::500], values=portfolio.values[::500])
    movement = publish_portfolio(few, MONDAY).movement
    assert movement is not None
    assert (movement.compared, movement.moved, movement.left) == (4, 0, len(portfolio) - 4)


def test_movement_is_that_since_what_answers_at_the_end_of_the_load(
    store: Store, portfolio: Portfolio, model: SegmentModel, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, BEFORE)

    def interrupted() -> Iterator[ScoredBatch]:
        yield from scored_batches(model, portfolio)
        publish_portfolio(moved(portfolio, model, 100, 2), BEFORE)

    snapshot = publish(
        store, interrupted(), model=model, as_of=MONDAY, source="slow", started_at=NOON
    )
    assert snapshot.movement is not None
    assert snapshot.movement.moved == (model.assign(portfolio.values[:100]).segment != 2).sum()


def test_ids_of_any_length_and_script_and_blanks_anywhere_are_kept_as_they_are(
    store: Store, portfolio: Portfolio, publish_portfolio: Publish
) -> None:
    ids = np.array(["1", "C10001", "Łódź-7", "客戶42", "\U0001f4b3", "x" * 100, "a b", "\\N", '"'])
    values = portfolio.values[: len(ids)].copy()
    values[range(len(ids)), range(len(ids))] = np.nan
    publish_portfolio(replace(portfolio, ids=ids, values=values), MONDAY)
    found = store.look_up(ids.tolist())
    assert found is not None
    for customer, row in zip(ids.tolist(), values, strict=True):
        np.testing.assert_array_equal(found.values[customer], row)


def test_reloading_an_earlier_date_brings_later_movement_up_to_date(
    store: Store, portfolio: Portfolio, model: SegmentModel, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, BEFORE)
    publish_portfolio(portfolio, MONDAY)
    publish_portfolio(moved(portfolio, model, 100, 2), BEFORE)
    newest = store.newest()
    assert newest is not None
    movement = newest.movement
    assert movement is not None
    assert movement.moved == (model.assign(portfolio.values[:100]).segment != 2).sum()


def test_a_snapshot_tells_the_same_drift_as_the_file_it_came_from(
    store: Store,
    portfolio: Portfolio,
    model: SegmentModel,
    playbook: Playbook,
    publish_portfolio: Publish,
) -> None:
    values = portfolio.values.copy()
    values[:900, INDEX["MINIMUM_PAYMENTS"]] = np.nan
    publish_portfolio(replace(portfolio, values=values), MONDAY)
    book = overview(store, playbook)
    assert book is not None
    shares = {segment.id: segment.share for segment in model.segments}
    assert book.drift == drift(model.baseline, shares, values, book.snapshot.sizes)
    assert "Minimum payments went blank for many customers" in book.drift.verdict(book.names)


def test_two_snapshots_under_different_models_are_not_compared(
    portfolio: Portfolio, model: SegmentModel, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, BEFORE)
    retrained = parsed_model(model.document.replace('"seed": 42', '"seed": 43'), "a test")
    snapshot = publish_portfolio(portfolio, MONDAY, under=retrained)
    assert snapshot.movement is not None
    assert snapshot.movement.since == BEFORE
    assert snapshot.movement.flows is None


def test_a_customer_is_explained_under_the_model_that_scored_the_snapshot(
    store: Store, portfolio: Portfolio, model: SegmentModel, publish_portfolio: Publish
) -> None:
    snapshot = publish_portfolio(portfolio, MONDAY)
    assert store.model(snapshot.model).document == model.document


def test_a_load_that_fails_half_way_leaves_the_last_snapshot_answering(
    store: Store, portfolio: Portfolio, model: SegmentModel, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, BEFORE)

    def broken() -> Iterator[ScoredBatch]:
        yield next(iter(scored_batches(model, moved(portfolio, model, 2_000, 2))))
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        publish(store, broken(), model=model, as_of=MONDAY, source="broken", started_at=NOON)
    newest = store.newest()
    assert newest is not None
    assert newest.as_of == BEFORE
    first = store.look_up([str(portfolio.ids[0])])
    assert first is not None
    np.testing.assert_array_equal(first.values[portfolio.ids[0]], portfolio.values[0])


def test_what_a_dead_load_left_is_cleared_by_a_later_one(
    store: Store, portfolio: Portfolio, model: SegmentModel, publish_portfolio: Publish
) -> None:
    with pytest.raises(ZeroDivisionError):
        publish(
            store,
            (batch for batch in [next(iter(scored_batches(model, portfolio))), 1 / 0]),  # type: ignore[misc]
            model=model,
            as_of=MONDAY,
            source="broken",
            started_at=NOON - timedelta(days=2),
        )
    publish_portfolio(portfolio, MONDAY)
    with store.engine.connect() as connection:
        loads = connection.execute(select(func.count()).select_from(generations)).scalar_one()
    assert loads == 1


def test_a_load_killed_outright_leaves_the_last_snapshot_answering(
    store: Store, store_url: str, portfolio: Portfolio, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, BEFORE)
    script = Path(__file__).with_name("load_and_die.py")
    ended = subprocess.run([sys.executable, script, store_url], check=False, timeout=60)
    assert ended.returncode == -9
    with store.engine.connect() as connection:
        begun = connection.execute(select(func.count()).select_from(generations)).scalar_one()
    assert begun == 2  # the dead load had written customers of its own
    newest = open_store(store_url).newest()
    assert newest is not None
    assert newest.as_of == BEFORE
    assert newest.customers == len(portfolio)


def test_a_load_under_way_is_left_alone_by_another_one(
    store: Store, portfolio: Portfolio, model: SegmentModel, publish_portfolio: Publish
) -> None:
    def interrupted() -> Iterator[ScoredBatch]:
        yield from scored_batches(model, portfolio)
        publish_portfolio(portfolio, BEFORE)

    snapshot = publish(
        store, interrupted(), model=model, as_of=MONDAY, source="slow", started_at=NOON
    )
    found = store.look_up([str(portfolio.ids[0])])
    assert found is not None
    assert found.snapshot.generation == snapshot.generation
    assert set(found.values) == {portfolio.ids[0]}
    assert snapshot.movement is not None


def test_a_load_waits_for_another_writer_and_then_says_that_nothing_changed(
    store: Store, store_url: str, portfolio: Portfolio, model: SegmentModel
) -> None:
    hurried = open_store(store_url, wait=0.1)
    with one_writer(store.engine), pytest.raises(StoreError, match="could not be written"):
        publish(
            hurried,
            scored_batches(model, portfolio),
            model=model,
            as_of=MONDAY,
            source="p.csv",
            started_at=NOON,
        )
    assert store.newest() is None


def test_ids_come_in_the_order_of_their_bytes_whatever_language_the_database_speaks(
    store: Store, portfolio: Portfolio, publish_portfolio: Publish
) -> None:
    ids = ["a-1", "a1", "A 1", "A1", "B1", "b1", "Ä1", "a2", "é", "Z", "1", "\U0001f4b3"]
    few = replace(portfolio, ids=np.array(ids), values=portfolio.values[: len(ids)])
    snapshot = publish_portfolio(few, MONDAY)
    assert store.first_customers(20) == sorted(ids)
    assert [each for some, _ in store.customers(snapshot) for each in some] == sorted(ids)


def test_what_no_id_can_hold_is_not_found(
    store: Store, portfolio: Portfolio, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, MONDAY)
    assert store.existing([f"{portfolio.ids[0]}\0", "x" * 5_000]) == set()


def test_many_processes_open_a_new_store_and_load_a_new_model_at_once(store_url: str) -> None:
    script = Path(__file__).with_name("open_and_load.py")
    started = [
        subprocess.Popen([sys.executable, script, store_url, str(n)], stderr=subprocess.PIPE)
        for n in range(4)
    ]
    told = [process.communicate(timeout=60)[1].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0, 0], told
    assert len(open_store(store_url).snapshots()) == 2


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("not a url", "not usable"),
        ("nosuchdatabase://localhost/x", "not usable"),
        ("sqlite:////proc/nowhere/segbot.db", "cannot be opened"),
        ("sqlite://", "names no file"),
        ("postgresql://localhost:abc/x", "not usable"),
        ("postgres://me:secret@127.0.0.1:9/x", r"me:\*\*\*@127.0.0.1:9/x cannot be opened"),
    ],
)
def test_a_store_that_cannot_be_opened_says_why(url: str, told: str) -> None:
    with pytest.raises(StoreError, match=told):
        open_store(url)
