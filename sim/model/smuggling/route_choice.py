"""Choice of route: a port and lane, between the ports, by water, post or air, or no trip.

How smugglers decide is not known, so there is an ensemble of models
(`sim.model.smuggling.adversary`). This file makes their input: for each route its value, the stake
and the chance of loss. The noise belongs to the opportunity and the route, or to the organisation
and the route on trips that go its usual way, so a scenario moves only those trips for which a route
has become better or worse.
"""

import dataclasses
import functools
import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from sim.extensions import extensions
from sim.model.port.traffic import CAR
from sim.model.smuggling.adversary import ADVERSARIES, Adversary, Options
from sim.model.smuggling.organisation import Opportunity
from sim.model.smuggling.patrol import loss_away
from sim.model.smuggling.perception import Menu, Perception, on_routes, stake, value_if_safe
from sim.model.smuggling.routes import (
    LEAST_RATIONALITY,
    AttemptOutcome,
    Key,
    Route,
    RouteNetwork,
    baseline_shares,
    hidden_costs,
    open_by_hour,
)
from sim.numerics.randomness import ROUTE, Streams, entity_number, to_uniform
from sim.numerics.units import Flags, Floats, Whole
from sim.parameters import Patrol, Smuggling
from sim.places.ports import Ports
from sim.records import AIR, NOT_MADE, PORT, POST

_RISK_TOLERANCE = entity_number("route/nerve")
_USUAL_WAY = entity_number("route/usual way")
# Key, in place of the day, of what an organisation always prefers.
_ALWAYS = 1_000_000

# Menus kept in a process: of baselines, and for each of those of which some ports are closed.
MOST_MENUS = 4
MOST_OPEN_MENUS = 4096
# Trips whose routes and noise are kept: those of a day or two.
MOST_TRIPS = 256

# Chance of loss by port and lane of a trip: hidden deep or not, with an active lookout or not.
Truth = Callable[[bool, bool], Floats]


def gumbel(uniform: Floats) -> Floats:
    """Standard Gumbel numbers at quantiles."""
    return np.asarray(-np.log(-np.log(uniform)))


class Trip(NamedTuple):
    """A trip for which a route is to be chosen.

    Attributes
    ----------
    open_ports : array of bool, shape (ports,)
        Ports that are open when it would arrive.
    lanes : array of int, shape (ports,)
        Lane that it would take at each port.
    price_cad, acquisition_cad : float
        Of a firearm in this deal.
    """

    opportunity: Opportunity
    open_ports: Flags
    lanes: Whole
    price_cad: float
    acquisition_cad: float


# Of a trip: its menu of open routes, their noise, its tolerance of risk (`Options`), and the lanes
# at the ports of the menu.
Drawn = tuple[Menu, Floats, float, Whole]


