"""Officers on shift, and the superintendent's rule that assigns them.

Two decisions, both *derived* rules (officers per port are not public):

- `posts`: how many officers a port rosters for each shift, from the load it expects;
- `allocate`: at every control moment, how many of those present open booths and how many work in
  secondary, from the load expected and the queues seen at that moment.
"""

import calendar
import datetime
import functools

import numpy as np

from sim.model.port.layout import Layout
from sim.model.port.traffic import CLASS_OF_LANE, LANES
from sim.numerics.compilation import compiled
from sim.numerics.randomness import SHIFT, Streams, entity_number
from sim.numerics.units import HOUR_S, Floats, Whole
from sim.places.ports import Ports

SHIFTS = 3
SHIFT_HOURS = 8
# Rosters differ between Monday to Thursday, Friday, and the weekend; the day type of each weekday.
DAY_TYPE = (0, 0, 0, 0, 1, 2, 2)
DAY_TYPES = 3
# Waits are judged by two standards (B058, B059): Monday to Thursday, Friday to Sunday.
LONG_WEEKEND = (4, 5, 6)
# What an empty place counts as when needs per officer are compared.
UNMANNED = 0.5


@compiled
def allocate(officers: int, lines: int, need: Floats, most: Whole, given: Whole) -> None:
    """Assign officers to places (the superintendent's rule).

    First one booth for every line with or expecting vehicles, the greatest need first; then one
    officer at a time to the place with the greatest need per officer, within the booths and bays
    that exist. A secondary queue without an officer counts as half manned: until it is worth an
    officer of its own, the booth officers do its work.

    Parameters
    ----------
    officers : int
        Officers present.
    lines : int
        The first ``lines`` places are lines, the others secondary queues.
    need : array of float, shape (places,)
        Load expected until the next control moment, in officers.
    most : array of int, shape (places,)
        Booths or bays.
    given : array of int, shape (places,)
        Officers assigned (written).
    """
    places = len(need)
    left = officers
    for place in range(places):
        given[place] = 0
    for _ in range(lines):
        best = -1
        for line in range(lines):
            if given[line] == 0 and need[line] > 0.0 and (best < 0 or need[line] > need[best]):
                best = line
        if best < 0 or left == 0:
            break
        given[best] = 1
        left -= 1
    while left > 0:
        best = -1
        greatest = -1.0
        for place in range(places):
            if given[place] < most[place]:
                ratio = need[place] / max(float(given[place]), UNMANNED)
                if ratio > greatest:
                    greatest = ratio
                    best = place
        if best < 0:
            break
        given[best] += 1
        left -= 1


def typical_hours(ports: Ports, hour_share: Floats, nexus: Floats, fast: Floats) -> Floats:
    """Vehicles expected by month, day type, port, lane and hour in an average week.

    Parameters
    ----------
    ports : Ports
    hour_share : array of float, shape (2, ports, classes, 24)
        See `sim.model.port.traffic.Demand`.
    nexus, fast : array of float, shape (ports,)
        Share of cars and trucks in the trusted lanes (0 where there is none).

    Returns
    -------
    array of float, shape (12, 3, ports, lanes, 24)
    """
    result = np.zeros((12, DAY_TYPES, len(ports), len(LANES), 24))
    split = np.ones((len(ports), len(LANES)))
    split[:, 0], split[:, 1] = 1.0 - nexus, nexus
    split[:, 2], split[:, 3] = 1.0 - fast, fast
    for month in range(12):
        days = calendar.monthrange(2005, month + 1)[1]
        per_day = ports.monthly_vehicles[:, :, month] / days
        for weekday in range(7):
            kind = DAY_TYPE[weekday]
            lanes = (per_day * ports.weekday_factor[:, month, weekday])[:, CLASS_OF_LANE] * split
            share = hour_share[int(weekday >= 5)][:, CLASS_OF_LANE]
            result[month, kind] += lanes[:, :, None] * share / DAY_TYPE.count(kind)
    return result


