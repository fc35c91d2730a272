"""What a worker of an engine does with one partition when a model is trained: sample and count.

Text comes in; arrays go out, packed by NumPy without pickling.
"""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from segmentation.errors import PortfolioError
from segmentation.model import parsed_model
from segmentation.moments import Floats, Moments
from segmentation.partitions import Partition, pieces
from segmentation.portfolio_parts import Part
from segmentation.portfolio_scan import checked
from segmentation.scoring import score
from segmentation.stable_hashes import stable_hashes

BINS: Final = 4096  # that the stretch around a median is cut into
Arrays = dict[str, NDArray[Any]]


def sample(common: str, partition: str) -> bytes:
    """The customers whose keyed hash is at most `most`: `hashes`, `ids` and `values`.

    And of `rows` how many customers there are in all.
    """
    asked = json.loads(common)
    most = np.uint64(asked["most"])
    found: list[tuple[NDArray[np.uint64], NDArray[np.object_], Floats]] = []
    rows = 0

    def take(part: Part) -> None:
        nonlocal rows
        rows += len(part)
        hashes = stable_hashes(part.ids, asked["seed"] + 1)
        chosen = hashes <= most
        ids = part.ids.to_numpy(zero_copy_only=False)
        found.append((hashes[chosen], ids[chosen], part.values()[chosen]))

    def result() -> Arrays:
        hashes, ids, values = zip(*found, strict=True)
        return {
            "rows": np.array([rows]),
            "hashes": np.concatenate(hashes),
            "ids": np.concatenate(ids).astype(np.str_),
            "values": np.concatenate(values),
        }

    return _gone_through(partition, take, result)


def count(common: str, partition: str) -> bytes:
    """What the scaler and the medians need of each of the 17 features.

    `moments` (3 × 17) of the figures between `limits`; `blanks` and `below` (17), how many are
    blank or lie below the stretch around the median; `histogram` (17 × BINS), how many in it.
    """
    asked = json.loads(common)
    lows, highs = _floats(asked["limits"])
    stretches = _floats(asked["stretches"])
    edges = [np.linspace(low, high, BINS + 1) for low, high in stretches.T]
    moments = Moments.of_repeated(np.zeros(len(lows)), np.zeros(len(lows)))
    blanks, below = np.zeros(len(lows), np.int64), np.zeros(len(lows), np.int64)
    histogram = np.zeros((len(lows), BINS), np.int64)

    def take(part: Part) -> None:
        nonlocal moments
        moments += Moments.of(
            tuple(
                np.clip(column, low, high)
                for column, low, high in zip(part.columns, lows, highs, strict=True)
            )
        )
        for feature, column in enumerate(part.columns):
            blanks[feature] += np.isnan(column).sum()
            below[feature] += (column < edges[feature][0]).sum()
            inside = column[(column >= edges[feature][0]) & (column <= edges[feature][-1])]
            places = np.searchsorted(edges[feature], inside, side="right") - 1
            histogram[feature] += np.bincount(np.minimum(places, BINS - 1), minlength=BINS)

    def result() -> Arrays:
        whole = np.array([moments.counts, moments.means, moments.squares])
        return {"moments": whole, "blanks": blanks, "below": below, "histogram": histogram}

    return _gone_through(partition, take, result)


def middles(common: str, partition: str) -> bytes:
    """The figures of each feature that lie in its stretch, ends and all, and how often each does.

    `values0`, `times0` and so on, by the feature's place.
    """
    stretches = _floats(json.loads(common)["stretches"])
    found: list[tuple[Floats, NDArray[np.int64]]] = [
        (np.empty(0), np.empty(0, np.int64)) for _ in stretches.T
    ]

    def take(part: Part) -> None:
        for feature, (column, (low, high)) in enumerate(
            zip(part.columns, stretches.T, strict=True)
        ):
            some = np.unique(column[(column >= low) & (column <= high)], return_counts=True)
            found[feature] = tallied([found[feature], some])

    def result() -> Arrays:
        named = {f"values{feature}": values for feature, (values, _) in enumerate(found)}
        return named | {f"times{feature}": times for feature, (_, times) in enumerate(found)}

    return _gone_through(partition, take, result)


def judge(common: str, partition: str) -> bytes:
    """Every customer under a model: `sizes` by id, `inertia`, and `bins0` … of the baseline."""
    model = parsed_model(common, "the model that was sent")
    sizes = np.zeros(max(segment.id for segment in model.segments) + 1, np.int64)
    bins = [np.zeros(len(feature.counts), np.int64) for feature in model.baseline.features]
    inertia = np.zeros(1)

    def take(part: Part) -> None:
        assigned = score(model.numbers, part.columns)
        sizes[:] += np.bincount(assigned.segment, minlength=len(sizes))
        inertia[:] += (assigned.distance**2).sum()
        for place, counts in enumerate(model.baseline.count(part.values())):
            bins[place] += counts

    def result() -> Arrays:
        named = {f"bins{feature}": counts for feature, counts in enumerate(bins)}
        return {"sizes": sizes, "inertia": inertia} | named

    return _gone_through(partition, take, result)


def tallied(
    some: list[tuple[Floats, NDArray[np.int64]]],
) -> tuple[Floats, NDArray[np.int64]]:
    """Values and how often each came, of several such pairs; the values ascend."""
    values, places = np.unique(np.concatenate([each for each, _ in some]), return_inverse=True)
    weights = np.concatenate([times for _, times in some])
    return values, np.bincount(places, weights, len(values)).astype(np.int64)


def unpacked(answer: bytes) -> Arrays:
    """The arrays that a function here gave."""
    with np.load(io.BytesIO(answer), allow_pickle=False) as arrays:
        return dict(arrays)


def problems_in(answer: Arrays) -> list[str]:
    """What was wrong with a partition, empty where nothing was."""
    return [*map(str, answer["problems"].tolist())] if "problems" in answer else []


def _gone_through(
    partition: str, take: Callable[[Part], None], result: Callable[[], Arrays]
) -> bytes:
    packed = io.BytesIO()
    try:
        for part in _parts(Partition.from_text(partition)):
            take(part)
        np.savez(packed, **result())  # type: ignore[arg-type]  # its other arguments come by name
    except PortfolioError as error:
        np.savez(packed, problems=np.array(error.problems))
    return packed.getvalue()


def _parts(partition: Partition) -> Iterator[Part]:
    for piece in pieces(partition):
        part, _, _ = checked(piece, rejecting=False)
        yield part


def _floats(numbers: list[list[float]]) -> Floats:
    return np.array(numbers, dtype=np.float64)
