"""How often a label holds when the model is trained again: figures by band, and words for them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from segmentation.assignment import Assignment, Band

_FEW: Final = 50  # a segment's customers in a band, below which the whole band's figure is told


@dataclass(frozen=True, slots=True)
class Cell:
    """One segment's customers in one band; `same` is the share of retrainings that agree, 0 to 1.

    `segment` is the lasting id.
    """

    segment: int
    band: Band
    customers: int
    same: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What `resamples` retrainings said; cells without customers are left out.

    A share is the stability of a label, not the probability of its being right.
    """

    resamples: int
    cells: tuple[Cell, ...]

    def by_band(self) -> dict[Band, float]:
        """The share of the same label in each band that has customers, lowest band first."""
        cells = {band: [cell for cell in self.cells if cell.band is band] for band in Band}
        return {band: _mean(found) for band, found in cells.items() if found}

    def same(self, assignment: Assignment) -> float | None:
        """The share that speaks for a customer: the segment's in the band, where that has enough.

        None where nobody was in the band.
        """
        for cell in self.cells:
            if (cell.segment, cell.band) == (assignment.segment, assignment.band):
                return cell.same if cell.customers >= _FEW else self.by_band()[cell.band]
        return self.by_band().get(assignment.band)

    def told(self, assignment: Assignment) -> str | None:
        """The share in words, None where there is none: “about 96 of 100 retrainings would …”."""
        same = self.same(assignment)
        return None if same is None else told_share(same)

    def as_json(self) -> dict[str, Any]:
        """Plain numbers and texts, for `model.json`."""
        cells = [asdict(cell) | {"band": str(cell.band)} for cell in self.cells]
        return {"resamples": self.resamples, "cells": cells}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Calibration":
        """What `as_json` gave; KeyError, TypeError or ValueError where it is something else."""
        cells = (Cell(**cell | {"band": Band(cell["band"])}) for cell in data["cells"])
        return cls(resamples=data["resamples"], cells=tuple(cells))


def told_share(same: float) -> str:
    """A share of retrainings in words; only what no retraining contradicted is “all”."""
    if same == 1:
        return "all retrainings would say the same"
    if same > 0.99:
        return "more than 99 of 100 retrainings would say the same"
    return f"about {same * 100:.0f} of 100 retrainings would say the same"


def _mean(cells: Iterable[Cell]) -> float:
    counted = [(cell.same * cell.customers, cell.customers) for cell in cells]
    return sum(agreed for agreed, _ in counted) / sum(customers for _, customers in counted)
