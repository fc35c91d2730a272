"""Counterfactuals: the smallest changes that lead to another segment, worked by hand and held."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from segmentation.counterfactuals import Counterfactual, counterfactuals
from segmentation.features import COLUMNS, FEATURES, INDEX, Unit
from segmentation.levers import consistent, levers, limits
from segmentation.model import Segment, SegmentModel, load_model
from segmentation.portfolio import Portfolio, read_portfolio
from segmentation.training import Recipe, train
from tests.conftest import NOON

SHIPPED = Path(__file__).parents[2] / "model"
ZERO_TOGETHER = (
    ("BALANCE", "BALANCE_FREQUENCY"),
    ("PURCHASES", "PURCHASES_FREQUENCY", "PURCHASES_TRX"),
    ("ONEOFF_PURCHASES", "ONEOFF_PURCHASES_FREQUENCY"),
    ("INSTALLMENTS_PURCHASES", "PURCHASES_INSTALLMENTS_FREQUENCY"),
    ("CASH_ADVANCE", "CASH_ADVANCE_FREQUENCY", "CASH_ADVANCE_TRX"),
)
KINDS = ("ONEOFF_PURCHASES_FREQUENCY", "PURCHASES_INSTALLMENTS_FREQUENCY")
NAMES = {4: "Segment 4", 5: "Segment 5", 6: "Segment 6"}


def customer(**values: float) -> NDArray[np.float64]:
    """A customer of twelve months with zeros but for the features named."""
    row = np.zeros(len(COLUMNS))
    for column, value in ({"TENURE": 12.0} | values).items():
        row[INDEX[column]] = value
    return row


def centred(model: SegmentModel, *centroids: NDArray[np.float64]) -> SegmentModel:
    """Segments 4, 5, … around these centroids, in a scaled space that is the features' own."""
    return replace(
        model,
        means=np.zeros(len(COLUMNS)),
        scales=np.ones(len(COLUMNS)),
        centroids=np.array(centroids),
        segments=tuple(
            Segment(4 + row, None, f"Segment {4 + row}", 10, 0.5, 3.0, 0.0, 0.0, 0.0)
            for row in range(len(centroids))
        ),
    )


Offers = list[tuple[NDArray[np.float64], Counterfactual]]


def offers(model: SegmentModel, customers: NDArray[np.float64]) -> Offers:
    """Each of the customers (n, 17) with each counterfactual that is offered."""
    return [
        (values, offered)
        for values in customers
        for found in [counterfactuals(model, values)]
        for offered in (found.single, found.double)
        if offered is not None
    ]


@pytest.fixture(scope="module")
def checked(model: SegmentModel, portfolio: Portfolio) -> Offers:
    """Customers, blanks among their values, each with a counterfactual that was offered."""
    return offers(model, portfolio.values[::10])


@pytest.mark.parametrize(
    ("balance", "after", "becomes", "told"),
    [
        (1.0, 2.01, 5, "With a balance of 2.01 or more, all else equal, "),
        (2.4, 2.0, 4, "With a balance of 2 or less, all else equal, "),  # the border itself is 4's
    ],
)
def test_the_border_half_way_between_two_segments_is_where_the_change_leads(
    model: SegmentModel, balance: float, after: float, becomes: int, told: str
) -> None:
    two = centred(model, customer(), customer(BALANCE=4.0))
    found = counterfactuals(two, customer(BALANCE=balance, BALANCE_FREQUENCY=1.0))
    assert found.double is None
    assert found.single is not None
    (change,) = found.single.changes
    assert (change.feature.column, change.before, change.after) == ("BALANCE", balance, after)
    assert found.single.becomes == becomes
    assert found.single.distance == pytest.approx(abs(after - balance))
    assert found.told(NAMES) == (f"{told}this customer would be Segment {becomes}.",)


def test_two_features_go_together_the_shortest_way(model: SegmentModel) -> None:
    """From (2, 0) to (6, 8): a margin of 80 − 4 = 76, over 2 · 10 is 3.8, along (0.6, 0.8)."""
    two = centred(model, customer(), customer(BALANCE=6.0, PAYMENTS=8.0))
    found = counterfactuals(two, customer(BALANCE=2.0, BALANCE_FREQUENCY=1.0))
    assert found.single is not None
    assert found.double is not None
    assert [change.after for change in found.single.changes] == [pytest.approx(4.75, rel=0.01)]
    after = {change.feature.column: change.after for change in found.double.changes}
    assert after == {
        "BALANCE": pytest.approx(2 + 3.8 * 0.6, abs=0.05),
        "PAYMENTS": pytest.approx(3.8 * 0.8, abs=0.05),
    }
    assert found.double.distance == pytest.approx(3.8, rel=0.01)


