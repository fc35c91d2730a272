"""What became of a whole list: counts, first faults and totals by segment; it travels as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from segmentation.errors import SegbotError
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook

SHOWN: Final = 3  # rows that a summary names before it only counts


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """How many customers of a list are in one segment; `segment` is the lasting id."""

    segment: int
    name: str
    short: str
    archetype: str | None
    customers: int


@dataclass(frozen=True, slots=True)
class ListSummary:
    """A list as it was scored.

    `rows` are those with any content, of which `bad` could not be scored; `problems` names the
    first of these. `imputed` counts customers by the column that was blank; `warned`, `unsure` and
    `novel` count customers. `as_of` is the date of the snapshot that ids alone were looked up in,
    None where the figures came with the list. `chart_told` says what the chart shows.
    """

    rows: int
    bad: int
    problems: tuple[str, ...]
    segments: tuple[SegmentCount, ...]
    imputed: dict[str, int]
    warned: int
    unsure: int
    novel: int
    ignored: tuple[str, ...]
    as_of: str | None
    model: str
    chart_told: str = ""

    @property
    def scored(self) -> int:
        """Rows with a segment."""
        return self.rows - self.bad

    def as_json(self) -> str:
        """The summary as a document."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)

    @classmethod
    def from_json(cls, document: str) -> "ListSummary":
        """What `as_json` gave."""
        data: dict[str, Any] = json.loads(document)
        segments = tuple(SegmentCount(**count) for count in data["segments"])
        texts = {name: tuple(data[name]) for name in ("problems", "ignored")}
        return cls(**data | {"segments": segments} | texts)


def segment_counts(
    model: SegmentModel, playbook: Playbook, counts: dict[int, int]
) -> tuple[SegmentCount, ...]:
    """The counts by segment id with the segments' names, in the model's order."""
    plays = ((segment, playbook.play(segment)) for segment in model.segments)
    return tuple(
        SegmentCount(
            segment.id, play.name, play.short, segment.archetype, counts.get(segment.id, 0)
        )
        for segment, play in plays
    )


def segment_named(model: SegmentModel, playbook: Playbook, typed: str) -> int:
    """The lasting id of a segment named by id, name or a beginning that only it has.

    Raises SegbotError with the list of segments otherwise.
    """
    wanted = " ".join(typed.split()).casefold()
    names = {
        segment.id: (
            str(segment.id),
            playbook.play(segment).short.casefold(),
            playbook.play(segment).name.casefold(),
        )
        for segment in model.segments
    }
    exact = [segment for segment, known in names.items() if wanted in known]
    begun = [s for s, known in names.items() if any(name.startswith(wanted) for name in known)]
    found = exact or (begun if wanted else [])
    if len(found) != 1:
        raise SegbotError(_no_segment(model, playbook, typed, len(found)))
    return found[0]


def _no_segment(model: SegmentModel, playbook: Playbook, typed: str, found: int) -> str:
    known = ", ".join(f"{s.id} ({playbook.play(s).short})" for s in model.segments)
    if not typed:
        return f"Name a segment by its number, name or the name's beginning: {known}."
    what = "More than one segment begins with" if found else "No segment is called"
    return f"{what} “{typed[:40]}”. There are: {known}."


def first_rows(problems: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    """The first few faulty rows, each with its fault."""
    return tuple(f"Row {row}: {problem}" for row, problem in problems[:SHOWN])
