"""Cost per additional firearm: Fieller's interval, and when there is none."""

import math

import numpy as np
import pytest

from analysis.costs import NOT_ESTIMABLE, _price, ratio


def test_a_firearm_effect_that_may_be_none_has_no_price() -> None:
    assert ratio([10.0, 12.0, 11.0], [1.0, -2.0, 1.5]) == NOT_ESTIMABLE
    assert ratio([10.0], [2.0]) == NOT_ESTIMABLE
    assert ratio([10.0, 11.0], [0.0, 0.0]) == NOT_ESTIMABLE


def test_a_sure_effect_gives_the_interval_of_the_cost() -> None:
    estimate = ratio([10.0, 12.0, 14.0], [2.0, 2.0, 2.0])
    assert estimate.value == pytest.approx(6.0)
    reach = 4.302652729911275 * 2.0 / math.sqrt(3) / 2.0  # t of 2 degrees of freedom
    assert (estimate.low, estimate.high) == pytest.approx((6.0 - reach, 6.0 + reach))


def test_costs_in_proportion_have_no_uncertainty() -> None:
    estimate = ratio([4.0, 6.0, 8.0], [2.0, 3.0, 4.0])
    assert (estimate.low, estimate.value, estimate.high) == pytest.approx((2.0, 2.0, 2.0))


def test_the_interval_covers_the_true_ratio_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    covered = estimable = 0
    for _ in range(2000):
        below = random.normal(10.0, 4.0, 8)
        above = 30.0 + 2.0 * below + random.normal(0.0, 5.0, 8)
        estimate = ratio(above, below)
        estimable += estimate.estimable
        covered += estimate.low <= 50.0 / 10.0 <= estimate.high
    assert estimable > 1900
    assert 0.935 <= covered / estimable <= 0.965


@pytest.mark.parametrize("change", [-1.0, 1.0])
def test_only_firearms_that_are_kept_off_the_market_have_a_price(change: float) -> None:
    """A proposal that saves money while more reach the market has none, however sure both are."""
    programme = np.array([-20.0, -21.0, -19.0])
    difference = np.column_stack([programme, *np.zeros((3, 3)), change * np.array([5.0, 5.1, 4.9])])
    priced = _price(("preclearance", "static"), difference, {}, (0.0, 0.0))
    assert priced.per_firearm.estimable == (change < 0.0)
    assert priced.total.mean == pytest.approx(-20.0)
