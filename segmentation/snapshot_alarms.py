"""Alarms: what in a new snapshot stands out so far that somebody should look, and never noise.

The thresholds are set against what chance and a quiet week do to the public portfolio: a week of
jittered figures moves 1.6 % of customers, and of 1,000 customers a segment's share is known to
within 3.9 points.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from segmentation.answers import Overview
from segmentation.drift_grades import FEWEST
from segmentation.drift_shares import ALARM_BELOW, share_drift
from segmentation.movement import judged_movement
from segmentation.store import Snapshot
from segmentation.wording import day, percent

SHRUNK_FROM: Final = 0.2  # share of the customers who are there no more


class AlarmKind(StrEnum):
    """What stands out."""

    SHARE = "share"
    MOVEMENT = "movement"
    DRIFT = "drift"
    SHRUNK = "shrunk"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on something stands out: changes of a share and movement, both as shares."""

    share: float = 0.05
    movement: float = 0.05


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that stands out, in a sentence; segments' names come from the playbook."""

    kind: AlarmKind
    sentence: str


def alarms(book: Overview, thresholds: Thresholds) -> list[Alarm]:
    """What stands out in a snapshot against the one before and against training."""
    checks = (
        (AlarmKind.SHRUNK, _shrunk(book)),
        (AlarmKind.SHARE, _resized(book, thresholds.share)),
        (AlarmKind.MOVEMENT, _moved(book, thresholds.movement)),
        (AlarmKind.DRIFT, (book.drift.verdict(book.names),) if book.drift.alarm else ()),
    )
    return [Alarm(kind, " ".join(told)) for kind, found in checks if (told := [*found])]


def shrunk_by(snapshot: Snapshot) -> float | None:
    """The share of the customers that a snapshot lacks; None where it is no more than usual."""
    before = sum(snapshot.movement.sizes_before.values()) if snapshot.movement else 0
    lost = 1 - snapshot.customers / before if before else 0.0
    return lost if lost > SHRUNK_FROM else None


def _shrunk(book: Overview) -> Iterator[str]:
    lost = shrunk_by(book.snapshot)
    if lost is not None:
        yield f"The snapshot has {percent(lost)} fewer customers than the one before."


def _resized(book: Overview, least: float) -> Iterator[str]:
    """Segments whose share changed by more than `least` and by more than chance explains."""
    movement = book.snapshot.movement
    if movement is None or movement.flows is None:
        return
    before = {segment: count for segment, count in movement.sizes_before.items() if count}
    customers = sum(before.values())
    if min(customers, book.snapshot.customers) < FEWEST:
        return
    shares = {segment: count / customers for segment, count in before.items()}
    found = share_drift(customers, shares, book.snapshot.sizes)
    if found.test.p_value >= ALARM_BELOW:
        return
    for share in found.segments:
        if abs(share.now - share.before) > least and share.beyond_chance:
            yield (
                f"{book.names[share.segment]} went from {percent(share.before)} to "
                f"{percent(share.now)} of customers since {day(movement.since)}."
            )


def _moved(book: Overview, least: float) -> Iterator[str]:
    movement = book.snapshot.movement
    if movement is None or not movement.flows:
        return
    judged = judged_movement(movement.flows)
    if judged.compared >= FEWEST and judged.share_moved > least:
        yield judged.verdict(book.names)
