"""The figures of a report, as records of numbers and words alone: what the page draws and the JSON
beside it holds.
"""

from dataclasses import dataclass

from segmentation.claims import Claim
from segmentation.drift import Drift
from segmentation.k_evidence import KEvidence
from segmentation.movement import JudgedMovement


@dataclass(frozen=True, slots=True)
class Histogram:
    """Customers by value: `counts[i]` from `edges[i]` to `edges[i + 1]`, zeros and blanks apart.

    The edges are the same for all segments, in the feature's unit.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    zeros: int
    blanks: int


@dataclass(frozen=True, slots=True)
class FeatureProfile:
    """One feature among some customers; None where none of them has a value.

    `deviation` is how far their mean is from that of all, in standard deviations of all; `zeros`
    and `blanks` are shares of the customers.
    """

    column: str
    mean: float | None
    median: float | None
    low: float | None  # 10th percentile
    high: float | None  # 90th percentile
    deviation: float | None
    zeros: float
    blanks: float
    histogram: Histogram


@dataclass(frozen=True, slots=True)
class SegmentProfile:
    """One segment: its texts, its size, what its customers are like, and how sure they are.

    `bands` and `same` go by band, lowest first: customers, and the share of retrainings that gave
    them the same label, where that was measured.
    """

    id: int
    archetype: str | None
    name: str
    short: str
    summary: str
    action: str
    owner: str
    customers: int
    share: float
    share_in_training: float
    bands: dict[str, int]
    same: dict[str, float]
    novel: int
    soft_border: bool
    cosine: float
    margin: float
    norm: float
    traits: tuple[str, ...]
    claims: tuple[Claim, ...]
    features: tuple[FeatureProfile, ...]


@dataclass(frozen=True, slots=True)
class BorderPair:
    """Customers of the lowest band between a segment and the next nearest one."""

    segment: int
    runner_up: int
    customers: int


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer worth a look; the id is shown only where that was asked for."""

    customer: str
    segment: int
    runner_up: int
    confidence: float
    distance: float


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map, and the segment it belongs to."""

    x: float
    y: float
    segment: int


@dataclass(frozen=True, slots=True)
class Map:
    """Two principal components of scaled space, to draw and never to assign from.

    `explained` are their shares of the variance, `nearest` the share of customers whose nearest
    centroid on the map is that of their segment. `points` are all customers or, where `drawn` is
    less than them, a sample. `axes` say what lies to the right and at the top.
    """

    points: tuple[Point, ...]
    centroids: tuple[Point, ...]
    explained: tuple[float, float]
    nearest: float
    drawn: int
    axes: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Quality:
    """What is wrong or odd about one feature: customers with a blank, and outside the usual."""

    column: str
    blanks: int
    unusual: int


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """Where the model comes from and how good it is."""

    fingerprint: str
    trained_at: str
    portfolio: str
    customers: int
    algorithm: str
    seed: int
    k: int
    inertia: float
    silhouette: float
    libraries: dict[str, str]


@dataclass(frozen=True, slots=True)
class MovementFigures:
    """What moved since the snapshot before; `judged` is None where the two cannot be compared."""

    since: str
    judged: JudgedMovement | None
    flows: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a report tells of some customers under a model.

    `as_of` is a snapshot's date and None for a file; `is_training` says that these are the very
    customers that the model was trained on. `everyone` profiles all of them. `calibration` has, by
    band, the share of retrainings that gave the same label, where that was measured. `borderline`
    and `novel` name customers only where that was asked for.
    """

    source: str
    as_of: str | None
    made_at: str
    customers: int
    is_training: bool
    model: ModelFigures
    overview: tuple[str, ...]
    segments: tuple[SegmentProfile, ...]
    everyone: tuple[FeatureProfile, ...]
    calibration: dict[str, float]
    border_pairs: tuple[BorderPair, ...]
    borderline: tuple[CustomerRow, ...]
    novel: tuple[CustomerRow, ...]
    map: Map | None
    k_evidence: KEvidence | None
    drift: Drift | None
    movement: MovementFigures | None
    quality: tuple[Quality, ...]
    notes: tuple[str, ...]