class _Menus:
    """Menus of a baseline: they depend on no draw, so replications and scenarios share them."""

    def __init__(
        self, ports: Ports, smuggling: Smuggling, patrol: Patrol, baseline: Perception
    ) -> None:
        self.network = RouteNetwork(ports, smuggling.network)
        self.weight = ports.vehicles_per_year
        self.open_by_hour = open_by_hour(ports)
        self.smuggling = smuggling
        self.patrol = patrol
        self.baseline = baseline
        self._menus: dict[tuple[Key, bool, int, int], Menu] = {}
        self._open_menus: dict[tuple[Key, bool, int, int, bytes], tuple[Menu, Flags]] = {}
        self._hidden: dict[Key, Floats] = {}
        self._drawn: dict[tuple[object, ...], Drawn] = {}
        self._usual: dict[tuple[int, int, Streams], Floats] = {}

    def hidden_cost(self, key: Key) -> Floats:
        """Unknown cost of every route (see `RouteChoice.hidden_cost`)."""
        if key not in self._hidden:
            self._hidden[key] = self._fitted(key)
        return self._hidden[key]

    def _fitted(self, key: Key) -> Floats:
        smuggling = self.smuggling
        hidden = np.zeros(len(self.network.kind))
        menu = self._new_menu(key, False, smuggling, hidden)
        load, price, cost = smuggling.load_mean, smuggling.price_cad, smuggling.acquisition_cad
        away = loss_away(self.patrol)
        wait_s = on_routes(menu, CAR, self.baseline.wait_s, np.zeros_like(away))
        utility = value_if_safe(menu.terms, load, price, cost, wait_s, smuggling)
        risk = on_routes(menu, CAR, self.baseline.loss, away)
        utility = utility - risk * stake(menu.terms, load, price, cost, smuggling)
        utility = utility + menu.prior / max(smuggling.rationality, LEAST_RATIONALITY)
        shares = baseline_shares(smuggling)
        kinds = self.network.kind[menu.numbers]
        costs = hidden_costs(
            {kind: utility[kinds == kind] for kind in shares},
            self.open_by_hour[:, menu.numbers[: menu.at_ports]],
            shares,
            smuggling.rationality,
            smuggling.hidden_cost_most,
        )
        for kind, cost in costs.items():
            hidden[self.network.kind == kind] = cost
        return hidden

    def menu(self, key: Key, commercial: bool, smuggling: Smuggling) -> Menu:
        """Routes considered for a source and market, open or not."""
        name = (key, commercial, smuggling.routes_considered, smuggling.regions_considered)
        if name not in self._menus:
            self._menus[name] = self._new_menu(key, commercial, smuggling, self.hidden_cost(key))
        return self._menus[name]

    def open_menu(
        self, key: Key, commercial: bool, smuggling: Smuggling, open_routes: Flags
    ) -> tuple[Menu, Flags]:
        """Routes of a menu of which these ports are open, and which of the whole menu they are."""
        name = (
            key, commercial, smuggling.routes_considered, smuggling.regions_considered,
            open_routes.tobytes(),
        )  # fmt: skip
        if name not in self._open_menus:
            if len(self._open_menus) >= MOST_OPEN_MENUS:
                self._open_menus.clear()
            numbers = self.menu(key, commercial, smuggling).numbers
            keep = np.append(open_routes, np.ones(len(numbers) - len(open_routes), bool))
            menu = self._menu_of(
                key, numbers[keep], self.hidden_cost(key), self._prior(numbers)[keep]
            )
            self._open_menus[name] = menu, keep
        return self._open_menus[name]

    def drawn(self, trip: Trip, smuggling: Smuggling, streams: Streams) -> Drawn:
        """What is drawn of a trip, the same in all points of a replication, which run in step."""
        of, open_ports, lanes = trip.opportunity, trip.open_ports, trip.lanes
        key = of.source, of.market
        whole = self.menu(key, of.commercial, smuggling)
        name = (
            id(whole), of.organisation, of.day, of.number, streams.seed, streams.replication,
            open_ports.tobytes(), lanes.tobytes(),
        )  # fmt: skip
        known = self._drawn.get(name)
        if known is not None:
            return known
        if len(self._drawn) >= MOST_TRIPS:
            self._drawn.clear()
        uniform = to_uniform(streams.first_words(ROUTE, whole.entity, of.day, of.number))
        noise = gumbel(uniform[:-2])
        if uniform[-1] < self.smuggling.usual_way_share:
            noise = self._usual_noise(of.organisation, whole, streams)
        # Only those that are open when the trip would arrive.
        open_routes = open_ports[whole.numbers[: whole.at_ports]]
        menu, keep = self.open_menu(key, of.commercial, smuggling, open_routes)
        lane = lanes[menu.numbers[: menu.at_ports]]
        self._drawn[name] = menu, noise[keep], float(uniform[-2]), lane
        return self._drawn[name]

    def _usual_noise(self, organisation: int, menu: Menu, streams: Streams) -> Floats:
        """Noise of the routes of a menu that belongs to an organisation: its usual preference."""
        key = organisation, id(menu), streams
        if key not in self._usual:
            if len(self._usual) >= MOST_OPEN_MENUS:
                self._usual.clear()
            entity = menu.entity[:-2]
            words = streams.first_words(ROUTE, entity, _ALWAYS, organisation)
            self._usual[key] = gumbel(to_uniform(words))
        return self._usual[key]

    def _new_menu(self, key: Key, commercial: bool, smuggling: Smuggling, hidden: Floats) -> Menu:
        numbers = self.network.considered(key, commercial, smuggling)
        return self._menu_of(key, numbers, hidden, self._prior(numbers))

    def _prior(self, numbers: Whole) -> Floats:
        """How much each route considered is preferred if all else is equal: ports by traffic."""
        at_port = self.network.kind[numbers] == PORT
        prior = np.zeros(len(numbers))
        if at_port.any():
            weight = self.weight[numbers[at_port]] ** self.smuggling.traffic_prior
            prior[at_port] = np.log(weight / weight.mean())
        return prior

    def _menu_of(self, key: Key, numbers: Whole, hidden: Floats, prior: Floats) -> Menu:
        kinds, km = self.network.kind[numbers], self.network.km[key][numbers]
        by_kind = kinds == POST, kinds == AIR, kinds != NOT_MADE
        return Menu(
            numbers=numbers,
            at_ports=int(np.sum(kinds == PORT)),
            ports=self.network.ports,
            terms=np.stack([km, *by_kind, hidden[numbers]]),
            habit=self._habit(numbers),
            prior=prior,
            entity=np.append(self.network.entity[numbers], (_RISK_TOLERANCE, _USUAL_WAY)),
        )

    def _habit(self, numbers: Whole) -> Floats:
        """Share of trips of each route in the baseline: ports by traffic, others equally."""
        kinds = self.network.kind[numbers]
        habit = np.zeros(len(numbers))
        for kind, share in baseline_shares(self.smuggling).items():
            of_kind = kinds == kind
            if kind == PORT:
                weight = self.weight[numbers[of_kind]]
                habit[of_kind] = share * weight / max(weight.sum(), 1e-300)
            elif of_kind.any():
                habit[of_kind] = share / of_kind.sum()
        return habit


