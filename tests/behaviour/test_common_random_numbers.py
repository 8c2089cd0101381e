"""Two scenarios meet the same vehicles and the same attempts, so their difference is less noisy.

The variance of a paired difference is held against that of a difference between runs with nothing
in common. The ratio is bounded by the effect itself: where a proposal halves every wait, no
coupling could make it more than 5; where heavy loads take another route, less still.
"""

import dataclasses
import functools

import numpy as np
import pytest

from sim.model.smuggling.routes import Attempt
from sim.numerics.randomness import entity_number
from sim.scenario.intervention import BASELINE, Scenario
from sim.scenario.reading import read
from tests.behaviour.scene import (
    NOBODY_HURRIES,
    SMALL,
    Vehicle,
    border,
    numbers,
    parameters,
    point,
    setting,
    vehicles,
)

REPLICATIONS = 40
# One firearm a trip: a single heavy load would decide the variance of what is seized.
MANY_SMUGGLE = {"smuggling.firearms_per_year": 5e5, "smuggling.load_mean": 1.0}


@functools.cache
def runs(scenario: Scenario, seed: int) -> list[dict[str, float]]:
    # Two years of traces before the first day would be most of what a short run costs.
    short = {**MANY_SMUGGLE, "intelligence.warm_up_days": 120}
    at = point(SMALL, 10, scenario, short, seed=seed)
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


def test_differences_in_interceptions_have_half_of_the_variance_or_less() -> None:
    # Freed time becomes searches, which send smugglers by other routes (measured: 2.5 times).
    ratio = variance_ratio(read("more_officers"), "firearms_seized_highway")
    assert ratio >= 2.0, f"measured {ratio:.1f} times less variance"


@pytest.mark.parametrize(("name", "least"), [("better_training", 6.0), ("more_searches", 2.0)])
def test_the_chance_of_interception_is_less_noisy_too(name: str, least: float) -> None:
    # Twice as many searches send smugglers by other routes, which leaves less in common.
    ratio = variance_ratio(read(name), "expected_firearms_stopped")
    assert ratio >= least, f"{name}: measured {ratio:.1f} times less variance"


def test_a_small_step_keeps_nearly_all_of_the_noise_in_common() -> None:
    ratio = variance_ratio(setting("database.lookout_miss_share", 0.05), "mean_wait_min")
    assert ratio >= 30.0, f"measured {ratio:.1f} times less variance"


STEADY = {**NOBODY_HURRIES, **MANY_SMUGGLE}
TRAFFICKERS = entity_number("organisations")


def met(*ports: str, **smuggling: object) -> dict[Vehicle, np.ndarray]:
    # Nobody turns round at a line, which traffickers make a little longer, or stays away for it.
    at = point(ports, 10, BASELINE, STEADY, {"traffic.patience_from_min": 1e6})
    room = dataclasses.replace(at.parameters.smuggling, **smuggling)
    return vehicles(
        dataclasses.replace(at, parameters=dataclasses.replace(at.parameters, smuggling=room))
    )


def ordinary(cars: dict[Vehicle, np.ndarray]) -> dict[Vehicle, tuple[float, float]]:
    """Arrival and length of service (in microseconds) of all but traffickers."""
    return {
        key: (start_to_end[0], round(1e6 * (start_to_end[2] - start_to_end[1])))
        for key, start_to_end in cars.items()
        if key[0] != TRAFFICKERS
    }


def test_another_port_leaves_the_vehicles_of_the_others_as_they_are() -> None:
    ports = ("abercorn", "coutts", "pacific-highway")
    # The new one comes among them in the table.
    before, after = (ordinary(met(*some)) for some in (ports, (*ports, "aldergrove")))
    assert before.items() <= after.items()
    assert len(after) > 1.2 * len(before) > 50_000


def test_wider_choice_for_smugglers_leaves_ordinary_vehicles_as_they_are() -> None:
    ports = ("abercorn", "coutts", "pacific-highway", "st-stephen")
    few, many = met(*ports, routes_considered=1), met(*ports, routes_considered=4)
    moved = [key for key in few if not np.array_equal(few[key], many.get(key))]
    assert len(moved) > 10  # waits change where traffickers now go
    assert ordinary(few) == ordinary(many)


def test_more_ports_bring_more_trips_and_keep_those_that_were_there() -> None:
    few, more = (
        border(point(ports, 10, BASELINE, STEADY))
        for ports in (("abercorn", "coutts"), ("abercorn", "coutts", "st-stephen"))
    )

    def decided(trips: list[Attempt]) -> dict[str, tuple[object, ...]]:
        return {
            trip.attempt_id: (trip.time_s, trip.load, trip.deep, trip.market, trip.source)
            for trip in trips
        }

    before, after = decided(few.attempts_of_day.trips), decided(more.attempts_of_day.trips)
    assert len(before) > 10
    assert before.items() <= after.items()


def test_a_changed_value_that_nothing_reads_changes_nothing() -> None:
    at = point(SMALL, 5)
    other = dataclasses.replace(at, parameters=parameters({"costs.truck_delay_cad_per_h": 90.0}))
    before, after = vehicles(at), vehicles(other)
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[key], after[key]) for key in before)
