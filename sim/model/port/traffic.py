"""Arrivals of every conveyance at every lane of every port.

Arrivals are a non-homogeneous Poisson process per port and lane. Its rate is the volume of the
month, times the weekday factor, times the hour's share of the day, times a random day factor that
the ports of a region share. The n-th vehicle of a lane and day arrives where the integrated rate
reaches the sum of its own and all earlier exponential gaps, so a vehicle keeps its number and its
draws in every scenario. Ferries bring their vehicles in batches by timetable; each train has its
own slot.
"""

import calendar
import datetime
import functools
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sim.numerics.compilation import compiled, int64
from sim.numerics.randomness import (
    DAY_FACTOR,
    TWO_32,
    VEHICLE,
    Streams,
    Words,
    entity_number,
    fill_quantiles,
    fill_words,
)
from sim.numerics.units import Floats
from sim.parameters.traffic import Traffic
from sim.places.calendar import holiday_numbers, month_number
from sim.places.ports import Ports, read_us_share

LANES = ("car", "nexus", "truck", "fast", "bus", "train")
CAR, NEXUS, TRUCK, FAST, BUS, TRAIN = range(6)
CLASS_OF_LANE = np.array([0, 0, 1, 1, 2, 3])
COMMERCIAL = np.array([False, False, True, True, False, False])

HOURLY_CELLS = 24
TIMETABLE_CELLS = 96


class Draws(NamedTuple):
    """Room for the vehicles of one lane, port and day.

    Attributes
    ----------
    time_s : array of float, shape (room,)
        Arrivals in seconds since the run began.
    gap_word, service_word, search_word, mandatory_word : array of uint32, shape (room,)
        Random words of each vehicle; ``gap_word`` is used up by its arrival.
    """

    time_s: Floats
    gap_word: Words
    service_word: Words
    search_word: Words
    mandatory_word: Words


def new_draws(room: int) -> Draws:
    """Room for ``room`` vehicles."""
    return Draws(np.empty(room), *np.empty((4, room), np.uint32))


@compiled
def draw_lane_day(
    seed: int,
    replication: int,
    entity: int,
    day: int,
    timetabled: bool,
    cumulative: Floats,
    gap_table: Floats,
    draws: Draws,
) -> int:
    """Draw the vehicles of one lane of one port on one day, in order of arrival.

    Parameters
    ----------
    seed, replication, entity, day : int
        Keys of the draws (`sim.numerics.randomness`); ``entity`` numbers the lane of the port.
    timetabled : bool
        One vehicle for each whole unit of the integrated rate (trains) instead of a Poisson number.
    cumulative : array of float, shape (cells + 1,)
        Integrated arrival rate at the ends of ``cells`` equal parts of the day, in vehicles.
    gap_table : array of float
        Quantiles of the unit exponential (`sim.numerics.randomness.exponential_table`).
    draws : Draws
        Room for `most_vehicles` of the day's total (written).

    Returns
    -------
    int
        Number of vehicles.
    """
    cells = len(cumulative) - 1
    total = cumulative[cells]
    if total <= 0.0:
        return 0
    width = 86400.0 / cells
    start = day * 86400.0
    block = (int64(total) + 15) & -8  # words are drawn eight at a time
    drawn = 0
    reached = 0.0
    cell = 0
    slope = 0.0
    base = 0.0
    upper = 0.0
    while True:
        words = (
            draws.gap_word[drawn : drawn + block],
            draws.service_word[drawn : drawn + block],
            draws.search_word[drawn : drawn + block],
            draws.mandatory_word[drawn : drawn + block],
        )
        fill_words(drawn, day, entity, VEHICLE, seed, replication, words)
        # First the gaps stand here, then the moments.
        time_s = draws.time_s[drawn : drawn + block]
        if not timetabled:
            fill_quantiles(gap_table, words[0], time_s)
        for i in range(len(time_s)):
            if timetabled:
                level = drawn + i + (words[0][i] + 0.5) * (1.0 / TWO_32)
            else:
                reached += time_s[i]
                level = reached
            if level >= upper:
                if level >= total:
                    return drawn + i
                while level >= cumulative[cell + 1]:
                    cell += 1
                lower = cumulative[cell]
                upper = cumulative[cell + 1]
                slope = width / (upper - lower)
                base = start + cell * width - lower * slope
            time_s[i] = base + level * slope
        drawn += block
        block = 16


