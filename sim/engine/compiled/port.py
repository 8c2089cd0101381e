"""A port in the compiled engine: its lines and queues, control moment by control moment."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engine.compiled.lineup import (
    LANE_COUNT,
    LANE_OF_CODE,
    THRESHOLDS,
    Lineup,
    Standing,
    line_up,
    new_lineup,
    new_standing,
    set_thresholds,
    widest_thresholds,
)
from sim.engine.compiled.officers import MOST_SERVERS, State, hand_over, stand_ready
from sim.engine.compiled.primary import LINE_SUMS, OF_PRIMARY, serve_line
from sim.engine.compiled.record import (
    DaySums,
    Interval,
    LineTerms,
    Log,
    clear_day,
    note_heads,
    note_terms,
)
from sim.engine.compiled.secondary import Queues, new_queues, serve_queue, sweep
from sim.model.day import AFTER_HOURS, HELD, OPEN, DayPlan, World
from sim.model.port.inspection_rates import (
    BOOTHS,
    HURRY_QUEUE,
    OPEN_LOAD,
    PATIENCE_FROM_S,
    PATIENCE_S,
    SECONDARY_S,
    SERVICE_S,
    WAIVE_QUEUE,
    WIDTH,
)
from sim.model.port.layout import QUEUES
from sim.model.port.superintendent import allocate, patience, turned_round_share
from sim.numerics.compilation import borrowed, compiled, inlined, int64
from sim.numerics.units import Floats, Whole
from sim.records import ARRIVALS, GAVE_UP, LINE_ARRIVED, LINE_QUEUE_S, OVERTIME, READY, SHIFT


class Desk(NamedTuple):
    """Room for what the superintendent of one port works out.

    It is made once and lent to one port after the other: arrays made in compiled code would have
    their references counted.

    Attributes
    ----------
    need : array of float, shape (stations,)
        Load until the next control moment, in officers.
    most, given : array of int, shape (stations,)
        Booths or bays that exist, and officers put there.
    available : array of float
        See `hand_over`.
    expected, load, secondary : array of float, shape (lines,)
        Vehicles expected until the next control moment, and the officer seconds that they bring to
        primary and to secondary.
    reached : array of float, shape (lanes,)
        Integrated arrival rate up to the control moment.
    words : array of int, shape (lanes + 1, 4)
        Thresholds of referral in force by lane, and room for those of one more.
    widest : array of int, shape (lanes, 4)
        Widest thresholds of the day.
    service_s : array of float, shape (lanes,)
    lane_sums : array of float, shape (4, lanes)
        Sums of primary (`sim.engine.compiled.primary.OF_PRIMARY`).
    sums : array of float, shape (4,)
        See `LineTerms`.
    """

    need: Floats
    most: Whole
    given: Whole
    available: Floats
    expected: Floats
    load: Floats
    secondary: Floats
    reached: Floats
    words: Whole
    widest: Whole
    service_s: Floats
    lane_sums: Floats
    sums: Floats


def new_desk(lines: int) -> Desk:
    """Room for a port with so many lines."""
    stations = lines + QUEUES
    return Desk(
        need=np.zeros(stations),
        most=np.zeros(stations, np.int64),
        given=np.zeros(stations, np.int64),
        available=np.zeros(stations * MOST_SERVERS),
        expected=np.zeros(lines),
        load=np.zeros(lines),
        secondary=np.zeros(lines),
        reached=np.zeros(LANE_COUNT),
        words=np.zeros((LANE_COUNT + 1, THRESHOLDS), np.int64),
        widest=np.zeros((LANE_COUNT, THRESHOLDS), np.int64),
        service_s=np.zeros(LANE_COUNT),
        lane_sums=np.zeros((len(OF_PRIMARY), LANE_COUNT)),
        sums=np.zeros(LINE_SUMS),
    )


class Plaza(NamedTuple):
    """Room for one port on one day, lent to one port after the other.

    Attributes
    ----------
    lineup : Lineup
    standing : Standing
    desk : Desk
    queues : Queues
    """

    lineup: Lineup
    standing: Standing
    desk: Desk
    queues: Queues


def new_plaza(vehicles: int, in_secondary: int, lines: int) -> Plaza:
    """Room for a port with so many vehicles a day, in each secondary queue, and lines."""
    return Plaza(
        new_lineup(vehicles), new_standing(lines), new_desk(lines), new_queues(in_secondary)
    )


@inlined
def integrated(cumulative: Floats, cells: int, seconds: float) -> float:
    """Integrated arrival rate of a lane from midnight to a moment of the day."""
    position = seconds * cells / 86400.0
    cell = min(int64(position), cells - 1)
    lower = cumulative[cell]
    return float(lower + (position - cell) * (cumulative[cell + 1] - lower))


@inlined
def first_from(time_s: Floats, first: int, last: int, moment: float) -> int:
    """First vehicle that arrives at a moment or later."""
    while first < last and time_s[first] < moment:
        first += 1
    return first


@inlined
def count_arrivals(
    time_s: Floats, code: npt.NDArray[np.int8], until: float, lane_sums: Floats
) -> tuple[int, float]:
    """Count those who arrive before the next control moment.

    Parameters
    ----------
    time_s, code : array
        The line from the first who has not arrived yet.
    until : float
        The next control moment, in seconds since the run began.
    lane_sums : array of float, shape (lanes, columns)

    Returns
    -------
    arrived : int
        How many.
    waited : float
        Sum of the times from their arrivals to the control moment, in seconds.
    """
    if len(time_s) == 0:
        return 0, 0.0
    # Most are of one lane; they are counted together.
    usual = int64(code[0] & LANE_OF_CODE)
    others = 0
    waited = 0.0
    arrived = len(time_s)
    for i in range(len(time_s)):
        if time_s[i] >= until:
            arrived = i
            break
        waited += until - time_s[i]
        lane = int64(code[i] & LANE_OF_CODE)
        if lane != usual:
            lane_sums[lane, ARRIVALS] += 1.0
            others += 1
    lane_sums[usual, ARRIVALS] += arrived - others
    return arrived, waited


@compiled
def turn_round(
    port: int,
    line: int,
    wait_s: float,
    interval: Interval,
    plan: DayPlan,
    lineup: Lineup,
    standing: Standing,
) -> None:
    """Let some of those who would arrive before the next control moment turn round (rule 9).

    Those who are in line or stay move up to those who come later, who are more.

    Parameters
    ----------
    wait_s : float
        Wait that is known at the control moment, in seconds.
    """
    plan, lineup, standing = borrowed(plan), borrowed(lineup), borrowed(standing)
    beyond = wait_s - interval.row[PATIENCE_FROM_S]
    begin, end = standing.seen[line], standing.seen[line]
    while end < standing.last[line] and lineup.time_s[end] < interval.until_s:
        end += 1
    place = end
    for i in range(end - 1, standing.head[line] - 1, -1):
        if i >= begin:
            lane, source = int64(lineup.code[i] & LANE_OF_CODE), int64(lineup.source[i])
            extra = source - standing.extra_begin[line] + standing.extra_row[line]
            goes_on = source >= standing.extra_begin[line] and (
                plan.extra_arrivals[extra].attempt >= 0
            )
            leaving = turned_round_share(beyond, interval.row[PATIENCE_S + lane])
            if not goes_on and patience(int64(lineup.service_word[source])) < leaving:
                interval.lane_sums[lane, GAVE_UP] += 1.0
                continue
        place -= 1
        lineup.time_s[place] = lineup.time_s[i]
        lineup.service[place] = lineup.service[i]
        lineup.code[place] = lineup.code[i]
        lineup.source[place] = lineup.source[i]
    standing.seen[line] += place - standing.head[line]
    standing.head[line] = place


@inlined
def nothing_to_do(
    until: float, lines: int, time_s: Floats, standing: Standing, queues: Queues
) -> bool:
    """Whether nobody is in line or in secondary, or comes before the next control moment."""
    idle = True
    for queue in range(QUEUES):
        if queues.head[queue] < queues.tail[queue]:
            idle = False
    for line in range(lines):
        head = standing.head[line]
        if head < standing.last[line] and time_s[head] < until:
            idle = False
    return idle


@inlined
def set_most(port: int, lines: int, row: Floats, world: World, most: Whole) -> None:
    """Write down how many booths and bays may open; a queue that no line uses has none."""
    first_line = world.first_line[port]
    for lane in range(LANE_COUNT - 1, -1, -1):
        line = world.line_of_lane[port, lane] - first_line
        if line >= 0:
            most[line] = min(world.booths[first_line + line], int64(row[BOOTHS + lane]))
    for queue in range(QUEUES):
        most[lines + queue] = 0
        for line in range(lines):
            if world.queue_of_line[first_line + line] == queue:
                most[lines + queue] = world.bays[port, queue]


@inlined
def integrate_to(
    moment: float, port: int, plan: DayPlan, world: World, lines: int, row: Floats, desk: Desk
) -> None:
    """Work out what the lanes bring from where they have been integrated to up to a moment.

    The superintendent expects the curve without its day factor.
    """
    cells = plan.cells[port]
    for line in range(lines):
        desk.expected[line] = 0.0
        desk.load[line] = 0.0
        desk.secondary[line] = 0.0
    for lane in range(LANE_COUNT):
        line = world.line_of_lane[port, lane] - world.first_line[port]
        if line < 0 or plan.cumulative[port, lane, cells] <= 0.0:
            continue
        reached = integrated(plan.cumulative[port, lane], cells, moment - plan.day * 86400.0)
        arrivals = (reached - desk.reached[lane]) / plan.day_factor[port]
        desk.reached[lane] = reached
        desk.expected[line] += arrivals
        desk.load[line] += arrivals * row[SERVICE_S + lane]
        desk.secondary[line] += arrivals * row[SECONDARY_S + lane]


@inlined
def set_need(
    port: int,
    lines: int,
    world: World,
    interval: Interval,
    standing: Standing,
    queues: Queues,
    desk: Desk,
    need: Floats,
) -> None:
    """Work out the load of every station until the next control moment, in officers."""
    span = interval.until_s - interval.now_s
    for queue in range(QUEUES):
        need[lines + queue] = 0.0
    for line in range(lines):
        expected = desk.expected[line]
        load = desk.load[line]
        queued = standing.seen[line] - standing.head[line]
        mean = load / expected if expected > 0.0 else interval.row[SERVICE_S]
        need[line] = (load + queued * mean) / span
        queue = world.queue_of_line[world.first_line[port] + line]
        need[lines + queue] += desk.secondary[line] / span
    for queue in range(QUEUES):
        backlog = 0.0
        for entry in range(queues.head[queue], queues.tail[queue]):
            if queues.rows[queue, entry].join_s >= interval.now_s:
                break
            backlog += queues.rows[queue, entry].work_s
        need[lines + queue] += backlog / span


@inlined
def end_shift(
    port: int, stations: int, manned: Whole, free: Floats, state: State, interval: Interval
) -> None:
    """Shut the gate: from now on all work is overtime (rule 4)."""
    for station in range(stations):
        for server in range(manned[station]):
            interval.officer_sums[OVERTIME] += free[station, server] - interval.now_s
    state.after_hours[port] = 1
    state.present[port] = 0


@inlined
def post_officers(
    port: int,
    lines: int,
    k: int,
    interval: Interval,
    plan: DayPlan,
    world: World,
    state: State,
    plaza: Plaza,
    log: Log,
) -> None:
    """Set booths and secondary officers until the next control moment (rules 1, 3 and 7)."""
    desk, queues = plaza.desk, plaza.queues
    stations = lines + QUEUES
    first_station = world.first_line[port] + QUEUES * port
    manned = state.manned[first_station : first_station + stations]
    free = state.free[first_station : first_station + stations]
    need, most, given = desk.need[:stations], desk.most[:stations], desk.given[:stations]
    if state.after_hours[port] == 1:
        manned[:] = 0
        free[:] = np.inf
        state.after_hours[port] = 0
    officers = plan.officers[port, k] if plan.state[port, k] == OPEN else 0
    span = interval.until_s - interval.now_s
    set_need(port, lines, world, interval, plaza.standing, queues, desk, need)
    first_line = world.first_line[port]
    trade = plan.trade[port, k] if officers > 0 else -1
    queue_of_line = world.queue_of_line[first_line : first_line + lines]
    open_load = interval.row[OPEN_LOAD:WIDTH]
    allocate(officers, trade, lines, queue_of_line, open_load, need, most, given)
    moved = state.present[port] != officers
    for station in range(stations):
        moved |= manned[station] != given[station]
    if moved:
        hand_over(
            interval.now_s, state.present[port], officers, manned, given, free, desk.available,
            interval.officer_sums,
        )  # fmt: skip
    state.present[port] = officers
    interval.officer_sums[SHIFT] += officers * span
    posted = 0
    for station in range(stations):
        posted += manned[station]
    interval.officer_sums[READY] += (officers - posted) * span
    if plan.state[port, k] == HELD:
        interval.officer_sums[SHIFT] += plan.officers[port, k] * span
        interval.officer_sums[READY] += plan.officers[port, k] * span
    for queue in range(QUEUES):
        waiting = queues.head[queue] < queues.tail[queue]
        if officers > 0 and manned[lines + queue] == 0 and waiting:
            sweep(queues, queue, port, world, state, interval, log)


@inlined
def run_line(
    port: int,
    line: int,
    lines: int,
    k: int,
    manned: Whole,
    free: Floats,
    interval: Interval,
    plan: DayPlan,
    world: World,
    plaza: Plaza,
    today: DaySums,
    log: Log,
) -> None:
    """Let vehicles arrive at one line, and serve it, to the end of a control interval.

    Parameters
    ----------
    lines : int
        How many the port has.
    k : int
        Which interval of the day.
    manned : array of int, shape (stations,)
        Officers at the lines, then at the secondary queues; booth officers do the work of the
        queue to which their line refers where nobody works.
    free : array of float, shape (officers,)
        When each officer of the line is free, in seconds since the run began.
    """
    lineup, standing, desk = plaza.lineup, plaza.standing, plaza.desk
    queued = standing.seen[line] - standing.head[line]
    open_booths = manned[line]
    booths = max(open_booths, 1)
    queue = world.queue_of_line[world.first_line[port] + line]
    does_secondary = manned[lines + queue] == 0
    terms = LineTerms(
        queue,
        open_booths,
        queued > interval.row[HURRY_QUEUE] * booths,
        queued > interval.row[WAIVE_QUEUE] * booths,
        does_secondary,
        desk.service_s,
        desk.words,
        desk.lane_sums,
        desk.sums,
    )
    note_terms(
        world.first_line[port] + line, k, open_booths, terms.hurry, terms.waive, does_secondary,
        log.record,
    )  # fmt: skip
    if interval.on_shift and desk.expected[line] > 0.0:
        wait_s = queued * (desk.load[line] / desk.expected[line]) / booths
        if wait_s > interval.row[PATIENCE_FROM_S]:
            turn_round(port, line, wait_s, interval, plan, lineup, standing)
    seen, head, last = standing.seen[line], standing.head[line], standing.last[line]
    arrived, waited = count_arrivals(
        lineup.time_s[seen:last], lineup.code[seen:last], interval.until_s, interval.lane_sums
    )
    line_sums = today.line[line]
    line_sums[LINE_QUEUE_S] += waited + queued * (interval.until_s - interval.now_s)
    line_sums[LINE_ARRIVED] += arrived
    standing.seen[line] = seen + arrived
    if open_booths > 0 and head < last and lineup.time_s[head] < interval.until_s:
        serve_line(
            port, line, interval, terms, plan, world, lineup, standing, free, plaza.queues, log,
            today,
        )  # fmt: skip


@inlined
def run_port(
    port: int,
    plan: DayPlan,
    world: World,
    state: State,
    today: DaySums,
    plaza: Plaza,
    log: Log,
) -> None:
    """Simulate one port for one day; those in line at midnight are left in ``plaza``.

    The port's sums of the day, ``today``, begin at zero and are added to the running sums
    afterwards (`add_day`), so that it does not matter for the last bit whether the port was
    simulated or its day taken over from another scenario.

    What it calls at every control moment, or for the vehicles of one, is inlined: to hand over the
    arrays costs more than the work. What it calls for all vehicles of a lane and day is not.
    """
    plan, world, state, today = borrowed(plan), borrowed(world), borrowed(state), borrowed(today)
    plaza, log = borrowed(plaza), borrowed(log)
    lineup, standing, desk, queues = plaza.lineup, plaza.standing, plaza.desk, plaza.queues
    first_line = world.first_line[port]
    lines = world.first_line[port + 1] - first_line
    stations = lines + QUEUES
    first_station = first_line + QUEUES * port
    manned = state.manned[first_station : first_station + stations]
    free = state.free[first_station : first_station + stations]
    midnight = plan.day * 86400.0

    clear_day(today)
    # First all vehicles of the day, then the control intervals one after the other.
    widest_thresholds(port, plan, desk.words[LANE_COUNT], desk.widest)
    offset = 0
    open_all_day = bool(np.all(plan.state[port, : plan.intervals[port]] == OPEN))
    for line in range(lines):
        offset = line_up(
            port, line, plan, world, desk.widest, lineup, standing, offset, today.used, open_all_day
        )
    for queue in range(QUEUES):
        for entry in range(queues.head[queue], queues.tail[queue]):
            today.used[queues.rows[queue, entry].lane] = True
    integrated_to = -1.0
    row_in_force = -1

    for k in range(plan.intervals[port]):
        now = plan.start_s[port, k]
        until = plan.start_s[port, k + 1]
        on_shift = plan.state[port, k] != AFTER_HOURS
        if (
            not on_shift
            and state.after_hours[port] == 1
            and nothing_to_do(until, lines, lineup.time_s, standing, queues)
        ):
            continue
        note_heads(port, k, now, world, lineup, standing, log.record)
        hour = min(int64((now - midnight) / 3600.0), 23)
        interval = Interval(
            now,
            until,
            plan.standard_s,
            on_shift,
            plan.rates[plan.row[port, k]],
            today.lane[hour],
            today.waits[hour],
            today.officer[hour],
        )
        if plan.row[port, k] != row_in_force:
            row_in_force = plan.row[port, k]
            set_most(port, lines, interval.row, world, desk.most)
            for lane in range(LANE_COUNT):
                set_thresholds(interval.row, lane, desk.words[lane])
        for line in range(lines):
            standing.seen[line] = first_from(
                lineup.time_s, standing.seen[line], standing.last[line], now
            )
        if on_shift:
            if integrated_to != now:
                integrate_to(now, port, plan, world, lines, interval.row, desk)
            integrate_to(until, port, plan, world, lines, interval.row, desk)
            integrated_to = until
            post_officers(port, lines, k, interval, plan, world, state, plaza, log)
        elif state.after_hours[port] == 0:
            end_shift(port, stations, manned, free, state, interval)
        for line in range(lines):
            run_line(
                port, line, lines, k, manned, free[line], interval, plan, world, plaza,
                today, log,
            )  # fmt: skip
        for queue in range(QUEUES):
            if queues.head[queue] < queues.tail[queue]:
                station = lines + queue
                serve_queue(queues, queue, manned[station], free[station], interval, log)
        if on_shift:
            stand_ready(until, manned, free, interval.officer_sums)
    last = plan.intervals[port]
    note_heads(port, last, plan.start_s[port, last], world, lineup, standing, log.record)
