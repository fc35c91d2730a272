"""Drift: quiet portfolios raise no alarm, changed ones do, and the sentence says what changed."""

import json
from collections.abc import Callable
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from segmentation.chi_square import ChiSquare
from segmentation.drift import Drift, drift, noise_level
from segmentation.drift_bins import Baseline, Bins, baseline, psi
from segmentation.drift_grades import Change
from segmentation.drift_shares import ShareDrift, share_drift
from segmentation.features import COLUMNS, FEATURES, INDEX, Unit
from segmentation.model import SegmentModel, load_model
from segmentation.portfolio import Portfolio, read_portfolio

NAMES = {0: "Low", 1: "High", 2: "Cash", 3: "Instalment"}
SHARES = {0: 0.4, 1: 0.1, 2: 0.2, 3: 0.3}
SHIPPED = Path(__file__).parents[2] / "model"
Values = NDArray[np.float64]


def shares_of(model: SegmentModel) -> dict[int, float]:
    return {segment.id: segment.share for segment in model.segments}


def sizes(segments: NDArray[np.int64]) -> dict[int, int]:
    ids, counts = np.unique(segments, return_counts=True)
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))


def compared(trained_on: Values, values: Values, model: SegmentModel) -> Drift:
    now = sizes(model.assign(values).segment)
    return drift(baseline(trained_on), shares_of(model), values, now)


def feature(column: str) -> str:
    return FEATURES[INDEX[column]].label


def replaced(values: Values, column: str, by: float | Values) -> Values:
    changed = values.copy()
    changed[:, INDEX[column]] = by
    return changed


def column_bins(column: str, values: list[float]) -> Bins:
    training = np.full((len(values), len(COLUMNS)), 0.5)
    return baseline(replaced(training, column, np.array(values))).features[INDEX[column]]


def test_psi_agrees_with_a_sum_worked_by_hand() -> None:
    # 20 and 20 with half a customer more each are halves; 30 and 10 become 30.5/41 and 10.5/41.
    by_hand = (30.5 / 41 - 0.5) * log(2 * 30.5 / 41) + (10.5 / 41 - 0.5) * log(2 * 10.5 / 41)
    assert psi((20, 20), (30, 10)) == pytest.approx(by_hand)
    assert by_hand == pytest.approx(0.2601, abs=5e-5)


def test_psi_leaves_out_what_is_empty_in_both_and_stays_finite_for_what_is_empty_in_one() -> None:
    assert psi((20, 0, 20), (30, 0, 10)) == psi((20, 20), (30, 10))
    assert psi((40, 0), (0, 40)) == pytest.approx(2 * (40 / 41) * log(81))
    assert psi((0, 0), (0, 0)) == 0


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), min_size=1))
def test_psi_is_never_negative_and_zero_for_the_same_counts(pairs: list[tuple[int, int]]) -> None:
    before, now = zip(*pairs, strict=True)
    assert psi(before, now) >= 0
    assert psi(before, before) == 0


def test_zero_has_a_bin_of_its_own_where_it_is_common() -> None:
    common = column_bins("PURCHASES", [0.0] * 300 + [float(n) for n in range(1, 701)])
    assert common.edges[0] == 0
    assert common.counts == (300, 140, 140, 140, 140, 140, 0)
    some = column_bins("PAYMENTS", [0.0] * 100 + [float(n) for n in range(1, 901)])
    assert some.counts == (100, *[100] * 9, 0)
    rare = column_bins("BALANCE", [0.0] * 4 + [float(n) for n in range(1, 901)])
    assert rare.counts == (104, *[100] * 8, 0)


def test_shares_months_and_blanks_have_their_fixed_bins() -> None:
    shares = column_bins("PURCHASES_FREQUENCY", [0, 0.1, 0.25, 0.5, 0.75, 0.916667, 1, np.nan])
    assert shares.counts == (1, 2, 1, 1, 1, 1, 1)
    assert column_bins("TENURE", [6, 11, 12, 12, np.nan]).counts == (2, 2, 1)
    assert column_bins("CASH_ADVANCE_FREQUENCY", [1, 1.5]).counts[-2:] == (2, 0)


