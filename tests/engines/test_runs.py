"""A run on an engine: whole or not at all, in place of the one before, faults told as ever."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from distributed import LocalCluster
from sqlalchemy import text

from segmentation.engines import EngineError
from segmentation.errors import PortfolioError
from segmentation.model import SegmentModel
from segmentation.playbook import load_playbook
from segmentation.portfolio import portfolio_from_frame
from segmentation.portfolio_places import portfolio_at
from segmentation.portfolio_scoring import scored_batches
from segmentation.publishing import publish
from segmentation.rejects import RejectsFile
from segmentation.scored_files import output_at
from segmentation.scored_tables import Looks
from segmentation.scoring_run import Run
from segmentation.store import Store
from tests.conftest import NOON
from tests.engines.running import AS_OF, manifest, run, scored, write


def _on_one_machine(model: SegmentModel, source: Path, out: Path, rejects: Path | None) -> None:
    looks, place = Looks.of(model, load_playbook()), portfolio_at(source)
    aside = None if rejects is None else RejectsFile(rejects)
    output = output_at(out, None, "parquet")
    Run(place, AS_OF, model, looks, output, aside, None, lambda *_: None)()


def test_a_second_run_replaces_the_first(
    model: SegmentModel, in_parts: Path, fewer: Path, tmp_path: Path
) -> None:
    out = tmp_path / "scored"
    assert run(model, in_parts, out).ran.customers == 3_000
    run(model, fewer, out)
    assert sorted(path.name for path in out.iterdir()) == ["_SEGBOT.json", "part-00000.parquet"]
    told = manifest(out)
    assert (told["customers"], told["model"]) == (500, model.fingerprint)
    assert sum(told["sizes"].values()) == len(scored(out)) == 500
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_run_that_is_killed_leaves_the_one_before_and_does_not_hinder_the_next(
    model: SegmentModel, model_dir: Path, in_parts: Path, fewer: Path, tmp_path: Path
) -> None:
    out = tmp_path / "scored"
    run(model, fewer, out)
    before = manifest(out)
    _killed(model_dir, in_parts, str(out))
    assert manifest(out) == before
    assert len(scored(out)) == 500
    run(model, in_parts, out)
    assert len(scored(out)) == manifest(out)["customers"] == 3_000
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_in_an_object_store_the_manifest_names_the_run_that_counts(
    model: SegmentModel, model_dir: Path, in_parts: Path, fewer: Path, shelf: Path
) -> None:
    _killed(model_dir, in_parts, "shelf://bucket/scored")
    assert not (shelf / "bucket/scored/_SEGBOT.json").exists()
    run(model, fewer, "shelf://bucket/scored")
    first = manifest(shelf / "bucket/scored")
    assert len(scored(shelf / "bucket/scored" / first["folder"])) == 500
    _killed(model_dir, in_parts, "shelf://bucket/scored")
    assert manifest(shelf / "bucket/scored") == first
    run(model, in_parts, "shelf://bucket/scored")
    second = manifest(shelf / "bucket/scored")
    assert len(scored(shelf / "bucket/scored" / second["folder"])) == 3_000
    left = {path.parent.name for path in (shelf / "bucket/scored").rglob("*.parquet")}
    assert left == {second["folder"]}


def test_a_portfolio_is_read_from_an_object_store_as_from_a_disk(
    model: SegmentModel, in_parts: Path, shelf: Path, tmp_path: Path
) -> None:
    in_parts.rename(shelf / "portfolio")
    run(model, "shelf://portfolio/*.parquet", "memory://scored/here")
    run(model, "shelf://portfolio", tmp_path / "scored")
    _on_one_machine(model, shelf / "portfolio", tmp_path / "one.parquet", None)
    assert scored(tmp_path / "scored").equals(scored(tmp_path / "one.parquet"))


@pytest.mark.parametrize("out", ["{tmp}/theirs", "shelf://theirs"])
def test_a_folder_that_segbot_did_not_write_is_left_alone(
    model: SegmentModel, in_parts: Path, shelf: Path, tmp_path: Path, out: str
) -> None:
    for folder in (shelf / "theirs", tmp_path / "theirs"):
        folder.mkdir()
        (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(PortfolioError, match="Segbot did not write"):
        run(model, in_parts, out.format(tmp=tmp_path))
    assert (shelf / "theirs/thesis.txt").exists()
    assert (tmp_path / "theirs/thesis.txt").exists()


def test_a_faulty_row_is_told_by_its_file_and_row_and_nothing_is_left(
    model: SegmentModel, customers: pd.DataFrame, in_parts: Path, tmp_path: Path
) -> None:
    wrong = customers.iloc[1_000:2_000].reset_index(drop=True)
    wrong.loc[700, "CREDIT_LIMIT"] = -5
    write(wrong, in_parts / "1.parquet")
    with pytest.raises(PortfolioError) as told:
        run(model, in_parts, tmp_path / "scored")
    assert re.search("“1.parquet”: CREDIT_LIMIT in row 702: must be more than 0", str(told.value))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["portfolio"]


def test_a_customer_who_stands_in_two_parts_is_told_by_both_places(
    model: SegmentModel, customers: pd.DataFrame, in_parts: Path, tmp_path: Path
) -> None:
    again = customers.iloc[2_000:].reset_index(drop=True)
    again.loc[10, "CUST_ID"] = customers["CUST_ID"][5]
    write(again, in_parts / "2.parquet")
    with pytest.raises(PortfolioError) as told:
        run(model, in_parts, tmp_path / "scored")
    assert "7 of “0.parquet” and 12 of “2.parquet”" in str(told.value)
    assert customers["CUST_ID"][5] in str(told.value)
    assert not (tmp_path / "scored").exists()


def test_rejects_are_those_of_one_machine(
    model: SegmentModel, customers: pd.DataFrame, in_parts: Path, tmp_path: Path
) -> None:
    wrong = customers.iloc[2_000:].reset_index(drop=True)
    wrong.loc[3, "TENURE"] = 40
    wrong.loc[10, "CUST_ID"] = customers["CUST_ID"][5]
    write(wrong, in_parts / "2.parquet")
    found = run(model, in_parts, tmp_path / "scored", rejects=tmp_path / "here.csv")
    _on_one_machine(model, in_parts, tmp_path / "one.parquet", tmp_path / "there.csv")
    assert found.ran.rejected == 3
    assert (tmp_path / "here.csv").read_bytes() == (tmp_path / "there.csv").read_bytes()
    assert scored(tmp_path / "scored").equals(scored(tmp_path / "one.parquet"))


def test_the_store_gets_the_same_customers_as_from_one_machine(
    model: SegmentModel, customers: pd.DataFrame, in_parts: Path, store: Store, tmp_path: Path
) -> None:
    def load(batches: object) -> None:
        publish(store, batches, model=model, as_of=AS_OF, source="parts", started_at=NOON)  # type: ignore[arg-type]

    found = run(model, in_parts, tmp_path / "scored", load=load)
    engine_made = _kept(store)
    portfolio = portfolio_from_frame(customers, "made up")
    batches = scored_batches(model, portfolio)
    snapshot = publish(store, batches, model=model, as_of=AS_OF, source="one", started_at=NOON)
    assert _kept(store) == engine_made
    assert snapshot.sizes == found.ran.sizes
    assert found.bins == model.baseline.count(portfolio.values)


def test_a_scheduler_is_asked_by_its_address(
    model: SegmentModel, in_parts: Path, tmp_path: Path
) -> None:
    with LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster:
        run(model, in_parts, tmp_path / "scored", scheduler=cluster.scheduler_address)
    _on_one_machine(model, in_parts, tmp_path / "one.parquet", None)
    assert scored(tmp_path / "scored").equals(scored(tmp_path / "one.parquet"))
    with pytest.raises(EngineError, match="No Dask scheduler answers at nowhere"):
        run(model, in_parts, tmp_path / "scored", scheduler="nowhere")


def test_a_part_that_is_no_parquet_is_refused(
    model: SegmentModel, in_parts: Path, tmp_path: Path
) -> None:
    (in_parts / "3.csv").write_text("CUST_ID\n")
    with pytest.raises(PortfolioError, match=r"“3.csv” in .* is not Parquet"):
        run(model, in_parts, tmp_path / "scored")
    (in_parts / "3.csv").rename(in_parts / "3.parquet")
    with pytest.raises(PortfolioError, match=r"“3.parquet” is damaged or not Parquet"):
        run(model, in_parts, tmp_path / "scored")


def test_parts_hold_what_their_partitions_held_in_that_order(
    model: SegmentModel, in_parts: Path, tmp_path: Path
) -> None:
    run(model, in_parts, tmp_path / "scored")
    for part in range(3):
        ids = pq.read_table(in_parts / f"{part}.parquet")["CUST_ID"].to_pylist()
        there = pq.read_table(tmp_path / "scored" / f"part-{part:05d}.parquet")
        assert there["CUST_ID"].to_pylist() == ids


def _killed(model_dir: Path, source: Path, out: str) -> None:
    script = Path(__file__).with_name("score_and_die.py")
    command = [sys.executable, "-m", f"tests.engines.{script.stem}", model_dir, source, out]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL


def _kept(store: Store) -> list[tuple[object, ...]]:
    with store.engine.connect() as connection:
        query = "SELECT * FROM assignments ORDER BY generation DESC, customer"
        rows = [tuple(row) for row in connection.execute(text(query))]
    newest = [row[1:] for row in rows if row[0] == rows[0][0]]
    assert len(newest) == 3_000
    return newest