@compiled
def fill_curves(lanes: Floats, share: Floats, factor: Floats, curves: Floats) -> None:
    """Integrate arrival rates by the hour, with the day factor.

    Parameters
    ----------
    lanes : array of float, shape (ports, lanes)
        Vehicles of the day.
    share : array of float, shape (ports, classes, 24)
        Part of them in each hour.
    factor : array of float, shape (ports,)
    curves : array of float, shape (ports, lanes, 25 or more)
        Vehicles up to each hour (written, but for the first).
    """
    for port in range(len(lanes)):
        for lane in range(lanes.shape[1]):
            reached = 0.0
            for hour in range(HOURLY_CELLS):
                of_hour = lanes[port, lane] * share[port, CLASS_OF_LANE[lane], hour]
                reached += of_hour * factor[port]
                curves[port, lane, hour + 1] = reached


def most_vehicles(expected: Floats) -> npt.NDArray[np.int64]:
    """Room that `draw_lane_day` needs for days with so many vehicles expected."""
    return np.asarray(expected + 12.0 * np.sqrt(expected) + 64.0).astype(np.int64)


def lane_entities(ports: Ports) -> npt.NDArray[np.int64]:
    """Numbers of every port's lanes, shape (ports, lanes)."""
    return np.array([[entity_number(f"{port}/{lane}") for lane in LANES] for port in ports.ids])


# Demands kept in a process: those of the points that run in step.
MOST_DEMANDS = 4


@dataclass(frozen=True)
class Demand:
    """Expected traffic of every port and lane through a run.

    Attributes
    ----------
    daily : array of float, shape (days, ports, classes)
        Vehicles expected a day, before any intervention and day factor.
    hour_share : array of float, shape (2, ports, classes, 24)
        Share of the day's vehicles by hour, on weekdays and at weekends, within opening hours.
    day_factor : array of float, shape (days, ports)
        Random day factor, mean 1.
    weekend : array of bool, shape (days,)
    by_timetable : array of bool, shape (ports,)
        Ferry landings.
    sailing : array of float, shape (ports, 96)
        Share of the day's ferry traffic in each quarter of an hour.
    us_share : array of float, shape (days,)
        Share of US residents among cars, over that of 2005 (`sim.places.ports.read_us_share`).
    entity : array of int, shape (ports, lanes)

    Notes
    -----
    Points of a study that start from the same traffic share one of these, and most of them a day's
    curves too, which are held until another day is asked for. Nothing may write into the arrays.
    """

    daily: Floats
    hour_share: Floats
    day_factor: Floats
    weekend: npt.NDArray[np.bool_]
    by_timetable: npt.NDArray[np.bool_]
    sailing: Floats
    us_share: Floats
    entity: npt.NDArray[np.int64]
    _curves: dict[int, dict[tuple[bytes, ...], Floats]] = field(default_factory=dict, repr=False)

    def us_residents(self, day: int, resident_share: float) -> float:
        """Share of US residents among the cars of a day, given that of Canadians in 2005."""
        return min(1.0, (1.0 - resident_share) * float(self.us_share[day]))

    def cumulative(self, day: int, volume: Floats, nexus: Floats, fast: Floats) -> Floats:
        """Integrated arrival rates of one day, with its day factor.

        Parameters
        ----------
        day : int
        volume : array of float, shape (ports, classes)
            Traffic as a ratio of the table's.
        nexus, fast : array of float, shape (ports,)
            Share of cars and trucks in the trusted lanes (0 where there is none).

        Returns
        -------
        array of float, shape (ports, lanes, 97)
            The first 25 values count by the hour; at ferry landings all 97, by the quarter hour.
        """
        of_day = self._curves.get(day)
        if of_day is None:
            self._curves.clear()
            of_day = self._curves[day] = {}
        key = (volume.tobytes(), nexus.tobytes(), fast.tobytes())
        if key not in of_day:
            of_day[key] = self._curve(day, volume, nexus, fast)
        return of_day[key]

    def _curve(self, day: int, volume: Floats, nexus: Floats, fast: Floats) -> Floats:
        classes = self.daily[day] * volume
        lanes = classes[:, CLASS_OF_LANE]
        lanes[:, CAR] *= 1.0 - nexus
        lanes[:, NEXUS] *= nexus
        lanes[:, TRUCK] *= 1.0 - fast
        lanes[:, FAST] *= fast
        share, factor = self.hour_share[int(self.weekend[day])], self.day_factor[day]
        result = np.zeros((*lanes.shape, TIMETABLE_CELLS + 1))
        fill_curves(lanes, share, factor, result)
        ferry = np.flatnonzero(self.by_timetable)
        hours = lanes[ferry, :, None] * share[ferry][:, CLASS_OF_LANE]
        total = (hours * factor[ferry, None, None]).sum(axis=2, keepdims=True)
        result[ferry, :, 1:] = total * np.cumsum(self.sailing[ferry], axis=1)[:, None]
        return result