def test_a_column_of_one_value_shows_when_it_goes_either_way() -> None:
    bins = column_bins("CREDIT_LIMIT", [1_000.0] * 500)
    assert bins.count(np.array([900.0, 1_000.0, 1_100.0])) == (1, 1, 1, 0)


def test_columns_without_anything_to_cut_have_bins_all_the_same() -> None:
    assert column_bins("CASH_ADVANCE", [0.0] * 5 + [np.nan]).counts == (5, 0, 1)
    assert column_bins("CREDIT_LIMIT", [np.nan] * 5).counts == (0, 5)


def test_a_baseline_comes_back_from_json_as_it_was(portfolio: Portfolio) -> None:
    frozen = baseline(portfolio.values)
    assert Baseline.from_json(json.loads(json.dumps(frozen.as_json()))) == frozen


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda data: data["features"].pop(), "17 features"),
        (lambda data: data["features"][0]["counts"].pop(), "do not fit"),
        (lambda data: data["features"][0]["edges"].reverse(), "not in order"),
        (lambda data: data.update(customers=7), "every customer once"),
    ],
)
def test_a_damaged_baseline_is_refused(
    portfolio: Portfolio, damage: Callable[[dict[str, object]], object], complaint: str
) -> None:
    data = baseline(portfolio.values).as_json()
    damage(data)
    with pytest.raises(ValueError, match=complaint):
        Baseline.from_json(data)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 6, 9, 45])
@pytest.mark.parametrize("statistic", [0.0, 1e-3, 1.0, 7.8, 40.0, 900.0])
def test_p_values_are_those_of_scipy(statistic: float, freedom: int) -> None:
    expected = stats.chi2.sf(statistic, freedom)
    assert ChiSquare(statistic, freedom).p_value == pytest.approx(expected, rel=1e-9)


def test_the_share_test_is_that_of_a_two_by_k_table() -> None:
    now = {0: 350, 1: 130, 2: 230, 3: 290}
    expected = stats.chi2_contingency([[800, 200, 400, 600], list(now.values())])
    test = share_drift(2_000, SHARES, now).test
    assert test.statistic == pytest.approx(expected.statistic)
    assert test.freedom == 3
    assert test.p_value == pytest.approx(expected.pvalue)


def test_intervals_hold_for_all_segments_at_once() -> None:
    wide = share_drift(10**9, SHARES, {0: 400, 1: 100, 2: 200, 3: 300}).segments[0]
    half = 2.498 * np.sqrt(0.4 * 0.6 / 1_000)
    assert wide.high - wide.low == pytest.approx(2 * half, rel=0.01)
    assert not wide.beyond_chance


def test_an_emptied_segment_is_told_with_an_interval() -> None:
    found = share_drift(8_950, SHARES, {0: 500, 2: 250, 3: 350})
    assert found.change is Change.MAJOR
    assert found.foremost.segment == 1
    assert found.foremost.low == pytest.approx(0)
    assert 0 < found.foremost.high < 0.02
    assert found.foremost.beyond_chance


def test_among_very_many_customers_a_trifle_is_measurable_and_no_alarm() -> None:
    found = share_drift(10**6, SHARES, {0: 405_000, 1: 100_000, 2: 200_000, 3: 295_000})
    assert found.test.p_value < 1e-6
    assert found.change is Change.MEASURABLE


def test_the_training_portfolio_has_not_drifted_from_itself(
    portfolio: Portfolio, model: SegmentModel
) -> None:
    found = compared(portfolio.values, portfolio.values, model)
    assert max(feature.psi for feature in found.features) == 0
    assert found.shares.test.statistic == pytest.approx(0)
    assert not found.alarm
    assert found.verdict(NAMES) == "Customers look much as they did in training."
    assert found.details(NAMES) == ()


