"""The expected layer: organisations, routes, arrests and markets as expectations, by year.

It reads what the traffic of a run has left (`sim.model.expected.routes`), and works out for each
kind of smuggler what becomes of all opportunities. Each step, of some ten days: leads, cases and
arrests; who uses an opportunity, and can buy; what becomes of a trip; what arrives in the markets;
and what is believed afterwards. The shares by route are worked out anew as often as beliefs and
prices still move.
"""

import dataclasses
import datetime
import functools
import itertools
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from sim.model.conditions import Conditions, IntelligenceAt, Snapshot
from sim.model.day import World
from sim.model.expected.choices import (
    Chances,
    Response,
    Sums,
    Terms,
    add_up,
    by_best,
    by_logit,
    by_tolerance,
    learn,
    opened,
    sell,
)
from sim.model.expected.copies import Stream
from sim.model.expected.investigators import Investigators, Stops
from sim.model.expected.routes import (
    FINE_EDGES,
    QUEUE_OF_LANE,
    TrafficSeen,
    by_habit,
    in_time_by_hour,
    loads_of,
    menus_of,
    opening_of,
    option_loss,
    situation_of,
)
from sim.model.intelligence.lookout import reported_in_time
from sim.model.port.plans import PortPlans
from sim.model.port.staffing import Workforce, workforce_by_day
from sim.model.smuggling.adversary import willing
from sim.model.smuggling.attempts_of_day import AttemptsOfDay
from sim.model.smuggling.market import Purchases, SupplyOfDay
from sim.model.smuggling.organisation import Enrolment, Organisations, chance_of_arrest
from sim.model.smuggling.patrol import loss_away
from sim.model.smuggling.perception import Beliefs, loss_terms
from sim.model.smuggling.route_choice import RouteChoice
from sim.numerics.randomness import TWO_32, fill_quantiles
from sim.numerics.units import DAY_S, DAYS_PER_YEAR, Flags, Floats
from sim.parameters import PARAMETER, Intelligence, Smuggling
from sim.places.network import shares
from sim.places.ports import Ports
from sim.records import BETWEEN_PORTS, WATER, ExpectedRecord, Tally
from sim.scenario.point import Point

STEPS_A_YEAR = 37
STEP_DAYS = DAYS_PER_YEAR / STEPS_A_YEAR
# Shares by route are worked out anew after so many steps, up to an end in years.
REFRESHED = ((0.25, 1), (1.0, 3), (3.0, 6), (np.inf, 18))
# Examinations have a length: so many equally likely ones, as a ratio of the mean.
LENGTHS = 16
MOST_BUSY = 0.95

FLOWS = (
    "reaching_market", "seized_ports", "intercepted_away", "turned_back", "deterred",
    "not_planned_arrest", "not_planned_price", "not_planned_supply", "waiting",
)  # fmt: skip
OTHERS = (
    "arrests_stops", "arrests_cases", "organisations_in_action", "street_price_cad",
    "lookout_share",
)  # fmt: skip


class Simulated(Protocol):
    """What the expectation reads of a border whose run has ended."""

    point: Point
    plans: PortPlans
    conditions: Conditions
    ports: Ports
    tally: Tally
    world: World
    attempts_of_day: AttemptsOfDay


def chances_of(rows: Floats, smuggling: Smuggling, lengths: tuple[float, ...]) -> Chances:
    """Chances under settings, over the lengths that examinations have."""
    of, deep = (
        loss_terms(rows, dataclasses.replace(smuggling, deep_share=share), lengths=lengths)
        for share in (0.0, 1.0)
    )
    referred = of.not_mandatory * of.chosen
    staying = of.stays[:, None] * referred
    on_lookout = of.stays * of.hit * np.stack([of.found_on_lookout, deep.found_on_lookout])
    found = staying * np.stack([of.found, deep.found])
    return Chances(on_lookout, of.hit, found, referred, 1.0 - of.stays)