def test_a_third_segment_on_the_way_is_the_one_that_is_named(model: SegmentModel) -> None:
    three = centred(model, customer(), customer(BALANCE=10.0), customer(BALANCE=4.0, PAYMENTS=3.0))
    found = counterfactuals(three, customer(BALANCE=1.0, BALANCE_FREQUENCY=1.0)).single
    assert found is not None
    (change,) = found.changes
    assert change.after == pytest.approx(3.13)  # 17 / 8 farther; 80 / 20 to the other
    assert found.becomes == 6
    assert not found.onward
    assert found.told("Segment 6").startswith("With a balance of 3.13, all else equal")


def test_one_off_purchases_take_the_total_with_them(model: SegmentModel) -> None:
    two = centred(model, customer(), customer(ONEOFF_PURCHASES=400.0, PURCHASES=400.0))
    values = customer(
        PURCHASES=140.0,
        ONEOFF_PURCHASES=100.0,
        INSTALLMENTS_PURCHASES=40.0,
        PURCHASES_FREQUENCY=0.5,
        ONEOFF_PURCHASES_FREQUENCY=0.5,
        PURCHASES_INSTALLMENTS_FREQUENCY=0.5,
        PURCHASES_TRX=6.0,
    )
    found = counterfactuals(two, values).single
    assert found is not None
    applied = found.applied(values)
    assert applied[INDEX["ONEOFF_PURCHASES"]] == 180.1  # 100 + 128,000 / 1,600 is the border
    assert applied[INDEX["PURCHASES"]] == pytest.approx(220.1)
    assert "180.10 or more (the purchases total moving along)" in found.told("Segment 5")


def test_a_total_that_is_not_the_sum_can_change_by_itself(model: SegmentModel) -> None:
    two = centred(model, customer(), customer(PURCHASES=400.0))
    active = {"PURCHASES_FREQUENCY": 0.5, "PURCHASES_TRX": 6.0}
    found = counterfactuals(two, customer(PURCHASES=150.0, **active)).single
    assert found is not None
    assert [change.feature.column for change in found.changes] == ["PURCHASES"]


def test_shares_go_by_months_down_to_a_single_one(model: SegmentModel) -> None:
    two = centred(model, customer(CASH_ADVANCE_FREQUENCY=0.2), customer())
    cash = {"CASH_ADVANCE": 1.0, "CASH_ADVANCE_TRX": 3.0}
    found = counterfactuals(two, customer(CASH_ADVANCE_FREQUENCY=0.25, **cash)).single
    assert found is not None
    (change,) = found.changes
    assert change.after == 0.083333  # two months of twelve are not below the border, 0.1


def test_where_nothing_leads_over_the_border_that_is_said(model: SegmentModel) -> None:
    two = centred(model, customer(), customer(CASH_ADVANCE=40.0))
    found = counterfactuals(two, customer())
    assert (found.single, found.double) == (None, None)
    assert found.told(NAMES) == (
        "No possible change in one or two features would change the segment.",
    )


def test_where_only_two_features_together_do_that_is_said(model: SegmentModel) -> None:
    two = centred(model, customer(), customer(PRC_FULL_PAYMENT=1.5, BALANCE_FREQUENCY=1.5))
    found = counterfactuals(two, customer(BALANCE=1.0, BALANCE_FREQUENCY=0.25))
    assert found.single is None
    assert found.double is not None
    assert found.told(NAMES)[1] == "No possible change in one feature would do."


def test_what_hardly_any_customer_has_is_said_to_be_unusual(model: SegmentModel) -> None:
    two = centred(model, customer(), customer(BALANCE=40_000.0))
    found = counterfactuals(two, customer(BALANCE=1.0, BALANCE_FREQUENCY=1.0)).single
    assert found is not None
    assert found.told("Segment 5").startswith("With a balance of 20,001 or more (unusual),")


def test_all_months_are_not_followed_by_or_more(model: SegmentModel) -> None:
    two = centred(model, customer(), customer(PRC_FULL_PAYMENT=1.9))
    found = counterfactuals(two, customer(BALANCE=1.0, BALANCE_FREQUENCY=0.25))
    assert found.single is not None
    told = found.single.told("Segment 5")
    assert told.startswith("With payment in full in 100\N{NO-BREAK SPACE}% of months, all else")


