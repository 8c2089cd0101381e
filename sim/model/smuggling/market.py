"""Markets: deliveries, sales and stock of each region, and the street price.

Buyers draw on the stock of their market day by day. A stock below the usual level raises the price,
slowly and within bounds; a higher price reduces demand and makes more opportunities worth a trip.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import simpy
from simpy.events import ProcessGenerator

from sim.model.conditions import Conditions, Snapshot
from sim.model.smuggling.organisation import GOLDEN, Opportunity, Organisations
from sim.model.smuggling.routes import AttemptOutcome
from sim.numerics.randomness import SUPPLY as SUPPLY_STREAM
from sim.numerics.randomness import Streams, entity_number
from sim.numerics.units import CALENDAR_DAYS_PER_YEAR, DAY_S, DAYS_PER_YEAR, Floats
from sim.parameters import PARAMETER, Supply
from sim.places.network import Network, shares
from sim.records import ARREST, LATE, PRICE, SUPPLY, MarketsRecord


@dataclass
class Market:
    """One region of sale.

    Attributes
    ----------
    demand_per_day : float
        Firearms bought a day at the baseline's price.
    stock : float
        Firearms for sale.
    price_cad : float
        Street price of a firearm.
    opening_stock, delivered, sold : float
        Firearms at the start, and since.
    prices_cad : list of float
        Price of every day.
    """

    id: str
    demand_per_day: float
    stock: float
    price_cad: float
    opening_stock: float
    delivered: float = 0.0
    sold: float = 0.0
    prices_cad: list[float] = field(default_factory=list)


class Markets:
    """All markets of a replication."""

    def __init__(self, env: simpy.Environment, conditions: Conditions) -> None:
        self.env = env
        self.conditions = conditions
        parameters = conditions.parameters
        self.rules = parameters.market
        self.baseline_cad = parameters.smuggling.price_cad
        self.baseline_margin_cad = self.baseline_cad - parameters.smuggling.acquisition_cad
        arriving = parameters.smuggling.firearms_per_year * parameters.market.delivered_share
        per_day = conditions.traffic_share * arriving / DAYS_PER_YEAR
        self.markets = {
            region.id: self._open(region.id, float(share) * per_day)
            for region, share in zip(
                conditions.network.markets, shares(conditions.network.markets), strict=True
            )
        }

    def _open(self, name: str, demand_per_day: float) -> Market:
        usual = demand_per_day * self.rules.stock_days
        return Market(name, demand_per_day, usual, self.baseline_cad, usual)

    def price_cad(self, market: str) -> float:
        """Street price of a firearm in a market, in CAD."""
        return self.markets[market].price_cad

    def used_share(self, market: str, cost_cad: float) -> float:
        """Share of the opportunities that are worth a trip at today's price, 0 to 1.

        ``cost_cad`` is the acquisition of one firearm.
        """
        margin = max(self.price_cad(market) - cost_cad, 0.0)
        ratio = margin / max(self.baseline_margin_cad, 1.0)
        return float(min(self.rules.used_share * ratio**self.rules.trip_elasticity, 1.0))

    def on_outcomes(self, outcomes: list[AttemptOutcome], at_s: float) -> None:
        """Add deliveries to the stocks (see `Border.observers`)."""
        for outcome in outcomes:
            if outcome.delivered:
                market = self.markets[outcome.attempt.market]
                market.stock += outcome.attempt.load
                market.delivered += outcome.attempt.load

    def process(self) -> ProcessGenerator:
        """Buy from the stocks and let the prices follow, day by day."""
        while True:
            for market in self.markets.values():
                market.prices_cad.append(market.price_cad)
            yield self.env.timeout(DAY_S)
            scales = self.conditions.at(self.env.now).at_places(
                PARAMETER.market.demand_scale, len(self.markets)
            )
            for market, scale in zip(self.markets.values(), scales, strict=True):
                bought = min(self._wanted(market, float(scale)), market.stock)
                market.stock -= bought
                market.sold += bought
                self._move_price(market)

    def record(self) -> MarketsRecord:
        """What the run leaves behind."""
        markets = list(self.markets.values())
        return MarketsRecord(
            ids=tuple(self.markets),
            demand_per_day=np.array([market.demand_per_day for market in markets]),
            opening_stock=np.array([market.opening_stock for market in markets]),
            sold=np.array([market.sold for market in markets]),
            stock=np.array([market.stock for market in markets]),
            price_cad=np.array([np.mean(market.prices_cad) for market in markets]),
        )

    def _wanted(self, market: Market, scale: float) -> float:
        ratio = market.price_cad / self.baseline_cad if self.baseline_cad > 0.0 else 1.0
        return float(scale * market.demand_per_day * ratio**self.rules.demand_elasticity)

    def _move_price(self, market: Market) -> None:
        """Let the price follow the stock, within its bounds."""
        if market.demand_per_day <= 0.0:
            return
        usual = market.demand_per_day * self.rules.stock_days
        scarcity = usual / max(market.stock, 1e-9 * usual)
        aim = scarcity**self.rules.price_response
        aim = min(max(float(aim), self.rules.price_floor), self.rules.price_ceiling)
        step = (aim * self.baseline_cad - market.price_cad) / self.rules.adjustment_days
        market.price_cad += step


class SupplyOfDay(NamedTuple):
    """What holds for purchases on a day, by source.

    Attributes
    ----------
    retail, open : array of float, shape (sources,)
        Share of purchases made at retail, and share of retail that is open to traffickers.
    days : array of float, shape (sources,)
        Days that the purchase of one firearm at retail takes.
    cost_cad : array of float, shape (sources,)
        Cost of one firearm, with the straw buyer's fee, in CAD.
    free : bool
        No purchase is refused or takes time anywhere, so that nothing has to be drawn.
    resourced_share : float
        Share of refused purchases that are made in another source.
    """

    retail: Floats
    open: Floats
    days: Floats
    cost_cad: Floats
    free: bool
    resourced_share: float


def pressure_response(quantile: Floats, years: Floats, supply: Supply) -> Floats:
    """How much of its full effect pressure on dealers has in each state, 0 to 1.

    A state answers as one of the three cities in which it was tried: at once (Chicago), slowly
    (Detroit) or not at all (Gary) (E025, E026).

    Parameters
    ----------
    quantile : array of float, shape (sources,)
        Which of them, 0 to 1.
    years : array of float, shape (sources,)
        Since the pressure began.
    supply : Supply
        Values in force.
    """
    slowly = np.clip(years / supply.pressure_gradual_years, 0.0, 1.0)
    at_once = quantile < supply.pressure_abrupt_share
    gradual = quantile < supply.pressure_abrupt_share + supply.pressure_gradual_share
    return np.where(at_once, 1.0, np.where(gradual, slowly, 0.0))


class Purchases:
    """Purchases of all organisations.

    Parameters
    ----------
    network : Network
    trade : array of float, shape (sources, markets)
        Shares in the illegal trade before the run, by which other sources are chosen.
    streams : Streams
    snapshot : Snapshot
        Conditions of the first day.

    Attributes
    ----------
    city : array of float, shape (sources,)
        Quantile that says which city a state answers like, spread evenly over the states.
    """

    def __init__(
        self, network: Network, trade: Floats, streams: Streams, snapshot: Snapshot
    ) -> None:
        self.network = network
        self.trade = trade
        self.streams = streams
        count = len(network.sources)
        start = streams.uniforms(SUPPLY_STREAM, entity_number("pressure"), 0, 1)[0, 0]
        self.city = np.mod(start + GOLDEN * np.arange(count), 1.0)
        self._pressed_since = np.full(count, np.inf)
        self._ready_s: dict[int, float] = {}
        self._cost_cad: dict[str, float] = {}
        self.today = self._of_day(0, snapshot)

    def day_begins(self, day: int, snapshot: Snapshot) -> None:
        """Apply the conditions of a day; without pressure on dealers they do not change by day."""
        if snapshot is not self._snapshot or self._pressed_since.min() < np.inf:
            self.today = self._of_day(day, snapshot)

    def _of_day(self, day: int, snapshot: Snapshot) -> SupplyOfDay:
        self._snapshot = snapshot
        count, supply = len(self.network.sources), snapshot.parameters.supply
        pressure = snapshot.at_places(PARAMETER.supply.dealer_pressure, count)
        self._pressed_since = np.where(
            pressure > 0.0, np.minimum(self._pressed_since, float(day)), np.inf
        )
        years = np.maximum(day - self._pressed_since, 0.0) / CALENDAR_DAYS_PER_YEAR
        cut = pressure * supply.pressure_cut * pressure_response(self.city, years, supply)
        available = snapshot.at_places(PARAMETER.supply.retail_open_share, count) * (1.0 - cut)
        days = snapshot.at_places(PARAMETER.supply.days_per_firearm, count)
        cost_cad = snapshot.at_places(PARAMETER.smuggling.acquisition_cad, count)
        self._cost_cad = dict(zip(self.network.source_ids, cost_cad.tolist(), strict=True))
        return SupplyOfDay(
            retail=snapshot.at_places(PARAMETER.supply.retail_share, count),
            open=available,
            days=days,
            cost_cad=cost_cad,
            free=bool(np.all(available >= 1.0) and np.all(days <= 0.0)),
            resourced_share=supply.resourced_share,
        )

    def state(self, opportunity: Opportunity) -> str:
        """State in which the load of an opportunity can be bought, or empty where in none."""
        if self.today.free:
            return opportunity.source
        kind, reach, seek, which = self._draws(opportunity)
        sells = (kind >= self.today.retail) | (reach < self.today.open)
        home = self.network.source_ids.index(opportunity.source)
        chosen = home
        if not sells[home]:
            market = self.network.market_ids.index(opportunity.market)
            weights = np.where(sells, self.trade[:, market], 0.0)
            if seek >= self.today.resourced_share or weights.sum() <= 0.0:
                return ""
            reached = np.cumsum(weights)
            chosen = int(np.searchsorted(reached / reached[-1], which, side="right"))
        return self.network.source_ids[chosen]

    def buy(self, opportunity: Opportunity, state: str) -> float:
        """Buy the load, and return when it has been bought, in seconds since the run began.

        An organisation buys one load after the other.
        """
        if self.today.free:
            return opportunity.time_s
        source = self.network.source_ids.index(state)
        kind = self._draws(opportunity)[0]
        if kind >= self.today.retail[source] or self.today.days[source] <= 0.0:
            return opportunity.time_s
        begins_s = max(self._ready_s.get(opportunity.organisation, -np.inf), opportunity.time_s)
        ready_s = float(begins_s + opportunity.load * self.today.days[source] * DAY_S)
        self._ready_s[opportunity.organisation] = ready_s
        return ready_s

    def price_cad(self, state: str) -> float:
        """Cost of one firearm in a state, with the straw buyer's fee, in CAD."""
        return self._cost_cad[state]

    def _draws(self, opportunity: Opportunity) -> Floats:
        return self.streams.uniforms(
            SUPPLY_STREAM, opportunity.entity, opportunity.day, 1, opportunity.number
        )[:, 0]


