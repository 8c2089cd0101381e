"""Expectations: the same rules as the agents', without their luck."""

import datetime
import functools

import numpy as np
import pytest

from sim.model.border import Border
from sim.model.expected.layer import Expectation, bought_share
from sim.model.expected.routes import situation_of
from sim.model.smuggling.adversary import ADVERSARIES
from sim.model.smuggling.market import Purchases
from sim.model.smuggling.organisation import Opportunity, load_of, load_scale
from sim.model.smuggling.perception import Perception, on_routes, stake, value_if_safe
from sim.numerics.randomness import Streams, entity_number
from sim.numerics.units import DAY_S
from sim.parameters import Parameters, with_values
from sim.replication import run_border
from sim.results.certificate import certify
from sim.results.summary import by_horizon, drift
from sim.scenario.intervention import BASELINE, Scenario
from sim.scenario.point import Point
from sim.scenario.reading import read
from tests.behaviour.scene import trip_of

KINDS = tuple(ADVERSARIES)
PORTS = ("abercorn", "douglas", "sarnia")
BUSIEST = PORTS.index("sarnia")
TRIPS = 400


def point(horizon: int = 1, scenario: Scenario = BASELINE) -> Point:
    """Two days of nearly empty ports."""
    parameters = with_values(
        Parameters(), {"traffic.volume_scale": 0.001, "smuggling.usual_way_share": 0.0}
    )
    start = datetime.date(2005, 1, 1)
    return Point(
        parameters, scenario, PORTS, 2005, start, 2, 1, "reference",
        horizon=horizon, smugglers=KINDS,
    )  # fmt: skip


@functools.cache
def border() -> Border:
    return run_border(point(), 0)


@functools.cache
def expectation() -> Expectation:
    of = Expectation(border(), border().seen, KINDS, 1)
    of.run()
    return of


def test_what_becomes_of_opportunities_adds_up() -> None:
    laws = {law["law"]: law for law in certify(border().record()) if "expected" in law["law"]}
    assert len(laws) == 2
    assert all(law["held"] for law in laws.values())


