"""Control intervals of every port on one day: opening, officers present and settings."""

import datetime
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from sim.model.conditions import Conditions, Snapshot
from sim.model.day import AFTER_HOURS, HELD, OPEN
from sim.model.port.roster import Present
from sim.model.port.staffing import Withdrawal
from sim.numerics.units import DAY_S, HOUR_S, MINUTE_S, Flags, Floats, Whole
from sim.places.ports import Ports

HOURS = 24

Made = TypeVar("Made")


@dataclass(frozen=True)
class Opening:
    """Control intervals of all ports on one day (fields as in `sim.model.day.DayPlan`).

    The row of a port under the k-th snapshot of the day (the parameters in force since midnight and
    since each later change) is ``k * ports + port``. ``special`` lists the ports whose control
    moments differ from the common grid, ``disturbed`` those that are shut, to all or to a class, at
    times when travellers would arrive. ``moments`` are the beginnings of the snapshots,
    ``closed_to`` the classes that a port does not take under each, shape (snapshots, ports,
    classes), and ``hour`` the hour of the day of each interval. ``made`` holds what follows from
    the hours and was worked out once, for all openings that differ in officers alone.
    """

    intervals: Whole
    start_s: Floats
    state: Whole
    officers: Whole
    trade: Whole
    row: Whole
    moments: Floats
    closed_to: Flags
    special: list[int]
    disturbed: list[int]
    grid: Floats
    hour: Whole
    made: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def open_at(self, port: int, seconds: Floats) -> Flags:
        """Whether a port is open at moments of the day (later ones count as its last interval)."""
        edges = self.start_s[port, : self.intervals[port]]
        k = np.maximum(np.searchsorted(edges, seconds, side="right") - 1, 0)
        return np.asarray(self.state[port, k] == OPEN)

    def takes(self, port: int, traffic_class: int, seconds: Floats) -> Flags:
        """Whether a port is not closed to a class at moments of the day."""
        which = np.searchsorted(self.moments, seconds, side="right") - 1
        return np.asarray(~self.closed_to[np.maximum(which, 0), port, traffic_class])

    def admit(self, ports: Whole, traffic_class: int, seconds: Floats) -> Flags:
        """Whether ports, each with a column of moments, are open and take a class."""
        k = np.maximum(np.searchsorted(self.grid, seconds, side="right") - 1, 0)
        is_open = np.asarray(self.state[ports, k] == OPEN)
        for column in np.flatnonzero(np.isin(ports, self.special)):
            is_open[:, column] = self.open_at(int(ports[column]), seconds[:, column])
        which = np.maximum(np.searchsorted(self.moments, seconds, side="right") - 1, 0)
        return np.asarray(is_open & ~self.closed_to[which, ports, traffic_class])

    def open_to(self, traffic_class: int, moment_s: float) -> Flags:
        """Whether each port takes a class at a moment, shape (ports,). Not to be changed."""
        return self.once((traffic_class, moment_s), lambda: self._open_to(traffic_class, moment_s))

    def _open_to(self, traffic_class: int, moment_s: float) -> Flags:
        k = int(np.searchsorted(self.grid, moment_s, side="right")) - 1
        is_open = self.state[:, k] == OPEN
        for port in self.special:
            is_open[port] = self.open_at(port, np.asarray(moment_s))
        which = int(np.searchsorted(self.moments, moment_s, side="right")) - 1
        return np.asarray(is_open & ~self.closed_to[max(which, 0), :, traffic_class])

    @property
    def open_s(self) -> Floats:
        """Seconds for which each port is open in each hour, shape (ports, 24)."""
        return self.once("open_s", self._open_s)

    def _open_s(self) -> Floats:
        length = np.diff(self.start_s, axis=1) * (self.state == OPEN)
        hour = np.clip((self.start_s[:, :-1] - self.grid[0]) // HOUR_S, 0, HOURS - 1).astype(int)
        ports = len(self.intervals)
        cell = np.arange(ports)[:, None] * HOURS + hour
        total = np.bincount(cell.ravel(), length.ravel(), minlength=ports * HOURS)
        return np.asarray(total.reshape(ports, HOURS), np.float64)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Make what follows from the hours, unless it has been made."""
        if key not in self.made:
            self.made[key] = make()
        made: Made = self.made[key]
        return made

    def with_officers(self, present: list[Present]) -> "Opening":
        """The same hours with the officers present by hour, under each snapshot."""
        if self.once("hourly", self._is_hourly) and len(present) == 1:
            return replace(self, officers=present[0].officers, trade=present[0].trade)
        count, most = self.row.shape
        used = np.arange(most) < self.intervals[:, None]
        cell = self.row // count, np.arange(count)[:, None], self.hour
        officers, trade = (
            np.where(used, np.stack(by_hour)[cell], 0) for by_hour in zip(*present, strict=True)
        )
        return replace(self, officers=officers, trade=trade)

    def _is_hourly(self) -> bool:
        """Whether every port has an interval for every hour and no other."""
        return self.hour.shape[1] == HOURS and bool(np.all(self.hour == np.arange(HOURS)))

    def on_day(self, day: int) -> "Opening":
        """The same hours on another day, both without changes and withdrawals."""
        later = day * DAY_S - self.grid[0]
        start_s, moments, grid = self.start_s + later, self.moments + later, self.grid + later
        made: dict[Hashable, Any] = {
            "open_s": self.open_s,
            "hourly": self.once("hourly", self._is_hourly),
        }
        return replace(self, start_s=start_s, moments=moments, grid=grid, made=made)


def opening_of_day(
    ports: Ports,
    conditions: Conditions,
    day: int,
    date: datetime.date,
    interval_min: int,
    moments: list[float],
    withdrawals: list[Withdrawal],
) -> Opening:
    """Build the control intervals of a day, as yet without officers (`Opening.with_officers`).

    Parameters
    ----------
    ports : Ports
    conditions : Conditions
    day : int
        Days since the run began.
    date : datetime.date
        Its date.
    interval_min : int
        Length of a control interval in minutes.
    moments : list of float
        When each snapshot begins (the first at midnight), in seconds since the run began.
    withdrawals : list of Withdrawal
        All that touch the day.
    """
    # The common grid of intervals, under the conditions of midnight.
    midnight = day * DAY_S
    snapshots = [conditions.at(moment) for moment in moments]
    grid = midnight + np.arange(0.0, DAY_S, interval_min * MINUTE_S)
    count, width = len(ports), len(grid)
    first = snapshots[0]
    season = ports.in_season(date)
    shut = ~season | first.closed
    hours = (grid - midnight) / HOUR_S
    open_now = (hours >= first.open_hour[:, None]) & (hours < first.close_hour[:, None])
    # Ports that need further edges: changes, withdrawals, and hours that are off the grid.
    marked = np.zeros(count, bool)
    for _, where in conditions.breakpoints(day):
        marked |= where
    marked[[withdrawal.port for withdrawal in withdrawals]] = True
    for snapshot in snapshots:
        both = np.stack([snapshot.open_hour, snapshot.close_hour])
        marked |= np.any((both * 60.0) % interval_min != 0, axis=0)
    special = [int(port) for port in np.flatnonzero(marked)]
    extra = {
        port: _edges(port, midnight, grid, snapshots, moments, withdrawals) for port in special
    }
    most = max([width, *(len(edges) for edges in extra.values())])
    # Tables of all ports, padded to the longest day; first from the common grid ...
    start_s = np.full((count, most + 1), midnight + DAY_S)
    start_s[:, :width] = grid
    state = np.full((count, most), AFTER_HOURS)
    state[:, :width] = np.where(open_now & ~shut[:, None], OPEN, AFTER_HOURS)
    officers, hour = np.zeros((2, count, most), np.int64)
    hour[:, :width] = hours.astype(int)
    row = np.broadcast_to(np.arange(count)[:, None], (count, most)).copy()
    intervals = np.full(count, width)
    # ... then interval by interval where the day differs from it.
    for port, edges in extra.items():
        intervals[port] = len(edges)
        start_s[port, : len(edges)] = edges
        start_s[port, len(edges) :] = midnight + DAY_S
        own = slice(0, len(edges))
        when = np.array(edges)
        hour[port, own] = ((when - midnight) / HOUR_S).astype(int)
        which = np.searchsorted(moments, when, side="right") - 1
        row[port, own] = which * count + port
        state[port, own] = AFTER_HOURS
        if season[port]:
            state[port, own] = _states(port, when, midnight, which, snapshots, withdrawals)
    disturbed = _disturbed(ports, snapshots, season, withdrawals)
    return Opening(
        intervals,
        start_s,
        state,
        officers,
        officers,
        row,
        np.array(moments),
        np.stack([snapshot.closed_to for snapshot in snapshots]),
        special,
        disturbed,
        grid,
        hour,
    )


def _edges(
    port: int,
    midnight: float,
    grid: Floats,
    snapshots: list[Snapshot],
    moments: list[float],
    withdrawals: list[Withdrawal],
) -> list[float]:
    edges = set(grid.tolist()) | set(moments)
    for snapshot in snapshots:
        edges.add(midnight + HOUR_S * float(snapshot.open_hour[port]))
        edges.add(midnight + HOUR_S * float(snapshot.close_hour[port]))
    for withdrawal in withdrawals:
        if withdrawal.port == port:
            edges |= {withdrawal.start_s, withdrawal.end_s}
    return sorted(edge for edge in edges if midnight <= edge < midnight + DAY_S)


def _states(
    port: int,
    edges: Floats,
    midnight: float,
    which: Whole,
    snapshots: list[Snapshot],
    withdrawals: list[Withdrawal],
) -> Whole:
    """State of a port, in season, from each of some moments on, each under one of the snapshots."""
    hour = (edges - midnight) / HOUR_S
    opens, closes, closed = (
        np.array([getattr(snapshot, name)[port] for snapshot in snapshots])[which]
        for name in ("open_hour", "close_hour", "closed")
    )
    held = np.zeros(len(edges), bool)
    for withdrawal in withdrawals:
        if withdrawal.port == port:
            held |= (withdrawal.start_s <= edges) & (edges < withdrawal.end_s)
    within = (opens <= hour) & (hour < closes) & ~closed
    return np.where(within, np.where(held, HELD, OPEN), AFTER_HOURS)


def _disturbed(
    ports: Ports, snapshots: list[Snapshot], season: Flags, withdrawals: list[Withdrawal]
) -> list[int]:
    """Ports that are shut in hours in which the traffic table has travellers for them."""
    shut = np.zeros(len(ports), bool)
    for snapshot in snapshots:
        shut |= snapshot.closed | snapshot.closed_to.any(axis=1)
        shut |= snapshot.open_hour > ports.open_hour
        shut |= snapshot.close_hour < ports.close_hour
    shut |= ~season
    for withdrawal in withdrawals:
        shut[withdrawal.port] = True
    return [int(port) for port in np.flatnonzero(shut & (ports.vehicles_per_year > 0))]
