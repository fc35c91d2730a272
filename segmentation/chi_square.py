"""The chi-square distribution for whole degrees of freedom, in closed form.

Six lines of arithmetic keep scipy out of the bot, whose start it would slow.
"""

import math
from dataclasses import dataclass

from segmentation.wording import counted


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """A chi-square statistic with its degrees of freedom (0 where nothing could be tested)."""

    statistic: float
    freedom: int

    @property
    def p_value(self) -> float:
        """How often chance alone gives a statistic this large; 1 without degrees of freedom."""
        return survival(self.statistic, self.freedom)

    @property
    def words(self) -> str:
        """The test as a statistician reads it: “χ² 3.33, 1 degree of freedom, p = 0.0679”."""
        p = f"p = {self.p_value:.4f}" if self.p_value >= 0.0001 else "p < 0.0001"
        return f"χ² {self.statistic:.2f}, {counted(self.freedom, 'degree')} of freedom, {p}"


def survival(statistic: float, freedom: int) -> float:
    """P(χ² ≥ `statistic`) with `freedom` ≥ 0 degrees of freedom; `statistic` is at least 0.

    Starts at Q(0, x) = 0 or Q(½, x) = erfc(√x) and climbs by Q(a+1, x) = Q(a, x) + xᵃe⁻ˣ/Γ(a+1).
    """
    x = statistic / 2
    if freedom == 0 or x == 0:
        return 1.0
    odd = freedom % 2
    steps = (k + odd / 2 for k in range(freedom // 2))
    tail = sum(math.exp(a * math.log(x) - x - math.lgamma(a + 1)) for a in steps)
    return (math.erfc(math.sqrt(x)) if odd else 0.0) + tail
