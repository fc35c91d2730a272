"""A report: every figure about some customers under a model."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmentation.assignment import Assignments, Band
from segmentation.claims import Claim, Verdict, held_claims
from segmentation.drift import Drift, drift
from segmentation.features import FEATURES
from segmentation.k_evidence import KEvidence
from segmentation.model import SegmentModel
from segmentation.model_formats import in_present_form
from segmentation.movement import judged_movement
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.portfolio_notes import contradictions
from segmentation.report_figures import (
    BorderPair,
    CustomerRow,
    FeatureProfile,
    ModelFigures,
    MovementFigures,
    Quality,
    Report,
    SegmentProfile,
)
from segmentation.report_map import drawn_map
from segmentation.report_profiles import profiles, traits
from segmentation.store import Movement
from segmentation.wording import counted, day, listed, percent

NAMED: Final = 20  # customers of each kind, where ids were asked for

Values = NDArray[np.float64]


def report(
    customers: Portfolio,
    model: SegmentModel,
    playbook: Playbook,
    *,
    made_at: datetime,
    as_of: date | None = None,
    movement: Movement | None = None,
    with_ids: bool = False,
) -> Report:
    """Report on one customer or more under a model; `as_of` and `movement` are a snapshot's.

    `with_ids` names the customers nearest to a border and those farthest out.
    """
    scored = model.assign(customers.values)
    segments, everyone = _segments(customers.values, scored, model, playbook)
    is_training = customers.fingerprint == model.provenance.portfolio_sha256
    drifted = None if is_training else _drift(model, customers.values, segments)
    moved = None if movement is None else _movement(movement)
    made = model.provenance
    return Report(
        source=customers.source,
        as_of=None if as_of is None else as_of.isoformat(),
        made_at=made_at.isoformat(timespec="minutes"),
        customers=len(customers),
        is_training=is_training,
        model=ModelFigures(
            fingerprint=model.fingerprint[:12],
            trained_at=made.trained_at,
            portfolio=made.portfolio,
            customers=made.customers,
            algorithm=made.algorithm,
            seed=made.seed,
            k=len(model.segments),
            inertia=made.inertia,
            silhouette=made.silhouette,
            libraries=dict(made.libraries),
        ),
        overview=tuple(_overview(segments, drifted, moved)),
        segments=segments,
        everyone=everyone,
        calibration=_calibration(model),
        border_pairs=_border_pairs(scored),
        borderline=_rows(customers, scored, _nearest_to_a_border(scored)) if with_ids else (),
        novel=_rows(customers, scored, _farthest_out(scored, model)) if with_ids else (),
        map=drawn_map(model, customers.values, scored.segment),
        k_evidence=_k_evidence(model),
        drift=drifted,
        movement=moved,
        quality=_quality(customers.values),
        notes=tuple(
            f"{what} for {counted(int(found.sum()), 'customer')}."
            for what, found in contradictions([*customers.values.T])
        ),
    )


def _segments(
    values: Values, scored: Assignments, model: SegmentModel, playbook: Playbook
) -> tuple[tuple[SegmentProfile, ...], tuple[FeatureProfile, ...]]:
    everyone, by_segment = profiles(values, scored.segment, [s.id for s in model.segments])
    known = model.imputed(values)
    found = []
    for segment in model.segments:
        here, play = scored.segment == segment.id, playbook.play(segment)
        bands = np.bincount(scored.band[here], minlength=len(Band)).tolist()
        found.append(
            SegmentProfile(
                id=segment.id,
                archetype=segment.archetype,
                name=play.name,
                short=play.short,
                summary=play.summary,
                action=play.action,
                owner=play.owner,
                customers=int(here.sum()),
                share=float(here.mean()),
                share_in_training=segment.share,
                bands={str(band): count for band, count in zip(Band, bands, strict=True)},
                same=_same(model, segment.id),
                novel=int(scored.novel[here].sum()),
                soft_border=segment.has_soft_border,
                cosine=segment.cosine,
                margin=segment.margin,
                norm=segment.norm,
                traits=tuple(traits(by_segment[segment.id], everyone)),
                claims=held_claims(segment.archetype, known, here),
                features=by_segment[segment.id],
            )
        )
    return tuple(found), everyone


def _same(model: SegmentModel, segment: int) -> dict[str, float]:
    cells = model.calibration.cells if model.calibration else ()
    return {str(cell.band): cell.same for cell in cells if cell.segment == segment}


def _calibration(model: SegmentModel) -> dict[str, float]:
    bands = model.calibration.by_band() if model.calibration else {}
    return {str(band): same for band, same in bands.items()}


def _overview(
    segments: Sequence[SegmentProfile], drifted: Drift | None, moved: MovementFigures | None
) -> Iterator[str]:
    names = {segment.id: segment.short for segment in segments}
    customers = sum(segment.customers for segment in segments)
    largest = max(segments, key=lambda segment: segment.customers)
    yield (
        f"{counted(customers, 'customer')} in {len(segments)} segments; the largest is "
        f"{largest.short} with {percent(largest.share)}."
    )
    clear = sum(segment.bands[Band.HIGH] for segment in segments)
    close = sum(segment.bands[Band.LOW] for segment in segments)
    yield (
        f"{percent(clear / customers)} are clearly in their segment; {percent(close / customers)} "
        "are close to the border of another, where the label could as well be that one."
    )
    claims = [claim for segment in segments for claim in segment.claims]
    if claims:
        yield f"Of {len(claims)} claims in the segments’ summaries, {_verdicts(claims)}."
    if drifted is not None:
        yield drifted.verdict(names)
    if moved is not None and moved.judged is not None:
        yield f"Since {day(date.fromisoformat(moved.since))}: {moved.judged.verdict(names)}"


def _verdicts(claims: Sequence[Claim]) -> str:
    words = {
        Verdict.HOLDS: ("holds", "hold"),
        Verdict.WEAK: ("is weak", "are weak"),
        Verdict.FAILS: ("does not hold", "do not hold"),
        Verdict.UNTESTABLE: ("cannot be tested", "cannot be tested"),
    }
    counts = {verdict: sum(claim.verdict is verdict for claim in claims) for verdict in Verdict}
    return listed([f"{n} {words[verdict][n > 1]}" for verdict, n in counts.items() if n])


def _drift(model: SegmentModel, values: Values, segments: Sequence[SegmentProfile]) -> Drift:
    return drift(
        model.baseline,
        {segment.id: segment.share for segment in model.segments},
        values,
        {segment.id: segment.customers for segment in segments},
    )


def _movement(movement: Movement) -> MovementFigures:
    flows = movement.flows
    return MovementFigures(
        since=movement.since.isoformat(),
        judged=None if flows is None else judged_movement(flows),
        flows=tuple(
            (before, now, count)
            for (before, now), count in sorted((flows or {}).items(), key=lambda flow: -flow[1])
            if before != now
        ),
    )


def _border_pairs(scored: Assignments) -> tuple[BorderPair, ...]:
    low = scored.band == 0
    pairs, counts = np.unique(
        np.array([scored.segment[low], scored.runner_up[low]]), axis=1, return_counts=True
    )
    found = zip(*pairs.tolist(), counts.tolist(), strict=True)
    return tuple(BorderPair(*pair) for pair in sorted(found, key=lambda pair: -pair[2]))


def _nearest_to_a_border(scored: Assignments) -> NDArray[np.intp]:
    return np.argsort(scored.confidence, kind="stable")[:NAMED]


def _farthest_out(scored: Assignments, model: SegmentModel) -> NDArray[np.intp]:
    radii = {segment.id: segment.novelty_radius for segment in model.segments}
    times = scored.distance / np.array([radii[segment] for segment in scored.segment.tolist()])
    rows = np.argsort(-times, kind="stable")[:NAMED]
    return rows[scored.novel[rows]]


def _rows(
    customers: Portfolio, scored: Assignments, rows: NDArray[np.intp]
) -> tuple[CustomerRow, ...]:
    return tuple(
        CustomerRow(
            customer=str(customers.ids[row]),
            segment=int(scored.segment[row]),
            runner_up=int(scored.runner_up[row]),
            confidence=float(scored.confidence[row]),
            distance=float(scored.distance[row]),
        )
        for row in rows
    )


def _k_evidence(model: SegmentModel) -> KEvidence | None:
    kept = in_present_form(json.loads(model.document))["k_evidence"]
    return None if kept is None else KEvidence.from_json(kept)


def _quality(values: Values) -> tuple[Quality, ...]:
    return tuple(
        Quality(feature.column, int(np.isnan(column).sum()), int(feature.unusual(column).sum()))
        for feature, column in zip(FEATURES, values.T, strict=True)
    )
