"""Where a customer's segment ends, and the shortest way over its border by the last of some levers.

With the segment's centroid a and another's j, d_j² − d_a² is linear in what changes, and a segment
is convex: where it ends along a lever is algebra, and only values on a grid are tried one by one.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from segmentation.levers import DECIMALS, Lever, Values, consistent, limits
from segmentation.model import SegmentModel

_STEPS: Final = (1.0, 0.1, 0.01)  # of an amount: the first that is fine enough
_TIGHT: Final = 0.99  # this much of an offered change of an amount does not change the segment
OFF_GRID: Final = 1e-4  # of a grid's step: rounding
_SLACK: Final = 1e-3  # of a way: more than rounding to a grid can shorten it
_TRIED: Final = 3  # of each lever's tries, should the nearest fail by rounding


@dataclass(frozen=True, slots=True, eq=False)
class Border:
    """Where a customer's segment ends: `margins + slopes @ (row − known)` is ≥ 0 inside it.

    `known` has shape (17,), blanks filled; `margins` (k − 1,), `slopes` (k − 1, 17), in the
    features' units. Of a winsorised model both rows are taken as far as they count.
    """

    model: SegmentModel
    known: Values
    segment: int
    margins: Values
    slopes: Values

    def distance(self, rows: Values) -> Values:
        """How far `rows` (… × 17) are from the customer, in scaled space."""
        offsets = (rows - self.known) / self.model.scales
        return np.asarray(np.sqrt(np.einsum("...f,...f->...", offsets, offsets)))

    def margins_at(self, rows: Values) -> Values:
        """How far inside each of `rows` (… × 17) is towards every other segment: (…, k − 1)."""
        moved = self.model.winsorised(rows) - self.model.winsorised(self.known)
        return np.asarray(self.margins + moved @ self.slopes.T)

    def segments_at(self, rows: Values) -> list[int]:
        """The segments' ids at each of `rows` (n × 17)."""
        return [int(segment) for segment in self.model.assign(rows).segment]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A row (17,) in another segment, the levers that lead to it, and its scaled distance."""

    row: Values
    moved: tuple[Lever, ...]
    distance: float


@dataclass(frozen=True, slots=True, eq=False)
class Try:
    """The last of the levers goes from `row`, where the others have moved, to `value` at least."""

    row: Values
    moved: tuple[Lever, ...]
    value: float
    upward: bool
    distance: float


def border_around(model: SegmentModel, values: Values) -> Border:
    """The border around one customer, `values` of shape (17,), NaN for blanks."""
    segment = model.assign_one(values).segment
    z, row = model.scaled(values), model.position(segment)
    others = np.delete(model.centroids, row, axis=0)
    return Border(
        model=model,
        known=model.imputed(values),
        segment=segment,
        margins=((z - others) ** 2).sum(axis=1) - ((z - model.centroids[row]) ** 2).sum(),
        slopes=2 * (model.centroids[row] - others) / model.scales,
    )


def smallest_single(border: Border, available: tuple[Lever, ...]) -> Way | None:
    """The shortest way by one lever, or None where no lever leads over the border."""
    start = border.known[np.newaxis]
    best, nearer = None, np.inf
    for at_least, lever in _nearest_first(border, available):
        if at_least >= nearer:
            break
        found = shortest(border, tries_over(border, start, (lever,), nearer), nearer)
        if found is not None:
            best, nearer = found, found.distance
    return best


def _nearest_first(border: Border, available: tuple[Lever, ...]) -> list[tuple[float, Lever]]:
    """The levers that may lead over the border, each with a distance below which it cannot.

    Grids are left aside, and so is what columns have to do with each other: both only lengthen the
    way. Limits of a winsorised model may shorten it, so there nothing is ruled out.
    """
    if border.model.winsorises:
        return [(0.0, lever) for lever in available]
    moved = np.array([lever.moved for lever in available]).reshape(-1, len(border.known))
    slopes = moved @ border.slopes.T
    room = np.array([(lever.low - lever.before, lever.high - lever.before) for lever in available])
    low, high = room.reshape(-1, 2, 1).transpose(1, 0, 2) * (1 + _SLACK)
    needed = np.full_like(slopes, np.inf)
    np.divide(-border.margins, slopes, out=needed, where=slopes != 0)
    needed = np.where((needed >= low) & (needed <= high), np.abs(needed), np.inf)
    lengths = np.sqrt(((moved / border.model.scales) ** 2).sum(axis=1))
    at_least = needed.min(axis=1) * lengths * (1 - _SLACK)
    reachable = np.flatnonzero(np.isfinite(at_least))
    ordered = reachable[np.argsort(at_least[reachable], kind="stable")]
    return [(float(at_least[place]), available[place]) for place in ordered]


def shortest(border: Border, tries: Iterable[Try], nearer: float) -> Way | None:
    """The shortest of the tries that is shorter than `nearer` and holds, or None."""
    for attempt in sorted(tries, key=lambda attempt: attempt.distance):
        way = _settled(border, attempt)
        if way is not None and way.distance < nearer:
            return way
    return None


def tries_over(
    border: Border, rows: Values, moved: tuple[Lever, ...], nearer: float
) -> Iterator[Try]:
    """The last lever's nearest values over the border, its others moved in `rows` (n × 17)."""
    lever = moved[-1]
    low, high = limits(lever, rows)
    for upward in (False, True):
        over = _reached(border, lever, rows, upward)
        over = _on_grid(lever, np.maximum(low, over) if upward else np.minimum(high, over), upward)
        possible = (over >= low - 1e-9) & (over <= high + 1e-9) & (over != lever.before)
        places = np.flatnonzero(possible)
        if not len(places):
            continue
        there = lever.at(rows[places], over[places])
        distances = border.distance(there)
        distances[~consistent(there, border.known)] = np.inf
        for place in np.argsort(distances)[:_TRIED]:
            if distances[place] < nearer:
                at = places[place]
                yield Try(rows[at], moved, float(over[at]), upward, float(distances[place]))