def test_the_order_of_customers_does_not_matter(portfolio: Portfolio, model: SegmentModel) -> None:
    now = replaced(portfolio.values, "PAYMENTS", portfolio.values[:, INDEX["PAYMENTS"]] * 2)
    found = compared(portfolio.values, now, model)
    shuffled = np.random.default_rng(3).permutation(now)
    assert compared(portfolio.values[::-1], shuffled, model) == found


def test_the_sentence_names_what_changed_and_the_details_have_the_figures(
    portfolio: Portfolio,
) -> None:
    cents = replaced(portfolio.values, "PAYMENTS", portfolio.values[:, INDEX["PAYMENTS"]] * 100)
    found = drift(
        baseline(portfolio.values),
        SHARES,
        replaced(cents, "CREDIT_LIMIT", np.nan),
        {0: 680, 1: 200, 2: 540, 3: 580},
    )
    assert found.alarm
    assert found.verdict(NAMES) == (
        f"Since training, {feature('CREDIT_LIMIT')} went blank for many customers, "
        f"{feature('PAYMENTS')} changed a lot and "
        "Cash went from 20.0\xa0% to 27.0\xa0% of customers."
    )
    assert [drifted.feature.column for drifted in found.features[:2]] == [
        "CREDIT_LIMIT", "PAYMENTS",
    ]  # fmt: skip
    details = found.details(NAMES)
    assert details[0].endswith("blank for 100.0\xa0%, 0.0\xa0% in training.")
    assert details[1].startswith(f"{feature('PAYMENTS')}: major, PSI ")
    assert details[2] == "Sizes of the segments: minor, χ² 30.92, 3 degrees of freedom, p < 0.0001."
    assert any(line.startswith("Cash: 27.0\xa0% (") for line in details[3:])


def test_a_shift_that_chance_may_explain_is_told_without_an_alarm(portfolio: Portfolio) -> None:
    found = drift(
        baseline(portfolio.values), SHARES, portfolio.values, {0: 730, 1: 200, 2: 490, 3: 580}
    )
    assert not found.alarm
    assert found.verdict(NAMES) == (
        "Customers look much as they did in training, "
        "though Cash went from 20.0\xa0% to 24.5\xa0% of customers."
    )


@pytest.mark.parametrize("customers", [0, 1, 499])
def test_few_customers_are_not_judged(
    portfolio: Portfolio, model: SegmentModel, customers: int
) -> None:
    found = compared(portfolio.values, portfolio.values[:customers] * np.nan, model)
    assert not found.alarm
    assert found.details(NAMES) == ()
    assert found.verdict(NAMES) == (
        f"{customers} customer{'' if customers == 1 else 's'}: "
        "too few to judge drift, which takes 500."
    )


def test_a_small_training_portfolio_is_nothing_to_judge_by(
    portfolio: Portfolio, model: SegmentModel
) -> None:
    found = compared(portfolio.values[:600], portfolio.values, model)
    assert not found.alarm
    assert found.verdict(NAMES) == (
        "The segments were trained on 600 customers: too few to judge drift, which takes 1,000."
    )


def test_noise_goes_with_the_customers_on_both_sides() -> None:
    assert noise_level(10**12, 1_000) == pytest.approx(0.017)
    assert noise_level(10**12, 4_000) == pytest.approx(0.0045)
    assert noise_level(2_000, 2_000) == pytest.approx(noise_level(10**12, 1_000))


@pytest.fixture(scope="module")
def real(real_portfolio_path: Path) -> Values:
    return read_portfolio(real_portfolio_path).values


@pytest.fixture(scope="module")
def shipped() -> SegmentModel:
    return load_model(SHIPPED)