@dataclasses.dataclass(frozen=True)
class _Baseline:
    """What menus follow from: equal if all of it (``key``) is, to the last bit."""

    key: tuple[object, ...]
    terms: tuple[Ports, Smuggling, Patrol, Perception] = dataclasses.field(compare=False)


@functools.lru_cache(maxsize=MOST_MENUS)
def _menus_of(baseline: _Baseline) -> _Menus:
    return _Menus(*baseline.terms)


class RouteChoice:
    """Routes of every source and market, and the choice among them.

    Parameters
    ----------
    ports : Ports
    smuggling, patrol : Smuggling, Patrol
        The baseline: unknown costs of the routes away from the ports are set so that, in the
        baseline, they have their assumed shares (Z015).
    baseline : Perception
        Beliefs about the ports in the baseline.
    streams : Streams
    before : Perception, optional
        Beliefs about them before the run; those of the baseline if not given.
    patrol_before : Patrol, optional
        Values in force before the run; the baseline if not given.
    """

    def __init__(
        self,
        ports: Ports,
        smuggling: Smuggling,
        patrol: Patrol,
        baseline: Perception,
        streams: Streams,
        before: Perception | None = None,
        patrol_before: Patrol | None = None,
    ) -> None:
        arrays = baseline.loss.tobytes(), baseline.wait_s.tobytes()
        key = ports.digest, smuggling, patrol, *arrays
        self.menus = _menus_of(_Baseline(key, (ports, smuggling, patrol, baseline)))
        self.network = self.menus.network
        self.streams = streams
        before = before or baseline
        self.before = Perception(before.loss.copy(), before.wait_s.copy())
        self.away_true = loss_away(patrol_before or patrol)
        self.away_before = self.away_true
        self.away_believed = self.away_true
        self.weight_of_a_day = 1.0 / smuggling.perception_days
        self.baseline_smuggling = smuggling
        self._adversaries: dict[str, Adversary] = {}

    def adversary(self, name: str) -> Adversary:
        """Adversary of a name (``smuggling.adversary``), made when it is first needed."""
        if name not in self._adversaries:
            model = ADVERSARIES.get(name) or extensions("adversaries")[name]
            self._adversaries[name] = model.of_replication(
                self.baseline_smuggling, self.network, self.streams
            )
        return self._adversaries[name]

    def midnight(self, patrol: Patrol) -> None:
        """Update the beliefs about routes away from the ports with yesterday's chances."""
        step = self.weight_of_a_day * (self.away_true - self.away_believed)
        self.away_believed = self.away_believed + step
        self.away_true = loss_away(patrol)

    def on_outcomes(self, outcomes: list[AttemptOutcome], now_s: float) -> None:
        """Pass the outcomes of trips to the adversaries in use (see `Border.observers`)."""
        for adversary in self._adversaries.values():
            adversary.on_outcomes(outcomes, now_s)

    def hidden_cost(self, key: Key) -> Floats:
        """Unknown cost of every route, in mean margins; 0 at ports.

        It gives each kind of route its share in the baseline, for a trip of mean load
        (`sim.model.smuggling.routes`).
        """
        return self.menus.hidden_cost(key)

    def options(
        self,
        trips: Sequence[Trip],
        perception: Perception,
        smuggling: Smuggling,
        truth: Truth | None = None,
    ) -> list[Options]:
        """Routes that each trip may take.

        They are worked out for all trips of a day together: a small array costs nearly as much as
        a large one.

        Parameters
        ----------
        trips : sequence of Trip
        perception : Perception
            Beliefs about the ports now.
        smuggling : Smuggling
            Values in force.
        truth : callable, optional
            True chances of loss at the ports; if not given, what is believed.
        """
        if not trips:
            return []
        drawn = [self.menus.drawn(trip, smuggling, self.streams) for trip in trips]
        menus = [menu for menu, *_ in drawn]
        sizes = [len(menu.numbers) for menu in menus]
        each = np.array([(of.load, price, cost) for of, _, _, price, cost in trips]).T
        load, price, cost = np.repeat(each, sizes, axis=1)
        numbers = np.concatenate([menu.numbers for menu in menus])
        terms = np.concatenate([menu.terms for menu in menus], axis=1)
        at_port, none = numbers < self.network.ports, numbers == self.network.none
        away = ~(at_port | none)
        cell = numbers[at_port], np.concatenate([lane for *_, lane in drawn])
        wait_s, believed = np.zeros((2, len(numbers)))
        wait_s[at_port], believed[at_port] = perception.wait_s[cell], perception.loss[cell]
        believed[away] = self.away_believed[numbers[away] - self.network.ports]
        value = value_if_safe(terms, load, price, cost, wait_s, smuggling)
        stakes = stake(terms, load, price, cost, smuggling)
        ends = [0, *itertools.accumulate(sizes)]
        return [
            Options(
                organisation=trip.opportunity.organisation,
                numbers=menu.numbers,
                value=value[first:last],
                stake=stakes[first:last],
                believed=believed[first:last],
                habit=menu.habit,
                prior=menu.prior,
                noise=noise,
                risk_tolerance_quantile=tolerance,
                chance_before=functools.partial(
                    on_routes, menu, lane, self.before.loss, self.away_before
                ),
                chance_true=functools.partial(
                    self._true, menu, lane, trip.opportunity, truth, perception
                ),
            )
            for trip, (menu, noise, tolerance, lane), first, last in zip(
                trips, drawn, ends[:-1], ends[1:], strict=True
            )
        ]

    def _true(
        self, menu: Menu, lane: Whole, trip: Opportunity, truth: Truth | None, seen: Perception
    ) -> Floats:
        """Chance of loss of a trip by the settings of the day."""
        loss = truth(trip.deep, trip.lookout) if truth else seen.loss
        return on_routes(menu, lane, loss, self.away_true)

    def choose(
        self,
        trips: Sequence[Trip],
        perception: Perception,
        smuggling: Smuggling,
        truth: Truth | None = None,
    ) -> list[Route]:
        """Choose a route for each trip by the adversary in force.

        Parameters
        ----------
        trips, perception, smuggling, truth
            As in `options`.
        """
        adversary, network = self.adversary(smuggling.adversary), self.network
        routes, now = [], smuggling
        options_of = self.options(trips, perception, smuggling, truth)
        for trip, options in zip(trips, options_of, strict=True):
            if adversary.reads_prices:
                now = dataclasses.replace(
                    smuggling, price_cad=trip.price_cad, acquisition_cad=trip.acquisition_cad
                )
            loss = adversary.loss(options)
            best = adversary.choose(options, loss, now)
            number = int(options.numbers[best])
            away = network.ports <= number < network.none
            true = float(self.away_true[number - network.ports]) if away else 0.0
            routes.append(network.route(number, float(loss[best]), true))
        return routes
