"""The ports of entry: location, opening hours, lanes, and traffic; and the enforcement regions."""

import dataclasses
import datetime
import functools
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from sim.errors import InputError
from sim.numerics.units import Flags, Floats, Texts
from sim.places.calendar import COUNT, DATA, HOLIDAY_KINDS, month_name, month_number, rows_of

PACIFIC = "Pacific"
"""Name of the westernmost region of the port table."""
TRAFFIC_CLASSES = ("car", "truck", "bus", "train")
EARTH_RADIUS_KM = 6371.0
MOST_PORTS = 1000
"""Rows of a port table of the user's: distances are kept between all of them."""
PORT_SETS = ("all", "official119")
"""Words that stand for several ports, so that no port can have them for its id."""


class PortKind(NamedTuple):
    """What sets a kind of port apart in the model.

    Attributes
    ----------
    takes_road_traffic : bool
        Else only trains.
    by_timetable : bool
        Its road vehicles land in batches by a timetable; it takes no traffic diverted from others.
    one_line : bool
        All its lanes share one line.
    over_water : bool
        The crossing goes over or under water, else on land.
    """

    takes_road_traffic: bool = True
    by_timetable: bool = False
    one_line: bool = False
    over_water: bool = False


PORT_KINDS = {
    "road": PortKind(),
    "bridge": PortKind(over_water=True),
    "tunnel": PortKind(over_water=True),
    "ferry": PortKind(by_timetable=True, one_line=True, over_water=True),
    "rail": PortKind(takes_road_traffic=False, one_line=True),
}
"""By the column ``kind`` of the port table; a new kind is a line here."""


def great_circle_km(
    lat: Floats | float, lon: Floats | float, other_lat: Floats | float, other_lon: Floats | float
) -> Floats:
    """Great-circle distances.

    Parameters
    ----------
    lat, lon, other_lat, other_lon : array of float, or float
        Degrees; they broadcast against each other.

    Returns
    -------
    array of float
        In km.
    """
    a, b = np.radians(lat), np.radians(lon)
    c, d = np.radians(other_lat), np.radians(other_lon)
    half = np.sin((a - c) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((b - d) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)))


_TEXT_COLUMNS = ("port_id", "name", "province", "region", "kind", "us_state", "commercial")
_FLAG_COLUMNS = ("in_119", "nexus", "fast", "one_officer", "data_link", "customs_database")
_DECIMAL_COLUMNS = ("lat", "lon", "open_hour", "close_hour")
_MONTH_COLUMNS = ("season_first_month", "season_last_month")
_GIVEN_VOLUMES = ("cars", "trucks", "buses", "trains")


