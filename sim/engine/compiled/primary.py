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
from sim.engine.compiled.record import DaySums, Interval, LineTerms, Log
from sim.engine.compiled.referral import refer
from sim.engine.compiled.secondary import Queues
from sim.model.day import DayPlan, World
from sim.model.port.inspection_rates import HURRY_SERVICE, SERVICE_S
from sim.numerics.compilation import (
    add_to,
    borrowed,
    compiled,
    first_of,
    inlined,
    int64,
    number_in,
    put_back,
    put_in_order,
)
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
BIN_OF_MINUTE = np.searchsorted(np.array(WAIT_BIN_EDGES_MIN), np.arange(361), side="right").astype(
    np.uint8
)
BIN_OF_MINUTE[360] = WAIT_BINS - 1
# Sums of one line in one control interval, in seconds. STARTED: from the start of service of each
# vehicle to the end of the interval.
STARTED, WAITED, STOOD_READY, SERVED = range(4)
LINE_SUMS = 4
# Sums of primary by lane: columns of `sim.records` that follow one another.
OF_PRIMARY = (RELEASED, WAIT_S, WITHIN, PRIMARY_S)
EACH_LANE = (0.0,) * LANE_COUNT
# Room for the moments of so many officers.
TWO, FOUR, EIGHT, SIXTEEN, MOST = ((np.inf,) * officers for officers in (2, 4, 8, 16, MOST_SERVERS))


class Waiting(NamedTuple):
    """What primary needs of the vehicles of a line (see `Lineup`), and what it writes of them."""

    time_s: Floats
    service: Floats
    code: npt.NDArray[np.int8]
    start_s: Floats
    noted: npt.NDArray[np.int32]


@inlined
def serve_vehicles(
    waiting: Waiting,
    until: float,
    standard_s: float,
    at_booth: bool,
    manned: int,
    free: Floats,
    service_s: Floats,
    lane_sums: Floats,
    wait_counts: npt.NDArray[np.int32],
    sums: Floats,
) -> tuple[int, int]:
    """Serve a line to the end of the control interval, or until a booth's officer may be away.

    Who may be referred is noted and looked at afterwards, so the loop has nothing else in it, and a
    branch only where it can be foretold. Only where booth officers do the work of secondary does it
    stop at the first of them: whether its officer is away decides when the next is served.

    Parameters
    ----------
    waiting : Waiting
        The line from its head.
    until : float
        End of the control interval, in seconds since the run began.
    standard_s : float
        Wait standard in seconds.
    at_booth : bool
        Whether booth officers do the work of secondary.
    manned : int
        Open booths, at least 1.
    free : array of float, shape (servers,)
        When the officers are free (updated); see `State`.
    service_s : array of float, shape (lanes,)
        Mean service times in force, in seconds.
    lane_sums : array of float, shape (4, lanes)
        `OF_PRIMARY` (added to).
    wait_counts : array of int32, shape (lanes, bins)
    sums : array of float, shape (4,)
        Sums of the line and interval (added to).

    Returns
    -------
    served : int
        How many were served.
    noted : int
        How many of them may be referred; their places are in ``waiting.noted``. With ``at_booth``
        it is the last served, if any, and its officer, the one who is free first, is not busy yet.
    """
    waiting, sums = borrowed(waiting), borrowed(sums)
    free, service_s = borrowed(free), borrowed(service_s)
    lane_sums, wait_counts = borrowed(lane_sums), borrowed(wait_counts)
    if manned <= 2:
        served, noted = serve_in_order(
            TWO, waiting, until, standard_s, at_booth, free, service_s, lane_sums, wait_counts, sums
        )
    elif manned <= 4:
        served, noted = serve_in_order(
            FOUR, waiting, until, standard_s, at_booth, free, service_s, lane_sums, wait_counts,
            sums,
        )  # fmt: skip
    elif manned <= 8:
        served, noted = serve_in_order(
            EIGHT, waiting, until, standard_s, at_booth, free, service_s, lane_sums, wait_counts,
            sums,
        )  # fmt: skip
    elif manned <= 16:
        served, noted = serve_in_order(
            SIXTEEN, waiting, until, standard_s, at_booth, free, service_s, lane_sums, wait_counts,
            sums,
        )  # fmt: skip
    else:
        served, noted = serve_in_order(
            MOST, waiting, until, standard_s, at_booth, free, service_s, lane_sums, wait_counts,
            sums,
        )  # fmt: skip
    return served, noted


