"""Rosters: how many officers a port has on duty in each hour of the week, and who is present.

Officers per port are not public, so this is a *derived* rule. It starts from the load of an
ordinary year. Shifts of eight hours may begin at any hour; season and day of the week enter only
within bounds, since a roster cannot follow every month's traffic.
"""

import calendar
import datetime
import functools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.model.port.layout import COMMERCE, TRAVELLER, Layout
from sim.model.port.traffic import CLASS_OF_LANE, LANES
from sim.numerics.randomness import SHIFT, Streams, entity_number
from sim.numerics.units import HOUR_S, Flags, Floats, Whole
from sim.places.ports import Ports

SHIFT_HOURS = 8
# Shifts of a day are planned from the quietest hour on.
QUIETEST_HOUR = 4
# Officers of travellers and of trade, where a port has both.
GROUPS = 2
# Waits are judged by two standards (B058, B059): Monday to Thursday, Friday to Sunday.
LONG_WEEKEND = (4, 5, 6)


def typical_hours(ports: Ports, hour_share: Floats, nexus: Floats, fast: Floats) -> Floats:
    """Vehicles expected by month, weekday, port, lane and hour.

    Parameters
    ----------
    ports : Ports
        With the traffic of the year that rosters and booths were planned for.
    hour_share : array of float, shape (2, ports, classes, 24)
        See `sim.model.port.traffic.Demand`.
    nexus, fast : array of float, shape (ports,)
        Share of cars and trucks in the trusted lanes (0 where there is none).

    Returns
    -------
    array of float, shape (12, 7, ports, lanes, 24)
    """
    result = np.zeros((12, 7, len(ports), len(LANES), 24))
    split = np.ones((len(ports), len(LANES)))
    split[:, 0], split[:, 1] = 1.0 - nexus, nexus
    split[:, 2], split[:, 3] = 1.0 - fast, fast
    for month in range(12):
        days = calendar.monthrange(2005, month + 1)[1]
        per_day = ports.monthly_vehicles[:, :, month] / days
        for weekday in range(7):
            lanes = (per_day * ports.weekday_factor[:, month, weekday])[:, CLASS_OF_LANE] * split
            share = hour_share[int(weekday >= 5)][:, CLASS_OF_LANE]
            result[month, weekday] = lanes[:, :, None] * share
    return result


class Rostering(NamedTuple):
    """How rosters are made.

    Attributes
    ----------
    safety : float
        Officers beyond the load, per square root of the load (``staffing.safety``).
    seasonal, weekly : float
        Bounds within which officers follow month and weekday, as a ratio of the year's mean
        (``staffing.seasonal_flexibility``, ``staffing.weekly_flexibility``).
    factor : array of float, shape (ports, 2)
        By how much the safety of a port's officers of travellers and of trade differs, as a ratio.
    """

    safety: float
    seasonal: float
    weekly: float
    factor: Floats


