"""Portfolios of any size into files: every customer once, the same answers, whole or not at all."""

import gzip
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from segmentation.errors import PortfolioError
from segmentation.features import COLUMNS
from segmentation.model import SegmentModel
from segmentation.model_folder import save
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio, portfolio_from_frame
from segmentation.portfolio_places import portfolio_at
from segmentation.portfolio_scoring import scored_batches
from segmentation.rejects import RejectsFile
from segmentation.scored_batches import ScoredBatch
from segmentation.scored_files import output_at
from segmentation.scored_folders import MANIFEST
from segmentation.scored_tables import Looks
from segmentation.scoring_run import Ran, Run
from segmentation.training import TrainedModel

MANY = 20_000  # some 3 MB of text: more than one piece
Score = Callable[..., Ran]


@pytest.fixture(scope="module")
def many(portfolio: Portfolio) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    rows = rng.integers(0, len(portfolio), MANY)
    frame = pd.DataFrame(portfolio.values[rows], columns=COLUMNS)
    frame.insert(0, "CUST_ID", [f"C{number}" for number in rng.permutation(MANY) + 100_000])
    return frame


@pytest.fixture
def score(model: SegmentModel, playbook: Playbook) -> Score:
    """Score what lies at a path into another."""

    def score_it(
        path: Path, out: Path | None, rejects: Path | None = None, form: str | None = None,
        load: Callable[..., object] | None = None,
    ) -> Ran:  # fmt: skip
        place = portfolio_at(path)
        return Run(
            place=place,
            as_of=date(2026, 11, 16),
            model=model,
            looks=Looks.of(model, playbook),
            output=None if out is None else output_at(out, form, place.format),
            rejects=None if rejects is None else RejectsFile(rejects),
            load=load,
            on_part=lambda *_: None,
        )()

    return score_it


def read(path: Path) -> pd.DataFrame:
    """A scored file, or a folder of parts, in its order."""
    if path.is_dir():
        return pd.concat([read(part) for part in sorted(path.glob("part-*"))], ignore_index=True)
    if path.suffix == ".parquet":
        return pd.read_parquet(path).astype({"segment_name": str, "band": str})
    return pd.read_csv(path, dtype={"CUST_ID": str})


@pytest.fixture
def expected(many: pd.DataFrame, model: SegmentModel, playbook: Playbook) -> pd.DataFrame:
    scored = model.assign(portfolio_from_frame(many, "many").values)
    names = {segment.id: playbook.play(segment).name for segment in model.segments}
    return pd.DataFrame(
        {
            "CUST_ID": many["CUST_ID"],
            "segment": scored.segment,
            "segment_name": [names[segment] for segment in scored.segment.tolist()],
            "runner_up": scored.runner_up,
            "confidence": scored.confidence.round(4),
            "band": scored.band_names(),
            "novel": scored.novel,
        }
    )


def _quoted(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, quoting=2)


def _semicolons(frame: pd.DataFrame, path: Path) -> None:
    frame.assign(note="x").to_csv(path, index=False, sep=";", lineterminator="\r\n")


def _plain(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False)


def _packed(frame: pd.DataFrame, path: Path) -> None:
    with pa.output_stream(path, compression="detect") as file:
        file.write(frame.to_csv(index=False).encode())


def _with_words(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, na_rep="NA")


def _one_group(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False)


def _small_groups(frame: pd.DataFrame, path: Path) -> None:
    frame.iloc[:, ::-1].to_parquet(path, index=False, row_group_size=700)


