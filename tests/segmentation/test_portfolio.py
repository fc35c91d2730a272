"""A portfolio file is read as it was meant, or refused with every fault in a plain sentence."""

import gzip
import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentation.errors import PortfolioError
from segmentation.features import COLUMNS, CUSTOMER_ID, INDEX
from segmentation.portfolio import Portfolio, portfolio_from_frame, read_portfolio

HEADERS = (CUSTOMER_ID, *COLUMNS)
SOUND = {
    "CUST_ID": "C1", "BALANCE": "40.900749", "BALANCE_FREQUENCY": "0.818182",
    "PURCHASES": "95.4", "ONEOFF_PURCHASES": "0", "INSTALLMENTS_PURCHASES": "95.4",
    "CASH_ADVANCE": "0", "PURCHASES_FREQUENCY": "0.166667", "ONEOFF_PURCHASES_FREQUENCY": "0",
    "PURCHASES_INSTALLMENTS_FREQUENCY": "0.083333", "CASH_ADVANCE_FREQUENCY": "0",
    "CASH_ADVANCE_TRX": "0", "PURCHASES_TRX": "2", "CREDIT_LIMIT": "1000",
    "PAYMENTS": "201.802084", "MINIMUM_PAYMENTS": "139.509787", "PRC_FULL_PAYMENT": "0",
    "TENURE": "12",
}  # fmt: skip

Write = Callable[..., Path]


def customers(*changes: dict[str, str]) -> list[dict[str, str]]:
    """One sound customer for each set of changed cells, with ids C1, C2 …"""
    return [SOUND | {CUSTOMER_ID: f"C{n}"} | change for n, change in enumerate(changes, start=1)]


def text(
    rows: list[dict[str, str]], headers: tuple[str, ...] = HEADERS, delimiter: str = ","
) -> str:
    lines = [delimiter.join(headers), *(delimiter.join(row[h] for h in headers) for row in rows)]
    return "\n".join(lines) + "\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(content: str | bytes, name: str = "portfolio.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def problems(path: Path) -> tuple[str, ...]:
    with pytest.raises(PortfolioError) as refused:
        read_portfolio(path)
    return refused.value.problems


def only_problem(path: Path) -> str:
    (sentence,) = problems(path)
    return sentence


def value(portfolio: Portfolio, column: str, customer: int = 0) -> float:
    return float(portfolio.values[customer, INDEX[column]])


def test_a_sound_file_is_read_in_the_order_of_the_features(write: Write) -> None:
    path = write(text(customers({}, {"BALANCE": "7"})))
    portfolio = read_portfolio(path)
    assert len(portfolio) == 2
    assert portfolio.ids.tolist() == ["C1", "C2"]
    assert portfolio.values.shape == (2, 17)
    assert portfolio.values[0].tolist() == [float(SOUND[column]) for column in COLUMNS]
    assert value(portfolio, "BALANCE", 1) == 7
    assert portfolio.ignored == portfolio.notes == ()
    assert portfolio.source == "portfolio.csv"
    assert portfolio.fingerprint == hashlib.sha256(path.read_bytes()).hexdigest()


BYTES = text(customers({}, {})).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.csv", BYTES),
        ("P.CSV", BYTES),
        ("p.csv", b"\xef\xbb\xbf" + BYTES),
        ("p.csv", BYTES.replace(b"\n", b"\r\n")),
        ("p.csv", BYTES.replace(b"\n", b"\r")),
        ("p.csv", BYTES.removesuffix(b"\n")),
        ("p.csv", BYTES.replace(b",", b";")),
        ("p.csv", BYTES.replace(b",", b"\t")),
        ("p.txt", BYTES.replace(b",", b";")),
        ("p.tsv", BYTES.replace(b",", b"\t")),
        ("p.csv", BYTES.replace(b"C1", b'"C1"').replace(b"CUST_ID", b'"CUST_ID"')),
        ("p.csv", BYTES.replace(b"BALANCE,", b'"Balance\n",')),
        ("p.csv.gz", gzip.compress(BYTES, mtime=0)),
        ("p.tsv.gz", gzip.compress(BYTES.replace(b",", b"\t"), mtime=0)),
    ],
    ids=[
        "comma", "upper-case ending", "byte order mark", "Windows lines", "old Mac lines",
        "no last line break", "semicolon", "tab", "txt", "tsv", "quoted",
        "quoted header line break",
        "packed", "packed tsv",
    ],
)  # fmt: skip
def test_every_kind_of_text_file_reads_the_same(write: Write, name: str, content: bytes) -> None:
    portfolio = read_portfolio(write(content, name))
    assert portfolio.ids.tolist() == ["C1", "C2"]
    assert portfolio.values[0].tolist() == [float(SOUND[column]) for column in COLUMNS]


