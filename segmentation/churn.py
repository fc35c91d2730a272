"""Churn: what a retrained model would change for the customers, before it takes a model's place."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.model import SegmentModel

# Retraining on a resample of the same portfolio moves 2.3 % of it on average; more than twice
# that is another model rather than the same one again.
ACCEPTED: Final = 0.05


@dataclass(frozen=True, slots=True)
class Churn:
    """How two models differ on the same customers.

    `agreement` is the adjusted Rand index of their labels (1 is the same); `moved` has, for each
    segment of the model in place, its customers and how many of them would get another segment.
    """

    customers: int
    agreement: float
    moved: dict[int, tuple[int, int]]

    @property
    def changed(self) -> int:
        """Customers who would get another segment."""
        return sum(changed for _, changed in self.moved.values())

    @property
    def share(self) -> float:
        """The share of customers who would get another segment."""
        return self.changed / self.customers if self.customers else 0.0

    @property
    def needs_acceptance(self) -> bool:
        """Whether so many would change that somebody should look first."""
        return self.share > ACCEPTED


def churn(before: SegmentModel, after: SegmentModel, values: NDArray[np.float64]) -> Churn:
    """Compare two models on customers: `values` has shape (n, 17), NaN for blanks."""
    from sklearn.metrics import adjusted_rand_score

    was, is_now = before.assign(values).segment, after.assign(values).segment
    return Churn(
        customers=len(values),
        agreement=float(adjusted_rand_score(was, is_now)),
        moved={
            segment.id: (
                int((was == segment.id).sum()),
                int(((was == segment.id) & (is_now != segment.id)).sum()),
            )
            for segment in before.segments
        },
    )
