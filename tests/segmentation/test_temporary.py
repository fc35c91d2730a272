"""A temporary folder without room is told; what was there before a run still is."""

import resource
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pyarrow as pa
import pytest

from segmentation.errors import SegbotError
from segmentation.id_check import IdCheck, met
from segmentation.model import SegmentModel
from segmentation.portfolio import Portfolio
from segmentation.scored_batches import ScoredBatch, in_order

TOLD = r"takes no more \(File too large\).* set TMPDIR"


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """As on a disk that is full: a file that grows past it takes no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_sorting_customers_without_room_is_told(model: SegmentModel, portfolio: Portfolio) -> None:
    backwards = ScoredBatch(
        sorted(portfolio.ids.tolist(), reverse=True),
        portfolio.values,
        model.assign(portfolio.values),
    )
    with files_no_larger_than(100_000), pytest.raises(SegbotError, match=TOLD):
        list(in_order([backwards]))


def test_looking_for_ids_that_stand_twice_without_room_is_told() -> None:
    ids = met(pa.array([f"C{number}" for number in range(10_000)]))
    with (
        closing(IdCheck()) as check,
        files_no_larger_than(1_001),
        pytest.raises(SegbotError, match=TOLD),
    ):
        check.add(ids)
