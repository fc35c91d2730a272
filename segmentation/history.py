"""One customer over time: stays in a segment, since when, and how far inside it each time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from segmentation.wording import day

A_YEAR: Final = 53  # weekly snapshots that are looked back over
DRAWN: Final = 12  # of them, the newest, that the small picture shows
_BARS: Final = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A customer in one snapshot: the model that scored it, the segment's id, the confidence."""

    as_of: date
    model: str
    segment: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Stay:
    """Sightings one after the other in the same segment, `name`, under the same model."""

    name: str
    model: str
    sightings: tuple[Sighting, ...]

    @property
    def since(self) -> date:
        """The first of its dates."""
        return self.sightings[0].as_of

    @property
    def told(self) -> str:
        """The segment and from when to when, in words."""
        until = self.sightings[-1].as_of
        dates = (
            f"on {day(until)}" if until == self.since else f"from {day(self.since)} to {day(until)}"
        )
        return f"{self.name} {dates}"

    @property
    def picture(self) -> str:
        """A bar a snapshot: the taller, the farther from the border with the next segment."""
        top = len(_BARS) - 1
        return "".join(_BARS[min(int(s.confidence * len(_BARS)), top)] for s in self.sightings)


def stays(sightings: Sequence[Sighting], name: Callable[[Sighting], str]) -> tuple[Stay, ...]:
    """The stays that sightings make, the oldest first as these; `name` tells a segment's name."""
    grouped = groupby(sightings, key=lambda sighting: (sighting.model, sighting.segment))
    found = [tuple(group) for _, group in grouped]
    return tuple(Stay(name(group[0]), group[0].model, group) for group in found)


def since_told(past: Sequence[Stay]) -> str:
    """Since when a customer is in the present segment, and in which one before; no full stop.

    Empty for a customer of no snapshot. A model retrained in between is said, since segments
    before and after cannot quite be compared.
    """
    if not past:
        return ""
    *before, now = past
    if not before:
        if len(now.sightings) == 1:
            return f"First seen on {day(now.since)}"
        longer = " or longer" if len(now.sightings) == A_YEAR else ""
        return f"{now.name} since {day(now.since)}{longer}"
    since = f"{now.name} since {day(now.since)}"
    if before[-1].model != now.model:
        return f"{since}, when the model was retrained; {before[-1].name} under the one before"
    return f"{since}, before that {before[-1].name}"


def drawn(past: Sequence[Stay]) -> tuple[Stay, ...]:
    """The newest stays, cut to the snapshots that the small picture shows."""
    kept: list[Stay] = []
    left = DRAWN
    for stay in reversed(past):
        if left:
            kept.insert(0, Stay(stay.name, stay.model, stay.sightings[-left:]))
            left -= len(kept[0].sightings)
    return tuple(kept)
