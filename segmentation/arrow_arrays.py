"""Arrow arrays from NumPy's and back without a copy, and without pandas.

`pyarrow.array` loads pandas to ask whether it was given some of that; at every start of a scoring
run this costs 0.3 CPU seconds and 40 MB.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray


def arrow_numbers(values: NDArray[np.number]) -> pa.Array:
    """Numbers, shape (n,), as an Arrow array of their kind."""
    even = np.ascontiguousarray(values)
    kind = pa.from_numpy_dtype(even.dtype)
    return pa.Array.from_buffers(kind, len(even), [None, pa.py_buffer(even)])


def arrow_flags(values: NDArray[np.bool_]) -> pa.Array:
    """Flags, shape (n,), as an Arrow array."""
    bits = np.packbits(values, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(bits)])


def arrow_texts(values: Sequence[str]) -> pa.Array:
    """Texts as an Arrow array of large strings."""
    return pl.Series(values=values, dtype=pl.String).to_arrow(compat_level=pl.CompatLevel.oldest())


def letters_of(ids: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """The bytes of n texts one after the other, and where each begins and the last ends: n + 1."""
    _, offsets, data = ids.buffers()
    ends = np.frombuffer(offsets, np.int64)[ids.offset : ids.offset + len(ids) + 1]
    if data is None:
        return ends, np.empty(0, np.uint8)
    return ends - ends[0], np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
