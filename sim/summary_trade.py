"""Measures of organisations and markets: who is at work, what is delivered, at what price."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.model.booking import ARREST, NOT_PLANNED, PRICE, SUPPLY
from sim.model.border import Border
from sim.model.conditions import DAY_S


def trade_measures(border: Border, attempts: pd.DataFrame) -> Iterator[tuple[str, str, float]]:
    """Measures of a replication that has ended: metric, class (a market's id or all), value.

    The street price is the mean over the days of the run; over all markets it is weighted with
    their demand.
    """
    unused = attempts.loc[attempts["route"] == NOT_PLANNED, "why"]
    for why in (ARREST, SUPPLY, PRICE):
        yield f"trips_not_planned_{why}", "all", float((unused == why).sum())
    organisations = border.bookings.organisations
    run_s = border.point.days * DAY_S
    in_action = len(organisations.entity) - organisations.away_s(run_s) / run_s
    yield "organisations_in_action", "all", in_action
    passed = attempts[(attempts["kind"] == "trafficking") & (attempts["fate"] == "passed")]
    delivered = passed.groupby("market")["load"].sum()
    yield "firearms_delivered", "all", float(passed["load"].sum())
    prices, weights = [], []
    for name, market in border.markets.markets.items():
        price = float(np.mean(market.prices_cad))
        yield "firearms_delivered", name, float(delivered.get(name, 0))
        yield "street_price_cad", name, price
        yield "market_stock", name, float(market.stock.level)
        prices.append(price)
        weights.append(market.demand_per_day)
    weights = weights if sum(weights) > 0.0 else [1.0] * len(weights)
    yield "street_price_cad", "all", float(np.average(prices, weights=weights))
    stock = sum(market.stock.level for market in border.markets.markets.values())
    yield "market_stock", "all", float(stock)
