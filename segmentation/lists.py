"""A whole list scored row by row: each comes back in its order, with a segment or with a reason."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from segmentation.assignment import Assignments
from segmentation.errors import PortfolioError, SegbotError
from segmentation.features import COLUMNS
from segmentation.list_checks import CheckedRows, Repeats, checked_ids, checked_rows
from segmentation.list_files import ListFile
from segmentation.list_summary import SHOWN, ListSummary, first_rows, segment_counts
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook
from segmentation.safe_csv import SafeWriter
from segmentation.store import Store
from segmentation.wording import day, quoted

HEADINGS: Final = (
    "row",
    "CUST_ID",
    "segment",
    "segment_name",
    "runner_up",
    "runner_up_name",
    "confidence",
    "band",
    "novel",
    "owner",
    "imputed",
    "warnings",
    "problem",
)
_TOLD_NOTHING: Final = ("",) * 9
Line = tuple[object, ...]


@dataclass(slots=True)
class _Tally:
    """What was counted so far."""

    rows: int = 0
    bad: int = 0
    warned: int = 0
    unsure: int = 0
    novel: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)
    segments: Counter[int] = field(default_factory=Counter)
    imputed: Counter[str] = field(default_factory=Counter)

    def add(self, rows: CheckedRows, good: Sequence[int], scored: Assignments) -> None:
        wrong = sorted(rows.problems)
        self.rows += len(good) + len(wrong)
        self.bad += len(wrong)
        self.warned += len(rows.warnings.keys() & set(good))
        self.unsure += int((scored.band == 0).sum())
        self.novel += int(scored.novel.sum())
        self.segments.update(scored.segment.tolist())
        for place in wrong[: SHOWN - len(self.problems)]:
            self.problems.append((int(rows.numbers[place]), rows.problems[place]))


@dataclass(frozen=True, slots=True)
class _Names:
    """What stands in a line for a segment, by its lasting id."""

    names: dict[int, str]
    owners: dict[int, str]

    @classmethod
    def of(cls, model: SegmentModel, playbook: Playbook) -> "_Names":
        plays = {segment.id: playbook.play(segment) for segment in model.segments}
        return cls(
            {segment: play.name for segment, play in plays.items()},
            {segment: play.owner for segment, play in plays.items()},
        )


def score_list(
    file: ListFile,
    model: SegmentModel,
    playbook: Playbook,
    out: SafeWriter,
    on_rows: Callable[[int], None],
) -> ListSummary:
    """Score a list that has figures; `on_rows` hears how many rows are done.

    Raises PortfolioError when the list has no row, or turns out to be damaged.
    """
    tally, repeats, names = _Tally(), Repeats(), _Names.of(model, playbook)
    out.row(HEADINGS)
    for rows in file.rows():
        checked = checked_rows(rows, repeats)
        good = _good(checked)
        scored = model.assign(checked.values[good])
        blank = np.isnan(checked.values[good])
        tally.add(checked, good, scored)
        tally.imputed.update(dict(zip(COLUMNS, blank.sum(axis=0).tolist(), strict=True)))
        imputed = ["; ".join(np.array(COLUMNS)[row]) if row.any() else "" for row in blank]
        out.rows(_lines(checked, good, scored, names, imputed))
        on_rows(tally.rows)
    return _summary(file, tally, model, playbook, None)


def look_up_list(
    file: ListFile,
    store: Store,
    playbook: Playbook,
    out: SafeWriter,
    on_rows: Callable[[int], None],
) -> ListSummary:
    """Look up a list of ids alone in the newest snapshot; `on_rows` hears how many are done.

    Raises SegbotError while there is no snapshot, or when a newer one comes in between.
    """
    snapshot = store.newest()
    if snapshot is None:
        raise SegbotError(
            f"{quoted(file.name)} names customers without figures, and no portfolio has been "
            "scored yet that they could be looked up in. Send their figures along."
        )
    model = store.model(snapshot.model)
    tally, repeats, names = _Tally(), Repeats(), _Names.of(model, playbook)
    out.row(HEADINGS)
    for rows in file.rows():
        checked = checked_ids(rows, repeats)
        wanted = [checked.ids[place] for place in _good(checked)]
        found = store.look_up(wanted)
        if found is None or found.snapshot.generation != snapshot.generation:
            raise SegbotError("A newer portfolio was scored meanwhile: send the list again.")
        for place in _good(checked):
            if checked.ids[place] not in found.values:
                checked.problems[place] = (
                    f"The snapshot of {day(snapshot.as_of)} has no such customer."
                )
        good = _good(checked)
        scored = model.assign(
            np.array([found.values[checked.ids[place]] for place in good]).reshape(-1, len(COLUMNS))
        )
        tally.add(checked, good, scored)
        out.rows(_lines(checked, good, scored, names, [""] * len(good)))
        on_rows(tally.rows)
    return _summary(file, tally, model, playbook, snapshot.as_of.isoformat())


def _good(rows: CheckedRows) -> list[int]:
    return [
        place
        for place, blank in enumerate(rows.blank.tolist())
        if not blank and place not in rows.problems
    ]


def _lines(
    rows: CheckedRows,
    good: Sequence[int],
    scored: Assignments,
    names: _Names,
    imputed: Sequence[str],
) -> Iterator[Line]:
    told = dict(zip(good, _told(scored, names, imputed), strict=True))
    numbers = rows.numbers.tolist()
    for place, customer in enumerate(rows.ids):
        if place in told:
            yield numbers[place], customer, *told[place], rows.warnings.get(place, ""), ""
        elif place in rows.problems:
            yield numbers[place], customer, *_TOLD_NOTHING, "", rows.problems[place]


def _told(scored: Assignments, names: _Names, imputed: Sequence[str]) -> Iterator[Line]:
    columns = (
        scored.segment.tolist(),
        scored.runner_up.tolist(),
        scored.confidence.round(4).tolist(),
        scored.band_names().tolist(),
        scored.novel.tolist(),
        imputed,
    )
    for segment, runner_up, confidence, band, novel, blanks in zip(*columns, strict=True):
        yield (
            segment,
            names.names[segment],
            runner_up,
            names.names[runner_up],
            confidence,
            band,
            "yes" if novel else "no",
            names.owners[segment],
            blanks,
        )


def _summary(
    file: ListFile, tally: _Tally, model: SegmentModel, playbook: Playbook, as_of: str | None
) -> ListSummary:
    if not tally.rows:
        raise PortfolioError(
            [f"{quoted(file.name)} has headers but no customers below them: export it again."]
        )
    return ListSummary(
        rows=tally.rows,
        bad=tally.bad,
        problems=first_rows(tally.problems),
        segments=segment_counts(model, playbook, tally.segments),
        imputed={column: count for column, count in tally.imputed.items() if count},
        warned=tally.warned,
        unsure=tally.unsure,
        novel=tally.novel,
        ignored=file.ignored,
        as_of=as_of,
        model=model.fingerprint[:12],
    )
