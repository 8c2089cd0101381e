"""The compiled engine: one exact recursion over the vehicles of all ports for one day.

The rules are those of `sim.model.day`; `sim.engine.reference` is the readable statement of the
same. The recursion goes from control moment to control moment. Between two of them the booths of a
line are fixed and alike, so the start of service of the next vehicle is the later of its arrival
and the earliest moment at which an officer is free; a vehicle that could not start before the next
control moment stays in line.
"""

from typing import NamedTuple

import numpy as np

from sim.engine.compiled.day_sums import DaySums, add_day, new_day_sums, take_over_days
from sim.engine.compiled.interval import Log
from sim.engine.compiled.lineup import keep_line
from sim.engine.compiled.officers import MOST_SERVERS, State
from sim.engine.compiled.port import Plaza, new_plaza, run_port
from sim.engine.compiled.record import (
    Met,
    Record,
    met_on_day,
    new_record,
    record_of_day,
    with_ports,
)
from sim.engine.compiled.reuse import Inputs, inputs_of, same_layouts, same_ports
from sim.engine.compiled.secondary import new_waiting
from sim.model.day import EXTRA_ARRIVAL, DayPlan, World, in_order, new_extra_arrivals
from sim.model.port.layout import QUEUES
from sim.model.port.traffic import most_vehicles
from sim.numerics.compilation import borrowed, compiled, inlined
from sim.numerics.units import DAY_S, Flags, Floats, Rows, Whole
from sim.records import ATTEMPT, Tally


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


def _renumbered(rows: Rows, number: Whole) -> Rows:
    """Give vehicles of another replication the numbers that their attempts have in this one."""
    rows = rows.copy()
    carries = rows["attempt"] >= 0
    rows["attempt"][carries] = number[rows["attempt"][carries]]
    return rows