class Deal(NamedTuple):
    """Decision on an opportunity, before a route is chosen.

    Attributes
    ----------
    opportunity : Opportunity
        With the state in which the load is in fact bought.
    why : str
        Why no trip is planned: arrest, supply, price or late; else empty. A late load waits
        (`Deals.waiting`).
    price_cad, acquisition_cad : float
        Street price of a firearm of this load and cost of its acquisition; 0 without a trip.
    """

    opportunity: Opportunity
    why: str = ""
    price_cad: float = 0.0
    acquisition_cad: float = 0.0


class Load(NamedTuple):
    """A load that waits for the next opportunity of its organisation.

    Attributes
    ----------
    opportunity : Opportunity
        With the state in which it is bought.
    ready_s : float
        When it can go, in seconds since the run began.
    """

    opportunity: Opportunity
    ready_s: float


class Deals:
    """Decisions on opportunities, before any route is chosen.

    Parameters
    ----------
    organisations : Organisations
    supply : Purchases
    markets : Markets
    snapshot : Snapshot
        Conditions of the first day.

    Attributes
    ----------
    waiting : dict of list
        By organisation: loads that are not bought yet, or that came back.
    """

    def __init__(
        self, organisations: Organisations, supply: Purchases, markets: Markets, snapshot: Snapshot
    ) -> None:
        self.organisations = organisations
        self.supply = supply
        self.markets = markets
        self.smuggling = snapshot.parameters.smuggling
        self.waiting: dict[int, list[Load]] = {}

    def day_begins(self, day: int, snapshot: Snapshot) -> None:
        """Apply the conditions of a day."""
        self.smuggling = snapshot.parameters.smuggling
        self.supply.day_begins(day, snapshot)

    def decide(self, opportunity: Opportunity) -> Deal:
        """Decide on an opportunity, and buy the load if there is to be a trip."""
        if not self.organisations.in_action(opportunity.organisation, opportunity.time_s):
            return Deal(opportunity, ARREST)
        state = self.supply.state(opportunity)
        market = opportunity.market
        cost_cad = self.supply.price_cad(state or opportunity.source)
        if opportunity.willingness_quantile >= self.markets.used_share(market, cost_cad):
            return Deal(opportunity, PRICE)
        if not state:
            return Deal(opportunity, SUPPLY)
        ready_s = self.supply.buy(opportunity, state)
        if state != opportunity.source:
            opportunity = opportunity._replace(source=state)
        if ready_s > opportunity.time_s:
            self.wait(opportunity, ready_s)
            return Deal(opportunity, LATE)
        return Deal(opportunity, "", self.markets.price_cad(market), cost_cad)

    def wait(self, opportunity: Opportunity, ready_s: float) -> None:
        """Let a load wait for the next opportunity of its organisation from a moment on."""
        self.waiting.setdefault(opportunity.organisation, []).append(Load(opportunity, ready_s))

    def taken_along(self, next_one: Opportunity, day: int) -> list[Deal]:
        """Take the loads that wait for an opportunity of their organisation, and are ready.

        They were decided on before, and go on the day of the opportunity, each at its own hour. An
        organisation that is out of action has lost them.
        """
        loads = self.waiting.get(next_one.organisation)
        if not loads:
            return []
        out = not self.organisations.in_action(next_one.organisation, next_one.time_s)
        going = [load for load in loads if out or load.ready_s <= day * DAY_S]
        self.waiting[next_one.organisation] = [load for load in loads if load not in going]
        deals = []
        for load in going:
            time_s = day * DAY_S + load.opportunity.time_s % DAY_S
            opportunity = load.opportunity._replace(time_s=time_s)
            prices = (
                self.markets.price_cad(opportunity.market),
                self.supply.price_cad(opportunity.source),
            )
            deals.append(Deal(opportunity, ARREST if out else "", *prices))
        return deals
