"""Who buys where and sells where: organisations spread over sources and markets."""

import numpy as np
import numpy.typing as npt

from sim.geography import EARTH_RADIUS_KM
from sim.network import Network, Place, shares

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

# Steps of proportional fitting: after so many, margins of this size have long settled.
STEPS = 200
# Steps of the golden ratio fill the unit interval evenly, however many they are.
GOLDEN = 0.6180339887498949


def distance_km(one: Place, other: Place) -> float:
    """Great-circle distance of two places."""
    a, b, c, d = np.radians((one.lat, one.lon, other.lat, other.lon))
    half = np.sin((a - c) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((b - d) / 2) ** 2
    return float(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)))


def trade_shares(network: Network, affinity_km: float) -> Floats:
    """Share of each source and market in the trade, shape (sources, markets).

    Sources and markets have the shares of the record; a near source sells more than a far one: the
    pairs begin with exp(-distance / affinity) and are fitted to both margins.

    References
    ----------
    .. [1] Deming and Stephan, "On a least squares adjustment of a sampled frequency table when the
       expected marginal totals are known", Annals of Mathematical Statistics 11, 1940.
    """
    km = np.array([[distance_km(s, m) for m in network.markets] for s in network.sources])
    table = np.exp(-(km - km.min()) / affinity_km)
    table = np.maximum(table, 1e-300)
    rows, columns = shares(network.sources), shares(network.markets)
    for _ in range(STEPS):
        table *= (rows / np.maximum(table.sum(axis=1), 1e-300))[:, None]
        table *= (columns / np.maximum(table.sum(axis=0), 1e-300))[None, :]
    return np.asarray(table / table.sum())


def places_of(table: Floats, start: float, uniform: Floats) -> tuple[Whole, Whole]:
    """Source and market of each organisation.

    Parameters
    ----------
    table : array of float, shape (sources, markets)
        Shares in the trade.
    start : float
        Where the even spread over markets begins, 0 to 1.
    uniform : array of float
        One quantile an organisation, for its source.
    """
    spread = np.mod(start + GOLDEN * np.arange(len(uniform)), 1.0)
    market = _at_quantile(table.sum(axis=0), spread)
    source = np.array(
        [_at_quantile(table[:, m], np.array([u]))[0] for m, u in zip(market, uniform, strict=True)]
    )
    return source, market


def sizes_of(table: Floats, source: Whole, market: Whole) -> Floats:
    """Share of each organisation in the trade, so that sources and markets have theirs.

    A place without an organisation leaves its share to the others.
    """
    size = np.full(len(source), 1.0 / len(source))
    for _ in range(STEPS):
        for place, wanted in ((source, table.sum(axis=1)), (market, table.sum(axis=0))):
            now = np.bincount(place, size, len(wanted))
            size *= np.divide(wanted, now, out=np.zeros_like(wanted), where=now > 0)[place]
            size /= size.sum()
    return size


def _at_quantile(weights: Floats, uniform: Floats) -> Whole:
    reached = np.cumsum(weights)
    return np.minimum(
        np.searchsorted(reached / reached[-1], uniform, side="right"), len(weights) - 1
    )
