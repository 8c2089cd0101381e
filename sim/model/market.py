"""Markets: what is delivered, bought and in stock in each region, and the street price.

Every market buys from its stock, day by day. A stock below what is usual raises the price, slowly
and within bounds; a higher price dampens what is bought and calls out more trips.
"""

from dataclasses import dataclass, field

import numpy as np
import simpy
from simpy.events import ProcessGenerator

from sim.model.booking import Outcome
from sim.model.conditions import DAY_S, Conditions
from sim.network import shares

DAYS_PER_YEAR = 365.0


@dataclass
class Market:
    """One region of sale.

    Attributes
    ----------
    id : str
    demand_per_day : float
        Firearms bought a day at the baseline's price.
    stock : simpy.Container
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
    stock: simpy.Container
    price_cad: float
    opening_stock: float
    delivered: float = 0.0
    sold: float = 0.0
    prices_cad: list[float] = field(default_factory=list)


class Markets:
    """All markets of a replication.

    Parameters
    ----------
    env : simpy.Environment
    conditions : Conditions
    """

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
            place.id: self._open(place.id, float(share) * per_day)
            for place, share in zip(
                conditions.network.markets, shares(conditions.network.markets), strict=True
            )
        }

    def _open(self, name: str, demand_per_day: float) -> Market:
        usual = demand_per_day * self.rules.stock_days
        stock = simpy.Container(self.env, init=usual)
        return Market(name, demand_per_day, stock, self.baseline_cad, usual)

    def price_cad(self, market: str) -> float:
        """Street price of a firearm in a market, in CAD."""
        return self.markets[market].price_cad

    def used_share(self, market: str, cost_cad: float) -> float:
        """Share of the opportunities that are worth a trip at today's price, 0 to 1.

        Parameters
        ----------
        market : str
        cost_cad : float
            Acquisition of one firearm.
        """
        margin = max(self.price_cad(market) - cost_cad, 0.0)
        ratio = margin / max(self.baseline_margin_cad, 1.0)
        return float(min(self.rules.used_share * ratio**self.rules.trip_elasticity, 1.0))

    def hear(self, outcomes: list[Outcome], at_s: float) -> None:
        """Take in what has been delivered (see `Border.hears_of`)."""
        for outcome in outcomes:
            if outcome.delivered:
                market = self.markets[outcome.booking.market]
                market.stock.put(outcome.booking.load)
                market.delivered += outcome.booking.load

    def process(self) -> ProcessGenerator:
        """Buy from the stocks and let the prices follow, day by day."""
        yield self.env.timeout(-self.env.now)
        while True:
            for market in self.markets.values():
                market.prices_cad.append(market.price_cad)
            yield self.env.timeout(DAY_S)
            scales = self.conditions.at(self.env.now).at_places(
                "market.demand_scale", len(self.markets)
            )
            for market, scale in zip(self.markets.values(), scales, strict=True):
                wanted = self._wanted(market, float(scale))
                bought = min(wanted, market.stock.level)
                if bought > 0.0:
                    yield market.stock.get(bought)
                    market.sold += bought
                self._move_price(market)

    def _wanted(self, market: Market, scale: float) -> float:
        ratio = market.price_cad / self.baseline_cad if self.baseline_cad > 0.0 else 1.0
        return float(scale * market.demand_per_day * ratio**self.rules.demand_elasticity)

    def _move_price(self, market: Market) -> None:
        """Let the price follow the stock, within its bounds."""
        if market.demand_per_day <= 0.0:
            return
        usual = market.demand_per_day * self.rules.stock_days
        scarcity = usual / max(market.stock.level, 1e-9 * usual)
        aim = np.clip(
            scarcity**self.rules.price_response, self.rules.price_floor, self.rules.price_ceiling
        )
        step = (float(aim) * self.baseline_cad - market.price_cad) / self.rules.adjustment_days
        market.price_cad += step
