"""The command line, from a portfolio's file to an explained customer, and its plain errors."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.main import get_command

from bot.__main__ import add_commands, app
from bot.settings import load_places
from segmentation.features import FEATURES
from segmentation.model import load_model
from segmentation.store import open_store
from segmentation.synthetic import synthetic_portfolio
from tests.bot.conftest import Segbot

QUICK = ("--resamples", "2")  # enough to see that certainty is calibrated
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("portfolio_file")
def test_a_portfolio_goes_all_the_way_to_an_explained_customer(
    segbot: Segbot, tmp_path: Path
) -> None:
    trained = segbot("train", "portfolio.csv", *QUICK)
    assert "Cash Advance Heavy, Risk-Prone" in trained
    assert re.search(r"Certainty high: (all|more than|about \d+ of)", trained)
    assert re.search(r"Inertia [\d,.]+ · silhouette 0\.\d{3} · seed 42", trained)
    scored = segbot("score", "portfolio.csv", "--as-of", "2026-11-09", "--out", "scored.csv")
    assert "Snapshot of 9 Nov 2026: 1,500 customers." in scored
    assert re.search(r"Scoring .* 1,500 customers, [\d,]+ a second", scored)
    assert re.search(r"Storing .* 1,500 customers", scored)
    assert len(pd.read_csv(tmp_path / "scored.csv")) == 1_500
    later = segbot("score", "later.parquet", "--as-of", "2026-11-16")
    assert re.search(r"Since 9 Nov 2026, \d+ customers changed segment\.", later)
    listed = segbot("snapshots").splitlines()
    assert [line.split()[:3] for line in listed[1:3]] == [
        ["2026-11-16", "1,501", "later.parquet"],
        ["2026-11-09", "1,500", "portfolio.csv"],
    ]
    explained = segbot("explain", "C10001")
    for told in (
        "C10001: ",
        "How sure: ",
        "Suggested action (",
        "Why ",
        "What speaks for ",
        "Certainty: ",
        "What would change it:",
    ):
        assert told in explained
    assert "Snapshot of 16 Nov 2026" in segbot("sizes")


@pytest.mark.usefixtures("portfolio_file")
def test_scoring_without_the_store_writes_the_file_alone(segbot: Segbot, tmp_path: Path) -> None:
    segbot("train", "portfolio.csv", "--out", "mine", "--seed", "7", *QUICK)
    told = segbot(
        "score", "portfolio.csv", "--model", "mine", "--no-store", "--out", "scored.parquet"
    )
    assert "Wrote 1,500 scored customers to scored.parquet." in told
    assert not (tmp_path / ".segbot").exists()
    assert (tmp_path / "mine" / "model.json").exists()


@pytest.mark.usefixtures("portfolio_file")
def test_a_model_is_shown_verified_and_rolled_back(segbot: Segbot) -> None:
    segbot("train", "portfolio.csv", *QUICK)
    assert "nothing was written" in segbot("train", "later.parquet", "--k", "3", *QUICK, code=1)
    assert "portfolio.csv" in segbot("model", "show")
    retrained = segbot("train", "later.parquet", "--k", "3", "--accept", *QUICK)
    assert re.search(r"Against the model in place, [\d,]+ of 1,50\d customers", retrained)
    assert "later.parquet" in segbot("model", "show")
    listed = segbot("model", "list")
    assert re.search(r"later\.parquet .* in place", listed)
    assert re.search(r"portfolio\.csv .* kept", listed)
    assert "is whole" in segbot("model", "verify")
    segbot("model", "rollback")
    assert "portfolio.csv" in segbot("model", "show")
    shown = segbot("segments")
    assert "A name needs a cosine of 0.80" in shown
    assert "Cash Advance Heavy, Risk-Prone" in shown


@pytest.mark.usefixtures("portfolio_file")
def test_drift_tells_whether_customers_look_as_in_training(segbot: Segbot, tmp_path: Path) -> None:
    segbot("train", "portfolio.csv", *QUICK)
    assert "Customers look much as they did in training." in segbot("drift", "later.parquet")
    changed = pd.read_csv(tmp_path / "portfolio.csv")
    changed["CREDIT_LIMIT"] *= 2
    changed.to_csv(tmp_path / "changed.csv", index=False)
    assert "Credit limit changed a lot" in segbot("drift", "changed.csv")


@pytest.mark.usefixtures("portfolio_file")
def test_the_number_of_segments_is_two_to_ten_or_auto(segbot: Segbot) -> None:
    for k in ("1", "11", "many"):
        assert "--k takes a number from 2 to 10, or auto" in segbot(
            "train", "portfolio.csv", "--k", k, code=1
        )
    segbot("train", "portfolio.csv", "--k", "2", *QUICK)
    assert len(load_model(Path("model")).segments) == 2


@pytest.mark.usefixtures("portfolio_file")
def test_the_same_date_replaces_its_snapshot(segbot: Segbot) -> None:
    segbot("train", "portfolio.csv", *QUICK)
    for file in ("portfolio.csv", "later.parquet"):
        segbot("score", file, "--as-of", "2026-11-16")
    (only,) = open_store(load_places().segbot_store_url).snapshots()
    assert only.source == "later.parquet"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("train", "nowhere.csv"), "There is no file nowhere.csv"),
        (("score", "portfolio.csv"), "There is no model in model"),
        (("explain", "C10001"), "The store has no snapshot yet"),
        (("sizes",), "The store has no snapshot yet"),
        (("snapshots",), "The store has no snapshot yet"),
    ],
)
@pytest.mark.usefixtures("portfolio_file")
def test_what_a_person_can_mend_is_one_sentence_and_exit_code_1(
    segbot: Segbot, words: tuple[str, ...], told: str
) -> None:
    printed = segbot(*words, code=1)
    assert printed.startswith("segbot: ")
    assert told in printed
    assert "Traceback" not in printed


def test_a_bad_file_gets_one_sentence_for_each_problem(segbot: Segbot, tmp_path: Path) -> None:
    frame = synthetic_portfolio(300, np.random.default_rng(3)).drop(columns=["PAYMENTS"])
    frame.loc[4, "TENURE"] = 60
    frame.to_csv(tmp_path / "bad.csv", index=False)
    printed = segbot("train", "bad.csv", code=1)
    assert "PAYMENTS is missing" in printed
    assert "TENURE in row 6: must be from 1 to 12, not 60." in printed


@pytest.mark.usefixtures("portfolio_file")
def test_an_unknown_customer_is_told_with_the_snapshot_that_was_asked(
    segbot: Segbot,
) -> None:
    segbot("train", "portfolio.csv", *QUICK)
    segbot("score", "portfolio.csv", "--as-of", "2026-11-16")
    told = segbot("explain", "C99999", code=1)
    assert "No customer C99999 is in the snapshot of 16 Nov 2026 (1,500 customers)." in told


@pytest.mark.usefixtures("portfolio_file")
def test_an_output_that_cannot_be_written_is_refused_before_the_work(
    segbot: Segbot, tmp_path: Path
) -> None:
    segbot("train", "portfolio.csv", *QUICK)
    assert "ends in neither" in segbot("score", "portfolio.csv", "--out", "scored.xlsx", code=1)
    assert not (tmp_path / ".segbot").exists()


def test_the_manifest_is_printed_as_json(segbot: Segbot) -> None:
    assert json.loads(segbot("manifest"))["settings"]["socket_mode_enabled"] is True


def test_other_ways_to_cluster_are_compared_in_a_table_with_a_verdict(
    segbot: Segbot, tmp_path: Path
) -> None:
    frame = synthetic_portfolio(400, np.random.default_rng(3))
    frame.to_csv(tmp_path / "few.csv", index=False)
    told = segbot("compare", "few.csv", "--resamples", "2", "--json", "compared.json")
    for method in ("KMeans (winsorised)", "Gaussian mixture (full)", "Ward", "HDBSCAN"):
        assert re.search(rf"^{re.escape(method)} +.*\d\.\d s *$", told, re.MULTILINE)
    document = json.loads((tmp_path / "compared.json").read_text(encoding="utf-8"))
    assert len(document["outcomes"]) == 12
    unwrapped = " ".join(told.split())
    assert all(" ".join(sentence.split()) in unwrapped for sentence in document["verdict"])


@pytest.mark.usefixtures("portfolio_file")
def test_a_model_is_trained_with_another_algorithm_and_says_so(
    segbot: Segbot, tmp_path: Path
) -> None:
    segbot("train", "portfolio.csv", "--algorithm", "winsorised", *QUICK)
    assert re.search(r"Algorithm: +winsorised", segbot("model", "show"))
    assert load_model(tmp_path / "model").winsorises
    assert "Cash Advance Heavy" in segbot("segments")
    assert "'kmeans', 'winsorised'" in segbot("train", "portfolio.csv", "--algorithm", "x", code=2)


def test_every_command_has_an_example_and_stands_in_the_readme() -> None:
    add_commands()
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        assert f"Example: segbot {name}" in command.help
        for sub_name, sub_command in getattr(command, "commands", {}).items():
            assert f"Example: segbot {name} {sub_name}" in sub_command.help
        assert f"`segbot {name}" in README


def test_the_readme_tells_every_feature_as_it_is_checked() -> None:
    for feature in FEATURES:
        whole = ", whole" if feature.whole else ""
        assert f"| `{feature.column}` | {feature.meaning} | {feature.allowed}{whole} |" in README