def _reached(border: Border, lever: Lever, rows: Values, upward: bool) -> Values:
    """Where the lever meets the border from each of `rows`: (n,), infinite where it never does.

    Between its bends a margin is a line along the lever, so the first one to fall below 0 is found
    between two of them.
    """
    bends = _bends(border, lever, rows, upward)
    margins = _margins_along(border, lever, rows, bends)
    before, after = margins[:, :-1], margins[:, 1:]
    shares = np.full_like(before, np.inf)
    np.divide(before, before - after, out=shares, where=(after < 0) & (before > after))
    share = np.maximum(shares.min(axis=2), 0.0)
    share[share > 1] = np.inf
    way = (bends[:, 1:] - bends[:, :-1]) * np.where(np.isfinite(share), share, 0.0)
    met = np.where(np.isfinite(share), bends[:, :-1] + way, np.inf if upward else -np.inf)
    return np.asarray(met.min(axis=1) if upward else met.max(axis=1))


def _margins_along(border: Border, lever: Lever, rows: Values, bends: Values) -> Values:
    """The margins of `rows` (n × 17) with the lever at their `bends` (n × b): (n, b, k − 1)."""
    if border.model.winsorises:
        return border.margins_at(
            lever.at(np.repeat(rows[:, np.newaxis], bends.shape[1], axis=1), bends)
        )
    moved = (bends - lever.before)[..., np.newaxis] * (border.slopes @ lever.moved)
    return np.asarray(border.margins_at(rows)[:, np.newaxis] + moved)


def _bends(border: Border, lever: Lever, rows: Values, upward: bool) -> Values:
    """The lever's value now, those at which something it moves stops to count, and its bound."""
    end = lever.high if upward else lever.low
    turns = [
        lever.before + cut[index] - rows[:, index]
        for index in (np.flatnonzero(lever.moved) if border.model.winsorises else ())
        for cut in (border.model.lows, border.model.highs)
    ]
    turns += [np.full(len(rows), place) for place in (lever.before, end)]
    low, high = sorted((lever.before, end))
    bends = np.sort(np.clip(np.array(turns).T, low, high), axis=1)
    return bends if upward else bends[:, ::-1]


def _on_grid(lever: Lever, values: Values, upward: bool) -> Values:
    """`values` (n,), each at the lever's next possible value that way."""
    if not lever.grid:
        return values
    steps = values / lever.grid
    whole = np.ceil(steps - OFF_GRID) if upward else np.floor(steps + OFF_GRID)
    return np.asarray(np.round(whole * lever.grid, DECIMALS))


def _settled(border: Border, attempt: Try) -> Way | None:
    """The attempt at a value that people would say, held against the model itself."""
    lever = attempt.moved[-1]
    values = np.array(_sayable(lever, attempt.value, attempt.upward))
    almost = lever.before + _TIGHT * (values - lever.before)
    rows = lever.at(np.tile(attempt.row, (2 * len(values), 1)), np.r_[values, almost])
    low, high = limits(lever, attempt.row[np.newaxis])
    left = np.array(border.segments_at(rows)) != border.segment
    over = left[: len(values)] & (values >= low - 1e-9) & (values <= high + 1e-9)
    if not over.any():
        return None
    tight = over & ~left[len(values) :]
    nearest = np.where(over, np.abs(values - lever.before), np.inf).argmin()
    row = rows[tight.argmax() if tight.any() and not lever.grid else nearest]
    return Way(row, attempt.moved, float(border.distance(row)))


def _sayable(lever: Lever, value: float, upward: bool) -> list[float]:
    """From the coarsest to the finest: the next at `value` or beyond, and the one after that."""
    onward = 1 if upward else -1
    if lever.grid:
        return [value, round(value + onward * lever.grid, DECIMALS)]
    return [
        round(onward * (math.ceil(onward * value / step) + more) * step, 2)
        for step in _STEPS
        for more in (0, 1)
    ]
