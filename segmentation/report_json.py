"""A report as JSON: its figures by their names, with the verdicts in words."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from segmentation.drift import Drift
from segmentation.report_figures import MovementFigures, Report


def as_json(found: Report) -> str:
    """The report as JSON text, numbers and words alone."""
    names = {segment.id: segment.short for segment in found.segments}
    document = asdict(found) | {
        "k_evidence": found.k_evidence and found.k_evidence.as_json(),
        "drift": found.drift and _drift_json(found.drift, names),
        "movement": found.movement and _movement_json(found.movement, names),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _drift_json(found: Drift, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "verdict": found.verdict(names),
        "alarm": found.alarm,
        "features": [
            {
                "column": feature.feature.column,
                "psi": feature.psi,
                "noise": feature.noise,
                "blank_before": feature.blank_before,
                "blank_now": feature.blank_now,
                "change": feature.change.words,
            }
            for feature in found.features
        ],
        "shares": asdict(found.shares) | {"change": found.shares.change.words},
        "share_test": found.shares.test.words,
    }


def _movement_json(found: MovementFigures, names: Mapping[int, str]) -> dict[str, Any]:
    judged = found.judged
    return {
        "since": found.since,
        "verdict": judged and judged.verdict(names),
        "tests": judged and judged.details,
        "flows": found.flows,
    }
