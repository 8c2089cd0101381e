"""Booths and secondary officers of the compiled engine, and what it carries on between moments."""

from typing import NamedTuple

from sim.model.port.layout import MOST_BAYS, MOST_BOOTHS
from sim.numerics.compilation import compiled, inlined
from sim.numerics.units import Floats, Whole
from sim.records.tally import OVERTIME, READY

MOST_SERVERS = max(MOST_BOOTHS, MOST_BAYS)


class State(NamedTuple):
    """What a port carries from one control interval to the next.

    A *place* is a line or a secondary queue; the places of a port follow one another, lines first.

    Attributes
    ----------
    free : array of float, shape (places, servers)
        When each booth or secondary officer has finished, in seconds since the run began.
    manned : array of int, shape (places,)
        Booths or secondary officers at work, the first of each place.
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
    """Number of the place that a vehicle takes (rule 2 of `sim.model.day`)."""
    best = 0
    least = free[0]
    if least <= arrival:
        return 0
    for place in range(1, manned):
        if free[place] <= arrival:
            return place
        if free[place] < least:
            least = free[place]
            best = place
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
    """Move officers to the places that the superintendent has set (rule 3).

    Parameters
    ----------
    now : float
        The control moment.
    before, after : int
        Officers present until now and from now on.
    manned, given : array of int, shape (places,)
        Manned servers of each place (lines, then secondary queues) until now (updated), and from
        now on.
    free : array of float, shape (places, servers)
        When each server has finished, in seconds since the run began (updated).
    available : array of float
        Room for the moments at which officers can take a new post.
    officer_sums : array of float
        Sums of the port and hour (``overtime_s`` and ``ready_s`` are added to).

    Notes
    -----
    `sim.model.port.roster.allocate` leaves an officer without a post only when all booths and bays
    are manned, so the officers of closed places either take a post that opens or leave.
    """
    idle = before
    for place in range(len(given)):
        idle -= manned[place]
    idle += max(after - before, 0)
    count = 0
    for place in range(len(given)):
        for server in range(given[place], manned[place]):
            moment = max(free[place, server], now)
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
    for place in range(len(given)):
        for server in range(manned[place], given[place]):
            moment = now
            if idle > 0:
                idle -= 1
            else:
                moment = available[taken]
                taken += 1
            if free[place, server] > moment:
                officer_sums[READY] += free[place, server] - moment
            else:
                free[place, server] = moment
        for server in range(min(manned[place], given[place])):
            if free[place, server] < now:
                free[place, server] = now
        manned[place] = given[place]


@compiled
def stand_ready(until: float, manned: Whole, free: Floats, officer_sums: Floats) -> None:
    """Count the time that officers at their posts had nothing to do, to the end of an interval."""
    for place in range(len(manned)):
        for server in range(manned[place]):
            if free[place, server] < until:
                officer_sums[READY] += until - free[place, server]
                free[place, server] = until
