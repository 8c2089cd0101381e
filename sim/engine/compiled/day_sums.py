"""Sums of one day of the compiled engine, which are added to the running sums afterwards."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.model.day import World
from sim.numerics.compilation import borrowed, compiled, inlined
from sim.numerics.units import Floats, Whole
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
def add_day(port: int, weekday: int, world: World, today: DaySums, tally: Tally) -> None:
    """Add the sums of one port and day to the running sums, where there is anything to add."""
    today, tally = borrowed(today), borrowed(tally)
    for hour in range(today.lane.shape[1]):
        for lane in range(today.lane.shape[2]):
            sums, running = today.lane[port, hour, lane], tally.lane[weekday, port, hour, lane]
            if not has_any(sums):
                continue
            for column in range(len(sums)):
                running[column] += sums[column]
            counts, all_counts = (
                today.waits[port, hour, lane],
                tally.waits[weekday, port, hour, lane],
            )
            for bin_of_wait in range(len(counts)):
                all_counts[bin_of_wait] += counts[bin_of_wait]
        of_officers, of_all = today.officer[port, hour], tally.officer[weekday, port, hour]
        for column in range(len(of_officers)):
            of_all[column] += of_officers[column]
    for line in range(world.first_line[port], world.first_line[port + 1]):
        for column in range(today.line.shape[1]):
            tally.line[line, column] += today.line[line, column]


@compiled
def take_over_days(
    ports: Whole,
    weekday: int,
    world: World,
    theirs: World,
    today: DaySums,
    their_day: DaySums,
    tally: Tally,
) -> None:
    """Copy the sums of ports' days from another replication in which they were the same."""
    for port in ports:
        today.lane[port] = their_day.lane[port]
        today.waits[port] = their_day.waits[port]
        today.officer[port] = their_day.officer[port]
        first, other = world.first_line[port], theirs.first_line[port]
        for line in range(world.first_line[port + 1] - first):
            today.line[first + line] = their_day.line[other + line]
        add_day(port, weekday, world, today, tally)
