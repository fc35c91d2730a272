"""The kernel in memory: against scikit-learn's pipeline, and against one pass over the memory."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pandas as pd
from joblib import cpu_count

from segmentation.assignment import Assignments
from segmentation.compiled_scoring import score_compiled
from segmentation.scoring import Columns, score
from tests.benchmarks.fitted import fitted
from tests.benchmarks.goals import KERNEL, Goal
from tests.benchmarks.measuring import Comparison, Took, in_turn
from tests.benchmarks.portfolios import columns_of

ROWS = 1_000_000
REPEATS = 5
_BATCH = 32_768  # customers, about as many as `segbot score` has in a piece of a file

Kernel = Callable[[Columns], Assignments]


def compared() -> list[Comparison]:
    """Both kernels with runner-up, confidence, band and novelty, against labels alone."""
    numbers, pipeline = fitted().trained.model.numbers, fitted().pipeline
    columns = columns_of(ROWS)
    frame = pd.DataFrame(columns)
    batches = [*_batches([*columns.values()])]
    with ThreadPoolExecutor(cpu_count()) as pool:

        def scored(kernel: Kernel) -> None:
            list(pool.map(lambda batch: kernel(batch) and None, batches))

        compiled, plain = partial(score_compiled, numbers), partial(score, numbers)
        labels = pipeline.predict(frame)
        for kernel in (compiled, plain):
            found = np.concatenate([each.segment for each in map(kernel, batches)])
            assert np.array_equal(found, labels)
        ours, in_numpy, theirs, memory = in_turn(
            [
                partial(scored, compiled),
                partial(scored, plain),
                partial(pipeline.predict, frame),
                lambda: sum(pool.map(_summed, batches)),
            ],
            REPEATS,
        )
    what, against = f"score {ROWS:,} customers in memory", "pipeline.predict, labels alone"
    return [
        _row(what, ours, against, theirs, KERNEL),
        Comparison(
            "the same, CPU seconds", f"{ours.cpu:.3f} CPU s", against, f"{theirs.cpu:.3f} CPU s",
            theirs.cpu / ours.cpu,
        ),
        _row("the same in NumPy, which answers members", in_numpy, against, theirs, None),
        _row("the first kernel", ours, "one pass over the memory", memory, None),
    ]  # fmt: skip


def _batches(columns: list[np.ndarray]) -> Iterator[list[np.ndarray]]:
    """Each with columns that lie in one piece."""
    for start in range(0, ROWS, _BATCH):
        yield [column[start : start + _BATCH] for column in columns]


def _summed(columns: list[np.ndarray]) -> float:
    return sum(float(column.sum()) for column in columns)


def _row(what: str, ours: Took, against: str, theirs: Took, goal: Goal | None) -> Comparison:
    return Comparison(
        what,
        f"{ours.wall * 1000:.0f} ms ({ours.cpu / ROWS * 1e9:.0f} CPU ns each)",
        against,
        f"{theirs.wall * 1000:.0f} ms",
        theirs.wall / ours.wall,
        goal,
    )
