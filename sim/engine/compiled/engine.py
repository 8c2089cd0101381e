"""The compiled engine: one exact recursion over the vehicles of all ports for one day.

The rules are those of `sim.model.day`; `sim.engine.reference` is the readable statement of the
same. The recursion goes from control moment to control moment. Between two of them the booths of a
line are fixed and alike, so the start of service of the next vehicle is the later of its arrival
and the earliest moment at which an officer is free; a vehicle that could not start before the next
control moment stays in line.
"""

from typing import NamedTuple

import numpy as np

from sim.engine.compiled.lineup import LANE_COUNT, keep_line
from sim.engine.compiled.officers import MOST_SERVERS, State
from sim.engine.compiled.port import Plaza, new_plaza, run_port
from sim.engine.compiled.record import (
    DaySums,
    Log,
    Met,
    Record,
    RunningSums,
    add_day,
    add_days,
    copy_sums,
    fill_tally,
    met_on_day,
    new_day_sums,
    new_record,
    new_sums,
    record_of_day,
    sum_over_hours,
    sums_at,
    with_ports,
)
from sim.engine.compiled.reuse import (
    Inputs,
    OverMidnight,
    inputs_of,
    kept_of,
    same_layouts,
    same_ports,
    take_over,
)
from sim.engine.compiled.secondary import new_waiting
from sim.model.day import EXTRA_ARRIVAL, DayPlan, World, in_order, new_extra_arrivals
from sim.model.port.layout import QUEUES
from sim.model.port.traffic import most_vehicles
from sim.numerics.compilation import borrowed, compiled
from sim.numerics.units import DAY_S, Flags, Floats, Rows, Whole
from sim.records import ATTEMPT, OBSERVED, Tally


