"""What the compiled engine writes down of a day, and what is in force while it does.

`DaySums` are the sums of one day, which are added to the running sums afterwards. `Record` is what
a vehicle added to the day's traffic would meet. Of every line, control moment by control moment:
who is next to be served, so that it is known in which interval the service of somebody who arrives
at a moment begins, and what holds in it. Of every secondary queue: when the work on those who
joined it began. Only an engine that is asked to writes it down. `Interval` and `LineTerms` are what
is in force in one control interval of a port, and `Log` is where its events go.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engine.compiled.lineup import LANE_COUNT, Lineup, Standing
from sim.model.day import DayPlan, World
from sim.model.port.layout import QUEUES
from sim.numerics.compilation import any_of, borrowed, compiled, first_of, inlined
from sim.numerics.units import Flags, Floats, Rows, Whole
from sim.records import LANE_COLUMNS, LINE_COLUMNS, OFFICER_COLUMNS, WAIT_BINS, Tally

EACH_COLUMN = (0.0,) * len(LANE_COLUMNS)


class DaySums(NamedTuple):
    """Sums of one day, as in `Tally` but without the weekday.

    Attributes
    ----------
    lane : array of float, shape (ports, 24, lanes, columns)
    waits : array of int, shape (ports, 24, lanes, bins)
    officer : array of float, shape (ports, 24, columns)
    line : array of float, shape (lines, columns)
    used : array of bool, shape (ports, lanes)
        Lanes of which somebody is at the port; the sums of the others are zero.
    """

    lane: Floats
    waits: npt.NDArray[np.int32]
    officer: Floats
    line: Floats
    used: Flags


def new_day_sums(ports: int, lines: int) -> DaySums:
    """Sums of nothing."""
    return DaySums(
        np.zeros((ports, 24, LANE_COUNT, len(LANE_COLUMNS))),
        np.zeros((ports, 24, LANE_COUNT, WAIT_BINS), np.int32),
        np.zeros((ports, 24, len(OFFICER_COLUMNS))),
        np.zeros((lines, len(LINE_COLUMNS))),
        np.zeros((ports, LANE_COUNT), np.bool_),
    )


class RunningSums(NamedTuple):
    """Running sums, as in `Tally` but only of lanes with traffic: more than half have none.

    Attributes
    ----------
    row : array of int, shape (ports, lanes)
        Where the sums of a lane stand; -1 where there are none yet.
    rows : array of int, shape (1,)
        How many have a place.
    lane : array of float, shape (7, lanes with a line, 24, columns)
        What a day adds to lies together; memory that is never written to is not taken.
    waits : array of int, shape (7 or 1, lanes with a line, 24 or 1, bins)
        Of each hour of the week, or of all.
    officer : array of float, shape (7, ports, 24, columns)
    line : array of float, shape (lines, columns)
    """

    row: Whole
    rows: Whole
    lane: Floats
    waits: npt.NDArray[np.int32]
    officer: Floats
    line: Floats


def new_sums(world: World, *, hours: bool) -> RunningSums:
    """Sums of nothing, with waits by hour or without."""
    ports, room = len(world.bays), int((world.line_of_lane >= 0).sum())
    return RunningSums(
        np.full((ports, LANE_COUNT), -1),
        np.zeros(1, np.int64),
        np.zeros((7, room, 24, len(LANE_COLUMNS))),
        np.zeros((7 if hours else 1, room, 24 if hours else 1, WAIT_BINS), np.int32),
        np.zeros((7, ports, 24, len(OFFICER_COLUMNS))),
        np.zeros((len(world.booths), len(LINE_COLUMNS))),
    )


@inlined
def has_any(sums: Floats) -> bool:
    """Whether any of some sums is not zero."""
    return any_of(first_of(sums, EACH_COLUMN))


@inlined
def sums_at(place: int, port: int, first_line: Whole, day: DaySums) -> DaySums:
    """Give the sums of one port, which stand at a place of its own or at one that is lent."""
    return DaySums(
        day.lane[place],
        day.waits[place],
        day.officer[place],
        day.line[first_line[port] : first_line[port + 1]],
        day.used[place],
    )


@inlined
def clear_day(today: DaySums) -> None:
    """Let the sums of one port and day begin at zero.

    Those that are zero are only read. Waits are counted where vehicles are released.
    """
    for lane in range(LANE_COUNT):
        if not today.used[lane]:
            continue
        today.used[lane] = False
        for hour in range(len(today.lane)):
            if has_any(today.lane[hour, lane]):
                today.lane[hour, lane] = 0.0
                today.waits[hour, lane] = 0
    today.officer[:] = 0.0
    today.line[:] = 0.0


@compiled
def add_day(port: int, weekday: int, first_line: int, day: DaySums, sums: RunningSums) -> None:
    """Add the sums of one port and day to the running sums, where there is anything to add.

    Parameters
    ----------
    port, weekday : int
    first_line : int
        First line of the port in the running sums.
    day : DaySums
        Of the port (`sums_at`).
    sums : RunningSums
        Added to.
    """
    day, sums = borrowed(day), borrowed(sums)
    last_day, last_hour = sums.waits.shape[0] - 1, sums.waits.shape[2] - 1
    for lane in range(LANE_COUNT):
        if not day.used[lane]:
            continue
        row = sums.row[port, lane]
        for hour in range(len(day.lane)):
            of_lane = day.lane[hour, lane]
            if not has_any(of_lane):
                continue
            if row < 0:
                row = sums.rows[0]
                sums.row[port, lane] = row
                sums.rows[0] += 1
            running = sums.lane[weekday, row, hour]
            for column in range(len(LANE_COLUMNS)):
                running[column] += of_lane[column]
            counts = day.waits[hour, lane]
            all_counts = sums.waits[min(weekday, last_day), row, min(hour, last_hour)]
            for bin_of_wait in range(WAIT_BINS):
                all_counts[bin_of_wait] += counts[bin_of_wait]
    for hour in range(len(day.officer)):
        of_officers, of_all = day.officer[hour], sums.officer[weekday, port, hour]
        for column in range(len(of_officers)):
            of_all[column] += of_officers[column]
    for line in range(len(day.line)):
        of_line, running = day.line[line], sums.line[first_line + line]
        for column in range(len(of_line)):
            running[column] += of_line[column]


@compiled
def add_days(
    ports: Whole,
    weekday: int,
    first_line: Whole,
    day_first_line: Whole,
    day: DaySums,
    sums: RunningSums,
) -> None:
    """Add the sums of some ports' day, which may be those of another replication; see `add_day`.

    ``day_first_line`` is the first line of each port there.
    """
    for port in ports:
        of_port = sums_at(port, port, day_first_line, day)
        add_day(port, weekday, first_line[port], of_port, sums)


def copy_sums(
    ports: Flags, world: World, sums: RunningSums, theirs: World, their_sums: RunningSums
) -> None:
    """Copy the running sums of some ports, at which everything was the same so far."""
    chosen = ports[:, None] & (their_sums.row >= 0)
    their_rows = their_sums.row[chosen]
    rows = sums.rows[0] + np.arange(len(their_rows))
    sums.row[chosen] = rows
    sums.rows[0] += len(rows)
    sums.lane[:, rows] = their_sums.lane[:, their_rows]
    waits = their_sums.waits[:, their_rows]
    if len(waits) != len(sums.waits):
        waits = waits.sum(axis=(0, 2), keepdims=True)
    sums.waits[:, rows] = waits
    sums.officer[:, ports] = their_sums.officer[:, ports]
    lines, their_lines = (np.repeat(ports, np.diff(w.first_line)) for w in (world, theirs))
    sums.line[lines] = their_sums.line[their_lines]


def fill_tally(ports: Flags, world: World, tally: Tally, theirs: World, sums: RunningSums) -> None:
    """Write the running sums of some ports, which may be those of another replication.

    Waits that are not known by hour stand with the first of the week.
    """
    chosen, numbers = np.nonzero(ports[:, None] & (sums.row >= 0))
    rows = sums.row[chosen, numbers]
    for weekday, lane in enumerate(sums.lane):  # all at once take another copy of them
        tally.lane[weekday, chosen, :, numbers] = lane[rows]
    for weekday, waits in enumerate(sums.waits):
        tally.waits[weekday, chosen, : waits.shape[1], numbers] = waits[rows]
    tally.officer[:, ports] = sums.officer[:, ports]
    lines, their_lines = (np.repeat(ports, np.diff(w.first_line)) for w in (world, theirs))
    tally.line[lines] = sums.line[their_lines]


@compiled
def sum_over_hours(
    ports: Whole, weekday: int, sums: RunningSums, columns: Whole, totals: Floats
) -> None:
    """Sum columns of the sums by lane over the hours of a day of the week.

    Parameters
    ----------
    ports : array of int
        Rows of the ports.
    weekday : int
    sums : RunningSums
    columns : array of int, shape (chosen,)
    totals : array of float, shape (ports, lanes, chosen)
        Written for these ports; in the order of the hours, as NumPy adds them.
    """
    sums = borrowed(sums)
    for port in ports:
        for lane in range(totals.shape[1]):
            row = sums.row[port, lane]
            for place in range(len(columns)):
                total = 0.0
                if row >= 0:
                    for hour in range(sums.lane.shape[2]):
                        total += sums.lane[weekday, row, hour, columns[place]]
                totals[port, lane, place] = total


# Of a line in one control interval: open booths, and whether its officers hurry, waive duty, and do
# the work of secondary (`sim.engine.compiled.record.LineTerms`).
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


class Interval(NamedTuple):
    """One control interval of a port.

    Attributes
    ----------
    now_s, until_s : float
        Its control moment and the next, in seconds since the run began.
    standard_s : float
        Wait standard of the day in seconds.
    on_shift : bool
        False while the closing shift clears the line in overtime.
    row : array of float, shape (WIDTH,)
        Rates in force (`sim.model.port.inspection_rates`).
    lane_sums : array of float, shape (lanes, columns)
        Sums of the current hour (`sim.records`), as are the two that follow.
    wait_counts : array of int32, shape (lanes, bins)
    officer_sums : array of float, shape (columns,)
    """

    now_s: float
    until_s: float
    standard_s: float
    on_shift: bool
    row: Floats
    lane_sums: Floats
    wait_counts: npt.NDArray[np.int32]
    officer_sums: Floats


class LineTerms(NamedTuple):
    """How one line is served in one control interval.

    Attributes
    ----------
    queue : int
        Secondary queue to which the line refers.
    manned : int
        Open booths.
    hurry, waive : bool
        Whether service is shorter, and duty waived, for the length of the line (rule 5).
    does_secondary : bool
        Whether booth officers do the work of the secondary queue (rule 7).
    service_s : array of float, shape (lanes,)
        Room for the mean service times, in seconds.
    words : array of int, shape (lanes, 4)
        Thresholds of referral in force (`sim.engine.compiled.lineup`).
    lane_sums : array of float, shape (4, lanes)
        Room for the sums of primary by lane.
    sums : array of float, shape (4,)
        Room for the sums of the line and interval.
    """

    queue: int
    manned: int
    hurry: bool
    waive: bool
    does_secondary: bool
    service_s: Floats
    words: Whole
    lane_sums: Floats
    sums: Floats


class Log(NamedTuple):
    """Where vehicles write down what became of them.

    Attributes
    ----------
    attempts : array of ATTEMPT
    primary, secondary : array of float, shape (room, 6)
        Traces of vehicles one by one, for tests of equality; without room, nothing is traced.
    written : array of int, shape (2,)
        Rows written of both.
    record : Record
        What a vehicle added to the traffic would meet; without room, it is not written down.
    """

    attempts: Rows
    primary: Floats
    secondary: Floats
    written: Whole
    record: Record
