"""What keeps most trips at the ports, and is not known: a cost fitted to shares in the baseline."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit

from sim.geography import Ports
from sim.model.booking import PORT

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

HOURS = 24
FARTHEST = 60.0
LEAST_RATIONALITY = 1e-9


def open_by_hour(ports: Ports) -> Flags:
    """Ports that are open in each hour of the day, in season, shape (24, ports)."""
    hour = np.arange(HOURS)[:, None] + 0.5
    return np.asarray((ports.open_hour <= hour) & (hour < ports.close_hour))


def hidden_costs(
    utility: dict[str, Floats],
    open_ports: Flags,
    shares: dict[str, float],
    rationality: float,
    most: float,
) -> dict[str, float]:
    """Cost of each kind of route that gives it its share of trips under a quantal response.

    Trips come at any hour alike, and fewer ports are open at night.

    Parameters
    ----------
    utility : dict of array
        By kind of route: utilities without the hidden cost, in mean margins.
    open_ports : array of bool, shape (24, ports)
        Which of the ports are open, by hour.
    shares : dict of float
        By kind of route: share of the trips made, 0 to 1.
    rationality : float
    most : float
        Largest cost (or benefit) that is believed, in mean margins. With little rationality no such
        cost would do, and choice becomes uniform.

    Returns
    -------
    dict of float
        In mean margins, 0 for ports.
    """
    rationality = max(rationality, LEAST_RATIONALITY)
    away = {kind: share for kind, share in shares.items() if kind != PORT and share > 0.0}
    total = sum(away.values())
    if not away or total >= 1.0 or utility[PORT].size == 0:
        return dict.fromkeys(shares, 0.0)
    weight = np.where(open_ports, rationality * utility[PORT], -np.inf)
    at_ports = np.logaddexp.reduce(weight, axis=1)
    some = np.isfinite(at_ports)
    closed = 1.0 - some.mean()

    def excess(weight_away: float) -> float:
        """Share of trips away from the ports beyond the one wanted."""
        went = expit(weight_away - at_ports[some]).sum() / HOURS
        return float(closed + went - total)

    low, high = at_ports[some].min(initial=0.0), at_ports[some].max(initial=0.0)
    low, high = low - FARTHEST, high + FARTHEST
    if excess(low) >= 0.0:
        wanted = low
    elif excess(high) <= 0.0:
        wanted = high
    else:
        wanted = float(brentq(excess, low, high, xtol=1e-10))
    found = dict.fromkeys(shares, 0.0)
    for kind, share in away.items():
        free = float(np.logaddexp.reduce(rationality * utility[kind]))
        cost = (free - wanted - np.log(share / total)) / rationality
        found[kind] = float(np.clip(cost, -most, most))
    return found
