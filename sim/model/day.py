"""What both engines are told about a day, and the rules they share.

Both engines simulate one calendar day of all ports at a time, from the same `DayPlan`, and agree
on every vehicle. Everything that may happen within the day is known at its beginning, or is a
matter of one port's own queues.

The rules, in words
-------------------
1. *Control moments* of a port are the ends of its control intervals and every minute at which
   something about it changes (shift, opening hours, withdrawal, intervention). At a control moment
   the superintendent looks at the lines and at secondary, and sets booths and secondary officers
   until the next one (`sim.model.port.superintendent.allocate`), for travellers and for trade each
   among their own officers where a port has lines for trade alone. An arrival at the very moment
   comes after it.
2. A line is first in, first out. Booths are alike, and so are officers: a vehicle goes to the
   officer of its line who is free first, whether he is free already or not.
3. When a line or secondary queue needs fewer officers, those who are free first close their places:
   they finish their vehicle and take no other there. Officers of closed places go to the places
   that open, the first to finish to the first place (lines in order, then secondary); officers who
   were without a post and those who arrive with a shift go first. What an officer has in hand goes
   with him, and a place that opens owes nothing to a vehicle that was there before. When there are
   fewer officers than before, those without a post leave; then, of the officers of closed places,
   those who are free last finish their work in overtime and leave.
4. *After hours* the gate is shut: nobody arrives; those in line are served by the officers who were
   there (overtime). While *held* (withdrawal) booths finish their vehicle, nobody is served, those
   in line stay, and officers are on shift without a vehicle.
5. Under a long line (vehicles per open booth seen at the control moment) service is shorter and
   skill lower, and duty is waived, until the next control moment.
6. Referral is decided at primary (`sim.model.port.referral`). The vehicle joins the secondary queue
   of its line when its primary service ends: first in, first out (those of the same moment by
   lane), to the officer there who is free first. A discretionary examination that has not begun
   within its limit is not done; the vehicle leaves at the limit. Where the law lets people
   withdraw, somebody with something to hide may turn round when referred for examination (a share
   of them): the attempt is over and nothing is found, but it still learns as a probe whether its
   turn would have come.
7. Where nobody works in a secondary queue when a vehicle's primary service begins, the booth's own
   officer does the work at once, and the booth waits for him (one-officer ports); but under a long
   line he does not leave it for a discretionary examination, which is then not done. Vehicles that
   wait in such a queue at a control moment are taken by the booth officers who are free first (of
   the first line, if several are), before anyone from the line; those whom none of them can take
   within the limit are let go then.
8. What is in line, in service or in secondary at midnight goes on in the next day.
9. The wait of a line is known from control moment to control moment: vehicles in line, times the
   mean service of those expected, over its open booths. Beyond an onset, some of those who arrive
   before the next control moment turn round for the day, by class of vehicle, each by a patience
   of its own; those who carry something to hide stay.
"""

from typing import NamedTuple

import numpy as np

from sim.numerics.units import Floats, Rows, Whole

OPEN, AFTER_HOURS, HELD = range(3)

ORDINARY, TRAFFICKER, TRAVELLER_FIREARM = range(3)


# Vehicles that are not drawn from their lane's own stream, in order of line and arrival: travellers
# diverted from a closed port, those in line since the day before, and attempts.
#
# time_s: arrival in seconds since the run began; entity, day, index: identity (the keys of its
# draws); attempt: number of the attempt, -1 for an ordinary vehicle; kind: ordinary, trafficker or
# traveller's firearm; search_factor: ratio of the search rate (below 1 for deep concealment);
# lookout: 1 if one is active.
EXTRA_ARRIVAL = np.dtype(
    [
        ("line", np.int64),
        ("lane", np.int64),
        ("time_s", np.float64),
        ("service_word", np.uint32),
        ("search_word", np.uint32),
        ("mandatory_word", np.uint32),
        ("lookout_word", np.uint32),
        ("entity", np.int64),
        ("day", np.int64),
        ("index", np.int64),
        ("attempt", np.int64),
        ("kind", np.int64),
        ("search_factor", np.float64),
        ("lookout", np.int64),
    ]
)


def new_extra_arrivals(room: int = 0) -> Rows:
    """Room for guests, all of them ordinary."""
    extra_arrivals = np.zeros(room, EXTRA_ARRIVAL)
    extra_arrivals["attempt"] = -1
    extra_arrivals["search_factor"] = 1.0
    return extra_arrivals


def in_order(*groups: Rows) -> Rows:
    """Join groups of guests, sorted by line and time (the order of equals is kept)."""
    # As plain bytes: records NumPy compares and copies field by field, which is slow.
    plain = np.dtype((np.void, EXTRA_ARRIVAL.itemsize))
    joined = np.concatenate([np.ascontiguousarray(group).view(plain) for group in groups])
    fields = joined.view(EXTRA_ARRIVAL)
    order = np.lexsort((fields["time_s"], fields["line"]))
    return joined.take(order).view(EXTRA_ARRIVAL)


class DayPlan(NamedTuple):
    """One day of all ports, as known at midnight.

    Attributes
    ----------
    day : int
        Number of the day; it begins at ``day * 86400`` seconds.
    weekday : int
        Monday is 0.
    standard_s : float
        Wait standard of the day in seconds.
    intervals : array of int, shape (ports,)
        Number of control intervals of each port.
    start_s : array of float, shape (ports, most + 1)
        Control moments in seconds since the run began; the one after the last is the next midnight.
    state, officers, trade, row : array of int, shape (ports, most)
        Open, after hours or held; officers present, and those of them who work for trade only (-1
        where all work everywhere); row of ``rates``.
    rates : array of float, shape (rows, WIDTH)
    cumulative : array of float, shape (ports, lanes, 97)
        Integrated arrival rates in vehicles (`sim.model.port.traffic.Demand.cumulative`).
    day_factor : array of float, shape (ports,)
        Part of it that the superintendent does not expect.
    cells : array of int, shape (ports,)
        Equal parts of the day in them: 24, or 96 at ferry landings.
    extra_arrivals : array of EXTRA_ARRIVAL
    """

    day: int
    weekday: int
    standard_s: float
    intervals: Whole
    start_s: Floats
    state: Whole
    officers: Whole
    trade: Whole
    row: Whole
    rates: Floats
    cumulative: Floats
    day_factor: Floats
    cells: Whole
    extra_arrivals: Rows


class World(NamedTuple):
    """What does not change during a replication.

    Attributes
    ----------
    first_line, line_of_lane, queue_of_line, booths, bays : array of int
        As in `sim.model.port.layout.Layout`.
    entity : array of int, shape (ports, lanes)
        Number of each port's lane, a key of its draws.
    timetabled : array of int, shape (lanes,)
        1 for lanes whose vehicles each have a slot (trains).
    seed, replication : int
    gap_table, service_table, secondary_table : array of float
        Quantile tables with mean 1 (`sim.numerics.randomness`).
    """

    first_line: Whole
    line_of_lane: Whole
    queue_of_line: Whole
    booths: Whole
    bays: Whole
    entity: Whole
    timetabled: Whole
    seed: int
    replication: int
    gap_table: Floats
    service_table: Floats
    secondary_table: Floats
