"""Monthly traffic of every port since 1996, derived from the counts of the opposite ports.

``python -m sim.data.volumes`` lists the months without data and how each was filled;
``--port`` and ``--year`` narrow the list, ``--counts FILE`` takes over a new copy of the counts.

The rule, in words
------------------
A port's traffic of a month is the count of the opposite port times the port's share of that count.
Shares are those of 2005, 2019 and 2024 (``source/ports.csv``), linear in between and constant
before and after. A port that has closed has none from that year on. Ports that the counts lack
have a fixed yearly figure, in the pattern of their region.

A month *without data* is one without a count (a) though the same month of the year before and of
the year after have at least `PLAUSIBLE` vehicles each, or (b) before a series begins, if that is
more than a year after the counts begin. It is filled with the count of the same month of the
nearest year that has one (the earlier of two), in proportion to the traffic of that class over the
whole border in the two months. Other empty months are taken to be empty: closed, or nobody came.
"""

import argparse
import functools
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.data import DATA_FOLDER, SOURCE_FOLDER, Row, apportion, read_source
from sim.errors import InputError
from sim.places.calendar import COUNT, FIRST_YEAR, LAST_MONTH, month_name, month_number

MEASURES = {"car": "pv", "truck": "trucks", "bus": "buses", "train": "trains"}
"""Measure of the counts, by traffic class."""
COLUMNS = {"car": "cars", "truck": "trucks", "bus": "buses", "train": "trains"}
"""Yearly column of ``source/ports.csv``, by traffic class."""

LISTED_YEARS = (2005, 2019, 2024)
"""Years of which ``source/ports.csv`` has figures by port."""

PLAUSIBLE = 100
"""Vehicles in the same month of the years around that make an empty month one without data."""

LATER_PORT_JOINS = {"st-stephen-3rd": "st-stephen"}
"""A crossing opened after 2005 and the port of 2005 that carries its volumes."""

MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# Provinces whose traffic shares one random day factor. Elicited.
REGION_OF_PROVINCE = {
    "NB": "Atlantic", "NS": "Atlantic", "QC": "Quebec", "ON": "Ontario", "MB": "Prairie",
    "SK": "Prairie", "AB": "Prairie", "BC": "Pacific", "YT": "Pacific",
}  # fmt: skip

TENTHS = 10
VOLUMES_FILE = "volumes.parquet"
COUNTS_FILE = "bts_monthly.parquet"

Counts = npt.NDArray[np.int64]


class Series(NamedTuple):
    """Counts of one opposite port and class.

    Attributes
    ----------
    counts : array of int, shape (months,)
        Vehicles, filled.
    filled : array of int, shape (months,)
        Month whose count was taken, or -1 where there was no need.
    """

    counts: Counts
    filled: Counts


def take_over(path: Path) -> int:
    """Write ``source/bts_monthly.parquet`` from a copy of the whole table of counts.

    The copy is a CSV with the columns month (YYYY-MM), port_code, measure, value. Returns the
    number of rows written.
    """
    rows = pd.read_csv(path, dtype={"port_code": str})
    rows = rows[rows["measure"].isin(MEASURES.values())].copy()
    split = rows["month"].str.split("-", expand=True).astype(int)
    rows["month"] = 12 * (split[0] - FIRST_YEAR) + split[1] - 1
    rows = rows.sort_values(["measure", "port_code", "month"])
    table = pa.table(
        {
            "month": pa.array(rows["month"], pa.int16()),
            "port_code": pa.array(rows["port_code"]).dictionary_encode(),
            "measure": pa.array(rows["measure"]).dictionary_encode(),
            "value": pa.array(rows["value"].astype(int), pa.int32()),
        }
    )
    pq.write_table(table, SOURCE_FOLDER / COUNTS_FILE, compression="zstd")
    return len(table)


