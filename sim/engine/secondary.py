"""Secondary of the compiled engine: the queue, the examinations, and the fate of attempts."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compilation import compiled
from sim.engine.booths import take
from sim.model.referral import DUTY, LOOKOUT, PAPERWORK, PROBE
from sim.randomness import TWO_32
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
    Attempts,
)

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


class Waiting(NamedTuple):
    """Those in one secondary queue, in the order in which they joined.

    Attributes
    ----------
    join_s : array of float
        When they joined.
    work_s : array of float
        Officer time they need (0 for a probe).
    limit_s : array of float
        Wait after which a discretionary examination is not done; infinite for other work.
    in_time_s : array of float
        Wait up to which a discretionary examination would have been done.
    reason, lane, attempt : array of int
    entity, day, index : array of int
        Identity, for traces.
    """

    join_s: Floats
    work_s: Floats
    limit_s: Floats
    in_time_s: Floats
    reason: Whole
    lane: Whole
    attempt: Whole
    entity: Whole
    day: Whole
    index: Whole


def new_waiting(room: int) -> Waiting:
    """Room for those in a secondary queue."""
    floats = ("join_s", "work_s", "limit_s", "in_time_s")
    return Waiting(
        *(np.zeros(room, np.float64 if name in floats else np.int64) for name in Waiting._fields)
    )


@compiled
def join(
    waiting: Waiting,
    head: int,
    tail: int,
    join_s: float,
    work_s: float,
    limit_s: float,
    in_time_s: float,
    reason: int,
    lane: int,
    attempt: int,
    entity: int,
    day: int,
    index: int,
) -> int:
    """Put a vehicle into the queue at its place by time of joining; return the new tail."""
    slot = tail
    while slot > head and waiting.join_s[slot - 1] > join_s:
        move(waiting, slot - 1, slot)
        slot -= 1
    waiting.join_s[slot] = join_s
    waiting.work_s[slot] = work_s
    waiting.limit_s[slot] = limit_s
    waiting.in_time_s[slot] = in_time_s
    waiting.reason[slot] = reason
    waiting.lane[slot] = lane
    waiting.attempt[slot] = attempt
    waiting.entity[slot] = entity
    waiting.day[slot] = day
    waiting.index[slot] = index
    return tail + 1


@compiled
def move(waiting: Waiting, source: int, target: int) -> None:
    """Copy one entry of the queue to another slot."""
    waiting.join_s[target] = waiting.join_s[source]
    waiting.work_s[target] = waiting.work_s[source]
    waiting.limit_s[target] = waiting.limit_s[source]
    waiting.in_time_s[target] = waiting.in_time_s[source]
    waiting.reason[target] = waiting.reason[source]
    waiting.lane[target] = waiting.lane[source]
    waiting.attempt[target] = waiting.attempt[source]
    waiting.entity[target] = waiting.entity[source]
    waiting.day[target] = waiting.day[source]
    waiting.index[target] = waiting.index[source]


@compiled
def decide(attempts: Attempts, attempt: int, reason: int, examined_s: float, in_time: bool) -> None:
    """Write down the fate of an attempt that leaves secondary."""
    attempts.in_time[attempt] = 1 if in_time else 0
    searched = reason != PAPERWORK and reason != DUTY and reason != PROBE and examined_s >= 0.0
    attempts.fate[attempt] = PASSED
    if reason != PROBE:
        attempts.reason[attempt] = reason
    if searched:
        attempts.examination_s[attempt] = examined_s
        if attempts.find_word[attempt] < attempts.law[attempt] * TWO_32:
            attempts.fate[attempt] = SEIZED


@compiled
def note_work(
    reason: int, lane: int, work_s: float, lane_sums: Floats, officer_sums: Floats
) -> None:
    """Count one piece of secondary work that begins."""
    if reason == PAPERWORK or reason == DUTY:
        lane_sums[lane, CLEARANCE_S] += work_s
        officer_sums[ON_CLEARANCE] += work_s
    elif reason != PROBE:
        lane_sums[lane, EXAMINATIONS] += 1.0
        lane_sums[lane, EXAMINATION_S] += work_s
        officer_sums[ON_EXAMINATION] += work_s


@compiled
def leave_unexamined(
    waiting: Waiting, entry: int, lane_sums: Floats, attempts: Attempts
) -> None:
    """Let a vehicle go whose discretionary examination has not begun within its limit."""
    reason = waiting.reason[entry]
    if reason != PROBE:
        lane_sums[waiting.lane[entry], EXAMINATIONS_RELEASED] += 1.0
    if waiting.attempt[entry] >= 0:
        decide(attempts, waiting.attempt[entry], reason, -1.0, False)


@compiled
def begin(
    waiting: Waiting,
    entry: int,
    start: float,
    lane_sums: Floats,
    officer_sums: Floats,
    attempts: Attempts,
) -> None:
    """Begin the work on one vehicle."""
    reason = waiting.reason[entry]
    note_work(reason, waiting.lane[entry], waiting.work_s[entry], lane_sums, officer_sums)
    if waiting.attempt[entry] >= 0:
        in_time = start - waiting.join_s[entry] <= waiting.in_time_s[entry]
        decide(attempts, waiting.attempt[entry], reason, waiting.work_s[entry], in_time)


@compiled
def trace_secondary(trace: Floats, count: Whole, waiting: Waiting, entry: int, start: float) -> None:
    """Write down when the work on a vehicle began (-1: it left at its limit)."""
    if count[1] < len(trace):
        row = trace[count[1]]
        row[0] = waiting.entity[entry]
        row[1] = waiting.day[entry]
        row[2] = waiting.index[entry]
        row[3] = waiting.join_s[entry]
        row[4] = start
        row[5] = waiting.reason[entry]
        count[1] += 1


@compiled
def serve_queue(
    waiting: Waiting,
    head: int,
    tail: int,
    until: float,
    manned: int,
    free: Floats,
    lane_sums: Floats,
    officer_sums: Floats,
    attempts: Attempts,
    on_shift: bool,
    trace: Floats,
    trace_count: Whole,
) -> int:
    """Serve one secondary queue to the end of a control interval (rule 6 of `sim.engine.day`).

    Returns
    -------
    int
        The new head of the queue.
    """
    entry = head
    kept = 0
    while entry < tail and waiting.join_s[entry] < until:
        joined = waiting.join_s[entry]
        server = 0
        start = np.inf
        if manned > 0:
            server = take(free, manned, joined)
            start = max(free[server], joined)
        latest = joined + waiting.limit_s[entry]
        if start > latest and (start < until or latest < until):
            leave_unexamined(waiting, entry, lane_sums, attempts)
            trace_secondary(trace, trace_count, waiting, entry, -1.0)
        elif start >= until:
            move(waiting, entry, head + kept)
            kept += 1
        else:
            if waiting.reason[entry] != PROBE:
                if on_shift:
                    officer_sums[READY] += start - free[server]
                else:
                    officer_sums[OVERTIME] += waiting.work_s[entry]
                free[server] = start + waiting.work_s[entry]
            begin(waiting, entry, start, lane_sums, officer_sums, attempts)
            trace_secondary(trace, trace_count, waiting, entry, start)
        entry += 1
    for back in range(kept):
        move(waiting, head + kept - 1 - back, entry - 1 - back)
    return entry - kept


@compiled
def is_discretionary(reason: int) -> bool:
    """Whether work in secondary may be left undone."""
    return reason != PAPERWORK and reason != DUTY and reason != LOOKOUT


@compiled
def copy_entry(source: Waiting, row: int, target: Waiting, slot: int) -> None:
    """Copy one entry of a secondary queue into another array."""
    target.join_s[slot] = source.join_s[row]
    target.work_s[slot] = source.work_s[row]
    target.limit_s[slot] = source.limit_s[row]
    target.in_time_s[slot] = source.in_time_s[row]
    target.reason[slot] = source.reason[row]
    target.lane[slot] = source.lane[row]
    target.attempt[slot] = source.attempt[row]
    target.entity[slot] = source.entity[row]
    target.day[slot] = source.day[row]
    target.index[slot] = source.index[row]
