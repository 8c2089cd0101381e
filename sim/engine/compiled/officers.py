"""Booths and secondary officers of the compiled engine, and what it carries on between moments.

Officers of a station are alike, so a station is the moments at which they are free, in order.
"""

from typing import NamedTuple

import numpy as np

from sim.model.port.layout import MOST_BAYS, MOST_BOOTHS
from sim.numerics.compilation import inlined
from sim.numerics.units import Floats, Whole
from sim.records import OVERTIME, READY

MOST_SERVERS = max(MOST_BOOTHS, MOST_BAYS)


class State(NamedTuple):
    """What a port carries from one control interval to the next.

    A *station* is a line or a secondary queue; those of a port follow one another, lines first.

    Attributes
    ----------
    free : array of float, shape (stations, servers)
        Moments at which the officers of each station are free, ascending, in seconds since the run
        began; infinite where there is no officer.
    manned : array of int, shape (stations,)
        Officers of each station.
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
def keep_busy(free: Floats, manned: int, until: float) -> None:
    """Let the officer who is free first be free at a later moment instead (without a branch)."""
    moment = until
    for server in range(manned - 1):
        following = free[server + 1]
        free[server] = min(following, moment)
        moment = max(following, moment)
    free[manned - 1] = moment


@inlined
def add_moment(moments: Floats, count: int, moment: float) -> None:
    """Put one more moment among so many that are in order."""
    slot = count
    while slot > 0 and moments[slot - 1] > moment:
        moments[slot] = moments[slot - 1]
        slot -= 1
    moments[slot] = moment


@inlined
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
        Officers of each station (lines, then secondary queues) until now (updated), and from now
        on.
    free : array of float, shape (stations, servers)
        When they are free (updated); see `State`.
    available : array of float
        Room for the moments at which officers can take a new post.
    officer_sums : array of float
        Sums of the port and hour (``overtime_s`` is added to).

    Notes
    -----
    `sim.model.port.superintendent.allocate` may leave an officer without a post. Officers of closed
    posts take a post that opens, or leave, or are without one: what they have in hand is then not
    time without a vehicle.
    """
    idle = before
    for station in range(len(given)):
        idle -= manned[station]
    idle += max(after - before, 0)
    count = 0
    for station in range(len(given)):
        closing = manned[station] - given[station]
        if closing > 0:
            for server in range(closing):
                add_moment(available, count, free[station, server])
                count += 1
            for server in range(given[station]):
                free[station, server] = free[station, closing + server]
            free[station, given[station] : manned[station]] = np.inf
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
            add_moment(free[station], server, moment)
        manned[station] = given[station]
    for i in range(taken, count):
        officer_sums[READY] -= available[i] - now


@inlined
def stand_ready(until: float, manned: Whole, free: Floats, officer_sums: Floats) -> None:
    """Count the time that officers at their posts had nothing to do, to the end of an interval."""
    for station in range(len(manned)):
        for server in range(manned[station]):
            if free[station, server] < until:
                officer_sums[READY] += until - free[station, server]
                free[station, server] = until
