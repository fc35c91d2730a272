"""The grades that a change since training is given, and how many customers a grade takes."""

from enum import IntEnum
from typing import Final

# With 500 on both sides chance alone brings some PSI above 0.10 in one comparison of 100; with
# these in none of 1,500 (the public portfolio cut in two at random).
FEWEST: Final = 500
FEWEST_IN_TRAINING: Final = 1_000


class Change(IntEnum):
    """How far something is from training; `MEASURABLE` is more than noise, yet no alarm."""

    TOO_FEW = 0
    STABLE = 1
    MEASURABLE = 2
    MINOR = 3
    MAJOR = 4

    @property
    def words(self) -> str:
        """The grade as people read it."""
        return "too few to judge" if self is Change.TOO_FEW else self.name.lower()


def enough(trained_on: int, customers: int) -> bool:
    """Whether so many customers in training and now can be compared."""
    return trained_on >= FEWEST_IN_TRAINING and customers >= FEWEST
