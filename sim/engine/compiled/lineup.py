"""The vehicles of one port and day in the compiled engine, by line and in order of arrival.

What every vehicle needs at primary stands close together: its arrival, its service time as a ratio
of its lane's mean, and one byte with its lane and whether it may be referred, by the widest
thresholds of the day. The rest (the words that decide on referral, its identity) is looked up where
it was drawn, for the few who need it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.model.day import OPEN, DayPlan, World
from sim.model.port.inspection_rates import DUTY, PAPERWORK, RANDOM, SELECTIVE
from sim.model.port.referral import passed_over_share
from sim.model.port.traffic import LANES, Draws, draw_lane_day
from sim.numerics.compilation import borrowed, compiled, inlined, int64
from sim.numerics.randomness import TWO_32, Words, fill_quantiles, quantile
from sim.numerics.units import Flags, Floats, Rows, Whole

# Thresholds of a lane in one interval: paperwork, all mandatory, random, selective.
WORD_PAPERWORK, WORD_MANDATORY, WORD_RANDOM, WORD_SELECTIVE = range(4)
THRESHOLDS = 4


@inlined
def to_word(share: float) -> int:
    """Number of 32-bit words that a share of the unit interval covers."""
    return int64(share * TWO_32)


@inlined
def set_thresholds(row: Floats, lane: int, words: Whole) -> None:
    """Write the thresholds of one lane under a row of rates, shape (4,)."""
    words[WORD_PAPERWORK] = to_word(row[PAPERWORK + lane])
    words[WORD_MANDATORY] = to_word(row[PAPERWORK + lane] + row[DUTY + lane])
    words[WORD_RANDOM] = to_word(row[RANDOM + lane])
    words[WORD_SELECTIVE] = to_word(passed_over_share(row[RANDOM + lane], row[SELECTIVE + lane]))


@inlined
def widest_thresholds(port: int, plan: DayPlan, words: Whole, widest: Whole) -> None:
    """Find the widest thresholds of each lane on one day.

    A vehicle that is not referred under them is not referred at any time of the day.

    Parameters
    ----------
    words : array of int, shape (4,)
        Room for the thresholds of one lane.
    widest : array of int, shape (lanes, 4)
        Written.
    """
    widest[:] = 0
    widest[:, WORD_SELECTIVE] = int64(TWO_32)
    last_row = -1
    for k in range(plan.intervals[port]):
        if plan.row[port, k] == last_row:
            continue
        last_row = plan.row[port, k]
        for lane in range(len(widest)):
            set_thresholds(plan.rates[last_row], lane, words)
            for which in range(THRESHOLDS):
                if which == WORD_SELECTIVE:
                    widest[lane, which] = min(widest[lane, which], words[which])
                else:
                    widest[lane, which] = max(widest[lane, which], words[which])


LANE_COUNT = len(LANES)
# A code is the lane, and MAY_BE_REFERRED added if at any time of the day the vehicle would be.
LANE_OF_CODE = 7
MAY_BE_REFERRED = 8


class Lineup(NamedTuple):
    """Room for the vehicles of one port on one day.

    The vehicles of each lane stand where they were drawn; those of a line with several lanes are
    then merged behind them.

    Attributes
    ----------
    time_s : array of float
        Arrival in seconds since the run began.
    service : array of float
        Service time at primary as a ratio of the lane's mean.
    code : array of int8
        Lane and `MAY_BE_REFERRED`.
    source : array of int32
        Where the vehicle was drawn: its place in the words.
    start_s : array of float
        Start of service in seconds since the run began.
    noted : array of int32
        Places of those who may be referred (`sim.engine.compiled.primary.serve_vehicles`).
    gap_word, service_word, search_word, mandatory_word : array of uint32
    """

    time_s: Floats
    service: Floats
    code: npt.NDArray[np.int8]
    source: npt.NDArray[np.int32]
    start_s: Floats
    noted: npt.NDArray[np.int32]
    gap_word: Words
    service_word: Words
    search_word: Words
    mandatory_word: Words


def new_lineup(room: int) -> Lineup:
    """Room for ``room`` vehicles."""
    kinds = (np.float64, np.float64, np.int8, np.int32, np.float64, np.int32, *(4 * [np.uint32]))
    return Lineup(*(np.empty(room, kind) for kind in kinds))


class Standing(NamedTuple):
    """Where the vehicles of a port's lines stand in the `Lineup`.

    Attributes
    ----------
    head, seen, last : array of int, shape (lines,)
        Next vehicle of each line to be served, first that has not arrived yet, and one past the
        last of the day.
    lane_begin : array of int, shape (lanes,)
        Where the first vehicle of each lane was drawn.
    extra_begin, extra_row : array of int, shape (lines,)
        Where the first extra arrival of each line stands, and its row in the plan.
    begins, ends : array of int, shape (lanes + 1,)
        Streams that are being merged.
    """

    head: Whole
    seen: Whole
    last: Whole
    lane_begin: Whole
    extra_begin: Whole
    extra_row: Whole
    begins: Whole
    ends: Whole


def new_standing(lines: int) -> Standing:
    """Room for a port with so many lines."""
    sizes = (lines, lines, lines, LANE_COUNT, lines, lines, LANE_COUNT + 1, LANE_COUNT + 1)
    return Standing(*(np.zeros(size, np.int64) for size in sizes))


@inlined
def line_up(
    port: int,
    line: int,
    plan: DayPlan,
    world: World,
    widest: Whole,
    lineup: Lineup,
    standing: Standing,
    offset: int,
    used: Flags,
    open_all_day: bool,
) -> int:
    """Draw and merge the vehicles of one line on one day.

    Parameters
    ----------
    line : int
        Among the lines of the port.
    widest : array of int, shape (lanes, 4)
        Thresholds of referral, the widest of the day (`widest_thresholds`).
    offset : int
        Where there is room in the line-up.
    used : array of bool, shape (lanes,)
        Lanes of which somebody is at the port (set for those who come).
    open_all_day : bool

    Returns
    -------
    int
        Where there is room after it.
    """
    plan, world, lineup = borrowed(plan), borrowed(world), borrowed(lineup)
    world_line = world.first_line[port] + line
    cells = plan.cells[port]
    streams = 0
    end = offset
    for lane in range(LANE_COUNT):
        if world.line_of_lane[port, lane] != world_line or plan.cumulative[port, lane, cells] <= 0:
            continue
        draws = Draws(
            lineup.time_s[end:],
            lineup.gap_word[end:],
            lineup.service_word[end:],
            lineup.search_word[end:],
            lineup.mandatory_word[end:],
        )
        count = draw_lane_day(
            world.seed, world.replication, world.entity[port, lane], plan.day,
            world.timetabled[lane] > 0, plan.cumulative[port, lane, : cells + 1], world.gap_table,
            draws,
        )  # fmt: skip
        if count == 0:
            continue
        used[lane] = True
        fill_quantiles(
            world.service_table, draws.service_word[:count], lineup.service[end : end + count]
        )
        code_lane(
            lane, widest[lane], draws.search_word[:count], draws.mandatory_word[:count],
            lineup.code[end : end + count],
        )  # fmt: skip
        source = lineup.source[end : end + count]
        for i in range(count):
            source[i] = end + i
        standing.lane_begin[lane] = end
        standing.begins[streams] = end
        end += count
        standing.ends[streams] = end
        if not open_all_day:
            standing.ends[streams] = admit(port, plan, lineup, end - count, end)
        streams += 1
    first_row, last_row = extra_arrivals_of_line(plan.extra_arrivals, world_line)
    standing.extra_begin[line] = end
    standing.extra_row[line] = first_row
    if first_row < last_row:
        for row in range(first_row, last_row):
            used[plan.extra_arrivals[row].lane] = True
        standing.begins[streams] = end
        end = line_up_extra(plan.extra_arrivals, first_row, last_row, world, lineup, end)
        standing.ends[streams] = end
        streams += 1
    if streams == 0:
        standing.head[line], standing.last[line] = end, end
    elif streams == 1:
        standing.head[line], standing.last[line] = standing.begins[0], standing.ends[0]
    else:
        standing.head[line] = end
        end = merge(lineup, standing.begins, standing.ends, streams, end)
        standing.last[line] = end
    standing.seen[line] = standing.head[line]
    return end


@compiled
def code_lane(
    lane: int,
    widest: Whole,
    search_word: Words,
    mandatory_word: Words,
    code: npt.NDArray[np.int8],
) -> None:
    """Write down who of a lane may be referred at any time of the day."""
    mandatory = widest[WORD_MANDATORY]
    random = widest[WORD_RANDOM]
    selective = widest[WORD_SELECTIVE]
    for i in range(len(code)):
        may_be = (
            (int64(mandatory_word[i]) < mandatory)
            | (int64(search_word[i]) < random)
            | (int64(search_word[i]) >= selective)
        )
        code[i] = lane + MAY_BE_REFERRED * may_be


@compiled
def line_up_extra(
    extra_arrivals: Rows, first: int, last: int, world: World, lineup: Lineup, end: int
) -> int:
    """Line up rows of the extra arrivals, any of whom may be referred; return the new end."""
    extra_arrivals = borrowed(extra_arrivals)
    for row in range(first, last):
        lineup.time_s[end] = extra_arrivals[row].time_s
        lineup.service_word[end] = extra_arrivals[row].service_word
        lineup.service[end] = quantile(world.service_table, lineup.service_word[end])
        lineup.search_word[end] = extra_arrivals[row].search_word
        lineup.mandatory_word[end] = extra_arrivals[row].mandatory_word
        lineup.code[end] = extra_arrivals[row].lane + MAY_BE_REFERRED
        lineup.source[end] = end
        end += 1
    return end


@compiled
def extra_arrivals_of_line(extra_arrivals: Rows, line: int) -> tuple[int, int]:
    """First row of a line's extra arrivals, and one past the last."""
    extra_arrivals = borrowed(extra_arrivals)
    low, high = 0, len(extra_arrivals)
    while low < high:
        middle = (low + high) // 2
        if extra_arrivals[middle].line < line:
            low = middle + 1
        else:
            high = middle
    last = low
    while last < len(extra_arrivals) and extra_arrivals[last].line == line:
        last += 1
    return low, last