def test_every_change_that_is_offered_changes_the_segment(
    model: SegmentModel, checked: Offers
) -> None:
    assert len(checked) > 200
    for values, offered in checked:
        here = model.assign_one(values).segment
        assert model.assign_one(offered.applied(values)).segment == offered.becomes != here


def test_a_little_less_of_it_does_not(model: SegmentModel, checked: Offers) -> None:
    """The last change as 99 % of an amount, or a cent less, or one step less of a grid.

    A share that is as large as another needs it to be has no less to offer.
    """
    assert_a_little_less_does_not(model, checked)


def assert_a_little_less_does_not(model: SegmentModel, checked: Offers) -> None:
    for values, offered in checked:
        *others, last = offered.changes
        sign = np.sign(last.after - last.before)
        step = _grid(last.feature.unit, values)
        less = last.after - sign * step
        if step == 0.01 and (last.after - last.before) * 0.01 * sign > step:
            less = last.before + 0.99 * (last.after - last.before)
        almost = replace(offered, changes=(*others, replace(last, after=less)))
        less_of_it = almost.applied(values)
        if _agrees(less_of_it):
            assert model.assign_one(less_of_it).segment == model.assign_one(values).segment


def test_no_change_goes_beyond_what_a_customer_can_have(
    checked: Offers,
) -> None:
    for values, offered in checked:
        for change in offered.changes:
            assert change.feature.fault(change.after) is None
            assert change.feature.column not in ("TENURE", "CREDIT_LIMIT", "PURCHASES")
            assert change.before == values[INDEX[change.feature.column]] != change.after
            step = _grid(change.feature.unit, values)
            assert change.after / step == pytest.approx(round(change.after / step), abs=1e-4)


def test_what_belongs_together_still_does_after_a_change(
    checked: Offers,
) -> None:
    for values, offered in checked:
        after = dict(zip(COLUMNS, offered.applied(values), strict=True))
        total = after["ONEOFF_PURCHASES"] + after["INSTALLMENTS_PURCHASES"]
        assert after["PURCHASES"] == pytest.approx(total, abs=1e-6)
        for columns in ZERO_TOGETHER:
            assert len({bool(after[column] > 0) for column in columns}) == 1
        assert _agrees(offered.applied(values))


def test_or_more_and_or_less_hold_all_the_way(model: SegmentModel, checked: Offers) -> None:
    onward = [(values, offered) for values, offered in checked if offered.onward]
    assert len(onward) > 50
    for values, offered in onward:
        for beyond in _beyond(values, offered):
            assert model.assign_one(beyond.applied(values)).segment == offered.becomes


def test_two_features_are_offered_only_where_that_is_less(
    model: SegmentModel, portfolio: Portfolio
) -> None:
    for values in portfolio.values[::40]:
        found = counterfactuals(model, values)
        if found.single and found.double:
            assert found.double.distance < found.single.distance
            assert len({change.feature for change in found.double.changes}) == 2


def test_nothing_shorter_is_found_by_chance(model: SegmentModel, portfolio: Portfolio) -> None:
    """Steps of 97 % of the offered distance, in any two features that the customer has."""
    rng = np.random.default_rng(3)
    free = [INDEX[column] for column in ("BALANCE", "PAYMENTS", "CASH_ADVANCE")]
    for values in portfolio.values[::25]:
        known, found = model.imputed(values), counterfactuals(model, values)
        nearest = found.double or found.single
        if nearest is None or (known[free] == 0).any():
            continue
        ways = rng.normal(size=(200, len(free)))
        ways[np.arange(200), rng.integers(0, len(free), 200)] = 0.0
        ways *= 0.97 * nearest.distance / np.linalg.norm(ways, axis=1, keepdims=True)
        rows = np.tile(known, (200, 1))
        rows[:, free] += ways * model.scales[free]
        rows = rows[(rows[:, free] >= 1).all(axis=1)]
        assert (model.assign(rows).segment == model.assign_one(values).segment).all()


@pytest.fixture(scope="module")
def winsorised(portfolio: Portfolio) -> SegmentModel:
    return train(portfolio, 42, NOON, recipe=Recipe(algorithm="winsorised")).model