@functools.cache
def read_counts() -> dict[tuple[str, str], Counts]:
    """Return the counts as published, by measure and code of the opposite port; 0 where none."""
    table = pq.read_table(SOURCE_FOLDER / COUNTS_FILE).to_pandas()
    counts: dict[tuple[str, str], Counts] = {}
    for key, rows in table.groupby(["measure", "port_code"], observed=True):
        months = counts[key] = np.zeros(COUNT, np.int64)
        np.add.at(months, rows["month"].to_numpy(), rows["value"].to_numpy())
    return counts


def fill(counts: Counts, border: Counts) -> Series:
    """Fill the months without data of one series.

    Parameters
    ----------
    counts, border : array of int, shape (months,)
        Of the series, and of its class over the whole border.
    """
    there = counts > 0
    around = np.zeros(COUNT, bool)
    around[12:-12] = (counts[:-24] >= PLAUSIBLE) & (counts[24:] >= PLAUSIBLE)
    begins = int(np.argmax(there)) if there.any() else 0
    late = begins > 12
    wanted = ~there & (around | (late & (np.arange(COUNT) < begins)))
    result, taken = counts.copy(), np.full(COUNT, -1, np.int64)
    for month in np.flatnonzero(wanted):
        same = np.flatnonzero(there[month % 12 :: 12]) * 12 + month % 12
        if before_it_begins := late and month < begins:
            same = same[:1]  # empty if it never ran in that month
            if len(same) and same[0] >= begins + 12:
                continue
        if len(same) == 0 or (before_it_begins and border[same[0]] == 0):
            continue
        nearest = same[np.argmin(np.abs(same - month))]
        taken[month] = nearest
        result[month] = round(counts[nearest] * border[month] / border[nearest])
    return Series(result, taken)


@functools.cache
def all_series() -> dict[tuple[str, str], Series]:
    """Return every series, filled, by traffic class and code of the opposite port."""
    counts = read_counts()
    series: dict[tuple[str, str], Series] = {}
    for kind, measure in MEASURES.items():
        of_class = {code: c for (name, code), c in counts.items() if name == measure}
        border = np.sum(list(of_class.values()), axis=0)
        for code, months in of_class.items():
            series[kind, code] = fill(months, border)
    return series


def codes_of(port: Row) -> list[str]:
    """Return the codes of the opposite ports; empty if they are not counted."""
    return [code for code in port["bts_code"].split("+") if code]


def season(port: Row) -> tuple[int, int]:
    """Return the first and last month a port opens; 1 and 12 if it opens all year."""
    if not port["season"]:
        return 1, len(MONTH_NAMES)
    first, last = port["season"].split("-")
    return MONTH_NAMES.index(first) + 1, MONTH_NAMES.index(last) + 1


def codes_by_region(ports: Iterable[Row]) -> dict[str, list[str]]:
    """Return the BTS codes of each region, each code once, sorted."""
    codes: dict[str, set[str]] = defaultdict(set)
    for port in ports:
        codes[REGION_OF_PROVINCE[port["province"]]].update(codes_of(port))
    return {region: sorted(members) for region, members in codes.items()}


