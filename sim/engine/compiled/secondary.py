"""Secondary of the compiled engine: the queue, the examinations, and the fate of attempts."""

from typing import NamedTuple

import numpy as np

from sim.engine.compiled.officers import State, keep_busy
from sim.engine.compiled.record import Interval, Log, note_left
from sim.model.day import World
from sim.model.port.layout import QUEUES
from sim.model.port.referral import DUTY, LOOKOUT, PAPERWORK, PROBE
from sim.numerics.compilation import borrowed, compiled, inlined, int64
from sim.numerics.randomness import TWO_32
from sim.numerics.units import Floats, Rows, Whole
from sim.records import (
    CLEARANCE_S,
    EXAMINATION_S,
    EXAMINATIONS,
    EXAMINATIONS_RELEASED,
    ON_CLEARANCE,
    ON_EXAMINATION,
    OVERTIME,
    PASSED,
    READY,
    SEIZED,
    TURNED_BACK,
)

# Those in one secondary queue, in the order in which they joined.
#
# work_s: officer time they need (0 for a probe); limit_s: wait after which a discretionary
# examination is not done, infinite for other work; in_time_s: wait up to which a discretionary one
# would have been done; entity, day, index: identity.
WAITING = np.dtype(
    [
        ("join_s", np.float64),
        ("work_s", np.float64),
        ("limit_s", np.float64),
        ("in_time_s", np.float64),
        ("reason", np.int64),
        ("lane", np.int64),
        ("attempt", np.int64),
        ("entity", np.int64),
        ("day", np.int64),
        ("index", np.int64),
    ]
)


class Queues(NamedTuple):
    """The secondary queues of one port.

    Attributes
    ----------
    rows : array of WAITING, shape (queues, room)
    head, tail : array of int, shape (queues,)
        First of each queue, and one past its last.
    """

    rows: Rows
    head: Whole
    tail: Whole


def new_waiting(room: int) -> Rows:
    """Room for those in a secondary queue."""
    return np.empty(room, WAITING)


def new_queues(room: int) -> Queues:
    """Room for so many in each secondary queue of a port."""
    return Queues(
        np.empty((QUEUES, room), WAITING), np.zeros(QUEUES, np.int64), np.zeros(QUEUES, np.int64)
    )


@inlined
def slot_by_time(queues: Queues, queue: int, join_s: float, lane: int) -> int:
    """Make room in a queue for one who joins at a moment; return the slot."""
    waiting = queues.rows[queue]
    slot = int64(queues.tail[queue])
    while slot > queues.head[queue] and (
        waiting[slot - 1].join_s > join_s
        or (waiting[slot - 1].join_s == join_s and waiting[slot - 1].lane > lane)
    ):
        waiting[slot] = waiting[slot - 1]
        slot -= 1
    return slot


@compiled
def decide(attempts: Rows, attempt: int, reason: int, examined_s: float, in_time: bool) -> None:
    """Write down the fate of an attempt that leaves secondary."""
    attempts = borrowed(attempts)
    attempts[attempt].in_time = 1 if in_time else 0
    searched = reason != PAPERWORK and reason != DUTY and reason != PROBE and examined_s >= 0.0
    if attempts[attempt].fate != TURNED_BACK:
        attempts[attempt].fate = PASSED
    if reason != PROBE:
        attempts[attempt].reason = reason
    if searched:
        attempts[attempt].examination_s = examined_s
        if attempts[attempt].find_word < attempts[attempt].p_find * TWO_32:
            attempts[attempt].fate = SEIZED


@inlined
def note_work(reason: int, lane: int, work_s: float, interval: Interval) -> None:
    """Count one piece of secondary work that begins."""
    if reason in (PAPERWORK, DUTY):
        interval.lane_sums[lane, CLEARANCE_S] += work_s
        interval.officer_sums[ON_CLEARANCE] += work_s
    elif reason != PROBE:
        interval.lane_sums[lane, EXAMINATIONS] += 1.0
        interval.lane_sums[lane, EXAMINATION_S] += work_s
        interval.officer_sums[ON_EXAMINATION] += work_s


@compiled
def leave_unexamined(waiting: Rows, entry: int, interval: Interval, log: Log) -> None:
    """Let a vehicle go whose discretionary examination has not begun within its limit."""
    waiting, interval, log = borrowed(waiting), borrowed(interval), borrowed(log)
    reason = waiting[entry].reason
    if reason != PROBE:
        interval.lane_sums[waiting[entry].lane, EXAMINATIONS_RELEASED] += 1.0
    if waiting[entry].attempt >= 0:
        decide(log.attempts, waiting[entry].attempt, reason, -1.0, False)
    trace_secondary(log, waiting, entry, -1.0)


