"""The segment model as plain numbers: assigns customers, says how sure it is, and travels as JSON.

Serving needs this file and numpy alone; nothing here unpickles.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from segmentation.assignment import Assignment, Assignments
from segmentation.calibration import Calibration
from segmentation.claims import Claim
from segmentation.drift_bins import Baseline
from segmentation.errors import ModelError
from segmentation.features import COLUMNS, FEATURES
from segmentation.model_formats import FORMAT, in_present_form
from segmentation.naming import ARCHETYPE_BY_KEY
from segmentation.scoring import Numbers, score

MODEL_FILE: Final = "model.json"


@dataclass(frozen=True, slots=True)
class Segment:
    """A named cluster: its lasting id (0–3 for an archetype, from 4 on otherwise) and its figures.

    `customers` and `share` are those of the training portfolio; `novelty_radius` is the 99th
    percentile of its customers' distances to the centroid, in scaled space. `claims` are what its
    archetype's summary claims, held against those customers; `variant` is the number of segments
    where the archetype's name is given among more or fewer than the usual four, and means less.
    """

    id: int
    archetype: str | None
    generic_name: str
    customers: int
    share: float
    novelty_radius: float
    cosine: float
    margin: float
    norm: float
    variant: int | None = None
    claims: tuple[Claim, ...] = ()

    @property
    def has_soft_border(self) -> bool:
        """Whether its border moves from one training to the next more than others do."""
        return self.archetype is not None and ARCHETYPE_BY_KEY[self.archetype].soft_border


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a model comes from and how good it is, as its file tells.

    `sample` is how far the sample may be trusted that KMeans had in place of all customers.
    """

    trained_at: str
    portfolio: str
    portfolio_sha256: str
    customers: int
    algorithm: str
    seed: int
    inertia: float
    silhouette: float
    libraries: Mapping[str, str]
    digests: Mapping[str, str]
    sample: Mapping[str, Any] | None = None


