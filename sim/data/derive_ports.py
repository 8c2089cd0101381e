"""The ports of entry as they stood in 2005."""

import itertools

from sim.data.tables import Row, Table, fixed, read_source
from sim.places.ports import PORT_KINDS, great_circle_km

HEADER = (
    "port_id",
    "name",
    "province",
    "region",
    "in_119",
    "kind",
    "lat",
    "lon",
    "us_port",
    "us_state",
    "open_24h",
    "open_hour",
    "close_hour",
    "season_first_month",
    "season_last_month",
    "commercial",
    "nexus",
    "fast",
    "one_officer",
    "data_link",
    "customs_database",
    "quality",
)

# Provinces whose traffic shares one random day factor. Elicited.
REGION_OF_PROVINCE = {
    "NB": "Atlantic",
    "NS": "Atlantic",
    "QC": "Quebec",
    "ON": "Ontario",
    "MB": "Prairie",
    "SK": "Prairie",
    "AB": "Prairie",
    "BC": "Pacific",
    "YT": "Pacific",
}

# Ports with a NEXUS lane in 2005. B041 counts 6 lanes between Ontario and Michigan or New York,
# 2 in Quebec, and Blaine and Point Roberts; which ports they are is estimated (README.md).
NEXUS_2005 = frozenset(
    {
        "sarnia",
        "windsor-ambassador",
        "windsor-tunnel",
        "fort-erie",
        "rainbow",
        "whirlpool",
        "lacolle-15",
        "st-armand",
        "douglas",
        "pacific-highway",
        "boundary-bay",
    }
)

# Ports with a FAST lane into Canada in 2005: those reported before the lane of Fort Erie was
# added in 2017. Estimated (README.md).
FAST_2005 = frozenset({"windsor-ambassador", "sarnia", "pacific-highway"})

# Land crossings not connected to a data network, mid-2006, crossings. A024.
CROSSINGS_WITHOUT_DATA_LINK = 21

# Offices without the customs database, 2005, offices; all placed among the 119. A029.
OFFICES_WITHOUT_CUSTOMS_DATABASE = 62

# A ferry landing below this traffic is staffed by one officer, vehicles a year. Elicited.
ONE_OFFICER_FERRY_VEHICLES_PER_YEAR = 10_000

# Close of a day open day and night, hour of the day.
MIDNIGHT_HOUR = 24

MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def vehicles_2005(port: Row) -> int:
    """Return the road vehicles into Canada in 2005, vehicles a year."""
    return sum(int(port[f"{vehicle}_2005"]) for vehicle in ("cars", "trucks", "buses"))


def season(port: Row) -> tuple[int, int]:
    """Return the first and last month a port opens; 1 and 12 if it opens all year."""
    if not port["season"]:
        return 1, len(MONTH_NAMES)
    first, last = port["season"].split("-")
    return MONTH_NAMES.index(first) + 1, MONTH_NAMES.index(last) + 1


def hours(port: Row) -> tuple[int, int]:
    """Return the opening and closing hour, local time; 0 and 24 if open day and night."""
    if port["open_24h_2005"] == "1":
        return 0, MIDNIGHT_HOUR
    return int(port["open_hour"]), int(port["close_hour"])


def smallest_of_119(ports: list[Row], count: int) -> frozenset[str]:
    """Return the ids of the official crossings with the fewest vehicles in 2005.

    Parameters
    ----------
    ports : list of dict
        Source rows.
    count : int
        How many crossings.

    Returns
    -------
    frozenset of str
        Port ids; equal traffic is settled by id.
    """
    official = [port for port in ports if port["in_119"] == "1"]
    official.sort(key=lambda port: (vehicles_2005(port), port["port_id"]))
    return frozenset(port["port_id"] for port in official[:count])


def staffed_by_one(port: Row) -> bool:
    """Tell whether one officer normally staffs a port.

    Notes
    -----
    Of the 119, the 95 of A021 as the source estimates them. A ferry landing counts when its
    traffic is tiny. A rail site never does: trains are met by a team.
    """
    if port["in_119"] == "1":
        return port["one_officer_2006_est"] == "1"
    landing = PORT_KINDS[port["kind"]].by_timetable
    return landing and vehicles_2005(port) < ONE_OFFICER_FERRY_VEHICLES_PER_YEAR


def ports_table() -> Table:
    """Return the ports of entry, one row each, sorted by id."""
    ports = sorted(read_source("ports.csv"), key=lambda port: port["port_id"])
    unlinked = smallest_of_119(ports, CROSSINGS_WITHOUT_DATA_LINK)
    without_database = smallest_of_119(ports, OFFICES_WITHOUT_CUSTOMS_DATABASE)
    rows: list[tuple[str, ...]] = []
    for port in ports:
        port_id = port["port_id"]
        open_hour, close_hour = hours(port)
        first_month, last_month = season(port)
        derived: dict[str, str | int] = {
            "region": REGION_OF_PROVINCE[port["province"]],
            "open_24h": port["open_24h_2005"],
            "open_hour": open_hour,
            "close_hour": close_hour,
            "season_first_month": first_month,
            "season_last_month": last_month,
            "nexus": int(port_id in NEXUS_2005),
            "fast": int(port_id in FAST_2005),
            "one_officer": int(staffed_by_one(port)),
            "data_link": int(port_id not in unlinked),
            "customs_database": int(port_id not in without_database),
        }
        rows.append(tuple(str(derived.get(column, port.get(column))) for column in HEADER))
    return Table(HEADER, rows)


REGIONS_HEADER = ("region", "name", "provinces", "ports", "land_km", "water_km", "lat", "lon")

# North of this there are no teams: the lines with Alaska. Degrees.
NORTHERNMOST_LAT = 52.0

# Landings that are not at the line: ferries across open water from far away.
FAR_FROM_THE_LINE = frozenset({"toronto-ferry", "yarmouth"})

Stop = tuple[float, float, bool]


def distance_km(one: Stop, other: Stop) -> float:
    """Great-circle distance between two stops, in km."""
    return float(great_circle_km(*one[:2], *other[:2]))


def _stops(region: Row, ports: list[Row]) -> list[Stop]:
    """Ports of a region: latitude, longitude, whether over water."""
    west, east = float(region["west_lon"]), float(region["east_lon"])
    return [
        (float(port["lat"]), float(port["lon"]), PORT_KINDS[port["kind"]].over_water)
        for port in ports
        if port["province"] in region["provinces"].split()
        and west <= float(port["lon"]) < east
        and float(port["lat"]) < NORTHERNMOST_LAT
        and PORT_KINDS[port["kind"]].takes_road_traffic
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
    return Table(REGIONS_HEADER, rows)


def _signed(degrees: float) -> str:
    """Return degrees west with four decimals."""
    return "-" + fixed(round(-1e4 * degrees), 4)
