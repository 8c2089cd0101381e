"""Where a live run takes place: a port and its neighbours, a region, or the whole border."""

import functools

import numpy as np

from analysis.language import tell
from sim.errors import InputError
from sim.geography import Ports, read_ports

NEAR, ALL = "near", "all"
NEIGHBOURS = 3
"""Ports simulated beside the one that was named."""


@functools.cache
def ports_of(year: int = 2005) -> Ports:
    """The port table of a year."""
    return read_ports(year)


def names(year: int = 2005) -> list[tuple[str, str]]:
    """Ports by id, with their names and provinces, sorted by province and name."""
    ports = ports_of(year)
    rows = zip(ports.province.tolist(), ports.name.tolist(), ports.ids.tolist(), strict=True)
    return [(str(port), f"{name}, {province}") for province, name, port in sorted(rows)]


def places(year: int = 2005) -> list[tuple[str, str]]:
    """What can be simulated, the quickest first."""
    ports = ports_of(year)
    regions = sorted({str(one) for one in ports.region})
    counts = {one: int((ports.region == one).sum()) for one in regions}
    return [
        (NEAR, tell("a port and its {count} nearest", count=NEIGHBOURS)),
        *(
            (one, tell("{region} ({count} ports)", region=_region(one), count=counts[one]))
            for one in sorted(regions, key=lambda one: counts[one])
        ),
        (ALL, tell("the whole border ({count} ports)", count=len(ports))),
    ]


def _region(name: str) -> str:
    known = {
        "Atlantic": tell("Atlantic"),
        "Quebec": tell("Quebec"),
        "Ontario": tell("Ontario"),
        "Prairie": tell("Prairie"),
        "Pacific": tell("Pacific"),
    }
    return known.get(name, name)


def simulated(where: str, around: str, year: int = 2005) -> tuple[str, ...]:
    """Ids of the ports that are simulated, sorted.

    Raises
    ------
    InputError
        If there is no such place.
    """
    ports = ports_of(year)
    if where == ALL:
        return tuple(sorted(str(port) for port in ports.ids))
    if where == NEAR:
        found = np.flatnonzero(ports.ids == around)
        if not len(found):
            raise InputError(tell("There is no port “{name}”.", name=around[:60]))
        order = np.argsort(ports.distance_km[int(found[0])], kind="stable")[: NEIGHBOURS + 1]
        return tuple(sorted(str(port) for port in ports.ids[order]))
    chosen = ports.ids[ports.region == where]
    if not len(chosen):
        raise InputError(tell("There is no region “{name}”.", name=where[:60]))
    return tuple(sorted(str(port) for port in chosen))
