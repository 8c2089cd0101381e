"""The cost of routes away from the ports, fitted to their shares."""

import numpy as np
import pytest
from scipy.special import softmax

from sim.model.smuggling.routes import hidden_costs, open_by_hour
from sim.places.ports import read_ports

SHARES = {"port": 0.7, "water": 0.25, "post": 0.05}
UTILITY = {
    "port": np.array([0.9, 0.7, 0.8]),
    "water": np.array([0.6, 0.5]),
    "post": np.array([0.1]),
}


def shares(costs: dict[str, float], opened: np.ndarray, rationality: float) -> dict[str, float]:
    """Shares over the day of a logit, worked out option by option."""
    kinds = [kind for kind, utility in UTILITY.items() for _ in utility]
    utility = np.concatenate([UTILITY[kind] - costs[kind] for kind in UTILITY])
    found = dict.fromkeys(UTILITY, 0.0)
    for hour in opened:
        there = np.append(hour, [True] * 3)
        chance = softmax(np.where(there, rationality * utility, -np.inf))
        for kind, one in zip(kinds, chance, strict=True):
            found[kind] += one / len(opened)
    return found


@pytest.mark.parametrize("rationality", [1.0, 2.0, 20.0])
@pytest.mark.parametrize("closed_at_night", [0, 1, 2])
def test_the_shares_are_those_asked_for(closed_at_night: int, rationality: float) -> None:
    opened = np.ones((24, 3), bool)
    opened[:8, :closed_at_night] = False
    costs = hidden_costs(UTILITY, opened, SHARES, rationality, most=10.0)
    assert costs["port"] == 0.0
    assert shares(costs, opened, rationality) == pytest.approx(SHARES, abs=1e-8)


def test_with_little_rationality_the_cost_stays_within_what_is_believed() -> None:
    opened = np.ones((24, 3), bool)
    for rationality in (0.0, 1e-6, 0.1):
        costs = hidden_costs(UTILITY, opened, SHARES, rationality, most=2.0)
        assert all(abs(cost) <= 2.0 for cost in costs.values())


def test_what_cannot_be_fitted_is_cheap_or_free() -> None:
    half = np.ones((24, 3), bool)
    half[:12] = False  # half of the trips have no port, so 30 % away cannot be
    costs = hidden_costs(UTILITY, half, SHARES, 2.0, most=2.0)
    assert costs["water"] == costs["post"] == 2.0
    nothing = {**UTILITY, "port": np.array([])}
    assert set(hidden_costs(nothing, np.ones((24, 0), bool), SHARES, 2.0, 2.0).values()) == {0.0}
    never = hidden_costs(UTILITY, np.ones((24, 3), bool), {**SHARES, "water": 0.0}, 2.0, 2.0)
    assert never["water"] == 0.0


def test_hours_of_opening_by_hour() -> None:
    ports = read_ports(2005)
    opened = open_by_hour(ports)
    assert np.array_equal(opened.sum(axis=0), np.round(ports.close_hour - ports.open_hour))
