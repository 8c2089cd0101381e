"""A port in the compiled engine: its lines and queues, control moment by control moment."""

import numpy as np
import numpy.typing as npt

from sim.engine.compiled.lineup import LANE_COUNT, Lineup, keep_line, line_up
from sim.engine.compiled.officers import MOST_SERVERS, State, hand_over, stand_ready
from sim.engine.compiled.primary import serve_line
from sim.engine.compiled.secondary import serve_queue, sweep
from sim.model.day import AFTER_HOURS, HELD, OPEN, DayPlan, World
from sim.model.port.inspection_rates import HURRY_QUEUE, SECONDARY_S, SERVICE_S, WAIVE_QUEUE
from sim.model.port.layout import QUEUES
from sim.model.port.roster import allocate
from sim.numerics.compilation import compiled, int64
from sim.numerics.units import Floats, Rows, Whole
from sim.records.tally import ARRIVALS, LINE_ARRIVED, LINE_QUEUE_S, OVERTIME, READY, SHIFT, Tally


@compiled
def integrated(cumulative: Floats, port: int, lane: int, cells: int, seconds: float) -> float:
    """Integrated arrival rate of a lane from midnight to a moment of the day."""
    position = seconds * cells / 86400.0
    cell = min(int64(position), cells - 1)
    lower = cumulative[port, lane, cell]
    return float(lower + (position - cell) * (cumulative[port, lane, cell + 1] - lower))


@compiled
def first_from(time_s: Floats, first: int, last: int, moment: float) -> int:
    """First vehicle that arrives at a moment or later."""
    while first < last and time_s[first] < moment:
        first += 1
    return first


@compiled
def count_arrivals(
    time_s: Floats,
    lanes: npt.NDArray[np.int8],
    first: int,
    last: int,
    until: float,
    lane_sums: Floats,
) -> tuple[int, float]:
    """Count those who arrive before the next control moment.

    Returns
    -------
    next : int
        First vehicle that arrives later.
    waited : float
        Sum of the times from their arrivals to the control moment, in seconds.
    """
    waited = 0.0
    vehicle = first
    while vehicle < last and time_s[vehicle] < until:
        lane_sums[lanes[vehicle], ARRIVALS] += 1.0
        waited += until - time_s[vehicle]
        vehicle += 1
    return vehicle, waited


@compiled
def nothing_to_do(
    until: float,
    seen: Whole,
    last_of: Whole,
    head_of: Whole,
    heads: Whole,
    tails: Whole,
    time_s: Floats,
) -> bool:
    """Whether nobody is in line or in secondary, or comes before the next control moment."""
    for queue in range(QUEUES):
        if heads[queue] < tails[queue]:
            return False
    for k in range(len(seen)):
        if head_of[k] < last_of[k] and time_s[head_of[k]] < until:
            return False
    return True