def posts(
    ports: Ports,
    layout: Layout,
    typical: Floats,
    service_s: Floats,
    secondary_s: Floats,
    safety: float,
) -> Floats:
    """Officers that each port rosters for each shift.

    Parameters
    ----------
    ports : Ports
    layout : Layout
    typical : array of float, shape (12, 3, ports, lanes, 24)
        See `typical_hours`.
    service_s, secondary_s : array of float, shape (ports, lanes)
        Officer seconds at primary and in secondary per vehicle.
    safety : float
        Safety staffing (``staffing.safety``).

    Returns
    -------
    array of float, shape (12, 3, ports, 3)
        Officers by month, day type, port and shift (from 00:00, 08:00 and 16:00).

    Notes
    -----
    Square-root safety staffing: for each line and each secondary queue, the load R of the shift's
    busiest average hour in officers, and ``staffing.safety`` times the square root of R; the sum
    over the port's places is rostered. At least one officer; at a port that is not normally staffed
    by one, at least one for each line and one for secondary (A021). The sum over the border is held
    against A040 in ``docs/baseline.md``.

    References
    ----------
    .. [1] Halfin and Whitt, "Heavy-traffic limits for queues with many exponential servers",
       Operations Research 29, 1981.
    """
    primary = np.einsum("mdplh,pl->mdplh", typical, service_s / HOUR_S)
    secondary = np.einsum("mdplh,pl->mdplh", typical, secondary_s / HOUR_S)
    total = np.zeros((12, DAY_TYPES, len(ports), SHIFTS))
    for port in range(len(ports)):
        lines = layout.line_of_lane[port]
        for line in np.unique(lines[lines >= 0]):
            total[:, :, port] += _officers(primary[:, :, port, lines == line], safety)
        queues = layout.queue_of_line[lines]
        for queue in np.unique(queues[lines >= 0]):
            chosen = (lines >= 0) & (queues == queue)
            total[:, :, port] += _officers(secondary[:, :, port, chosen], safety)
    count = np.diff(layout.first_line)
    least = np.where(count > 1, count + 1, np.where(ports.one_officer, 1, 2))
    return np.maximum(total, least[:, None])


def _officers(load: Floats, safety: float) -> Floats:
    """Officers of one place by month, day type and shift, from its hourly load by lane."""
    hours = load.sum(axis=2).reshape(12, DAY_TYPES, SHIFTS, SHIFT_HOURS)
    busiest = hours.max(axis=3)
    return np.asarray(busiest + safety * np.sqrt(busiest))


def shift_draws(ports: Ports, days: int, streams: Streams) -> Floats:
    """Uniform numbers that round officers to whole ones, shape (days, ports, 3)."""
    return _shift_draws(tuple(ports.ids.tolist()), days, streams)


@functools.lru_cache(maxsize=2)
def _shift_draws(ports: tuple[str, ...], days: int, streams: Streams) -> Floats:
    """Draw them once for the points that run in step. Nothing may write into the array."""
    draws = np.empty((days, len(ports), SHIFTS))
    for i, port in enumerate(ports):
        uniform = streams.uniforms(SHIFT, entity_number(port), 0, days * SHIFTS)[0]
        draws[:, i] = uniform.reshape(days, SHIFTS)
    return draws


def officers_present(
    rostered: Floats, scale: Floats, absent: Floats, draws: Floats, date: datetime.date
) -> Whole:
    """Officers present, by port and shift of one day.

    Parameters
    ----------
    rostered : array of float, shape (12, 3, ports, 3)
        See `posts`.
    scale : array of float, shape (ports,)
        Strength as a ratio of the staffing table.
    absent : array of float, shape (ports,)
        Share absent or in training.
    draws : array of float, shape (ports, 3)
        Uniform numbers (the same in every scenario), so that fractions become whole officers.
    date : datetime.date

    Notes
    -----
    A port with any officers rostered always has at least one present: a colleague replaces him.
    """
    expected = rostered[date.month - 1, DAY_TYPE[date.weekday()]] * scale[:, None]
    present = np.floor(expected * (1.0 - absent[:, None]) + draws).astype(np.int64)
    return np.where(scale[:, None] > 0, np.maximum(present, 1), 0)


def open_hours(ports: Ports) -> Floats:
    """Hours of each shift in which a port is open by the port table, shape (ports, shifts)."""
    first = SHIFT_HOURS * np.arange(SHIFTS)
    start = np.maximum(ports.open_hour[:, None], first)
    end = np.minimum(ports.close_hour[:, None], first + SHIFT_HOURS)
    return np.asarray(np.maximum(end - start, 0.0))


def hours_by_port(rostered: Floats, hours: Floats, scale: Floats, date: datetime.date) -> Floats:
    """Officer hours that the rosters of a day plan for at each port (see `planned_hours`)."""
    officers = rostered[date.month - 1, DAY_TYPE[date.weekday()]] * scale[:, None]
    return np.asarray((officers * hours).sum(axis=1))


def planned_hours(rostered: Floats, hours: Floats, scale: Floats, date: datetime.date) -> float:
    """Officer hours that the rosters of a day plan for.

    Parameters
    ----------
    rostered : array of float, shape (12, 3, ports, 3)
        See `sim.model.port.roster.posts`.
    hours : array of float, shape (ports, 3)
        See `open_hours`.
    scale : array of float, shape (ports,)
        Officers in service as a ratio of the staffing table.
    date : datetime.date
    """
    return float(hours_by_port(rostered, hours, scale, date).sum())