class CompiledEngine:
    """Runs whole days of all ports, and keeps what goes on over midnight.

    Parameters
    ----------
    world : World
    tally : Tally
        Sums that every day adds to.
    trace_room : int
        How many vehicles to trace one by one (tests of equality); 0 for none.
    leader : CompiledEngine, optional
        Engine of a replication with the same draws that has run each day before. Port-days that are
        the same there are taken over from it.
    records : bool
        Whether to write down what a vehicle added to the traffic would meet.
    """

    def __init__(
        self,
        world: World,
        tally: Tally,
        trace_room: int = 0,
        leader: "CompiledEngine | None" = None,
        records: bool = False,
    ) -> None:
        ports = len(world.first_line) - 1
        stations = len(world.booths) + QUEUES * ports
        self.world = world
        self.tally = tally
        self.today = new_day_sums(tally)
        self.state = State(
            np.full((stations, MOST_SERVERS), np.inf),
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
        self.records = records
        self.record: Record = new_record()
        self.met: Met | None = None
        self.leader = leader
        self.has_followers = False
        self.inputs: Inputs | None = None
        self.attempts = np.empty(0, ATTEMPT)
        self.reused = np.zeros(ports, np.int64)
        if leader is not None:
            leader.has_followers = True
            self.layout = same_layouts(world, leader.world)

    def run_day(self, plan: DayPlan, attempts: Rows) -> None:
        """Simulate the next day."""
        if len(self.in_line):
            plan = plan._replace(extra_arrivals=in_order(self.in_line, plan.extra_arrivals))
        # What was finished before midnight no longer matters.
        np.maximum(self.state.free, plan.day * DAY_S, out=self.state.free)
        same = np.zeros(len(plan.cells), np.bool_)
        self.attempts = attempts
        if self.has_followers or self.leader is not None:
            self.inputs = inputs_of(
                plan, self.world, self.state, self.kept, self.kept_until, attempts
            )
        if self.leader is not None and self.inputs is not None and self.leader.inputs is not None:
            same = same_ports(self.inputs, self.leader.inputs, self.layout)
        in_line, kept, counts = self._simulate(np.flatnonzero(~same), plan, attempts)
        if same.any():
            in_line, kept = self._take_over(same, plan.weekday, in_line, kept, counts)
        self.in_line, self.kept = in_line.copy(), kept.copy()
        self.kept_until = np.cumsum(counts).reshape(len(same), QUEUES)
        if self.records:
            self.met = met_on_day(self.record, len(same))

    def _simulate(self, ports: Whole, plan: DayPlan, attempts: Rows) -> tuple[Rows, Rows, Whole]:
        """Simulate some ports.

        Returns
        -------
        in_line : array of EXTRA_ARRIVAL
        kept : array of WAITING
            Vehicles in line and in secondary at the midnight after.
        counts : array of int, shape (ports, queues)
            Those in secondary by port and queue.
        """
        every = np.arange(len(plan.cells))
        expected = plan.cumulative[every, :, plan.cells]
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
        if self.records:
            self.record = record_of_day(plan, self.world, total + len(self.kept))
        log = Log(attempts, self.trace, self.trace_2, self.trace_count, self.record)
        count = run_day(
            ports, plan, self.world, self.state, self.today, self.tally, self.plaza, over_midnight,
            log,
        )  # fmt: skip
        until = over_midnight.kept_next_until
        counts = np.diff(until.ravel(), prepend=0).reshape(until.shape)
        return self.left[:count], self.kept_next[: int(counts.sum())], counts

    def _take_over(
        self, same: Flags, weekday: int, in_line: Rows, kept: Rows, counts: Whole
    ) -> tuple[Rows, Rows]:
        """Take the days of some ports over from the leader.

        Parameters
        ----------
        same : array of bool, shape (ports,)
        weekday : int
        in_line : array of EXTRA_ARRIVAL
        kept : array of WAITING
            Vehicles in line and in secondary at the ports that were simulated.
        counts : array of int, shape (ports, queues)
            Vehicles in secondary by port and queue; those of the ports taken over are filled in.

        Returns
        -------
        in_line, kept
            The same of all ports.
        """
        leader = self.leader
        assert leader is not None
        assert self.inputs is not None
        assert leader.inputs is not None
        ours, theirs = self.world.first_line, leader.world.first_line
        number = np.full(len(leader.attempts), -1)
        number[leader.inputs.numbers_at(same)] = self.inputs.numbers_at(same)
        decided = np.flatnonzero(number >= 0)
        self.attempts[number[decided]] = leader.attempts[decided]
        take_over_days(
            np.flatnonzero(same), weekday, self.world, leader.world, self.today, leader.today,
            self.tally,
        )  # fmt: skip
        self.reused += same
        if self.records:
            self.record = with_ports(self.record, self.world, leader.record, leader.world, same)
        stations = np.repeat(same, np.diff(ours) + QUEUES)
        their_stations = np.repeat(same, np.diff(theirs) + QUEUES)
        self.state.free[stations] = leader.state.free[their_stations]
        self.state.manned[stations] = leader.state.manned[their_stations]
        self.state.present[same] = leader.state.present[same]
        self.state.after_hours[same] = leader.state.after_hours[same]
        port_of = np.searchsorted(theirs, leader.in_line["line"], side="right") - 1
        taken = leader.in_line[same[port_of]]
        taken["line"] += (ours - theirs)[port_of[same[port_of]]]
        in_line = np.concatenate([in_line, _renumbered(taken, number)])
        in_line = in_line[np.argsort(in_line["line"], kind="stable")]
        their_counts = np.diff(leader.kept_until.ravel(), prepend=0).reshape(counts.shape)
        queues = np.arange(counts.size)
        queue, their_queue = (np.repeat(queues, each.ravel()) for each in (counts, their_counts))
        chosen = same[their_queue // QUEUES]
        kept = np.concatenate([kept, _renumbered(leader.kept[chosen], number)])
        kept = kept[np.argsort(np.concatenate([queue, their_queue[chosen]]), kind="stable")]
        counts[same] = their_counts[same]
        return in_line, kept

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
