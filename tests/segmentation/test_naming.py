"""Names: they follow the centroids, never KMeans' numbering, and are refused where they mislead."""

from itertools import permutations

import numpy as np
import pytest

from segmentation.features import COLUMNS, INDEX
from segmentation.model import SegmentModel
from segmentation.naming import ARCHETYPES, generic_name, named_centroids


def keys(centroids: np.ndarray) -> list[str | None]:
    return [n.archetype.key if n.archetype else None for n in named_centroids(centroids)]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_renumbering_the_clusters_does_not_change_a_name(
    model: SegmentModel, order: tuple[int, ...]
) -> None:
    expected = [ARCHETYPES[row].key for row in order]
    assert keys(model.centroids[list(order)]) == expected


def test_a_centroid_near_the_middle_gets_no_archetype(model: SegmentModel) -> None:
    shrunk = model.centroids.copy()
    shrunk[0] *= 0.5 / np.linalg.norm(shrunk[0])
    assert keys(shrunk)[0] is None


def test_a_centroid_between_two_archetypes_gets_neither(model: SegmentModel) -> None:
    between = model.centroids.copy()
    unit = between / np.linalg.norm(between, axis=1, keepdims=True)
    between[3] = 3.0 * (unit[1] + unit[3])
    assert keys(between)[3] is None


def test_one_archetype_is_never_given_twice(model: SegmentModel) -> None:
    twice = np.vstack([model.centroids, model.centroids[2] * 1.1])
    given = [key for key in keys(twice) if key is not None]
    assert len(given) == len(set(given)) == 4


def test_fewer_clusters_than_archetypes_are_named_too(model: SegmentModel) -> None:
    assert keys(model.centroids[[2, 0]]) == ["cash_advance", "low_activity"]


def test_a_generic_name_tells_the_three_outstanding_features() -> None:
    centroid = np.zeros(len(COLUMNS))
    for column, z in {
        "ONEOFF_PURCHASES": 2.0,
        "PURCHASES": 1.9,  # of the same family, so left out
        "CREDIT_LIMIT": 1.0,
        "CASH_ADVANCE": -0.5,
        "TENURE": 0.3,  # too small to mention
    }.items():
        centroid[INDEX[column]] = z
    expected = "Very high one-off purchases, high credit limit, low cash advances"
    assert generic_name(centroid) == expected
    assert generic_name(np.zeros(len(COLUMNS))) == "Average profile"