@compiled
def run_port(
    port: int,
    plan: DayPlan,
    world: World,
    state: State,
    tally: Tally,
    attempts: Rows,
    lineup: Lineup,
    waiting: tuple[Rows, Rows],
    heads: Whole,
    tails: Whole,
    trace: Floats,
    trace_2: Floats,
    trace_count: Whole,
    left: Rows,
    left_count: int,
) -> int:
    """Simulate one port for one day; return the number of vehicles left in line so far."""
    first_line = world.first_line[port]
    last_line = world.first_line[port + 1]
    lines = last_line - first_line
    first_place = first_line + QUEUES * port
    places = lines + QUEUES
    head_of = np.empty(lines, np.int64)
    seen = np.empty(lines, np.int64)
    last_of = np.empty(lines, np.int64)
    offset = 0
    for k in range(lines):
        head_of[k], last_of[k] = line_up(port, first_line + k, plan, world, lineup, offset)
        seen[k] = head_of[k]
        offset = last_of[k]
    need = np.zeros(places)
    most = np.empty(places, np.int64)
    given = np.zeros(places, np.int64)
    available = np.empty(places * MOST_SERVERS)
    hurry = np.zeros(lines, np.bool_)
    waive = np.zeros(lines, np.bool_)
    manned = state.manned[first_place : first_place + places]
    free = state.free[first_place : first_place + places]
    service_s = np.empty(LANE_COUNT)
    words = np.empty((LANE_COUNT, 4), np.int64)
    midnight = plan.day * 86400.0
    cells = plan.cells[port]
    cumulative = plan.cumulative
    day_factor = plan.day_factor[port]
    standard_s = plan.standard_s
    line_of_lane = world.line_of_lane[port]
    entities = world.entity[port]
    day = plan.day
    seed = world.seed
    replication = world.replication
    service_table = world.service_table
    secondary_table = world.secondary_table
    time_s = lineup.time_s
    service_words = lineup.service_word
    search_words = lineup.search_word
    mandatory_words = lineup.mandatory_word
    lanes = lineup.lane
    guest_of = lineup.guest
    indices = lineup.number
    guest_rows = plan.extra_arrivals
    for k in range(plan.intervals[port]):
        now = plan.start_s[port, k]
        until = plan.start_s[port, k + 1]
        mode = plan.state[port, k]
        if (
            mode == AFTER_HOURS
            and state.after_hours[port] == 1
            and nothing_to_do(until, seen, last_of, head_of, heads, tails, time_s)
        ):
            continue
        row = plan.rates[plan.row[port, k]]
        hour = min(int64((now - midnight) / 3600.0), 23)
        lane_sums = tally.lane[plan.weekday, port, hour]
        wait_counts = tally.waits[plan.weekday, port, hour]
        officer_sums = tally.officer[plan.weekday, port, hour]
        for place in range(lines):
            seen[place] = first_from(time_s, seen[place], last_of[place], now)
        if mode == AFTER_HOURS:
            if state.after_hours[port] == 0:
                for place in range(places):
                    for server in range(manned[place]):
                        officer_sums[OVERTIME] += max(free[place, server] - now, 0.0)
                state.after_hours[port] = 1
                state.present[port] = 0
        else:
            if state.after_hours[port] == 1:
                manned[:] = 0
                state.after_hours[port] = 0
            officers = plan.officers[port, k] if mode == OPEN else 0
            need[lines:] = 0.0
            for place in range(lines):
                line = first_line + place
                load = 0.0
                expected = 0.0
                secondary = 0.0
                for lane in range(LANE_COUNT):
                    if line_of_lane[lane] == line:
                        arrivals = (
                            integrated(cumulative, port, lane, cells, until - midnight)
                            - integrated(cumulative, port, lane, cells, now - midnight)
                        ) / day_factor
                        expected += arrivals
                        load += arrivals * row[SERVICE_S + lane]
                        secondary += arrivals * row[SECONDARY_S + lane]
                queued = seen[place] - head_of[place]
                mean = load / expected if expected > 0.0 else row[SERVICE_S]
                span = until - now
                need[place] = (load + queued * mean) / span
                most[place] = world.booths[line]
                queue = lines + world.queue_of_line[line]
                need[queue] += secondary / span
            for queue in range(QUEUES):
                backlog = 0.0
                for entry in range(heads[queue], tails[queue]):
                    if waiting[queue][entry].join_s >= now:
                        break
                    backlog += waiting[queue][entry].work_s
                need[lines + queue] += backlog / (until - now)
                used = False
                for line in range(first_line, last_line):
                    used = used or world.queue_of_line[line] == queue
                most[lines + queue] = world.bays[port, queue] if used else 0
            allocate(officers, lines, need, most, given)
            hand_over(
                now, state.present[port], officers, manned, given, free, available, officer_sums
            )
            state.present[port] = officers
            officer_sums[SHIFT] += officers * (until - now)
            posted = 0
            for place in range(places):
                posted += manned[place]
            officer_sums[READY] += (officers - posted) * (until - now)
            if mode == HELD:
                officer_sums[SHIFT] += plan.officers[port, k] * (until - now)
                officer_sums[READY] += plan.officers[port, k] * (until - now)
            for queue in range(QUEUES):
                if officers > 0 and manned[lines + queue] == 0 and heads[queue] < tails[queue]:
                    heads[queue] = sweep(
                        queue, now, waiting[queue], heads[queue], tails[queue], first_line,
                        last_line, first_place, world, state, lane_sums, officer_sums, attempts,
                        trace_2, trace_count,
                    )  # fmt: skip
        for place in range(lines):
            queued = seen[place] - head_of[place]
            booths = max(manned[place], 1)
            hurry[place] = queued > row[HURRY_QUEUE] * booths
            waive[place] = queued > row[WAIVE_QUEUE] * booths
        on_shift = mode != AFTER_HOURS
        for place in range(lines):
            line = first_line + place
            line_sums = tally.line[line]
            arrived, waited = count_arrivals(
                time_s, lanes, seen[place], last_of[place], until, lane_sums
            )
            in_line = seen[place] - head_of[place]
            line_sums[LINE_QUEUE_S] += waited + in_line * (until - now)
            line_sums[LINE_ARRIVED] += arrived - seen[place]
            seen[place] = arrived
            before = head_of[place]
            if manned[place] > 0 and before < last_of[place] and time_s[before] < until:
                queue = world.queue_of_line[line]
                own_work = manned[lines + queue] == 0
                head_of[place], tails[queue] = serve_line(
                    line, before, last_of[place], until, manned[place], free[place], row,
                    hurry[place], waive[place], own_work, on_shift, standard_s, line_of_lane,
                    entities, day, seed, replication, service_table, secondary_table, time_s,
                    service_words, search_words, mandatory_words, lanes, guest_of, indices,
                    guest_rows, waiting[queue], heads[queue], tails[queue], lane_sums, wait_counts,
                    officer_sums, line_sums, attempts, trace, trace_2, trace_count, service_s,
                    words,
                )  # fmt: skip
        for queue in range(QUEUES):
            place = lines + queue
            if heads[queue] < tails[queue]:
                heads[queue] = serve_queue(
                    waiting[queue], heads[queue], tails[queue], until, manned[place], free[place],
                    lane_sums, officer_sums, attempts, on_shift, trace_2, trace_count,
                )  # fmt: skip
        if on_shift:
            stand_ready(until, manned, free, officer_sums)
    return keep_line(port, plan, world, lineup, head_of, last_of, left, left_count)
