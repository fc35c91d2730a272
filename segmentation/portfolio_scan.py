"""A portfolio of any size gone through in order: checked, scored and rendered on all cores.

Pieces are read one after the other and worked on side by side; what comes of them comes back in
the order of the file, and only a few pieces are in memory at a time.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa
from joblib import cpu_count

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


_Work = Callable[[Piece, int], ScoredPart]
_InWork = tuple[Piece, int, "Future[ScoredPart]"]


def scan(place: PortfolioPlace, how: How, ids: IdCheck) -> Iterator[ScoredPart]:
    """All customers of a portfolio, part by part; `ids` takes note of each id.

    Raises PortfolioError for the first piece that holds something wrong, with all that is wrong in
    it, unless rows are rejected; and where there is no customer at all.
    """
    customers = rejected = 0
    several = len(place.files) > 1

    def work(piece: Piece, before: int) -> ScoredPart:
        return worked(piece, before, how, several)

    with ThreadPoolExecutor(cpu_count()) as pool:
        for found in _numbered(_in_order(pool, work, _all(place)), work):
            if found.met is not None:
                ids.add(found.met)
            customers += len(found.part)
            rejected += len(found.rejects)
            yield found
    if not customers and not rejected:
        raise no_customers(place.name)


def _all(place: PortfolioPlace) -> Iterator[tuple[Piece, int]]:
    """Every piece, and how many bytes lie in the files before its own."""
    before = 0
    for file in place.files:
        for piece in pieces(file):
            yield piece, before
        before += file.stat().st_size


def _in_order(
    pool: ThreadPoolExecutor, work: _Work, items: Iterable[tuple[Piece, int]]
) -> Iterator[_InWork]:
    waiting: deque[_InWork] = deque()
    for piece, before in items:
        waiting.append((piece, before, pool.submit(work, piece, before)))
        if len(waiting) > cpu_count() + 1:
            yield waiting.popleft()
    yield from waiting


def _numbered(pieces_in_work: Iterable[_InWork], work: _Work) -> Iterator[ScoredPart]:
    """What came of each piece, with the right row numbers.

    Pieces are numbered by their lines. Where a cell was found to hold line ends, those after it
    are worked on anew with the numbers of their rows.
    """
    too_many = 0
    for piece, before, future in pieces_in_work:
        if piece.first_row == FIRST_ROW:
            too_many = 0
        if too_many:
            future.exception()  # over, whatever it found
            found = work(replace(piece, first_row=piece.first_row - too_many), before)
        else:
            found = future.result()
        too_many += piece.lines - found.rows_read
        yield found


def worked(piece: Piece, before: int, how: How, several: bool) -> ScoredPart:
    """A piece checked, scored and rendered; PortfolioError with all that is wrong in it.

    `before` is how many bytes lie in the files before the piece's own, `several` whether the
    portfolio has more than one.
    """
    part, rejects, rows_read = checked(piece, how.rejecting)
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
    part = piece.sound()
    if part is not None:
        return part, [], piece.lines
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
