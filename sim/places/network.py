"""Where contraband is bought and where it is sold: the network of one kind of contraband.

A network is data: ``sim/data/network_NAME.csv``, or a table of the user's with the same columns.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from sim.errors import InputError
from sim.numerics import added
from sim.numerics.units import Floats
from sim.places.calendar import DATA, rows_of

ROLES = ("source", "market")
MOST_PLACES = 500
"""Rows of a network: every source is weighed against every market at every port."""


@dataclass(frozen=True, slots=True)
class Location:
    """A state of purchase or a region of sale.

    Attributes
    ----------
    weight : float
        Traces, which give its share.
    lat, lon : float
        Degrees, WGS84: the place from which trips set out, or where they end.
    """

    id: str
    name: str
    weight: float
    lat: float
    lon: float


@dataclass(frozen=True)
class Network:
    """Sources and markets, each in the order of its table."""

    sources: tuple[Location, ...]
    markets: tuple[Location, ...]

    @cached_property
    def source_ids(self) -> tuple[str, ...]:
        """Ids of the sources."""
        return tuple(location.id for location in self.sources)

    @cached_property
    def market_ids(self) -> tuple[str, ...]:
        """Ids of the markets."""
        return tuple(location.id for location in self.markets)

    @cached_property
    def goes(self) -> str:
        """The way of the contraband: northbound or southbound."""
        source, market = (
            float(np.average([place.lat for place in places], weights=[p.weight for p in places]))
            for places in (self.sources, self.markets)
        )
        return "northbound" if source < market else "southbound"

    def source(self, name: str) -> Location:
        """Source with an id."""
        return self.sources[self.source_ids.index(name)]

    def market(self, name: str) -> Location:
        """Market with an id."""
        return self.markets[self.market_ids.index(name)]


def shares(locations: tuple[Location, ...]) -> Floats:
    """Share of each location by its weight; they add up to 1."""
    weights = np.array([location.weight for location in locations])
    return np.asarray(weights / weights.sum())


def table_of(name: str) -> Path:
    """File of a network: a name is one of the project's tables, a path a table of the user's."""
    return Path(name) if name.endswith(".csv") else DATA / f"network_{name}.csv"


def known_networks() -> list[str]:
    """Names of the project's own networks, sorted."""
    return sorted(path.stem.removeprefix("network_") for path in DATA.glob("network_*.csv"))


@functools.lru_cache(maxsize=8)
def read_network(name: str) -> Network:
    """Read a network by its name, or from a table of the user's.

    Raises
    ------
    InputError
        Naming file, row, column, value and bound.
    """
    path = table_of(name)
    if not path.exists():
        raise InputError.unknown("network", name, known_networks(), "smuggling.network")
    locations: dict[str, list[Location]] = {role: [] for role in ROLES}
    for role, location in _own_rows(path) if path.parent == DATA else _given_rows(path):
        locations[role].append(location)
    for role, of_role in locations.items():
        _check(of_role, role, path.name)
    return Network(tuple(locations["source"]), tuple(locations["market"]))


def _own_rows(path: Path) -> Iterator[tuple[str, Location]]:
    """Rows of one of the project's tables, without the check, whose library is slow to load."""
    for row in rows_of(path):
        weight, lat, lon = (float(row[name]) for name in ("weight", "lat", "lon"))
        yield row["role"], Location(row["id"], row["name"], weight, lat, lon)


def _given_rows(path: Path) -> Iterator[tuple[str, Location]]:
    """Rows of a table of the user's, checked."""
    from sim.files.brought import read_table
    from sim.files.schemas import LocationRow

    for row in read_table(path, LocationRow, ["role", "id"], most_rows=MOST_PLACES).rows:
        yield row.role, Location(row.id, row.name, row.weight, row.lat, row.lon)


def _check(locations: list[Location], role: str, file: str) -> None:
    if not locations:
        raise InputError(f"{file}: has no {role}")
    if added(location.weight for location in locations) <= 0.0:
        raise InputError(f"{file}: no {role} has a weight above 0 traces")
