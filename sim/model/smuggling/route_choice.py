"""Choice of route: a port and lane, between the ports, by water, post or air, or no trip.

How smugglers decide is not known, so there is an ensemble of models
(`sim.model.smuggling.adversary`). This file makes their input: for each route its value, the stake
and the chance of loss. The noise belongs to the opportunity and the route, or to the organisation
and the route on trips that go its usual way, so a scenario moves only those trips for which a route
has become better or worse.
"""

import functools
from collections.abc import Callable

import numpy as np

from sim.extensions import extensions
from sim.model.port.traffic import CAR, TRUCK
from sim.model.smuggling.adversary import ADVERSARIES, Adversary, Options
from sim.model.smuggling.organisation import Opportunity
from sim.model.smuggling.patrol import loss_away
from sim.model.smuggling.perception import Menu, Perception, chance_of_loss, stake, value_if_safe
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
# Trips whose noise is kept: those of a day or two.
MOST_TRIPS = 256

# Chance of loss by port and lane of a trip: hidden deep or not, with an active lookout or not.
Truth = Callable[[bool, bool], Floats]


def gumbel(uniform: Floats) -> Floats:
    """Standard Gumbel numbers at quantiles."""
    return np.asarray(-np.log(-np.log(uniform)))


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
        self._noise: dict[tuple[object, ...], tuple[Floats, float, float]] = {}

    def hidden_cost(self, key: Key) -> Floats:
        """Unknown cost of every route (see `RouteChoice.hidden_cost`)."""
        if key not in self._hidden:
            self._hidden[key] = self._fitted(key)
        return self._hidden[key]

    def _fitted(self, key: Key) -> Floats:
        smuggling = self.smuggling
        hidden = np.zeros(len(self.network.kind))
        menu = self._new_menu(key, False, smuggling, hidden)
        utility = value_if_safe(menu, smuggling.load_mean, CAR, self.baseline, smuggling)
        risk = chance_of_loss(menu, CAR, self.baseline.loss, loss_away(self.patrol))
        utility = utility - risk * stake(menu, smuggling.load_mean, smuggling)
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

    def noise(
        self,
        key: Key,
        commercial: bool,
        smuggling: Smuggling,
        streams: Streams,
        day: int,
        trip: int,
    ) -> tuple[Floats, float, float]:
        """Gumbel noise of all routes of a menu, open or not, and two quantiles of the trip.

        Those are of its tolerance of risk, and of going the usual way of its organisation. All are
        the same in all points of a replication, which run in step.
        """
        name = (
            key, commercial, smuggling.routes_considered, smuggling.regions_considered, streams,
            day, trip,
        )  # fmt: skip
        if name not in self._noise:
            if len(self._noise) >= MOST_TRIPS:
                self._noise.clear()
            menu = self.menu(key, commercial, smuggling)
            uniform = to_uniform(streams.first_words(ROUTE, menu.entity, day, trip))
            self._noise[name] = gumbel(uniform[:-2]), float(uniform[-2]), float(uniform[-1])
        return self._noise[name]

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
        kinds = self.network.kind[numbers]
        return Menu(
            numbers=numbers,
            at_ports=int(np.sum(kinds == PORT)),
            ports=self.network.ports,
            km=self.network.km[key][numbers],
            post=(kinds == POST).astype(float),
            air=(kinds == AIR).astype(float),
            made=(kinds != NOT_MADE).astype(float),
            hidden=hidden[numbers],
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


class _Baseline:
    """What menus follow from: equal if all of it is, to the last bit."""

    def __init__(
        self, ports: Ports, smuggling: Smuggling, patrol: Patrol, baseline: Perception
    ) -> None:
        self.terms = ports, smuggling, patrol, baseline
        self.key = (
            ports.digest, smuggling, patrol, baseline.loss.tobytes(), baseline.wait_s.tobytes()
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Baseline) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


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
        self.menus = _menus_of(_Baseline(ports, smuggling, patrol, baseline))
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
        self._usual: dict[tuple[int, int], Floats] = {}

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
        opportunity: Opportunity,
        open_ports: Flags,
        perception: Perception,
        smuggling: Smuggling,
        lanes: Whole | None = None,
        truth: Truth | None = None,
    ) -> Options:
        """Routes that a trip may take.

        Parameters
        ----------
        opportunity : Opportunity
        open_ports : array of bool, shape (ports,)
            Ports that are open when the trip would arrive.
        perception : Perception
            Beliefs about the ports now.
        smuggling : Smuggling
            Values in force, with the prices of this deal.
        lanes : array of int, shape (ports,), optional
            Lane that it would take at each port; if not given, the general one.
        truth : callable, optional
            True chances of loss at the ports; if not given, what is believed.
        """
        key, commercial = (opportunity.source, opportunity.market), opportunity.commercial
        whole = self.menus.menu(key, commercial, smuggling)
        noise, tolerance, habitual = self.menus.noise(
            key, commercial, smuggling, self.streams, opportunity.day, opportunity.index
        )
        if habitual < self.baseline_smuggling.usual_way_share:
            noise = self._usual_noise(opportunity.organisation, whole)
        # Only those that are open when the trip would arrive.
        open_routes = open_ports[whole.numbers[: whole.at_ports]]
        menu, keep = self.menus.open_menu(key, commercial, smuggling, open_routes)
        lane = TRUCK if commercial else CAR
        lane_of = lane if lanes is None else lanes[menu.numbers[: menu.at_ports]]
        load = opportunity.load

        def chance_before() -> Floats:
            return chance_of_loss(menu, lane_of, self.before.loss, self.away_before)

        def chance_true() -> Floats:
            loss = truth(opportunity.deep, opportunity.lookout) if truth else perception.loss
            return chance_of_loss(menu, lane_of, loss, self.away_true)

        return Options(
            organisation=opportunity.organisation,
            numbers=menu.numbers,
            value=value_if_safe(menu, load, lane_of, perception, smuggling),
            stake=stake(menu, load, smuggling),
            believed=chance_of_loss(menu, lane_of, perception.loss, self.away_believed),
            habit=menu.habit,
            prior=menu.prior,
            noise=noise[keep],
            risk_tolerance_quantile=tolerance,
            chance_before=chance_before,
            chance_true=chance_true,
        )

    def _usual_noise(self, organisation: int, menu: Menu) -> Floats:
        """Noise of the routes of a menu that belongs to an organisation: its usual preference."""
        key = organisation, id(menu)
        if key not in self._usual:
            entity = menu.entity[:-2]
            words = self.streams.first_words(ROUTE, entity, _ALWAYS, organisation)
            self._usual[key] = gumbel(to_uniform(words))
        return self._usual[key]

    def choose(
        self,
        opportunity: Opportunity,
        open_ports: Flags,
        perception: Perception,
        smuggling: Smuggling,
        lanes: Whole | None = None,
        truth: Truth | None = None,
    ) -> Route:
        """Choose a route by the adversary in force.

        Parameters
        ----------
        opportunity, open_ports, perception, smuggling, lanes, truth
            As in `options`.
        """
        options = self.options(opportunity, open_ports, perception, smuggling, lanes, truth)
        adversary = self.adversary(smuggling.adversary)
        loss = adversary.loss(options)
        best = adversary.choose(options, loss, smuggling)
        number, network = int(options.numbers[best]), self.network
        away = network.ports <= number < network.none
        true = float(self.away_true[number - network.ports]) if away else 0.0
        return network.route(number, float(loss[best]), true)
