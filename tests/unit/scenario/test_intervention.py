"""Selections, single interventions, and several together."""

import dataclasses
import datetime
import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.errors import InputError
from sim.parameters import Inspection, Parameters
from sim.scenario.intervention import BASELINE, Cost, Intervention, Scenario, Where, select

PORTS = SimpleNamespace(
    ids=np.array(["a", "b", "c", "d"]),
    province=np.array(["ON", "ON", "QC", "BC"]),
    region=np.array(["Ontario", "Ontario", "Quebec", "Pacific"]),
    one_officer=np.array([False, True, True, False]),
    kind=np.array(["bridge", "road", "road", "ferry"]),
    vehicles_per_year=np.array([900.0, 30.0, 20.0, 900.0]),
    travellers_per_year=np.array([365000.0, 3650.0, 365.0, 730.0]),
)

SEARCHES = "inspection.selective_share"


def set_to(value: Any, **given: Any) -> Intervention:
    return Intervention(SEARCHES, "set", value, **given)


@pytest.mark.parametrize(
    ("where", "taken"),
    [
        (Where(), "abcd"),
        (Where(ports=("b", "d")), "bd"),
        (Where(provinces=("ON",)), "ab"),
        (Where(regions=("Quebec", "Pacific")), "cd"),
        (Where(one_officer=True), "bc"),
        (Where(one_officer=False), "ad"),
        (Where(kinds=("road",)), "bc"),
        (Where(busiest=1), "a"),
        (Where(busiest=2), "ad"),
        (Where(quietest=1), "c"),
        (Where(quietest=1, provinces=("ON",)), "b"),
        (Where(busiest=9), "abcd"),
        (Where(busiest=3, kinds=("road",)), "bc"),
        (Where(below_travellers_per_day=10.0), "cd"),
        (Where(below_travellers_per_day=10.1), "bcd"),
        (Where(provinces=("ON",), one_officer=True), "b"),
        (Where(ports=("z",)), ""),
    ],
)
def test_a_selection_takes_the_ports_that_meet_every_condition(where: Where, taken: str) -> None:
    assert "".join(PORTS.ids[select(where, PORTS)]) == taken


@pytest.mark.parametrize(
    "given",
    [
        {"busiest": 0},
        {"quietest": -1},
        {"busiest": 2, "quietest": 2},
        {"below_travellers_per_day": 0.0},
        {"below_travellers_per_day": float("nan")},
    ],
)
def test_a_selection_that_makes_no_sense_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"where\."):
        Where(**given)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("inspection.selective_shar", "set", 0.1), "did you mean inspection.selective_share"),
        ((SEARCHES, "sett", 0.1), "did you mean set"),
        ((SEARCHES, "close", True), "not one of set, scale, add"),
        (("port", "set", 1.0), "not one of close, hours"),
        (("port", "close", False), "takes the value true"),
        (("port", "hours", (9.0, 9.0)), "later closing hour"),
        (("port", "hours", (9.0, 25.0)), "0 to 24 h"),
        ((SEARCHES, "set", "much"), "not a number"),
        ((SEARCHES, "scale", float("inf")), "not a number"),
        ((SEARCHES, "scale", True), "not a number"),
        (("smuggling.adversary", "scale", 2.0), "can only be set"),
        (("database.link_everywhere", "add", 1.0), "can only be set"),
    ],
)
def test_an_intervention_that_cannot_be_is_refused(arguments: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Intervention(*arguments)


def test_only_a_parameter_by_port_can_be_changed_at_some_ports() -> None:
    assert set_to(0.1, where=Where(provinces=("ON",)))
    with pytest.raises(InputError, match="cannot be changed at some ports"):
        Intervention("smuggling.load_mean", "set", 5.0, where=Where(provinces=("ON",)))


@pytest.mark.parametrize(
    ("name", "where", "words"),
    [
        (
            "supply.retail_open_share",
            Where(markets=("ON",)),
            "all markets and cannot be changed in",
        ),
        ("market.demand_scale", Where(states=("OH",)), "all states and cannot be changed in"),
        (SEARCHES, Where(states=("OH",)), "all states and cannot be changed in some states"),
        ("market.demand_scale", Where(provinces=("ON",)), "the whole border and cannot be changed"),
        ("port", Where(states=("OH",)), "where selects ports, not states or markets"),
    ],
)
def test_a_quantity_differs_by_ports_or_by_states_or_by_markets(
    name: str, where: Where, words: str
) -> None:
    operation, value = ("close", True) if name == "port" else ("set", 0.5)
    with pytest.raises(InputError, match=words):
        Intervention(name, operation, value, where)


def test_states_and_markets_that_do_not_meet_do_not_contradict_each_other() -> None:
    name = "supply.retail_open_share"
    ohio, texas = (Where(states=(state,)) for state in ("OH", "TX"))
    apart = [
        Intervention(name, "set", value, where) for value, where in ((0.1, ohio), (0.2, texas))
    ]
    assert Scenario("apart", interventions=tuple(apart))
    with pytest.raises(InputError, match="contradiction"):
        Scenario(
            "both",
            interventions=(apart[0], Intervention(name, "set", 0.2, Where(states=("TX", "OH")))),
        )


def test_reversed_dates_are_refused() -> None:
    with pytest.raises(InputError, match="end 2005-03-01 is not after start 2005-04-01"):
        set_to(0.1, start=datetime.date(2005, 4, 1), end=datetime.date(2005, 3, 1))


def test_a_start_may_be_before_the_run_and_at_any_minute() -> None:
    start = datetime.datetime(1999, 1, 1, 6, 30)
    assert set_to(0.1, start=start, end=datetime.date(2005, 1, 1)).start == start


@pytest.mark.parametrize(
    ("operation", "value", "message"),
    [
        ("set", 1.5, "is above 1 share"),
        ("scale", 1000.0, "is above 1 share"),
        ("add", -0.5, "is below 0 share"),
    ],
)
def test_the_value_that_comes_out_lies_in_its_bounds(
    operation: str, value: float, message: str
) -> None:
    scenario = Scenario("s", interventions=(Intervention(SEARCHES, operation, value),))
    with pytest.raises(InputError, match=message):
        scenario.check(Parameters())


def test_the_bounds_are_checked_from_the_configured_baseline() -> None:
    scenario = Scenario("s", interventions=(Intervention(SEARCHES, "scale", 2.0),))
    scenario.check(Parameters())
    with pytest.raises(InputError, match=r"= 1\.2 is above 1 share"):
        scenario.check(Parameters(inspection=Inspection(selective_share=0.6)))


def test_interventions_that_compose_are_checked_together() -> None:
    doubled = Intervention(SEARCHES, "scale", 8.0)
    scenario = Scenario("s", interventions=(doubled,) * 3)
    with pytest.raises(InputError, match="with those before it"):
        scenario.check(Parameters())


MAY, JULY = datetime.date(2005, 5, 1), datetime.date(2005, 7, 1)


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        (set_to(0.1), set_to(0.2), True),
        (set_to(0.1), set_to(0.1), False),
        (set_to(0.1, end=MAY), set_to(0.2, start=MAY), False),
        (set_to(0.1, end=JULY), set_to(0.2, start=MAY), True),
        (set_to(0.1, where=Where(ports=("a",))), set_to(0.2, where=Where(ports=("b",))), False),
        (set_to(0.1, where=Where(ports=("a",))), set_to(0.2), True),
        (
            set_to(0.1, where=Where(one_officer=True)),
            set_to(0.2, where=Where(one_officer=False)),
            False,
        ),
        (set_to(0.1), Intervention(SEARCHES, "scale", 2.0), False),
        (Intervention("port", "close", True), Intervention("port", "hours", (8.0, 16.0)), True),
    ],
)
def test_two_that_decide_the_same_quantity_differently_contradict(
    one: Intervention, other: Intervention, clash: bool
) -> None:
    parts = (Scenario("one", interventions=(one,)), Scenario("other", interventions=(other,)))
    if not clash:
        assert Scenario.combine(parts).interventions == (one, other)
        return
    with pytest.raises(InputError, match=r"scenario one\+other: contradiction: .*; "):
        Scenario.combine(parts)


