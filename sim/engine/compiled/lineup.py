"""The vehicles of one port and day in the compiled engine, by line and in order of arrival."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.model.day import OPEN, DayPlan, World
from sim.model.port.traffic import LANES, draw_lane_day
from sim.numerics.compilation import compiled
from sim.numerics.randomness import Words
from sim.numerics.units import Floats, Rows, Whole

LANE_COUNT = len(LANES)


class Lineup(NamedTuple):
    """Room for the vehicles of one port on one day, by line and in order of arrival.

    Attributes
    ----------
    time_s : array of float
        Arrival in seconds since the run began.
    gap_word, service_word, search_word, mandatory_word : array of uint32
    lane : array of int8
    guest : array of int32
        Row of the guests, -1 for a vehicle of the lane's own stream.
    number : array of int32
        Number of the vehicle in its lane and day.
    """

    time_s: Floats
    gap_word: Words
    service_word: Words
    search_word: Words
    mandatory_word: Words
    lane: npt.NDArray[np.int8]
    guest: npt.NDArray[np.int32]
    number: npt.NDArray[np.int32]


def new_lineup(room: int) -> Lineup:
    """Room for ``room`` vehicles."""
    kinds = (np.float64, *(4 * [np.uint32]), np.int8, np.int32, np.int32)
    return Lineup(*(np.empty(room, kind) for kind in kinds))


@compiled
def line_up(
    port: int, line: int, plan: DayPlan, world: World, lineup: Lineup, offset: int
) -> tuple[int, int]:
    """Draw and merge the vehicles of one line on one day.

    Returns
    -------
    first, last : int
        Where they stand in the line-up, in order of arrival.
    """
    extra_arrivals = plan.extra_arrivals
    cells = plan.cells[port]
    open_all_day = True
    for k in range(plan.intervals[port]):
        if plan.state[port, k] != OPEN:
            open_all_day = False
    streams = 0
    begins = np.empty(LANE_COUNT + 1, np.int64)
    ends = np.empty(LANE_COUNT + 1, np.int64)
    end = offset
    for lane in range(LANE_COUNT):
        if world.line_of_lane[port, lane] != line:
            continue
        count = draw_lane_day(
            world.seed, world.replication, world.entity[port, lane], plan.day,
            world.timetabled[lane] > 0, plan.cumulative[port, lane], cells, world.gap_table, end,
            lineup.time_s, lineup.gap_word, lineup.service_word, lineup.search_word,
            lineup.mandatory_word,
        )  # fmt: skip
        if count == 0:
            continue
        begins[streams] = end
        lineup.lane[end : end + count] = lane
        lineup.guest[end : end + count] = -1
        numbers = lineup.number[end : end + count]
        for i in range(count):
            numbers[i] = i
        if not open_all_day:
            count = admit(port, plan, lineup, end, count)
        end += count
        ends[streams] = end
        streams += 1
    first_guest, last_guest = extra_arrivals_of_line(extra_arrivals, line)
    if first_guest < last_guest:
        begins[streams] = end
        for g in range(first_guest, last_guest):
            lineup.time_s[end] = extra_arrivals[g].time_s
            lineup.service_word[end] = extra_arrivals[g].service_word
            lineup.search_word[end] = extra_arrivals[g].search_word
            lineup.mandatory_word[end] = extra_arrivals[g].mandatory_word
            lineup.lane[end] = extra_arrivals[g].lane
            lineup.guest[end] = g
            lineup.number[end] = extra_arrivals[g].index
            end += 1
        ends[streams] = end
        streams += 1
    if streams <= 1:
        return offset, end
    return end, merge(lineup, begins, ends, streams, end)


@compiled
def extra_arrivals_of_line(extra_arrivals: Rows, line: int) -> tuple[int, int]:
    """First row of a line's guests, and one past the last."""
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
def admit(port: int, plan: DayPlan, lineup: Lineup, offset: int, count: int) -> int:
    """Drop those who arrive while the port is not open (they are diverted or stay at home)."""
    k = 0
    kept = 0
    for i in range(offset, offset + count):
        time = lineup.time_s[i]
        while time >= plan.start_s[port, k + 1]:
            k += 1
        if plan.state[port, k] == OPEN:
            target = offset + kept
            lineup.time_s[target] = time
            lineup.service_word[target] = lineup.service_word[i]
            lineup.search_word[target] = lineup.search_word[i]
            lineup.mandatory_word[target] = lineup.mandatory_word[i]
            lineup.lane[target] = lineup.lane[i]
            lineup.guest[target] = lineup.guest[i]
            lineup.number[target] = lineup.number[i]
            kept += 1
    return kept


@compiled
def merge(lineup: Lineup, begins: Whole, ends: Whole, streams: int, offset: int) -> int:
    """Merge streams that are each in order of arrival; return the end of the result."""
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
        source = begins[best]
        last = ends[best]
        while source < last and (lineup.time_s[source] < second or source == begins[best]):
            lineup.time_s[target] = lineup.time_s[source]
            lineup.service_word[target] = lineup.service_word[source]
            lineup.search_word[target] = lineup.search_word[source]
            lineup.mandatory_word[target] = lineup.mandatory_word[source]
            lineup.lane[target] = lineup.lane[source]
            lineup.guest[target] = lineup.guest[source]
            lineup.number[target] = lineup.number[source]
            source += 1
            target += 1
        begins[best] = source


@compiled
def keep_line(
    port: int,
    plan: DayPlan,
    world: World,
    lineup: Lineup,
    head_of: Whole,
    last_of: Whole,
    left: Rows,
    count: int,
) -> int:
    """Carry those still in line at midnight into the next day, as guests."""
    extra_arrivals = plan.extra_arrivals
    for k in range(len(head_of)):
        for i in range(head_of[k], last_of[k]):
            g = np.int64(lineup.guest[i])
            lane = np.int64(lineup.lane[i])
            left[count].line = world.first_line[port] + k
            left[count].lane = lane
            left[count].time_s = lineup.time_s[i]
            left[count].service_word = lineup.service_word[i]
            left[count].search_word = lineup.search_word[i]
            left[count].mandatory_word = lineup.mandatory_word[i]
            left[count].index = lineup.number[i]
            left[count].lookout_word = extra_arrivals[g].lookout_word if g >= 0 else np.uint32(0)
            left[count].entity = extra_arrivals[g].entity if g >= 0 else world.entity[port, lane]
            left[count].day = extra_arrivals[g].day if g >= 0 else plan.day
            left[count].attempt = extra_arrivals[g].attempt if g >= 0 else -1
            left[count].kind = extra_arrivals[g].kind if g >= 0 else 0
            left[count].search_factor = extra_arrivals[g].search_factor if g >= 0 else 1.0
            left[count].lookout = extra_arrivals[g].lookout if g >= 0 else 0
            count += 1
    return count
