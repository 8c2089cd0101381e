"""Vehicles into Canada by year, port, class and month."""

from collections import defaultdict
from collections.abc import Iterable

from sim.data.derive_ports import REGION_OF_PROVINCE, season
from sim.data.tables import MONTHS, Row, Table, apportion, fixed, read_source

HEADER = ("year", "port_id", "traffic_class", "month", "vehicles")

YEARS = (2005, 2019, 2024)

# Traffic class: the measure of the BTS counts, the yearly column of ports.csv.
CLASSES = {
    "bus": ("buses", "buses"),
    "car": ("pv", "cars"),
    "train": ("trains", "trains"),
    "truck": ("trucks", "trucks"),
}

# A crossing opened after 2005 and the port of 2005 that carries its volumes.
LATER_PORT_JOINS = {"st-stephen-3rd": "st-stephen"}

# Decimals kept of a monthly volume: tenths of a vehicle.
DECIMALS = 1

# Counts of one year and measure: BTS port code to a count for each month.
Counts = dict[str, list[int]]


def monthly_counts() -> dict[tuple[int, str], Counts]:
    """Return the southbound counts by year and measure, then by BTS port code and month."""
    counts: dict[tuple[int, str], Counts] = defaultdict(dict)
    for row in read_source("bts_monthly.csv.gz"):
        year, month = (int(part) for part in row["month"].split("-"))
        months = counts[year, row["measure"]].setdefault(row["port_code"], [0] * len(MONTHS))
        months[month - 1] += int(row["value"])
    return counts


def codes_of(port: Row) -> list[str]:
    """Return the BTS codes of a port; empty if BTS does not count it."""
    return [code for code in port["bts_code"].split("+") if code]


def codes_by_region(ports: Iterable[Row]) -> dict[str, list[str]]:
    """Return the BTS codes of each region, each code once, sorted."""
    codes: dict[str, set[str]] = defaultdict(set)
    for port in ports:
        codes[REGION_OF_PROVINCE[port["province"]]].update(codes_of(port))
    return {region: sorted(members) for region, members in codes.items()}


def in_season(port: Row, counts: Counts, codes: Iterable[str]) -> list[int]:
    """Return the counts of some codes by month, zero outside the season of a port."""
    first, last = season(port)
    return [
        sum(counts[code][month - 1] for code in codes if code in counts)
        if first <= month <= last
        else 0
        for month in MONTHS
    ]


def month_pattern(port: Row, counts: Counts, region_codes: list[str]) -> list[int]:
    """Return the weight of each month at a port.

    Parameters
    ----------
    port : dict
        Source row.
    counts : dict
        Counts of one year and measure.
    region_codes : list of str
        BTS codes of the port's region.

    Returns
    -------
    list of int
        From the port's own BTS codes, else its region, else the whole border: the first of these
        that counted anything in the season of the port.
    """
    for codes in (codes_of(port), region_codes, sorted(counts)):
        pattern = in_season(port, counts, codes)
        if any(pattern):
            return pattern
    raise ValueError(f"{port['port_id']}: no month has a count in season {port['season']}")


def year_total(port: Row, later: list[Row], column: str) -> int:
    """Return the yearly total of a port and of the later crossings that it carries.

    Parameters
    ----------
    port : dict
        Source row.
    later : list of dict
        Rows of crossings opened after 2005.
    column : str
        Such as ``cars_2019``.

    Returns
    -------
    int
        Vehicles in the year.
    """
    joining = [row for row in later if LATER_PORT_JOINS.get(row["port_id"]) == port["port_id"]]
    return sum(int(row[column]) for row in (port, *joining))


def volumes_table() -> Table:
    """Return monthly volumes, sorted by year, port, class and month.

    Notes
    -----
    Only ports and classes with vehicles in that year have rows, and then twelve.
    """
    ports = sorted(read_source("ports.csv"), key=lambda port: port["port_id"])
    later = read_source("ports_later.csv")
    region_codes = codes_by_region(ports)
    counts = monthly_counts()
    rows: list[tuple[str, ...]] = []
    for year in YEARS:
        for port in ports:
            for traffic_class, (measure, column) in CLASSES.items():
                total = year_total(port, later, f"{column}_{year}")
                if total == 0:
                    continue
                near = region_codes[REGION_OF_PROVINCE[port["province"]]]
                pattern = month_pattern(port, counts[year, measure], near)
                for month, units in zip(
                    MONTHS, apportion(total * 10**DECIMALS, pattern), strict=True
                ):
                    key = (str(year), port["port_id"], traffic_class, str(month))
                    rows.append((*key, fixed(units, DECIMALS)))
    return Table(HEADER, rows)
