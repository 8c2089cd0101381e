"""Sums of one day of the compiled engine, which are added to the running sums afterwards."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.model.day import World
from sim.numerics.compilation import borrowed, compiled, inlined
from sim.numerics.units import Flags, Floats, Whole
from sim.records import Tally


class DaySums(NamedTuple):
    """Sums of one day, as in `Tally` but without the weekday.

    Attributes
    ----------
    lane : array of float, shape (ports, 24, lanes, columns)
    waits : array of int, shape (ports, 24, lanes, bins)
    officer : array of float, shape (ports, 24, columns)
    line : array of float, shape (lines, columns)
    """

    lane: Floats
    waits: npt.NDArray[np.int32]
    officer: Floats
    line: Floats


def new_day_sums(tally: Tally) -> DaySums:
    """Sums of nothing, for the ports and lines of a tally."""
    return DaySums(
        np.zeros_like(tally.lane[0]),
        np.zeros_like(tally.waits[0]),
        np.zeros_like(tally.officer[0]),
        np.zeros_like(tally.line),
    )


@inlined
def has_any(sums: Floats) -> bool:
    """Whether any of some sums is not zero."""
    some = False
    for column in range(len(sums)):
        some |= sums[column] != 0.0
    return some


@compiled
def clear_day(port: int, world: World, today: DaySums) -> None:
    """Let the sums of one port and day begin at zero.

    Those that are zero are only read: there are too many to stay at hand. Waits are counted where
    vehicles are released.
    """
    today = borrowed(today)
    for hour in range(today.lane.shape[1]):
        for lane in range(today.lane.shape[2]):
            if has_any(today.lane[port, hour, lane]):
                today.lane[port, hour, lane] = 0.0
                today.waits[port, hour, lane] = 0
    today.officer[port] = 0.0
    today.line[world.first_line[port] : world.first_line[port + 1]] = 0.0


@compiled
def add_day(
    port: int,
    weekday: int,
    first_line: Whole,
    day_first_line: Whole,
    day: DaySums,
    tally: Tally,
) -> None:
    """Add the sums of one port and day to the running sums, where there is anything to add.

    Parameters
    ----------
    port, weekday : int
    first_line : array of int, shape (ports + 1,)
        First line of each port in the running sums.
    day_first_line : array of int, shape (ports + 1,)
        The same in the sums of the day, which may be those of another replication.
    day : DaySums
    tally : Tally
        Added to.
    """
    day, tally = borrowed(day), borrowed(tally)
    for hour in range(day.lane.shape[1]):
        for lane in range(day.lane.shape[2]):
            sums, running = day.lane[port, hour, lane], tally.lane[weekday, port, hour, lane]
            if not has_any(sums):
                continue
            for column in range(len(sums)):
                running[column] += sums[column]
            counts, all_counts = (
                day.waits[port, hour, lane],
                tally.waits[weekday, port, hour, lane],
            )
            for bin_of_wait in range(len(counts)):
                all_counts[bin_of_wait] += counts[bin_of_wait]
        of_officers, of_all = day.officer[port, hour], tally.officer[weekday, port, hour]
        for column in range(len(of_officers)):
            of_all[column] += of_officers[column]
    for line in range(first_line[port + 1] - first_line[port]):
        sums, running = day.line[day_first_line[port] + line], tally.line[first_line[port] + line]
        for column in range(len(sums)):
            running[column] += sums[column]


@compiled
def add_days(
    ports: Whole,
    weekday: int,
    first_line: Whole,
    day_first_line: Whole,
    day: DaySums,
    tally: Tally,
) -> None:
    """Add the sums of some ports' day; see `add_day`."""
    for port in ports:
        add_day(port, weekday, first_line, day_first_line, day, tally)


def keep_before(weekday: int, tally: Tally, before: DaySums) -> None:
    """Keep the running sums to which a day of the week will be added."""
    np.copyto(before.lane, tally.lane[weekday])
    np.copyto(before.waits, tally.waits[weekday])
    np.copyto(before.officer, tally.officer[weekday])
    np.copyto(before.line, tally.line)


def copy_sums(ports: Flags, world: World, tally: Tally, theirs: World, their_tally: Tally) -> None:
    """Copy the running sums of some ports, at which everything was the same so far."""
    tally.lane[:, ports] = their_tally.lane[:, ports]
    tally.waits[:, ports] = their_tally.waits[:, ports]
    tally.officer[:, ports] = their_tally.officer[:, ports]
    lines, their_lines = (np.repeat(ports, np.diff(w.first_line)) for w in (world, theirs))
    tally.line[lines] = their_tally.line[their_lines]


def take_back_day(
    ports: Flags, weekday: int, world: World, tally: Tally, theirs: World, before: DaySums
) -> None:
    """Let the running sums of some ports be what they were before a day was added to them."""
    tally.lane[weekday, ports] = before.lane[ports]
    tally.waits[weekday, ports] = before.waits[ports]
    tally.officer[weekday, ports] = before.officer[ports]
    lines, their_lines = (np.repeat(ports, np.diff(w.first_line)) for w in (world, theirs))
    tally.line[lines] = before.line[their_lines]


@compiled
def sum_over_hours(ports: Whole, lane: Floats, columns: Whole, sums: Floats) -> None:
    """Sum columns of the sums by lane over the hours of a day of the week.

    Parameters
    ----------
    ports : array of int
        Rows of the ports.
    lane : array of float, shape (ports, 24, lanes, columns)
    columns : array of int, shape (chosen,)
    sums : array of float, shape (ports, lanes, chosen)
        Written for these ports; in the order of the hours, as NumPy adds them.
    """
    for port in ports:
        for lane_number in range(sums.shape[1]):
            for place in range(len(columns)):
                total = 0.0
                for hour in range(lane.shape[1]):
                    total += lane[port, hour, lane_number, columns[place]]
                sums[port, lane_number, place] = total
