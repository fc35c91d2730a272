"""Customers reach a store in the order of their ids, whatever order they come in."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from segmentation.assignment import Assignments
from segmentation.model import SegmentModel
from segmentation.portfolio import Portfolio
from segmentation.scored_batches import ScoredBatch, in_order


def batch(model: SegmentModel, ids: Sequence[str], portfolio: Portfolio) -> ScoredBatch:
    """Customers with these ids, each with the figures of a row that the id names."""
    rows = [int("".join(filter(str.isdigit, each)) or 0) % len(portfolio) for each in ids]
    values = portfolio.values[rows].copy()
    return ScoredBatch(ids, values, model.assign(values))


def by_id(batches: Sequence[ScoredBatch]) -> dict[str, list[float]]:
    """All that is known of each customer."""
    return {
        customer: [*each.values[row], *(float(getattr(each.assignments, f)[row]) for f in FIELDS)]
        for each in batches
        for row, customer in enumerate(each.ids)
    }


FIELDS = tuple(Assignments.__dataclass_fields__)
SHUFFLED = [f"C{n}" for n in np.random.default_rng(3).permutation(5_000).tolist()]


@pytest.mark.parametrize("run", [1, 700, 4_000, 100_000])
@pytest.mark.parametrize("size", [7, 300, 5_000])
def test_customers_in_no_order_come_sorted_and_whole(
    model: SegmentModel, portfolio: Portfolio, size: int, run: int
) -> None:
    some = SHUFFLED[: size * 8]
    given = [
        batch(model, some[start : start + size], portfolio) for start in range(0, len(some), size)
    ]
    found = [*in_order(given, run)]
    assert [customer for each in found for customer in each.ids] == sorted(some)
    expected = by_id(given)
    for customer, row in by_id(found).items():
        np.testing.assert_array_equal(row, expected[customer], strict=True)


def test_ids_are_ordered_as_their_bytes_are(model: SegmentModel, portfolio: Portfolio) -> None:
    ids = ["Zoë", "zoe", "日本", "Zoe", "\U0001f4b3", "￿", "Ünal", "10", "9"]
    (found,) = in_order([batch(model, ids, portfolio)])
    assert found.ids == sorted(ids, key=str.encode)


def test_batches_that_ascend_are_passed_on_as_they_come(
    model: SegmentModel, portfolio: Portfolio
) -> None:
    asked: list[str] = []

    def given() -> Iterator[ScoredBatch]:
        for ids in (["A1", "A2"], [], ["A3"], ["B1", "B2"]):
            asked.extend(ids)
            yield batch(model, ids, portfolio)

    passed = in_order(given())
    assert next(passed).ids == ["A1", "A2"]
    assert asked == ["A1", "A2"]
    assert [each.ids for each in passed] == [[], ["A3"], ["B1", "B2"]]


def test_what_ascended_stays_where_it_was_when_later_customers_do_not(
    model: SegmentModel, portfolio: Portfolio
) -> None:
    given = (batch(model, ids, portfolio) for ids in (["A1", "B5"], ["B4", "B6"], ["A2"]))
    assert [each.ids for each in in_order(given)] == [["A1", "B5"], ["A2", "B4", "B6"]]


def test_batches_without_customers_change_nothing(
    model: SegmentModel, portfolio: Portfolio
) -> None:
    given = [batch(model, ids, portfolio) for ids in ([], ["B", "A"], [], [], ["C", "D"], [])]
    found = [*in_order(given, run=2)]
    assert [customer for each in found for customer in each.ids] == ["A", "B", "C", "D"]


def test_blank_figures_stay_blank(model: SegmentModel, portfolio: Portfolio) -> None:
    given = batch(model, ["B", "A"], portfolio)
    given.values[0, 3] = np.nan
    (found,) = in_order([given])
    assert np.isnan(found.values).tolist() == np.isnan(given.values[::-1]).tolist()
