"""Routes, the attempts that take them, and the outcomes of these.

There is a route by every port, by every region on land and on water, by post, by air, and no trip.
They are numbered in this order (`RouteNetwork`).
"""

from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from sim import records
from sim.numerics import added, root_of
from sim.numerics.randomness import entity_number
from sim.numerics.units import Flags, Floats, Whole
from sim.parameters import Smuggling
from sim.places.network import read_network
from sim.places.ports import Ports, great_circle_km, read_regions
from sim.records import Fate

_AT_PORT = {
    records.IN_TRANSIT: Fate.IN_TRANSIT,
    records.PASSED: Fate.PASSED,
    records.SEIZED: Fate.SEIZED,
    records.TURNED_BACK: Fate.DETERRED,
}


class Route(NamedTuple):
    """The route of a trip.

    Attributes
    ----------
    kind : str
        port, between_ports, water, post, air or not_made.
    port : int
        -1 away from the ports.
    region : str
        Region of a route away from the ports (`sim.model.smuggling.patrol`), else empty.
    believed_loss : float
        Chance of loss as the smuggler sees it, 0 to 1.
    loss : float
        Away from the ports: the chance of interception. At a port the officers decide: 0.
    """

    kind: str
    port: int = -1
    region: str = ""
    believed_loss: float = 0.0
    loss: float = 0.0


class Attempt(NamedTuple):
    """One attempt, as decided before it meets an officer.

    Attributes
    ----------
    attempt_id : str
        The same in every scenario.
    number : int
        Row in the engine's attempts, -1 where no port is involved.
    kind : str
        trafficking or traveller.
    organisation : int
        -1 for a traveller.
    lane : int
        -1 where no port is involved.
    deep, lookout : bool
        Hidden deep in the vehicle; a lookout on it is active when it arrives.
    intercepted : bool
        Away from the ports.
    why : str
        Why a trip is not planned: arrest, supply, price or late; else empty.
    arrest_share : float
        Chance that the organisation is arrested if this courier is caught.
    """

    attempt_id: str
    number: int
    kind: str
    organisation: int
    market: str
    source: str
    route: Route
    lane: int
    time_s: float
    load: int
    deep: bool = False
    lookout: bool = False
    intercepted: bool = False
    why: str = ""
    arrest_share: float = 0.0


def fate_at_port(code: int) -> Fate:
    """Fate of an attempt at a port, from what the engine wrote down (`sim.records.ATTEMPT`).

    Raises
    ------
    KeyError
        If that is no fate.
    """
    return _AT_PORT[code]


def fate_of(attempt: Attempt, at_port: int = records.IN_TRANSIT) -> Fate:
    """What becomes of an attempt.

    ``at_port`` is what the engine wrote down of it (``fate`` of `sim.records.ATTEMPT`); without
    effect where no port is involved.

    Raises
    ------
    KeyError
        If the engine wrote down something else than a fate.
    """
    if attempt.number >= 0:
        return fate_at_port(at_port)
    if attempt.route.kind == records.NOT_PLANNED:
        return Fate.NOT_PLANNED
    if attempt.route.kind == records.NOT_MADE:
        return Fate.DETERRED
    return Fate.INTERCEPTED if attempt.intercepted else Fate.PASSED


class AttemptOutcome(NamedTuple):
    """Outcome of an attempt, as known after a midnight.

    Attributes
    ----------
    stopped : bool
        Seized at a port or intercepted away from it.
    turned_back : bool
        It reached a port and gave up; the load is still on the other side.
    """

    attempt: Attempt
    stopped: bool
    turned_back: bool = False

    @property
    def delivered(self) -> bool:
        """Whether the load has reached its market."""
        return not self.stopped and not self.turned_back


Key = tuple[str, str]


def baseline_shares(smuggling: Smuggling) -> dict[str, float]:
    """Share of trips of each kind of route in the baseline; only that of the ports is derived."""
    between = smuggling.between_ports_share
    shares = {
        records.BETWEEN_PORTS: between * (1.0 - smuggling.water_share),
        records.WATER: between * smuggling.water_share,
        records.POST: smuggling.post_share,
        records.AIR: smuggling.air_share,
    }
    return {records.PORT: max(1.0 - added(shares.values()), 0.0), **shares}


