"""Port-days that are the same in two scenarios are simulated once.

What a port does on a day is a function of its inputs: the midnight state, the control moments and
officers of the day, the rates of inspection, the arrival curves, and the vehicles added to them.
Where all of these are equal in two replications with the same draws, so is everything that
follows, to the last bit. An engine that follows another takes such port-days over.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engine.compiled.officers import State
from sim.model.day import DayPlan, World
from sim.model.port.inspection_rates import (
    HURRY_QUEUE,
    KIND_RATE,
    KIND_TRAVELLER,
    LOOKOUT_HIT,
    PICK_TRAFFICKER,
    SECONDARY_S,
    WIDTH,
    WITHDRAWAL_SHARE,
)
from sim.model.port.layout import QUEUES
from sim.model.port.traffic import LANES
from sim.numerics.compilation import compiled
from sim.numerics.units import Flags, Rows, Whole

LANE_COUNT = len(LANES)
Bytes = npt.NDArray[np.uint8]


def _columns_of_attempts() -> Flags:
    """Columns of the rates that decide only about attempts."""
    flags = np.zeros(WIDTH, np.bool_)
    flags[PICK_TRAFFICKER:SECONDARY_S] = True
    flags[[LOOKOUT_HIT, WITHDRAWAL_SHARE]] = True
    flags[KIND_RATE:KIND_TRAVELLER] = True
    return flags


def _lane_of_column() -> Whole:
    """Lane that a column of the rates is about; -1 where it is about the whole port."""
    lane = np.full(WIDTH, -1)
    lane[:HURRY_QUEUE] = np.arange(HURRY_QUEUE) % LANE_COUNT
    return lane


COLUMNS_OF_ATTEMPTS = _columns_of_attempts()
LANE_OF_COLUMN = _lane_of_column()


class Inputs(NamedTuple):
    """What the port-days of a day depend on, and their vehicles as comparable bytes.

    Attributes
    ----------
    plan : DayPlan
        With those in line since midnight among its added vehicles.
    world : World
    state : State
        At midnight.
    added : array of byte, shape (vehicles, bytes of a row)
        Added vehicles; lines are numbered by port, and an attempt is a flag.
    added_until : array of int, shape (ports,)
        Where the vehicles of each port end.
    inside : array of byte, shape (vehicles, bytes of a row)
        Vehicles in secondary at midnight, followed by the row of their attempt.
    inside_until : array of int, shape (ports, queues)
    attempts : array of bool, shape (ports,)
        Whether an attempt is among the vehicles of a port.
    lanes : array of bool, shape (ports, lanes)
        Lanes with traffic.
    numbers, port_of_number : array of int
        Attempts among the vehicles (added ones, then those in secondary), and the port of each.
    """

    plan: DayPlan
    world: World
    state: State
    added: Bytes
    added_until: Whole
    inside: Bytes
    inside_until: Whole
    attempts: Flags
    lanes: Flags
    numbers: Whole
    port_of_number: Whole

    def numbers_at(self, ports: Flags) -> Whole:
        """Attempts at some ports; the same ones in the same order where the ports are the same."""
        return np.asarray(self.numbers[ports[self.port_of_number]])


def inputs_of(
    plan: DayPlan, world: World, state: State, inside: Rows, inside_until: Whole, fates: Rows
) -> Inputs:
    """Put the inputs of a day into a form that can be compared.

    Parameters
    ----------
    plan : DayPlan
    world : World
    state : State
        It is copied.
    inside : array of WAITING
        Vehicles in secondary at midnight, by port and queue.
    inside_until : array of int, shape (ports, queues)
    fates : array of ATTEMPT
        What is known of the attempts so far.
    """
    ports = len(plan.cells)
    vehicles = plan.extra_arrivals
    port = np.searchsorted(world.first_line, vehicles["line"], side="right") - 1
    added = vehicles.copy()
    added["line"] -= world.first_line[port]
    added["attempt"] = vehicles["attempt"] >= 0
    waiting = inside.copy()
    waiting["attempt"] = inside["attempt"] >= 0
    known = _as_bytes(fates[inside["attempt"]])
    known[inside["attempt"] < 0] = 0
    counts = np.diff(inside_until.ravel(), prepend=0).reshape(inside_until.shape)
    port_inside = np.repeat(np.arange(ports), counts.sum(axis=1))
    numbers = np.concatenate([vehicles["attempt"], inside["attempt"]])
    port_of_number = np.concatenate([port, port_inside])[numbers >= 0]
    attempts = np.zeros(ports, np.bool_)
    attempts[port_of_number] = True
    rows = np.arange(ports)
    lanes = plan.cumulative[rows, :, plan.cells] > 0.0
    lanes[port, vehicles["lane"]] = True
    lanes &= world.line_of_lane >= 0
    return Inputs(
        plan=plan,
        world=world,
        state=State(
            state.free.copy(), state.manned.copy(), state.present.copy(), state.after_hours.copy()
        ),
        added=_as_bytes(added),
        added_until=np.searchsorted(port, rows, side="right"),
        inside=np.hstack([_as_bytes(waiting), known]),
        inside_until=inside_until,
        attempts=attempts,
        lanes=lanes,
        numbers=numbers[numbers >= 0],
        port_of_number=port_of_number,
    )


def _as_bytes(rows: Rows) -> Bytes:
    """Rows of a structured array without gaps, as bytes."""
    return np.ascontiguousarray(rows).view(np.uint8).reshape(len(rows), rows.dtype.itemsize).copy()


@compiled
def same_bytes(
    ours: Bytes, first: int, last: int, theirs: Bytes, their_first: int, their_last: int
) -> bool:
    """Whether two blocks of rows hold the same bytes."""
    if last - first != their_last - their_first:
        return False
    for row in range(last - first):
        for byte in range(ours.shape[1]):
            if ours[first + row, byte] != theirs[their_first + row, byte]:
                return False
    return True


@compiled
def same_layout(port: int, ours: World, theirs: World) -> bool:
    """Whether a port has the same lanes, lines, booths and bays."""
    first, last = ours.first_line[port], ours.first_line[port + 1]
    other = theirs.first_line[port]
    if last - first != theirs.first_line[port + 1] - other:
        return False
    for lane in range(LANE_COUNT):
        line, their_line = ours.line_of_lane[port, lane], theirs.line_of_lane[port, lane]
        if (line < 0) != (their_line < 0) or (line >= 0 and line - first != their_line - other):
            return False
        if ours.entity[port, lane] != theirs.entity[port, lane]:
            return False
    for line in range(last - first):
        if ours.booths[first + line] != theirs.booths[other + line]:
            return False
        if ours.queue_of_line[first + line] != theirs.queue_of_line[other + line]:
            return False
    return bool(np.all(ours.bays[port] == theirs.bays[port]))


@compiled
def same_schedule(port: int, ours: DayPlan, theirs: DayPlan) -> bool:
    """Whether a port has the same control moments, openings and officers."""
    count = ours.intervals[port]
    if count != theirs.intervals[port]:
        return False
    for k in range(count):
        if (
            ours.start_s[port, k] != theirs.start_s[port, k]
            or ours.state[port, k] != theirs.state[port, k]
            or ours.officers[port, k] != theirs.officers[port, k]
        ):
            return False
    return bool(ours.start_s[port, count] == theirs.start_s[port, count])


@compiled
def same_rates(port: int, ours: Inputs, theirs: Inputs) -> bool:
    """Whether the rates that can matter are the same in every control interval of a port.

    Those of a lane without traffic cannot, nor can those about attempts where there is none.
    """
    for k in range(ours.plan.intervals[port]):
        row = ours.plan.rates[ours.plan.row[port, k]]
        other = theirs.plan.rates[theirs.plan.row[port, k]]
        for column in range(WIDTH):
            if row[column] != other[column]:
                lane = LANE_OF_COLUMN[column]
                if lane >= 0 and not ours.lanes[port, lane]:
                    continue
                if COLUMNS_OF_ATTEMPTS[column] and not ours.attempts[port]:
                    continue
                return False
    return True


@compiled
def same_traffic(port: int, ours: DayPlan, theirs: DayPlan) -> bool:
    """Whether the arrival curves of a port are the same."""
    cells = ours.cells[port]
    if cells != theirs.cells[port] or ours.day_factor[port] != theirs.day_factor[port]:
        return False
    for lane in range(LANE_COUNT):
        for cell in range(cells + 1):
            if ours.cumulative[port, lane, cell] != theirs.cumulative[port, lane, cell]:
                return False
    return True


@compiled
def same_midnight(port: int, ours: Inputs, theirs: Inputs) -> bool:
    """Whether the officers of a port are at the same posts at midnight, and free as soon."""
    if (
        ours.state.present[port] != theirs.state.present[port]
        or ours.state.after_hours[port] != theirs.state.after_hours[port]
    ):
        return False
    first = ours.world.first_line[port] + QUEUES * port
    last = ours.world.first_line[port + 1] + QUEUES * (port + 1)
    other = theirs.world.first_line[port] + QUEUES * port
    for station in range(last - first):
        manned = ours.state.manned[first + station]
        if manned != theirs.state.manned[other + station]:
            return False
        for server in range(manned):
            if (
                ours.state.free[first + station, server]
                != theirs.state.free[other + station, server]
            ):
                return False
    return True


@compiled
def same_vehicles(port: int, ours: Inputs, theirs: Inputs) -> bool:
    """Whether the vehicles added to a port's traffic, and those in secondary, are the same."""
    before = port - 1
    if not same_bytes(
        ours.added,
        ours.added_until[before] if port > 0 else 0,
        ours.added_until[port],
        theirs.added,
        theirs.added_until[before] if port > 0 else 0,
        theirs.added_until[port],
    ):
        return False
    first = ours.inside_until[before, QUEUES - 1] if port > 0 else 0
    other = theirs.inside_until[before, QUEUES - 1] if port > 0 else 0
    for queue in range(QUEUES):
        last, their_last = ours.inside_until[port, queue], theirs.inside_until[port, queue]
        if not same_bytes(ours.inside, first, last, theirs.inside, other, their_last):
            return False
        first, other = last, their_last
    return True


@compiled
def same_ports(ours: Inputs, theirs: Inputs, layout: Flags) -> Flags:
    """Ports whose day is the same in two replications.

    Parameters
    ----------
    ours, theirs : Inputs
        Of the same day, with the same draws.
    layout : array of bool, shape (ports,)
        Ports with the same lanes, lines, booths and bays (`same_layouts`).

    Returns
    -------
    array of bool, shape (ports,)
    """
    same = layout.copy()
    for port in range(len(layout)):
        same[port] = (
            same[port]
            and same_schedule(port, ours.plan, theirs.plan)
            and same_vehicles(port, ours, theirs)
            and same_midnight(port, ours, theirs)
            and same_traffic(port, ours.plan, theirs.plan)
            and same_rates(port, ours, theirs)
        )
    return same


@compiled
def same_layouts(ours: World, theirs: World) -> Flags:
    """Ports with the same lanes, lines, booths and bays."""
    same = np.zeros(len(ours.bays), np.bool_)
    for port in range(len(same)):
        same[port] = same_layout(port, ours, theirs)
    return same
