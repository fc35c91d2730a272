"""The short form's six figures, and a model that leaves what it is not told out of account."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

import numpy as np

from segmentation.features import COLUMNS, INDEX
from segmentation.model import SegmentModel

# Of all sets of six these are among the best on the public portfolio of 8,950 customers: the
# segment is that of all 17 figures for 94.1 % of them. With the training medians in place of the
# other eleven it would be for 79.4 % only, since every median speaks for Low Activity.
QUICK: Final = (
    "PURCHASES",
    "PURCHASES_TRX",
    "PURCHASES_FREQUENCY",
    "CASH_ADVANCE",
    "CASH_ADVANCE_TRX",
    "BALANCE",
)
AGREES: Final = 0.94


def narrowed(model: SegmentModel, known: Collection[str]) -> SegmentModel:
    """The model as far as the columns `known` tell: others count as equally far from all segments.

    How many retrainings would agree is not known of it. Its confidence is told a band lower by
    the model's own rule for blanks that training did not know.
    """
    others = [INDEX[column] for column in COLUMNS if column not in known]
    centroids, medians = model.centroids.copy(), model.medians.copy()
    centroids[:, others] = 0.0
    medians[others] = np.clip(model.means, model.lows, model.highs)[others]
    return replace(model, centroids=centroids, medians=medians, calibration=None)