def posts(
    ports: Ports,
    layout: Layout,
    typical: Floats,
    service_s: Floats,
    secondary_s: Floats,
    rostering: Rostering,
) -> Floats:
    """Officers that each port rosters for each hour.

    Parameters
    ----------
    ports : Ports
    layout : Layout
    typical : array of float, shape (12, 7, ports, lanes, 24)
        See `typical_hours`.
    service_s, secondary_s : array of float, shape (ports, lanes)
        Officer seconds at primary and in secondary per vehicle.
    rostering : Rostering

    Returns
    -------
    array of float, shape (12, 7, ports, 2, 24)
        Officers on duty by month, weekday, port, group (of travellers and of trade) and hour.
        A port without a line for trucks alone has no officers for trade alone.

    Notes
    -----
    The load R of an hour, in officers, is that of the mean day of the year, with the hours of a
    weekday or of a weekend; for each line and each secondary queue `Rostering.safety` times the
    square root of R is added (square-root safety staffing [1]_), and by the port's factor more or
    less. A line beside another takes a whole officer while it has traffic, however little. Shifts
    that begin at any hour cover the need of the day (`covered`). Season and weekday enter as two
    factors, each the load of the month, or of the weekday, over the mean of the year, kept within
    its bounds: summer staff, leave and overtime, but not the whole of a summer. At least one
    officer; at a port that is not normally staffed by one, at least one for each line and one for
    each secondary queue (A021). The sum over the border is held against A040 in
    ``docs/baseline.md``.

    References
    ----------
    .. [1] Halfin and Whitt, "Heavy-traffic limits for queues with many exponential servers",
       Operations Research 29, 1981.
    """
    # Mean day of the months with traffic, by kind of day (weekday, weekend).
    by_month = typical.sum(axis=(1, 4)) / 7.0
    months = np.maximum((by_month.sum(axis=2) > 0.0).sum(axis=0), 1)
    daily = by_month.sum(axis=0) / months[:, None]
    hours = np.stack([typical[:, :5].sum(axis=(0, 1)), typical[:, 5:].sum(axis=(0, 1))])
    total = hours.sum(axis=3, keepdims=True)
    hours = daily[..., None] * np.divide(hours, total, out=np.zeros_like(hours), where=total > 0)
    primary = hours * (service_s / HOUR_S)[..., None]
    secondary = hours * (secondary_s / HOUR_S)[..., None]
    work = typical.sum(axis=4) * (service_s + secondary_s)
    rostered = np.zeros((12, 7, len(ports), GROUPS, 24))
    for port in range(len(ports)):
        for group, lanes, least in groups_of(ports, layout, port):
            need = np.zeros((2, 24))
            safety = rostering.safety * rostering.factor[port, group]
            line_of_lane = layout.line_of_lane[port, lanes]
            for line in np.unique(line_of_lane):
                load = primary[:, port, lanes[line_of_lane == line]].sum(axis=1)
                officers = _officers(load, safety)
                # Nobody is at two booths: beside another line, a line with traffic takes a whole
                # officer.
                beside = np.any(line_of_lane != line)
                need += np.where(beside & (load > 0.0), np.maximum(officers, 1.0), officers)
            queues = layout.queue_of_line[layout.line_of_lane[port, lanes]]
            for queue in np.unique(queues):
                chosen = lanes[queues == queue]
                need += _officers(secondary[:, port, chosen].sum(axis=1), safety)
            officers = covered(need)
            of_group = work[:, :, port, lanes].sum(axis=2)
            month = _bounded(of_group.sum(axis=1), rostering.seasonal)
            weekday = _bounded(of_group.sum(axis=0), rostering.weekly)
            kind = np.repeat([0, 1], [5, 2])
            follow = month[:, None, None] * weekday[:, None] * officers[kind]
            rostered[:, :, port, group] = np.maximum(follow, least)
    return rostered


def groups_of(ports: Ports, layout: Layout, port: int) -> Iterator[tuple[int, Whole, int]]:
    """Groups of officers of a port, the lanes each works for, and the fewest on duty."""
    lanes = np.flatnonzero(layout.line_of_lane[port] >= 0)
    lines = layout.line_of_lane[port, lanes]
    of_trade = layout.queue_of_line[lines] == COMMERCE
    count = len(np.unique(lines))
    if not of_trade.any() or of_trade.all():
        yield 0, lanes, count + 1 if count > 1 else (1 if ports.one_officer[port] else 2)
        return
    trade = len(np.unique(lines[of_trade]))
    yield TRAVELLER, lanes[~of_trade], count - trade + 1
    yield COMMERCE, lanes[of_trade], trade + 1


def covered(need: Floats) -> Floats:
    """Officers on duty by hour if shifts of eight hours cover what is needed in every hour.

    A shift begins as late as it can: at the first hour that would be short without it.

    Parameters
    ----------
    need : array of float, shape (..., 24)

    Returns
    -------
    array of float, shape (..., 24)
        At least the need.
    """
    begin = np.zeros_like(need)
    for hour in range(QUIETEST_HOUR, QUIETEST_HOUR + 2 * 24):
        now = hour % 24
        begin[..., now] = 0.0
        on_duty = begin[..., np.arange(hour - SHIFT_HOURS + 1, hour) % 24].sum(axis=-1)
        begin[..., now] = np.maximum(need[..., now] - on_duty, 0.0)
    duty = sum(np.roll(begin, later, axis=-1) for later in range(SHIFT_HOURS))
    return np.maximum(duty, need)


