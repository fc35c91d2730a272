"""A portfolio of any size scored into files, a store, or both: whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np

from segmentation.errors import PortfolioError
from segmentation.id_check import IdCheck
from segmentation.model import SegmentModel
from segmentation.portfolio_notes import Notes
from segmentation.portfolio_places import PortfolioPlace
from segmentation.portfolio_scan import How, ScoredPart, doubled_ids, doubled_problem, scan
from segmentation.rejects import RejectsFile
from segmentation.scored_batches import ScoredBatch
from segmentation.scored_files import Output, Write
from segmentation.scored_folders import Manifest
from segmentation.scored_tables import Looks
from segmentation.scoring import score

Load = Callable[[Iterator[ScoredBatch]], object]
OnPart = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Ran:
    """What was scored: customers in all, and by segment id; what to know; what was rejected."""

    customers: int
    sizes: dict[int, int]
    notes: tuple[str, ...]
    ignored: tuple[str, ...]
    rejected: int


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that a run needs; at least one of `output` and `load` is where customers go.

    `load` takes batches and returns when all of them are stored. Rows that are wrong go to
    `rejects`, where it is given; else they end the run, and nothing is left of it.
    `on_part` hears how many customers are scored, and how many bytes read.
    """

    place: PortfolioPlace
    as_of: date
    model: SegmentModel
    looks: Looks
    output: Output | None
    rejects: RejectsFile | None
    load: Load | None
    on_part: OnPart

    def __call__(self) -> Ran:
        """Score; PortfolioError says what is wrong with the portfolio or its place."""
        render = None if self.output is None else self.output.render(self.looks)
        how = How(partial(score, self.model.numbers), render, rejecting=self.rejects is not None)
        try:
            return self._once(how)
        except _DoubledError as found:
            if self.rejects is None:
                raise
            return self._once(replace(how, doubled=frozenset(found.ids)))

    def _once(self, how: How) -> Ran:
        with ExitStack() as files:
            tally = _Tally()
            manifest = partial(self._manifest, tally)
            write = files.enter_context(self.output.opened(manifest)) if self.output else None
            rejects = files.enter_context(self.rejects.opened()) if self.rejects else None
            parts = self._parts(how, write, rejects, tally)
            if self.load is not None:
                self.load(batches(parts))
            for _ in parts:
                pass
        rejected = 0 if self.rejects is None else self.rejects.count
        notes = tally.notes.sentences()
        return Ran(tally.notes.customers, tally.by_segment(), notes, tally.ignored, rejected)

    def _manifest(self, tally: "_Tally") -> Manifest:
        return Manifest(
            customers=tally.notes.customers,
            sizes=tally.by_segment(),
            model=self.model.fingerprint,
            source=self.place.name,
            as_of=self.as_of.isoformat(),
        )

    def _parts(
        self, how: How, write: Write | None, rejects: RejectsFile | None, tally: "_Tally"
    ) -> Iterator[ScoredPart]:
        """Every part, written as it comes; at the end no id may have come twice."""
        with closing(IdCheck()) as ids:
            for found in scan(self.place, how, ids):
                if write is not None and found.rendered is not None:
                    write(found.rendered, len(found.part))
                if rejects is not None:
                    rejects.add(found.rejects)
                tally.add(found)
                self.on_part(len(found.part), found.end)
                yield found
            repeated = ids.doubled()
        doubled = doubled_ids(self.place, repeated, how) if len(repeated) else {}
        if doubled:
            raise _DoubledError(doubled)


class _DoubledError(PortfolioError):
    """Some customers came more than once: their ids, each with its rows."""

    def __init__(self, ids: Mapping[str, Sequence[str]]) -> None:
        super().__init__([doubled_problem(ids)])
        self.ids = ids


class _Tally:
    """What is known of the parts so far."""

    def __init__(self) -> None:
        self.notes = Notes()
        self.sizes = np.zeros(0, np.int64)
        self.ignored: tuple[str, ...] = ()

    def add(self, found: ScoredPart) -> None:
        self.notes += found.notes
        self.ignored = self.ignored or found.ignored
        more = np.bincount(found.scored.segment, minlength=len(self.sizes))
        more[: len(self.sizes)] += self.sizes
        self.sizes = more

    def by_segment(self) -> dict[int, int]:
        return {segment: int(n) for segment, n in enumerate(self.sizes) if n}


def batches(parts: Iterable[ScoredPart]) -> Iterator[ScoredBatch]:
    """The parts as batches for a store."""
    for each in parts:
        yield ScoredBatch(each.part.ids.to_pylist(), each.part.values(), each.scored)