def test_offers_of_a_winsorised_model_hold_too(
    winsorised: SegmentModel, portfolio: Portfolio
) -> None:
    """Those of the customers that it cuts, among others: there a change counts in part only."""
    known = winsorised.imputed(portfolio.values)
    cut = (known != winsorised.winsorised(known)).any(axis=1)
    found = offers(winsorised, np.concatenate([portfolio.values[cut][::6], portfolio.values[::40]]))
    assert len(found) > 100
    for values, offered in found:
        here = winsorised.assign_one(values).segment
        assert winsorised.assign_one(offered.applied(values)).segment == offered.becomes != here
        if offered.onward:
            for beyond in _beyond(values, offered):
                assert winsorised.assign_one(beyond.applied(values)).segment == offered.becomes
    assert_a_little_less_does_not(winsorised, found)


def test_no_change_in_one_feature_means_none_in_a_winsorised_model_either(
    winsorised: SegmentModel, portfolio: Portfolio
) -> None:
    steps = np.linspace(0.0, 1.0, 200)
    every = (v for v in portfolio.values if counterfactuals(winsorised, v).single is None)
    without = list(islice(every, 20))
    assert len(without) == 20
    for values in without:
        known = winsorised.imputed(values)
        for lever in levers(values, known):
            rows = np.tile(known, (len(steps), 1))
            low, high = limits(lever, rows)
            moved = lever.at(rows, low + steps * (high - low))
            moved = moved[consistent(moved, known) & (low <= high)]
            assert (winsorised.assign(moved).segment == winsorised.assign_one(values).segment).all()


@pytest.fixture(scope="module")
def real(real_portfolio_path: Path) -> Portfolio:
    return read_portfolio(real_portfolio_path)


@pytest.mark.slow
def test_every_offer_to_the_8950_customers_holds_and_a_little_less_does_not(
    real: Portfolio,
) -> None:
    model = load_model(SHIPPED)
    found = offers(model, real.values)
    assert len(found) > 15_000
    here = {row.tobytes(): model.assign_one(row).segment for row in real.values}
    for values, offered in found:
        assert model.assign_one(offered.applied(values)).segment == offered.becomes
        assert offered.becomes != here[values.tobytes()]
        assert all(change.feature.fault(change.after) is None for change in offered.changes)
    assert_a_little_less_does_not(model, found)


def test_the_first_customer_cannot_buy_in_more_than_all_months(real: Portfolio) -> None:
    """The nearest borders of C10001 are at purchases in 118 %, instalments in 121 % of months."""
    found = counterfactuals(load_model(SHIPPED), real.values[list(real.ids).index("C10001")])
    singles = found.single.changes if found.single else ()
    assert all(change.feature.unit is not Unit.SHARE for change in singles)


def test_the_second_customer_would_be_low_activity_with_half_the_cash(real: Portfolio) -> None:
    model = load_model(SHIPPED)
    found = counterfactuals(model, real.values[list(real.ids).index("C10002")]).single
    assert found is not None
    (change,) = found.changes
    assert change.feature.column == "CASH_ADVANCE"
    assert change.after == pytest.approx(3_259, abs=25)  # it moves with the optimum that is found
    assert found.told("Low Activity") == (
        f"With cash advances of {change.after:,.0f} or less, all else equal, "
        "this customer would be Low Activity."
    )
    assert model.segment(found.becomes).archetype == "low_activity"


def _agrees(values: NDArray[np.float64]) -> bool:
    """Whether no share of months and no count of transactions is smaller than another allows."""
    known = dict(zip(COLUMNS, values, strict=True))
    return all(known["PURCHASES_FREQUENCY"] >= known[kind] - 1e-5 for kind in KINDS) and all(
        known[f"{kind}_TRX"] >= known[f"{kind}_FREQUENCY"] * known["TENURE"] - 1e-3
        for kind in ("PURCHASES", "CASH_ADVANCE")
    )


def _grid(unit: Unit, values: NDArray[np.float64]) -> float:
    steps = {Unit.SHARE: 1 / values[INDEX["TENURE"]], Unit.COUNT: 1.0, Unit.AMOUNT: 0.01}
    return float(steps[unit])


def _beyond(values: NDArray[np.float64], offered: Counterfactual) -> Iterator[Counterfactual]:
    """The counterfactual with its changes, in turn, taken three ways farther."""
    for share in (0.1, 0.5, 1.0):
        changes = []
        for change in offered.changes:
            feature = FEATURES[INDEX[change.feature.column]]
            low = min(
                _grid(feature.unit, values) if feature.unit is Unit.SHARE else 1.0, change.after
            )
            high = 1.0 if feature.unit is Unit.SHARE else 0.9 * feature.maximum
            end = max(high, change.after) if change.after > change.before else low
            changes.append(replace(change, after=change.after + share * (end - change.after)))
        yield replace(offered, changes=tuple(changes))
