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


def test_where_few_ports_differ_in_searches_the_rates_are_those_worked_out_for_all() -> None:
    ids = tuple(sorted(str(port) for port in read_ports(2005).ids[:30]))
    plans, _ = planned(dataclasses.replace(with_change("inspection.d_prime", 1.7), ports=ids))
    snapshot = plans.conditions.at(0.0)
    now = {"skill_gain": 0.03, "armed_share": 0.2, "strength": 1.1}
    everywhere = np.linspace(0.5, 4.0, len(ids))
    whole = plans.rates(snapshot, searches=everywhere, **now)
    usual = plans.rates(snapshot, **now)
    for few in ([7], [0, 3, 29]):
        searches = np.ones(len(ids))
        searches[few] = everywhere[few]
        rows = plans.rates(snapshot, searches=searches, **now)
        assert np.array_equal(rows[few], whole[few])
        assert np.array_equal(np.delete(rows, few, 0), np.delete(usual, few, 0))


def test_a_day_has_the_hours_of_an_earlier_one_at_its_own_moments() -> None:
    point = dataclasses.replace(POINT, days=40)
    plans, first = planned(point)
    later = plans.of_day(31)  # as the first day but for the date
    alone = PortPlans(point, read_ports(2005), Streams(3, 0)).of_day(31)
    assert not np.shares_memory(later.opening.start_s, first.opening.start_s)
    assert not differs(later, alone)
    assert np.array_equal(later.opening.open_s, alone.opening.open_s)
    assert later.opening.grid[0] == later.opening.moments[0] == 31 * 86400.0