def test_expectations_do_not_depend_on_the_other_kinds_of_smuggler() -> None:
    together = expectation()
    alone = Expectation(border(), border().seen, ("threshold",), 1).run()
    both = Expectation(border(), border().seen, KINDS, 1).run()
    assert together.kinds == KINDS
    for name, values in alone.values.items():
        of_many = both.values[name][:, KINDS.index("threshold")]
        np.testing.assert_allclose(values[:, 0], of_many, rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("name", ["more_officers", "arm_officers", "better_training"])
def test_officers_search_as_they_do_in_the_run(name: str) -> None:
    """Arms, skill, and the time that officers have for examinations or lose to courses."""
    run = run_border(point(scenario=read(name)), 0)
    of = Expectation(run, run.seen, ("static",), 1)
    today = run.today
    assert today is not None
    rows = of._rows(today.day, today.snapshot, of._officers()[today.day])
    # Travellers have met the waits of the last day meanwhile.
    np.testing.assert_allclose(rows, today.midnight_rates, rtol=1e-3)
    assert not np.allclose(rows, run.plans.rates(run.plans.baseline()), rtol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_agents_take_each_kind_of_route_as_often_as_is_expected(kind: str) -> None:
    """Of trips of one organisation at all hours and loads, by the agents' own choice."""
    of = Expectation(border(), border().seen, KINDS, 1)
    number, organisation = KINDS.index(kind), 7
    snapshot = of.conditions.at(0.0)
    rows = of.plans.rates(snapshot)
    of.beliefs.today(rows)
    terms = of._terms_of_day(0.0, snapshot, rows)
    shares = of._choose(number, 0.0, snapshot, terms)
    smuggling = snapshot.parameters.smuggling
    source, market = (
        getattr(of.organisations, name)[organisation] for name in ("source", "market")
    )
    belief, choice = of.beliefs, of.choice
    perception = Perception(belief.loss[number], belief.wait_s)
    adversary = choice.adversary(kind)
    lanes = np.zeros(len(of.ports), np.int64)
    uniform = Streams(3, 0).uniforms(1, entity_number("trips"), 0, TRIPS)
    loads = load_of((np.arange(TRIPS) + 0.5) / TRIPS, load_scale(smuggling), smuggling)
    hidden = belief.deep_share(smuggling, of.traffic, number)
    fates, busiest = np.zeros((TRIPS, 3)), 0
    for i in range(TRIPS):
        hour, deep, lookout, commercial = uniform[:, i]
        trip = Opportunity(
            organisation, source, market, entity_number("trips"), 0, i, hour * DAY_S,
            int(loads[i]), bool(deep < hidden), bool(commercial < smuggling.commercial_share),
            bool(lookout < of.investigators.coverage[number, organisation]),
        )  # fmt: skip
        is_open = (of.ports.open_hour <= 24 * hour) & (24 * hour < of.ports.close_hour)
        is_open &= of.ports.in_season(of.plans.point.start)
        trips = [trip_of(trip, is_open, smuggling, lanes)]
        (options,) = choice.options(trips, perception, smuggling, belief.true_loss)
        chosen = adversary.choose(options, adversary.loss(options), smuggling)
        route = int(options.numbers[chosen])
        busiest += int(route == BUSIEST)
        fates[i] = trip.load * np.array(
            [route < len(of.ports), len(of.ports) <= route < of.routes - 1, route == of.routes - 1]
        )
    mean = fates.mean(axis=0) / loads.mean()
    error = fates.std(axis=0, ddof=1) / np.sqrt(TRIPS) / loads.mean()
    deterred = shares.firearms[3, organisation]
    assert abs(mean[2] - deterred) <= 3.0 * error[2] + 0.01
    taken = shares.by_route[0, organisation]
    trips = (fates / loads[:, None]).mean(axis=0)
    at_ports = taken[: len(of.ports)]
    error = 3.0 * np.sqrt(0.25 / TRIPS)
    assert trips[0] == pytest.approx(at_ports.sum(), abs=error)
    assert busiest / TRIPS == pytest.approx(at_ports[BUSIEST], abs=error)


def test_values_and_stakes_are_those_of_the_agents() -> None:
    of = expectation()
    smuggling = of.conditions.at(0.0).parameters.smuggling
    price = np.full(len(of.menus.numbers), smuggling.price_cad)
    values, stakes = situation_of(of.menus, of.loads, of.beliefs.wait_s, price, smuggling)
    for organisation in (0, 11):
        key = of.organisations.source[organisation], of.organisations.market[organisation]
        menu = of.choice.menus.menu(key, False, smuggling)
        number = of.menus.of[organisation]
        lane = of.menus.lane[number, 0, : menu.at_ports]
        for k, load in enumerate(of.loads.mean):
            prices = smuggling.price_cad, smuggling.acquisition_cad
            away = np.zeros(of.routes)
            wait_s = on_routes(menu, lane, of.beliefs.wait_s, away)
            value = value_if_safe(menu.terms, load, *prices, wait_s, smuggling)
            mine = values[number, 0, 0, k]
            np.testing.assert_allclose(mine[: len(value) - 1], value[:-1], rtol=1e-9, atol=1e-12)
            assert mine[-1] == value[-1] == 0.0
            mine = stakes[number, 0, 0, k]
            theirs = stake(menu.terms, load, *prices, smuggling)
            np.testing.assert_allclose(mine[: len(theirs) - 1], theirs[:-1], rtol=1e-9)


def test_loads_are_bought_as_often_as_is_expected() -> None:
    of = expectation()
    network, trade = of.conditions.network, of.organisations.trade
    count = len(network.sources)
    open_share = np.where(np.arange(count) % 2, 0.4, 0.9)
    retail = np.linspace(0.3, 0.9, count)
    purchases = Purchases(network, trade, Streams(5, 0), of.conditions.at(0.0))
    purchases.today = purchases.today._replace(
        retail=retail, open=open_share, free=False, resourced_share=0.6
    )
    bought, _ = bought_share(retail, open_share, 0.6, trade)
    for source in (0, count - 1):
        got = [
            purchases.state(
                Opportunity(
                    0,
                    network.source_ids[source],
                    network.market_ids[0],
                    3,
                    0,
                    i,
                    0.0,
                    1,
                    False,
                    False,
                )
            )
            != ""
            for i in range(1500)
        ]
        error = np.sqrt(bought[source, 0] * (1 - bought[source, 0]) / len(got))
        assert abs(np.mean(got) - bought[source, 0]) <= 3.5 * error + 0.005


def test_the_long_run_is_the_mean_of_the_last_years_and_says_whether_it_still_moves() -> None:
    years = np.array([[9.0], [7.0], [5.0], [4.0], [4.0], [4.0]])
    values = by_horizon(years)
    assert values["year_1"] == 9.0
    assert values["long_run"] == 4.0
    assert drift(years) == 0.0
    assert drift(years[:4]) < -0.1
    assert "long_run" not in by_horizon(years[:4])


def test_examinations_have_the_lengths_that_are_drawn() -> None:
    """Equally likely lengths, whose mean is that of the kind but for the longest few."""
    lengths = expectation().lengths
    assert np.all(np.diff(lengths) > 0.0)
    assert np.mean(lengths) == pytest.approx(1.0, abs=0.05)