class Yard(NamedTuple):
    """Room for those who are inside at midnight.

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


@compiled
def run_day(
    ports: Whole,
    plan: DayPlan,
    world: World,
    state: State,
    today: DaySums,
    sums: RunningSums,
    added: bool,
    plaza: Plaza,
    yard: Yard,
    log: Log,
) -> int:
    """Simulate some ports for one day.

    Parameters
    ----------
    ports : array of int
        Rows of the ports, in rising order.
    today : DaySums
        Sums of the day (written for these ports).
    sums : RunningSums
        Running sums, to which they are added ...
    added : bool
        ... now, or else by the caller. If now, all ports write to the same place, which stays in
        the processor's cache.

    Returns
    -------
    int
        How many are in line at the midnight after.
    """
    plan, world, state, sums = borrowed(plan), borrowed(world), borrowed(state), borrowed(sums)
    ports, today = borrowed(ports), borrowed(today)
    plaza, yard, log = borrowed(plaza), borrowed(yard), borrowed(log)
    queues = plaza.queues
    count = 0
    stored = 0
    done = 0
    for port in ports:
        yard.kept_next_until[done:port] = stored
        for queue in range(QUEUES):
            first, last = kept_of(yard.kept_until, port, queue)
            for entry in range(first, last):
                queues.rows[queue, entry - first] = yard.kept[entry]
            queues.head[queue] = 0
            queues.tail[queue] = last - first
        of_port = sums_at(0 if added else port, port, world.first_line, today)
        run_port(port, plan, world, state, of_port, plaza, log)
        if added:
            add_day(port, plan.weekday, world.first_line[port], of_port, sums)
        count = keep_line(port, plan, world, plaza.lineup, plaza.standing, yard.left, count)
        for queue in range(QUEUES):
            for entry in range(queues.head[queue], queues.tail[queue]):
                yard.kept_next[stored] = queues.rows[queue, entry]
                stored += 1
            yard.kept_next_until[port, queue] = stored
        # Of ports that are left out nobody is kept: their queues end where the next begins.
        done = port + 1
    yard.kept_next_until[done:] = stored
    return count


class CompiledEngine:
    """Runs whole days of all ports, and keeps what goes on over midnight.

    Parameters
    ----------
    world : World
    trace_room : int
        How many vehicles to trace one by one (tests of equality); 0 for none.
    leader : CompiledEngine, optional
        Engine of a replication with the same draws that has run each day before. Port-days that are
        the same there are taken over from it.
    records : bool
        Whether to write down what a vehicle added to the traffic would meet.
    hours : bool
        Whether anybody asks for the waits of an hour, here or in an engine that follows.
    """

    def __init__(
        self,
        world: World,
        trace_room: int = 0,
        leader: "CompiledEngine | None" = None,
        records: bool = False,
        hours: bool = True,
    ) -> None:
        ports = len(world.first_line) - 1
        stations = len(world.booths) + QUEUES * ports
        self.world = world
        self.sums = new_sums(world, hours=hours)
        self.today = new_day_sums(ports, len(world.booths))
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
        # The day of the week whose sums are still to be added to the running ones.
        self.unadded: int | None = None
        self.inputs: Inputs | None = None
        self.attempts = np.empty(0, ATTEMPT)
        self.reused = np.zeros(ports, np.int64)
        # Room for the vehicles of a day, by its curves.
        self.room: tuple[Floats, int, int] | None = None
        # Ports with running sums of their own; those of the others are the leader's.
        self.own = np.ones(ports, np.bool_)
        self.observed: dict[int, Floats] = {}
        if leader is not None:
            leader.lead()
            self.layout = same_layouts(world, leader.world)
            self.own = ~self.layout

    def lead(self) -> None:
        """Keep what an engine that follows needs to know of each day."""
        self.has_followers = True

    def run_day(self, plan: DayPlan, attempts: Rows) -> None:
        """Simulate the next day."""
        if len(self.in_line):
            plan = plan._replace(extra_arrivals=in_order(self.in_line, plan.extra_arrivals))
        # What was finished before midnight no longer matters.
        np.maximum(self.state.free, plan.day * DAY_S, out=self.state.free)
        self.attempts = attempts
        self._add_today()
        leader = self.leader
        if self.has_followers or leader is not None:
            self.inputs = inputs_of(
                plan, self.world, self.state, self.kept, self.kept_until, attempts
            )
        if self.has_followers:
            assert self.inputs is not None
            # A follower's sums may begin with what ours were before the day.
            free, manned, present, after_hours = self.state
            state = State(free.copy(), manned.copy(), present.copy(), after_hours.copy())
            self.inputs = self.inputs._replace(state=state)
            self.unadded = plan.weekday
        if leader is None or self.inputs is None or leader.inputs is None:
            now = self._simulate(np.arange(len(plan.cells)), plan, attempts)
        else:
            same = same_ports(self.inputs, leader.inputs, self.layout)
            begun = ~same & ~self.own
            if begun.any():  # they differ for the first time
                copy_sums(begun, self.world, self.sums, leader.world, leader.sums)
                self.own |= begun
            now = self._simulate(np.flatnonzero(~same), plan, attempts)
            if same.any():
                now = self._take_over(same, plan.weekday, now, leader)
        self.in_line, self.kept, self.kept_until = now.in_line, now.kept, now.kept_until
        if self.records:
            self.met = met_on_day(self.record, len(plan.cells))

    def _add_today(self) -> None:
        """Add the sums of the last day that the followers have run as well."""
        if self.unadded is not None:
            first_line = self.world.first_line
            every = np.arange(len(self.own))
            add_days(every, self.unadded, first_line, first_line, self.today, self.sums)
            self.unadded = None

    def _room_for(self, plan: DayPlan) -> tuple[int, int]:
        """Most vehicles that any port can have on a day, and all of them."""
        if self.room is None or self.room[0] is not plan.cumulative:
            known = None if self.leader is None else self.leader.room
            if known is None or known[0] is not plan.cumulative:
                every = np.arange(len(plan.cells))
                by_port = most_vehicles(plan.cumulative[every, :, plan.cells]).sum(axis=1)
                known = plan.cumulative, int(by_port.max()), int(by_port.sum())
            self.room = known
        return self.room[1:]

    def _simulate(self, ports: Whole, plan: DayPlan, attempts: Rows) -> OverMidnight:
        """Simulate some ports; return what goes on in the next day."""
        extra_arrivals = len(plan.extra_arrivals)
        at_port, at_all = self._room_for(plan)
        # Vehicles stand twice in the line-up: where they are drawn, and where lanes are merged.
        most = 2 * (at_port + extra_arrivals)
        secondary = most + len(self.kept)
        plaza = self.plaza
        if len(plaza.lineup.time_s) < most or plaza.queues.rows.shape[1] < secondary:
            self.plaza = new_plaza(most, secondary, self.most_lines)
        total = at_all + extra_arrivals
        if len(self.left) < total:
            self.left = np.empty(total, EXTRA_ARRIVAL)
        if len(self.kept_next) < total + len(self.kept):
            self.kept_next = new_waiting(total + len(self.kept))
        until = np.zeros_like(self.kept_until)
        yard = Yard(self.kept, self.kept_until, self.kept_next, until, self.left)
        if self.records:
            self.record = record_of_day(plan, self.world, total + len(self.kept))
        log = Log(attempts, self.trace, self.trace_2, self.trace_count, self.record)
        count = 0
        if len(ports):  # to hand over so many arrays takes longer than to find nothing to do
            count = run_day(
                ports, plan, self.world, self.state, self.today, self.sums, self.unadded is None,
                self.plaza, yard, log,
            )  # fmt: skip
        kept = self.kept_next[: until[-1, -1]].copy()
        return OverMidnight(self.state, self.left[:count].copy(), kept, until)

    def _take_over(
        self, same: Flags, weekday: int, ours: OverMidnight, leader: "CompiledEngine"
    ) -> OverMidnight:
        """Take the days of some ports over from the leader.

        Parameters
        ----------
        same : array of bool, shape (ports,)
        weekday : int
        ours : OverMidnight
            Of the ports that were simulated.
        leader : CompiledEngine

        Returns
        -------
        OverMidnight
            Of all ports.
        """
        assert self.inputs is not None
        assert leader.inputs is not None
        number = np.full(len(leader.attempts), -1)
        their_numbers, numbers = leader.inputs.numbers_at(same), self.inputs.numbers_at(same)
        number[their_numbers] = numbers
        self.attempts[numbers] = leader.attempts[their_numbers]
        first_line, their_first_line = self.world.first_line, leader.world.first_line
        add_days(
            np.flatnonzero(same & self.own), weekday, first_line, their_first_line, leader.today,
            self.sums,
        )  # fmt: skip
        self.reused += same
        if self.records:
            self.record = with_ports(self.record, self.world, leader.record, leader.world, same)
        theirs = OverMidnight(leader.state, leader.in_line, leader.kept, leader.kept_until)
        joined = OverMidnight(
            self.state,
            np.empty(len(ours.in_line) + len(leader.in_line), EXTRA_ARRIVAL),
            new_waiting(len(ours.kept) + len(leader.kept)),
            np.zeros_like(ours.kept_until),
        )
        count = take_over(same, first_line, their_first_line, number, ours, theirs, joined)
        kept = joined.kept[: joined.kept_until[-1, -1]]
        return joined._replace(in_line=joined.in_line[:count], kept=kept)

    def complete_sums(self, tally: Tally) -> None:
        """Write the running sums, those that are the leader's among them."""
        self._add_today()
        fill_tally(self.own, self.world, tally, self.world, self.sums)
        if self.leader is not None:
            self.leader._add_today()
            fill_tally(~self.own, self.world, tally, self.leader.world, self.leader.sums)

    def rest(self) -> None:
        """Give back what only another day would need."""
        self._add_today()
        self.inputs, self.today = None, new_day_sums(0, 0)
        self.plaza = new_plaza(0, 0, self.most_lines)
        self.left, self.kept_next = np.empty(0, EXTRA_ARRIVAL), new_waiting(0)

    def observed_sums(self, weekday: int) -> Floats:
        """Sums of a day of the week (see `sim.model.border.Engine`)."""
        self._add_today()
        totals = np.empty((len(self.own), LANE_COUNT, len(OBSERVED)))
        if self.leader is not None:
            totals[:] = self.leader.observed[weekday]
        sum_over_hours(np.flatnonzero(self.own), weekday, self.sums, OBSERVED, totals)
        self.observed[weekday] = totals
        return totals

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