def test_headers_are_known_by_their_aliases_and_extra_columns_are_named(write: Write) -> None:
    content = text(customers({})).replace("CUST_ID", "Customer-ID").replace("CREDIT_LIMIT", "limit")
    lines = content.splitlines()
    portfolio = read_portfolio(write(f"Branch,{lines[0]},,Age\nNorth,{lines[1]},x,41\n"))
    assert portfolio.ids.tolist() == ["C1"]
    assert value(portfolio, "CREDIT_LIMIT") == 1000
    assert portfolio.ignored == ("Branch", "column 20 (no name)", "Age")


@pytest.mark.parametrize(
    "blank", ["", "  ", "NA", "na", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "nOnE"]
)
def test_blank_cells_are_missing_values(write: Write, blank: str) -> None:
    portfolio = read_portfolio(write(text(customers({"MINIMUM_PAYMENTS": blank}, {}))))
    assert np.isnan(portfolio.values).sum() == 1
    assert np.isnan(value(portfolio, "MINIMUM_PAYMENTS"))
    assert portfolio.notes == (
        "MINIMUM_PAYMENTS is blank for 1 of 2 customers; the median in training is taken.",
    )


@pytest.mark.parametrize("written", ["1e3", " 1000 ", "+1000", "1000.", "1000.000", "1.0E+03"])
def test_numbers_may_be_written_in_any_plain_way(write: Write, written: str) -> None:
    assert value(read_portfolio(write(text(customers({"BALANCE": written})))), "BALANCE") == 1000


def test_numbers_are_the_same_whether_or_not_a_file_needs_a_second_look(write: Write) -> None:
    uniform = np.random.default_rng(5).uniform(0, 1e4, 500)
    balances = [{"BALANCE": repr(n)} for n in uniform.tolist()]
    clean = read_portfolio(write(text(customers(*balances))))
    odd = read_portfolio(write(text(customers(*balances, {"BALANCE": "nOnE"})), "odd.csv"))
    assert clean.values[:, 0].tolist() == odd.values[:500, 0].tolist()
    assert clean.values[:, 0].tolist() == [float(balance["BALANCE"]) for balance in balances]


def test_ids_are_text_with_leading_zeros_and_without_surrounding_blanks(write: Write) -> None:
    rows = customers(*({CUSTOMER_ID: id_} for id_ in ("00123", " 7 ", "Zoë", "1e5")))
    portfolio = read_portfolio(write(text(rows)))
    assert portfolio.ids.tolist() == ["00123", "7", "Zoë", "1e5"]


def test_rows_blank_throughout_are_left_out_and_keep_their_numbers(write: Write) -> None:
    lines = text(customers({}, {"BALANCE": "-1"})).splitlines()
    blanks = ["", "," * 17]
    sound = read_portfolio(write("\n".join([*lines[:2], *blanks, "", "", ""])))
    assert len(sound) == 1
    assert sound.notes == ("Rows 3, 4, 5 and 1 more are blank and were left out.",)
    assert "in row 5:" in only_problem(write("\n".join([*lines[:2], *blanks, lines[2]])))