def test_scenarios_combine_in_the_order_given() -> None:
    cost = Cost("pay", 2.0, "assumed", 1.0, 3.0)
    one = Scenario("one", "One", interventions=(Intervention(SEARCHES, "scale", 2.0),))
    other = Scenario("other", "Other", costs=(cost,), bound=True)
    both = Scenario.combine([one, other])
    assert (both.name, both.title) == ("one+other", "One + Other")
    assert (both.interventions, both.costs, both.bound) == (one.interventions, (cost,), True)


def test_a_cost_lies_in_its_own_range() -> None:
    with pytest.raises(InputError, match="outside its range 1 to 3 CAD/year"):
        Cost("pay", 4.0, "assumed", 1.0, 3.0)


def test_a_scenario_is_plain_data() -> None:
    scenario = Scenario("s", interventions=(set_to(0.1, start=MAY, end=JULY),))
    text = json.dumps(dataclasses.asdict(scenario), default=str)
    assert '"start": "2005-05-01"' in text
    assert hash(scenario) != hash(BASELINE)


def test_half_of_a_scenario_goes_half_of_the_way() -> None:
    changes = (
        Intervention("inspection.selective_share", "scale", 3.0),
        Intervention("inspection.d_prime", "add", 0.2),
        Intervention("inspection.random_share", "set", 0.5),
    )
    whole = Scenario("a", title="A", interventions=changes)
    before = Parameters().inspection.random_share
    half = whole.resized(0.5, Parameters())
    assert half.name == "a*0.5"
    assert [change.value for change in half.interventions] == pytest.approx(
        [2.0, 0.1, (before + 0.5) / 2]
    )
    again = whole.resized(1.0, Parameters()).interventions
    assert [change.value for change in again] == [change.value for change in changes]


@pytest.mark.parametrize(
    ("change", "times", "words"),
    [
        (Intervention("port", "close", True), 0.5, "has no size that could be changed"),
        (Intervention("inspection.d_prime", "add", 0.2), 0.0, "size 0 is not above 0 times"),
    ],
)
def test_what_has_no_size_is_refused(change: Intervention, times: float, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Scenario("a", interventions=(change,)).resized(times, Parameters())
