"""The 17 features: headers met in the wild, bounds, hints, and how values read."""

import numpy as np
import pytest

from segmentation.features import COLUMNS, FEATURES, INDEX, Unit, column_for, known_headers

FEATURE = {feature.column: feature for feature in FEATURES}


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("CREDIT_LIMIT", "CREDIT_LIMIT"),
        (" credit limit ", "CREDIT_LIMIT"),
        ("Credit-Limit", "CREDIT_LIMIT"),
        ("customer_id", "CUST_ID"),
        ("Cust ID", "CUST_ID"),
        ("installment_purchases", "INSTALLMENTS_PURCHASES"),
        ("minimum_payment", "MINIMUM_PAYMENTS"),
        ("One-Off Purchases", "ONEOFF_PURCHASES"),
        ("favourite_colour", None),
    ],
)
def test_headers_met_in_the_wild_are_understood(header: str, column: str | None) -> None:
    assert column_for(header) == column


def test_no_header_stands_for_two_columns() -> None:
    names = [alias for feature in FEATURES for alias in (feature.column, *feature.aliases)]
    folded = [name.lower() for name in names]
    assert len(folded) == len(set(folded))
    assert set(known_headers().values()) == {"CUST_ID", *COLUMNS}


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("PURCHASES_FREQUENCY", 16.7, "Did you mean 0.167?"),
        ("PURCHASES_FREQUENCY", 1.01, "from 0 to 1, not 1.01"),
        ("CASH_ADVANCE_FREQUENCY", 2.1, "from 0 to 2, not 2.1"),
        ("TENURE", 60.0, "not the account's age"),
        ("TENURE", 0.0, "from 1 to 12, not 0"),
        ("TENURE", 7.5, "a whole number, not 7.5"),
        ("CREDIT_LIMIT", 0.0, "more than 0 and at most 1,000,000, not 0"),
        ("BALANCE", -1.0, "from 0 to 1,000,000, not -1"),
        ("PURCHASES_TRX", 2.5, "a whole number, not 2.5"),
        ("PAYMENTS", float("inf"), "not inf"),
    ],
)
def test_an_impossible_value_is_told_with_what_to_do(column: str, value: float, told: str) -> None:
    fault = FEATURE[column].fault(value)
    assert fault is not None
    assert told in fault


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("CASH_ADVANCE_FREQUENCY", 1.5),
        ("MINIMUM_PAYMENTS", 76_406.0),
        ("CREDIT_LIMIT", 50.0),
        ("TENURE", 12.0),
        ("BALANCE", float("nan")),
    ],
)
def test_values_of_the_public_portfolio_are_allowed(column: str, value: float) -> None:
    assert FEATURE[column].fault(value) is None


def test_one_check_serves_one_value_and_a_whole_column() -> None:
    for feature in FEATURES:
        values = np.array([-1.0, 0.0, 0.5, 1.0, 12.0, 13.0, 2e6, np.nan, np.inf])
        one_by_one = [feature.fault(value) is not None for value in values.tolist()]
        assert feature.faulty(values).tolist() == one_by_one


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("CASH_ADVANCE", 6442.945, "6,443"),
        ("PURCHASES_FREQUENCY", 0.166667, "17\N{NO-BREAK SPACE}%"),
        ("CASH_ADVANCE_TRX", 4.0, "4"),
        ("CASH_ADVANCE_TRX", 14.29, "14.3"),
        ("TENURE", 12.0, "12 months"),
        ("TENURE", 1.0, "1 month"),
        ("CASH_ADVANCE", -1e-13, "0"),
        ("CASH_ADVANCE_TRX", -0.01, "0"),
        ("BALANCE", 0.3, "under 1"),
        ("PURCHASES_FREQUENCY", 0.004, "under 1\N{NO-BREAK SPACE}%"),
        ("PURCHASES_FREQUENCY", -1e-17, "0\N{NO-BREAK SPACE}%"),
    ],
)
def test_values_read_as_people_write_them(column: str, value: float, shown: str) -> None:
    assert FEATURE[column].shown(value) == shown


def test_the_usual_range_lies_within_the_allowed_one() -> None:
    for feature in FEATURES:
        assert not feature.faulty(np.array(feature.usual)).any()
        assert feature.unit is not Unit.SHARE or feature.usual == (0, 1)
    assert INDEX["TENURE"] == 16
