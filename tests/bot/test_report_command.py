"""`segbot report`: a page about a snapshot or a file, and plain words where there is none."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.bot.conftest import Segbot


@pytest.fixture
def scored(segbot: Segbot, portfolio_file: Path) -> Path:
    """A folder with a trained model and the snapshots of two weeks."""
    segbot("train", portfolio_file.name, "--resamples", "0")
    segbot("score", portfolio_file.name, "--as-of", "2026-11-09")
    segbot("score", "later.parquet", "--as-of", "2026-11-16")
    return portfolio_file.parent


def test_without_a_portfolio_the_newest_snapshot_is_reported(segbot: Segbot, scored: Path) -> None:
    assert "Wrote report.html and report.json." in segbot("report")
    told = (scored / "report.html").read_text(encoding="utf-8")
    assert "Customer segments on 16 Nov 2026" in told
    assert "later.parquet" in told
    assert json.loads((scored / "report.json").read_text())["as_of"] == "2026-11-16"


def test_a_date_names_the_snapshot_and_a_file_its_customers(segbot: Segbot, scored: Path) -> None:
    segbot("report", "--as-of", "2026-11-09", "--out", "first.html")
    assert "on 9 Nov 2026" in (scored / "first.html").read_text(encoding="utf-8")
    segbot("report", "portfolio.csv", "--out", "file.html")
    told = (scored / "file.html").read_text(encoding="utf-8")
    assert "the portfolio that the model was trained on" in told


@pytest.mark.parametrize("named", ["2", "cash advance heavy", "Cash Advance Heavy, Risk-Prone"])
@pytest.mark.usefixtures("scored")
def test_one_segment_is_asked_for_by_id_or_name(segbot: Segbot, named: str, tmp_path: Path) -> None:
    segbot("report", "--segment", named)
    told = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<h1>Cash Advance Heavy, Risk-Prone</h1>" in told


@pytest.mark.usefixtures("scored")
def test_customers_are_named_when_that_is_asked_for(segbot: Segbot, tmp_path: Path) -> None:
    segbot("report", "portfolio.csv", "--with-ids")
    assert "Customers nearest to a border" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_file_of_ten_customers_is_enough(segbot: Segbot, scored: Path) -> None:
    pd.read_csv(scored / "portfolio.csv").head(10).to_csv(scored / "ten.csv", index=False)
    segbot("report", "ten.csv")
    assert "too few to judge drift" in (scored / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["--as-of", "2026-11-02"],
            "of 2026-11-02; there is 2026-11-16 and 2026-11-09",
        ),
        (["--as-of", "soon"], "“soon” is no date"),
        (["--segment", "VIP"], "No segment is called “VIP”. There are 0 Low Activity, "),
        (["--out", "page.pdf"], "let page.pdf end in .html"),
        (["--out", "nowhere/page.html"], "The folder nowhere does not exist"),
        (["--model", "model"], "leave out --model"),
        (["portfolio.csv", "--as-of", "2026-11-09"], "either the date or the portfolio"),
    ],
)
@pytest.mark.usefixtures("scored")
def test_what_cannot_be_reported_is_said(segbot: Segbot, words: list[str], told: str) -> None:
    assert told in segbot("report", *words, code=1)


def test_an_empty_store_says_what_to_do_first(segbot: Segbot) -> None:
    assert "Score a portfolio first" in segbot("report", code=1)
