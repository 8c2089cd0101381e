"""Points that run in step: what they start from, and what follows from the same."""

import contextlib
import dataclasses
import datetime

import numpy as np
import pytest

from sim.errors import InputError
from sim.model.port.plans import PortPlans, PortsDay
from sim.numerics.randomness import Streams
from sim.parameters import ROOMS, TRAFFIC_ROOMS, Parameters, catalogue, value_of, with_values
from sim.places.ports import read_ports
from sim.scenario.intervention import BASELINE, Intervention, Scenario
from sim.scenario.point import Point

PORTS = ("abercorn", "sombra", "windsor-tunnel")
POINT = Point(
    Parameters(), BASELINE, PORTS, 2005, datetime.date(2005, 7, 1), 2, 3, "compiled"
)  # fmt: skip


def planned(point: Point, beside: PortPlans | None = None) -> tuple[PortPlans, PortsDay]:
    plans = PortPlans(point, read_ports(2005), Streams(3, 0), beside)
    return plans, plans.of_day(0)


def differs(one: PortsDay, other: PortsDay) -> bool:
    pairs = [
        (one.rates, other.rates),
        (one.cumulative, other.cumulative),
        *((getattr(one.opening, name), getattr(other.opening, name))
          for name in ("start_s", "state", "officers", "row")),
    ]  # fmt: skip
    return not all(np.array_equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in TRAFFIC_ROOMS])
def test_nothing_in_a_room_apart_decides_on_the_ports_day(room: str) -> None:
    _, before = planned(POINT)
    changed = Parameters()
    for name in catalogue():
        value = value_of(Parameters(), name)
        if name.startswith(f"{room}.") and isinstance(value, float):
            with contextlib.suppress(InputError):
                changed = with_values(changed, {name: 0.9 * value if value else 0.1})
    assert changed != Parameters()
    _, after = planned(dataclasses.replace(POINT, parameters=changed))
    assert not differs(before, after)


def with_change(parameter: str, value: float) -> Point:
    change = Intervention(parameter, "set", value)
    return dataclasses.replace(POINT, scenario=Scenario("changed", interventions=(change,)))


@pytest.mark.parametrize(
    ("parameter", "value", "shared"),
    [
        ("inspection.d_prime", 3.0, True),
        ("smuggling.sentence_years", 9.0, True),
        ("staffing.officers_scale", 0.5, False),
    ],
)
def test_an_opening_is_taken_from_the_point_beside_only_where_nothing_in_it_differs(
    parameter: str, value: float, shared: bool
) -> None:
    plans, day = planned(POINT)
    point = with_change(parameter, value)
    _, beside = planned(point, plans)
    _, alone = planned(point)
    assert (beside.opening is day.opening) == shared
    assert not differs(beside, alone)


def test_plans_that_start_from_something_else_take_nothing() -> None:
    plans, day = planned(POINT)
    _, later = planned(dataclasses.replace(POINT, start=datetime.date(2005, 7, 2)), plans)
    assert later.opening is not day.opening
