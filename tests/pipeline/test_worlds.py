"""Worlds and kinds of smuggler: crossed with every scenario, and named in every table."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hydra import compose, initialize_config_dir

from sim.config.reading import spec_of, without_hydra
from sim.config.schema import CONF, register
from sim.design.design import Factor, full_factorial, uncertain
from sim.design.sampling import worlds
from sim.errors import InputError
from sim.execute.task import key_of
from sim.parameters import Parameters, catalogue, check, value_of
from sim.scenario.intervention import BASELINE
from sim.study.spec import StudySpec

SMALL = ("experiment=quick", "run.days=1")


def composed(*overrides: str) -> StudySpec:
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return spec_of(without_hydra(compose("run", overrides=[*SMALL, *overrides])))


def test_every_scenario_meets_every_smuggler_in_every_world() -> None:
    spec = composed("adversaries=[static,quantal_response]", "worlds=3")
    labels = [point.label for point in spec.points]
    assert len(labels) == len(set(labels)) == 4 * 2 * 4
    for point in spec.points:
        twin = next(
            one
            for one in spec.points
            if one.label.scenario == BASELINE.name and one.label[1:] == point.label[1:]
        )
        assert point.parameters == twin.parameters
        assert point.seed == twin.seed


def test_world_zero_holds_the_central_values() -> None:
    spec = composed("worlds=2", "inspection.selective_share=0.02")
    first = spec.points[0]
    assert first.label.world == 0
    assert first.parameters == composed("inspection.selective_share=0.02").points[0].parameters


def test_what_is_stored_does_not_depend_on_the_label() -> None:
    point = composed().points[0]
    assert key_of(dataclasses.replace(point, world=7)) == key_of(point)


def test_worlds_lie_within_the_declared_ranges_and_are_possible() -> None:
    known = catalogue()
    for values in worlds(200).worlds:
        for name, value in values.items():
            about = known[name].metadata
            assert about["low"] <= value <= about["high"], name
    (base,) = composed("compare=[]").points
    assert len(full_factorial(base, [BASELINE], (), worlds(200).worlds)) == 201


def test_worlds_are_drawn_from_the_whole_of_every_range() -> None:
    drawn = worlds(256).worlds
    for factor in uncertain():
        places = np.array([values[factor.name] for values in drawn], dtype=float)
        middle = (factor.low + factor.high) / 2
        assert np.mean(places) == pytest.approx(middle, abs=0.1 * (factor.high - factor.low))
        assert np.ptp(places) > 0.7 * (factor.high - factor.low)


def test_no_two_parameters_are_drawn_together() -> None:
    drawn = worlds(256).worlds
    table = np.array([[values[name] for name in drawn[0]] for values in drawn], dtype=float)
    together = np.abs(np.corrcoef(table.T) - np.eye(table.shape[1]))
    assert together.max() < 5 / np.sqrt(256)


def test_more_worlds_leave_those_before_as_they_are() -> None:
    assert list(worlds(50).worlds)[:20] == list(worlds(20).worlds)


def test_levers_that_nobody_has_pulled_are_no_part_of_a_world() -> None:
    names = {factor.name for factor in uncertain()}
    assert "duty.exemption_24h_cad" not in names
    assert "staffing.armed_target_share" not in names
    assert "smuggling.firearms_per_year" in names
    assert not [name for name in names if isinstance(catalogue()[name].default, (str, bool))]


def test_whole_numbers_have_equal_shares_of_their_range() -> None:
    factor = Factor("traffic.neighbours", 1, 5, whole=True)
    drawn = [factor.value(place) for place in np.linspace(0, 1, 1001)]
    assert set(drawn) == {1, 2, 3, 4, 5}
    assert all(180 < drawn.count(value) < 220 for value in (1, 2, 3, 4, 5))


def test_the_design_says_what_the_numbers_of_worlds_mean() -> None:
    spec = composed("worlds=2")
    assert spec.design is not None
    table = pd.DataFrame(spec.design.table())
    assert set(table["world"]) == {1, 2}
    for name, rows in table.groupby("parameter"):
        for point in spec.points[1:3]:
            (value,) = rows.loc[rows["world"] == point.world, "value"]
            assert value_of(point.parameters, str(name)) == value


@pytest.mark.parametrize(
    ("override", "complaint"),
    [
        ("worlds=-3", "worlds = -3 is below 0 worlds"),
        ("adversaries=[static,rational]", "'rational' is not one of"),
        ("adversaries=[static,static]", "names 'static' twice"),
        ("adversaries=4", "is not one of static"),
    ],
)
def test_what_cannot_be_crossed_is_refused(override: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as caught:
        composed(override)
    assert "\n" not in str(caught.value)


def test_one_smuggler_and_several_are_not_asked_for_together() -> None:
    with pytest.raises(InputError, match="give one"):
        composed("adversary=static", "adversaries=[static]")


def test_all_smugglers_are_those_that_the_parameter_knows() -> None:
    kinds = {point.label.adversary for point in composed("adversaries=all").points}
    assert kinds == set(catalogue()["smuggling.adversary"].metadata["choices"])
    check(Parameters(), "defaults")
