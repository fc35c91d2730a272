"""Whole lists: every row comes back in its order, with a segment or with its reason."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segmentation.errors import PortfolioError, SegbotError
from segmentation.features import COLUMNS
from segmentation.list_files import list_file
from segmentation.list_summary import ListSummary, segment_named
from segmentation.lists import look_up_list, score_list
from segmentation.model import SegmentModel
from segmentation.playbook import Playbook
from segmentation.portfolio import Portfolio
from segmentation.safe_csv import SafeWriter
from segmentation.store import Store
from tests.conftest import Publish

Lines = list[dict[str, str]]
MONDAY = date(2026, 11, 16)


@pytest.fixture
def frame(portfolio: Portfolio) -> pd.DataFrame:
    """Ten customers; the figures read back as they are."""
    made = pd.DataFrame(portfolio.values[:10], columns=list(COLUMNS))
    made.insert(0, "CUST_ID", portfolio.ids[:10])
    return made.astype({"CASH_ADVANCE_TRX": int, "PURCHASES_TRX": int, "TENURE": int})


class Desk:
    """Scores texts as files."""

    def __init__(self, folder: Path, model: SegmentModel, playbook: Playbook) -> None:
        self.folder, self.model, self.playbook = folder, model, playbook
        self.heard: list[int] = []

    def scores(self, content: str | bytes, name: str = "list.csv") -> tuple[Lines, ListSummary]:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        out = io.StringIO()
        file = list_file(path, name)
        summary = score_list(file, self.model, self.playbook, SafeWriter(out), self.heard.append)
        return list(csv.DictReader(io.StringIO(out.getvalue()))), summary

    def looks_up(self, content: str, store: Store) -> tuple[Lines, ListSummary]:
        (self.folder / "ids.csv").write_text(content)
        out = io.StringIO()
        file = list_file(self.folder / "ids.csv", "ids.csv")
        assert file.has_ids_alone
        summary = look_up_list(file, store, self.playbook, SafeWriter(out), self.heard.append)
        return list(csv.DictReader(io.StringIO(out.getvalue()))), summary


@pytest.fixture
def desk(tmp_path: Path, model: SegmentModel, playbook: Playbook) -> Desk:
    return Desk(tmp_path, model, playbook)


def test_good_rows_get_what_the_model_says(desk: Desk, frame: pd.DataFrame) -> None:
    lines, summary = desk.scores(frame.to_csv(index=False))
    scored = desk.model.assign(frame[list(COLUMNS)].to_numpy())
    assert [line["CUST_ID"] for line in lines] == frame["CUST_ID"].tolist()
    assert [int(line["segment"]) for line in lines] == scored.segment.tolist()
    assert [int(line["runner_up"]) for line in lines] == scored.runner_up.tolist()
    assert [line["band"] for line in lines] == scored.band_names().tolist()
    first = desk.playbook.play(desk.model.segment(int(lines[0]["segment"])))
    assert (lines[0]["segment_name"], lines[0]["owner"]) == (first.name, first.owner)
    assert summary.rows == summary.scored == 10
    assert sum(count.customers for count in summary.segments) == 10
    assert desk.heard == [10]


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("list.tsv", lambda frame: frame.to_csv(index=False, sep="\t").encode()),
        ("list.txt", lambda frame: frame.to_csv(index=False, sep=";").encode("utf-8-sig")),
        ("list.csv", lambda frame: frame.to_csv(index=False, quoting=csv.QUOTE_ALL).encode()),
        ("list.csv", lambda frame: frame.iloc[:, ::-1].to_csv(index=False).encode()),
        ("list.parquet", lambda frame: frame.to_parquet(index=False)),
    ],
)
def test_the_kind_of_file_makes_no_difference(
    desk: Desk, frame: pd.DataFrame, name: str, write: Any
) -> None:
    assert desk.scores(write(frame), name) == desk.scores(frame.to_csv(index=False))


def test_headers_go_by_any_alias_and_others_are_ignored(desk: Desk, frame: pd.DataFrame) -> None:
    renamed = frame.rename(columns={"CUST_ID": "customer id", "CREDIT_LIMIT": "Limit"})
    lines, summary = desk.scores(renamed.assign(City="Oslo").to_csv(index=False))
    assert lines == desk.scores(frame.to_csv(index=False))[0]
    assert summary.ignored == ("City",)


def test_bad_rows_come_back_in_their_place_with_the_reason(desk: Desk, frame: pd.DataFrame) -> None:
    text = frame.astype(object)
    text.loc[1, "PURCHASES"] = "1,234.50"
    text.loc[2, "PRC_FULL_PAYMENT"] = 25
    text.loc[3, "CUST_ID"] = ""
    text.loc[4, list(COLUMNS)] = None
    lines, summary = desk.scores(text.to_csv(index=False))
    assert [line["row"] for line in lines] == [str(row) for row in range(2, 12)]
    problems = {line["row"]: line["problem"] for line in lines if line["problem"]}
    assert problems == {
        "3": "PURCHASES is “1,234.50”, and must be a number. "
        "Write numbers with nothing between thousands: 1234.5, not 1,234.5.",
        "4": "PRC_FULL_PAYMENT must be from 0 to 1, not 25. "
        "Enter a share, not a percentage. Did you mean 0.25?",
        "5": "CUST_ID is blank.",
        "6": "All 17 figures are blank: there is nothing to score.",
    }
    assert all(not line["segment"] for line in lines if line["problem"])
    assert all(line["segment"] for line in lines if not line["problem"])
    assert (summary.rows, summary.bad, summary.scored) == (10, 4, 6)
    assert summary.problems[0].startswith("Row 3: PURCHASES is")
    assert len(summary.problems) == 3


def test_rows_that_are_cut_wrong_do_not_spoil_those_around_them(
    desk: Desk, frame: pd.DataFrame
) -> None:
    good, _ = desk.scores(frame.to_csv(index=False))
    header, *rows = frame.to_csv(index=False).splitlines()
    rows[1] += ",extra"
    rows[3] = rows[3].rpartition(",")[0]
    rows[5] = rows[5].replace(",", ',"', 1)
    lines, summary = desk.scores("\n".join([header, *rows, "", "  ", ",".join([""] * 18)]))
    told = {line["row"]: line["problem"] for line in lines if line["problem"]}
    assert told == {
        "3": "The row has 19 cells, too many: the header has 18: "
        "put a value that holds a comma in quotation marks.",
        "5": "The row has 17 cells, too few: the header has 18.",
        "7": 'A quotation mark (") is out of place in this row.',
    }
    kept = [line for line in lines if not line["problem"]]
    assert kept == [line for line in good if line["row"] not in told]
    assert summary.rows == 10


def test_an_open_quotation_mark_loses_no_row_below_it(desk: Desk, frame: pd.DataFrame) -> None:
    many = pd.concat([frame] * 700, ignore_index=True)
    many["CUST_ID"] = [f"C{row}" for row in range(len(many))]
    header, *rows = many.to_csv(index=False).splitlines()
    rows[0] = f'"{rows[0]}'
    lines, summary = desk.scores("\n".join([header, *rows]))
    assert (summary.rows, summary.bad) == (7_000, 1)
    assert [line["CUST_ID"] for line in lines[1:]] == many["CUST_ID"].tolist()[1:]
    assert desk.heard == [5_000, 7_000]


def test_imputed_blanks_and_oddities_stand_beside_the_segment(
    desk: Desk, frame: pd.DataFrame
) -> None:
    frame["CUST_ID"] = ["A1", "A1", *frame["CUST_ID"][2:]]
    frame.loc[2, ["MINIMUM_PAYMENTS", "CREDIT_LIMIT"]] = np.nan
    frame.loc[3, "PURCHASES"] = 30_000.0
    lines, summary = desk.scores(frame.to_csv(index=False))
    assert lines[1]["warnings"] == "The same id stands in row 2."
    assert lines[2]["imputed"] == "CREDIT_LIMIT; MINIMUM_PAYMENTS"
    assert "PURCHASES does not equal ONEOFF_PURCHASES + INST" in lines[3]["warnings"]
    assert "PURCHASES is 30,000. Usually 0 to 26,836." in lines[3]["warnings"]
    assert summary.imputed["CREDIT_LIMIT"] == 1
    assert summary.warned == sum(bool(line["warnings"]) for line in lines)
    assert all(not line["problem"] for line in lines)


def test_an_id_cannot_become_a_formula(desk: Desk, frame: pd.DataFrame) -> None:
    frame.loc[0, "CUST_ID"] = "=HYPERLINK(1)"
    lines, _ = desk.scores(frame.to_csv(index=False))
    assert lines[0]["CUST_ID"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("list.csv", b"", "“list.csv” is empty: export it again."),
        ("list.csv", b"PK\3\4\0\0", "is not UTF-8 text: save it from the spreadsheet as"),
        ("list.csv", "CUST_ID,Größe\n".encode("latin-1"), "row 1 is the first that is not"),
        ("list.csv", b"a,b\n1,2\n", "Row 1 names none of the 18 columns"),
        ("list.csv", b"CUST_ID,BALANCE\nA,1\n", "PURCHASES"),
        ("list.xlsx", b"PK", "“list.xlsx” is a spreadsheet: save it from the spreadsheet as"),
        ("list.pdf", b"%PDF", "“list.pdf” is no list that can be scored"),
        ("list.parquet", b"PAR1", "“list.parquet” is damaged or not Parquet"),
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence(
    desk: Desk, name: str, content: bytes, told: str
) -> None:
    with pytest.raises(PortfolioError) as refused:
        desk.scores(content, name)
    assert told in str(refused.value)


def test_headers_without_customers_are_no_list(desk: Desk, frame: pd.DataFrame) -> None:
    with pytest.raises(PortfolioError, match="headers but no customers"):
        desk.scores(frame[:0].to_csv(index=False))


def test_ids_alone_are_looked_up_in_the_newest_snapshot(
    desk: Desk, portfolio: Portfolio, store: Store, publish_portfolio: Publish
) -> None:
    publish_portfolio(portfolio, MONDAY)
    known = portfolio.ids[[7, 3]].tolist()
    lines, summary = desk.looks_up("\n".join(["CUST_ID", *known, "C404", "", known[0]]), store)
    assert [line["CUST_ID"] for line in lines] == [*known, "C404", known[0]]
    expected = desk.model.assign(portfolio.values[[7, 3]]).segment.tolist()
    assert [int(line["segment"]) for line in lines[:2]] == expected
    assert lines[2]["problem"] == "The snapshot of 16 Nov 2026 has no such customer."
    assert lines[3]["warnings"] == "The same id stands in row 2."
    assert (summary.rows, summary.bad, summary.as_of) == (4, 1, "2026-11-16")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_how_long_a_list_may_be_goes_by_its_rows_however_lines_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr("segmentation.list_files.MOST_ROWS", 3)
    path = tmp_path / "ids.csv"
    path.write_bytes(end.join(["CUST_ID", "C1", "C2", "", "C3", ""]).encode())
    with pytest.raises(PortfolioError, match="more than 3 rows"):
        list_file(path, "ids.csv")
    path.write_bytes(end.join(["CUST_ID", "C1", "", "C2", ""]).encode())
    with pytest.raises(PortfolioError, match="more than 1 of them"):
        list(list_file(path, "ids.csv", most_ids=1).rows())
    (rows,) = list_file(path, "ids.csv", most_ids=2).rows()
    assert rows.cells["CUST_ID"].tolist() == ["C1", "C2"]


def test_ids_alone_need_a_snapshot(desk: Desk, store: Store) -> None:
    with pytest.raises(SegbotError, match="no portfolio has been scored yet"):
        desk.looks_up("CUST_ID\nC1\n", store)


def test_a_summary_survives_its_journey(desk: Desk, frame: pd.DataFrame) -> None:
    frame.loc[0, "TENURE"] = 99
    _, summary = desk.scores(frame.to_csv(index=False))
    assert ListSummary.from_json(summary.as_json()) == summary


@pytest.mark.parametrize(
    ("typed", "segment"),
    [
        ("2", 2),
        ("cash advance heavy", 2),
        ("Low  Activity", 0),
        ("inst", 3),
        ("High-Spending, Full-Payment Users", 1),
    ],
)
def test_a_segment_goes_by_number_name_or_beginning(
    model: SegmentModel, playbook: Playbook, typed: str, segment: int
) -> None:
    assert segment_named(model, playbook, typed) == segment


@pytest.mark.parametrize("typed", ["9", "gold", ""])
def test_an_unknown_segment_is_answered_with_those_there_are(
    model: SegmentModel, playbook: Playbook, typed: str
) -> None:
    with pytest.raises(SegbotError, match=r"0 \(Low Activity\), 1 \(High-Spending\)"):
        segment_named(model, playbook, typed)
