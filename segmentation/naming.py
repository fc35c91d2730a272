"""Which archetype each centroid shows: KMeans numbers clusters as it likes, people need names.

A centroid is compared with the signatures by cosine, the best one-to-one match is taken
(Hungarian assignment), and a gate keeps a name from being given where it would mislead.
Signatures and gate were set on the public portfolio and hold there for 100 of 100 seeds and
100 of 100 bootstraps; they are a convention, not a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.features import COLUMNS, FEATURES, INDEX, Unit

COSINE_GATE: Final = 0.80
MARGIN_GATE: Final = 0.20
NORM_GATE: Final = 1.0  # random partitions have centroids of norm 0.13 at most


@dataclass(frozen=True, slots=True)
class Archetype:
    """A reference that a cluster can be named after.

    `signature` says which features are high (+) or low (−) in units of the scaled space.
    `headline` is the feature that the segment's name promises; a customer with none of it is told
    apart by `without_headline`. A `soft_border` moves from one training to the next more than the
    others do, so confidence is shown one band lower.
    """

    id: int
    key: str
    signature: Mapping[str, float]
    headline: str | None = None
    without_headline: str = ""
    soft_border: bool = False


ARCHETYPES: Final[tuple[Archetype, ...]] = (
    Archetype(
        0,
        "low_activity",
        {
            "PURCHASES_FREQUENCY": -1.0,
            "PURCHASES_TRX": -1.0,
            "PURCHASES": -0.5,
            "PURCHASES_INSTALLMENTS_FREQUENCY": -0.5,
            "ONEOFF_PURCHASES_FREQUENCY": -0.5,
            "BALANCE": -0.5,
            "BALANCE_FREQUENCY": -0.5,
            "PAYMENTS": -0.5,
            "PRC_FULL_PAYMENT": -0.5,
            "CASH_ADVANCE": -0.25,
            "CASH_ADVANCE_FREQUENCY": -0.25,
        },
    ),
    Archetype(
        1,
        "high_spending",
        {
            "PURCHASES": 1.0,
            "ONEOFF_PURCHASES": 1.0,
            "PURCHASES_TRX": 1.0,
            "PAYMENTS": 1.0,
            "ONEOFF_PURCHASES_FREQUENCY": 0.5,
            "INSTALLMENTS_PURCHASES": 0.5,
            "PURCHASES_FREQUENCY": 0.5,
            "CREDIT_LIMIT": 0.5,
            "PRC_FULL_PAYMENT": 0.5,
        },
        headline="PRC_FULL_PAYMENT",
        without_headline="This customer never paid in full, like half of this segment: "
        "the name describes the group, not everyone in it.",
        soft_border=True,
    ),
    Archetype(
        2,
        "cash_advance",
        {
            "CASH_ADVANCE": 1.0,
            "CASH_ADVANCE_FREQUENCY": 1.0,
            "CASH_ADVANCE_TRX": 1.0,
            "BALANCE": 0.5,
            "PRC_FULL_PAYMENT": -0.5,
            "PURCHASES_FREQUENCY": -0.25,
        },
        headline="CASH_ADVANCE",
        without_headline="This customer took no cash advances, unlike nearly all of this segment: "
        "other figures put them here.",
    ),
    Archetype(
        3,
        "installment",
        {
            "PURCHASES_INSTALLMENTS_FREQUENCY": 1.0,
            "PURCHASES_FREQUENCY": 1.0,
            "INSTALLMENTS_PURCHASES": 0.5,
            "PRC_FULL_PAYMENT": 0.5,
            "BALANCE_FREQUENCY": 0.25,
            "CASH_ADVANCE": -0.5,
            "CASH_ADVANCE_FREQUENCY": -0.5,
        },
        headline="INSTALLMENTS_PURCHASES",
        without_headline="This customer uses no instalments, unlike most of this segment: "
        "an active shopper, whom the segment's name does not describe. See if the action fits.",
    ),
)
ARCHETYPE_BY_KEY: Final = {archetype.key: archetype for archetype in ARCHETYPES}


@dataclass(frozen=True, slots=True)
class Naming:
    """How one centroid was named; `archetype` is None where the gate refused every name.

    `cosine` is the centroid's cosine with its best archetype, `margin` how far that is ahead of
    the next archetype, `norm` the centroid's length in scaled space.
    """

    archetype: Archetype | None
    cosine: float
    margin: float
    norm: float
    generic_name: str


def named_centroids(centroids: NDArray[np.float64]) -> tuple[Naming, ...]:
    """Name each row of `centroids` (k × 17, scaled space); any k from 1 on."""
    from scipy.optimize import linear_sum_assignment

    cosines = _cosines(centroids)
    rows, columns = linear_sum_assignment(-cosines)
    match = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    return tuple(
        _naming(centroid, cosines[row], match.get(row)) for row, centroid in enumerate(centroids)
    )


def _cosines(centroids: NDArray[np.float64]) -> NDArray[np.float64]:
    signatures = np.zeros((len(ARCHETYPES), len(COLUMNS)))
    for archetype in ARCHETYPES:
        for column, weight in archetype.signature.items():
            signatures[archetype.id, INDEX[column]] = weight
    signatures /= np.linalg.norm(signatures, axis=1, keepdims=True)
    lengths = np.linalg.norm(centroids, axis=1, keepdims=True)
    unit = np.divide(centroids, lengths, out=np.zeros_like(centroids), where=lengths > 0)
    return np.asarray(unit @ signatures.T)


def _naming(
    centroid: NDArray[np.float64], cosines: NDArray[np.float64], match: int | None
) -> Naming:
    best = int(cosines.argmax()) if match is None else match
    cosine = float(cosines[best])
    margin = cosine - float(np.delete(cosines, best).max())
    norm = float(np.linalg.norm(centroid))
    passed = cosine >= COSINE_GATE and margin >= MARGIN_GATE and norm >= NORM_GATE
    archetype = ARCHETYPES[best] if passed and match is not None else None
    return Naming(archetype, cosine, margin, norm, generic_name(centroid))


_FAMILIES: Final[Mapping[str, str]] = {
    "PURCHASES": "purchases",
    "ONEOFF_PURCHASES": "purchases",
    "PURCHASES_FREQUENCY": "purchases",
    "ONEOFF_PURCHASES_FREQUENCY": "purchases",
    "PURCHASES_TRX": "purchases",
    "INSTALLMENTS_PURCHASES": "instalments",
    "PURCHASES_INSTALLMENTS_FREQUENCY": "instalments",
    "CASH_ADVANCE": "cash",
    "CASH_ADVANCE_FREQUENCY": "cash",
    "CASH_ADVANCE_TRX": "cash",
}


def family(column: str) -> str:
    """What a feature is about: those of one family tell much the same."""
    return _FAMILIES.get(column, column)


_SIZES: Final = (("low", "high"), ("few", "many"))  # amounts and counts; shares of months


def generic_name(centroid: NDArray[np.float64]) -> str:
    """Up to three outstanding features (|z| ≥ 0.4, one a family), “very” from 1.5 on."""
    parts: dict[str, str] = {}
    for index in np.argsort(-np.abs(centroid)):
        z = float(centroid[index])
        feature = FEATURES[index]
        about = family(feature.column)
        if abs(z) >= 0.4 and about not in parts and len(parts) < 3:
            label = feature.label.lower()
            size = _SIZES[feature.unit is Unit.SHARE][z > 0]
            parts[about] = f"{'very ' if abs(z) >= 1.5 else ''}{size} {label}"
    name = ", ".join(parts.values()) or "average profile"
    return name[0].upper() + name[1:]
