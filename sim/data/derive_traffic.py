"""Vehicles into Canada by year, port, class and month, and how they spread over days and hours."""

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


WEEKDAY_HEADER = ("traffic_class", "month", "weekday", "factor")
HOUR_HEADER = ("traffic_class", "day_kind", "hour", "share")

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# Trucks by day of the week, Monday first, relative. Elicited from B043: the most on Tuesday to
# Thursday, the fewest on Sunday.
TRUCK_WEEKDAY_WEIGHTS = (1.05, 1.20, 1.22, 1.20, 1.10, 0.68, 0.55)

# Trains by day of the week: the same every day. Elicited.
TRAIN_WEEKDAY_WEIGHTS = (1.0,) * len(WEEKDAYS)

# Decimals kept of a factor or a share: millionths.
FACTOR_DECIMALS = 6

# Relative traffic by hour of the day, local time, from midnight. All elicited. Anchors: trucks
# into Canada are at their most in mid to late afternoon (B047); day trippers come home on
# weekends (B044). No public hourly count was found.
HOUR_WEIGHTS: dict[tuple[str, str], tuple[int, ...]] = {
    ("bus", "weekday"): (
        *(8, 5, 4, 4, 6, 10, 18, 30, 44, 55, 62, 66),
        *(66, 62, 58, 58, 62, 66, 68, 64, 54, 42, 28, 16),
    ),
    ("bus", "weekend"): (
        *(10, 6, 4, 3, 4, 8, 16, 28, 42, 54, 62, 66),
        *(66, 64, 64, 68, 74, 76, 74, 68, 58, 46, 32, 18),
    ),
    ("car", "weekday"): (
        *(12, 8, 6, 5, 7, 14, 28, 44, 49, 46, 45, 48),
        *(52, 55, 60, 69, 76, 78, 70, 60, 50, 44, 33, 21),
    ),
    ("car", "weekend"): (
        *(16, 11, 8, 6, 6, 8, 15, 24, 35, 46, 55, 62),
        *(67, 73, 77, 80, 82, 81, 77, 70, 56, 44, 32, 22),
    ),
    ("train", "weekday"): (1,) * 24,
    ("train", "weekend"): (1,) * 24,
    ("truck", "weekday"): (
        *(24, 20, 18, 18, 20, 25, 32, 38, 42, 45, 47, 49),
        *(51, 54, 58, 61, 62, 59, 54, 48, 43, 38, 33, 28),
    ),
    ("truck", "weekend"): (
        *(30, 25, 22, 20, 21, 24, 28, 33, 37, 40, 43, 46),
        *(48, 51, 53, 54, 54, 53, 51, 48, 45, 42, 38, 34),
    ),
}


def traveller_weekday_weights() -> dict[int, list[float]]:
    """Return the measured land travellers by month, then by day of the week, relative."""
    factors = {
        (int(row["month"]), row["weekday"]): float(row["factor"])
        for row in read_source("cbsa_land_month_weekday_factors.csv")
    }
    return {month: [factors[month, weekday] for weekday in WEEKDAYS] for month in MONTHS}


def weekday_factors_table() -> Table:
    """Return day-of-week factors by class and month, of mean 1 over the days of a week."""
    travellers = traveller_weekday_weights()
    rows: list[tuple[str, ...]] = []
    for traffic_class in ("bus", "car", "train", "truck"):
        for month in MONTHS:
            weights = {
                "bus": travellers[month],
                "car": travellers[month],
                "train": TRAIN_WEEKDAY_WEIGHTS,
                "truck": TRUCK_WEEKDAY_WEIGHTS,
            }[traffic_class]
            factors = apportion(len(WEEKDAYS) * 10**FACTOR_DECIMALS, weights)
            rows.extend(
                (traffic_class, str(month), str(weekday), fixed(factor, FACTOR_DECIMALS))
                for weekday, factor in enumerate(factors)
            )
    return Table(WEEKDAY_HEADER, rows)


def hour_profiles_table() -> Table:
    """Return the share of a day's traffic in each hour, by class and kind of day."""
    rows: list[tuple[str, ...]] = []
    for (traffic_class, day_kind), weights in sorted(HOUR_WEIGHTS.items()):
        shares = apportion(10**FACTOR_DECIMALS, weights)
        rows.extend(
            (traffic_class, day_kind, str(hour), fixed(share, FACTOR_DECIMALS))
            for hour, share in enumerate(shares)
        )
    return Table(HOUR_HEADER, rows)