@dataclass(frozen=True, eq=False)
class Ports:
    """A table of ports, one array a column, sorted by id.

    Attributes
    ----------
    ids, name, province, region, kind, us_state, commercial : array of str, shape (ports,)
        Columns of ``sim/data/ports.csv`` (its dictionary is ``sim/data/README.md``).
    in_119, nexus, fast, one_officer, data_link, customs_database : array of bool, shape (ports,)
    lat, lon : array of float, shape (ports,)
        Degrees, WGS84.
    open_hour, close_hour : array of float, shape (ports,)
        Local hours, 0 and 24 if open day and night.
    season_first_month, season_last_month : array of int, shape (ports,)
        Both inclusive; from 11 to 3 is a winter.
    monthly_vehicles : array of float, shape (ports, 4, 12)
        Vehicles a month by class (car, truck, bus, train) and month of the year of the table.
    dated_vehicles : array of float, shape (ports, 4, months)
        The same for every month since January 1996 (`sim.places.calendar.month_number`).
    persons_per_year : array of float, shape (ports,)
        Travellers of 2005, without truck drivers.
    weekday_factor : array of float, shape (4, 12, 7)
        By class, month and weekday (Monday is 0), mean 1 over a week.
    hour_share : array of float, shape (4, 2, 24)
        Share of a day's traffic by class, day kind (weekday, weekend) and hour.
    holiday_factor : array of float, shape (4, 5)
        By class and kind of holiday (`sim.places.calendar`), over the same day without one.
    """

    ids: Texts
    name: Texts
    province: Texts
    region: Texts
    kind: Texts
    us_state: Texts
    commercial: Texts
    in_119: Flags
    nexus: Flags
    fast: Flags
    one_officer: Flags
    data_link: Flags
    customs_database: Flags
    lat: Floats
    lon: Floats
    open_hour: Floats
    close_hour: Floats
    season_first_month: npt.NDArray[np.int64]
    season_last_month: npt.NDArray[np.int64]
    monthly_vehicles: Floats
    dated_vehicles: Floats
    persons_per_year: Floats
    weekday_factor: Floats
    hour_share: Floats
    holiday_factor: Floats

    def __len__(self) -> int:
        """Count the ports."""
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ports) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @cached_property
    def vehicles_per_year(self) -> Floats:
        """Road vehicles and trains of the year, shape (ports,)."""
        return np.asarray(self.monthly_vehicles.sum(axis=(1, 2)))

    @cached_property
    def travellers_per_year(self) -> Floats:
        """Travellers of the year with truck drivers, one a truck, shape (ports,)."""
        return np.asarray(self.persons_per_year + self.monthly_vehicles[:, 1].sum(axis=1))

    @cached_property
    def distance_km(self) -> Floats:
        """Great-circle distances between ports in km, shape (ports, ports)."""
        return great_circle_km(self.lat[:, None], self.lon[:, None], self.lat, self.lon)

    @cached_property
    def takes_road_traffic(self) -> Flags:
        """Ports for road vehicles (see `PortKind`), shape (ports,)."""
        return np.array([PORT_KINDS[kind].takes_road_traffic for kind in self.kind], bool)

    @cached_property
    def by_timetable(self) -> Flags:
        """Ports whose vehicles land in batches by a timetable, shape (ports,)."""
        return np.array([PORT_KINDS[kind].by_timetable for kind in self.kind], bool)

    @cached_property
    def one_line(self) -> Flags:
        """Ports all of whose lanes share one line, shape (ports,)."""
        return np.array([PORT_KINDS[kind].one_line for kind in self.kind], bool)

    @cached_property
    def open_hours(self) -> Floats:
        """Part of each hour of the day in which a port is open, shape (ports, 24)."""
        hours = np.arange(24.0)
        first = np.maximum(hours, self.open_hour[:, None])
        last = np.minimum(hours + 1.0, self.close_hour[:, None])
        return np.asarray(np.maximum(last - first, 0.0))

    def in_season(self, day: datetime.date) -> Flags:
        """Ports whose season includes a day; a season may go over the new year."""
        first, last = self.season_first_month, self.season_last_month
        after, before = first <= day.month, day.month <= last
        return np.where(first <= last, after & before, after | before)

    @cached_property
    def digest(self) -> bytes:
        """Digest of all columns: two tables have the same if they are equal to the last bit."""
        digest = hashlib.sha256()
        for column in dataclasses.fields(self):
            array = getattr(self, column.name)
            digest.update(f"{column.name}{array.dtype}{array.shape}".encode())
            digest.update(array.tobytes())
        return digest.digest()

    @cached_property
    def _selections(self) -> dict[frozenset[str], "Ports"]:
        return {}

    def select(self, ids: Sequence[str]) -> "Ports":
        """Take some of the ports; the same object as the last time, if they are the same ports.

        Raises
        ------
        InputError
            If an id is not in the table.
        """
        key = frozenset(ids)
        if key in self._selections:
            return self._selections[key]
        for port_id in ids:
            if port_id not in self.ids:
                raise InputError.unknown("port", port_id, list(self.ids), "ports")
        rows = np.flatnonzero(np.isin(self.ids, ids))
        shared = ("weekday_factor", "hour_share", "holiday_factor")
        self._selections.clear()
        self._selections[key] = Ports(
            **{
                name: getattr(self, name) if name in shared else getattr(self, name)[rows]
                for name in self.__dataclass_fields__
            }
        )
        return self._selections[key]


def _given_rows(path: Path, notes: list[str]) -> list[dict[str, Any]]:
    """Rows of a table of the user's, checked."""
    from sim.files.brought import read_table
    from sim.files.schemas import PortRow

    context = {"kinds": PORT_KINDS, "taken": PORT_SETS}
    table = read_table(path, PortRow, ["port_id"], context, MOST_PORTS)
    notes += table.notes
    return [row.model_dump() for row in table.rows]


@functools.cache
def _volumes() -> tuple[list[str], Floats]:
    """Ports of the table of volumes, and their vehicles by class and month since January 1996."""
    texts = ["port_id", "traffic_class"]
    # Not read_table, which imports the datasets of Arrow.
    with pq.ParquetFile(DATA / "volumes.parquet", read_dictionary=texts) as file:
        table = file.read().combine_chunks()
    port, kind = (table[name].unify_dictionaries().chunk(0) for name in texts)
    ids, classes = port.dictionary.to_pylist(), kind.dictionary.to_pylist()
    where = np.array([TRAFFIC_CLASSES.index(name) for name in classes])[kind.indices.to_numpy()]
    volumes = np.zeros((len(ids), len(TRAFFIC_CLASSES), COUNT))
    month, tenths = (table[name].to_numpy() for name in ("month", "tenths"))
    volumes[port.indices.to_numpy(), where, month] = tenths / 10.0
    return ids, volumes


