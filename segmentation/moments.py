"""Count, mean and spread of figures that are met part by part, and then merged.

The merge is that of Chan, Golub and LeVeque (1979), which loses no digits to large sums.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Of each feature, shape (f,): how many figures, their mean, and Σ (x − mean)²."""

    counts: Floats
    means: Floats
    squares: Floats

    @classmethod
    def of(cls, columns: tuple[Floats, ...]) -> "Moments":
        """The moments of columns of shape (n,); NaN are blanks, which do not count."""
        known = [column[~np.isnan(column)] for column in columns]
        means = np.array([column.mean() if len(column) else 0.0 for column in known])
        squares = [((column - mean) ** 2).sum() for column, mean in zip(known, means, strict=True)]
        return cls(np.array([float(len(column)) for column in known]), means, np.array(squares))

    @classmethod
    def of_repeated(cls, counts: Floats, values: Floats) -> "Moments":
        """The moments of so many equal figures of each feature."""
        return cls(counts, values, np.zeros(len(values)))

    def __add__(self, other: "Moments") -> "Moments":
        counts = self.counts + other.counts
        weight = other.counts / np.maximum(counts, 1)
        apart = other.means - self.means
        return Moments(
            counts,
            self.means + apart * weight,
            self.squares + other.squares + apart**2 * self.counts * weight,
        )

    @property
    def variances(self) -> Floats:
        """Σ (x − mean)² / n, as `StandardScaler` has it."""
        return np.asarray(self.squares / np.maximum(self.counts, 1))
