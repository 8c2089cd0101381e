"""Designs: points lie where the method says, mean what the table says, and bad ones are refused."""

import numpy as np
import pandas as pd
import pytest

from sim.design.from_config import DesignConfig, design_of
from sim.errors import InputError

SHARE, SCALE = "inspection.selective_share", "staffing.officers_scale"
TWO = {SHARE: [0.01, 0.02], SCALE: [0.9, 1.1]}


def design(method: str, **options: object):
    return design_of(DesignConfig(method, **options))


def test_a_grid_is_every_combination_of_its_values() -> None:
    made = design("grid", vary={SHARE: [0.01, 0.02, 0.04], SCALE: [0.9, 1.1]})
    pairs = [(values[SHARE], values[SCALE]) for values in made.values]
    assert pairs == [(a, b) for a in (0.01, 0.02, 0.04) for b in (0.9, 1.1)]
    assert made.role == "scenario"


def test_a_grid_without_values_spans_the_declared_range() -> None:
    made = design("grid", vary=[SHARE], levels=3)
    assert [values[SHARE] for values in made.values] == [0.003, pytest.approx(0.0165), 0.03]


def test_a_latin_hypercube_uses_every_slice_once() -> None:
    made = design("lhs", vary=TWO, points=20)
    for k in range(2):
        assert sorted((made.places[:, k] * 20).astype(int)) == list(range(20))
    assert all(0.01 <= values[SHARE] <= 0.02 for values in made.values)


def test_a_sobol_design_has_the_points_that_its_analysis_needs() -> None:
    assert len(design("sobol", vary=TWO, points=8).values) == 8 * 4
    assert len(design("sobol", vary=TWO, points=8, second_order=True).values) == 8 * 6


def test_neighbours_on_a_trajectory_differ_in_one_factor() -> None:
    places = design("morris", vary=TWO, trajectories=5).places.reshape(5, 3, 2)
    assert ((np.diff(places, axis=1) != 0).sum(axis=2) == 1).all()


@pytest.mark.parametrize("method", ["lhs", "sobol", "morris"])
def test_the_same_seed_gives_the_same_design_and_another_seed_another(method: str) -> None:
    first, again, other = (design(method, vary=TWO, seed=seed).places for seed in (1, 1, 2))
    assert (first == again).all()
    assert not (first == other).all()


def test_points_that_planners_choose_are_scenarios_that_set_levers() -> None:
    scenario = design("grid", vary={SHARE: [0.01, 0.02]}).scenarios[1]
    assert scenario.name == "selective_share=0.02"
    (intervention,) = scenario.interventions
    assert (intervention.parameter, intervention.operation, intervention.value) == (
        SHARE,
        "set",
        0.02,
    )


def test_the_table_says_what_each_point_is() -> None:
    worlds = pd.DataFrame(design("lhs", vary=TWO, points=4).table())
    assert worlds["world"].unique().tolist() == [1, 2, 3, 4]
    assert set(worlds["scenario"]) == {""}
    levers = pd.DataFrame(design("grid", vary=TWO).table())
    assert set(levers["world"]) == {0}
    assert levers["scenario"].iloc[0] == "selective_share=0.01,officers_scale=0.9"
    assert set(levers["place"]) == {0.0, 1.0}


def test_a_whole_number_stays_whole() -> None:
    made = design("lhs", vary={"traffic.neighbours": [1, 5]}, points=10)
    assert {values["traffic.neighbours"] for values in made.values} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("method", "options", "complaint"),
    [
        ("lhs", {"vary": ["inspection.selectiv_share"]}, "did you mean inspection.selective_share"),
        ("lhs", {"vary": {SHARE: [0.1, 0.1]}}, r"\[0.1, 0.1\] is an empty range \(share\)"),
        ("lhs", {"vary": {SHARE: [0.2, 0.1]}}, r"is inverted, low above high \(share\)"),
        ("lhs", {"vary": {SHARE: [0.2, 1.5]}}, "= 1.5 is above 1 share"),
        ("lhs", {"vary": {SHARE: ["a", 1]}}, "= 'a' is not a number"),
        ("lhs", {"vary": {SHARE: 0.2}}, r"is not a range \[low, high\]"),
        ("grid", {"vary": {SHARE: []}}, "is an empty range"),
        ("grid", {"vary": {SHARE: [0.1, 0.1]}}, "lists 0.1 twice"),
        ("lhs", {"vary": ["smuggling.adversary"]}, "is a word, not a number"),
        ("lhs", {"vary": ["database.link_everywhere"]}, "is true or false, not a number"),
        ("grid", {"vary": ["smuggling.organisations"]}, "is fixed before the first day"),
        ("grid", {"vary": "uncertain"}, "name the parameters that scenarios set"),
        ("lhs", {"vary": TWO, "points": 2}, "design.points = 2 is not above 2"),
        ("lhs", {"vary": 7}, "is neither names of parameters nor"),
        ("lhs", {"vary": []}, "names no parameter"),
        ("lhs", {"vary": [SHARE, SHARE]}, "twice"),
        ("sobol", {"vary": TWO, "points": 12}, "= 12 is not a power of 2"),
        ("morris", {"vary": TWO, "levels": 3}, "= 3 is not an even number"),
        ("morris", {"vary": TWO, "trajectories": 1}, "is below 2 trajectories"),
        ("lhs", {"vary": TWO, "points": 0}, "= 0 is below 1"),
        ("lhs", {"vary": TWO, "role": "lever"}, "is not one of world, scenario"),
        ("optimise", {"vary": TWO, "role": "world"}, "only scenarios are optimised"),
    ],
)
def test_a_bad_design_is_refused_in_one_line(method: str, options: dict, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as caught:
        _ = design(method, **options).scenarios
    assert "\n" not in str(caught.value)