@compiled
def begin(waiting: Rows, entry: int, start: float, interval: Interval, log: Log) -> None:
    """Begin the work on one vehicle."""
    waiting, interval, log = borrowed(waiting), borrowed(interval), borrowed(log)
    reason = waiting[entry].reason
    note_work(reason, waiting[entry].lane, waiting[entry].work_s, interval)
    if waiting[entry].attempt >= 0:
        in_time = start - waiting[entry].join_s <= waiting[entry].in_time_s
        decide(log.attempts, waiting[entry].attempt, reason, waiting[entry].work_s, in_time)
    trace_secondary(log, waiting, entry, start)


@inlined
def trace_secondary(log: Log, waiting: Rows, entry: int, start: float) -> None:
    """Write down when the work on a vehicle began (-1: it left at its limit)."""
    if log.written[1] < len(log.secondary):
        row = log.secondary[log.written[1]]
        row[0] = waiting[entry].entity
        row[1] = waiting[entry].day
        row[2] = waiting[entry].index
        row[3] = waiting[entry].join_s
        row[4] = start
        row[5] = waiting[entry].reason
        log.written[1] += 1


@inlined
def close_up(waiting: Rows, head: int, entry: int, kept: int) -> int:
    """Move those who stay, the first of a queue, up to the next entry; give the new head."""
    for back in range(kept):
        waiting[entry - 1 - back] = waiting[head + kept - 1 - back]
    return entry - kept


@inlined
def serve_queue(
    queues: Queues, queue: int, manned: int, free: Floats, interval: Interval, log: Log
) -> None:
    """Serve one secondary queue to the end of a control interval (rule 6 of `sim.model.day`).

    Parameters
    ----------
    manned : int
        Officers who work there.
    free : array of float, shape (servers,)
        When they are free (updated); see `State`.
    """
    queues, free, interval, log = (
        borrowed(queues),
        borrowed(free),
        borrowed(interval),
        borrowed(log),
    )
    waiting = queues.rows[queue]
    head, tail, until = queues.head[queue], queues.tail[queue], interval.until_s
    entry = head
    kept = 0
    while entry < tail and waiting[entry].join_s < until:
        joined = waiting[entry].join_s
        start = max(free[0], joined)
        latest = joined + waiting[entry].limit_s
        if start > latest and (start < until or latest < until):
            note_left(queue, joined, start, free[0], log.record)
            leave_unexamined(waiting, entry, interval, log)
        elif start >= until:
            waiting[head + kept] = waiting[entry]
            kept += 1
        else:
            if waiting[entry].reason != PROBE:
                if interval.on_shift:
                    interval.officer_sums[READY] += start - free[0]
                else:
                    interval.officer_sums[OVERTIME] += waiting[entry].work_s
                keep_busy(free, manned, start + waiting[entry].work_s)
            note_left(queue, joined, start, free[0], log.record)
            begin(waiting, entry, start, interval, log)
        entry += 1
    queues.head[queue] = close_up(waiting, head, entry, kept)


@inlined
def is_discretionary(reason: int) -> bool:
    """Whether work in secondary may be left undone."""
    return reason != PAPERWORK and reason != DUTY and reason != LOOKOUT


@compiled
def sweep(
    queues: Queues,
    queue: int,
    port: int,
    world: World,
    state: State,
    interval: Interval,
    log: Log,
) -> None:
    """Let booth officers take those who wait in a queue where nobody works (rule 7)."""
    queues, state, interval, log = (
        borrowed(queues), borrowed(state), borrowed(interval), borrowed(log)
    )  # fmt: skip
    waiting = queues.rows[queue]
    head, tail = queues.head[queue], queues.tail[queue]
    first_line, last_line = world.first_line[port], world.first_line[port + 1]
    first_station = first_line + QUEUES * port
    entry = head
    kept = 0
    while entry < tail and waiting[entry].join_s < interval.now_s:
        best = -1
        least = np.inf
        for line in range(first_line, last_line):
            station = first_station + line - first_line
            if world.queue_of_line[line] == queue and state.free[station, 0] < least:
                least = state.free[station, 0]
                best = station
        if best < 0:
            waiting[head + kept] = waiting[entry]
            kept += 1
        elif least > waiting[entry].join_s + waiting[entry].limit_s:
            note_left(queue, waiting[entry].join_s, least, np.inf, log.record)
            leave_unexamined(waiting, entry, interval, log)
        else:
            keep_busy(state.free[best], state.manned[best], least + waiting[entry].work_s)
            note_left(queue, waiting[entry].join_s, least, np.inf, log.record)
            begin(waiting, entry, least, interval, log)
        entry += 1
    queues.head[queue] = close_up(waiting, head, entry, kept)
