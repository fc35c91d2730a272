"""What a worker of an engine does with one partition of a portfolio: check, score, write, count.

Text comes in and JSON goes out: the model's own file and a few names are all that travels.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from segmentation.assignment import Assignments
from segmentation.errors import PortfolioError
from segmentation.model import SegmentModel, parsed_model
from segmentation.partitions import Partition, file_system, is_local, pieces
from segmentation.portfolio_notes import FoundRows, Notes
from segmentation.portfolio_scan import How, worked
from segmentation.rejects import Reject
from segmentation.scored_files import Write, parquet_into
from segmentation.scored_tables import Looks
from segmentation.scoring import Columns, Numbers, score
from segmentation.spread_ids import HashFile, write_hashes
from segmentation.stable_hashes import stable_hashes


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for all partitions of a run.

    `model` is the text of `model.json`, `names` are its segments' by their ids; `folder` is where
    parts go, `shares` how many the hashes of all ids are cut into. `compiled` says which form of
    the kernel is worth its start; the rest is as in `How`.
    """

    model: str
    names: Mapping[int, str]
    folder: str
    shares: int
    several: bool
    compiled: bool
    rejecting: bool = False
    doubled: Sequence[str] = ()

    def as_text(self) -> str:
        """The job as `from_text` takes it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> "Job":
        """The job that `as_text` wrote."""
        data = json.loads(text)
        return cls(**data | {"names": {int(key): name for key, name in data["names"].items()}})

    def how(self, model: SegmentModel) -> How:
        """What is done with customers and with rows that are wrong, under the job's model."""
        return How(
            score=partial(_kernel(self.compiled), model.numbers),
            render=Looks(self.names).table,
            rejecting=self.rejecting,
            doubled=frozenset(self.doubled),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a partition: `problems` where it cannot be scored, else what was counted.

    `bins` are customers a bin of the model's baseline, for each feature.
    """

    problems: Sequence[str] = ()
    sizes: Mapping[int, int] = field(default_factory=dict)
    bins: Sequence[Sequence[int]] = ()
    notes: Notes = field(default_factory=Notes)
    ignored: Sequence[str] = ()
    rejects: Sequence[Reject] = ()
    hashes: HashFile | None = None

    def as_json(self) -> bytes:
        """The outcome as `from_json` takes it."""
        plain = replace(self.notes, blanks=dict(self.notes.blanks))  # asdict garbles a Counter
        return json.dumps(asdict(replace(self, notes=plain)), default=_plain).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Outcome":
        """The outcome that `as_json` wrote."""
        data = json.loads(text)
        hashes = data["hashes"]
        return cls(
            problems=data["problems"],
            sizes={int(segment): customers for segment, customers in data["sizes"].items()},
            bins=data["bins"],
            notes=_notes(data["notes"]),
            ignored=data["ignored"],
            rejects=[Reject(**reject) for reject in data["rejects"]],
            hashes=None if hashes is None else HashFile(hashes["url"], tuple(hashes["starts"])),
        )


def score_partition(job: str, partition: str) -> bytes:
    """Score one partition into a part of the run's folder; an `Outcome` as JSON.

    Done twice, as engines do where a machine went away, it writes the same part again.
    """
    try:
        return _scored(Job.from_text(job), Partition.from_text(partition)).as_json()
    except PortfolioError as error:
        return Outcome(problems=error.problems).as_json()
    except OSError as error:
        problem = f"The scored parts cannot be written: {error.strerror or error}."
        return Outcome(problems=[problem]).as_json()


def _scored(job: Job, partition: Partition) -> Outcome:
    model = _model(job.model)
    how = job.how(model)
    sizes = np.zeros(max(job.names) + 1, np.int64)
    bins = [np.zeros(len(feature.counts), np.int64) for feature in model.baseline.features]
    notes, hashes = Notes(), []
    rejects: list[Reject] = []
    ignored: tuple[str, ...] = ()
    with _part(job.folder, partition.number) as write:
        for piece in pieces(partition):
            found = worked(piece, how, several=job.several)
            if found.rendered is not None:
                write(found.rendered, len(found.part))
            sizes += np.bincount(found.scored.segment, minlength=len(sizes))
            counts = model.baseline.count(found.part.values())
            bins = [total + more for total, more in zip(bins, counts, strict=True)]
            notes += found.notes
            rejects += found.rejects
            ignored = piece.ignored
            hashes.append(stable_hashes(found.part.ids))
    url = f"{job.folder}/ids-{partition.number:05d}.u64"
    return Outcome(
        sizes={segment: int(sizes[segment]) for segment in np.flatnonzero(sizes).tolist()},
        bins=[counts.tolist() for counts in bins],
        notes=notes,
        ignored=ignored,
        rejects=rejects,
        hashes=write_hashes(url, hashes, job.shares),
    )


def _kernel(compiled: bool) -> Callable[[Numbers, Columns], Assignments]:
    if not compiled:
        return score
    from segmentation.compiled_scoring import score_compiled

    return score_compiled


@lru_cache(maxsize=2)
def _model(document: str) -> SegmentModel:
    return parsed_model(document, "the model that was sent")


def part_name(number: int) -> str:
    """What the scored part of a partition is called."""
    return f"part-{number:05d}.parquet"


@contextmanager
def _part(folder: str, number: int) -> Iterator[Write]:
    """The part of a partition, which is there when it is whole; object stores do that anyway."""
    system, path = file_system(f"{folder}/{part_name(number)}")
    if is_local(system):
        beside = Path(f"{path}.{uuid4().hex}")
        beside.touch(mode=0o600)
        with parquet_into(beside) as write:
            yield write
        beside.replace(path)
    else:
        with system.open(path, "wb") as file, parquet_into(file) as write:
            yield write


def _plain(cell: Any) -> object:  # noqa: ANN401 - what a cell of a table can hold
    return cell.item() if isinstance(cell, np.generic) else str(cell)


def _notes(data: Mapping[str, Any]) -> Notes:
    return Notes(
        customers=data["customers"],
        blank_rows=_rows(data["blank_rows"]),
        blanks=data["blanks"],
        contradictions={what: _rows(rows) for what, rows in data["contradictions"].items()},
        unusual={column: (_rows(rows), value) for column, (rows, value) in data["unusual"].items()},
    )


def _rows(data: Mapping[str, Any]) -> FoundRows:
    return FoundRows(data["total"], tuple(data["first"]))
