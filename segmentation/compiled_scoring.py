"""The kernel compiled, for millions of customers: the sums of `scoring.score` in their order.

Numba makes machine code of it at the first call and keeps that beside the source, or in the folder
that NUMBA_CACHE_DIR names; where neither can be written it compiles anew in each process.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numba
import numpy as np
from joblib import cpu_count
from numpy.typing import NDArray

from segmentation.assignment import Assignments
from segmentation.scoring import LOW_BELOW, MEDIUM_BELOW, Columns, Floats, Numbers

_BLOCK: Final = 128  # customers whose distances stay in a core's first cache
_SLICE: Final = 65_536  # customers a thread takes at a time

_Counts = NDArray[np.int64]
_Flags = NDArray[np.bool_]


def _kept(function: Callable[..., None]) -> Callable[..., None]:
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        compiled: Callable[..., None] = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no folder that can be written
        compiled = numba.njit(**options)(function)
    return compiled


def score_compiled(numbers: Numbers, columns: Columns) -> Assignments:
    """Assign n customers as `scoring.score` does, on all cores that this process may use."""
    customers = len(columns[0])
    even = tuple(np.ascontiguousarray(column, dtype=np.float64) for column in columns)
    out = Assignments(
        segment=np.empty(customers, np.int64),
        runner_up=np.empty(customers, np.int64),
        distance=np.empty(customers),
        runner_up_distance=np.empty(customers),
        confidence=np.empty(customers),
        band=np.empty(customers, np.int64),
        novel=np.empty(customers, np.bool_),
    )
    arrays = [getattr(out, name) for name in Assignments.__dataclass_fields__]

    def run(start: int) -> None:
        _score(
            even, start, min(start + _SLICE, customers),
            numbers.medians, numbers.lows, numbers.highs, numbers.means, numbers.inverses,
            numbers.surprising, numbers.centroids, numbers.weights,
            numbers.ids, numbers.radii, numbers.soft.astype(np.int64), *arrays,
        )  # fmt: skip

    starts = range(0, customers, _SLICE)
    if len(starts) < 2:
        run(0)
        return out
    with ThreadPoolExecutor(cpu_count()) as threads:
        list(threads.map(run, starts))
    return out


@_kept
def _score(  # noqa: C901, PLR0912, PLR0913, PLR0917 - one pass: each costs as much as reading
    columns: tuple[Floats, ...], begin: int, end: int,
    medians: Floats, lows: Floats, highs: Floats, means: Floats, inverses: Floats,
    surprising: _Flags, centroids: Floats, weights: Floats, ids: _Counts, radii: Floats,
    soft: _Counts, segment: _Counts, runner_up: _Counts, distance: Floats,
    runner_up_distance: Floats, confidence: Floats, band: _Counts, novel: _Flags,
) -> None:  # fmt: skip
    k = centroids.shape[0]
    squared = np.empty((k, _BLOCK))
    scaled = np.empty(_BLOCK)
    surprised = np.empty(_BLOCK, np.int64)
    first, second = np.empty(_BLOCK), np.empty(_BLOCK)
    nearest, next_nearest = np.empty(_BLOCK, np.int64), np.empty(_BLOCK, np.int64)
    ahead = np.empty(_BLOCK)
    for start in range(begin, end, _BLOCK):
        n = min(_BLOCK, end - start)
        for i in range(n):
            surprised[i] = 0
        for j in range(k):
            for i in range(n):
                squared[j, i] = 0.0
        for f in range(len(columns)):
            column = columns[f][start : start + n]
            median, low, high = medians[f], lows[f], highs[f]
            mean, inverse = means[f], inverses[f]
            for i in range(n):
                value = column[i]
                value = median if value != value else value  # noqa: PLR0124 - NaN differs from itself
                scaled[i] = value
            if low > -np.inf or high < np.inf:
                for i in range(n):
                    value = scaled[i]
                    scaled[i] = min(max(value, low), high)
            for i in range(n):
                scaled[i] = (scaled[i] - mean) * inverse
            if surprising[f]:
                for i in range(n):
                    surprised[i] |= column[i] != column[i]
            for j in range(k):
                coordinate = centroids[j, f]
                for i in range(n):
                    offset = scaled[i] - coordinate
                    squared[j, i] += offset * offset
        for i in range(n):
            first[i], nearest[i] = squared[0, i], 0
            second[i], next_nearest[i] = np.inf, 0
            ahead[i] = 1.0
        for j in range(1, k):
            for i in range(n):
                here = squared[j, i]
                nearer, between = here < first[i], here < second[i]
                next_nearest[i] = nearest[i] if nearer else (j if between else next_nearest[i])
                second[i] = first[i] if nearer else (here if between else second[i])
                nearest[i] = j if nearer else nearest[i]
                first[i] = here if nearer else first[i]
        for j in range(k):
            for i in range(n):
                lead = (squared[j, i] - first[i]) * weights[nearest[i], j]
                ahead[i] = min(ahead[i], lead)
        stop = start + n
        segments, runners, bands = segment[start:stop], runner_up[start:stop], band[start:stop]
        near, far = distance[start:stop], runner_up_distance[start:stop]
        sure, new = confidence[start:stop], novel[start:stop]
        for i in range(n):
            near[i], far[i], sure[i] = np.sqrt(first[i]), np.sqrt(second[i]), ahead[i]
        for i in range(n):
            own = nearest[i]
            segments[i], runners[i] = ids[own], ids[next_nearest[i]]
            new[i] = near[i] > radii[own]
            lowered = soft[own] | surprised[i]
            steps = np.int64(ahead[i] >= LOW_BELOW) + np.int64(ahead[i] >= MEDIUM_BELOW)
            bands[i] = max(steps - lowered, 0)
