"""The routes there are, their numbers, and which of them an organisation considers."""

import dataclasses
from collections import Counter

import numpy as np
import pytest

from sim.model.port.traffic import LANES
from sim.model.smuggling.organisation import Opportunity
from sim.model.smuggling.perception import Perception
from sim.model.smuggling.route_choice import RouteChoice
from sim.model.smuggling.routes import RouteNetwork, baseline_shares
from sim.numerics.randomness import Streams
from sim.parameters import Patrol, Smuggling
from sim.places.ports import read_regions
from sim.records import AIR, BETWEEN_PORTS, NOT_MADE, PORT, POST, WATER
from tests.behaviour.scene import trip_of, whole_table

SMUGGLING = Smuggling(usual_way_share=0.0)
NETWORK = RouteNetwork(whole_table(), SMUGGLING.network)
KEY = ("OH", "ON")


def test_every_number_is_a_route_and_every_route_a_number() -> None:
    for number in range(len(NETWORK.kind)):
        route = NETWORK.route(number, 0.2, 0.1)
        assert NETWORK.number_of(route) == number
        at_port = route.kind == PORT
        assert (route.port >= 0) == at_port
        assert route.loss == (0.0 if at_port or route.kind == NOT_MADE else 0.1)
    assert len(set(NETWORK.entity.tolist())) == len(NETWORK.kind)


def test_the_nearest_of_each_kind_are_considered() -> None:
    numbers = NETWORK.considered(KEY, False, SMUGGLING)
    kinds = Counter(NETWORK.kind[numbers].tolist())
    assert kinds == {PORT: 10, BETWEEN_PORTS: 3, WATER: 3, POST: 1, AIR: 1, NOT_MADE: 1}
    assert numbers[-1] == NETWORK.none
    regions = read_regions()
    for kind, km in ((BETWEEN_PORTS, regions.land_km), (WATER, regions.water_km)):
        chosen = [NETWORK.region[n] for n in numbers if NETWORK.kind[n] == kind]
        assert all(km[regions.ids.index(region)] > 0.0 for region in chosen)
        ways = NETWORK.km[KEY][numbers[NETWORK.kind[numbers] == kind]]
        others = NETWORK.km[KEY][(NETWORK.kind == kind) & NETWORK.usable]
        assert ways.max() == np.sort(others)[2]


def test_trucks_go_where_there_is_commercial_service() -> None:
    numbers = NETWORK.considered(KEY, True, SMUGGLING)
    ports = numbers[NETWORK.kind[numbers] == PORT]
    assert np.all(whole_table().commercial[ports] != "no")


def test_a_way_without_a_share_does_not_exist() -> None:
    none = dataclasses.replace(SMUGGLING, between_ports_share=0.0, air_share=0.0)
    kinds = set(NETWORK.kind[NETWORK.considered(KEY, False, none)].tolist())
    assert kinds == {PORT, POST, NOT_MADE}


def test_shares_of_the_baseline_add_up() -> None:
    shares = baseline_shares(SMUGGLING)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares[BETWEEN_PORTS] + shares[WATER] == pytest.approx(0.25)  # Z015


def test_the_noise_of_a_route_is_the_trips_own_whatever_else_is_there() -> None:
    loss = np.full((len(whole_table()), len(LANES)), 0.05)
    seen = Perception(loss, np.zeros_like(loss))
    trip = Opportunity(0, *KEY, 77, 3, 4, 0.0, 4, False, False, False)
    noise: dict[int, float] = {}
    all_open = np.ones(len(whole_table()), bool)
    half_open = np.arange(len(whole_table())) % 2 == 0
    for smuggling in (
        SMUGGLING,
        dataclasses.replace(SMUGGLING, routes_considered=25, regions_considered=15),
        dataclasses.replace(SMUGGLING, adversary="threshold", price_cad=9000.0),
    ):
        for open_ports in (all_open, half_open):
            routes = RouteChoice(whole_table(), smuggling, Patrol(), seen, Streams(11, 0))
            trips = [trip_of(trip, open_ports, smuggling)]
            (found,) = routes.options(trips, seen, smuggling)
            for number, value in zip(found.numbers.tolist(), found.noise.tolist(), strict=True):
                assert noise.setdefault(number, value) == value
    assert len(noise) > 40
