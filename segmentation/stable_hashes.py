"""A 64-bit hash of each id, the same on every machine, in every process and for good.

The steps that mix the bits are those of SplitMix64 (Steele, Lea and Flood, 2014).
"""

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentation.arrow_arrays import letters_of

Hashes = NDArray[np.uint64]
_WORD: Final = 8  # bytes that are mixed in at a time
_GAMMA: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


def stable_hashes(ids: pa.Array, key: int = 0) -> Hashes:
    """Hashes of n ids, an array of large strings without nulls; another key gives others."""
    starts, letters = letters_of(ids)
    places, lengths = starts[:-1], np.diff(starts)
    padded = letters.tobytes() + bytes(_WORD)
    words = np.ndarray((len(letters) + 1,), "<u8", padded, strides=(1,))
    start = np.uint64(int(_GAMMA) * (key + 1) % 2**64)
    found = _mixed(lengths.astype(np.uint64) + start)
    for offset in range(0, int(lengths.max(initial=0)), _WORD):
        left = lengths - offset
        longer = np.flatnonzero(left > 0)
        word = words[places[longer] + offset].astype(np.uint64)
        cut = np.maximum(_WORD - left[longer], 0).astype(np.uint64) * np.uint64(_WORD)
        word = word << cut  # of the last word only the bytes that are the id's
        found[longer] = _mixed(found[longer] ^ word) + _GAMMA
    return found


def _mixed(bits: Hashes) -> Hashes:
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    return bits ^ (bits >> np.uint64(31))