def _read_volumes(ids: Sequence[str]) -> Floats:
    """Vehicles by port, class and month since January 1996; none of ports that it does not have."""
    known, volumes = _volumes()
    position = {port_id: i for i, port_id in enumerate(known)}
    row = np.array([position.get(port_id, -1) for port_id in ids], int)
    return np.where((row >= 0)[:, None, None], volumes[row], 0.0)


@functools.cache
def read_us_share() -> Floats:
    """Read the share of US residents among travellers by car, over that of 2005.

    Returns
    -------
    array of float, shape (months,)
        By month since January 1996 (`sim.places.calendar.month_number`). The mean over the cars of
        2005 is 1.
    """
    share = np.array([float(row["us_share"]) for row in rows_of(DATA / "residence.csv")])
    cars = _read_volumes(sorted(_volumes()[0]))[:, 0].sum(axis=0)
    year = slice(month_number(2005, 1), month_number(2006, 1))
    ratio = share[:COUNT] / np.average(share[year], weights=cars[year])
    ratio.flags.writeable = False
    return np.asarray(ratio)


def _read_holidays() -> Floats:
    factor = np.ones((len(TRAFFIC_CLASSES), len(HOLIDAY_KINDS)))
    for row in rows_of(DATA / "holiday_factors.csv"):
        where = TRAFFIC_CLASSES.index(row["traffic_class"]), HOLIDAY_KINDS.index(row["kind"])
        factor[where] = float(row["factor"])
    return factor


def _read_profiles() -> tuple[Floats, Floats]:
    weekday = np.ones((len(TRAFFIC_CLASSES), 12, 7))
    for row in rows_of(DATA / "weekday_factors.csv"):
        where = (
            TRAFFIC_CLASSES.index(row["traffic_class"]),
            int(row["month"]) - 1,
            int(row["weekday"]),
        )
        weekday[where] = float(row["factor"])
    hour = np.zeros((len(TRAFFIC_CLASSES), 2, 24))
    for row in rows_of(DATA / "hour_profiles.csv"):
        kind = ("weekday", "weekend").index(row["day_kind"])
        hour[TRAFFIC_CLASSES.index(row["traffic_class"]), kind, int(row["hour"])] = float(
            row["share"]
        )
    return weekday, hour


def read_ports(year: int, path: Path | None = None, notes: list[str] | None = None) -> Ports:
    """Read the port table and the traffic of a year.

    Parameters
    ----------
    year : int
        1996 to 2024: the year of ``monthly_vehicles``, and of the order of ports by traffic.
    path : pathlib.Path, optional
        A port table of the user's with the columns of ``sim/data/ports.csv``. It may add columns
        ``cars``, ``trucks``, ``buses``, ``trains`` (vehicles a year, spread evenly over the months
        of the season) for ports that the project's traffic table does not have. Its schema is
        `sim.files.schemas.PortRow`.
    notes : list of str, optional
        Takes a line for whatever the user ought to know of that table.

    Raises
    ------
    InputError
        Naming file, row, column, value and bound.
    """
    said = [] if notes is None else notes
    rows: list[dict[str, Any]]
    rows = _given_rows(path, said) if path is not None else [*rows_of(DATA / "ports.csv")]
    rows.sort(key=lambda row: row["port_id"])
    ids = [row["port_id"] for row in rows]
    dated, first = _read_volumes(ids), month_number(year, 1)
    if path is not None:
        _add_given_volumes(dated, rows)
        said += _add_given_traffic(dated, rows, path)
        said += [
            f"{path.name}: port {port_id!r} has no traffic in {year}: no port of the project has "
            f"this id, and the columns {', '.join(_GIVEN_VOLUMES)} say nothing"
            for port_id, volumes in zip(ids, dated, strict=True)
            if volumes[:, first : first + 12].sum() == 0.0
        ]
    volumes = dated[:, :, first : first + 12].copy()
    persons = {
        row["port_id"]: row["persons_2005"] for row in rows_of(DATA / "source" / "ports.csv")
    }
    weekday, hour = _read_profiles()
    read: dict[str, npt.NDArray[Any]] = {
        **{name: np.array([row[name] for row in rows]) for name in _TEXT_COLUMNS[1:]},
        **{name: np.array([int(row[name]) for row in rows]) > 0 for name in _FLAG_COLUMNS},
        **{name: np.array([float(row[name]) for row in rows]) for name in _DECIMAL_COLUMNS},
        **{name: np.array([int(row[name]) for row in rows], np.int64) for name in _MONTH_COLUMNS},
    }
    return Ports(
        **read,
        ids=np.array(ids),
        monthly_vehicles=volumes,
        dated_vehicles=dated,
        persons_per_year=np.array(
            [
                float(persons[port_id]) if port_id in persons else 2.0 * volumes[i, 0].sum()
                for i, port_id in enumerate(ids)
            ]
        ),
        weekday_factor=weekday,
        hour_share=hour,
        holiday_factor=_read_holidays(),
    )


