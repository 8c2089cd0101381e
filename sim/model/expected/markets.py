"""What markets sell in a step, and how their prices follow, day by day (compiled).

The rules are those of `sim.model.smuggling.market`, for expected deliveries. This module stands by
itself, so that Numba's own check of its file is enough.
"""

from typing import NamedTuple

from sim.numerics import compilation
from sim.numerics.units import Floats


class Response(NamedTuple):
    """How buyers and prices respond, as in `sim.parameters.Market`; the baseline's price in CAD."""

    demand_elasticity: float
    price_response: float
    price_floor: float
    price_ceiling: float
    adjustment_days: float
    price_cad: float


@compilation.compiled
def sell(
    stock: Floats, price: Floats, came: Floats, demand: Floats, scale: Floats, usual: Floats,
    of: Response, days: float,
) -> None:  # fmt: skip
    """Deliver, sell and let prices follow for some days.

    Parameters
    ----------
    stock, price : array of float, shape (kinds, markets)
        Firearms, and CAD; changed.
    came : array of float, shape (kinds, markets)
        Firearms a day.
    demand, scale, usual : array of float, shape (markets,)
        Firearms a day in the baseline, what they are multiplied by, and the usual stock.
    of : Response
    days : float
    """
    steps = round(days)
    length = days / steps
    kinds, markets = stock.shape
    for k in range(kinds):
        for m in range(markets):
            held, asked = stock[k, m], price[k, m]
            for _ in range(steps):
                held += came[k, m] * length
                ratio = asked / of.price_cad if of.price_cad > 0.0 else 1.0
                wanted = scale[m] * demand[m] * ratio**of.demand_elasticity * length
                held -= min(wanted, held)
                scarcity = usual[m] / max(held, 1e-9 * usual[m])
                aim = min(max(scarcity**of.price_response, of.price_floor), of.price_ceiling)
                if demand[m] > 0.0:
                    asked += (aim * of.price_cad - asked) / of.adjustment_days * length
            stock[k, m], price[k, m] = held, asked
