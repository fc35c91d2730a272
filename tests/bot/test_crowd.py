"""Fifty members at once: nothing is lost, nothing is answered twice, nothing comes too late."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from bot.local_workspace import LocalWorkspace, Redelivery
from bot.manifest import manifest
from segmentation.synthetic import synthetic_portfolio
from tests.benchmarks.crowd import LIST, at_work, prepared, seconds_until_scored
from tests.crowd import CHANNELS, CROWD, MEMBERS, visits

EACH = 6


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_crowd_is_answered_once_each_while_a_long_list_is_scored(tmp_path: Path) -> None:
    """The workspace gives up after Slack's three seconds, which a visit counts as a failure."""
    frame = synthetic_portfolio(LIST, np.random.default_rng(1))
    prepared(tmp_path, frame.head(5_000))
    ids = [str(customer) for customer in frame["CUST_ID"].head(5_000)]
    workspace = LocalWorkspace(
        manifest(), members=MEMBERS, channels=CHANNELS, redeliver=Redelivery(every=3)
    )
    with workspace.running(), at_work(workspace, tmp_path), ThreadPoolExecutor() as pool:
        content = frame.to_csv(index=False).encode()
        scored = pool.submit(seconds_until_scored, workspace, content)
        found = visits(workspace, ids, EACH, pause=0.5)
        assert scored.result() > 0
    assert Counter(visit.answers for visit in found) == {1: CROWD * EACH}
    assert all(visit.acknowledged is not None for visit in found)
    assert workspace.problems == ()
