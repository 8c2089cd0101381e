"""Where a load is bought: in the organisation's own state, in another, or nowhere.

An opportunity has its own way of buying (new from a dealer, or second-hand) and its own reach: how
much pressure on dealers it takes to stop it. A load that its state no longer sells is partly sought
in a state with less pressure, nearer ones first.
"""

import numpy as np
import numpy.typing as npt

from sim.model.conditions import DAY_S, Snapshot
from sim.model.organisation import Opportunity
from sim.network import Network
from sim.randomness import SUPPLY, Streams

Floats = npt.NDArray[np.float64]


class Supply:
    """Purchases of all organisations.

    Parameters
    ----------
    network : Network
    trade : array of float, shape (sources, markets)
        Shares in the trade of the record: how other states are chosen.
    streams : Streams
    """

    def __init__(self, network: Network, trade: Floats, streams: Streams) -> None:
        self.network = network
        self.trade = trade
        self.streams = streams
        self._ready_s: dict[int, float] = {}

    def terms(self, snapshot: Snapshot) -> None:
        """Take in the conditions of a day."""
        count = len(self.network.sources)
        self.retail = snapshot.at_places("supply.retail_share", count)
        self.open = snapshot.at_places("supply.retail_open_share", count)
        self.days = snapshot.at_places("supply.days_per_firearm", count)
        self.cost_cad = snapshot.at_places("smuggling.acquisition_cad", count)
        # Nobody is stopped or has to wait anywhere: nothing need be drawn.
        self.free = bool(np.all(self.open >= 1.0) and np.all(self.days <= 0.0))
        self.resourced_share = snapshot.parameters.supply.resourced_share

    def state(self, opportunity: Opportunity) -> str:
        """State in which the load of an opportunity can be bought, or empty where in none."""
        if self.free:
            return opportunity.source
        kind, reach, seek, where = self._draws(opportunity)
        sells = (kind >= self.retail) | (reach < self.open)
        home = self.network.source_ids.index(opportunity.source)
        chosen = home
        if not sells[home]:
            market = self.network.market_ids.index(opportunity.market)
            weights = np.where(sells, self.trade[:, market], 0.0)
            if seek >= self.resourced_share or weights.sum() <= 0.0:
                return ""
            reached = np.cumsum(weights)
            chosen = int(np.searchsorted(reached / reached[-1], where, side="right"))
        if opportunity.time_s < self._ready_s.get(opportunity.organisation, -np.inf):
            return ""
        return self.network.source_ids[chosen]

    def buy(self, opportunity: Opportunity, state: str) -> None:
        """Buy the load; the organisation's next one takes its time."""
        if self.free:
            return
        source = self.network.source_ids.index(state)
        kind = self._draws(opportunity)[0]
        if kind < self.retail[source] and self.days[source] > 0.0:
            taken_s = opportunity.load * self.days[source] * DAY_S
            self._ready_s[opportunity.organisation] = opportunity.time_s + taken_s

    def price_cad(self, state: str) -> float:
        """What one firearm costs in a state, with the straw buyer's fee, in CAD."""
        return float(self.cost_cad[self.network.source_ids.index(state)])

    def _draws(self, opportunity: Opportunity) -> Floats:
        return self.streams.uniforms(
            SUPPLY, opportunity.entity, opportunity.day, 1, opportunity.index
        )[:, 0]
