"""The compiled engine: one exact recursion over the vehicles of all ports for one day.

The rules are those of `sim.engine.day`; `sim.engine.reference` is the readable statement of the
same. The recursion goes from control moment to control moment. Between two of them the booths of a
line are fixed, so the start of service of the next vehicle is the later of its arrival and the
earliest moment at which a booth is free; a vehicle that could not start before the next control
moment stays in line.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compilation import borrowed, compiled, inlined, int64
from sim.engine.booths import hand_over, stand_ready
from sim.engine.day import AFTER_HOURS, GUEST, HELD, OPEN, DayPlan, World, in_order, new_guests
from sim.engine.inspection import serve_line
from sim.engine.lineup import LANE_COUNT, Lineup, keep_line, line_up, new_lineup
from sim.engine.secondary import (
    begin,
    leave_unexamined,
    new_waiting,
    serve_queue,
    trace_secondary,
)
from sim.engine.settings import HURRY_QUEUE, SECONDARY_S, SERVICE_S, WAIVE_QUEUE
from sim.model.port import MOST_BAYS, MOST_BOOTHS, QUEUES
from sim.model.roster import allocate
from sim.model.traffic import most_vehicles
from sim.records import (
    ARRIVALS,
    LINE_ARRIVED,
    LINE_QUEUE_S,
    OVERTIME,
    READY,
    SHIFT,
    Tally,
)

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Rows = npt.NDArray[np.void]

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
    for back in range(kept):
        waiting[entry - 1 - back] = waiting[head + kept - 1 - back]
    return entry - kept


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
    guest_rows = plan.guests
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
        row = plan.settings[plan.row[port, k]]
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


@inlined
def without_counting(
    plan: DayPlan, world: World, state: State, tally: Tally, lineup: Lineup
) -> tuple[DayPlan, World, State, Tally, Lineup]:
    """Borrow every array of the day (`sim.compilation.borrowed`): the caller keeps them alive."""
    return (
        DayPlan(
            plan.day,
            plan.weekday,
            plan.standard_s,
            borrowed(plan.intervals),
            borrowed(plan.start_s),
            borrowed(plan.state),
            borrowed(plan.officers),
            borrowed(plan.row),
            borrowed(plan.settings),
            borrowed(plan.cumulative),
            borrowed(plan.day_factor),
            borrowed(plan.cells),
            borrowed(plan.guests),
        ),
        World(
            borrowed(world.first_line),
            borrowed(world.line_of_lane),
            borrowed(world.queue_of_line),
            borrowed(world.booths),
            borrowed(world.bays),
            borrowed(world.entity),
            borrowed(world.timetabled),
            world.seed,
            world.replication,
            borrowed(world.gap_table),
            borrowed(world.service_table),
            borrowed(world.secondary_table),
        ),
        State(
            borrowed(state.free),
            borrowed(state.manned),
            borrowed(state.present),
            borrowed(state.after_hours),
        ),
        Tally(
            borrowed(tally.lane),
            borrowed(tally.waits),
            borrowed(tally.officer),
            borrowed(tally.line),
        ),
        Lineup(
            borrowed(lineup.time_s),
            borrowed(lineup.gap_word),
            borrowed(lineup.service_word),
            borrowed(lineup.search_word),
            borrowed(lineup.mandatory_word),
            borrowed(lineup.lane),
            borrowed(lineup.guest),
            borrowed(lineup.number),
        ),
    )


@compiled
def run_day(
    plan: DayPlan,
    world: World,
    state: State,
    tally: Tally,
    attempts: Rows,
    lineup: Lineup,
    waiting: tuple[Rows, Rows],
    kept: Rows,
    kept_until: Whole,
    kept_next: Rows,
    kept_next_until: Whole,
    trace: Floats,
    trace_2: Floats,
    trace_count: Whole,
    left: Rows,
) -> int:
    """Simulate all ports for one day.

    Parameters
    ----------
    kept, kept_next : array of WAITING
        Those in secondary at the midnight before (read) and after (written), by port and queue;
        ``kept_until`` and ``kept_next_until`` say where each port's queue ends.
    left : array of GUEST
        Room for those in line at the midnight after (written).

    Returns
    -------
    int
        How many are in line at the midnight after.
    """
    plan, world, state, tally, lineup = without_counting(plan, world, state, tally, lineup)
    attempts = borrowed(attempts)
    waiting = (borrowed(waiting[0]), borrowed(waiting[1]))
    trace, trace_2, trace_count = borrowed(trace), borrowed(trace_2), borrowed(trace_count)
    left = borrowed(left)
    ports = len(plan.intervals)
    heads = np.zeros(QUEUES, np.int64)
    tails = np.zeros(QUEUES, np.int64)
    count = 0
    stored = 0
    source = 0
    for port in range(ports):
        for queue in range(QUEUES):
            heads[queue] = 0
            tails[queue] = 0
            while source < kept_until[port, queue]:
                waiting[queue][tails[queue]] = kept[source]
                tails[queue] += 1
                source += 1
        count = run_port(
            port, plan, world, state, tally, attempts, lineup, waiting, heads, tails, trace,
            trace_2, trace_count, left, count,
        )  # fmt: skip
        for queue in range(QUEUES):
            for entry in range(heads[queue], tails[queue]):
                kept_next[stored] = waiting[queue][entry]
                stored += 1
            kept_next_until[port, queue] = stored
    return count


class CompiledEngine:
    """Runs whole days of all ports, and keeps what goes on over midnight.

    Parameters
    ----------
    world : World
    tally : Tally
        Sums that every day adds to.
    trace_room : int
        How many vehicles to trace one by one (tests of equality); 0 for none.
    """

    def __init__(self, world: World, tally: Tally, trace_room: int = 0) -> None:
        ports = len(world.first_line) - 1
        places = len(world.booths) + QUEUES * ports
        self.world = world
        self.tally = tally
        self.state = State(
            np.zeros((places, MOST_SERVERS)),
            np.zeros(places, np.int64),
            np.zeros(ports, np.int64),
            np.zeros(ports, np.int64),
        )
        self.in_line = new_guests(0)
        self.kept = new_waiting(0)
        self.left = np.empty(0, GUEST)
        self.kept_next = new_waiting(0)
        self.kept_until = np.zeros((ports, QUEUES), np.int64)
        self.lineup = new_lineup(0)
        self.waiting = (new_waiting(0), new_waiting(0))
        self.trace = np.zeros((trace_room, 6))
        self.trace_2 = np.zeros((trace_room, 6))
        self.trace_count = np.zeros(2, np.int64)

    def run_day(self, plan: DayPlan, attempts: Rows) -> None:
        """Simulate the next day."""
        if len(self.in_line):
            plan = plan._replace(guests=in_order(self.in_line, plan.guests))
        ports = np.arange(len(plan.cells))
        expected = plan.cumulative[ports, :, plan.cells]
        guests = len(plan.guests)
        room_by_port = most_vehicles(expected).sum(axis=1)
        most = 2 * (int(room_by_port.max()) + guests)
        if len(self.lineup.time_s) < most:
            self.lineup = new_lineup(most)
        secondary = most + len(self.kept)
        if len(self.waiting[0]) < secondary:
            self.waiting = (new_waiting(secondary), new_waiting(secondary))
        total = int(room_by_port.sum()) + guests
        if len(self.left) < total:
            self.left = np.empty(total, GUEST)
        if len(self.kept_next) < total + len(self.kept):
            self.kept_next = new_waiting(total + len(self.kept))
        left, kept_next = self.left, self.kept_next
        kept_next_until = np.zeros_like(self.kept_until)
        count = run_day(
            plan, self.world, self.state, self.tally, attempts, self.lineup, self.waiting,
            self.kept, self.kept_until, kept_next, kept_next_until, self.trace, self.trace_2,
            self.trace_count, left,
        )  # fmt: skip
        self.in_line = left[:count].copy()
        stored = int(kept_next_until[-1, -1])
        self.kept = kept_next[:stored].copy()
        self.kept_until = kept_next_until

    def busy_after(self, end_s: float) -> float:
        """Officer seconds of work already begun that lie after a moment.

        Work in overtime is left out: it was counted in full when it began.
        """
        lines = np.diff(self.world.first_line)
        on_shift = np.repeat(self.state.after_hours == 0, lines + QUEUES)
        servers = np.arange(MOST_SERVERS) < (self.state.manned * on_shift)[:, None]
        return float(np.maximum(self.state.free - end_s, 0.0)[servers].sum())

    def still_in_line(self) -> tuple[Whole, Floats]:
        """Lines and arrival times of those who are in line at midnight."""
        return self.in_line["line"], self.in_line["time_s"]

    def attempts_inside(self) -> Whole:
        """Numbers of the attempts that are in line or in secondary at midnight."""
        inside = np.concatenate([self.in_line["attempt"], self.kept["attempt"]])
        return np.sort(inside[inside >= 0])