# What is refused: the file as a whole


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("p.csv", b"", "“p.csv” is empty: export it again."),
        ("p.csv", b"\n \n", "“p.csv” is empty: export it again."),
        ("p.csv.gz", gzip.compress(b"", mtime=0), "“p.csv.gz” is empty: export it again."),
        ("p.csv", text([]).encode(), "“p.csv” has headers but no customers below them"),
        ("p.xlsx", b"PK", "“p.xlsx” is a spreadsheet: save it from the spreadsheet as “CSV UTF-8”"),
        ("p.json", b"{}", "“p.json” does not say what it is: a portfolio ends in .csv"),
        ("p", b"{}", "“p” does not say what it is"),
        ("p.parquet", b"PAR1", "“p.parquet” is damaged or not Parquet: export or copy it again."),
        ("p.parquet", BYTES, "“p.parquet” is damaged or not Parquet"),
        ("p.csv.gz", BYTES, "“p.csv.gz” is damaged or not packed with gzip"),
        ("p.csv.gz", gzip.compress(BYTES, mtime=0)[:-20], "“p.csv.gz” is damaged"),
        ("p.csv", BYTES.decode().encode("utf-16"), "“p.csv” is not UTF-8 text: save it"),
        (
            "p.csv",
            BYTES.replace(b"C2", "Zoë".encode("latin-1")),
            ("“p.csv” is not UTF-8 text (row 3 is the first that is not): save it from the "
            "spreadsheet as “CSV UTF-8”."),
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_no_portfolio_is_refused_in_one_sentence(
    write: Write, name: str, content: bytes, sentence: str
) -> None:
    assert only_problem(write(content, name)).startswith(sentence)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    missing = tmp_path / "none.csv"
    assert only_problem(missing) == f"There is no file {missing}: check its name and folder."
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    assert only_problem(folder) == "“folder.csv” is a folder: name one file in it."


# What is refused: headers


def test_all_missing_columns_are_named_at_once_with_the_nearest_header(write: Write) -> None:
    content = text(customers({})).replace("CREDIT_LIMIT", "cred_limt")
    content = content.replace("TENURE", "x").replace("CUST_ID", "y").replace("PURCHASES_TRX", "z")
    assert problems(write(content)) == (
        "CREDIT_LIMIT is missing; the nearest header is “cred_limt”: rename it?",
        "CUST_ID, PURCHASES_TRX and TENURE are missing: add them to the file.",
    )


def test_a_file_without_headers_is_told_what_the_first_row_must_hold(write: Write) -> None:
    sentence = only_problem(write("C1,40.9,0.8\nC2,12,1\n"))
    assert sentence.startswith("Row 1 names none of the 18 columns; it reads “C1, 40.9, 0.8”.")
    assert "CUST_ID, BALANCE," in sentence


def test_two_headers_for_one_column_are_both_named(write: Write) -> None:
    rows = [row | {"limit": "5", "Card Limit": "6"} for row in customers({})]
    both = only_problem(write(text(rows, (*HEADERS, "limit"))))
    assert both == (
        "“CREDIT_LIMIT” (column 14) and “limit” (column 19) both mean CREDIT_LIMIT: "
        "keep one and remove or rename the other."
    )
    three = only_problem(write(text(rows, (*HEADERS, "limit", "Card Limit"))))
    assert "“limit” (column 19) and “Card Limit” (column 20) all mean CREDIT_LIMIT" in three


# What is refused: rows


@pytest.mark.parametrize("quote", ["", '"'], ids=["bare", "quoted"])
def test_rows_with_too_many_or_too_few_cells_are_numbered(write: Write, quote: str) -> None:
    lines = text(customers(*[{}] * 6)).replace("C1", f"{quote}C1{quote}").splitlines()
    lines[2] += ",9"
    lines[4] = lines[4].rsplit(",", 1)[0]
    lines[5] = "C5,1"
    assert problems(write("\n".join(lines))) == (
        (
            "1 row has too many cells; the header has 18, row 3 has 19. "
            "Put a value that holds a comma in quotation marks."
        ),
        (
            "2 rows have too few cells; the header has 18, row 5 has 17 and row 6 has 2. "
            "Complete the row, or remove it."
        ),
    )


def test_a_quotation_mark_that_never_closes_is_found_and_hides_nothing(write: Write) -> None:
    rows = [row | {"name": '"Ann'} for row in customers({"BALANCE": "-3"}, {}, {})]
    rows[0]["name"] = '"Ann"'
    assert problems(write(text(rows, (*HEADERS, "name")))) == (
        (
            'Row 3 has a quotation mark (") out of place: a cell that begins with one must end '
            "with one, and one inside such a cell is written twice."
        ),
        "BALANCE in row 2: must be from 0 to 1,000,000, not -3.",
    )


def test_blank_ids_are_refused(write: Write) -> None:
    rows = customers({}, {CUSTOMER_ID: " "}, {CUSTOMER_ID: "null"})
    assert only_problem(write(text(rows))) == (
        "CUST_ID is blank in rows 3 and 4: fill it in or remove the row."
    )


def test_ids_that_stand_twice_are_named_with_their_rows(write: Write) -> None:
    ids = ["A", "B", "A", " A ", "B", "C"]
    rows = customers(*({CUSTOMER_ID: id_} for id_ in ids))
    assert only_problem(write(text(rows))) == (
        "2 customers appear more than once: “A” in rows 2, 4 and 5 and “B” in rows 3 and 6. "
        "Keep one row for each."
    )
    many = only_problem(write(text(customers(*({CUSTOMER_ID: str(n // 5)} for n in range(50))))))
    assert many.startswith("10 customers appear more than once: “0” in rows 2, 3, 4 and 2 more")
    assert "and 7 more. Keep" in many


@pytest.mark.parametrize("odd", ["x" * 101, '"two\nlines"'])
def test_an_id_that_cannot_be_one_is_refused(write: Write, odd: str) -> None:
    sentence = only_problem(write(text(customers({}, {CUSTOMER_ID: odd}))))
    assert sentence.startswith("CUST_ID must be one line of 100 characters at most, but row 3 has ")


# What is refused: cells


@pytest.mark.parametrize(
    ("cell", "shown", "hint"),
    [
        ("lots", "lots", "Write a number, or leave the cell blank."),
        ("TRUE", "TRUE", "Write a number, or leave the cell blank."),
        ("1_000", "1_000", "Write a number, or leave the cell blank."),
        ("0x10", "0x10", "Write a number, or leave the cell blank."),
        ("12,5", "12,5", "Write decimals with a point"),
        ("1.234,56", "1.234,56", "Write decimals with a point"),
        ("1 234,56", "1 234,56", "Write decimals with a point"),
        ("1,234.56", "1,234.56", "Write numbers with nothing between thousands"),
        ("1,234", "1,234", "Write numbers with nothing between thousands"),
        ("1.234.567", "1.234.567", "Write numbers with nothing between thousands"),
        ("1'234", "1'234", "Write numbers with nothing between thousands"),
        ("1\u00a0234", r"1\xa0234", "Write numbers with nothing between thousands"),
        ("$ 12.50", "$ 12.50", "Write the number alone, without a currency or a unit."),
        ("12 EUR", "12 EUR", "Write the number alone, without a currency or a unit."),
        ("25 %", "25 %", "Write a share of months as 0.25, not as a percentage."),
        ("a\x07\u202eb", r"a\x07\u202eb", "Write a number"),
        ("x" * 60, "x" * 39 + "…", "Write a number"),
    ],
)
def test_text_where_a_number_belongs_is_shown_with_a_hint(
    write: Write, cell: str, shown: str, hint: str
) -> None:
    sentence = only_problem(write(text(customers({}, {"BALANCE": cell}), delimiter=";")))
    start = f"BALANCE holds text where a number belongs in 1 row: row 3 has “{shown}”. {hint}"
    assert sentence.startswith(start)


def test_of_many_faulty_cells_the_first_three_are_shown_and_the_rest_counted(write: Write) -> None:
    rows = customers({}, *({"PAYMENTS": f"no {n}"} for n in range(5)))
    assert only_problem(write(text(rows))) == (
        "PAYMENTS holds text where a number belongs in 5 rows: row 3 has “no 0”, "
        "row 4 has “no 1”, row 5 has “no 2” and 2 more. Write a number, or leave the cell blank."
    )


@pytest.mark.parametrize(
    ("column", "cells", "sentence"),
    [
        ("BALANCE", ["-1"], "BALANCE in row 3: must be from 0 to 1,000,000, not -1."),
        ("BALANCE", ["inf"], "BALANCE in row 3: must be from 0 to 1,000,000, not inf."),
        ("BALANCE", ["-Infinity"], "BALANCE in row 3: must be from 0 to 1,000,000, not -inf."),
        ("BALANCE", ["1e999"], "BALANCE in row 3: must be from 0 to 1,000,000, not inf."),
        (
            "CREDIT_LIMIT", ["0"],
            "CREDIT_LIMIT in row 3: must be more than 0 and at most 1,000,000, not 0.",
        ),
        ("PURCHASES_TRX", ["2.5"], "PURCHASES_TRX in row 3: must be a whole number, not 2.5."),
        (
            "TENURE", ["60", "24"],
            ("TENURE in row 3: must be from 1 to 12, not 60. The months of the observed window "
            "are meant (12 at most), not the account's age. The same is wrong in row 4 (24), "
            "2 rows in all."),
        ),
        (
            "PRC_FULL_PAYMENT", ["25", "50", "8.3", "100", "75"],
            ("PRC_FULL_PAYMENT in row 3: must be from 0 to 1, not 25. Enter a share, "
            "not a percentage. Did you mean 0.25? The same is wrong in "
            "row 4 (50), row 5 (8.3) and 2 more, 5 rows in all."),
        ),
    ],
)  # fmt: skip
def test_values_no_customer_can_have_are_refused(
    write: Write, column: str, cells: list[str], sentence: str
) -> None:
    path = write(text(customers({}, *({column: cell} for cell in cells))))
    assert only_problem(path) == sentence


def test_different_faults_of_a_column_get_a_sentence_each(write: Write) -> None:
    cells = [{"TENURE": cell} for cell in ("0", "60", "2.5")]
    starts = [sentence.split(": must")[0] for sentence in problems(write(text(customers(*cells))))]
    assert starts == ["TENURE in row 3", "TENURE in row 2", "TENURE in row 4"]


def test_everything_wrong_is_reported_at_once_the_most_useful_first(write: Write) -> None:
    rows = customers(
        {}, {CUSTOMER_ID: "C1"}, {CUSTOMER_ID: ""}, {"BALANCE": "x", "TENURE": "60"}, {}
    )
    content = text(rows).replace("PAYMENTS,MINIMUM", "PAYMNTS,MINIMUM").removesuffix(",12\n")
    found = problems(write(content))
    expected = [
        "PAYMENTS is missing", "1 row has too few cells", "CUST_ID is blank in row 4",
        "One customer appears more than once", "BALANCE holds text", "TENURE in row 5",
    ]  # fmt: skip
    assert [
        sentence[: len(start)] for sentence, start in zip(found, expected, strict=True)
    ] == expected


# What is unusual but usable


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (
            {"BALANCE": "15000.5"},
            (
                "Some figures are outside their usual range; the customers are scored all the "
                "same: BALANCE for 1 (row 3: 15,000.5)."
            ),
        ),
        (
            {"CASH_ADVANCE": "9", "CASH_ADVANCE_TRX": "1", "CASH_ADVANCE_FREQUENCY": "1.25"},
            (
                "Some figures are outside their usual range; the customers are scored all the "
                "same: CASH_ADVANCE_FREQUENCY for 1 (row 3: 1.25)."
            ),
        ),
        (
            {"CASH_ADVANCE": "9"},
            (
                "CASH_ADVANCE, CASH_ADVANCE_FREQUENCY and CASH_ADVANCE_TRX are zero in part only "
                "for 1 customer (row 3): check where they come from."
            ),
        ),
        (
            {"PURCHASES_TRX": "0"},
            (
                "PURCHASES, PURCHASES_FREQUENCY and PURCHASES_TRX are zero in part only "
                "for 1 customer (row 3): check where they come from."
            ),
        ),
        (
            {"PURCHASES": "90"},
            (
                "PURCHASES does not equal ONEOFF_PURCHASES + INSTALLMENTS_PURCHASES "
                "for 1 customer (row 3): check where they come from."
            ),
        ),
    ],
)
def test_unusual_and_contradictory_customers_are_noted_and_kept(
    write: Write, change: dict[str, str], note: str
) -> None:
    portfolio = read_portfolio(write(text(customers({}, change))))
    assert len(portfolio) == 2
    assert portfolio.notes == (note,)


def test_rounding_is_no_contradiction(write: Write) -> None:
    assert read_portfolio(write(text(customers({"PURCHASES": "95.41"})))).notes == ()


# Parquet and data frames


def typed(rows: list[dict[str, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return frame.astype(dict.fromkeys(COLUMNS, float))


def test_parquet_reads_as_csv_does(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    typed(customers({}, {"BALANCE": "NaN"})).to_parquet(path)
    portfolio = read_portfolio(path)
    assert portfolio.ids.tolist() == ["C1", "C2"]
    assert portfolio.values[0].tolist() == [float(SOUND[column]) for column in COLUMNS]
    assert portfolio.fingerprint == hashlib.sha256(path.read_bytes()).hexdigest()
    assert "BALANCE is blank for 1 of 2 customers" in portfolio.notes[0]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.floats(0, 1), byte=st.integers(0, 255), drop=st.booleans())
def test_damaged_parquet_is_refused_or_reads_as_a_portfolio(
    tmp_path: Path, cut: float, byte: int, drop: bool
) -> None:
    path = tmp_path / "p.parquet"
    typed(customers({}, {})).to_parquet(path)
    data = path.read_bytes()
    place = int(cut * (len(data) - 1))
    path.write_bytes(data[:place] + (b"" if drop else bytes([byte]) + data[place + 1 :]))
    try:
        assert read_portfolio(path).values.shape[1] == 17
    except PortfolioError as refused:
        assert refused.problems


@pytest.mark.parametrize(
    "ids",
    [
        [10001, 9007199254740993],
        pd.array([10001, 9007199254740993], dtype="Int64"),
        pd.Categorical(["10001", "9007199254740993"]),
    ],
    ids=["integers", "nullable integers", "categories"],
)
def test_ids_in_typed_columns_are_their_digits(tmp_path: Path, ids: object) -> None:
    frame = typed(customers({}, {})).assign(CUST_ID=ids)
    frame.to_parquet(tmp_path / "p.parquet")
    for portfolio in (portfolio_from_frame(frame, "frame"), read_portfolio(tmp_path / "p.parquet")):
        assert portfolio.ids.tolist() == ["10001", "9007199254740993"]


def test_a_blank_among_integer_ids_does_not_change_the_others(tmp_path: Path) -> None:
    frame = typed(customers({}, {}, {})).assign(CUST_ID=[7.0, float("nan"), 7.0])
    frame.to_parquet(tmp_path / "p.parquet")
    ints = frame.assign(CUST_ID=pd.array([7, None, 7], dtype="Int64"))
    ints.to_parquet(tmp_path / "q.parquet")
    for name in ("p.parquet", "q.parquet"):
        blank, twice = problems(tmp_path / name)
        assert blank.startswith("CUST_ID is blank in row 3")
        assert twice.startswith("One customer appears more than once: “7” in rows 2 and 4")


def test_a_frame_is_checked_as_a_file_is() -> None:
    frame = typed(customers({}, {"TENURE": "60"})).astype({"BALANCE": object})
    frame.loc[0, "BALANCE"] = True
    with pytest.raises(PortfolioError) as refused:
        portfolio_from_frame(frame, "week 1")
    assert [sentence.split(": ")[0] for sentence in refused.value.problems] == [
        "BALANCE holds text where a number belongs in 1 row",
        "TENURE in row 3",
    ]


def test_a_frame_has_the_fingerprint_of_its_content() -> None:
    frame = typed(customers({}, {}))
    same = portfolio_from_frame(frame[[*reversed(HEADERS)]].set_axis([5, 6]), "b")
    other = portfolio_from_frame(frame.assign(BALANCE=1.5), "a")
    fingerprint = portfolio_from_frame(frame, "a").fingerprint
    assert re.fullmatch("[0-9a-f]{64}", fingerprint)
    assert same.fingerprint == fingerprint != other.fingerprint


def test_a_checked_frame_does_not_change_with_the_frame_it_came_from() -> None:
    frame = typed(customers({}))
    portfolio = portfolio_from_frame(frame, "a")
    frame.loc[0, "BALANCE"] = 1.0
    assert value(portfolio, "BALANCE") == float(SOUND["BALANCE"])


# Whatever the layout, the same portfolio

NUMBERS = {column: st.floats(0, 1e6) for column in COLUMNS} | {
    "TENURE": st.integers(1, 12).map(float),
    "CASH_ADVANCE_TRX": st.integers(0, 1000).map(float),
    "PURCHASES_TRX": st.integers(0, 5000).map(float),
    "CREDIT_LIMIT": st.floats(1e-3, 1e6) | st.just(float("nan")),
    "MINIMUM_PAYMENTS": st.floats(0, 1e6) | st.just(float("nan")),
} | {
    column: st.floats(0, 1)
    for column in COLUMNS
    if "FREQUENCY" in column or column == "PRC_FULL_PAYMENT"
}  # fmt: skip
IDS = st.text("ABCxyz0189é-_ ,;\"'", min_size=1, max_size=8).filter(
    lambda id_: id_ == id_.strip() and id_.casefold() != "na"
)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    ids = draw(st.lists(IDS, min_size=1, max_size=6, unique=True))
    rows = [{c: draw(numbers) for c, numbers in NUMBERS.items()} for _ in ids]
    return pd.DataFrame(rows, columns=[*COLUMNS]).assign(CUST_ID=ids)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    frame=frames(),
    headers=st.permutations(HEADERS),
    delimiter=st.sampled_from(",;\t"),
    ending=st.sampled_from([".csv", ".tsv", ".txt", ".csv.gz", ".parquet"]),
)
def test_a_written_portfolio_reads_back_the_same_in_any_order_with_any_delimiter(
    tmp_path: Path, frame: pd.DataFrame, headers: list[str], delimiter: str, ending: str
) -> None:
    path = tmp_path / f"p{ending}"
    if ending == ".parquet":
        frame[headers].to_parquet(path)
    else:
        frame[headers].to_csv(path, sep=delimiter, index=False)
    portfolio = read_portfolio(path)
    assert portfolio.ids.tolist() == frame["CUST_ID"].tolist()
    np.testing.assert_array_equal(portfolio.values, frame[[*COLUMNS]].to_numpy())


# The public portfolio


@pytest.fixture
def public() -> Path:
    path = os.environ.get("CC_GENERAL_CSV")
    if not path:
        pytest.skip("CC_GENERAL_CSV does not name the public portfolio's file")
    return Path(path)


def test_the_public_portfolio_is_read_with_its_known_oddities(public: Path) -> None:
    portfolio = read_portfolio(public)
    assert portfolio.values.shape == (8950, 17)
    assert (portfolio.ids[0], portfolio.ids[-1]) == ("C10001", "C19190")
    notes = "\n".join(portfolio.notes)
    for note in (
        "CREDIT_LIMIT is blank for 1 of 8,950 customers; the median in training is taken.",
        "MINIMUM_PAYMENTS is blank for 313 of 8,950 customers; the median in training is taken.",
        "INSTALLMENTS_PURCHASES for 19 customers",
        "BALANCE for 9 (row 140: 19,043.13856), PURCHASES for 9",
    ):
        assert note in notes
    assert "CASH_ADVANCE_TRX are zero in part only" not in notes