@compiled
def admit(port: int, plan: DayPlan, lineup: Lineup, begin: int, end: int) -> int:
    """Drop those who arrive while the port is not open (they are diverted or stay at home).

    Returns
    -------
    int
        One past the last who stays.
    """
    k = 0
    kept = begin
    for i in range(begin, end):
        time = lineup.time_s[i]
        while time >= plan.start_s[port, k + 1]:
            k += 1
        if plan.state[port, k] == OPEN:
            lineup.time_s[kept] = time
            lineup.service[kept] = lineup.service[i]
            lineup.code[kept] = lineup.code[i]
            lineup.source[kept] = lineup.source[i]
            kept += 1
    return kept


@compiled
def merge(lineup: Lineup, begins: Whole, ends: Whole, streams: int, offset: int) -> int:
    """Merge streams that are each in order of arrival; return the end of the result."""
    lineup = borrowed(lineup)
    target = offset
    while True:
        best = -1
        earliest = np.inf
        second = np.inf
        for stream in range(streams):
            if begins[stream] < ends[stream]:
                moment = lineup.time_s[begins[stream]]
                if moment < earliest:
                    second = earliest
                    earliest = moment
                    best = stream
                elif moment < second:
                    second = moment
        if best < 0:
            return target
        begin, end = begins[best], ends[best]
        moved = move_until(
            second, lineup.time_s[begin:end], lineup.service[begin:end], lineup.code[begin:end],
            lineup.source[begin:end], lineup.time_s[target:], lineup.service[target:],
            lineup.code[target:], lineup.source[target:],
        )  # fmt: skip
        begins[best] += moved
        target += moved