class _Pattern:
    """Sums of the counts of several codes by year and month, within a port's season."""

    def __init__(self, kind: str, codes: Sequence[str]) -> None:
        series = all_series()
        months = [series[kind, code].counts for code in codes if (kind, code) in series]
        whole = np.zeros(12 * -(-COUNT // 12), np.int64)
        whole[:COUNT] = np.sum(months, axis=0) if months else 0
        self.by_year = whole.reshape(-1, 12)

    def of(self, year: int, port: Row) -> Counts:
        first, last = season(port)
        months: Counts = self.by_year[year - FIRST_YEAR].copy()
        months[: first - 1] = 0
        months[last:] = 0
        return months


def _published(kind: str, codes: Sequence[str], year: int) -> int:
    """Count of a year as published, with months without data as nothing."""
    first = month_number(year, 1)
    return sum(
        int(months[first : first + 12].sum())
        for (measure, code), months in read_counts().items()
        if measure == MEASURES[kind] and code in codes
    )


def listed_total(port: Row, later: Sequence[Row], kind: str, year: int) -> int:
    """Yearly figure of a port and of the later crossings that it carries, in a listed year.

    Parameters
    ----------
    port : Row
        Of the list of ports.
    later : sequence of Row
        Crossings that opened later.
    kind : str
        Class of traffic.
    year : int
        One of the listed years.
    """
    column = f"{COLUMNS[kind]}_{year}"
    joining = [row for row in later if LATER_PORT_JOINS.get(row["port_id"]) == port["port_id"]]
    return sum(int(row[column]) for row in (port, *joining))


def _between(values: dict[int, float], year: int, step: int | None) -> float:
    """Interpolate a value between listed years; with a step, take those of before and after it."""
    if step is not None and year < LISTED_YEARS[1]:
        years = sorted(values)
        return values[years[0]] if year < step else values[years[1]]
    return float(np.interp(year, list(values), list(values.values())))


class _Shares:
    """What a port takes of the counts of its codes, or its fixed figure, in any year."""

    def __init__(self, port: Row, later: Sequence[Row], kind: str, step: int | None) -> None:
        codes = codes_of(port)
        self.step = step
        self.closed = int(port["closed_year"] or 9999)
        self.total = {y: float(listed_total(port, later, kind, y)) for y in LISTED_YEARS}
        counted = {y: _published(kind, codes, y) for y in LISTED_YEARS}
        self.share = {y: self.total[y] / counted[y] for y in LISTED_YEARS if counted[y]}
        self.counted = any(self.total[y] > 0 for y in self.share)
        fixed = {y: self.total[y] for y in LISTED_YEARS if not counted[y]}
        self.fixed = fixed if any(fixed.values()) else {}

    def units(self, year: int, count: int) -> int:
        """Tenths of a vehicle of the port in a year with so many counted at its codes."""
        if year >= self.closed:
            return 0
        if count and self.counted:
            step = self.step if len(self.share) == len(LISTED_YEARS) else None
            share = _between(self.share, year, step)
            exact = share * count
            if year in self.total and abs(exact - self.total[year]) < 1.0 / TENTHS:
                exact = self.total[year]
            return round(TENTHS * exact)
        return round(TENTHS * _between(self.fixed, year, None)) if self.fixed else 0


def _steps(ports: Sequence[Row]) -> dict[str, int]:
    """Year of a closure by code, where it moved traffic to other ports of the code."""
    steps: dict[str, int] = {}
    for port in ports:
        year = int(port["closed_year"] or 0)
        if LISTED_YEARS[0] < year < LISTED_YEARS[1]:
            steps.update(dict.fromkeys(codes_of(port), year))
    return steps


def volumes_table() -> pa.Table:
    """Return the monthly volumes, sorted by port, class and month.

    The columns are ``port_id``, ``traffic_class``, ``month`` (number from 0 for January 1996),
    ``tenths`` of a vehicle into Canada, and ``filled`` (some count it rests on was without data).
    Only years, ports and classes with vehicles have rows, and then one for each month.
    """
    ports = sorted(read_source("ports.csv"), key=lambda port: port["port_id"])
    later = read_source("ports_later.csv")
    near = codes_by_region(ports)
    steps, series = _steps(ports), all_series()
    columns: dict[str, list[object]] = defaultdict(list)
    for port in ports:
        codes = codes_of(port)
        step = next((steps[code] for code in codes if code in steps), None)
        for kind in sorted(MEASURES):
            shares = _Shares(port, later, kind, step)
            if not (shares.counted or shares.fixed):
                continue
            everywhere = sorted({code for name, code in series if name == kind})
            own = _Pattern(kind, codes)
            patterns = (own, _Pattern(kind, near[REGION_OF_PROVINCE[port["province"]]]),
                        _Pattern(kind, everywhere))  # fmt: skip
            filled = [series[kind, code].filled >= 0 for code in codes if (kind, code) in series]
            was_filled = np.any(filled, axis=0) if filled else np.zeros(COUNT, bool)
            for year in range(FIRST_YEAR, LAST_MONTH[0] + 1):
                months = 12 if year < LAST_MONTH[0] else LAST_MONTH[1]
                units = shares.units(year, int(own.by_year[year - FIRST_YEAR].sum()))
                if not shares.counted and months < 12:
                    # A fixed figure is of the whole year: these months' part of the year before.
                    before = next(p for p in patterns[1:] if p.of(year - 1, port).any())
                    pattern = before.of(year - 1, port)
                    units = round(units * pattern[:months].sum() / pattern.sum())
                of_year = next((p.of(year, port) for p in patterns if p.of(year, port).any()), None)
                if units == 0 or of_year is None:
                    continue
                first = month_number(year, 1)
                spread = apportion(units, of_year.tolist())[:months]
                columns["port_id"] += [port["port_id"]] * months
                columns["traffic_class"] += [kind] * months
                columns["month"] += range(first, first + months)
                columns["tenths"] += spread
                columns["filled"] += was_filled[first : first + months].tolist()
    return pa.table(
        {
            "port_id": pa.array(columns["port_id"]).dictionary_encode(),
            "traffic_class": pa.array(columns["traffic_class"]).dictionary_encode(),
            "month": pa.array(columns["month"], pa.int16()),
            "tenths": pa.array(columns["tenths"], pa.int32()),
            "filled": pa.array(columns["filled"], pa.bool_()),
        }
    )


def read_volumes(path: Path = DATA_FOLDER / VOLUMES_FILE) -> pd.DataFrame:
    """Read the derived volumes: port_id, traffic_class, year, month (1-12), vehicles, filled."""
    rows = pq.read_table(path).to_pandas()
    number = rows["month"].to_numpy().astype(int)
    return pd.DataFrame(
        {
            "port_id": rows["port_id"].astype(str),
            "traffic_class": rows["traffic_class"].astype(str),
            "year": FIRST_YEAR + number // 12,
            "month": number % 12 + 1,
            "vehicles": rows["tenths"] / TENTHS,
            "filled": rows["filled"],
        }
    )


def listing(port_id: str | None = None, year: int | None = None) -> list[str]:
    """Say which months are without data, and from which month each was filled.

    It says so of one port, or of one year, where that is given.

    Raises
    ------
    InputError
        If there is no such port, or the year is outside the data.
    """
    ports = read_source("ports.csv")
    if port_id is not None and port_id not in {port["port_id"] for port in ports}:
        raise InputError.unknown("port", port_id, [port["port_id"] for port in ports], "--port")
    if year is not None and not FIRST_YEAR <= year <= LAST_MONTH[0]:
        raise InputError(f"--year = {year} is outside {FIRST_YEAR} to {LAST_MONTH[0]}")
    lines = []
    total = 0
    for (kind, code), series in sorted(all_series().items()):
        ours = [port["port_id"] for port in ports if code in codes_of(port)]
        if not ours or (port_id is not None and port_id not in ours):
            continue
        for month in np.flatnonzero(series.filled >= 0):
            if year is not None and FIRST_YEAR + month // 12 != year:
                continue
            total += 1
            lines.append(
                f"{month_name(int(month))}  {kind:<5}  code {code} ({', '.join(ours)}): "
                f"{series.counts[month]:,} vehicles, from {month_name(int(series.filled[month]))}"
            )
    closed = [
        f"{port['port_id']}: no traffic from {port['closed_year']} on (closed)"
        for port in ports
        if port["closed_year"] and port_id in (None, port["port_id"])
    ]
    return [
        *lines,
        *closed,
        f"{total} months without data were filled: the same month of the nearest year that has a "
        "count, in proportion to that class over the whole border "
        f"(data: {month_name(0)} to {month_name(COUNT - 1)})",
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """List the months without data, or take over new counts; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m sim.data.volumes", description="Months without data, and their filling."
    )
    parser.add_argument("--port", metavar="PORT", help="one port only")
    parser.add_argument("--year", type=int, metavar="YEAR", help="one year only")
    parser.add_argument("--counts", type=Path, metavar="FILE", help="take over these counts")
    given = parser.parse_args(arguments)
    try:
        if given.counts:
            sys.stdout.write(f"{take_over(given.counts):,} counts\n")
        else:
            sys.stdout.write("\n".join(listing(given.port, given.year)) + "\n")
    except (InputError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