@dataclass(frozen=True, eq=False)
class SegmentModel:
    """Median imputation, scaling and nearest centroid, with what is known about each segment.

    `medians`, `lows`, `highs`, `means`, `scales` have shape (17,) in the order of FEATURES and the
    features' units; a value counts as no less than `lows` and no more than `highs`, which are
    infinite unless the model was trained on winsorised features;
    `centroids` has shape (k, 17) in scaled space, row i belonging to `segments[i]`.
    `blanks_known` are the columns that had blanks in training, `baseline` how each feature was
    distributed there; `calibration` tells how often labels hold, where that was measured.
    """

    document: str
    medians: NDArray[np.float64]
    lows: NDArray[np.float64]
    highs: NDArray[np.float64]
    means: NDArray[np.float64]
    scales: NDArray[np.float64]
    centroids: NDArray[np.float64]
    segments: tuple[Segment, ...]
    blanks_known: frozenset[str]
    provenance: Provenance
    baseline: Baseline
    calibration: Calibration | None
    winsorises: bool = field(init=False)  # whether values beyond the limits count as those limits

    def __post_init__(self) -> None:
        limited = np.isfinite(self.lows).any() or np.isfinite(self.highs).any()
        object.__setattr__(self, "winsorises", bool(limited))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the model file's text: equal fingerprints give equal answers."""
        return hashlib.sha256(self.document.encode()).hexdigest()

    def segment(self, segment_id: int) -> Segment:
        """The segment of that lasting id; KeyError when the model has none."""
        return self.segments[self.position(segment_id)]

    def position(self, segment_id: int) -> int:
        """The row of `centroids` that belongs to a lasting id; KeyError when there is none."""
        for row, segment in enumerate(self.segments):
            if segment.id == segment_id:
                return row
        raise KeyError(segment_id)

    def imputed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """`values` (… × 17) with each blank replaced by the training median."""
        return np.where(np.isnan(values), self.medians, values)

    def winsorised(self, known: NDArray[np.float64]) -> NDArray[np.float64]:
        """`known` (… × 17, without blanks) as far as each value counts."""
        return np.clip(known, self.lows, self.highs) if self.winsorises else known

    def scaled(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """`values` (… × 17, the features' units, NaN for blanks) in scaled space."""
        return np.asarray((self.winsorised(self.imputed(values)) - self.means) / self.scales)

    def typical(self, segment_id: int) -> NDArray[np.float64]:
        """The segment's average customer: its centroid in the features' units, shape (17,)."""
        return np.asarray(self.centroids[self.position(segment_id)] * self.scales + self.means)

    def assign(self, values: NDArray[np.float64]) -> Assignments:
        """Assign customers: `values` has shape (n, 17), the features' units, NaN for blanks."""
        return score(self.numbers, values.T)

    def assign_one(self, values: NDArray[np.float64]) -> Assignment:
        """Assign one customer: `values` has shape (17,)."""
        return score(self.numbers, values[:, np.newaxis])[0]

    @cached_property
    def numbers(self) -> Numbers:
        """What the kernel needs of it."""
        return Numbers(
            medians=self.medians,
            lows=self.lows,
            highs=self.highs,
            means=self.means,
            scales=self.scales,
            surprising=np.array([column not in self.blanks_known for column in COLUMNS]),
            centroids=self.centroids,
            ids=np.array([segment.id for segment in self.segments]),
            radii=np.array([segment.novelty_radius for segment in self.segments]),
            soft=np.array([segment.has_soft_border for segment in self.segments]),
        )


def load_model(folder: Path) -> SegmentModel:
    """Read `model.json` from a model folder; ModelError says what is wrong with it."""
    path = folder / MODEL_FILE
    try:
        document = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ModelError(
            f"There is no model in {folder}: {MODEL_FILE} is missing. "
            "Train one with `segbot train PORTFOLIO`, or name its folder in SEGBOT_MODEL_DIR."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} cannot be read: {error}.") from None
    return parsed_model(document, str(path))


def parsed_model(document: str, origin: str) -> SegmentModel:
    """The model in a `model.json` text; `origin` says in errors where the text came from."""
    try:
        return _from_json(document, json.loads(document))
    except json.JSONDecodeError as error:
        raise ModelError(
            f"{origin} is not complete JSON (line {error.lineno}). Train the model again."
        ) from None
    except (
        AttributeError,
        KeyError,
        OverflowError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise ModelError(
            f"{origin} is not a Segbot model of format {FORMAT} ({error}). Train it again."
        ) from None


def _from_json(document: str, data: dict[str, Any]) -> SegmentModel:
    data = in_present_form(data)
    features, rows, calibration = data["features"], data["segments"], data["calibration"]
    columns = tuple(feature["column"] for feature in features)
    if columns != COLUMNS:
        raise ValueError("its features are not the 17 of this version, in their order")
    for name in ("novelty_radius", "share", "customers"):
        _numbers(rows, name)
    model = SegmentModel(
        document=document,
        medians=_numbers(features, "median"),
        lows=_limits(features, "low", -np.inf),
        highs=_limits(features, "high", np.inf),
        means=_numbers(features, "mean"),
        scales=_numbers(features, "scale"),
        centroids=_numbers(rows, "centroid"),
        segments=tuple(_segment(row) for row in rows),
        blanks_known=frozenset(f["column"] for f in features if f["blanks"] > 0),
        provenance=Provenance(**data["provenance"]),
        baseline=Baseline.from_json(data["drift"]),
        calibration=None if calibration is None else Calibration.from_json(calibration),
    )
    datetime.fromisoformat(model.provenance.trained_at)
    if model.centroids.shape != (len(rows), len(FEATURES)) or (model.scales <= 0).any():
        raise ValueError("its centroids or scales have the wrong shape or sign")
    if not (model.lows <= model.highs).all():
        raise ValueError("its limits are not in order")
    if len(rows) < 2 or len({segment.id for segment in model.segments}) < len(rows):
        raise ValueError("it has fewer than two segments, or one twice")
    return model


def _numbers(rows: list[dict[str, Any]], key: str) -> NDArray[np.float64]:
    numbers = np.array([row[key] for row in rows], dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError(f"{key} is not finite")
    return numbers


def _limits(rows: list[dict[str, Any]], key: str, none: float) -> NDArray[np.float64]:
    limits = [none if row[key] is None else float(row[key]) for row in rows]
    return np.array(limits, dtype=np.float64)


def _segment(row: dict[str, Any]) -> Segment:
    if row["archetype"] is not None and row["archetype"] not in ARCHETYPE_BY_KEY:
        raise ValueError(f"no archetype is called {row['archetype']}")
    figures = {name: row[name] for name in Segment.__dataclass_fields__}
    claims = tuple(Claim.from_json(claim) for claim in row["claims"])
    return Segment(**figures | {"claims": claims})
