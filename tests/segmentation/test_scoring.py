"""Scored portfolios as files: the agreed columns, whole or not at all, no formulas."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segmentation.errors import PortfolioError
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.portfolio_scoring import scored_batches
from segmentation.scored_files import scored_frame, write_scored


@pytest.fixture
def frame(model: SegmentModel, playbook: Playbook, portfolio: Portfolio) -> pd.DataFrame:
    return scored_frame(model, playbook, portfolio, model.assign(portfolio.values))


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_scored_portfolio_is_written_with_the_agreed_columns(
    frame: pd.DataFrame, portfolio: Portfolio, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"scored{ending}"
    write_scored(frame, path)
    back = pd.read_csv(path, dtype={"CUST_ID": str}) if ending == ".csv" else pd.read_parquet(path)
    assert list(back) == [
        "CUST_ID", "segment", "segment_name", "runner_up", "confidence", "band", "novel",
    ]  # fmt: skip
    assert back["CUST_ID"].tolist() == list(portfolio.ids)
    assert set(back["segment"]) == {0, 1, 2, 3}
    assert set(back["band"]) <= {"low", "medium", "high"}
    assert [path.name for path in tmp_path.iterdir()] == [f"scored{ending}"]


def test_an_id_cannot_become_a_formula(frame: pd.DataFrame, tmp_path: Path) -> None:
    wicked = frame.head(1).assign(CUST_ID="=HYPERLINK(1)")
    write_scored(wicked, tmp_path / "scored.csv")
    assert pd.read_csv(tmp_path / "scored.csv")["CUST_ID"].item() == "'=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("name", "told"), [("scored.xlsx", "neither"), ("nowhere/scored.csv", "does not exist")]
)
def test_an_output_that_cannot_be_written_is_refused(
    frame: pd.DataFrame, tmp_path: Path, name: str, told: str
) -> None:
    with pytest.raises(PortfolioError, match=told):
        write_scored(frame, tmp_path / name)


def test_batches_cover_every_customer_once_in_the_order_of_their_ids(
    model: SegmentModel, portfolio: Portfolio
) -> None:
    many = replace(
        portfolio,
        ids=np.array([f"{n:05d}" for n in range(len(portfolio) * 4)])[::-1],
        values=np.tile(portfolio.values, (4, 1)),
    )
    batches = list(scored_batches(model, many))
    assert len(batches) == 2
    ids = [customer for batch in batches for customer in batch.ids]
    assert ids == sorted(many.ids.tolist())
    assert batches[0].assignments[0] == model.assign_one(many.values[-1])