def _parts(frame: pd.DataFrame, path: Path) -> None:
    path.mkdir()
    (path / "_SUCCESS").touch()
    for number, start in enumerate(range(0, MANY, 7_000)):
        part = frame.iloc[start : start + 7_000]
        part.to_parquet(path / f"part-{number}.parquet", index=False)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("plain.csv", _plain),
        ("quoted.csv", _quoted),
        ("semicolons.csv", _semicolons),
        ("packed.csv.gz", _packed),
        ("packed.csv.zst", _packed),
        ("words.csv", _with_words),
        ("table.parquet", _one_group),
        ("groups.parquet", _small_groups),
        ("folder", _parts),
    ],
)
@pytest.mark.parametrize("out", ["scored.csv", "scored.parquet"])
def test_every_customer_gets_the_models_answer_in_the_order_of_the_portfolio(
    name: str,
    write: Callable[[pd.DataFrame, Path], None],
    out: str,
    many: pd.DataFrame,
    expected: pd.DataFrame,
    score: Score,
    tmp_path: Path,
) -> None:
    write(many, tmp_path / name)
    ran = score(tmp_path / name, tmp_path / out)
    found = read(tmp_path / out)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert ran.customers == MANY
    assert ran.sizes == expected["segment"].value_counts().to_dict()
    assert {path.name for path in tmp_path.iterdir()} == {name, out}


def test_parts_are_written_into_a_folder_that_a_second_run_replaces(
    many: pd.DataFrame, expected: pd.DataFrame, score: Score, tmp_path: Path
) -> None:
    many.to_csv(tmp_path / "many.csv", index=False)
    for form in ("csv", "parquet"):
        score(tmp_path / "many.csv", tmp_path / "scored", form=form)
        pd.testing.assert_frame_equal(read(tmp_path / "scored"), expected, check_dtype=False)
        names = {path.name for path in (tmp_path / "scored").iterdir()}
        assert names == {MANIFEST, f"part-00000.{form}"}
    assert {path.name for path in tmp_path.iterdir()} == {"many.csv", "scored"}


def test_a_folder_of_somebody_elses_is_never_replaced(
    many: pd.DataFrame, score: Score, tmp_path: Path
) -> None:
    many.to_csv(tmp_path / "many.csv", index=False)
    theirs = tmp_path / "scored" / "holiday.jpg"
    theirs.parent.mkdir()
    theirs.touch()
    with pytest.raises(PortfolioError, match="holds files that Segbot did not write"):
        score(tmp_path / "many.csv", tmp_path / "scored")
    assert theirs.exists()


@pytest.mark.parametrize("name", ["scored.csv", "scored"])
def test_a_run_that_is_killed_leaves_what_was_there_and_the_next_one_succeeds(
    name: str,
    many: pd.DataFrame,
    expected: pd.DataFrame,
    trained: TrainedModel,
    score: Score,
    tmp_path: Path,
) -> None:
    save(trained, tmp_path / "model")
    (tmp_path / "out").mkdir()
    many.to_csv(tmp_path / "many.csv", index=False)
    many.head(100).to_csv(tmp_path / "few.csv", index=False)
    score(tmp_path / "few.csv", tmp_path / "out" / name)
    before = read(tmp_path / "out" / name)
    places = [str(tmp_path / place) for place in ("many.csv", "model", f"out/{name}")]
    died = subprocess.run(
        [sys.executable, "-m", "tests.segmentation.score_and_die", *places], check=False
    )
    assert died.returncode == -signal.SIGKILL
    pd.testing.assert_frame_equal(read(tmp_path / "out" / name), before)
    assert [path.name for path in (tmp_path / "out").glob("[!.]*")] == [name]
    score(tmp_path / "many.csv", tmp_path / "out" / name)
    pd.testing.assert_frame_equal(read(tmp_path / "out" / name), expected, check_dtype=False)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name]


def test_a_pattern_names_the_parts(many: pd.DataFrame, score: Score, tmp_path: Path) -> None:
    for number in range(3):
        many.iloc[number::3].to_csv(tmp_path / f"part-{number}.csv", index=False)
    ran = score(tmp_path / "part-[01].csv", tmp_path / "scored.csv")
    assert ran.customers == len(many.iloc[0::3]) + len(many.iloc[1::3])