@inlined
def move_until(
    moment: float,
    time_s: Floats,
    service: Floats,
    code: npt.NDArray[np.int8],
    source: npt.NDArray[np.int32],
    to_time_s: Floats,
    to_service: Floats,
    to_code: npt.NDArray[np.int8],
    to_source: npt.NDArray[np.int32],
) -> int:
    """Move vehicles that arrive before a moment, and the first in any case; return how many."""
    moved = len(time_s)
    for i in range(len(time_s)):
        if i > 0 and time_s[i] >= moment:
            moved = i
            break
        to_time_s[i] = time_s[i]
        to_service[i] = service[i]
        to_code[i] = code[i]
        to_source[i] = source[i]
    return moved


class Vehicle(NamedTuple):
    """A vehicle that may be referred.

    Attributes
    ----------
    lane : int
    search_word, mandatory_word : int
    extra : int
        Its row in the extra arrivals; -1 if it was drawn for its lane.
    entity, day, number : int
        Identity.
    """

    lane: int
    search_word: int
    mandatory_word: int
    extra: int
    entity: int
    day: int
    number: int


@inlined
def vehicle_at(
    position: int,
    port: int,
    line: int,
    plan: DayPlan,
    world: World,
    lineup: Lineup,
    standing: Standing,
) -> Vehicle:
    """Look up a vehicle of a line of the port by where it stands in the line-up."""
    lane = int64(lineup.code[position]) & LANE_OF_CODE
    source = int64(lineup.source[position])
    extra = -1
    entity = world.entity[port, lane]
    day = int64(plan.day)
    index = source - standing.lane_begin[lane]
    if source >= standing.extra_begin[line]:
        extra = source - standing.extra_begin[line] + standing.extra_row[line]
        entity = plan.extra_arrivals[extra].entity
        day = plan.extra_arrivals[extra].day
        index = plan.extra_arrivals[extra].index
    return Vehicle(
        lane,
        int64(lineup.search_word[source]),
        int64(lineup.mandatory_word[source]),
        extra,
        entity,
        day,
        index,
    )


