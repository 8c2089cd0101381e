"""Watching the line and pursuit: search theory, a race of two clocks, and what is reported."""

import dataclasses

import numpy as np
import pytest

from sim.model.smuggling.patrol import (
    caught_on_land,
    caught_on_water,
    loss_away,
    noticed,
    noticed_on_land,
    noticed_on_water,
    reached,
)
from sim.parameters import Patrol, catalogue
from sim.places.ports import read_regions

BASELINE = Patrol()
REGIONS = read_regions()
LAND = slice(0, len(REGIONS))
WATER = slice(len(REGIONS), 2 * len(REGIONS))


def test_random_search_is_koopmans_law() -> None:
    """Patrols at random places of a line, simulated: those that pass a crossing are Poisson."""
    random = np.random.default_rng(3)
    length_km, stretch_km, patrols, trials = 100.0, 4.0, 12, 40_000
    starts = random.uniform(0.0, length_km, (trials, patrols))
    crossing = random.uniform(0.0, length_km, (trials, 1))
    passed = np.any((crossing - starts) % length_km < stretch_km, axis=1)
    law = noticed(np.array([patrols * stretch_km]), np.array([length_km]), 0.0)[0]
    exact = 1.0 - (1.0 - stretch_km / length_km) ** patrols
    error = 4.0 * np.sqrt(exact * (1.0 - exact) / trials)
    assert abs(passed.mean() - exact) < error
    assert law == pytest.approx(exact, abs=0.01)  # Poisson for binomial


def test_the_same_hours_on_a_longer_line_notice_less() -> None:
    found = noticed(np.full(3, 10.0), np.array([50.0, 100.0, 200.0]), 0.0)
    assert np.allclose(found, 1.0 - np.exp([-0.2, -0.1, -0.05]))


def test_sensors_are_another_chance() -> None:
    with_both = noticed(np.array([10.0]), np.array([100.0]), 0.3)[0]
    assert with_both == pytest.approx(1.0 - 0.7 * np.exp(-0.1))
    assert noticed(np.zeros(1), np.zeros(1), 0.3)[0] == pytest.approx(0.3)


def test_pursuit_is_a_race_of_two_exponential_clocks() -> None:
    random = np.random.default_rng(4)
    arrival, gone = random.exponential(10.0, 50_000), random.exponential(20.0, 50_000)
    assert np.mean(arrival < gone) == pytest.approx(reached(10.0, 20.0), abs=0.01)
    assert reached(0.0, 5.0) == 1.0
    assert reached(5.0, 0.0) == 0.0


def test_the_baseline_intercepts_what_is_reported_of_known_crossings() -> None:
    assert caught_on_land(BASELINE) == pytest.approx(0.50, abs=0.02)  # A002
    assert caught_on_water(BASELINE) == pytest.approx(0.80, abs=0.02)  # A003


def test_the_baseline_intercepts_a_share_of_all_crossings_within_the_range() -> None:
    loss = loss_away(BASELINE)
    low, high = 0.01, 0.2  # Z006, A002: what is known of crossings that nobody knew of
    found = loss[LAND.start : WATER.stop]
    assert np.all((found == 0.0) | ((found > low) & (found < high)))
    assert loss[LAND].max() < loss[WATER].max()


def test_no_region_differs_from_another_in_more_than_having_a_line() -> None:
    for found, km in (
        (noticed_on_land(BASELINE, REGIONS), REGIONS.land_km),
        (noticed_on_water(BASELINE, REGIONS), REGIONS.water_km),
    ):
        assert np.ptp(found[km > 0.0]) < 1e-12


@pytest.mark.parametrize(
    ("change", "land", "water"),
    [
        ({"land_hours_per_km_day": 0.2}, True, False),
        ({"water_hours_per_km_day": 0.2}, False, True),
        ({"air_hours_per_km_day": 0.02}, True, True),
        ({"land_sensor_share": 0.1}, True, False),
        ({"water_sensor_share": 0.1}, False, True),
        ({"air_support_share": 0.5}, True, True),
        ({"joint_share": 0.5}, True, False),
        ({"shiprider_share": 0.5}, False, True),
    ],
)
def test_a_change_shows_where_it_is_made(change: dict[str, float], land: bool, water: bool) -> None:
    more = loss_away(dataclasses.replace(BASELINE, **change)) - loss_away(BASELINE)
    assert bool(np.any(more[LAND] > 1e-9)) is land
    assert bool(np.any(more[WATER] > 1e-9)) is water
    assert np.all(more >= -1e-12)
    assert np.all(more[WATER.stop :] == 0.0)


def test_arms_matter_only_to_those_who_are_deployed_jointly() -> None:
    armed = dataclasses.replace(BASELINE, carriage_of_arms=True)
    assert caught_on_land(armed) == caught_on_land(BASELINE)
    joint = dataclasses.replace(BASELINE, joint_share=1.0)
    both = dataclasses.replace(joint, carriage_of_arms=True)
    assert caught_on_land(BASELINE) < caught_on_land(joint) < caught_on_land(both)
    nobody_stops = dataclasses.replace(BASELINE, land_turns_back_share=0.0)
    assert caught_on_land(both) == pytest.approx(caught_on_land(nobody_stops))


def test_chances_stay_chances_over_the_whole_range_of_every_parameter() -> None:
    for name, field in catalogue().items():
        room, _, field_name = name.partition(".")
        if room == "patrol" and field.metadata["bounds"] is not None:
            for value in field.metadata["bounds"]:
                loss = loss_away(dataclasses.replace(BASELINE, **{field_name: value}))
                assert np.all((loss >= 0.0) & (loss <= 1.0)), (name, value)
