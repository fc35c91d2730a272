"""Movement judged: noise is called noise, and one way is told from back and forth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segmentation.movement import Pattern, bowker, judged_movement, stuart_maxwell

NAMES = {0: "Low", 1: "High", 2: "Cash", 3: "Instalment"}
# Unaided distance vision of 7,477 women, right eye by left eye (A. Stuart, 1955): the data on which
# both tests are usually shown.
VISION = np.array(
    [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]],
    dtype=np.float64,
)


def staying(customers: int) -> dict[tuple[int, int], int]:
    return {(segment, segment): customers // 4 for segment in NAMES}


def test_two_segments_agree_with_a_sum_worked_by_hand() -> None:
    # 10 went and 20 came: (20 − 10)² / (20 + 10), McNemar's test, is what both come down to.
    matrix = np.array([[50.0, 10.0], [20.0, 40.0]])
    for test in (stuart_maxwell(matrix), bowker(matrix)):
        assert test.statistic == pytest.approx(100 / 30)
        assert test.freedom == 1
        assert test.p_value == pytest.approx(0.0679, abs=5e-5)


def test_three_segments_agree_with_a_sum_worked_by_hand() -> None:
    # Net flows (−6, 2, 4); covariance without the last segment [[20, −10], [−10, 18]], of
    # determinant 260, inverse [[18, 10], [10, 20]] / 260.
    matrix = np.array([[30.0, 6.0, 7.0], [4.0, 30.0, 4.0], [3.0, 4.0, 30.0]])
    assert stuart_maxwell(matrix).statistic == pytest.approx((18 * 36 - 240 + 80) / 260)
    assert bowker(matrix).statistic == pytest.approx((6 - 4) ** 2 / 10 + (7 - 3) ** 2 / 10)


def test_the_published_example_comes_out() -> None:
    net_flow, asymmetry = stuart_maxwell(VISION), bowker(VISION)
    assert (net_flow.freedom, asymmetry.freedom) == (3, 6)
    assert net_flow.statistic == pytest.approx(11.957, abs=5e-4)
    assert asymmetry.statistic == pytest.approx(19.107, abs=5e-4)
    assert net_flow.p_value == pytest.approx(0.0075, abs=5e-5)
    assert asymmetry.p_value == pytest.approx(0.0040, abs=5e-5)


def test_segments_that_keep_to_themselves_take_no_degree_of_freedom() -> None:
    matrix = np.diag([100.0, 100.0, 100.0, 100.0])
    assert stuart_maxwell(matrix).p_value == bowker(matrix).p_value == 1
    matrix[0, 1], matrix[1, 0] = 10, 20
    assert stuart_maxwell(matrix).statistic == pytest.approx(100 / 30)
    assert stuart_maxwell(matrix).freedom == bowker(matrix).freedom == 1
    matrix[2, 3] = 5
    assert stuart_maxwell(matrix).freedom == 2
    assert stuart_maxwell(matrix).statistic == pytest.approx(100 / 30 + 5)


counts = arrays(np.float64, (4, 4), elements=st.integers(0, 10_000).map(float))


@given(counts)
def test_going_back_is_judged_like_going_there(matrix: np.ndarray) -> None:
    for test in (stuart_maxwell, bowker):
        there, back = test(matrix), test(matrix.T)
        assert there.statistic >= 0
        assert there.statistic == pytest.approx(back.statistic, rel=1e-6, abs=1e-6)
        assert there.freedom == back.freedom


@given(counts)
def test_as_many_going_as_coming_is_never_one_way(matrix: np.ndarray) -> None:
    even = matrix + matrix.T
    assert stuart_maxwell(even).statistic == bowker(even).statistic == 0


def test_below_two_percent_is_noise_whatever_its_direction() -> None:
    found = judged_movement({**staying(10_000), (0, 2): 150})
    assert found.pattern is Pattern.NOISE
    assert found.verdict(NAMES) == (
        "1.5\xa0% of customers changed segment, no more than noise (below 2.0\xa0%)."
    )


def test_back_and_forth_is_an_exchange_though_not_to_the_last_customer() -> None:
    found = judged_movement({**staying(10_000), (0, 2): 260, (2, 0): 250, (1, 3): 30})
    assert found.net_flow.p_value < 0.001
    assert found.pattern is Pattern.EXCHANGE
    assert found.verdict(NAMES) == (
        "5.1\xa0% of customers changed segment, "
        "more than noise, but no segment gained or lost much."
    )


def test_few_uneven_moves_may_be_chance() -> None:
    found = judged_movement({**staying(500), (0, 2): 9, (2, 0): 4})
    assert found.pattern is Pattern.EXCHANGE


def test_one_way_names_who_gained_and_who_lost() -> None:
    found = judged_movement({**staying(10_000), (0, 2): 300, (2, 0): 50, (3, 2): 40})
    assert found.pattern is Pattern.ONE_WAY
    assert found.net == {0: -250, 1: 0, 2: 290, 3: -40}
    assert found.verdict(NAMES) == (
        "3.8\xa0% of customers changed segment, "
        "and not evenly: on balance Cash gained 290 and Low lost 250."
    )
    assert found.details[0].startswith("Net flow (Stuart–Maxwell): χ² ")
    assert found.details[1] == ("Asymmetry (Bowker): χ² 218.57, 2 degrees of freedom, p < 0.0001.")


@pytest.mark.parametrize("flows", [{}, {(0, 0): 3, (0, 1): 2}, {(3, 3): 499}])
def test_few_customers_are_not_judged(flows: dict[tuple[int, int], int]) -> None:
    found = judged_movement(flows)
    assert found.pattern is Pattern.TOO_FEW
    assert found.verdict(NAMES) == (
        f"{sum(flows.values())} customers in both snapshots: "
        "too few to judge movement, which takes 500."
    )