@functools.lru_cache(maxsize=16)
def ports_of_year(year: int, table: str | None) -> Ports:
    """Read them once in a process (see `read_ports`)."""
    return read_ports(year, Path(table) if table else None)


TRAFFIC_FILE = "traffic.csv"
"""Name of a table of traffic that a user puts beside a port table of theirs."""


def traffic_beside(table: str | Path) -> Path:
    """Where the traffic that belongs to a port table of the user's is, if there is any."""
    return Path(table).with_name(TRAFFIC_FILE)


def _add_given_traffic(volumes: Floats, rows: list[dict[str, Any]], path: Path) -> list[str]:
    """Take the traffic of the months that a table beside the port table gives.

    The table has a row for each port, month and measure, as the US Bureau of Transportation
    Statistics publishes them (`sim.files.schemas.TrafficRow`). A port is named by its id or name.
    Returns lines for the user.
    """
    table = traffic_beside(path)
    if not os.path.lexists(table):
        return []
    from sim.files.brought import read_table
    from sim.files.schemas import TrafficRow

    most = MOST_PORTS * COUNT
    brought = read_table(table, TrafficRow, ["month", "measure", "port"], most_rows=most)
    places = _places(rows)
    taken: dict[tuple[int, int, int], str] = {}
    for row in brought.rows:
        if row.measure not in TRAFFIC_CLASSES:
            continue
        here = places.get(row.port.casefold(), [])
        if not here:
            raise InputError.unknown("port", row.port, [r["port_id"] for r in rows], table.name)
        if len(here) > 1:
            ids = ", ".join(rows[i]["port_id"] for i in here)
            raise InputError(f"{table.name}: port {row.port!r} is the name of {ids}: give the id")
        year, month = map(int, row.month.split("-"))
        number = month_number(year, month)
        if not 0 <= number < COUNT:
            raise InputError(
                f"{table.name}: port {row.port!r}: month = {row.month} is not within "
                f"{month_name(0)} to {month_name(COUNT - 1)}"
            )
        kind = PORT_KINDS[rows[here[0]]["kind"]]
        if row.value and row.measure != "train" and not kind.takes_road_traffic:
            raise InputError(
                f"{table.name}: port {row.port!r} takes no road vehicles, and {row.value:g} "
                f"({row.measure}) are given"
            )
        place = here[0], TRAFFIC_CLASSES.index(row.measure), number
        if place in taken:
            raise InputError(
                f"{table.name}: {row.measure} in {row.month} of port {row.port!r} appears twice, "
                f"as {taken[place]!r} too"
            )
        taken[place] = row.port
        volumes[place] = row.value
    months = sorted({number for _, _, number in taken})
    span = f", {month_name(months[0])} to {month_name(months[-1])}," if months else ""
    return [
        *brought.notes,
        f"{table.name}: {len(taken):,} counts of traffic{span} beside {path.name} are used",
    ]


def _places(rows: list[dict[str, Any]]) -> dict[str, list[int]]:
    """Rows of ports by what they may be called: their ids, and names that are no id."""
    places: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        places.setdefault(str(row["name"]).casefold(), []).append(i)
    return {**places, **{str(row["port_id"]): [i] for i, row in enumerate(rows)}}


def _add_given_volumes(volumes: Floats, rows: list[dict[str, Any]]) -> None:
    """Spread the vehicles of a year over the months of the season, also over the new year."""
    for i, row in enumerate(rows):
        first, last = row["season_first_month"], row["season_last_month"]
        months = [(first - 1 + k) % 12 for k in range((last - first) % 12 + 1)]
        for k, column in enumerate(_GIVEN_VOLUMES):
            if row[column] is not None:
                volumes[i, k] = 0.0
                volumes[i, k, np.isin(np.arange(COUNT) % 12, months)] = row[column] / len(months)


@dataclass(frozen=True)
class Regions:
    """The fifteen regions of the Integrated Border Enforcement Teams (F005), from west to east.

    They locate the routes away from the ports. Only the length of the line differs between them.

    Attributes
    ----------
    land_km, water_km : array of float
        Length of line on land and on water, in km.
    lat, lon : array of float
        Middle of its ports, in degrees.
    """

    ids: tuple[str, ...]
    land_km: Floats
    water_km: Floats
    lat: Floats
    lon: Floats

    def __len__(self) -> int:
        """Count the regions."""
        return len(self.ids)


@functools.cache
def read_regions() -> Regions:
    """Read the table of regions (its dictionary is ``sim/data/README.md``)."""
    rows = rows_of(DATA / "regions.csv")

    def column(name: str) -> Floats:
        return np.array([float(row[name]) for row in rows])

    ids = tuple(row["region"] for row in rows)
    return Regions(ids, *map(column, ("land_km", "water_km", "lat", "lon")))
