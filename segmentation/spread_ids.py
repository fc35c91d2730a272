"""Whether a customer stands twice in a portfolio that many machines read, in bounded memory.

Each partition leaves the hashes of its ids in a file, sorted. Shares of all hashes are then looked
through side by side: a share is one stretch of each file. Equal hashes are held against the ids
themselves, so that nobody is taken for a double by chance.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from segmentation.errors import PortfolioError
from segmentation.partitions import Partition, file_system, pieces
from segmentation.portfolio_scan import MOST_DOUBLED, checked
from segmentation.stable_hashes import Hashes, stable_hashes
from segmentation.wording import quoted

_SHARE: Final = 2_000_000  # hashes of a share: 16 MB, and as much again to sort them
_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class HashFile:
    """A file of sorted hashes: share s lies between `starts[s]` and `starts[s + 1]` in it."""

    url: str
    starts: tuple[int, ...]


def shares_for(rows: int) -> int:
    """Into how many shares the hashes of so many ids are cut."""
    return max(-(-rows // _SHARE), 1)


def write_hashes(url: str, found: Sequence[Hashes], shares: int) -> HashFile:
    """Leave the hashes of a partition in a file."""
    hashes = np.sort(np.concatenate([np.empty(0, np.uint64), *found]))
    limits = np.array([2**64 * share // shares for share in range(1, shares)], np.uint64)
    inner = np.searchsorted(hashes, limits).tolist()
    system, path = file_system(url)
    with system.open(path, "wb") as file:
        file.write(hashes.astype("<u8").tobytes())
    return HashFile(url, (0, *inner, len(hashes)))


def share_text(files: Sequence[HashFile], share: int) -> str:
    """What a worker has to know to look through a share."""
    return json.dumps([[file.url, *file.starts[share : share + 2]] for file in files])


def doubled_hashes(_: str, share: str) -> bytes:
    """The hashes of a share that stand twice, as JSON: how many, which, and in which files.

    A worker's job; the files are told by their places in the share. Of too many hashes, which end
    the run, not all are told.
    """
    found = {}
    for number, (url, start, stop) in enumerate(json.loads(share)):
        if start < stop:
            system, path = file_system(url)
            with system.open(path, "rb") as file:
                file.seek(start * _BYTES)
                found[number] = np.frombuffer(file.read((stop - start) * _BYTES), "<u8")
    hashes = np.concatenate([np.empty(0, np.uint64), *found.values()])
    hashes.sort()
    repeated = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
    shown = repeated[: MOST_DOUBLED + 1]
    files = [number for number, some in found.items() if len(shown) and np.isin(some, shown).any()]
    return _doubled(len(repeated), shown.tolist(), files)


def _doubled(count: int, shown: list[int], files: list[int]) -> bytes:
    return json.dumps({"count": count, "hashes": shown, "files": files}).encode()


def doubled_ids(
    answers: Sequence[bytes], partitions: Sequence[Partition], *, rejecting: bool
) -> dict[str, list[str]]:
    """The ids that stand twice, each with its rows, by what `doubled_hashes` found of each share.

    `partitions` are those that the hash files are of, in that order. Raises PortfolioError where
    there are more than `MOST_DOUBLED`.
    """
    found = [json.loads(answer) for answer in answers]
    if sum(answer["count"] for answer in found) > MOST_DOUBLED:
        problem = f"More than {MOST_DOUBLED:,} customers appear more than once: mend the export."
        raise PortfolioError([problem])
    hashes = np.array([one for answer in found for one in answer["hashes"]], np.uint64)
    where: dict[str, list[str]] = {}
    for place in sorted({place for answer in found for place in answer["files"]}):
        for customer, row in _rows_of(partitions[place], hashes, rejecting):
            where.setdefault(customer, []).append(row)
    return {customer: rows for customer, rows in where.items() if len(rows) > 1}


def _rows_of(partition: Partition, hashes: Hashes, rejecting: bool) -> Iterator[tuple[str, str]]:
    """The ids of a partition that have one of some hashes, each with its row."""
    for piece in pieces(partition):
        part, _, _ = checked(piece, rejecting)
        for at in np.flatnonzero(np.isin(stable_hashes(part.ids), hashes)).tolist():
            yield part.ids[at].as_py(), f"{part.rows[at]} of {quoted(part.file)}"
