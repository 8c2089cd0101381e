"""The reference engine: every conveyance is a SimPy process. It is the readable specification.

`sim.model.day` has the rules in words. `sim.engine.compiled` obeys the same rules as a recursion
over the vehicles of a day; the tests of equality hold the two against each other, vehicle by
vehicle.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import ProcessGenerator

from sim.engine.reference.port import Port
from sim.engine.reference.queues import CALL, At, Line, Log, Vehicle, all_officers
from sim.engine.reference.vehicle import conveyance
from sim.model.day import OPEN, DayPlan, World
from sim.model.port.traffic import draw_lane_day, most_vehicles, new_draws
from sim.numerics import added
from sim.numerics.units import Floats, Rows, Whole
from sim.records import OBSERVED, Tally, new_attempts


class ReferenceEngine:
    """Lets the processes of all ports run in the world's own time.

    Parameters
    ----------
    env : simpy.Environment
    world : World
    tally : Tally
        Sums that are added to as things happen.
    trace_room : int
        How many vehicles to trace one by one (tests of equality); 0 for none.
    """

    def __init__(
        self, env: simpy.Environment, world: World, tally: Tally, trace_room: int = 0
    ) -> None:
        self.env = env
        self.world = world
        self.tally = tally
        self.log = Log(new_attempts(0), trace_room)
        ports = len(world.first_line) - 1
        self.ports = [Port(env, number, world, tally) for number in range(ports)]

    @property
    def trace(self) -> Floats:
        """See `Log`."""
        return self.log.trace

    @property
    def trace_2(self) -> Floats:
        """See `Log`."""
        return self.log.trace_2

    @property
    def trace_count(self) -> Whole:
        """See `Log`."""
        return self.log.count

    def run_day(self, plan: DayPlan, attempts: Rows) -> None:
        """Let a day begin: its superintendents and its traffic. It runs until the next midnight."""
        self.log.attempts = attempts
        for port in self.ports:
            self.env.process(port.superintend(plan))
            for line in port.lines:
                self.env.process(self._traffic(port, line, plan))

    def busy_after(self, end_s: float) -> float:
        """Officer seconds of work already begun that lie after a moment, without overtime."""
        return added(
            max(officer.free_s - end_s, 0.0)
            for port in self.ports
            if port.on_shift
            for officer in all_officers(port.places)
        )

    def still_in_line(self) -> tuple[Whole, Floats]:
        """Lines and arrival times of those who are in line now."""
        lines = [line for port in self.ports for line in port.lines]
        where = np.repeat([line.number for line in lines], [len(line.waiting) for line in lines])
        arrived = [arrived_s for line in lines for arrived_s, _ in line.waiting]
        return where.astype(np.int64), np.array(arrived, np.float64)

    def observed_sums(self, weekday: int) -> Floats:
        """Sums of a day of the week (see `sim.model.border.Engine`)."""
        return np.asarray(self.tally.lane[weekday].sum(axis=1)[..., OBSERVED])

    def attempts_inside(self) -> Whole:
        """Numbers of the attempts that are in line, in service or in secondary now."""
        return np.array(sorted(self.log.inside), np.int64)

    def _traffic(self, port: Port, line: Line, plan: DayPlan) -> ProcessGenerator:
        """Let the vehicles of one line arrive, one after the other."""
        vehicles = [vehicle for lane in line.lanes for vehicle in self._own(port, lane, plan)]
        vehicles += extra_arrivals_of(line, plan.extra_arrivals)
        vehicles.sort(key=lambda vehicle: vehicle.time_s)
        for vehicle in vehicles:
            yield At(self.env, vehicle.time_s, CALL)
            self.env.process(conveyance(port, line, vehicle, self.log))

    def _own(self, port: Port, lane: int, plan: DayPlan) -> list[Vehicle]:
        """Draw the vehicles of one lane that arrive while the port is open."""
        world, number = self.world, port.number
        cells = int(plan.cells[number])
        cumulative = plan.cumulative[number, lane, : cells + 1]
        room = int(most_vehicles(np.asarray(cumulative[cells])))
        entity = int(world.entity[number, lane])
        draws = new_draws(room)
        count = draw_lane_day(
            world.seed, world.replication, entity, plan.day, bool(world.timetabled[lane]),
            cumulative, world.gap_table, draws,
        )  # fmt: skip
        edges = plan.start_s[number, : plan.intervals[number]]
        interval = np.searchsorted(edges, draws.time_s[:count], side="right") - 1
        admitted = np.flatnonzero(plan.state[number, interval] == OPEN)
        columns: list[npt.NDArray[Any]] = [
            draws.time_s, draws.service_word, draws.search_word, draws.mandatory_word,
        ]  # fmt: skip
        drawn = [column[admitted].tolist() for column in columns]
        return [
            Vehicle(lane, time, service, search, mandatory, entity, plan.day, index)
            for index, time, service, search, mandatory in zip(
                admitted.tolist(), *drawn, strict=True
            )
        ]


def extra_arrivals_of(line: Line, extra_arrivals: Rows) -> Iterator[Vehicle]:
    """Vehicles of a line that are not drawn from its lanes' own streams."""
    names = [field.name for field in dataclasses.fields(Vehicle)]
    for row in extra_arrivals[extra_arrivals["line"] == line.number]:
        yield Vehicle(*(row[name].item() for name in names))
