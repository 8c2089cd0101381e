"""Port-days that are the same in two scenarios are simulated once.

What a port does on a day is a function of its inputs: the midnight state, the control moments and
officers of the day, the rates of inspection, the arrival curves, and the vehicles added to them.
Where all of these are equal in two replications with the same draws, so is everything that
follows, to the last bit. An engine that follows another takes such port-days over.
"""

from typing import Any, NamedTuple

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
from sim.numerics.compilation import borrowed, compiled, inlined
from sim.numerics.units import Flags, Floats, Rows, Whole

LANE_COUNT = len(LANES)


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
    """What the port-days of a day depend on, and their vehicles as comparable words.

    Attributes
    ----------
    plan : DayPlan
        With those in line since midnight among its added vehicles.
    first_line : array of int, shape (ports + 1,)
    state : State
        At midnight.
    added : array of int, shape (vehicles, words of a row)
        Added vehicles; lines are numbered by port, and an attempt is a flag.
    added_until : array of int, shape (ports,)
        Where the vehicles of each port end.
    inside : array of int, shape (vehicles, words of a row)
        Vehicles in secondary at midnight; an attempt is a flag.
    known : array of int, shape (vehicles, words of a row)
        What is known of the attempt of each of them.
    inside_until : array of int, shape (ports, queues)
    attempts : array of bool, shape (ports,)
        Whether an attempt is among the vehicles of a port.
    lanes : array of bool, shape (ports, lanes)
        Lanes with traffic.
    numbers, port_of_number : array of int
        Attempts among the vehicles (added ones, then those in secondary), and the port of each.
    """

    plan: DayPlan
    first_line: Whole
    state: State
    added: Whole
    added_until: Whole
    inside: Whole
    known: Whole
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
        It is not copied.
    inside : array of WAITING
        Vehicles in secondary at midnight, by port and queue.
    inside_until : array of int, shape (ports, queues)
    fates : array of ATTEMPT
        What is known of the attempts so far.
    """
    ports = len(plan.cells)
    added, waiting = plan.extra_arrivals.copy(), inside.copy()
    known = np.zeros(len(inside), fates.dtype)
    added_until = np.zeros(ports, np.int64)
    attempts, lanes = np.zeros(ports, np.bool_), np.zeros((ports, LANE_COUNT), np.bool_)
    numbers, port_of_number = np.empty((2, len(added) + len(inside)), np.int64)
    traffic = plan.cumulative, plan.cells
    where = world.first_line, world.line_of_lane
    count = describe(
        traffic, where, added, added_until, waiting, inside_until, known, fates, attempts, lanes,
        numbers, port_of_number,
    )  # fmt: skip
    return Inputs(
        plan=plan,
        first_line=world.first_line,
        state=state,
        added=_as_words(added),
        added_until=added_until,
        inside=_as_words(waiting),
        known=_as_words(known),
        inside_until=inside_until,
        attempts=attempts,
        lanes=lanes,
        numbers=numbers[:count],
        port_of_number=port_of_number[:count],
    )


def _as_words(rows: Rows) -> Whole:
    """Rows of a structured array without gaps, as words of 64 bits."""
    return rows.view(np.int64).reshape(len(rows), rows.dtype.itemsize // 8)


@compiled
def describe(
    traffic: tuple[Floats, Whole],
    where: tuple[Whole, Whole],
    added: Rows,
    added_until: Whole,
    inside: Rows,
    inside_until: Whole,
    known: Rows,
    fates: Rows,
    attempts: Flags,
    lanes: Flags,
    numbers: Whole,
    port_of_number: Whole,
) -> int:
    """Make vehicles comparable, and write down what is known of them (see `Inputs`).

    Parameters
    ----------
    traffic : tuple of array
        Curves and cells of the plan.
    where : tuple of array
        First line of each port, and line of each lane.

    Returns
    -------
    int
        How many attempts there are.
    """
    cumulative, cells = traffic
    first_line, line_of_lane = where
    added, inside, known, fates = (
        borrowed(added),
        borrowed(inside),
        borrowed(known),
        borrowed(fates),
    )
    count = 0
    row = 0
    for port in range(len(added_until)):
        for lane in range(LANE_COUNT):
            lanes[port, lane] = cumulative[port, lane, cells[port]] > 0.0
        while row < len(added) and added[row].line < first_line[port + 1]:
            vehicle = added[row]
            vehicle.line = vehicle.line - first_line[port]
            lanes[port, vehicle.lane] = True
            if vehicle.attempt >= 0:
                attempts[port] = True
                numbers[count] = vehicle.attempt
                port_of_number[count] = port
                count += 1
                vehicle.attempt = 1
            row += 1
        added_until[port] = row
        for lane in range(LANE_COUNT):
            if line_of_lane[port, lane] < 0:
                lanes[port, lane] = False
    row = 0
    for port in range(len(added_until)):
        while row < inside_until[port, QUEUES - 1]:
            waiting = inside[row]
            if waiting.attempt >= 0:
                known[row] = fates[waiting.attempt]
                attempts[port] = True
                numbers[count] = waiting.attempt
                port_of_number[count] = port
                count += 1
                waiting.attempt = 1
            row += 1
    return count


@inlined
def differ(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> bool:
    """Whether any number differs; without a branch, several are compared at a time."""
    count = 0
    for i in range(len(ours)):
        count += ours[i] != theirs[i]
    return count > 0


@inlined
def same_rows(
    ours: Whole, first: int, last: int, theirs: Whole, their_first: int, their_last: int
) -> bool:
    """Whether two blocks of rows hold the same words."""
    if last - first != their_last - their_first:
        return False
    for row in range(last - first):
        if differ(ours[first + row], theirs[their_first + row]):
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


@inlined
def same_schedule(port: int, ours: DayPlan, theirs: DayPlan) -> bool:
    """Whether a port has the same control moments, openings and officers."""
    count = ours.intervals[port]
    if count != theirs.intervals[port]:
        return False
    return not (
        differ(ours.start_s[port, : count + 1], theirs.start_s[port, : count + 1])
        or differ(ours.state[port, :count], theirs.state[port, :count])
        or differ(ours.officers[port, :count], theirs.officers[port, :count])
        or differ(ours.trade[port, :count], theirs.trade[port, :count])
    )


@inlined
def same_rates(port: int, ours: Inputs, theirs: Inputs) -> bool:
    """Whether the rates that can matter are the same in every control interval of a port.

    Those of a lane without traffic cannot, nor can those about attempts where there is none.
    """
    compared, with_other = -1, -1
    for k in range(ours.plan.intervals[port]):
        number, other_number = ours.plan.row[port, k], theirs.plan.row[port, k]
        if number == compared and other_number == with_other:
            continue
        compared, with_other = number, other_number
        row, other = ours.plan.rates[number], theirs.plan.rates[other_number]
        for column in range(WIDTH if differ(row, other) else 0):
            if row[column] != other[column]:
                lane = LANE_OF_COLUMN[column]
                if lane >= 0 and not ours.lanes[port, lane]:
                    continue
                if COLUMNS_OF_ATTEMPTS[column] and not ours.attempts[port]:
                    continue
                return False
    return True


@inlined
def same_traffic(port: int, ours: DayPlan, theirs: DayPlan) -> bool:
    """Whether the arrival curves of a port are the same."""
    cells = ours.cells[port]
    if cells != theirs.cells[port] or ours.day_factor[port] != theirs.day_factor[port]:
        return False
    for lane in range(LANE_COUNT):
        curve, other = ours.cumulative[port, lane], theirs.cumulative[port, lane]
        if differ(curve[: cells + 1], other[: cells + 1]):
            return False
    return True


@inlined
def same_midnight(port: int, ours: Inputs, theirs: Inputs) -> bool:
    """Whether the officers of a port are at the same posts at midnight, and free as soon."""
    if (
        ours.state.present[port] != theirs.state.present[port]
        or ours.state.after_hours[port] != theirs.state.after_hours[port]
    ):
        return False
    first = ours.first_line[port] + QUEUES * port
    last = ours.first_line[port + 1] + QUEUES * (port + 1)
    other = theirs.first_line[port] + QUEUES * port
    for station in range(last - first):
        manned = ours.state.manned[first + station]
        if manned != theirs.state.manned[other + station]:
            return False
        free, their_free = ours.state.free[first + station], theirs.state.free[other + station]
        if differ(free[:manned], their_free[:manned]):
            return False
    return True


@inlined
def same_vehicles(port: int, ours: Inputs, theirs: Inputs) -> bool:
    """Whether the vehicles added to a port's traffic, and those in secondary, are the same."""
    before = port - 1
    if not same_rows(
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
        if not same_rows(ours.inside, first, last, theirs.inside, other, their_last):
            return False
        if not same_rows(ours.known, first, last, theirs.known, other, their_last):
            return False
        first, other = last, their_last
    return True


def same_arrays(ours: DayPlan, theirs: DayPlan) -> tuple[bool, bool]:
    """Whether schedules, and arrival curves, are the same at all ports for being the same arrays.

    Points that run in step share those that follow from the same; to read them would take longer
    than everything else that is compared.
    """
    schedule = all(
        getattr(ours, name) is getattr(theirs, name)
        for name in ("intervals", "start_s", "state", "officers", "trade")
    )
    traffic = (
        ours.cumulative is theirs.cumulative
        and np.array_equal(ours.cells, theirs.cells)
        and np.array_equal(ours.day_factor, theirs.day_factor)
    )
    return schedule, traffic


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
    return compared(ours, theirs, layout, *same_arrays(ours.plan, theirs.plan))


@compiled
def compared(ours: Inputs, theirs: Inputs, layout: Flags, schedule: bool, traffic: bool) -> Flags:
    """Compare port by port what is not known to be the same (`same_ports`)."""
    ours, theirs = borrowed(ours), borrowed(theirs)
    same = layout.copy()
    for port in range(len(layout)):
        same[port] = (
            same[port]
            and (schedule or same_schedule(port, ours.plan, theirs.plan))
            and same_vehicles(port, ours, theirs)
            and same_midnight(port, ours, theirs)
            and (traffic or same_traffic(port, ours.plan, theirs.plan))
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


class OverMidnight(NamedTuple):
    """What goes on in the next day.

    Attributes
    ----------
    state : State
    in_line : array of EXTRA_ARRIVAL
        Those in line, by line.
    kept : array of WAITING
        Those in secondary, by port and queue.
    kept_until : array of int, shape (ports, queues)
        Where each of these queues ends.
    """

    state: State
    in_line: Rows
    kept: Rows
    kept_until: Whole


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
def take_over(
    same: Flags,
    first_line: Whole,
    their_first_line: Whole,
    number: Whole,
    ours: OverMidnight,
    theirs: OverMidnight,
    joined: OverMidnight,
) -> int:
    """Take over what goes on over midnight at ports whose day is the same.

    Parameters
    ----------
    same : array of bool, shape (ports,)
    first_line, their_first_line : array of int, shape (ports + 1,)
    number : array of int
        Our number of each of their attempts.
    ours : OverMidnight
        Of the ports that were simulated; its state is written for the others.
    theirs : OverMidnight
    joined : OverMidnight
        The same of all ports (written, but for the state).

    Returns
    -------
    int
        How many are in line.
    """
    ours, theirs, joined = borrowed(ours), borrowed(theirs), borrowed(joined)
    count = 0
    stored = 0
    row, their_row = 0, 0
    for port in range(len(same)):
        if same[port]:
            station = first_line[port] + QUEUES * port
            their_station = their_first_line[port] + QUEUES * port
            for k in range(first_line[port + 1] - first_line[port] + QUEUES):
                ours.state.free[station + k] = theirs.state.free[their_station + k]
                ours.state.manned[station + k] = theirs.state.manned[their_station + k]
            ours.state.present[port] = theirs.state.present[port]
            ours.state.after_hours[port] = theirs.state.after_hours[port]
        while row < len(ours.in_line) and ours.in_line[row].line < first_line[port + 1]:
            joined.in_line[count] = ours.in_line[row]
            count += 1
            row += 1
        while (
            their_row < len(theirs.in_line)
            and theirs.in_line[their_row].line < their_first_line[port + 1]
        ):
            if same[port]:
                joined.in_line[count] = theirs.in_line[their_row]
                vehicle = joined.in_line[count]
                vehicle.line = vehicle.line + first_line[port] - their_first_line[port]
                if vehicle.attempt >= 0:
                    vehicle.attempt = number[vehicle.attempt]
                count += 1
            their_row += 1
        for queue in range(QUEUES):
            if same[port]:
                first, last = kept_of(theirs.kept_until, port, queue)
                for entry in range(first, last):
                    joined.kept[stored] = theirs.kept[entry]
                    waiting = joined.kept[stored]
                    if waiting.attempt >= 0:
                        waiting.attempt = number[waiting.attempt]
                    stored += 1
            else:
                first, last = kept_of(ours.kept_until, port, queue)
                for entry in range(first, last):
                    joined.kept[stored] = ours.kept[entry]
                    stored += 1
            joined.kept_until[port, queue] = stored
    return count
