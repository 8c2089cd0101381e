"""Which way a trip goes: a port and lane, between the ports, or not at all.

How smugglers decide is not known, so it is an ensemble. Each adversary is a function from utilities
and noise to a choice:

- *static* ignores everything: open ports get trips by their traffic, and a set share goes between
  the ports;
- *quantal response*: the best of lambda x utility + Gumbel noise, which is a logit with rationality
  lambda. lambda to 0 gives a uniform choice among the routes considered, lambda to infinity the
  best response.

The noise belongs to the opportunity and the route, so a scenario moves only those trips for which a
route has become better or worse.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from sim.geography import EARTH_RADIUS_KM, Ports
from sim.model.booking import BETWEEN_PORTS, NOT_MADE, PORT, Route
from sim.model.organisation import Opportunity
from sim.model.traffic import CAR, TRUCK
from sim.network import Place, read_network
from sim.parameters import Smuggling
from sim.randomness import ROUTE, Streams, entity_number, to_uniform

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_BETWEEN = -1
_NONE = -2


@dataclass(frozen=True, slots=True)
class Perception:
    """What smugglers believe, by port and lane.

    Attributes
    ----------
    loss : array of float, shape (ports, lanes)
        Chance that a trip through the lane is lost.
    wait_s : array of float, shape (ports, lanes)
        Usual wait in seconds.
    """

    loss: Floats
    wait_s: Floats


def _distance_km(lat: Floats, lon: Floats, place: Place) -> Floats:
    a, b = np.radians(lat), np.radians(lon)
    c, d = np.radians(place.lat), np.radians(place.lon)
    half = np.sin((a - c) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((b - d) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)))


class RouteChoice:
    """Routes of every source and market, and the choice among them.

    Parameters
    ----------
    ports : Ports
    smuggling : Smuggling
        The baseline: the unknown cost of a trip between the ports is set so that, in the baseline,
        such trips have the share of ``between_ports_share`` (an assumption, Z015).
    baseline : Perception
        What is believed in the baseline.
    streams : Streams
    """

    def __init__(
        self, ports: Ports, smuggling: Smuggling, baseline: Perception, streams: Streams
    ) -> None:
        self.streams = streams
        self.entities = np.array([entity_number(f"route/{port}") for port in ports.ids])
        self.between = entity_number("route/between")
        self.nothing = entity_number("route/none")
        self.weight = ports.vehicles_per_year
        usable = (ports.kind != "rail") & (ports.vehicles_per_year > 0)
        self.commercial = usable & (ports.commercial != "no")
        self.usable = usable
        self.km: dict[tuple[str, str], Floats] = {}
        network = read_network(smuggling.network)
        for source, market in product(network.sources, network.markets):
            self.km[source.id, market.id] = _distance_km(
                ports.lat, ports.lon, source
            ) + _distance_km(ports.lat, ports.lon, market)
        self.between_cost = {key: self._between_cost(key, smuggling, baseline) for key in self.km}

    def considered(self, key: tuple[str, str], commercial: bool, smuggling: Smuggling) -> Whole:
        """Ports that an organisation considers: those with the shortest way to its market."""
        usable = np.flatnonzero(self.commercial if commercial else self.usable)
        order = usable[np.argsort(self.km[key][usable], kind="stable")]
        return order[: smuggling.routes_considered]

    def utility(
        self,
        key: tuple[str, str],
        routes: Whole,
        lane: int,
        load: float,
        perception: Perception,
        smuggling: Smuggling,
    ) -> Floats:
        """Perceived utility of going through each port, in mean margins of a trip.

        Margin on the load, less travel, wait, and perceived loss times what is lost: load, vehicle,
        fine and liberty.
        """
        cost = smuggling.travel_cad_per_km * self.km[key][routes]
        cost += smuggling.wait_cad_per_h * perception.wait_s[routes, lane] / 3600.0
        cost += perception.loss[routes, lane] * at_stake_cad(load, smuggling)
        return np.asarray((load * margin_cad(smuggling) - cost) / mean_margin_cad(smuggling))

    def between_utility(self, key: tuple[str, str], load: float, smuggling: Smuggling) -> float:
        """Perceived utility of going between the ports, in mean margins of a trip."""
        travel = smuggling.travel_cad_per_km * float(self.km[key].min())
        risk = smuggling.between_ports_loss * at_stake_cad(load, smuggling)
        value = load * margin_cad(smuggling) - travel - risk
        return value / mean_margin_cad(smuggling) - self.between_cost[key]

    def _between_cost(
        self, key: tuple[str, str], smuggling: Smuggling, perception: Perception
    ) -> float:
        rationality = max(smuggling.rationality, 1e-9)
        share = min(max(smuggling.between_ports_share, 1e-9), 1.0 - 1e-9)
        routes = self.considered(key, False, smuggling)
        load = smuggling.load_mean
        ports = rationality * self.utility(key, routes, CAR, load, perception, smuggling)
        self.between_cost = {key: 0.0}
        free = rationality * self.between_utility(key, load, smuggling)
        inclusive = float(np.logaddexp.reduce(ports))
        return float((free - inclusive - np.log(share / (1.0 - share))) / rationality)

    def choose(
        self,
        opportunity: Opportunity,
        open_ports: npt.NDArray[np.bool_],
        perception: Perception,
        smuggling: Smuggling,
    ) -> Route:
        """Choose a route.

        Parameters
        ----------
        open_ports : array of bool, shape (ports,)
            Ports that are open when the trip would arrive.

        Returns
        -------
        Route
        """
        lane = TRUCK if opportunity.commercial else CAR
        port = self._best(opportunity, open_ports, lane, perception, smuggling)
        if port >= 0:
            return Route(PORT, port, "", float(perception.loss[port, lane]))
        if port == _NONE:
            return Route(NOT_MADE)
        loss = smuggling.between_ports_loss
        return Route(BETWEEN_PORTS, -1, "", loss, loss)

    def _best(
        self,
        opportunity: Opportunity,
        open_ports: npt.NDArray[np.bool_],
        lane: int,
        perception: Perception,
        smuggling: Smuggling,
    ) -> int:
        key = (opportunity.source, opportunity.market)
        routes = self.considered(key, opportunity.commercial, smuggling)
        routes = routes[open_ports[routes]]
        noise = self._noise(opportunity, routes)
        if smuggling.adversary == "static":
            return self._static(routes, noise, smuggling)
        value = np.concatenate(
            [
                self.utility(key, routes, lane, opportunity.load, perception, smuggling),
                [self.between_utility(key, opportunity.load, smuggling), 0.0],
            ]
        )
        return quantal_response(value, noise, smuggling.rationality, routes)

    def _static(self, routes: Whole, noise: Floats, smuggling: Smuggling) -> int:
        share = smuggling.between_ports_share
        with np.errstate(divide="ignore"):
            ports = np.log((1.0 - share) * self.weight[routes] / self.weight[routes].sum())
            score = np.concatenate([ports, [np.log(share)]]) + noise[:-1]
        best = int(np.argmax(score))
        return int(routes[best]) if best < len(routes) else _BETWEEN

    def _noise(self, opportunity: Opportunity, routes: Whole) -> Floats:
        """Gumbel noise of the ports considered, of going between the ports, and of no trip."""
        entities = np.append(self.entities[routes], (self.between, self.nothing))
        words = self.streams.first_words(ROUTE, entities, opportunity.day, opportunity.index)
        return np.asarray(-np.log(-np.log(to_uniform(words))))


def quantal_response(value: Floats, noise: Floats, rationality: float, routes: Whole) -> int:
    """Best of rationality x utility + Gumbel noise; the last two values are between and none."""
    best = int(np.argmax(rationality * value + noise))
    if best < len(routes):
        return int(routes[best])
    return _BETWEEN if best == len(routes) else _NONE


def margin_cad(smuggling: Smuggling) -> float:
    """Margin on one firearm before travel and risk, in CAD."""
    return smuggling.price_cad - smuggling.acquisition_cad


def mean_margin_cad(smuggling: Smuggling) -> float:
    """Margin on a trip of mean load in CAD (at least 1): the unit of utility."""
    return max(smuggling.load_mean * margin_cad(smuggling), 1.0)


def at_stake_cad(load: float, smuggling: Smuggling) -> float:
    """What a trafficker loses who is caught, in CAD."""
    liberty = smuggling.sentence_years * smuggling.liberty_cad_per_year
    return load * smuggling.price_cad + smuggling.vehicle_cad + smuggling.fine_cad + liberty
