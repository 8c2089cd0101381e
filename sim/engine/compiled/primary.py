"""Primary in the compiled engine: a line is served to the end of a control interval."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engine.compiled.lineup import (
    LANE_COUNT,
    LANE_OF_CODE,
    MAY_BE_REFERRED,
    WORD_MANDATORY,
    WORD_RANDOM,
    WORD_SELECTIVE,
    Lineup,
    Standing,
    vehicle_at,
)
from sim.engine.compiled.officers import MOST_SERVERS, keep_busy
from sim.engine.compiled.record import Interval, LineTerms, Log
from sim.engine.compiled.referral import refer
from sim.engine.compiled.secondary import Queues
from sim.model.day import DayPlan, World
from sim.model.port.inspection_rates import HURRY_SERVICE, SERVICE_S
from sim.numerics.compilation import borrowed, compiled, first_of, inlined, int64, put_in_order
from sim.numerics.units import Floats
from sim.records import (
    LINE_QUEUE_S,
    LINE_SERVED,
    LINE_WAIT_S,
    ON_PRIMARY,
    OVERTIME,
    PRIMARY_S,
    READY,
    RELEASED,
    WAIT_BIN_EDGES_MIN,
    WAIT_BINS,
    WAIT_S,
    WITHIN,
)

# Wait bin of a wait of so many whole minutes that is longer than nothing; the last holds the rest.
BIN_OF_MINUTE = np.searchsorted(np.array(WAIT_BIN_EDGES_MIN), np.arange(361), side="right")
BIN_OF_MINUTE[360] = WAIT_BINS - 1
# Sums of one line in one control interval, in seconds. STARTED: from the start of service of each
# vehicle to the end of the interval.
STARTED, WAITED, STOOD_READY, SERVED = range(4)
LINE_SUMS = 4
# Room for the moments of so many officers.
TWO, FOUR, EIGHT, SIXTEEN, MOST = ((np.inf,) * officers for officers in (2, 4, 8, 16, MOST_SERVERS))


class Waiting(NamedTuple):
    """What primary needs of the vehicles of a line (see `Lineup`)."""

    time_s: Floats
    service: Floats
    code: npt.NDArray[np.int8]
    start_s: Floats


@compiled
def serve_until_referral(
    waiting: Waiting,
    until: float,
    standard_s: float,
    tracing: bool,
    manned: int,
    free: Floats,
    service_s: Floats,
    lane_sums: Floats,
    wait_counts: npt.NDArray[np.int32],
    sums: Floats,
) -> tuple[int, float]:
    """Serve a line until somebody may be referred, or to the end of the control interval.

    Nine of ten vehicles need no more than this, so the loop has nothing else in it, and a branch
    only where it can be foretold.

    Parameters
    ----------
    waiting : Waiting
        The line from its head.
    until : float
        End of the control interval, in seconds since the run began.
    standard_s : float
        Wait standard in seconds.
    manned : int
        Open booths, at least 1.
    free : array of float, shape (servers,)
        When the officers are free (updated); see `State`.
    service_s : array of float, shape (lanes,)
        Mean service times in force, in seconds.
    lane_sums : array of float, shape (lanes, columns)
    wait_counts : array of int32, shape (lanes, bins)
    sums : array of float, shape (4,)
        Sums of the line and interval (added to).

    Returns
    -------
    served : int
        How many were served.
    end : float
        End of the service of the last of them if that vehicle may be referred: its officer, the one
        who is free first, is not busy yet. Infinite if none may.
    """
    waiting, sums = borrowed(waiting), borrowed(sums)
    free, service_s = borrowed(free), borrowed(service_s)
    lane_sums, wait_counts = borrowed(lane_sums), borrowed(wait_counts)
    if manned <= 2:
        served, end = serve_in_order(
            TWO, waiting, until, standard_s, tracing, free, service_s, lane_sums, wait_counts, sums
        )
    elif manned <= 4:
        served, end = serve_in_order(
            FOUR, waiting, until, standard_s, tracing, free, service_s, lane_sums, wait_counts, sums
        )
    elif manned <= 8:
        served, end = serve_in_order(
            EIGHT, waiting, until, standard_s, tracing, free, service_s, lane_sums, wait_counts,
            sums,
        )  # fmt: skip
    elif manned <= 16:
        served, end = serve_in_order(
            SIXTEEN, waiting, until, standard_s, tracing, free, service_s, lane_sums, wait_counts,
            sums,
        )  # fmt: skip
    else:
        served, end = serve_in_order(
            MOST, waiting, until, standard_s, tracing, free, service_s, lane_sums, wait_counts, sums
        )
    return served, end


@inlined
def serve_in_order(
    room: tuple[float, ...],
    waiting: Waiting,
    until: float,
    standard_s: float,
    tracing: bool,
    free: Floats,
    service_s: Floats,
    lane_sums: Floats,
    wait_counts: npt.NDArray[np.int32],
    sums: Floats,
) -> tuple[int, float]:
    """Do the same with room for so many officers; see `serve_until_referral`.

    Their moments are held in registers, so they are as many as the code says.
    """
    time_s, service, code, start_s = waiting
    started, waited = sums[STARTED], sums[WAITED]
    stood_ready, served_s = sums[STOOD_READY], sums[SERVED]
    moments = first_of(free, room)
    served = len(time_s)
    referring = np.inf
    for i in range(len(time_s)):
        arrival = time_s[i]
        start = max(moments[0], arrival)
        if start >= until:
            served = i
            break
        lane = int64(code[i] & LANE_OF_CODE)
        duration = service_s[lane] * service[i]
        wait = start - arrival
        started += until - start
        waited += wait
        stood_ready += start - moments[0]
        served_s += duration
        lane_sums[lane, RELEASED] += 1.0
        lane_sums[lane, WAIT_S] += wait
        lane_sums[lane, WITHIN] += 1.0 if wait <= standard_s else 0.0
        lane_sums[lane, PRIMARY_S] += duration
        bin_of_wait = BIN_OF_MINUTE[min(int64(wait * (1.0 / 60.0)), 360)]
        wait_counts[lane, bin_of_wait if wait > 0.0 else 0] += 1
        if tracing:
            start_s[i] = start
        if code[i] >= MAY_BE_REFERRED:
            served = i + 1
            referring = start + duration
            break
        moments = put_in_order(moments, start + duration)
    for server in range(len(moments)):
        free[server] = moments[server]
    sums[STARTED], sums[WAITED] = started, waited
    sums[STOOD_READY], sums[SERVED] = stood_ready, served_s
    return served, referring


@inlined
def serve_line(
    port: int,
    line: int,
    interval: Interval,
    terms: LineTerms,
    plan: DayPlan,
    world: World,
    lineup: Lineup,
    standing: Standing,
    free: Floats,
    queues: Queues,
    log: Log,
    line_sums: Floats,
) -> None:
    """Serve one line to the end of a control interval (rules 2, 5, 6 and 7 of `sim.model.day`).

    Parameters
    ----------
    line : int
        Among the lines of the port; its place in ``standing`` is moved on.
    free : array of float, shape (servers,)
        When the officers are free (updated); see `State`.
    line_sums : array of float, shape (columns,)
        The line's own sums of the replication (added to).
    """
    for lane in range(LANE_COUNT):
        if world.line_of_lane[port, lane] == world.first_line[port] + line:
            hurry_service = interval.row[HURRY_SERVICE] if terms.hurry else 1.0
            terms.service_s[lane] = interval.row[SERVICE_S + lane] * hurry_service
    terms.sums[:] = 0.0
    tracing = log.written[0] < len(log.primary)
    first = standing.head[line]
    last = standing.last[line]
    head = first
    while head < last:
        begin = head
        waiting = Waiting(
            lineup.time_s[head:last],
            lineup.service[head:last],
            lineup.code[head:last],
            lineup.start_s[head:last],
        )
        served, end = serve_until_referral(
            waiting, interval.until_s, interval.standard_s, tracing, terms.manned, free,
            terms.service_s, interval.lane_sums, interval.wait_counts, terms.sums,
        )  # fmt: skip
        head += served
        if tracing:
            trace_primary(begin, head, port, line, terms, plan, world, lineup, standing, log)
        if end == np.inf:
            break
        # Most of those who may be referred at some time of the day are not referred now.
        vehicle = vehicle_at(head - 1, port, line, plan, world, lineup, standing)
        words = terms.words[vehicle.lane]
        if (
            vehicle.extra >= 0
            or vehicle.mandatory_word < words[WORD_MANDATORY]
            or vehicle.search_word < words[WORD_RANDOM]
            or vehicle.search_word >= words[WORD_SELECTIVE]
        ):
            booth_work = refer(
                vehicle, end, interval, terms, plan.extra_arrivals, world, queues, log
            )
            end += booth_work
            if not interval.on_shift:
                interval.officer_sums[OVERTIME] += booth_work
        keep_busy(free, terms.manned, end)
    standing.head[line] = head
    interval.officer_sums[ON_PRIMARY] += terms.sums[SERVED]
    if interval.on_shift:
        interval.officer_sums[READY] += terms.sums[STOOD_READY]
    else:
        interval.officer_sums[OVERTIME] += terms.sums[SERVED]
    line_sums[LINE_SERVED] += head - first
    line_sums[LINE_QUEUE_S] -= terms.sums[STARTED]
    line_sums[LINE_WAIT_S] += terms.sums[WAITED]


@compiled
def trace_primary(
    begin: int,
    end: int,
    port: int,
    line: int,
    terms: LineTerms,
    plan: DayPlan,
    world: World,
    lineup: Lineup,
    standing: Standing,
    log: Log,
) -> None:
    """Write down when the primary service of vehicles began and ended."""
    plan, world, log = borrowed(plan), borrowed(world), borrowed(log)
    for position in range(begin, end):
        if log.written[0] < len(log.primary):
            vehicle = vehicle_at(position, port, line, plan, world, lineup, standing)
            start = lineup.start_s[position]
            entry = log.primary[log.written[0]]
            entry[0] = vehicle.entity
            entry[1] = vehicle.day
            entry[2] = vehicle.number
            entry[3] = lineup.time_s[position]
            entry[4] = start
            entry[5] = start + terms.service_s[vehicle.lane] * lineup.service[position]
            log.written[0] += 1
