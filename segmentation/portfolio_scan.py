"""A portfolio of any size gone through in order: checked, scored and rendered, on two cores.

One thread reads and parses, which Polars and Arrow do in one long call a piece; another does
everything else. Two that did all of it would take longer: NumPy's calls are so short that the
threads spend their time handing Python's lock to each other. Only a few pieces are in memory.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa

from segmentation.assignment import Assignments
from segmentation.errors import PortfolioError
from segmentation.id_check import Hashes, IdCheck, MetIds, hashes, met
from segmentation.portfolio_notes import Notes, noted
from segmentation.portfolio_parts import Part
from segmentation.portfolio_pieces import CsvPiece, TablePiece, pieces
from segmentation.portfolio_places import PortfolioPlace
from segmentation.portfolio_text import FIRST_ROW, no_customers
from segmentation.rejects import Reject, as_rejects
from segmentation.scored_files import Rendered
from segmentation.scoring import Columns
from segmentation.wording import FEW, first_few, quoted

MOST_DOUBLED: Final = 1_000_000  # customers that may stand twice and be told apart
_AHEAD: Final = 2  # pieces
_TWICE: Final = "The same id stands in another row too: keep one row for each customer."

Piece = CsvPiece | TablePiece


@dataclass(frozen=True, slots=True)
class How:
    """What is done with customers, and with rows that are wrong.

    `score` is the kernel under one model, `render` makes output of scored customers, if any is
    wanted. Where `rejecting`, rows that cannot be scored come back as rejects, and so do all rows
    of the ids in `doubled`; else the first of them ends the scan.
    """

    score: Callable[[Columns], Assignments]
    render: Callable[[pa.Array, Assignments], Rendered] | None = None
    rejecting: bool = False
    doubled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class ScoredPart:
    """A part with what came of it; `end` is how many bytes of the portfolio were read by then.

    `rows_read` are the rows that were looked at, blank ones and rejects among them.
    """

    part: Part
    scored: Assignments
    rendered: Rendered | None
    rejects: tuple[Reject, ...]
    notes: Notes
    met: MetIds | None
    ignored: tuple[str, ...]
    rows_read: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """A piece looked at, `part` being its customers where all of it is sound.

    `before` is how many bytes lie in the files before the piece's own.
    """

    piece: Piece
    before: int
    part: Part | None


def scan(place: PortfolioPlace, how: How, ids: IdCheck) -> Iterator[ScoredPart]:
    """All customers of a portfolio, part by part; `ids` takes note of each id.

    Raises PortfolioError for the first piece that holds something wrong, with all that is wrong in
    it, unless rows are rejected; and where there is no customer at all.
    """
    customers = rejected = 0
    with closing(_looked_at(place)) as looked_at, ThreadPoolExecutor(1) as reader:
        for found in _numbered(_ahead(reader, looked_at), how, several=len(place.files) > 1):
            if found.met is not None:
                ids.add(found.met)
            customers += len(found.part)
            rejected += len(found.rejects)
            yield found
    if not customers and not rejected:
        raise no_customers(place.name)


def _looked_at(place: PortfolioPlace) -> Generator[_Looked]:
    """Every piece, read and looked at."""
    before = 0
    for file in place.files:
        for piece in pieces(file):
            yield _Looked(piece, before, piece.sound())
        before += file.stat().st_size


def _ahead(reader: ThreadPoolExecutor, looked_at: Generator[_Looked]) -> Iterator[_Looked]:
    """The same, a few of them read ahead."""
    waiting = deque(reader.submit(next, looked_at, None) for _ in range(_AHEAD))
    while (found := waiting.popleft().result()) is not None:
        waiting.append(reader.submit(next, looked_at, None))
        yield found


def _numbered(looked_at: Iterable[_Looked], how: How, *, several: bool) -> Iterator[ScoredPart]:
    """What comes of each piece, with the right row numbers.

    Pieces are numbered by their lines. Where a cell was found to hold line ends, those after it
    are looked at anew with the numbers of their rows.
    """
    too_many = 0
    for each in looked_at:
        piece, part = each.piece, each.part
        if piece.first_row == FIRST_ROW:
            too_many = 0
        if too_many:
            piece = replace(piece, first_row=piece.first_row - too_many)
            part = piece.sound()
        found = _scored(piece, part, each.before, how, several=several)
        too_many += piece.lines - found.rows_read
        yield found


def worked(piece: Piece, how: How, *, several: bool) -> ScoredPart:
    """A piece checked, scored and rendered; PortfolioError with all that is wrong in it.

    `several` says whether the portfolio has more than the piece's file.
    """
    return _scored(piece, piece.sound(), 0, how, several=several)


def _scored(
    piece: Piece, sound: Part | None, before: int, how: How, *, several: bool
) -> ScoredPart:
    """As `worked`: `sound` are the customers of a piece in which nothing is wrong, and `before`
    is how many bytes lie in the files before its own.
    """
    part, rejects, rows_read = _checked(piece, sound, how.rejecting)
    if how.doubled:
        twice = np.isin(part.ids.to_numpy(zero_copy_only=False), [*how.doubled])
        rejects += as_rejects(part, np.flatnonzero(twice).tolist(), _TWICE)
        part = part.kept(~twice)
    scored = how.score(part.columns)
    return ScoredPart(
        part=part,
        scored=scored,
        rendered=how.render(part.ids, scored) if how.render and len(part) else None,
        rejects=tuple(sorted(rejects, key=lambda reject: reject.row)),
        notes=noted(part.columns, part.rows, part.blank_rows, part.file if several else None),
        met=met(part.ids) if len(part) else None,
        ignored=piece.ignored,
        rows_read=rows_read,
        end=before + piece.end,
    )


def checked(piece: Piece, rejecting: bool) -> tuple[Part, list[Reject], int]:
    """The customers of a piece, its rejects, and how many rows it has.

    Raises PortfolioError with all that is wrong in it where rows are not to be rejected.
    """
    return _checked(piece, piece.sound(), rejecting)


def _checked(piece: Piece, sound: Part | None, rejecting: bool) -> tuple[Part, list[Reject], int]:
    if sound is not None:
        return sound, [], piece.lines
    from segmentation.portfolio_mending import mended_part, sorted_part

    part, rejects = sorted_part(piece) if rejecting else (mended_part(piece), [])
    return part, rejects, piece.rows_read()


def doubled_ids(place: PortfolioPlace, found: Hashes, how: How) -> dict[str, list[str]]:
    """The ids behind hashes that were met more than once, each with the rows that it stands in.

    Raises PortfolioError where there are more than `MOST_DOUBLED`.
    """
    rows: dict[str, list[str]] = {}
    several = len(place.files) > 1
    with closing(IdCheck()) as ids:
        for part in (each.part for each in scan(place, replace(how, render=None), ids)):
            of_file = f" of {quoted(part.file)}" if several else ""
            for at in np.flatnonzero(np.isin(hashes(part.ids), found)) if len(part) else ():
                rows.setdefault(part.ids[int(at)].as_py(), []).append(f"{part.rows[at]}{of_file}")
            if len(rows) > MOST_DOUBLED:
                many = f"More than {MOST_DOUBLED:,} customers appear more than once: "
                raise PortfolioError([many + "mend the export."])
    return {customer: where for customer, where in rows.items() if len(where) > 1}


def doubled_problem(doubled: Mapping[str, Sequence[str]]) -> str:
    """What to say of customers that appear more than once."""
    shown = [
        f"{quoted(customer)} in rows {first_few(where, len(where))}"
        for customer, where in [*doubled.items()][:FEW]
    ]
    many = len(doubled)
    stand = "One customer appears" if many == 1 else f"{many:,} customers appear"
    return f"{stand} more than once: {first_few(shown, many)}. Keep one row for each."
