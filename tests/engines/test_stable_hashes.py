"""Hashes of ids: the same everywhere and for good, different for different ids."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from segmentation.stable_hashes import stable_hashes


def _hashes(*ids: str, key: int = 0) -> list[int]:
    return [int(found) for found in stable_hashes(pa.array(ids, pa.large_string()), key)]


def test_hashes_are_these_on_every_machine() -> None:
    pinned = [0xDD4940351F3080D7, 0x42A69A396F7092A6]
    assert _hashes("C10001", "a customer with a longer id") == pinned


def test_a_million_ids_have_a_million_hashes() -> None:
    ids = pa.array(np.arange(1_000_000)).cast(pa.string()).cast(pa.large_string())
    assert len(np.unique(stable_hashes(ids))) == 1_000_000


@given(st.lists(st.text(max_size=30), min_size=1, unique=True), st.integers(0, 2**32))
def test_an_ids_hash_does_not_depend_on_its_neighbours(ids: list[str], key: int) -> None:
    together = _hashes(*ids, key=key)
    assert together == [_hashes(one, key=key)[0] for one in ids]
    assert len(set(together)) == len(ids)
    assert together[0] not in _hashes(ids[0], key=key + 1)