def _officers(load: Floats, safety: float) -> Floats:
    """Officers of one place by its load."""
    return np.asarray(load + safety * np.sqrt(load))


def _bounded(load: Floats, bound: float) -> Floats:
    """Load over its mean where there is any, within bounds around 1."""
    mean = load[load > 0.0].mean() if (load > 0.0).any() else 1.0
    return np.clip(load / mean, 1.0 - bound, 1.0 + bound)


def shift_draws(ports: Ports, days: int, streams: Streams) -> Floats:
    """Uniform numbers that round officers to whole ones, shape (days, ports, 2)."""
    return _shift_draws(tuple(ports.ids.tolist()), days, streams)


@functools.lru_cache(maxsize=2)
def _shift_draws(ports: tuple[str, ...], days: int, streams: Streams) -> Floats:
    """Draw them once for the points that run in step. Nothing may write into the array."""
    draws = np.empty((days, len(ports), GROUPS))
    for i, port in enumerate(ports):
        uniform = streams.uniforms(SHIFT, entity_number(port), 0, days * GROUPS)[0]
        draws[:, i] = uniform.reshape(days, GROUPS)
    return draws


class Present(NamedTuple):
    """Officers present in every hour of a day.

    Attributes
    ----------
    officers, trade : array of int, shape (ports, 24)
        All, and those who work for trade only (-1 where all work everywhere).
    """

    officers: Whole
    trade: Whole


def officers_present(
    rostered: Floats,
    scale: Floats,
    absent: Floats,
    draws: Floats,
    date: datetime.date,
    added: Floats | float = 0.0,
    has_trade: Flags | None = None,
) -> Present:
    """Officers present, by port and hour of one day.

    Parameters
    ----------
    rostered : array of float, shape (12, 7, ports, 2, 24)
        See `posts`.
    scale : array of float, shape (ports,)
        Strength as a ratio of the staffing table.
    absent : array of float, shape (ports,)
        Share absent or in training.
    draws : array of float, shape (ports, 2)
        Uniform numbers (the same in every scenario), so that fractions become whole officers.
    date : datetime.date
    added : array of float, shape (ports, 2), optional
        Posts beyond the roster, held in every hour.
    has_trade : array of bool, shape (ports,), optional
        Whether ports have officers for trade alone, if that is known.

    Notes
    -----
    A group with any officers rostered always has at least one present: a colleague replaces him.
    """
    of_day = rostered[date.month - 1, date.weekday()]
    expected = of_day * (scale * (1.0 - absent))[:, None, None]
    on_duty = of_day * scale[:, None, None]
    if np.any(added):
        expected += (added * (1.0 - absent)[:, None])[..., None]
        on_duty += np.broadcast_to(added, of_day.shape[:2])[..., None]
    expected += draws[..., None]
    # Whole ones, as none is negative; and one at least where somebody is on duty.
    present = np.maximum(expected.astype(np.int64), 1)
    present *= on_duty > 0.0
    if has_trade is None:
        has_trade = np.asarray(rostered[:, :, :, COMMERCE].any(axis=(0, 1, 3)))
    trade = np.where(has_trade[:, None], present[:, COMMERCE], -1)
    return Present(present[:, TRAVELLER] + present[:, COMMERCE], trade)


def hours_by_port(
    rostered: Floats,
    hours: Floats,
    scale: Floats,
    date: datetime.date,
    added: Floats | float = 0.0,
) -> Floats:
    """Officer hours that the rosters of a day plan for at each port.

    Parameters
    ----------
    rostered, scale, date, added
        As in `officers_present`.
    hours : array of float, shape (ports, 24)
        Part of them in which it is open, by the port table.

    Returns
    -------
    array of float, shape (ports,)
    """
    of_day = rostered[date.month - 1, date.weekday()]
    officers = (of_day[:, TRAVELLER] + of_day[:, COMMERCE]) * scale[:, None]
    if np.any(added):
        officers += np.broadcast_to(added, of_day.shape[:2]).sum(axis=1)[:, None]
    return np.asarray((officers * hours).sum(axis=1))