def test_fresh_lines_inside_a_quoted_cell_do_not_shift_the_row_numbers(
    many: pd.DataFrame, score: Score, tmp_path: Path
) -> None:
    noted = many.assign(note=["two\nlines" if row % 7 == 0 else "one" for row in range(MANY)])
    noted.loc[MANY - 3, "TENURE"] = 99
    noted.to_csv(tmp_path / "many.csv", index=False)
    with pytest.raises(PortfolioError, match=f"TENURE in row {MANY - 3 + 2}: "):
        score(tmp_path / "many.csv", tmp_path / "scored.csv")


def test_the_first_rows_that_are_wrong_are_named_and_nothing_is_written(
    many: pd.DataFrame, score: Score, tmp_path: Path
) -> None:
    wrong = many.astype({"BALANCE": object})
    wrong.loc[MANY - 10, "BALANCE"] = "much"
    wrong.loc[MANY - 5, "CREDIT_LIMIT"] = -1
    wrong.to_csv(tmp_path / "many.csv", index=False)
    (tmp_path / "scored.csv").write_text("as it was")
    with pytest.raises(PortfolioError) as told:
        score(tmp_path / "many.csv", tmp_path / "scored.csv")
    sound, *problems = told.value.problems
    assert sound.startswith("Rows before ")
    assert sound.endswith("of “many.csv” are sound; then:")
    assert f"row {MANY - 10 + 2} has “much”" in problems[0]
    assert f"CREDIT_LIMIT in row {MANY - 5 + 2}: must be more than 0" in problems[1]
    assert (tmp_path / "scored.csv").read_text() == "as it was"
    assert {path.name for path in tmp_path.iterdir()} == {"many.csv", "scored.csv"}


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_rejected_rows_stand_aside_with_their_reasons_and_all_others_are_scored(
    ending: str, many: pd.DataFrame, expected: pd.DataFrame, score: Score, tmp_path: Path
) -> None:
    wrong = many.copy()
    wrong.loc[4, "TENURE"] = 99
    wrong.loc[MANY - 1, "CUST_ID"] = "  "
    wrong.loc[[7, MANY - 9], "CUST_ID"] = "=TWIN"
    path = tmp_path / f"many.{ending}"
    if ending == "csv":
        wrong.to_csv(path, index=False)
    else:
        wrong.to_parquet(path, index=False)
    ran = score(path, tmp_path / "scored.csv", tmp_path / "rejects.csv")
    assert (ran.customers, ran.rejected) == (MANY - 4, 4)
    kept = expected.drop([4, 7, MANY - 9, MANY - 1]).reset_index(drop=True)
    pd.testing.assert_frame_equal(read(tmp_path / "scored.csv"), kept, check_dtype=False)
    rejects = pd.read_csv(tmp_path / "rejects.csv", dtype=str).set_index("row")
    assert [*rejects.index] == ["6", "9", str(MANY - 9 + 2), str(MANY + 1)]
    assert "TENURE must be from 1 to 12, not 99." in rejects.loc["6", "reason"]
    assert rejects.loc["6", "TENURE"] in ("99", "99.0")
    assert "another row" in rejects.loc["9", "reason"]
    assert rejects.loc["9", "CUST_ID"] == "'=TWIN"
    assert rejects.loc[str(MANY + 1), "reason"] == "CUST_ID is blank."


def test_no_file_of_rejects_is_left_where_nothing_was_rejected(
    many: pd.DataFrame, score: Score, tmp_path: Path
) -> None:
    many.to_csv(tmp_path / "many.csv", index=False)
    (tmp_path / "rejects.csv").write_text("of the run before")
    ran = score(tmp_path / "many.csv", tmp_path / "scored.csv", tmp_path / "rejects.csv")
    assert ran.rejected == 0
    assert not (tmp_path / "rejects.csv").exists()


