"""The routes there are: every port, every region by land and by water, post, air, and no trip.

Routes are numbered: first the ports, then regions on land, regions on water, post, air, and last no
trip at all.
"""

from itertools import product

import numpy as np
import numpy.typing as npt

from sim.geography import EARTH_RADIUS_KM, Ports
from sim.model.booking import AIR, BETWEEN_PORTS, NOT_MADE, PORT, POST, WATER, Route
from sim.model.region import read_regions
from sim.network import Place, read_network
from sim.parameters import Smuggling
from sim.randomness import entity_number

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
Key = tuple[str, str]


def _distance_km(lat: Floats, lon: Floats, place: Place) -> Floats:
    a, b = np.radians(lat), np.radians(lon)
    c, d = np.radians(place.lat), np.radians(place.lon)
    half = np.sin((a - c) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((b - d) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)))


def baseline_shares(smuggling: Smuggling) -> dict[str, float]:
    """Share of trips of each kind of route in the baseline; all but the ports' are assumed."""
    between = smuggling.between_ports_share
    shares = {
        BETWEEN_PORTS: between * (1.0 - smuggling.water_share),
        WATER: between * smuggling.water_share,
        POST: smuggling.post_share,
        AIR: smuggling.air_share,
    }
    return {PORT: max(1.0 - sum(shares.values()), 0.0), **shares}


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
        regions, trade = read_regions(), read_network(network)
        count, width = len(ports), len(regions)
        self.ports = count
        self.kind = np.array(
            [PORT] * count + [BETWEEN_PORTS] * width + [WATER] * width + [POST, AIR, NOT_MADE]
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
                _distance_km(lat, lon, source) + _distance_km(lat, lon, market), (0.0, 0.0, 0.0)
            )
            for source, market in product(trade.sources, trade.markets)
        }
        used = (ports.kind != "rail") & (ports.vehicles_per_year > 0)
        line = np.concatenate([regions.land_km > 0, regions.water_km > 0, [True, True, True]])
        self.usable = np.concatenate([used, line])
        self.commercial = np.concatenate([used & (ports.commercial != "no"), line])
        self._place = {
            (str(kind), region): number
            for number, (kind, region) in enumerate(zip(self.kind, self.region, strict=True))
            if kind != PORT
        }

    def considered(self, key: Key, commercial: bool, smuggling: Smuggling) -> Whole:
        """Numbers of the routes that an organisation considers: of each kind the nearest.

        A kind of route with no share in the baseline does not exist.
        """
        most = {
            PORT: smuggling.routes_considered,
            BETWEEN_PORTS: smuggling.regions_considered,
            WATER: smuggling.regions_considered,
            POST: 1,
            AIR: 1,
        }
        there = self.commercial if commercial else self.usable
        found = []
        for kind, share in baseline_shares(smuggling).items():
            if share > 0.0 or kind == PORT:
                numbers = np.flatnonzero(there & (self.kind == kind))
                order = np.argsort(self.km[key][numbers], kind="stable")
                found.append(numbers[order][: most[kind]])
        return np.concatenate([*found, [self.none]])

    def number_of(self, route: Route) -> int:
        """Number of a route."""
        return route.port if route.kind == PORT else self._place[route.kind, route.region]

    def route(self, number: int, believed: float, loss: float) -> Route:
        """Route of a number, with its perceived chance of loss and, away from ports, the true."""
        if number == self.none:
            return Route(NOT_MADE)
        if number < self.ports:
            return Route(PORT, number, "", believed)
        return Route(str(self.kind[number]), -1, self.region[number], believed, loss)

    def alike(self) -> Flags:
        """Which routes are of the same kind, shape (routes, routes)."""
        return np.asarray(self.kind[:, None] == self.kind)
