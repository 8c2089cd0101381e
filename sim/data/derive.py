"""Derive every table of the data room from its sources.

Run ``python -m sim.data.derive`` to write the tables, with ``--check`` to compare them instead.
"""

import argparse
import datetime
import itertools
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from sim.data import DATA_FOLDER, MONTHS, Row, Table, apportion, fixed, read_source, render
from sim.data.volumes import REGION_OF_PROVINCE, VOLUMES_FILE, season, volumes_table
from sim.places import calendar
from sim.places.calendar import FIRST_YEAR, HOLIDAY_KINDS, LAST_MONTH, holiday_kind
from sim.places.ports import PORT_KINDS, great_circle_km

PORTS_HEADER = (
    "port_id", "name", "province", "region", "in_119", "kind", "lat", "lon", "us_port", "us_state",
    "open_24h", "open_hour", "close_hour", "season_first_month", "season_last_month", "commercial",
    "nexus", "fast", "one_officer", "data_link", "customs_database", "quality",
)  # fmt: skip

# Ports with a NEXUS lane in 2005. B041 counts 6 lanes between Ontario and Michigan or New York,
# 2 in Quebec, and Blaine and Point Roberts; which ports they are is estimated (README.md).
NEXUS_2005 = frozenset({
    "sarnia", "windsor-ambassador", "windsor-tunnel", "fort-erie", "rainbow", "whirlpool",
    "lacolle-15", "st-armand", "douglas", "pacific-highway", "boundary-bay",
})  # fmt: skip

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


def vehicles_2005(port: Row) -> int:
    """Return the road vehicles into Canada in 2005, vehicles a year."""
    return sum(int(port[f"{vehicle}_2005"]) for vehicle in ("cars", "trucks", "buses"))


def hours(port: Row) -> tuple[int, int]:
    """Return the opening and closing hour, local time; 0 and 24 if open day and night."""
    if port["open_24h_2005"] == "1":
        return 0, MIDNIGHT_HOUR
    return int(port["open_hour"]), int(port["close_hour"])


def smallest_of_119(ports: list[Row], count: int) -> frozenset[str]:
    """Return the ids of so many official crossings with the fewest vehicles in 2005, ties by id."""
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
        rows.append(tuple(str(derived.get(column, port.get(column))) for column in PORTS_HEADER))
    return Table(PORTS_HEADER, rows)


REGIONS_HEADER = ("region", "name", "provinces", "ports", "land_km", "water_km", "lat", "lon")

# North of this there are no teams: the lines with Alaska. Degrees.
NORTHERNMOST_LAT = 52.0

# Landings that are not at the line: ferries across open water from far away.
FAR_FROM_THE_LINE = frozenset({"toronto-ferry", "yarmouth"})

Stop = tuple[float, float, bool]


def distance_km(first: Stop, second: Stop) -> float:
    """Great-circle distance between two stops, in km."""
    return float(great_circle_km(*first[:2], *second[:2]))


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
        for first, second, share, place in pairs:
            km[place][int(first[2] or second[2])] += share * distance_km(first, second)
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


WEEKDAY_HEADER = ("traffic_class", "month", "weekday", "factor")
HOUR_HEADER = ("traffic_class", "day_kind", "hour", "share")

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# Calendars by which holidays of the measured days are told: half of the travellers enter there.
DERIVED_AT = ("CA+US", "ON")

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


def land_travellers() -> dict[datetime.date, int]:
    """Return the measured land travellers into Canada by day of 2018 and 2019."""
    return {
        datetime.date.fromisoformat(row["date"]): int(row["land"])
        for row in read_source("cbsa_daily_travellers.csv")
    }


def _holiday(day: datetime.date) -> str:
    return holiday_kind(day, *DERIVED_AT) or ""


def traveller_weekday_weights() -> dict[int, list[float]]:
    """Return the measured land travellers by month, then by day of the week, without holidays."""
    days: dict[tuple[int, int], list[int]] = defaultdict(list)
    for day, count in land_travellers().items():
        if not _holiday(day):
            days[day.month, day.weekday()].append(count)
    return {
        month: [sum(counts) / len(counts) for counts in (days[month, wd] for wd in range(7))]
        for month in MONTHS
    }


def traveller_holiday_factors() -> dict[str, float]:
    """Return land travellers on a kind of holiday over the same month and weekday without one."""
    usual = traveller_weekday_weights()
    ratios: dict[str, list[float]] = defaultdict(list)
    for day, count in land_travellers().items():
        if kind := _holiday(day):
            ratios[kind].append(count / usual[day.month][day.weekday()])
    return {kind: sum(ratios[kind]) / len(ratios[kind]) for kind in HOLIDAY_KINDS}


HOLIDAY_HEADER = ("traffic_class", "kind", "factor")

# Trucks on a holiday over the same day without one. Elicited: on a Canadian one about as few as on
# a Sunday, fewer on one of the United States alone.
TRUCK_HOLIDAY_FACTORS = {
    "long_weekend": 0.5, "single": 0.6, "year_end": 0.5, "christmas": 0.25, "us": 0.8,
}  # fmt: skip