@inlined
def keep_line(
    port: int,
    plan: DayPlan,
    world: World,
    lineup: Lineup,
    standing: Standing,
    left: Rows,
    count: int,
) -> int:
    """Carry those still in line at midnight into the next day, as extra arrivals."""
    plan, world, lineup, left = borrowed(plan), borrowed(world), borrowed(lineup), borrowed(left)
    for k in range(world.first_line[port + 1] - world.first_line[port]):
        for i in range(standing.head[k], standing.last[k]):
            vehicle = vehicle_at(i, port, k, plan, world, lineup, standing)
            row = left[count]
            row.line = world.first_line[port] + k
            row.lane = vehicle.lane
            row.time_s = lineup.time_s[i]
            source = lineup.source[i]
            row.service_word = lineup.service_word[source]
            row.search_word = lineup.search_word[source]
            row.mandatory_word = lineup.mandatory_word[source]
            row.entity = vehicle.entity
            row.day = vehicle.day
            row.index = vehicle.number
            row.lookout_word = np.uint32(0)
            row.attempt = -1
            row.kind = 0
            row.search_factor = 1.0
            row.lookout = 0
            if vehicle.extra >= 0:
                extra = plan.extra_arrivals[vehicle.extra]
                row.lookout_word = extra.lookout_word
                row.attempt = extra.attempt
                row.kind = extra.kind
                row.search_factor = extra.search_factor
                row.lookout = extra.lookout
            count += 1
    return count
