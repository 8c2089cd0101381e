"""What the answer says of the wait: no more digits than anyone could notice."""

import pytest

from analysis.compare import Comparison
from analysis.estimates import Estimate
from analysis.findings import _price

SECOND = 1 / 60


def wait(low: float, high: float, p: float) -> Comparison:
    mean = (low + high) / 2
    difference = Estimate(mean, low, high, 5, p, identical=False)
    return Comparison("one", "static", "mean_wait_min", 4.6, difference, p, 365)


@pytest.mark.parametrize("p", [0.001, 0.9])
def test_less_than_a_second_is_said_in_words_whether_it_is_chance_or_not(p: float) -> None:
    found = wait(-0.5 * SECOND, 0.9 * SECOND, p)
    assert _price([found], found) == "It changes the mean wait by less than a second."


@pytest.mark.parametrize(
    ("low", "high", "p", "expected"),
    [
        (-0.5 * SECOND, 2.0 * SECOND, 0.9, "not distinguishable from none"),
        (2.0 * SECOND, 4.0 * SECOND, 0.001, "longer"),
        (-4.0 * SECOND, -2.0 * SECOND, 0.001, "shorter"),
    ],
)
def test_more_than_a_second_is_said_with_its_interval(
    low: float, high: float, p: float, expected: str
) -> None:
    found = wait(low, high, p)
    said = _price([found], found)
    assert expected in said
    assert "[" in said
