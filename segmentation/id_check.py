"""Whether a customer stands twice in a portfolio of any size, found out in bounded memory.

Ids that ascend cannot repeat. Of others 64-bit hashes are kept in a temporary file, sorted a share
at a time at the end; two ids with one hash (at 100 million customers once in 3,700 portfolios, by
the birthday bound n² / 2⁶⁵) are told apart when the rows are looked up.
"""

from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segmentation.temporary import put

Hashes = NDArray[np.uint64]
_GLANCE: Final = 16  # ids that nearly always tell whether all ascend
_AT_ONCE: Final = 8_000_000  # hashes sorted in memory: 64 MB


@dataclass(frozen=True, slots=True)
class MetIds:
    """The ids of a part: their hashes, shape (n,), and whether they ascend from first to last."""

    hashes: Hashes
    ascend: bool
    first: str
    last: str


def met(ids: pa.Array) -> MetIds:
    """What `IdCheck` needs to know of n ids, at least one."""
    ascend = _ascend(ids[:_GLANCE]) and _ascend(ids)
    return MetIds(hashes(ids), ascend, ids[0].as_py(), ids[-1].as_py())


def _ascend(ids: pa.Array) -> bool:
    return len(ids) < 2 or bool(pc.all(pc.less(ids[:-1], ids[1:])).as_py())


def hashes(ids: pa.Array) -> Hashes:
    """A hash of each id, the same within one process."""
    found: Hashes = pl.Series(values=ids).hash().to_numpy()
    return found


class IdCheck:
    """The ids met so far, part by part; to be closed, since it holds a temporary file."""

    def __init__(self) -> None:
        self._file = TemporaryFile(buffering=0)  # noqa: SIM115 - closed with this object
        self._count = 0
        self._ascend = True
        self._last: str | None = None

    def close(self) -> None:
        """Let the temporary file go."""
        self._file.close()

    def add(self, ids: MetIds) -> None:
        """Take note of a part's ids."""
        follows = self._last is None or self._last.encode() < ids.first.encode()
        self._ascend = self._ascend and ids.ascend and follows
        self._last = ids.last
        self._count += len(ids.hashes)
        put(self._file, ids.hashes.data)

    def doubled(self) -> Hashes:
        """The hashes that were met more than once, ascending."""
        if self._ascend:
            return np.empty(0, np.uint64)
        shares = -(-self._count // _AT_ONCE)
        width = 2**64 // shares + 1
        found = [_repeated(self._between(s * width, (s + 1) * width - 1)) for s in range(shares)]
        return np.concatenate(found)

    def _between(self, low: int, high: int) -> Hashes:
        self._file.seek(0)
        taken = []
        while data := self._file.read(_AT_ONCE):
            some = np.frombuffer(data, np.uint64)
            taken.append(some[(some >= low) & (some <= min(high, 2**64 - 1))])
        return np.concatenate(taken)


def _repeated(some: Hashes) -> Hashes:
    some = np.sort(some)
    return np.unique(some[1:][some[1:] == some[:-1]])
