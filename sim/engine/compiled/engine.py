"""The compiled engine: one exact recursion over the vehicles of all ports for one day.

The rules are those of `sim.model.day`; `sim.engine.reference` is the readable statement of the
same. The recursion goes from control moment to control moment. Between two of them the booths of a
line are fixed, so the start of service of the next vehicle is the later of its arrival and the
earliest moment at which a booth is free; a vehicle that could not start before the next control
moment stays in line.
"""

import numpy as np

from sim.engine.compiled.lineup import Lineup, new_lineup
from sim.engine.compiled.officers import MOST_SERVERS, State
from sim.engine.compiled.port import run_port
from sim.engine.compiled.secondary import new_waiting
from sim.model.day import EXTRA_ARRIVAL, DayPlan, World, in_order, new_extra_arrivals
from sim.model.port.layout import QUEUES
from sim.model.port.traffic import most_vehicles
from sim.numerics.compilation import borrowed, compiled, inlined
from sim.numerics.units import Floats, Rows, Whole
from sim.records.tally import Tally


@inlined
def without_counting(
    plan: DayPlan, world: World, state: State, tally: Tally, lineup: Lineup
) -> tuple[DayPlan, World, State, Tally, Lineup]:
    """Borrow every array of the day, which the caller keeps alive."""
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
            borrowed(plan.rates),
            borrowed(plan.cumulative),
            borrowed(plan.day_factor),
            borrowed(plan.cells),
            borrowed(plan.extra_arrivals),
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
    left : array of EXTRA_ARRIVAL
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
        self.in_line = new_extra_arrivals(0)
        self.kept = new_waiting(0)
        self.left = np.empty(0, EXTRA_ARRIVAL)
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
            plan = plan._replace(extra_arrivals=in_order(self.in_line, plan.extra_arrivals))
        ports = np.arange(len(plan.cells))
        expected = plan.cumulative[ports, :, plan.cells]
        extra_arrivals = len(plan.extra_arrivals)
        room_by_port = most_vehicles(expected).sum(axis=1)
        most = 2 * (int(room_by_port.max()) + extra_arrivals)
        if len(self.lineup.time_s) < most:
            self.lineup = new_lineup(most)
        secondary = most + len(self.kept)
        if len(self.waiting[0]) < secondary:
            self.waiting = (new_waiting(secondary), new_waiting(secondary))
        total = int(room_by_port.sum()) + extra_arrivals
        if len(self.left) < total:
            self.left = np.empty(total, EXTRA_ARRIVAL)
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
