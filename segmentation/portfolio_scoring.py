"""A portfolio in memory under one model, in the batches that a store takes."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from segmentation.model import SegmentModel
from segmentation.portfolio import Portfolio
from segmentation.scored_batches import ScoredBatch

BATCH: Final = 5_000


def scored_batches(model: SegmentModel, portfolio: Portfolio) -> Iterator[ScoredBatch]:
    """Score a portfolio batch by batch, in the order of the ids (which loads a store fastest)."""
    order = np.argsort(portfolio.ids, kind="stable")
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        values = portfolio.values[rows]
        yield ScoredBatch(portfolio.ids[rows].tolist(), values, model.assign(values))
