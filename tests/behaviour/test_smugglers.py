"""How smugglers choose a route: between indifference and the best response."""

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from scipy import stats

from sim.extensions import forget, register
from sim.model.port.inspection_rates import WIDTH
from sim.model.port.traffic import CAR, LANES, NEXUS, TRUCK
from sim.model.smuggling.adversary import ADVERSARIES, Adversary, Options
from sim.model.smuggling.organisation import Opportunity
from sim.model.smuggling.patrol import loss_away
from sim.model.smuggling.perception import Beliefs, Perception
from sim.model.smuggling.route_choice import RouteChoice, Trip
from sim.numerics.randomness import Streams
from sim.parameters import Patrol
from sim.parameters import Smuggling as AllOfSmuggling
from sim.places.network import Location, read_network
from sim.places.ports import EARTH_RADIUS_KM
from sim.records import AIR, BETWEEN_PORTS, POST, WATER
from sim.scenario.intervention import BASELINE
from sim.scenario.reading import read
from tests.behaviour.scene import FEW, attempts_of, border, numbers, point, trip_of, whole_table

RARE = 1e-4
"""A p-value below which chance is not believed. Seeds are fixed."""

# No preference for busy ports and no usual way, except where a test is about them.
Smuggling = functools.partial(AllOfSmuggling, traffic_prior=0.0, usual_way_share=0.0)

KEY = ("OH", "ON")
TRIPS = 4000
SAFE = Patrol()
SURE = dataclasses.replace(
    Patrol(),
    land_sensor_share=1.0,
    water_sensor_share=1.0,
    land_response_min=0.0,
    water_response_min=0.0,
    joint_share=1.0,
    carriage_of_arms=True,
    shiprider_share=1.0,
    post_loss=1.0,
    air_loss=1.0,
)
"""Every trip away from the ports is lost."""


@functools.cache
def perception() -> Perception:
    """Ports of very different risk and wait."""
    random = np.random.default_rng(5)
    shape = (len(whole_table()), len(LANES))
    return Perception(random.uniform(0.0, 0.15, shape), random.uniform(0.0, 3600.0, shape))


def chooser(smuggling: AllOfSmuggling, now: Patrol = SAFE) -> RouteChoice:
    return RouteChoice(
        whole_table(), smuggling, SAFE, perception(), Streams(11, 0), patrol_before=now
    )


@functools.cache
def options(count: int = 10) -> list[int]:
    """Numbers of the routes considered from Ohio to Toronto."""
    network = chooser(Smuggling()).network
    return [int(n) for n in network.considered(KEY, False, Smuggling(routes_considered=count))]


NOT_MADE = options()[-1]


def kinds(chosen: list[int]) -> Counter[str]:
    network = chooser(Smuggling()).network
    return Counter(str(network.kind[number]) for number in chosen)