EDGES = {
    "BALANCE": (0, 31, 102, 293, 663, 1079, 1526, 2360, 4054),
    "PURCHASES": (0, 189, 431, 853, 1823),
    "ONEOFF_PURCHASES": (0, 143, 362, 783, 1554),
    "INSTALLMENTS_PURCHASES": (0, 145, 301, 533, 1058),
    "CASH_ADVANCE": (0, 280, 883, 1659, 3172),
    "CASH_ADVANCE_TRX": (0, 1, 3, 5, 10),
    "PURCHASES_TRX": (0, 4, 8, 13, 27),
    "CREDIT_LIMIT": (1200, 1500, 2000, 3000, 4000, 5000, 7000, 9000),
    "PAYMENTS": (0, 229, 372, 544, 748, 1069, 1477, 2166, 3759),
    "MINIMUM_PAYMENTS": (114, 163, 188, 254, 393, 592, 935, 1647),
}


def test_the_public_portfolio_is_cut_at_the_published_edges(real: Values) -> None:
    frozen = baseline(real)
    for column, edges in EDGES.items():
        assert frozen.features[INDEX[column]].edges == pytest.approx(edges, abs=0.51)


def draws(values: Values, portfolios: int, weights: Values | None = None) -> list[Values]:
    rng = np.random.default_rng(11)
    rows = rng.choice(len(values), (portfolios, 1_000), p=weights)
    return [values[some] for some in rows]


def alarms(real: Values, model: SegmentModel, portfolios: list[Values]) -> float:
    frozen, shares = baseline(real), shares_of(model)
    found = [
        drift(frozen, shares, values, sizes(model.assign(values).segment)) for values in portfolios
    ]
    return float(np.mean([one.alarm for one in found]))


def test_500_quiet_portfolios_of_1000_customers_raise_no_alarm(
    real: Values, shipped: SegmentModel
) -> None:
    assert alarms(real, shipped, draws(real, 500)) == 0


def with_more_cash_advances(real: Values, model: SegmentModel, share: float) -> list[Values]:
    cash = model.assign(real).segment == 2
    weights = np.where(cash, share / cash.sum(), (1 - share) / (~cash).sum())
    return draws(real, 50, weights)


def dearer(values: Values, factor: float) -> Values:
    amounts = np.array([feature.unit is Unit.AMOUNT for feature in FEATURES])
    return np.where(amounts, values * factor, values)


@pytest.mark.parametrize("factor", [1.25, 1.5, 100])
def test_amounts_in_other_money_or_units_raise_an_alarm(
    real: Values, shipped: SegmentModel, factor: float
) -> None:
    assert alarms(real, shipped, [dearer(values, factor) for values in draws(real, 50)]) == 1


def test_a_third_without_minimum_payments_raises_an_alarm(
    real: Values, shipped: SegmentModel
) -> None:
    blank, place = np.arange(1_000) < 300, INDEX["MINIMUM_PAYMENTS"]
    portfolios = [
        replaced(values, COLUMNS[place], np.where(blank, np.nan, values[:, place]))
        for values in draws(real, 50)
    ]
    assert alarms(real, shipped, portfolios) == 1


def test_instalments_that_three_in_ten_gave_up_mostly_raise_an_alarm(
    real: Values, shipped: SegmentModel
) -> None:
    portfolios = draws(real, 50)
    for values in portfolios:
        columns = [INDEX["INSTALLMENTS_PURCHASES"], INDEX["PURCHASES_INSTALLMENTS_FREQUENCY"]]
        values[:300, columns] = 0
    assert alarms(real, shipped, portfolios) >= 0.7


def test_a_quarter_in_the_cash_segment_raises_an_alarm_and_18_percent_is_told(
    real: Values, shipped: SegmentModel
) -> None:
    assert alarms(real, shipped, with_more_cash_advances(real, shipped, 0.25)) == 1
    told = [
        shares_tested(shipped, values).change >= Change.MEASURABLE
        for values in with_more_cash_advances(real, shipped, 0.18)
    ]
    assert np.mean(told) >= 0.75


def shares_tested(model: SegmentModel, values: Values) -> ShareDrift:
    now = sizes(model.assign(values).segment)
    return share_drift(model.provenance.customers, shares_of(model), now)
