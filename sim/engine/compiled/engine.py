"""The compiled engine: one exact recursion over the vehicles of all ports for one day.

The rules are those of `sim.model.day`; `sim.engine.reference` is the readable statement of the
same. The recursion goes from control moment to control moment. Between two of them the booths of a
line are fixed, so the start of service of the next vehicle is the later of its arrival and the
earliest moment at which a booth is free; a vehicle that could not start before the next control
moment stays in line.
"""

from typing import NamedTuple

import numpy as np

from sim.engine.compiled.day_sums import DaySums, add_day, new_day_sums
from sim.engine.compiled.interval import Log
from sim.engine.compiled.lineup import keep_line
from sim.engine.compiled.officers import MOST_SERVERS, State
from sim.engine.compiled.port import Plaza, new_plaza, run_port
from sim.engine.compiled.secondary import new_waiting
from sim.model.day import EXTRA_ARRIVAL, DayPlan, World, in_order, new_extra_arrivals
from sim.model.port.layout import QUEUES
from sim.model.port.traffic import most_vehicles
from sim.numerics.compilation import borrowed, compiled, inlined
from sim.numerics.units import Floats, Rows, Whole
from sim.records.tally import Tally


class OverMidnight(NamedTuple):
    """Room for what goes on in the next day.

    Attributes
    ----------
    kept, kept_next : array of WAITING
        Those in secondary at the midnight before (read) and after (written), by port and queue.
    kept_until, kept_next_until : array of int, shape (ports, queues)
        Where each of these queues ends.
    left : array of EXTRA_ARRIVAL
        Those in line at the midnight after (written).
    """

    kept: Rows
    kept_until: Whole
    kept_next: Rows
    kept_next_until: Whole
    left: Rows


@inlined
def kept_of(kept_until: Whole, port: int, queue: int) -> tuple[int, int]:
    """First of those kept in a secondary queue of a port, and one past the last."""
    first = 0
    if queue > 0:
        first = kept_until[port, queue - 1]
    elif port > 0:
        first = kept_until[port - 1, QUEUES - 1]
    return first, kept_until[port, queue]


@compiled
def run_day(
    ports: Whole,
    plan: DayPlan,
    world: World,
    state: State,
    today: DaySums,
    tally: Tally,
    plaza: Plaza,
    over_midnight: OverMidnight,
    log: Log,
) -> int:
    """Simulate some ports for one day.

    Parameters
    ----------
    ports : array of int
        Rows of the ports, in rising order.
    today : DaySums
        Sums of the day (written for these ports).
    tally : Tally
        Running sums, to which they are added.

    Returns
    -------
    int
        How many are in line at the midnight after.
    """
    plan, world, state, tally = borrowed(plan), borrowed(world), borrowed(state), borrowed(tally)
    ports, today = borrowed(ports), borrowed(today)
    plaza, over_midnight, log = borrowed(plaza), borrowed(over_midnight), borrowed(log)
    queues = plaza.queues
    count = 0
    stored = 0
    for port in ports:
        for queue in range(QUEUES):
            first, last = kept_of(over_midnight.kept_until, port, queue)
            for entry in range(first, last):
                queues.rows[queue, entry - first] = over_midnight.kept[entry]
            queues.head[queue] = 0
            queues.tail[queue] = last - first
        run_port(port, plan, world, state, today, plaza, log)
        add_day(port, plan.weekday, world, today, tally)
        count = keep_line(
            port, plan, world, plaza.lineup, plaza.standing, over_midnight.left, count
        )
        for queue in range(QUEUES):
            for entry in range(queues.head[queue], queues.tail[queue]):
                over_midnight.kept_next[stored] = queues.rows[queue, entry]
                stored += 1
            # Of ports that are left out nobody is kept: their queues end where the next begins.
            over_midnight.kept_next_until[port, queue:] = stored
            over_midnight.kept_next_until[port + 1 :] = stored
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
        stations = len(world.booths) + QUEUES * ports
        self.world = world
        self.tally = tally
        self.today = new_day_sums(tally)
        self.state = State(
            np.zeros((stations, MOST_SERVERS)),
            np.zeros(stations, np.int64),
            np.zeros(ports, np.int64),
            np.zeros(ports, np.int64),
        )
        self.in_line = new_extra_arrivals(0)
        self.kept = new_waiting(0)
        self.left = np.empty(0, EXTRA_ARRIVAL)
        self.kept_next = new_waiting(0)
        self.kept_until = np.zeros((ports, QUEUES), np.int64)
        self.most_lines = int(np.diff(world.first_line).max())
        self.plaza = new_plaza(0, 0, self.most_lines)
        self.trace = np.zeros((trace_room, 6))
        self.trace_2 = np.zeros((trace_room, 6))
        self.trace_count = np.zeros(2, np.int64)

    def run_day(self, plan: DayPlan, attempts: Rows, only: Whole | None = None) -> None:
        """Simulate the next day, of all ports or of some.

        Parameters
        ----------
        only : array of int, optional
            Rows of the ports, in rising order. For the others the caller has to add the sums of
            the day, and to put in what goes on over midnight.
        """
        if len(self.in_line):
            plan = plan._replace(extra_arrivals=in_order(self.in_line, plan.extra_arrivals))
        ports = np.arange(len(plan.cells))
        expected = plan.cumulative[ports, :, plan.cells]
        extra_arrivals = len(plan.extra_arrivals)
        room_by_port = most_vehicles(expected).sum(axis=1)
        # Vehicles stand twice in the line-up: where they are drawn, and where lanes are merged.
        most = 2 * (int(room_by_port.max()) + extra_arrivals)
        secondary = most + len(self.kept)
        plaza = self.plaza
        if len(plaza.lineup.time_s) < most or plaza.queues.rows.shape[1] < secondary:
            self.plaza = new_plaza(most, secondary, self.most_lines)
        total = int(room_by_port.sum()) + extra_arrivals
        if len(self.left) < total:
            self.left = np.empty(total, EXTRA_ARRIVAL)
        if len(self.kept_next) < total + len(self.kept):
            self.kept_next = new_waiting(total + len(self.kept))
        over_midnight = OverMidnight(
            self.kept, self.kept_until, self.kept_next, np.zeros_like(self.kept_until), self.left
        )
        log = Log(attempts, self.trace, self.trace_2, self.trace_count)
        count = run_day(
            ports if only is None else only, plan, self.world, self.state, self.today, self.tally,
            self.plaza, over_midnight, log,
        )  # fmt: skip
        self.in_line = self.left[:count].copy()
        self.kept_until = over_midnight.kept_next_until
        self.kept = self.kept_next[: self.kept_until[-1, -1]].copy()

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
