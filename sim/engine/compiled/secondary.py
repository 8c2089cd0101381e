"""Secondary of the compiled engine: the queue, the examinations, and the fate of attempts."""

import numpy as np

from sim.engine.compiled.officers import State, take
from sim.model.day import World
from sim.model.port.referral import DUTY, LOOKOUT, PAPERWORK, PROBE
from sim.numerics.compilation import compiled, inlined
from sim.numerics.randomness import TWO_32
from sim.numerics.units import Floats, Rows, Whole
from sim.records.tally import (
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


def new_waiting(room: int) -> Rows:
    """Room for those in a secondary queue."""
    return np.empty(room, WAITING)


@inlined
def place_by_time(waiting: Rows, head: int, tail: int, join_s: float, lane: int) -> int:
    """Make room in the queue for one who joins at a moment; return the slot."""
    slot = tail
    while slot > head and (
        waiting[slot - 1].join_s > join_s
        or (waiting[slot - 1].join_s == join_s and waiting[slot - 1].lane > lane)
    ):
        waiting[slot] = waiting[slot - 1]
        slot -= 1
    return slot


@inlined
def decide(attempts: Rows, attempt: int, reason: int, examined_s: float, in_time: bool) -> None:
    """Write down the fate of an attempt that leaves secondary."""
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
def note_work(
    reason: int, lane: int, work_s: float, lane_sums: Floats, officer_sums: Floats
) -> None:
    """Count one piece of secondary work that begins."""
    if reason in (PAPERWORK, DUTY):
        lane_sums[lane, CLEARANCE_S] += work_s
        officer_sums[ON_CLEARANCE] += work_s
    elif reason != PROBE:
        lane_sums[lane, EXAMINATIONS] += 1.0
        lane_sums[lane, EXAMINATION_S] += work_s
        officer_sums[ON_EXAMINATION] += work_s


@inlined
def leave_unexamined(waiting: Rows, entry: int, lane_sums: Floats, attempts: Rows) -> None:
    """Let a vehicle go whose discretionary examination has not begun within its limit."""
    reason = waiting[entry].reason
    if reason != PROBE:
        lane_sums[waiting[entry].lane, EXAMINATIONS_RELEASED] += 1.0
    if waiting[entry].attempt >= 0:
        decide(attempts, waiting[entry].attempt, reason, -1.0, False)


@inlined
def begin(
    waiting: Rows,
    entry: int,
    start: float,
    lane_sums: Floats,
    officer_sums: Floats,
    attempts: Rows,
) -> None:
    """Begin the work on one vehicle."""
    reason = waiting[entry].reason
    note_work(reason, waiting[entry].lane, waiting[entry].work_s, lane_sums, officer_sums)
    if waiting[entry].attempt >= 0:
        in_time = start - waiting[entry].join_s <= waiting[entry].in_time_s
        decide(attempts, waiting[entry].attempt, reason, waiting[entry].work_s, in_time)


@inlined
def trace_secondary(trace: Floats, count: Whole, waiting: Rows, entry: int, start: float) -> None:
    """Write down when the work on a vehicle began (-1: it left at its limit)."""
    if count[1] < len(trace):
        row = trace[count[1]]
        row[0] = waiting[entry].entity
        row[1] = waiting[entry].day
        row[2] = waiting[entry].index
        row[3] = waiting[entry].join_s
        row[4] = start
        row[5] = waiting[entry].reason
        count[1] += 1


@inlined
def close_up(waiting: Rows, head: int, entry: int, kept: int) -> int:
    """Move those who stay, the first of a queue, up to the next entry; give the new head."""
    for back in range(kept):
        waiting[entry - 1 - back] = waiting[head + kept - 1 - back]
    return entry - kept


@compiled
def serve_queue(
    waiting: Rows,
    head: int,
    tail: int,
    until: float,
    manned: int,
    free: Floats,
    lane_sums: Floats,
    officer_sums: Floats,
    attempts: Rows,
    on_shift: bool,
    trace: Floats,
    trace_count: Whole,
) -> int:
    """Serve one secondary queue to the end of a control interval (rule 6 of `sim.model.day`).

    Returns
    -------
    int
        The new head of the queue.
    """
    entry = head
    kept = 0
    while entry < tail and waiting[entry].join_s < until:
        joined = waiting[entry].join_s
        server = 0
        start = np.inf
        if manned > 0:
            server = take(free, manned, joined)
            start = max(free[server], joined)
        latest = joined + waiting[entry].limit_s
        if start > latest and (start < until or latest < until):
            leave_unexamined(waiting, entry, lane_sums, attempts)
            trace_secondary(trace, trace_count, waiting, entry, -1.0)
        elif start >= until:
            waiting[head + kept] = waiting[entry]
            kept += 1
        else:
            if waiting[entry].reason != PROBE:
                if on_shift:
                    officer_sums[READY] += start - free[server]
                else:
                    officer_sums[OVERTIME] += waiting[entry].work_s
                free[server] = start + waiting[entry].work_s
            begin(waiting, entry, start, lane_sums, officer_sums, attempts)
            trace_secondary(trace, trace_count, waiting, entry, start)
        entry += 1
    return close_up(waiting, head, entry, kept)


@inlined
def is_discretionary(reason: int) -> bool:
    """Whether work in secondary may be left undone."""
    return reason != PAPERWORK and reason != DUTY and reason != LOOKOUT


@compiled
def sweep(
    queue: int,
    now: float,
    waiting: Rows,
    head: int,
    tail: int,
    first_line: int,
    last_line: int,
    first_place: int,
    world: World,
    state: State,
    lane_sums: Floats,
    officer_sums: Floats,
    attempts: Rows,
    trace: Floats,
    trace_count: Whole,
) -> int:
    """Let booth officers take those who wait in a queue where nobody works (rule 7).

    Returns
    -------
    int
        The new head of the queue.
    """
    entry = head
    kept = 0
    while entry < tail and waiting[entry].join_s < now:
        best_place = -1
        best_booth = 0
        least = np.inf
        for line in range(first_line, last_line):
            place = first_place + line - first_line
            if world.queue_of_line[line] == queue:
                for booth in range(state.manned[place]):
                    if state.free[place, booth] < least:
                        least = state.free[place, booth]
                        best_place = place
                        best_booth = booth
        if best_place < 0:
            waiting[head + kept] = waiting[entry]
            kept += 1
        elif least > waiting[entry].join_s + waiting[entry].limit_s:
            leave_unexamined(waiting, entry, lane_sums, attempts)
            trace_secondary(trace, trace_count, waiting, entry, -1.0)
        else:
            state.free[best_place, best_booth] = least + waiting[entry].work_s
            begin(waiting, entry, least, lane_sums, officer_sums, attempts)
            trace_secondary(trace, trace_count, waiting, entry, least)
        entry += 1
    return close_up(waiting, head, entry, kept)
