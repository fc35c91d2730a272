"""The made-up portfolio: one that could be real, and weeks that could follow each other."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from segmentation.features import COLUMNS, CUSTOMER_ID, FEATURES, Unit
from segmentation.synthetic import a_week_later, synthetic_portfolio

FEATURE_COLUMNS = list(COLUMNS)
SHARES = [feature.column for feature in FEATURES if feature.unit is Unit.SHARE]
ZERO_TOGETHER = (
    ("BALANCE", "BALANCE_FREQUENCY"),
    ("CASH_ADVANCE", "CASH_ADVANCE_FREQUENCY", "CASH_ADVANCE_TRX"),
    ("ONEOFF_PURCHASES", "ONEOFF_PURCHASES_FREQUENCY"),
    ("INSTALLMENTS_PURCHASES", "PURCHASES_INSTALLMENTS_FREQUENCY"),
    ("PURCHASES", "PURCHASES_FREQUENCY", "PURCHASES_TRX"),
)

a_portfolio = given(
    customers=st.integers(1, 300), weeks=st.integers(0, 2), seed=st.integers(0, 2**32 - 1)
)
a_few = settings(max_examples=10, deadline=None)


def portfolio_after(customers: int, weeks: int, seed: int) -> pd.DataFrame:
    *_, last = week_by_week(customers, weeks, seed)
    return last


def week_by_week(customers: int, weeks: int, seed: int) -> Iterator[pd.DataFrame]:
    rng = np.random.default_rng(seed)
    portfolio = synthetic_portfolio(customers, rng)
    yield portfolio
    for _ in range(weeks):
        portfolio = a_week_later(portfolio, rng)
        yield portfolio


@pytest.fixture(scope="module")
def eight_weeks() -> list[pd.DataFrame]:
    return list(week_by_week(5_000, 8, seed=0))


@pytest.fixture(scope="module")
def frozen_model(eight_weeks: list[pd.DataFrame]) -> Pipeline:
    model = make_pipeline(
        SimpleImputer(strategy="median"),
        StandardScaler(),
        KMeans(n_clusters=4, n_init=20, random_state=0),
    )
    return model.fit(eight_weeks[0][FEATURE_COLUMNS])


def clusters(model: Pipeline, portfolio: pd.DataFrame) -> "pd.Series[int]":
    return pd.Series(model.predict(portfolio[FEATURE_COLUMNS]), portfolio[CUSTOMER_ID])


def shares(labels: "pd.Series[int]") -> "pd.Series[float]":
    return labels.value_counts(normalize=True).sort_index()


def test_the_columns_are_the_id_and_the_features_in_their_order() -> None:
    portfolio = portfolio_after(10, 1, seed=0)
    assert list(portfolio) == [CUSTOMER_ID, *COLUMNS]
    assert (portfolio.dtypes.iloc[1:] == np.float64).all()


@a_portfolio
@a_few
def test_every_value_is_one_a_customer_can_have(customers: int, weeks: int, seed: int) -> None:
    portfolio = portfolio_after(customers, weeks, seed)
    for feature in FEATURES:
        values = portfolio[feature.column].to_numpy()
        assert not feature.faulty(values).any(), feature.column
    others = portfolio.drop(columns="MINIMUM_PAYMENTS")
    assert others.notna().all(axis=None)


@a_portfolio
@a_few
def test_the_parts_of_a_customers_purchases_and_cash_agree(
    customers: int, weeks: int, seed: int
) -> None:
    portfolio = portfolio_after(customers, weeks, seed)
    sums = portfolio["ONEOFF_PURCHASES"] + portfolio["INSTALLMENTS_PURCHASES"]
    assert np.allclose(portfolio["PURCHASES"], sums, rtol=0, atol=0.001)
    for first, *others in ZERO_TOGETHER:
        for other in others:
            assert ((portfolio[first] == 0) == (portfolio[other] == 0)).all(), (first, other)
    for kind in ("ONEOFF_PURCHASES_FREQUENCY", "PURCHASES_INSTALLMENTS_FREQUENCY"):
        assert (portfolio["PURCHASES_FREQUENCY"] >= portfolio[kind]).all()


@a_portfolio
@a_few
def test_shares_are_whole_months_of_the_window_and_limits_are_in_hundreds(
    customers: int, weeks: int, seed: int
) -> None:
    portfolio = portfolio_after(customers, weeks, seed)
    tenure = portfolio[["TENURE"]].to_numpy()
    months = portfolio[SHARES].to_numpy() * tenure
    assert np.array_equal(portfolio[SHARES], (np.rint(months) / tenure).round(6))
    limits = portfolio["CREDIT_LIMIT"]
    assert ((limits % 100 == 0) | (limits == 50)).all()


@a_portfolio
@a_few
def test_nobody_has_fewer_transactions_than_months_with_one(
    customers: int, weeks: int, seed: int
) -> None:
    portfolio = portfolio_after(customers, weeks, seed)
    for kind in ("PURCHASES", "CASH_ADVANCE"):
        months = (portfolio[f"{kind}_FREQUENCY"] * portfolio["TENURE"]).round()
        assert (portfolio[f"{kind}_TRX"] >= months).all()


@a_portfolio
@a_few
def test_the_same_seed_gives_the_same_portfolio(customers: int, weeks: int, seed: int) -> None:
    once, again = (portfolio_after(customers, weeks, seed) for _ in range(2))
    pd.testing.assert_frame_equal(once, again)


@pytest.mark.parametrize(("customers", "first"), [(5_000, "C10001"), (90_000, "C100001")])
def test_ids_are_unique_and_ascend_as_text(customers: int, first: str) -> None:
    ids = portfolio_after(customers, 1, seed=0)[CUSTOMER_ID]
    assert ids.iloc[0] == first
    assert ids.is_unique
    assert ids.is_monotonic_increasing


def test_ids_do_not_tell_the_segment(eight_weeks: list[pd.DataFrame]) -> None:
    first, second = np.array_split(eight_weeks[0]["PURCHASES_FREQUENCY"].to_numpy(), 2)
    assert first.mean() == pytest.approx(second.mean(), abs=0.04)


def test_kmeans_finds_the_four_segments_in_their_proportions(
    eight_weeks: list[pd.DataFrame], frozen_model: Pipeline
) -> None:
    found = sorted(shares(clusters(frozen_model, eight_weeks[0])))
    assert found == pytest.approx([0.041, 0.132, 0.366, 0.460], rel=0.15)


def test_minimum_payments_are_blank_without_payments_and_seldom_otherwise(
    eight_weeks: list[pd.DataFrame],
) -> None:
    for portfolio in eight_weeks:
        blank = portfolio["MINIMUM_PAYMENTS"].isna()
        paid = portfolio["PAYMENTS"] > 0
        assert blank[~paid].all()
        assert 0.003 < blank[paid].mean() < 0.015


def test_two_to_four_per_cent_change_segment_in_a_week(
    eight_weeks: list[pd.DataFrame], frozen_model: Pipeline
) -> None:
    labels = [clusters(frozen_model, portfolio) for portfolio in eight_weeks]
    for before, after in pairwise(labels):
        both = before.index.intersection(after.index)
        assert 0.02 < (before[both] != after[both]).mean() < 0.04


def test_the_segments_keep_their_shares_over_eight_weeks(
    eight_weeks: list[pd.DataFrame], frozen_model: Pipeline
) -> None:
    start, end = (shares(clusters(frozen_model, eight_weeks[week])) for week in (0, -1))
    assert (end / start).between(0.85, 1.15).all()


def test_a_few_leave_and_as_many_or_slightly_more_join_each_week(
    eight_weeks: list[pd.DataFrame],
) -> None:
    for before, after in pairwise(eight_weeks):
        left = set(before[CUSTOMER_ID]) - set(after[CUSTOMER_ID])
        joined = set(after[CUSTOMER_ID]) - set(before[CUSTOMER_ID])
        assert 0 < len(left) <= len(joined) <= len(left) + 5
        assert len(left) < 0.006 * len(before)
        assert min(joined) > max(before[CUSTOMER_ID])


def test_limits_stay_and_windows_only_grow(eight_weeks: list[pd.DataFrame]) -> None:
    before, after = (portfolio.set_index(CUSTOMER_ID) for portfolio in eight_weeks[:2])
    both = before.index.intersection(after.index)
    assert before.loc[both, "CREDIT_LIMIT"].equals(after.loc[both, "CREDIT_LIMIT"])
    grown = after.loc[both, "TENURE"] - before.loc[both, "TENURE"]
    short = before.loc[both, "TENURE"] < 12
    assert set(grown) == {0, 1}
    assert 0.15 < grown[short].mean() < 0.32
