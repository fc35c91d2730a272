"""Movement judged: is it more than noise, and did some segments gain at the cost of others?

When the figures of the public portfolio are jittered by what a quiet week may bring, 1.6 % of its
customers change segment under the same model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.chi_square import ChiSquare
from segmentation.drift_grades import FEWEST
from segmentation.wording import counted, percent

NOISE_FLOOR: Final = 0.02
ONE_WAY_BELOW: Final = 0.001  # the net flow's p-value; among many customers it alone means little
ONE_WAY_FROM: Final = 0.2  # share of the moves that no move of others makes up for; a choice
_NO_EIGENVALUE: Final = 1e-9  # of the greatest one


class Pattern(StrEnum):
    """What kind of movement it was."""

    TOO_FEW = "too few to judge"
    NOISE = "noise"
    EXCHANGE = "exchange"
    ONE_WAY = "one way"


@dataclass(frozen=True, slots=True)
class JudgedMovement:
    """The movement between two snapshots of one model, with its tests.

    `net` has what each segment gained (or, negative, lost), by segment id.
    """

    compared: int
    moved: int
    net: Mapping[int, int]
    net_flow: ChiSquare
    asymmetry: ChiSquare

    @property
    def share_moved(self) -> float:
        """Share of the compared customers who moved; 0 when nobody could be compared."""
        return self.moved / self.compared if self.compared else 0.0

    @property
    def on_balance(self) -> int:
        """What the growing segments gained together, which is what the shrinking ones lost."""
        return sum(net for net in self.net.values() if net > 0)

    @property
    def pattern(self) -> Pattern:
        """What kind of movement it was; noise has no direction."""
        if self.compared < FEWEST:
            return Pattern.TOO_FEW
        if self.share_moved < NOISE_FLOOR:
            return Pattern.NOISE
        uneven = self.on_balance >= ONE_WAY_FROM * self.moved
        clear = self.net_flow.p_value < ONE_WAY_BELOW
        return Pattern.ONE_WAY if uneven and clear else Pattern.EXCHANGE

    def verdict(self, names: Mapping[int, str]) -> str:
        """The finding in a sentence; `names` has the segments' names by their lasting id."""
        if self.pattern is Pattern.TOO_FEW:
            return (
                f"{counted(self.compared, 'customer')} in both snapshots: "
                f"too few to judge movement, which takes {FEWEST}."
            )
        return f"{percent(self.share_moved)} of customers changed segment, {self.reading(names)}."

    def reading(self, names: Mapping[int, str]) -> str:
        """What to make of it, as the end of a sentence."""
        if self.pattern is Pattern.TOO_FEW:
            return f"too few customers to judge, which takes {FEWEST}"
        if self.pattern is Pattern.NOISE:
            return f"no more than noise (below {percent(NOISE_FLOOR)})"
        if self.pattern is Pattern.EXCHANGE:
            return "more than noise, but no segment gained or lost much"
        winner = max(self.net, key=lambda segment: self.net[segment])
        loser = min(self.net, key=lambda segment: self.net[segment])
        return (
            f"and not evenly: on balance {names[winner]} gained {self.net[winner]:,} "
            f"and {names[loser]} lost {-self.net[loser]:,}"
        )

    @property
    def details(self) -> tuple[str, str]:
        """Both tests with their figures, a line each."""
        return (
            f"Net flow (Stuart–Maxwell): {self.net_flow.words}.",
            f"Asymmetry (Bowker): {self.asymmetry.words}.",
        )


def judged_movement(flows: Mapping[tuple[int, int], int]) -> JudgedMovement:
    """Judge counts of customers by (segment before, segment now), staying included."""
    segments = sorted({segment for pair in flows for segment in pair})
    pairs = [[flows.get((before, now), 0) for now in segments] for before in segments]
    matrix = np.array(pairs, dtype=np.float64).reshape(len(segments), len(segments))
    gained = matrix.sum(axis=0) - matrix.sum(axis=1)
    return JudgedMovement(
        compared=int(matrix.sum()),
        moved=int(matrix.sum() - matrix.trace()),
        net={segment: int(net) for segment, net in zip(segments, gained, strict=True)},
        net_flow=stuart_maxwell(matrix),
        asymmetry=bowker(matrix),
    )


def stuart_maxwell(matrix: NDArray[np.float64]) -> ChiSquare:
    """Test that no segment gained or lost; `matrix` (k × k) counts customers from row to column.

    The covariance of the net flows is the Laplacian of who exchanged customers with whom. Its
    pseudo-inverse and rank also serve where a segment, or a group of them, kept to itself.
    """
    net = matrix.sum(axis=0) - matrix.sum(axis=1)
    exchanged = matrix + matrix.T
    covariance = np.diag(exchanged.sum(axis=1)) - exchanged
    eigenvalues, vectors = np.linalg.eigh(covariance)
    used = eigenvalues > _NO_EIGENVALUE * eigenvalues.max(initial=1.0)
    flows = vectors.T[used] @ net
    return ChiSquare(float(np.sum(flows**2 / eigenvalues[used])), int(used.sum()))


def bowker(matrix: NDArray[np.float64]) -> ChiSquare:
    """Test that between each two segments as many customers went as came; `matrix` is k × k."""
    upper = np.triu_indices(len(matrix), k=1)
    there, back = matrix[upper], matrix.T[upper]
    moved = there + back > 0
    terms = (there - back)[moved] ** 2 / (there + back)[moved]
    return ChiSquare(float(terms.sum()), int(moved.sum()))
