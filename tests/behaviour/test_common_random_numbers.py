"""Two scenarios meet the same vehicles and the same attempts, so their difference is less noisy.

The variance of a paired difference is held against that of a difference between runs with nothing in
common. The ratio is bounded by the effect itself: where a proposal halves every wait, no coupling
could make it more than about 5; where it opens new gaps for heavy loads, less still.
"""

import dataclasses
import functools

import numpy as np
import pytest

from sim.intervention import BASELINE, Scenario
from sim.scenario import read
from tests.behaviour.scene import (
    NOBODY_HURRIES,
    SMALL,
    Vehicle,
    numbers,
    parameters,
    point,
    setting,
    vehicles,
)

REPLICATIONS = 40
MANY_SMUGGLE = {"smuggling.firearms_per_year": 1e6}


@functools.cache
def runs(scenario: Scenario, seed: int) -> list[dict[str, float]]:
    at = point(SMALL, 20, scenario, MANY_SMUGGLE, seed=seed)
    return [numbers(at, replication) for replication in range(REPLICATIONS)]


def variance_ratio(scenario: Scenario, metric: str) -> float:
    """Variance of the difference with independent streams, as a ratio of that with common ones."""
    base, other = runs(BASELINE, 1), runs(BASELINE, 2)
    changed = np.array([row[metric] for row in runs(scenario, 1)])
    paired, apart = (changed - np.array([row[metric] for row in some]) for some in (base, other))
    assert np.any(paired != 0.0)
    return float(apart.var(ddof=1) / paired.var(ddof=1))


@pytest.mark.parametrize("name", ["more_officers", "better_training"])
def test_differences_in_waits_have_a_quarter_of_the_variance_or_less(name: str) -> None:
    ratio = variance_ratio(read(name), "mean_wait_min")
    assert ratio >= 4.0, f"{name}: measured {ratio:.1f} times less variance"


@pytest.mark.parametrize("name", ["more_officers", "better_training"])
def test_differences_in_interceptions_have_a_sixth_of_the_variance_or_less(name: str) -> None:
    ratio = variance_ratio(read(name), "firearms_seized_highway")
    assert ratio >= 6.0, f"{name}: measured {ratio:.1f} times less variance"


def test_the_chance_of_interception_is_less_noisy_where_smugglers_move() -> None:
    # Twice as many searches move heavy loads to other routes: seizures counted one by one gain
    # little from common numbers there (about 2), each attempt's own chance gains more.
    ratio = variance_ratio(read("more_searches"), "expected_firearms_stopped")
    assert ratio >= 4.0, f"measured {ratio:.1f} times less variance"


def test_a_small_step_keeps_nearly_all_of_the_noise_in_common() -> None:
    ratio = variance_ratio(setting("database.lookout_miss_share", 0.05), "mean_wait_min")
    assert ratio >= 30.0, f"measured {ratio:.1f} times less variance"


STEADY = {**NOBODY_HURRIES, "smuggling.firearms_per_year": 1e5}


def met(*ports: str, **smuggling: object) -> dict[Vehicle, np.ndarray]:
    at = point(ports, 10, BASELINE, STEADY)
    room = dataclasses.replace(at.parameters.smuggling, **smuggling)
    return vehicles(
        dataclasses.replace(at, parameters=dataclasses.replace(at.parameters, smuggling=room))
    )


def arrivals_and_services(cars: dict[Vehicle, np.ndarray], keys: list[Vehicle]) -> np.ndarray:
    rows = np.array([cars[key] for key in keys])
    return np.stack([rows[:, 0], rows[:, 2] - rows[:, 1]])


def test_another_port_leaves_the_vehicles_of_the_others_as_they_are() -> None:
    ports = ("abercorn", "coutts", "pacific-highway")
    before, after = met(*ports), met(*ports, "st-stephen")
    kept = sorted(before.keys() & after.keys())
    # Only attempts may have gone elsewhere, and only those of the new port are new.
    assert len(before) - len(kept) < 0.001 * len(before)
    one, other = (arrivals_and_services(cars, kept) for cars in (before, after))
    assert np.array_equal(one[0], other[0])
    assert np.allclose(one[1], other[1], rtol=0.0, atol=1e-6)
    assert len(after) > 1.2 * len(before)


def test_wider_choice_for_smugglers_leaves_ordinary_vehicles_as_they_are() -> None:
    ports = ("abercorn", "coutts", "pacific-highway", "st-stephen")
    few, many = met(*ports, routes_considered=1), met(*ports, routes_considered=4)
    kept = sorted(few.keys() & many.keys())
    moved = len(few.keys() ^ many.keys())
    assert 0 < moved < 0.002 * len(few)
    one, other = (arrivals_and_services(cars, kept) for cars in (few, many))
    same_arrival = one[0] == other[0]
    assert np.array_equal(one[0][same_arrival], other[0][same_arrival])
    assert same_arrival.all()
    assert np.allclose(one[1], other[1], rtol=0.0, atol=1e-6)


def test_more_organisations_and_more_ports_keep_the_trips_that_were_there() -> None:
    from tests.behaviour.scene import border

    few, more = (
        border(point(ports, 10, BASELINE, STEADY))
        for ports in (("abercorn", "coutts"), ("abercorn", "coutts", "st-stephen"))
    )

    def trips(rows: list[object]) -> dict[str, tuple[object, ...]]:
        return {
            row.attempt_id: (row.time_s, row.load, row.deep, row.market, row.source)
            for row in rows
            if row.kind == "trafficking"
        }

    before, after = trips(few.bookings.rows), trips(more.bookings.rows)
    assert len(before) > 10
    assert before.items() <= after.items()


def test_a_changed_value_that_nothing_reads_changes_nothing() -> None:
    at = point(SMALL, 5)
    other = dataclasses.replace(at, parameters=parameters({"costs.truck_delay_cad_per_h": 90.0}))
    one, two = vehicles(at), vehicles(other)
    assert one.keys() == two.keys()
    assert all(np.array_equal(one[key], two[key]) for key in one)
