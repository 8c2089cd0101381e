"""The regions of the Integrated Border Enforcement Teams, and the line that each has to watch.

The fifteen names are public (F005); where one region ends and the next begins is not, and is taken
as a longitude or a provincial line. The line is followed from port to port as the crow flies, from
the Pacific to the Atlantic, so lengths are somewhat short of the true ones. A stretch between two
ports is water if either of them is a bridge, a tunnel or a ferry, else land.
"""

import itertools
import math

from sim.data.tables import Row, Table, fixed, read_source

HEADER = ("region", "name", "provinces", "ports", "land_km", "water_km", "lat", "lon")

EARTH_RADIUS_KM = 6371.0

# North of this there are no teams: the lines with Alaska. Degrees.
NORTHERNMOST_LAT = 52.0

OVER_WATER = frozenset({"bridge", "tunnel", "ferry"})

# Landings that are not at the line: ferries across open water from far away.
FAR_FROM_THE_LINE = frozenset({"toronto-ferry", "yarmouth"})

Stop = tuple[float, float, bool]


def distance_km(one: Stop, other: Stop) -> float:
    """Great-circle distance between two stops, in km."""
    a, b, c, d = (math.radians(x) for x in (*one[:2], *other[:2]))
    half = math.sin((a - c) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((b - d) / 2) ** 2
    return 2.0 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def _stops(region: Row, ports: list[Row]) -> list[Stop]:
    """Ports of a region: latitude, longitude, whether over water."""
    west, east = float(region["west_lon"]), float(region["east_lon"])
    return [
        (float(port["lat"]), float(port["lon"]), port["kind"] in OVER_WATER)
        for port in ports
        if port["province"] in region["provinces"].split()
        and west <= float(port["lon"]) < east
        and float(port["lat"]) < NORTHERNMOST_LAT
        and port["kind"] != "rail"
        and port["port_id"] not in FAR_FROM_THE_LINE
    ]


def _in_line(stops: list[Stop], start: Stop | None) -> list[Stop]:
    """Stops in the order in which one meets them: always the nearest one not yet seen."""
    left = list(stops)
    here = start or min(left, key=lambda stop: stop[1])
    order: list[Stop] = []
    while left:
        here = min(left, key=lambda stop: (distance_km(here, stop), stop))
        left.remove(here)
        order.append(here)
    return order


def regions_table() -> Table:
    """Return the regions from west to east, with the kilometres of line on land and on water.

    A stretch between the last port of a region and the first of the next is shared equally.
    """
    regions, ports = read_source("regions.csv"), read_source("ports.csv")
    chains: list[list[Stop]] = []
    for region in regions:
        chains.append(_in_line(_stops(region, ports), chains[-1][-1] if chains else None))
    km = [[0.0, 0.0] for _ in regions]
    for i, chain in enumerate(chains):
        pairs = [(a, b, 1.0, i) for a, b in itertools.pairwise(chain)]
        if i + 1 < len(chains):
            bridge = (chain[-1], chains[i + 1][0])
            pairs += [(*bridge, 0.5, i), (*bridge, 0.5, i + 1)]
        for one, other, share, place in pairs:
            km[place][int(one[2] or other[2])] += share * distance_km(one, other)
    rows: list[tuple[str, ...]] = [
        (
            region["region"],
            region["name"],
            region["provinces"],
            str(len(chain)),
            str(round(land)),
            str(round(water)),
            fixed(round(1e4 * sum(stop[0] for stop in chain) / len(chain)), 4),
            _signed(sum(stop[1] for stop in chain) / len(chain)),
        )
        for region, chain, (land, water) in zip(regions, chains, km, strict=True)
    ]
    return Table(HEADER, rows)


def _signed(degrees: float) -> str:
    """Return degrees west with four decimals."""
    return "-" + fixed(round(-1e4 * degrees), 4)