def _day_weights(ports: Ports, calendars: str, year: int, month: int) -> Floats:
    """Share of a month's traffic that each of its days has, shape (days, ports, classes)."""
    days = [
        datetime.date(year, month, day + 1) for day in range(calendar.monthrange(year, month)[1])
    ]
    weekdays = [day.weekday() for day in days]
    provinces, place = np.unique(ports.province, return_inverse=True)
    kinds = holiday_numbers(days, calendars, provinces.tolist())
    # the last column is of days that are no holiday
    factor = np.column_stack([ports.holiday_factor, np.ones(len(ports.holiday_factor))])
    by_province = ports.weekday_factor[:, month - 1, weekdays].T[:, None] * factor.T[kinds]
    weights = by_province / by_province.sum(axis=0)
    return np.asarray(weights[:, place])


def _sailings(ports: Ports, per_day: int) -> Floats:
    """Share of the day's ferry traffic in each quarter of an hour, shape (ports, 96)."""
    quarter = np.zeros((len(ports), TIMETABLE_CELLS))
    for port in range(len(ports)):
        first, last = 4 * ports.open_hour[port], 4 * ports.close_hour[port]
        at = first + (np.arange(per_day) + 0.5) * (last - first) / per_day
        np.add.at(quarter[port], at.astype(int), 1.0 / per_day)
    return quarter


@functools.lru_cache(maxsize=MOST_DEMANDS)
def demand(
    ports: Ports,
    traffic: Traffic,
    year: int | None,
    start: datetime.date,
    days: int,
    streams: Streams,
) -> Demand:
    """Build the expected traffic of a run.

    Parameters
    ----------
    ports : Ports
    traffic : Traffic
    year : int, optional
        Year whose traffic is repeated; without one every month has its own.
    start : datetime.date
        First day of the run.
    days : int
    streams : Streams
        For the random day factors.
    """
    dates = [start + datetime.timedelta(days=i) for i in range(days)]
    weights = functools.cache(functools.partial(_day_weights, ports, traffic.holidays))
    daily = np.empty((days, len(ports), len(ports.weekday_factor)))
    for i, date in enumerate(dates):
        volumes = (
            ports.dated_vehicles[:, :, month_number(date.year, date.month)]
            if year is None
            else ports.monthly_vehicles[:, :, date.month - 1]
        )
        daily[i] = volumes * weights(date.year, date.month)[date.day - 1]
    shares = ports.hour_share.transpose(1, 0, 2)[:, None] * ports.open_hours[None, :, None, :]
    sums = shares.sum(axis=3, keepdims=True)
    shares = np.divide(shares, sums, out=np.zeros_like(shares), where=sums > 0)
    sigma = np.sqrt(np.log1p(traffic.day_factor_cv**2))
    factor = np.ones((days, len(ports)))
    for region in np.unique(ports.region):
        uniform = streams.uniforms(DAY_FACTOR, entity_number(f"region/{region}"), 0, days)[0]
        factor[:, ports.region == region] = np.exp(sigma * ndtri(uniform) - sigma**2 / 2)[:, None]
    return Demand(
        daily=daily,
        hour_share=shares,
        day_factor=factor,
        weekend=np.array([date.weekday() >= 5 for date in dates]),
        by_timetable=ports.by_timetable,
        us_share=read_us_share()[[month_number(year or date.year, date.month) for date in dates]],
        sailing=_sailings(ports, traffic.sailings_per_day),
        entity=lane_entities(ports),
    )
