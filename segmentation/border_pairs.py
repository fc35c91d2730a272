"""The shortest way over a border by two levers: the promising pairs first, the others cut off."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.borders import OFF_GRID, Border, Way, shortest, tries_over
from segmentation.levers import DECIMALS, Lever, Values

_WHOLE_FROM: Final = 100.0  # a change of an amount from here on has no decimals


def smallest_double(border: Border, available: tuple[Lever, ...], nearer: float) -> Way | None:
    """The shortest way by two levers that is shorter than `nearer`, or None."""
    best = None
    for pair in _pairs(border, available):
        if pair.at_least >= nearer:
            break
        firsts = _first_values(border, pair, nearer)
        rows = pair.first.at(np.tile(border.known, (len(firsts), 1)), firsts)
        tries = tries_over(border, rows, (pair.first, pair.second), nearer)
        found = shortest(border, tries, nearer)
        if found is not None:
            best, nearer = found, found.distance
    return best


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """Two levers, the distance below which they cannot lead over the border, and how far the
    first would go on the shortest ways there to each other segment, grids left aside.
    """

    first: Lever
    second: Lever
    at_least: float
    goes: Values


def _pairs(border: Border, available: tuple[Lever, ...]) -> list[_Pair]:
    """Every two levers that can lead over the border, the most promising first.

    The first of a pair is the one with the fewer possible values.
    """
    ordered = sorted(available, key=lambda lever: (not lever.grid, lever.high * bool(lever.grid)))
    firsts, seconds = np.triu_indices(len(ordered), 1)
    if not len(firsts):
        return []
    goes, distances = _relaxed(border, ordered, firsts, seconds)
    at_least = distances.min(axis=1)
    return [
        _Pair(
            first=ordered[firsts[place]],
            second=ordered[seconds[place]],
            at_least=float(at_least[place]),
            goes=goes[place][np.isfinite(distances[place])],
        )
        for place in np.argsort(at_least)
        if np.isfinite(at_least[place])
    ]


def _relaxed(
    border: Border, ordered: list[Lever], firsts: NDArray[np.int64], seconds: NDArray[np.int64]
) -> tuple[Values, Values]:
    """How far the first lever goes and how long the shortest way is: each (pairs, k − 1).

    Bounds are kept, grids and what columns have to do with each other are not. On the border the
    squared distance is a parabola: its vertex, or what of it the bounds leave.
    """
    moved = np.array([lever.moved for lever in ordered])
    before = np.array([lever.before for lever in ordered])
    low = np.array([lever.low for lever in ordered]) - before
    high = np.array([lever.high for lever in ordered]) - before
    scaled = moved / border.model.scales
    gram = scaled @ scaled.T
    slopes = moved @ border.slopes.T
    slopes[slopes == 0] = 1e-30
    s, t = slopes[firsts], slopes[seconds]
    ss, tt = (gram[side, side][:, np.newaxis] for side in (firsts, seconds))
    st = gram[firsts, seconds][:, np.newaxis]
    share = -border.margins / (s * s * tt - 2 * s * t * st + t * t * ss)
    first = _clipped(share * (s * tt - t * st), low, high, firsts)
    second = _clipped((-border.margins - s * first) / t, low, high, seconds)
    first = _clipped((-border.margins - t * second) / s, low, high, firsts)
    squared = first**2 * ss + 2 * first * second * st + second**2 * tt
    left = border.margins + s * first + t * second
    return first, np.where(left <= 1e-9 * (1 + border.margins), np.sqrt(squared), np.inf)


def _clipped(ways: Values, low: Values, high: Values, levers: NDArray[np.int64]) -> Values:
    return np.clip(ways, low[levers, np.newaxis], high[levers, np.newaxis])


def _first_values(border: Border, pair: _Pair, nearer: float) -> Values:
    """What to try for a pair's first lever: every value that is near enough, or the best ones."""
    lever = pair.first
    if not lever.grid:
        exact = lever.before + pair.goes
        rounded = np.where(np.abs(pair.goes) < _WHOLE_FROM, np.round(exact, 2), np.round(exact))
        values = np.clip(rounded, lever.low, lever.high)
    else:
        reach = nearer * border.model.scales[lever.index]
        low, high = max(lever.low, lever.before - reach), min(lever.high, lever.before + reach)
        steps = np.arange(
            math.ceil(low / lever.grid - OFF_GRID), math.floor(high / lever.grid + OFF_GRID) + 1
        )
        values = np.round(steps * lever.grid, DECIMALS)
    return np.asarray(values[values != lever.before])