def trip(number: int, load: int = 4) -> Opportunity:
    return Opportunity(0, *KEY, 77, number // 50, number % 50, 0.0, load, False, False)


def choices(
    smuggling: AllOfSmuggling,
    load: int = 4,
    seen: Perception | None = None,
    closed: tuple[int, ...] = (),
    trips: int = TRIPS,
    now: AllOfSmuggling | None = None,
    patrol: Patrol = SAFE,
) -> list[int]:
    """Routes of some trips; ``now`` holds instead of what the baseline was settled with."""
    routes = chooser(smuggling, patrol)
    open_ports = np.ones(len(whole_table()), bool)
    open_ports[list(closed)] = False
    seen = seen or perception()
    now = now or smuggling
    some = [trip_of(trip(i, load), open_ports, now) for i in range(trips)]
    return [routes.network.number_of(route) for route in routes.choose(some, seen, now)]


@functools.cache
def nearest(count: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Ports on the shortest way from Ohio to Toronto, and all ways in km, worked out anew."""
    ports = whole_table()

    def vectors(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        a, b = np.radians(lat), np.radians(lon)
        return np.stack([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)], axis=-1)

    def km(place: Location) -> np.ndarray:
        here = vectors(np.array(place.lat), np.array(place.lon))
        return EARTH_RADIUS_KM * np.arccos(vectors(ports.lat, ports.lon) @ here)

    network = read_network("handgun")
    way = km(network.source(KEY[0])) + km(network.market(KEY[1]))
    way[(ports.kind == "rail") | (ports.vehicles_per_year == 0)] = np.inf
    return np.argsort(way)[:count], way


def utilities(load: float, smuggling: Smuggling) -> np.ndarray:
    """Utility of each port considered, in mean margins, from the model's description."""
    routes, way = nearest(smuggling.routes_considered)
    caught = perception().loss[routes, CAR]
    wait_h = perception().wait_s[routes, CAR] / 3600.0
    prison = smuggling.sentence_years * smuggling.liberty_cad_per_year
    lost = load * smuggling.price_cad + smuggling.vehicle_cad + smuggling.fine_cad + prison
    margin = load * (smuggling.price_cad - smuggling.acquisition_cad)
    net = margin - smuggling.travel_cad_per_km * way[routes] - smuggling.wait_cad_per_h * wait_h
    unit = smuggling.load_mean * (smuggling.price_cad - smuggling.acquisition_cad)
    return np.asarray((net - caught * lost) / unit)


def all_utilities(load: float, smuggling: Smuggling) -> np.ndarray:
    """Utility of each option: at ports from the description, else the model's own."""
    open_ports = np.ones(len(whole_table()), bool)
    one = trip_of(trip(0, int(load)), open_ports, smuggling)
    (options,) = chooser(smuggling).options([one], perception(), smuggling)
    value = options.utility(options.believed)
    assert np.allclose(value[: smuggling.routes_considered], utilities(load, smuggling), atol=1e-9)
    return value


@pytest.mark.parametrize("rationality", [0.0, 1e-9, 1e-4, 1e-3])
def test_with_little_rationality_every_route_considered_is_as_likely(rationality: float) -> None:
    chosen = Counter(choices(Smuggling(rationality=rationality)))
    assert set(chosen) == set(options())
    assert stats.chisquare([chosen[option] for option in options()]).pvalue > RARE


@pytest.mark.parametrize("load", [1, 3, 12, 60])
def test_with_boundless_rationality_the_best_response_is_taken(load: int) -> None:
    smuggling = Smuggling(rationality=1e7)
    wanted = options()[int(np.argmax(all_utilities(load, smuggling)))]
    assert set(choices(smuggling, load, trips=200)) == {wanted}


def test_once_the_best_port_is_closed_the_next_best_is_taken() -> None:
    smuggling = Smuggling(rationality=1e7)
    order = nearest()[0][np.argsort(-utilities(12, smuggling))]
    for shut in range(4):
        closed = tuple(int(port) for port in order[:shut])
        taken = set(choices(smuggling, 12, closed=closed, trips=50, patrol=SURE))
        assert taken == {int(order[shut])}


@pytest.mark.parametrize("rationality", [0.5, 2.0, 6.0])
def test_choices_are_a_logit_of_utilities(rationality: float) -> None:
    smuggling = Smuggling(rationality=rationality)
    value = rationality * all_utilities(4, smuggling)
    share = np.exp(value - value.max())
    share /= share.sum()
    chosen = Counter(choices(smuggling))
    seen = np.array([chosen[option] for option in options()])
    expected = TRIPS * share
    few = expected < 5.0
    seen = np.append(seen[~few], seen[few].sum())
    expected = np.append(expected[~few], expected[few].sum())
    keep = expected > 0.0
    assert stats.chisquare(seen[keep], expected[keep]).pvalue > RARE


@pytest.mark.parametrize("rationality", [1.0, 2.0, 20.0])
@pytest.mark.parametrize("share", [0.1, 0.25, 0.6])
def test_the_shares_away_from_the_ports_are_those_of_the_baseline(
    share: float, rationality: float
) -> None:
    smuggling = Smuggling(between_ports_share=share, rationality=rationality, load_mean=4.0)
    routes = chooser(smuggling)
    opened = routes.menus.open_by_hour  # at any hour alike
    some = [trip_of(trip(i), opened[i % 24], smuggling) for i in range(TRIPS)]
    taken = routes.choose(some, perception(), smuggling)
    chosen = kinds([routes.network.number_of(route) for route in taken])
    made = TRIPS - chosen["not_made"]
    wanted = {
        BETWEEN_PORTS: 0.6 * share,
        WATER: 0.4 * share,
        POST: smuggling.post_share,
        AIR: smuggling.air_share,
    }
    for kind, expected in wanted.items():
        error = np.sqrt(expected * (1.0 - expected) / made)
        assert abs(chosen[kind] / made - expected) <= 4.0 * error, kind


def test_a_port_that_becomes_riskier_loses_trips_and_no_other_does() -> None:
    smuggling = Smuggling()
    before = choices(smuggling)
    port = Counter(p for p in before if p < len(whole_table())).most_common(1)[0][0]
    loss = perception().loss.copy()
    loss[port] = 0.5
    after = choices(smuggling, seen=Perception(loss, perception().wait_s))
    moved = {(a, b) for a, b in zip(before, after, strict=True) if a != b}
    assert {a for a, _ in moved} == {port}
    assert after.count(port) < 0.5 * before.count(port)


def test_hardening_some_routes_moves_trips_and_only_hardening_all_ends_them() -> None:
    smuggling = Smuggling()
    order = nearest()[0]

    def through(hardened: int, patrol: Patrol = SAFE) -> float:
        """Share of trips that are made and not lost, with so many of the ports hardened."""
        loss = np.full_like(perception().loss, 0.03)
        loss[order[:hardened]] = 0.9
        seen = Perception(loss, perception().wait_s)
        taken = choices(smuggling, seen=seen, trips=1000, patrol=patrol)
        away = loss_away(patrol)
        lost = np.concatenate([loss[:, CAR], away, [1.0]])
        return float(np.mean(1.0 - lost[taken]))

    nothing, two, ports, everything = through(0), through(2), through(10), through(10, SURE)
    assert two > 0.95 * nothing
    assert 0.6 * nothing < ports < 0.95 * nothing  # they go between the ports
    assert everything < 0.15 * nothing


# Nobody is arrested and no price moves, so that only the choice of route could differ.
STATIC = {
    "market.trip_elasticity": 0.0,
    "smuggling.adversary": "static",
    "smuggling.firearms_per_year": 1e6,
    "smuggling.arrest_share": 0.0,
}


def test_static_smugglers_choose_by_traffic_and_ignore_risk() -> None:
    smuggling = Smuggling(adversary="static")
    chosen = Counter(choices(smuggling))
    ports = nearest()[0]
    weight = whole_table().vehicles_per_year[ports]
    away = [0.05] * 3 + [0.1 / 3] * 3 + [0.03, 0.02]
    share = np.append(0.7 * weight / weight.sum(), away)
    seen = np.array([chosen[o] for o in options()[:-1]])
    often = share * TRIPS >= 5.0
    seen = np.append(seen[often], seen[~often].sum())
    expected = TRIPS * np.append(share[often], share[~often].sum())
    keep = expected > 0.0
    assert chosen[NOT_MADE] == 0
    assert stats.chisquare(seen[keep], expected[keep]).pvalue > RARE
    risky = Perception(np.ones_like(perception().loss), perception().wait_s)
    assert choices(smuggling, seen=risky, trips=300) == choices(smuggling, trips=300)


def routes_of(scenario: str, changes: dict[str, object]) -> list[tuple[str, int]]:
    trips = border(point(FEW, 20, read(scenario), changes)).attempts_of_day.trips
    return [(trip.route.kind, trip.route.port) for trip in trips]


def test_static_smugglers_do_not_notice_more_searches_and_others_do() -> None:
    quantal = {**STATIC, "smuggling.adversary": "quantal_response"}
    assert routes_of("baseline", STATIC) == routes_of("more_searches", STATIC)
    before, after = (routes_of(name, quantal) for name in ("baseline", "more_searches"))
    assert len(before) == len(after)
    moved = [(a[0], b[0]) for a, b in zip(before, after, strict=True) if a != b]
    away = sum(a == "port" and b != "port" for a, b in moved)
    back = sum(a != "port" and b == "port" for a, b in moved)
    assert away > 5 * max(back, 1)


def test_smugglers_weigh_the_lane_that_they_take() -> None:
    smuggling = Smuggling()
    loss = np.full_like(perception().loss, 0.3)
    loss[:, NEXUS] = 0.0
    seen = Perception(loss, np.zeros_like(loss))
    routes = chooser(smuggling)
    open_ports = np.ones(len(whole_table()), bool)
    trusted = np.where(np.arange(len(whole_table())) == nearest()[0][0], NEXUS, CAR)

    def trips(lanes: np.ndarray | None) -> list[Trip]:
        return [trip_of(trip(i), open_ports, smuggling, lanes) for i in range(1000)]

    through, without = (
        Counter(route.port for route in routes.choose(trips(lanes), seen, smuggling))
        for lanes in (trusted, None)
    )
    best = int(nearest()[0][0])
    assert through[best] > 2 * without[best]
    (options,) = routes.options(trips(trusted)[:1], seen, smuggling)
    assert options.believed[0] == 0.0
    assert np.all(options.believed[1:10] == 0.3)


@pytest.mark.parametrize("name", [*ADVERSARIES, "dear"])
def test_trips_are_decided_together_as_one_by_one(name: str, dear: str) -> None:
    """Whatever their load, prices, lanes and open ports; some know the prices of their deal."""
    random, smuggling = np.random.default_rng(8), AllOfSmuggling(adversary=name)
    routes = chooser(smuggling)
    count = len(whole_table())
    trips = []
    for i in range(40):
        one = Opportunity(
            i % 3, *KEY, 77, 5, i, 0.0, 1 + i, i % 2 == 0, i % 5 == 0, lookout=i % 7 == 0
        )
        lanes = np.full(count, TRUCK if one.commercial else random.choice([CAR, NEXUS]))
        prices = float(random.uniform(2000.0, 9000.0)), float(random.uniform(300.0, 900.0))
        trips.append(Trip(one, random.uniform(size=count) < 0.7, lanes, *prices))

    def truth(deep: bool, lookout: bool) -> np.ndarray:
        return perception().loss * (2.0 - deep + 3.0 * lookout)

    together = routes.choose(trips, perception(), smuggling, truth)
    alone = [routes.choose([one], perception(), smuggling, truth)[0] for one in trips]
    assert together == alone
    assert len(set(together)) > 2
    if name == dear:
        made = [trip.price_cad > 5000.0 for trip in trips]
        assert [route.kind != "not_made" for route in together] == made


@pytest.fixture
def dear() -> Iterator[str]:
    """An adversary who makes a trip only at a high price."""

    class Dear(Adversary):
        def choose(self, options: Options, loss: np.ndarray, smuggling: AllOfSmuggling) -> int:
            return 0 if smuggling.price_cad > 5000.0 else len(options.numbers) - 1

    register("adversaries", "dear", Dear)
    yield "dear"
    forget("adversaries", "dear")


def test_an_attempt_has_the_same_load_and_moment_in_every_world() -> None:
    def made(scenario: str) -> list[tuple[object, ...]]:
        ended = border(point(FEW, 20, read(scenario), {"smuggling.firearms_per_year": 1e6}))
        return [
            (trip.attempt_id, trip.time_s, trip.load, trip.market)
            for trip in ended.attempts_of_day.trips
        ]

    assert made("baseline") == made("more_searches") == made("close_ports")
    assert len(made("baseline")) > 100


def test_more_visitors_to_the_pacific_coast_carry_a_firearm() -> None:
    """They are on the way to Alaska (C044); other ports are not touched."""

    def counts(factor: float) -> dict[str, int]:
        changes = {
            "smuggling.traveller_firearms_per_million": 10_000.0,
            "smuggling.traveller_pacific_factor": factor,
        }
        days = border(point(FEW, 20, BASELINE, changes)).attempts_of_day.travellers
        return Counter(FEW[port] for day in days for port in day.port.tolist())

    even, more = counts(1.0), counts(3.0)
    assert more["pacific-highway"] == pytest.approx(3.0 * even["pacific-highway"], rel=0.1)
    assert {port: more[port] for port in FEW if port != "pacific-highway"} == {
        port: even[port] for port in FEW if port != "pacific-highway"
    }


def test_traveller_firearms_stay_apart_from_trafficking() -> None:
    none, many = (
        numbers(point(FEW, 20, BASELINE, {"smuggling.traveller_firearms_per_million": rate}))
        for rate in (0.0, 30_000.0)
    )
    for metric in ("firearms_planned", "firearms_deterred", "firearms_intercepted_away"):
        assert none[metric] == many[metric]
    assert none["traveller_firearms_seized"] == 0.0
    assert many["traveller_firearms_seized"] > 20.0
    evenly = {
        "smuggling.traveller_firearms_per_million": 30_000.0,
        "smuggling.traveller_pacific_factor": 1.0,
    }
    visitors = attempts_of(border(point(FEW, 20, BASELINE, evenly)), "traveller")
    demand = border(point(FEW, 20)).demand
    cars = np.sum(demand.daily[:, :, CAR] * demand.day_factor, axis=1)
    residents = 0.59  # share of Canadians over 2005; that of US residents has its months
    us_cars = sum(cars[k] * demand.us_residents(k, residents) for k in range(len(cars)))
    assert abs(len(visitors) - 0.03 * us_cars) <= 4.0 * np.sqrt(0.03 * us_cars)


def test_busy_ports_are_preferred_if_all_else_is_equal() -> None:
    """With no rationality the ports' shares are their traffic's, or alike without the prior."""
    weight = whole_table().vehicles_per_year[options()[:10]]
    for exponent in (0.0, 1.0):
        smuggling = Smuggling(rationality=0.0, traffic_prior=exponent)
        taken = Counter(choices(smuggling))
        count = np.array([taken[number] for number in options()[:10]])
        wanted = weight**exponent / (weight**exponent).sum() * count.sum()
        assert stats.chisquare(count, wanted).pvalue > RARE
        # The kinds of route keep their shares: as many trips go through ports as without it.
        assert count.sum() == pytest.approx(10 / len(options()) * TRIPS, rel=0.1)


def test_an_organisation_has_its_bridge_and_all_together_choose_as_before() -> None:
    smuggling = Smuggling(usual_way_share=0.8)
    routes, seen = chooser(smuggling), perception()
    open_ports = np.ones(len(whole_table()), bool)

    def taken(organisation: int, trips: int) -> Counter[int]:
        some = [
            Opportunity(organisation, *KEY, 77, organisation, i, 0.0, 4, False, False)
            for i in range(trips)
        ]
        each = [trip_of(one, open_ports, smuggling) for one in some]
        return Counter(
            routes.network.number_of(route) for route in routes.choose(each, seen, smuggling)
        )

    own = [taken(organisation, 60).most_common(1)[0][1] / 60 for organisation in range(20)]
    assert min(own) > 0.6
    # One trip of each of many organisations: the logit, whatever share goes its usual way.
    many: Counter[int] = Counter()
    for organisation in range(3000):
        many += taken(organisation, 1)
    alone = Counter(choices(Smuggling(), trips=3000))
    numbers_of = [number for number in options() if many[number] + alone[number] > 20]
    table = [[some[number] for number in numbers_of] for some in (many, alone)]
    assert stats.chi2_contingency(table).pvalue > RARE


def test_loads_are_hidden_deeper_where_more_is_lost() -> None:
    smuggling = AllOfSmuggling(deep_share=0.3, deep_response=0.5)
    rows = np.zeros((2, WIDTH))
    beliefs = Beliefs(2, smuggling, 0.03, rows, rows)
    beliefs.baseline_loss = np.full((2, len(LANES)), 0.02)
    weight = np.array([1.0, 3.0])
    for loss, wanted in ((0.02, 0.3), (0.08, 0.6), (0.005, 0.15), (1.0, 1.0)):
        beliefs.loss = np.full((2, len(LANES)), loss)
        assert beliefs.deep_share(smuggling, weight) == pytest.approx(wanted)