@inlined
def serve_in_order(
    room: tuple[float, ...],
    waiting: Waiting,
    until: float,
    standard_s: float,
    at_booth: bool,
    free: Floats,
    service_s: Floats,
    lane_sums: Floats,
    wait_counts: npt.NDArray[np.int32],
    sums: Floats,
) -> tuple[int, int]:
    """Do the same with room for so many officers; see `serve_vehicles`.

    Their moments and the sums by lane are held in registers, so they are as many as the code says.
    """
    time_s, service, code, start_s, noted = waiting
    started, waited = sums[STARTED], sums[WAITED]
    stood_ready, served_s = sums[STOOD_READY], sums[SERVED]
    moments = first_of(free, room)
    released = first_of(lane_sums[0], EACH_LANE)
    wait_s = first_of(lane_sums[1], EACH_LANE)
    within = first_of(lane_sums[2], EACH_LANE)
    primary_s = first_of(lane_sums[3], EACH_LANE)
    served = len(time_s)
    count = 0
    free_s = number_in(moments, 0)
    for i in range(len(time_s)):
        arrival = time_s[i]
        start = max(free_s, arrival)
        if start >= until:
            served = i
            break
        lane = int64(code[i] & LANE_OF_CODE)
        duration = service_s[lane] * service[i]
        wait = start - arrival
        started += until - start
        waited += wait
        stood_ready += start - free_s
        served_s += duration
        released = add_to(released, lane, 1.0)
        wait_s = add_to(wait_s, lane, wait)
        within = add_to(within, lane, 1.0 if wait <= standard_s else 0.0)
        primary_s = add_to(primary_s, lane, duration)
        bin_of_wait = BIN_OF_MINUTE[np.uint32(min(int64(wait * (1.0 / 60.0)), 360))]
        wait_counts[lane, bin_of_wait if wait > 0.0 else 0] += 1
        start_s[i] = start
        may_be_referred = code[i] >= MAY_BE_REFERRED
        noted[count] = i
        count += may_be_referred
        if at_booth and may_be_referred:
            served = i + 1
            break
        # Ahead of the vector, which takes longer: the next to be free is the second, or this one.
        end = start + duration
        free_s = min(number_in(moments, 1), end)
        moments = put_in_order(moments, end)
    put_back(moments, free)
    put_back(released, lane_sums[0])
    put_back(wait_s, lane_sums[1])
    put_back(within, lane_sums[2])
    put_back(primary_s, lane_sums[3])
    sums[STARTED], sums[WAITED] = started, waited
    sums[STOOD_READY], sums[SERVED] = stood_ready, served_s
    return served, count


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
    today: DaySums,
) -> None:
    """Serve one line to the end of a control interval (rules 2, 5, 6 and 7 of `sim.model.day`).

    Parameters
    ----------
    line : int
        Among the lines of the port; its place in ``standing`` is moved on.
    free : array of float, shape (servers,)
        When the officers are free (updated); see `State`.
    today : DaySums
        Sums of the port's day (the line's own are added to).
    """
    world_line = world.first_line[port] + line
    used, line_sums, lane_sums = today.used, today.line[line], terms.lane_sums
    for lane in range(LANE_COUNT):
        if used[lane] and world.line_of_lane[port, lane] == world_line:
            hurry_service = interval.row[HURRY_SERVICE] if terms.hurry else 1.0
            terms.service_s[lane] = interval.row[SERVICE_S + lane] * hurry_service
            for column in range(len(OF_PRIMARY)):
                lane_sums[column, lane] = interval.lane_sums[lane, RELEASED + column]
    terms.sums[:] = 0.0
    tracing = log.written[0] < len(log.primary)
    first = standing.head[line]
    last = standing.last[line]
    head = first
    while head < last:
        waiting = Waiting(
            lineup.time_s[head:last],
            lineup.service[head:last],
            lineup.code[head:last],
            lineup.start_s[head:last],
            lineup.noted,
        )
        served, noted = serve_vehicles(
            waiting, interval.until_s, interval.standard_s, terms.does_secondary, terms.manned,
            free, terms.service_s, lane_sums, interval.wait_counts, terms.sums,
        )  # fmt: skip
        if tracing:
            trace_primary(
                head, head + served, port, line, terms, plan, world, lineup, standing, log
            )
        for i in range(noted):
            position = head + lineup.noted[i]
            vehicle = vehicle_at(position, port, line, plan, world, lineup, standing)
            end = lineup.start_s[position] + (
                terms.service_s[vehicle.lane] * lineup.service[position]
            )
            # Most of those who may be referred at some time of the day are not referred now.
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
            if terms.does_secondary:
                keep_busy(free, terms.manned, end)
        head += served
        if noted == 0 or not terms.does_secondary:
            break
    for lane in range(LANE_COUNT):
        if used[lane] and world.line_of_lane[port, lane] == world_line:
            for column in range(len(OF_PRIMARY)):
                interval.lane_sums[lane, RELEASED + column] = lane_sums[column, lane]
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