class RouteNetwork:
    """Routes, and the way through each from every source to every market.

    Attributes
    ----------
    kind : array of str, shape (routes,)
    region : list of str
        Empty for a route without.
    entity : array of int, shape (routes,)
        Keys of their draws.
    km : dict of array
        By source and market: way through each port or region, 0 for the other routes.
    ports : int
        How many of the routes are ports.
    """

    def __init__(self, ports: Ports, network: str) -> None:
        regions, locations = read_regions(), read_network(network)
        count, width = len(ports), len(regions)
        self.ports = count
        self.kind = np.array(
            [records.PORT] * count
            + [records.BETWEEN_PORTS] * width
            + [records.WATER] * width
            + [records.POST, records.AIR, records.NOT_MADE]
        )
        self.region = [""] * count + [*regions.ids, *regions.ids] + [""] * 3
        self.none = len(self.kind) - 1
        names = [str(port) for port in ports.ids]
        names += [f"{kind}/{region}" for kind in ("land", "water") for region in regions.ids]
        self.entity = np.array(
            [entity_number(f"route/{name}") for name in [*names, "post", "air", "none"]]
        )
        lat = np.concatenate([ports.lat, regions.lat, regions.lat])
        lon = np.concatenate([ports.lon, regions.lon, regions.lon])
        self.km: dict[Key, Floats] = {
            (source.id, market.id): np.append(
                great_circle_km(lat, lon, source.lat, source.lon)
                + great_circle_km(lat, lon, market.lat, market.lon),
                (0.0, 0.0, 0.0),
            )
            for source, market in product(locations.sources, locations.markets)
        }
        used = ports.takes_road_traffic & (ports.vehicles_per_year > 0)
        line = np.concatenate([regions.land_km > 0, regions.water_km > 0, [True, True, True]])
        self.usable = np.concatenate([used, line])
        self.commercial = np.concatenate([used & (ports.commercial != "no"), line])
        self._number_of = {
            (str(kind), region): number
            for number, (kind, region) in enumerate(zip(self.kind, self.region, strict=True))
            if kind != records.PORT
        }

    def considered(self, key: Key, commercial: bool, smuggling: Smuggling) -> Whole:
        """Numbers of the routes that an organisation considers: of each kind the nearest.

        A kind of route with no share in the baseline does not exist.
        """
        most = {
            records.PORT: smuggling.routes_considered,
            records.BETWEEN_PORTS: smuggling.regions_considered,
            records.WATER: smuggling.regions_considered,
            records.POST: 1,
            records.AIR: 1,
        }
        available = self.commercial if commercial else self.usable
        considered = []
        for kind, share in baseline_shares(smuggling).items():
            if share > 0.0 or kind == records.PORT:
                numbers = np.flatnonzero(available & (self.kind == kind))
                order = np.argsort(self.km[key][numbers], kind="stable")
                considered.append(numbers[order][: most[kind]])
        return np.concatenate([*considered, [self.none]])

    def number_of(self, route: Route) -> int:
        """Number of a route."""
        return (
            route.port if route.kind == records.PORT else self._number_of[route.kind, route.region]
        )

    def route(self, number: int, believed: float, loss: float) -> Route:
        """Route of a number, with its perceived chance of loss and, away from ports, the true."""
        if number == self.none:
            return Route(records.NOT_MADE)
        if number < self.ports:
            return Route(records.PORT, number, "", believed)
        return Route(str(self.kind[number]), -1, self.region[number], believed, loss)

    def alike(self) -> Flags:
        """Which routes are of the same kind, shape (routes, routes)."""
        return np.asarray(self.kind[:, None] == self.kind)


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
        Bound on the cost (or benefit), in mean margins. With little rationality no cost within it
        gives the shares, and choice becomes uniform.

    Returns
    -------
    dict of float
        In mean margins, 0 for ports.
    """
    rationality = max(rationality, LEAST_RATIONALITY)
    away = {kind: share for kind, share in shares.items() if kind != records.PORT and share > 0.0}
    total = added(away.values())
    if not away or total >= 1.0 or utility[records.PORT].size == 0:
        return dict.fromkeys(shares, 0.0)
    weight = np.where(open_ports, rationality * utility[records.PORT], -np.inf)
    at_ports = np.logaddexp.reduce(weight, axis=1)
    some = np.isfinite(at_ports)
    closed = 1.0 - some.mean()

    def excess(weight_away: float) -> float:
        """Share of trips away from the ports, less the target."""
        share_away = expit(weight_away - at_ports[some]).sum() / HOURS
        return float(closed + share_away - total)

    low, high = at_ports[some].min(initial=0.0), at_ports[some].max(initial=0.0)
    low, high = low - FARTHEST, high + FARTHEST
    if excess(low) >= 0.0:
        target = low
    elif excess(high) <= 0.0:
        target = high
    else:
        target = root_of(excess, low, high, xtol=1e-10)
    costs = dict.fromkeys(shares, 0.0)
    for kind, share in away.items():
        free = float(np.logaddexp.reduce(rationality * utility[kind]))
        cost = (free - target - np.log(share / total)) / rationality
        costs[kind] = float(np.clip(cost, -most, most))
    return costs
