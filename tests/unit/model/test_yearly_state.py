"""Trafficking has a state by calendar year: the same apart and together, and none by default."""

import datetime

import numpy as np
import pytest

from sim.model.conditions import Conditions, yearly_state
from sim.model.smuggling.organisation import Organisations
from sim.numerics.randomness import Streams
from sim.numerics.units import DAY_S
from sim.parameters import PARAMETER, Parameters, with_values
from sim.places.ports import read_ports
from sim.scenario.intervention import BASELINE, Intervention, Scenario

MOVING = {"smuggling.yearly_change": 0.4, "smuggling.yearly_memory": 0.8}
PORTS = read_ports(2005)
STREAMS = Streams(1, 0)


def conditions(
    changes: dict[str, float], year: int = 2005, scenario: Scenario = BASELINE, run: int = 0
) -> Conditions:
    parameters = with_values(Parameters(), changes)
    return Conditions(
        PORTS, PORTS, parameters, scenario, datetime.date(year, 1, 1), Streams(1, run)
    )


def test_a_year_has_the_state_apart_that_it_has_in_a_run_of_several() -> None:
    together = conditions(MOVING, 2005)
    flow = [
        together.at(day * DAY_S).parameters.smuggling.firearms_per_year
        for day in range(365 + 365 + 365)
    ]
    assert len(set(flow)) == 3
    assert [flow.count(value) for value in dict.fromkeys(flow)] == [365, 365, 365]
    apart = conditions(MOVING, 2006).at(0.0)
    assert apart.parameters.smuggling.firearms_per_year == flow[365]
    ratio = flow[365] / Parameters().smuggling.firearms_per_year
    assert ratio == pytest.approx(np.exp(yearly_state(2006, 0.4, 0.8, STREAMS)))
    np.testing.assert_allclose(apart.at_places(PARAMETER.market.demand_scale, 7), ratio)


def test_by_default_every_year_is_an_ordinary_one() -> None:
    for day in (0, 400):
        snapshot = conditions({}).at(day * DAY_S)
        assert snapshot.parameters == Parameters()
        assert not snapshot.by_place


def test_a_scenario_changes_what_the_year_has_made_of_it() -> None:
    more = Scenario("more", interventions=(
        Intervention("market.demand_scale", "scale", 2.0),
        Intervention("smuggling.firearms_per_year", "scale", 0.5),
    ))  # fmt: skip
    plain, changed = conditions(MOVING).at(0.0), conditions(MOVING, scenario=more).at(0.0)
    demand = [s.at_places(PARAMETER.market.demand_scale, 7) for s in (changed, plain)]
    np.testing.assert_allclose(demand[0], 2.0 * demand[1])
    flow = [s.parameters.smuggling.firearms_per_year for s in (changed, plain)]
    assert flow[0] == pytest.approx(0.5 * flow[1])
    other = conditions(MOVING, run=1).at(0.0).parameters.smuggling.firearms_per_year
    assert other != flow[1]


def test_states_are_as_spread_in_every_year_and_remember() -> None:
    first, later, next_year = (
        np.array([yearly_state(year, 0.4, 0.8, Streams(3, run)) for run in range(2000)])
        for year in (1996, 2010, 2011)
    )
    spread = 0.4 / np.sqrt(1.0 - 0.8**2)
    assert np.std(first) == pytest.approx(spread, rel=0.06)
    assert np.std(later) == pytest.approx(spread, rel=0.06)
    assert np.corrcoef(later, next_year)[0, 1] == pytest.approx(0.8, abs=0.04)


def test_opportunities_follow_the_state() -> None:
    parameters = with_values(Parameters(), MOVING)
    made = Organisations(parameters.smuggling, STREAMS)

    def count(year: int) -> int:
        smuggling = conditions(MOVING, year).at(0.0).parameters.smuggling
        return sum(len(made.opportunities(day, smuggling, 0.3)) for day in range(365))

    usual = parameters.smuggling
    of_usual = sum(len(made.opportunities(day, usual, 0.3)) for day in range(365))
    for year in (2003, 2009):
        expected = of_usual * np.exp(yearly_state(year, 0.4, 0.8, STREAMS))
        assert count(year) == pytest.approx(expected, abs=4.0 * np.sqrt(expected))
