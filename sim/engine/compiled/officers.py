"""Booths and secondary officers of the compiled engine, and what it carries on between moments."""

from typing import NamedTuple

from sim.model.port.layout import MOST_BAYS, MOST_BOOTHS
from sim.numerics.compilation import compiled, inlined
from sim.numerics.units import Floats, Whole
from sim.records import OVERTIME, READY

MOST_SERVERS = max(MOST_BOOTHS, MOST_BAYS)


class State(NamedTuple):
    """What a port carries from one control interval to the next.

    A *station* is a line or a secondary queue; those of a port follow one another, lines first.

    Attributes
    ----------
    free : array of float, shape (stations, servers)
        When each booth or secondary officer has finished, in seconds since the run began.
    manned : array of int, shape (stations,)
        Booths or secondary officers at work, the first of each station.
    present : array of int, shape (ports,)
        Officers present.
    after_hours : array of int, shape (ports,)
        1 while the closing shift clears the line.
    """

    free: Floats
    manned: Whole
    present: Whole
    after_hours: Whole


@inlined
def take(free: Floats, manned: int, arrival: float) -> int:
    """Number of the booth or bay that a vehicle takes (rule 2 of `sim.model.day`)."""
    best = 0
    least = free[0]
    if least <= arrival:
        return 0
    for server in range(1, manned):
        if free[server] <= arrival:
            return server
        if free[server] < least:
            least = free[server]
            best = server
    return best


@compiled
def hand_over(
    now: float,
    before: int,
    after: int,
    manned: Whole,
    given: Whole,
    free: Floats,
    available: Floats,
    officer_sums: Floats,
) -> None:
    """Move officers to the stations that the superintendent has set (rule 3).

    Parameters
    ----------
    now : float
        The control moment.
    before, after : int
        Officers present until now and from now on.
    manned, given : array of int, shape (stations,)
        Manned servers of each station (lines, then secondary queues) until now (updated), and from
        now on.
    free : array of float, shape (stations, servers)
        When each server has finished, in seconds since the run began (updated).
    available : array of float
        Room for the moments at which officers can take a new post.
    officer_sums : array of float
        Sums of the port and hour (``overtime_s`` and ``ready_s`` are added to).

    Notes
    -----
    `sim.model.port.roster.allocate` leaves an officer without a post only when all booths and bays
    are manned, so the officers of closed posts either take a post that opens or leave.
    """
    idle = before
    for station in range(len(given)):
        idle -= manned[station]
    idle += max(after - before, 0)
    count = 0
    for station in range(len(given)):
        for server in range(given[station], manned[station]):
            moment = max(free[station, server], now)
            slot = count
            while slot > 0 and available[slot - 1] > moment:
                available[slot] = available[slot - 1]
                slot -= 1
            available[slot] = moment
            count += 1
    fewer = max(before - after, 0)
    without_post = min(fewer, idle)
    idle -= without_post
    for _ in range(fewer - without_post):
        count -= 1
        officer_sums[OVERTIME] += available[count] - now
    taken = 0
    for station in range(len(given)):
        for server in range(manned[station], given[station]):
            moment = now
            if idle > 0:
                idle -= 1
            else:
                moment = available[taken]
                taken += 1
            if free[station, server] > moment:
                officer_sums[READY] += free[station, server] - moment
            else:
                free[station, server] = moment
        for server in range(min(manned[station], given[station])):
            if free[station, server] < now:
                free[station, server] = now
        manned[station] = given[station]


@compiled
def stand_ready(until: float, manned: Whole, free: Floats, officer_sums: Floats) -> None:
    """Count the time that officers at their posts had nothing to do, to the end of an interval."""
    for station in range(len(manned)):
        for server in range(manned[station]):
            if free[station, server] < until:
                officer_sums[READY] += until - free[station, server]
                free[station, server] = until