class Expectation:
    """Expectations of one replication that has ended, for some kinds of smuggler.

    Parameters
    ----------
    border : Simulated
        After its run.
    seen : TrafficSeen
        Of the traffic of that run.
    kinds : tuple of str
        Kinds of smuggler.
    years : int
    """

    def __init__(
        self, border: Simulated, seen: TrafficSeen, kinds: tuple[str, ...], years: int
    ) -> None:
        plans, parameters = border.plans, border.plans.parameters
        self.plans, self.seen, self.kinds, self.years = plans, seen, kinds, years
        self.conditions, self.ports = border.conditions, border.ports
        self.baseline = parameters
        self.intelligence_at = IntelligenceAt(self.conditions)
        self.in_time = in_time_by_hour(border.tally.lane)
        streams = border.attempts_of_day.streams
        self.organisations = Organisations(
            parameters.smuggling, streams, self.conditions.traffic_share,
            parameters.market.used_share,
        )  # fmt: skip
        self.size = self.organisations.past_share()
        self.count = len(self.size)
        self.traffic = border.attempts_of_day.traffic
        first = self.conditions.at(0.0)
        self.purchases = Purchases(
            self.conditions.network, self.organisations.trade, streams, first
        )
        # Beliefs are averaged over days; a step is many days at once.
        days = parameters.smuggling.perception_days
        self.weight = 1.0 - (1.0 - 1.0 / days) ** STEP_DAYS
        slow = dataclasses.replace(parameters.smuggling, perception_days=1.0 / self.weight)
        armed = plans.force_before.armed_share
        self.beliefs, first_beliefs = (
            Beliefs(
                len(self.ports), slow, lookout_share,
                plans.rates(plans.baseline()),
                plans.rates(self.conditions.at(-1.0), armed_share=armed),
                parameters.inspection.secondary_cv,
            )
            for lookout_share in (
                np.full((len(kinds), 1), parameters.database.lookout_share),
                parameters.database.lookout_share,
            )
        )  # fmt: skip
        self.choice = RouteChoice(
            self.ports, parameters.smuggling, parameters.patrol, first_beliefs.baseline(),
            streams, first_beliefs.perception(), self.conditions.at(-1.0).parameters.patrol,
        )  # fmt: skip
        enrolment = Enrolment(
            self.ports, self.organisations.entity, parameters.contraband.trusted_share, streams
        )
        self.menus = menus_of(
            self.organisations, self.choice, enrolment, border.attempts_of_day.general_lane,
            parameters.smuggling,
        )  # fmt: skip
        self.routes = self.choice.network.none + 1
        loss = option_loss(self.menus, self.choice.before.loss, self.choice.away_before)
        self.before = loss[self.menus.of]
        self.loads = loads_of(parameters.smuggling)
        self.fine_loads = loads_of(parameters.smuggling, FINE_EDGES)
        words = ((np.arange(LENGTHS) + 0.5) / LENGTHS * TWO_32).astype(np.uint32)
        lengths = np.empty(LENGTHS)
        fill_quantiles(border.world.secondary_table, words, lengths)
        self.lengths = tuple(lengths.tolist())
        self._open_markets()
        self._warm_up(streams.seed, streams.replication)
        self.late = np.zeros((len(kinds), self.count))
        # Trips and losses that smugglers who learn know of.
        self.told = np.zeros((2, self.count, self.routes))
        self.kind_of = np.unique(self.choice.network.kind, return_inverse=True)[1]
        # What becomes of firearms and trips that are planned, by kind of smuggler first.
        of_organisations = (len(kinds), 5, self.count), (len(kinds), 2, self.count)
        by_route = (len(kinds), *self.told.shape)
        self.sums = Sums._make(np.zeros(shape) for shape in (*of_organisations, by_route))
        # Chances under the settings last used.
        self._chances: tuple[Floats, Chances] | None = None
        # By open ports: few days differ in them.
        self._opened: dict[tuple[bytes, ...], tuple[Flags, Floats, Floats, Floats]] = {}

    def _open_markets(self) -> None:
        network, market = self.conditions.network, self.baseline.market
        ids = network.market_ids
        self.market = np.array([ids.index(name) for name in self.organisations.market])
        self.source = np.array(
            [network.source_ids.index(name) for name in self.organisations.source]
        )
        arriving = self.baseline.smuggling.firearms_per_year * market.delivered_share
        per_day = self.conditions.traffic_share * arriving / DAYS_PER_YEAR
        self.market_of_menu = np.zeros(len(self.menus.numbers), np.int64)
        self.market_of_menu[self.menus.of] = self.market
        self.demand = per_day * np.asarray(shares(network.markets), float)
        self.usual = np.maximum(self.demand * market.stock_days, 1e-300)
        self.stock = np.tile(self.usual, (len(self.kinds), 1))
        self.price = np.full(self.stock.shape, self.baseline.smuggling.price_cad)

    def _warm_up(self, seed: int, replication: int) -> None:
        """Let leads, cases and lookouts settle before the run, once for all kinds of smuggler."""
        smuggling = dataclasses.replace(self.baseline.smuggling, adversary=Smuggling().adversary)
        inputs = (
            round(self.baseline.intelligence.warm_up_days / STEP_DAYS),
            Stream(seed, replication, 0), self.size.tobytes(), smuggling,
            smuggling.firearms_per_year * self.baseline.market.delivered_share,
            self.conditions.traffic_share,
        )  # fmt: skip
        constant = self.intelligence_at.constant_before_the_run()
        if constant is None:
            settled = settled_before(self.intelligence_at, *inputs)
        else:
            settled = _settled(constant, *inputs)
        self.investigators = settled.of_kinds(len(self.kinds))

    def run(self) -> ExpectedRecord:
        """Work out all years."""
        flows = np.zeros((len(FLOWS), self.years, len(self.kinds)))
        others = np.zeros((len(OTHERS), *flows.shape[1:]))
        officers = self._officers()
        since = np.inf
        for k in range(self.years * STEPS_A_YEAR):
            day = k * STEP_DAYS
            snapshot = self.conditions.at(day * DAY_S)
            rows = self._rows(int(day), snapshot, officers[int(day)])
            self.beliefs.today(rows)
            self._patrols(snapshot)
            every = next(steps for end, steps in REFRESHED if k < end * STEPS_A_YEAR)
            if since >= every or k % STEPS_A_YEAR == 0:
                terms = self._terms_of_day(day, snapshot, rows)
                for i in range(len(self.kinds)):
                    self._choose(i, day, snapshot, terms)
                since = 0
            since += 1
            of_step = self._step(day, snapshot, rows)
            flows[:, k // STEPS_A_YEAR] += of_step[0]
            others[:, k // STEPS_A_YEAR] += of_step[1]
        values = dict(zip((*FLOWS, *OTHERS), (*flows, *others), strict=True))
        return ExpectedRecord(self.kinds, {**values, "opportunities": flows.sum(axis=0)})

    def _officers(self) -> list[tuple[Workforce, Workforce]]:
        """The officers of each day, and those of the baseline."""
        last = self.years * int(DAYS_PER_YEAR)
        usual = workforce_by_day(self.baseline.staffing, ((self.baseline.staffing, last + 1),))
        force = self.plans.force_by_day(last + 1)
        return list(zip(force, usual, strict=True))

    def _rows(self, day: int, snapshot: Snapshot, officers: tuple[Workforce, Workforce]) -> Floats:
        """Rates of all ports: with the officers of the day, and the arrivals of the run's days."""
        force, usual = officers
        skill = snapshot.parameters.inspection.training_gain * force.trained_share
        searches = self.plans.searches(
            day % self.seen.days, snapshot, force.strength, usual.strength, force.away_share
        )
        ratio = force.strength / usual.strength
        return self.plans.rates(snapshot, skill, force.armed_share, searches, ratio)

    def _patrols(self, snapshot: Snapshot) -> None:
        """Update beliefs about the routes away from the ports."""
        of = self.choice
        of.away_believed = of.away_believed + self.weight * (of.away_true - of.away_believed)
        of.away_true = loss_away(snapshot.parameters.patrol)

    def _terms_of_day(self, day: float, snapshot: Snapshot, rows: Floats) -> Terms:
        """Find which options are open when, and what they lead to."""
        menus = self.menus
        date = self.plans.point.start + datetime.timedelta(days=int(day))
        opening = opening_of(snapshot, self.ports.in_season(date))
        key = tuple(array.tobytes() for array in opening)
        if key not in self._opened:
            usable, share, in_time = opened(
                *opening, self.in_time, menus.exists, menus.at_port, menus.port,
                QUEUE_OF_LANE[menus.lane],
            )  # fmt: skip
            habit = by_habit(menus, usable, self.baseline.smuggling)[..., 0, :]
            self._opened[key] = usable, share, in_time, habit
        if self._chances is None or self._chances[0] is not rows:
            self._chances = rows, chances_of(rows, self.baseline.smuggling, self.lengths)
        away, smuggling = self.choice.away_true, snapshot.parameters.smuggling
        elsewhere = np.where(menus.goes & ~menus.at_port, away[menus.other], 0.0)
        # Patrols of police find those who cross between the ports.
        police = np.isin(self.choice.network.kind, (BETWEEN_PORTS, WATER)).astype(float)
        police[: len(self.ports)] = snapshot.at_ports(PARAMETER.danger.police_present_share)
        arrest = chance_of_arrest(police, smuggling)[menus.numbers]
        return Terms(
            np.array([1.0 - smuggling.commercial_share, smuggling.commercial_share]),
            menus.numbers, menus.port, menus.lane, menus.at_port, menus.made, elsewhere, arrest,
            *self._opened[key], self._chances[1],
        )  # fmt: skip

    def _choose(self, kind: int, day: float, snapshot: Snapshot, terms: Terms) -> Sums:
        """Find shares by route of one kind of smuggler, and what becomes of trips (`sums`)."""
        smuggling, menus = snapshot.parameters.smuggling, self.menus
        belief, name = self.beliefs, self.kinds[kind]
        loads = self.fine_loads if name == "worst_case" else self.loads
        value, stake = situation_of(
            menus, loads, belief.wait_s, self.price[kind][self.market_of_menu], smuggling
        )
        situation = menus.prior, smuggling.rationality, terms.usable, terms.share, loads.weights
        lookout = 1.0 - (1.0 - self.investigators.coverage[kind]) * (1.0 - self._reported(day))
        sums = Sums(*(array[kind] for array in self.sums))
        # The choice is that of a menu, or of an organisation which has learnt.
        menu, choice = np.arange(len(menus.numbers)), menus.of
        for array in sums:
            array[:] = 0.0
        if name == "worst_case":
            cases = [*itertools.product((True, False), repeat=2)]
            at_ports = np.stack([belief.true_loss(*case) for case in cases])
            loss = option_loss(menus, at_ports, self.choice.away_true)
            every = by_best(value, stake, loss, *situation[2:])
            for (deep, active), taken in zip(cases, every, strict=True):
                part = smuggling.deep_share if deep else 1.0 - smuggling.deep_share
                part = part * (lookout if active else 1.0 - lookout)
                named = np.full(self.count, float(active))
                add_up(taken, menu, choice, terms, float(deep), named, part, sums)
            return sums
        loss = option_loss(menus, belief.loss[kind], self.choice.away_believed)
        if name == "static":
            taken = loads.weights.sum(axis=1)[:, None, None, None, None] * terms.habit
        elif name == "threshold":
            taken = by_tolerance(value, willing(loss, smuggling), *situation)
        else:
            if name == "learning":
                menu, choice, loss = choice, np.arange(self.count), self._learnt()
            taken = by_logit((value, stake), loss, *situation, menu)
        deep_share, whole = belief.deep_share(smuggling, self.traffic, kind), np.ones(self.count)
        add_up(taken, menu, choice, terms, deep_share, lookout, whole, sums)
        return sums

    def _reported(self, day: float) -> float:
        """Share of trips of which a report reaches the booths in time."""
        now: Intelligence = self.intelligence_at(day * DAY_S)
        return now.report_share * reported_in_time(now)

    def _learnt(self) -> Floats:
        """Chance of loss by option, of what was believed before the run and what was learnt."""
        weight = self.baseline.smuggling.learning_prior_trips
        each = np.arange(self.count)[:, None, None]
        trips, losses = self.told[:, each, self.menus.numbers[self.menus.of]]
        learnt = (weight * self.before + losses) / (weight + trips)
        return np.where(self.menus.made[self.menus.of] > 0.0, learnt, 0.0)

    def _step(self, day: float, snapshot: Snapshot, rows: Floats) -> tuple[Floats, Floats]:
        """Advance everything by a step, and give what it adds to `FLOWS` and `OTHERS`."""
        smuggling = snapshot.parameters.smuggling
        per_day = self.organisations.share * smuggling.firearms_per_year / DAYS_PER_YEAR
        rate = per_day * self.size
        mean = float((self.loads.share * self.loads.mean).sum())
        active = self.investigators.in_action
        self.purchases.day_begins(int(day), snapshot)
        today = self.purchases.today
        bought, delay = self._supply(today, rate, mean)
        used = self._used_share(today.cost_cad[self.source])
        seized, away, turning, deterred, every = self.sums.firearms.swapaxes(0, 1)
        stopped, arrested = self.sums.stopped.swapaxes(0, 1)
        ready = active * rate * used
        late = ready * bought * (delay[1] if delay is not None else 0.0)
        planned = ready * bought - late
        # Loads that wait go with the next opportunity of their organisation, once they are bought.
        days = mean / np.maximum(rate, 1e-300) if delay is None else delay[0]
        going = self.late * -np.expm1(-STEP_DAYS / np.maximum(days, 1e-3)) / STEP_DAYS
        planned = planned + going * active
        turned = planned * turning
        again = turned * smuggling.retry_share
        waiting = late + again - going
        self.late += waiting * STEP_DAYS
        arriving = planned * (every - self.sums.firearms[:, :4].sum(axis=1))
        flows = np.array([
            arriving, planned * seized, planned * away, turned - again, planned * deterred,
            (1.0 - active) * (rate + going),
            active * rate * (1.0 - used), ready * (1.0 - bought), waiting,
        ])  # fmt: skip
        trips = planned / mean
        one = np.maximum(active, 1e-9)
        before = self.investigators.arrests_stops.copy(), self.investigators.arrests_cases.copy()
        self.investigators.step(
            day, STEP_DAYS, self.intelligence_at(day * DAY_S), smuggling,
            Stops(
                trips * stopped / one, arrested / np.maximum(stopped, 1e-300), arriving, self.loads
            ),
        )  # fmt: skip
        part = 1.0 / STEPS_A_YEAR
        weights = self.demand if self.demand.sum() > 0.0 else np.ones_like(self.demand)
        mean_price = np.einsum("km,m->k", self.price, weights) / weights.sum()
        coverage = self.investigators.coverage.mean(axis=1)
        lookout = 1.0 - (1.0 - coverage) * (1.0 - self._reported(day))
        others = np.array([
            self.investigators.arrests_stops - before[0],
            self.investigators.arrests_cases - before[1],
            active.sum(axis=1) * part, mean_price * part, lookout * part,
        ])  # fmt: skip
        self._markets(arriving, snapshot)
        self._learn(trips)
        self.beliefs.day_is_over(self.seen.at(day), rows, lookout[:, None])
        return flows.sum(axis=2) * STEP_DAYS, others

    def _used_share(self, cost_cad: Floats) -> Floats:
        """Share of opportunities worth a trip at the price, by organisation."""
        rules, smuggling = self.baseline.market, self.baseline.smuggling
        usual = max(smuggling.price_cad - smuggling.acquisition_cad, 1.0)
        margin = np.maximum(self.price[:, self.market] - cost_cad, 0.0)
        return np.minimum(rules.used_share * (margin / usual) ** rules.trip_elasticity, 1.0)

    def _supply(
        self, today: SupplyOfDay, rate: Floats, mean: float
    ) -> tuple[Floats, tuple[Floats, Floats] | None]:
        """Chance that a load can be bought; and days of waiting with the share that waits."""
        if today.free:
            return np.ones(self.count), None
        bought, at_retail = bought_share(
            today.retail, today.open, today.resourced_share, self.organisations.trade
        )
        bought = bought[self.source, self.market]
        waits = (at_retail * (today.days > 0.0))[self.source] / np.maximum(bought, 1e-300)
        per_firearm = today.days[self.source]
        used = rate * self.baseline.market.used_share * np.minimum(waits, 1.0)
        busy = np.minimum(used * per_firearm, MOST_BUSY)
        buying = per_firearm * self.loads.square / mean
        queue = 0.5 * used / mean * per_firearm**2 * self.loads.square / (1.0 - busy)
        until_next = mean / np.maximum(rate, 1e-300)
        return bought, (buying + queue + until_next, np.minimum(waits, 1.0))

    def _markets(self, arriving: Floats, snapshot: Snapshot) -> None:
        """Deliver, sell and let prices follow."""
        rules = self.baseline.market
        scale = snapshot.at_places(PARAMETER.market.demand_scale, len(self.demand))
        response = Response(
            rules.demand_elasticity, rules.price_response, rules.price_floor, rules.price_ceiling,
            rules.adjustment_days, self.baseline.smuggling.price_cad, STEP_DAYS,
        )  # fmt: skip
        sell(
            self.stock, self.price, arriving, self.market, self.demand, scale, self.usual, response
        )

    def _learn(self, trips: Floats) -> None:
        """Let smugglers who learn count their own trips and some of the others'."""
        if "learning" not in self.kinds:
            return
        kind, rules = self.kinds.index("learning"), self.baseline.smuggling
        learn(
            self.told, self.sums.by_route[kind], trips[kind], STEP_DAYS, self.kind_of,
            float(np.exp(-STEP_DAYS / rules.learning_days)), rules.news_share,
            rules.learning_alike_share,
        )  # fmt: skip


def settled_before(
    intelligence_at: Callable[[float], Intelligence], steps: int, stream: Stream, past: bytes,
    smuggling: Smuggling, firearms_per_year: float, share: float,
) -> Investigators:  # fmt: skip
    """Leads, cases and lookouts as they have settled when the run begins.

    Parameters
    ----------
    intelligence_at : callable
        Values in force at a second; negative before the run.
    steps : int
        Before the run.
    stream : Stream
    past : bytes
        The array of that name of `Investigators`, as one that can be a key.
    smuggling : Smuggling
    firearms_per_year, share : float
        As of `Investigators`.
    """
    size, first = np.frombuffer(past), -steps * STEP_DAYS
    settled = Investigators(size, firearms_per_year, intelligence_at(first * DAY_S), share, stream)
    nothing = np.zeros((1, len(size)))
    none = Stops(nothing, nothing, nothing, loads_of(smuggling))
    for k in range(steps):
        day = first + k * STEP_DAYS
        settled.step(day, STEP_DAYS, intelligence_at(day * DAY_S), smuggling, none)
    settled.arrests_cases[:] = 0.0
    return settled


@functools.lru_cache(maxsize=4)
def _settled(constant: Intelligence, *inputs: Any) -> Investigators:
    """Settle under parameters that do not change; most points of a replication share it."""
    return settled_before(lambda _: constant, *inputs)


def bought_share(
    retail: Floats, available: Floats, resourced_share: float, trade: Floats
) -> tuple[Floats, Floats]:
    """Chance that a load can be bought, and at retail in the state where it is first sought.

    A load has the same luck in every state, so a state sells what another does not only where its
    conditions are better.

    Parameters
    ----------
    retail, available : array of float, shape (sources,)
    resourced_share : float
    trade : array of float, shape (sources, markets)

    Returns
    -------
    array of float, shape (sources, markets)
    array of float, shape (sources,)
    """
    # Kind and reach are uniform and independent: a grid of both.
    points = (np.arange(100) + 0.5) / 100
    kind, reach = points[:, None], points[None, :]
    sells = (kind >= retail[:, None, None]) | (reach < available[:, None, None])
    home = sells.mean(axis=(1, 2))
    somewhere = sells.any(axis=0)
    elsewhere = resourced_share * (~sells & somewhere).mean(axis=(1, 2))
    bought = np.broadcast_to((home + elsewhere)[:, None], trade.shape)
    return np.asarray(bought), np.asarray(retail * available)