def holiday_factors_table() -> Table:
    """Return traffic on each kind of holiday over the same day without one, by class."""
    travellers = traveller_holiday_factors()
    rows: list[tuple[str, ...]] = []
    for traffic_class in ("bus", "car", "train", "truck"):
        for kind in HOLIDAY_KINDS:
            factor = {
                "bus": travellers[kind],
                "car": travellers[kind],
                "train": 1.0,
                "truck": TRUCK_HOLIDAY_FACTORS[kind],
            }[traffic_class]
            rows.append((traffic_class, kind, fixed(round(100 * factor), 2)))
    return Table(HOLIDAY_HEADER, rows)


def holidays_table() -> Table:
    """Return the holidays of Canada, its provinces and the United States, one row a date."""
    of = [("CA", None), *(("CA", name) for name in calendar.PROVINCES), ("US", None)]
    places: dict[datetime.date, list[str]] = {}
    for year in calendar.TABLED:
        for country, province in of:
            for day in calendar.of_library(country, province, year):
                places.setdefault(day, []).append(f"{country}-{province}" if province else country)
    rows: list[tuple[str, ...]] = [(str(day), " ".join(places[day])) for day in sorted(places)]
    return Table(("date", "places"), rows)


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


RESIDENCE_HEADER = ("year", "month", "us_share", "standing")

# Share of US residents among travellers by car, January to October (source/published_totals.csv).
US_SHARE_BY_CAR = {
    2006: 19_234_602 / (19_234_602 + 27_775_230),
    2007: 16_831_089 / (16_831_089 + 28_930_597),
}

# Cars of US residents in August 2020 over August 2019: minus 96 % (Statistics Canada, The Daily,
# 11 September 2020), while all cars came to 8.1 % (volumes.parquet).
US_CARS_AUGUST_2020 = 0.04
ALL_CARS_AUGUST_2020 = 0.081

# Years whose shares make the usual year: the last ones without restrictions at the border.
USUAL_YEARS = (2023, 2024)


def residence_table() -> Table:
    """Return the share of US residents among travellers by car, by month since 1996.

    Notes
    -----
    *measured*: the month's own count of persons by land (2021-2024). *derived*: the yearly figure
    of 2006 or 2007, or the closure of 2020, times the month's ratio to its year. *assumed*: linear
    between yearly figures, constant before 2006.
    """
    counts = {
        tuple(map(int, row["month"].split("-"))): (
            int(row["us_resident"]), int(row["canadian_from_us"])
        )
        for row in read_source("statcan_residence.csv")
    }  # fmt: skip
    measured = {month: us / (us + canadian) for month, (us, canadian) in counts.items()}
    us, everyone = (
        sum(
            value for (year, _), pair in counts.items() if year in USUAL_YEARS for value in pair[:n]
        )
        for n in (1, 2)
    )
    usual = us / everyone
    of_month = {
        month: sum(measured[year, month] for year in USUAL_YEARS) / (len(USUAL_YEARS) * usual)
        for month in MONTHS
    }
    known = [*US_SHARE_BY_CAR, 2019]
    values = [*US_SHARE_BY_CAR.values(), usual]
    closed = US_CARS_AUGUST_2020 * usual * of_month[8] / ALL_CARS_AUGUST_2020
    rows: list[tuple[str, ...]] = []
    for year in range(FIRST_YEAR, LAST_MONTH[0] + 1):
        for month in MONTHS:
            if (year, month) in measured:
                share, standing = measured[year, month], "measured"
            elif year == 2020 and month >= 4:
                share, standing = closed, "derived"
            else:
                share = float(np.interp(year, known, values)) * of_month[month]
                standing = "derived" if year in US_SHARE_BY_CAR else "assumed"
            rows.append((str(year), str(month), fixed(round(1e4 * share), 4), standing))
    return Table(RESIDENCE_HEADER, rows)


TABLES: dict[str, Callable[[], Table]] = {
    "ports.csv": ports_table,
    "weekday_factors.csv": weekday_factors_table,
    "hour_profiles.csv": hour_profiles_table,
    "holiday_factors.csv": holiday_factors_table,
    "holidays.csv": holidays_table,
    "residence.csv": residence_table,
    "regions.csv": regions_table,
}


def write_tables(folder: Path) -> None:
    """Derive and write every table into a folder."""
    for name, derive_table in TABLES.items():
        (folder / name).write_bytes(render(derive_table()).encode())
    pq.write_table(volumes_table(), folder / VOLUMES_FILE, compression="zstd")


def first_difference(folder: Path) -> str | None:
    """Return the name of the first file that is missing or differs from its derivation, if any."""
    for name, derive_table in TABLES.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != render(derive_table()).encode():
            return name
    path = folder / VOLUMES_FILE
    if not path.is_file() or not pq.read_table(path).equals(volumes_table()):
        return VOLUMES_FILE
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the derived tables; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sim.data.derive", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    if not parser.parse_args(arguments).check:
        write_tables(DATA_FOLDER)
        return 0
    differing = first_difference(DATA_FOLDER)
    if differing is None:
        return 0
    sys.stderr.write(f"{differing} differs from what its sources give; run {parser.prog}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
