"""Portfolios in parts, and runs of them on Dask's threads in this process."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from segmentation.engine_runs import EngineRan, EngineRun
from segmentation.engines import OnDone, engine
from segmentation.features import COLUMNS, CUSTOMER_ID, FEATURES
from segmentation.model import SegmentModel
from segmentation.partitions import partitioned_portfolio
from segmentation.playbook import load_playbook
from segmentation.rejects import RejectsFile
from segmentation.scored_tables import Looks

AS_OF = date(2026, 11, 16)
EVERYTHING = [CUSTOMER_ID, *COLUMNS]


def jittered(frame: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    """Customers drawn from others, every figure that need not be whole up to 5 % off."""
    rng = np.random.default_rng(seed)
    drawn = frame.iloc[rng.integers(0, len(frame), rows)].reset_index(drop=True)
    for feature in FEATURES:
        if not feature.whole:
            values = drawn[feature.column].to_numpy() * rng.uniform(0.95, 1.05, rows)
            drawn[feature.column] = np.clip(values, feature.minimum, feature.maximum)
    drawn[CUSTOMER_ID] = [f"J{seed}-{number:08d}" for number in range(rows)]
    return drawn


def write(frame: pd.DataFrame, path: Path, group: int = 100_000) -> None:
    """A part of a portfolio."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pandas(frame[EVERYTHING], preserve_index=False)
    pq.write_table(table, path, row_group_size=group)


def run(
    model: SegmentModel,
    source: Path | str,
    out: Path | str,
    rejects: Path | None = None,
    load: Callable[..., object] | None = None,
    on_done: OnDone = lambda _: None,
    scheduler: str = "threads",
) -> EngineRan:
    """Score a portfolio on Dask, on its threads unless told."""
    looks = Looks.of(model, load_playbook())
    aside = None if rejects is None else RejectsFile(rejects)
    portfolio = partitioned_portfolio(str(source))
    with engine("dask", scheduler) as each:
        return EngineRun(portfolio, model, looks, str(out), AS_OF, aside, load, on_done)(each)


def scored(folder: Path) -> pa.Table:
    """What stands in scored files, in their order, whatever their texts are coded by."""
    table = ds.dataset(folder, format="parquet").to_table()
    columns = [
        column.combine_chunks().dictionary_decode()
        if pa.types.is_dictionary(column.type)
        else column.combine_chunks()
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


def manifest(folder: Path) -> dict[str, Any]:
    """What a folder of scored parts says of itself."""
    told: dict[str, Any] = json.loads((folder / "_SEGBOT.json").read_text(encoding="utf-8"))
    return told
