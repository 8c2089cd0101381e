"""Whether an opportunity becomes a trip: an organisation at work, a price, a load to be had."""

import dataclasses
import functools
from typing import NamedTuple

from sim.model.booking import PRICE, SUPPLY
from sim.model.conditions import Snapshot
from sim.model.market import Markets
from sim.model.organisation import Opportunity, Organisations
from sim.model.supply import Supply
from sim.parameters import Smuggling


class Deal(NamedTuple):
    """What an organisation makes of an opportunity.

    Attributes
    ----------
    opportunity : Opportunity
        With the state in which the load is in fact bought.
    smuggling : Smuggling
        With the street price and the cost of acquisition of this load.
    why : str
        Why no trip is planned: arrest, supply or price; else empty.
    """

    opportunity: Opportunity
    smuggling: Smuggling
    why: str = ""


class Deals:
    """Decisions on opportunities, before any route is chosen."""

    def __init__(self, organisations: Organisations, supply: Supply, markets: Markets) -> None:
        self.organisations = organisations
        self.supply = supply
        self.markets = markets

    def day(self, snapshot: Snapshot) -> None:
        """Take in the conditions of a day."""
        self.smuggling = snapshot.parameters.smuggling
        self.supply.terms(snapshot)
        self._terms = functools.cache(self._terms_of)

    def decide(self, opportunity: Opportunity) -> Deal:
        """Decide on an opportunity; a load that is bought is bought here."""
        why = self.organisations.hindrance(opportunity)
        if why:
            return Deal(opportunity, self.smuggling, why)
        state = self.supply.state(opportunity)
        market = opportunity.market
        cost_cad = self.supply.price_cad(state or opportunity.source)
        if opportunity.keenness >= self.markets.used_share(market, cost_cad):
            return Deal(opportunity, self.smuggling, PRICE)
        if not state:
            return Deal(opportunity, self.smuggling, SUPPLY)
        self.supply.buy(opportunity, state)
        if state != opportunity.source:
            opportunity = dataclasses.replace(opportunity, source=state)
        return Deal(opportunity, self._terms(state, market))

    def _terms_of(self, state: str, market: str) -> Smuggling:
        return dataclasses.replace(
            self.smuggling,
            price_cad=self.markets.price_cad(market),
            acquisition_cad=self.supply.price_cad(state),
        )