@pytest.mark.parametrize("in_parts", [False, True])
def test_a_customer_who_stands_twice_is_found_however_far_apart(
    in_parts: bool, many: pd.DataFrame, score: Score, tmp_path: Path
) -> None:
    twice = many.copy()
    twice.loc[MANY - 2, "CUST_ID"] = twice.loc[3, "CUST_ID"]
    if in_parts:
        (tmp_path / "parts").mkdir()
        twice.iloc[:10].to_csv(tmp_path / "parts" / "a.csv", index=False)
        twice.iloc[10:].to_csv(tmp_path / "parts" / "b.csv", index=False)
        where, rows = "parts", f"rows 5 of “a.csv” and {MANY - 10} of “b.csv”"
    else:
        twice.to_csv(tmp_path / "many.csv", index=False)
        where, rows = "many.csv", f"rows 5 and {MANY}"
    with pytest.raises(PortfolioError) as told:
        score(tmp_path / where, tmp_path / "scored.csv")
    assert rows in str(told.value)
    assert not (tmp_path / "scored.csv").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"CUST_ID," + ",".join(COLUMNS).encode() + b"\n", "has headers but no customers"),
        (b"CUST_ID,BALANCE\nC1,2\n", "PURCHASES"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
    ],
)
def test_a_file_that_is_no_portfolio_is_told_in_a_sentence(
    content: bytes, told: str, score: Score, tmp_path: Path
) -> None:
    (tmp_path / "many.csv").write_bytes(content)
    with pytest.raises(PortfolioError, match=told):
        score(tmp_path / "many.csv", tmp_path / "scored.csv")


def test_a_packed_file_that_is_cut_short_is_told_in_a_sentence(
    many: pd.DataFrame, score: Score, tmp_path: Path
) -> None:
    whole = gzip.compress(many.to_csv(index=False).encode())
    (tmp_path / "many.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PortfolioError, match="damaged or not packed"):
        score(tmp_path / "many.csv.gz", tmp_path / "scored.csv")
    assert not (tmp_path / "scored.csv").exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [("scored.xlsx", "neither"), ("nowhere/scored.csv", "does not exist"), ("no/where", "exist")],
)
def test_an_output_that_cannot_be_written_is_refused_before_anything_is_read(
    tmp_path: Path, name: str, told: str
) -> None:
    with pytest.raises(PortfolioError, match=told):
        output_at(tmp_path / name, None, "csv")


def test_an_id_cannot_become_a_formula_nor_break_a_line(
    many: pd.DataFrame, score: Score, tmp_path: Path
) -> None:
    ids = ["=HYPERLINK(1)", "a,b", 'say "x"', "Zoë", "-5"]
    many.head(len(ids)).assign(CUST_ID=ids).to_csv(tmp_path / "many.csv", index=False)
    score(tmp_path / "many.csv", tmp_path / "scored.csv")
    found = read(tmp_path / "scored.csv")["CUST_ID"].tolist()
    assert found == ["'=HYPERLINK(1)", "a,b", 'say "x"', "Zoë", "'-5"]


def test_batches_for_the_store_hold_every_customer_once(
    many: pd.DataFrame, score: Score, tmp_path: Path
) -> None:
    many.to_csv(tmp_path / "many.csv", index=False)
    loaded: list[ScoredBatch] = []
    score(tmp_path / "many.csv", None, load=loaded.extend)
    ids = [customer for batch in loaded for customer in batch.ids]
    assert ids == many["CUST_ID"].tolist()
    values = np.concatenate([batch.values for batch in loaded])
    expected_values = many[[*COLUMNS]].to_numpy()
    np.testing.assert_array_equal(values, expected_values)


def test_batches_of_a_portfolio_in_memory_cover_every_customer_once(
    model: SegmentModel, portfolio: Portfolio
) -> None:
    batches = list(scored_batches(model, portfolio))
    ids = [customer for batch in batches for customer in batch.ids]
    assert ids == sorted(portfolio.ids.tolist())


def test_a_written_table_has_the_agreed_columns(
    many: pd.DataFrame, score: Score, tmp_path: Path
) -> None:
    many.head(300).to_csv(tmp_path / "many.csv", index=False)
    score(tmp_path / "many.csv", tmp_path / "scored.parquet")
    table = pa.parquet.read_table(tmp_path / "scored.parquet")
    assert table.column_names == [
        "CUST_ID", "segment", "segment_name", "runner_up", "confidence", "band", "novel",
    ]  # fmt: skip
    assert table.num_rows == 300
