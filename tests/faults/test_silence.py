"""What was asked for and cannot have an effect is said, and nothing else is."""

import dataclasses
import datetime
from typing import Any

import pytest

from sim.parameters import Parameters, with_values
from sim.places.ports import read_ports
from sim.scenario.intervention import Intervention, Scenario, Where
from sim.scenario.point import AS_BASELINE, Point, unread_parameters, without_effect

TABLE = read_ports(2005)
RUN = ("big-beaver", "emerson")


def said(*interventions: Intervention, parameters: Parameters = Parameters()) -> list[str]:  # noqa: B008
    point = Point(
        parameters, Scenario("mine", interventions=interventions), RUN, 2005,
        datetime.date(2005, 7, 4), 7, 1, "compiled",
    )  # fmt: skip
    return without_effect(point, TABLE)


def change(parameter: str, operation: str, value: Any, **how: Any) -> Intervention:
    return Intervention(parameter, operation, value, **how)


HERE, ELSEWHERE = Where(ports=("emerson",)), Where(ports=("sarnia",))
IDLE = {
    "no port": ([change("primary.car_s", "set", 9.0, where=ELSEWHERE)], "at none of the 2 ports"),
    "factor 1": ([change("staffing.officers_scale", "scale", 1.0)], "is 1.0 already"),
    "nothing added": ([change("primary.car_s", "add", 0.0)], "already"),
    "same value": ([change("primary.car_s", "set", Parameters().primary.car_s)], "already"),
    "wider hours": ([change("port", "hours", (0.0, 24.0))], "hours only narrow"),
    "and back": (
        [change("primary.car_s", "scale", 2.0), change("primary.car_s", "scale", 0.5)],
        "together with the others",
    ),
    "undone": (
        [change("primary.car_s", "scale", 2.0), change("primary.car_s", "set", 9.0)],
        "undone by set primary.car_s",
    ),
    "no traffic": (
        [change("port", "close", True, where=Where(ports=("rail-sprague",)))], "at none of the 2"
    ),
    "no buses": ([change("port", "close", "buses", where=Where(ports=("big-beaver",)))],
                 "its ports have no buses"),
    "no trains": ([change("primary.train_s", "scale", 2.0, where=Where(ports=("big-beaver",)))],
                  "there is no train traffic"),
}  # fmt: skip


@pytest.mark.parametrize("case", IDLE)
def test_what_can_have_no_effect_is_said(case: str) -> None:
    interventions, words = IDLE[case]
    lines = said(*interventions)
    assert any(words in line for line in lines), lines
    assert all("\n" not in line for line in lines)


def test_the_whole_scenario_is_said_to_be_the_baseline_only_where_it_is() -> None:
    elsewhere = change("primary.car_s", "set", 9.0, where=ELSEWHERE)
    assert AS_BASELINE in said(elsewhere)[-1]
    assert AS_BASELINE in said()[-1]
    here = change("primary.car_s", "set", 9.0, where=HERE)
    assert [line for line in said(elsewhere, here) if AS_BASELINE in line] == []


def test_what_can_have_an_effect_is_not_said() -> None:
    assert said(change("primary.car_s", "set", 9.0, where=HERE)) == []
    assert said(change("port", "hours", (10.0, 12.0))) == []
    ramp = change("staffing.officers_scale", "scale", 1.1, ramp_days=30.0)
    assert said(dataclasses.replace(ramp, start=datetime.date(2005, 7, 5))) == []
    (line,) = said(ramp)
    assert "ramp_days = 30 has no effect: without a start it is complete" in line


def test_nobody_smuggles_so_nothing_of_smuggling_matters() -> None:
    none = with_values(Parameters(), {"smuggling.firearms_per_year": 0.0})
    lines = said(change("market.demand_scale", "scale", 2.0), parameters=none)
    assert "smuggling.firearms_per_year = 0" in lines[0]


def test_a_parameter_that_cannot_matter_in_the_run_is_said() -> None:
    changed = with_values(
        Parameters(),
        {"primary.train_s": 99.0, "smuggling.learning_days": 9.0, "primary.car_s": 9.0},
    )
    point = Point(
        changed, Scenario("baseline"), ("big-beaver",), 2005, datetime.date(2005, 7, 4), 7, 1,
        "compiled",
    )  # fmt: skip
    trains, learning = sorted(unread_parameters(point, TABLE, {"static"}))
    assert "primary.train_s = 99.0 has no effect: there is no train traffic" in trains
    assert "smuggling.learning_days = 9.0 is not read: no smuggler" in learning
    assert len([*unread_parameters(point, TABLE, {"learning"})]) == 1
