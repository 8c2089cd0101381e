"""What a vehicle added to a day's traffic would meet, written down while the day is simulated.

Of every line, control moment by control moment: who is next to be served, so that it is known in
which interval the service of somebody who arrives at a moment begins, and what holds in it. Of
every secondary queue: when the work on those who joined it began. Only an engine that is asked to
writes it down.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engine.compiled.lineup import Lineup, Standing
from sim.model.day import DayPlan, World
from sim.model.port.layout import QUEUES
from sim.numerics.compilation import compiled, inlined
from sim.numerics.units import Flags, Floats, Whole

# Of a line in one control interval: open booths, and whether its officers hurry, waive duty, and do
# the work of secondary (`sim.engine.compiled.interval.LineTerms`).
BOOTHS, HURRY, WAIVE, AT_BOOTH = range(4)
TERMS = 4

# Of somebody who leaves secondary. join_s, start_s: when it joined the queue, and when work on it
# began (or would have: it left at its limit); free_s: when the first officer was free after it.
LEFT_SECONDARY = np.dtype(
    [
        ("queue", np.int64),
        ("join_s", np.float64),
        ("start_s", np.float64),
        ("free_s", np.float64),
    ]
)


class Record(NamedTuple):
    """Record of one day; without room, nothing is written.

    Attributes
    ----------
    head_s : array of float, shape (lines, moments)
        At each control moment, arrival of the first vehicle that is not being served, in seconds
        since the run began; where nobody waits, the moment itself.
    terms : array of int16, shape (lines, intervals, 4)
    left : array of LEFT_SECONDARY
        Those who left secondary; queues are numbered through all ports.
    written : array of int, shape (2,)
        Rows of ``left``, and the port that is being simulated.
    """

    head_s: Floats
    terms: npt.NDArray[np.int16]
    left: npt.NDArray[np.void]
    written: Whole


def new_record(lines: int = 0, intervals: int = 0, vehicles: int = 0) -> Record:
    """Room for a day."""
    return Record(
        np.zeros((lines, intervals + 1 if lines else 0)),
        np.zeros((lines, intervals, TERMS), np.int16),
        np.empty(vehicles, LEFT_SECONDARY),
        np.zeros(2, np.int64),
    )


def record_of_day(plan: DayPlan, world: World, vehicles: int) -> Record:
    """Room for a day on which so many vehicles come; until written, nobody waits at any moment."""
    lines = np.diff(world.first_line)
    record = new_record(int(lines.sum()), plan.state.shape[1], vehicles)
    record.head_s[:] = np.repeat(plan.start_s, lines, axis=0)
    record.terms[..., BOOTHS] = 1
    return record


def with_ports(ours: Record, world: World, theirs: Record, other: World, ports: Flags) -> Record:
    """Take the records of some ports over from another replication in which their day is the same.

    Parameters
    ----------
    ours, theirs : Record
    world, other : World
        Of each of them.
    ports : array of bool, shape (ports,)
    """
    lines, their_lines = (np.repeat(ports, np.diff(w.first_line)) for w in (world, other))
    width = min(ours.terms.shape[1], theirs.terms.shape[1])
    ours.head_s[lines, : width + 1] = theirs.head_s[their_lines, : width + 1]
    ours.terms[lines, :width] = theirs.terms[their_lines, :width]
    left = theirs.left[: theirs.written[0]]
    left = np.concatenate([ours.left[: ours.written[0]], left[ports[left["queue"] // QUEUES]]])
    return ours._replace(left=left, written=np.array([len(left), 0]))


@inlined
def note_heads(
    port: int,
    moment: int,
    now: float,
    world: World,
    lineup: Lineup,
    standing: Standing,
    record: Record,
) -> None:
    """Write down who is next to be served in each line of a port at a control moment."""
    if len(record.head_s) > 0:
        record.written[1] = port
        first_line = world.first_line[port]
        for line in range(world.first_line[port + 1] - first_line):
            head = standing.head[line]
            if head < standing.last[line] and lineup.time_s[head] < now:
                record.head_s[first_line + line, moment] = lineup.time_s[head]


@inlined
def note_terms(
    line: int, k: int, booths: int, hurry: bool, waive: bool, at_booth: bool, record: Record
) -> None:
    """Write down how a line is served in a control interval."""
    if len(record.terms) > 0:
        record.terms[line, k, BOOTHS] = booths
        record.terms[line, k, HURRY] = hurry
        record.terms[line, k, WAIVE] = waive
        record.terms[line, k, AT_BOOTH] = at_booth


@inlined
def note_left(queue: int, join_s: float, start_s: float, free_s: float, record: Record) -> None:
    """Write down who leaves a secondary queue of the port; ``free_s`` is infinite if not known."""
    if record.written[0] < len(record.left):
        row = record.left[record.written[0]]
        row.queue = QUEUES * record.written[1] + queue
        row.join_s = join_s
        row.start_s = start_s
        row.free_s = free_s if free_s < np.inf else -np.inf
        record.written[0] += 1


class Met(NamedTuple):
    """A day's record in the form in which it is looked up.

    Attributes
    ----------
    head_s, terms : array
        As in `Record`.
    first_of_queue : array of int, shape (ports x queues + 1,)
        Where those who left each secondary queue begin.
    join_s, start_s, free_s : array of float
        Of those who left secondary, by queue and moment of joining (`LEFT_SECONDARY`).
    """

    head_s: Floats
    terms: npt.NDArray[np.int16]
    first_of_queue: Whole
    join_s: Floats
    start_s: Floats
    free_s: Floats


def met_on_day(record: Record, ports: int) -> Met:
    """Put the record of a day in order."""
    left = record.left[: record.written[0]]
    left = left[np.lexsort((left["join_s"], left["queue"]))]
    return Met(
        record.head_s,
        record.terms,
        np.searchsorted(left["queue"], np.arange(QUEUES * ports + 1)),
        *(np.ascontiguousarray(left[name]) for name in ("join_s", "start_s", "free_s")),
    )


@compiled
def interval_of_service(head_s: Floats, terms: npt.NDArray[np.int16], moment: float) -> int:
    """Control interval in which the service of somebody who arrives at a moment begins.

    Parameters
    ----------
    head_s : array of float, shape (intervals + 1,)
        Of its line, to the midnight after.
    terms : array of int16, shape (intervals, 4)

    Returns
    -------
    int
        The number of intervals, if it is still in line at midnight.
    """
    count = len(head_s) - 1
    k = 0
    while k < count and head_s[k + 1] <= moment:
        k += 1
    while k < count and terms[k, BOOTHS] == 0:
        k += 1
    return k


@compiled
def start_of_service(head_s: Floats, start_s: Floats, k: int, moment: float) -> float:
    """When the service of somebody begins who arrives at a moment and is served in interval k.

    Between two control moments the wait is taken to change at a steady rate.
    """
    start = start_s[k]
    if head_s[k + 1] > head_s[k]:
        share = (moment - head_s[k]) / (head_s[k + 1] - head_s[k])
        start += min(max(share, 0.0), 1.0) * (start_s[k + 1] - start_s[k])
    return float(max(start, moment))


@compiled
def wait_in_secondary(met: Met, queue: int, moment: float) -> float:
    """How long an officer's work on somebody who joins a queue at a moment is waited for.

    It would begin when it begins on the next to join, where that has to wait; otherwise as soon as
    an officer is free after the one before, and no later than the next joins.
    """
    first, last = met.first_of_queue[queue], met.first_of_queue[queue + 1]
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        if met.join_s[middle] < moment:
            low = middle + 1
        else:
            high = middle
    start = moment
    if low > first:
        start = max(start, met.free_s[low - 1])
    if low < last:
        if met.start_s[low] > met.join_s[low]:
            start = met.start_s[low]
        else:
            start = min(start, met.join_s[low])
    return float(start - moment)
