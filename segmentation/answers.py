"""What can be told of one customer or of the whole book: figures joined with the playbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from segmentation.assignment import Scored
from segmentation.counterfactuals import Counterfactual, Counterfactuals, counterfactuals
from segmentation.drift import Drift, drift_of_counts
from segmentation.explanation import Explanation, explain
from segmentation.history import A_YEAR, Sighting, Stay, stays
from segmentation.imputation import imputation_effect
from segmentation.model import Segment, SegmentModel
from segmentation.playbook import Play, Playbook
from segmentation.quick import QUICK, narrowed
from segmentation.store import Origin, Snapshot, Store


@dataclass(frozen=True, eq=False)
class Answer:
    """One customer's segment and texts; `customer` and `snapshot` are None for typed values.

    `retrainings` says how many would agree, where that was measured; `blanks` what each blank did
    to the answer. `values` has shape (17,), NaN for blanks.
    """

    customer: str | None
    snapshot: Origin | None
    play: Play
    runner_up: Play
    explanation: Explanation
    soft_border: bool
    retrainings: str | None
    blanks: tuple[str, ...]
    model: SegmentModel
    values: NDArray[np.float64]
    names: Mapping[int, str]

    @cached_property
    def changes(self) -> Counterfactuals:
        """The smallest changes that would lead to another segment; worked out when asked for."""
        return counterfactuals(self.model, self.values)

    @property
    def ways(self) -> tuple[Counterfactual, ...]:
        """The changes that are possible, in one feature first."""
        return tuple(way for way in (self.changes.single, self.changes.double) if way is not None)

    @property
    def what_if(self) -> tuple[str, ...]:
        """A sentence for each of `ways`, then what is not possible."""
        return self.changes.told(self.names)


@dataclass(frozen=True, slots=True)
class SegmentSize:
    """One segment's size in a snapshot, and in the one before where the two can be compared."""

    segment: Segment
    play: Play
    customers: int
    share: float
    customers_before: int | None

    @property
    def change(self) -> int | None:
        """Customers more (or, negative, fewer) than in the snapshot before."""
        return None if self.customers_before is None else self.customers - self.customers_before


@dataclass(frozen=True, slots=True)
class Flow:
    """Customers who went from one segment to another between two snapshots."""

    before: Play
    now: Play
    customers: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A snapshot with the model that scored it, every segment's size, and what moved.

    `flows` are the movements between segments, the largest first; empty where the snapshot cannot
    be compared with one before. `drift` is what changed since that model was trained.
    """

    snapshot: Snapshot
    model: SegmentModel
    sizes: tuple[SegmentSize, ...]
    flows: tuple[Flow, ...]
    drift: Drift

    @property
    def names(self) -> dict[int, str]:
        """The segments' names in a sentence, by their lasting id."""
        return {size.segment.id: size.play.short for size in self.sizes}


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found in the newest snapshot: an answer by customer id, for those that it has."""

    snapshot: Origin
    answers: dict[str, Answer]


def answers_for(store: Store, playbook: Playbook, customers: Sequence[str]) -> Answers | None:
    """Answers under the model that scored the newest snapshot; None while there is no snapshot."""
    found = store.look_up(customers)
    if found is None:
        return None
    snapshot, model = found.snapshot, store.model(found.snapshot.model)
    return Answers(
        snapshot,
        {
            customer: _answer(
                model,
                playbook,
                found.values[customer],
                customer,
                snapshot,
                found.scored[customer],
            )
            for customer in customers
            if customer in found.values
        },
    )


def past_of(store: Store, playbook: Playbook, customer: str) -> tuple[Stay, ...]:
    """The segments that a customer was in over the last year of snapshots, the oldest first."""

    def name(sighting: Sighting) -> str:
        return playbook.play(store.model(sighting.model).segment(sighting.segment)).short

    return stays(store.history(customer, A_YEAR), name)


def answer_for_values(
    model: SegmentModel, playbook: Playbook, values: NDArray[np.float64]
) -> Answer:
    """The answer for values that somebody typed: shape (17,), NaN for blanks."""
    return _answer(model, playbook, values, None, None)


def quick_answer_for_values(
    model: SegmentModel, playbook: Playbook, values: NDArray[np.float64]
) -> Answer:
    """The answer for the short form's figures, shape (17,): NaN counts as unknown, not as usual."""
    return replace(_answer(narrowed(model, QUICK), playbook, values, None, None), blanks=())


def _answer(
    model: SegmentModel,
    playbook: Playbook,
    values: NDArray[np.float64],
    customer: str | None,
    snapshot: Origin | None,
    scored: Scored | None = None,
) -> Answer:
    explanation = explain(model, values, scored)
    names = {segment.id: playbook.play(segment).short for segment in model.segments}
    calibration = model.calibration
    return Answer(
        customer=customer,
        snapshot=snapshot,
        play=playbook.play(model.segment(explanation.assignment.segment)),
        runner_up=playbook.play(model.segment(explanation.assignment.runner_up)),
        explanation=explanation,
        soft_border=model.segment(explanation.assignment.segment).has_soft_border,
        retrainings=calibration.told(explanation.assignment) if calibration else None,
        blanks=tuple(effect.told(names) for effect in imputation_effect(model, values)),
        model=model,
        values=values,
        names=names,
    )


def overview(store: Store, playbook: Playbook) -> Overview | None:
    """The whole book at the newest snapshot, or None while there is no snapshot."""
    snapshot = store.newest()
    return None if snapshot is None else overview_of(snapshot, store, playbook)


def overview_of(snapshot: Snapshot, store: Store, playbook: Playbook) -> Overview:
    """The whole book at one snapshot."""
    model = store.model(snapshot.model)
    plays = {segment.id: playbook.play(segment) for segment in model.segments}
    flows = (snapshot.movement.flows if snapshot.movement else None) or {}
    return Overview(
        snapshot=snapshot,
        model=model,
        sizes=tuple(_size(segment, plays[segment.id], snapshot) for segment in model.segments),
        flows=tuple(
            Flow(plays[before], plays[now], count)
            for (before, now), count in sorted(flows.items(), key=lambda flow: -flow[1])
            if before != now
        ),
        drift=drift_of_counts(
            model.baseline,
            {segment.id: segment.share for segment in model.segments},
            snapshot.bins,
            snapshot.sizes,
        ),
    )


def _size(segment: Segment, play: Play, snapshot: Snapshot) -> SegmentSize:
    customers, movement = snapshot.sizes.get(segment.id, 0), snapshot.movement
    return SegmentSize(
        segment=segment,
        play=play,
        customers=customers,
        share=customers / snapshot.customers if snapshot.customers else 0.0,
        customers_before=(
            movement.sizes_before.get(segment.id, 0)
            if movement is not None and movement.flows is not None
            else None
        ),
    )
