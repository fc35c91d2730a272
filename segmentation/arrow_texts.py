"""The bytes of an Arrow array of texts, seen without copying them."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def letters_of(ids: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """The bytes of n texts one after the other, and where each begins and the last ends: n + 1."""
    _, offsets, data = ids.buffers()
    ends = np.frombuffer(offsets, np.int64)[ids.offset : ids.offset + len(ids) + 1]
    if data is None:
        return ends, np.empty(0, np.uint8)
    return ends - ends[0], np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
