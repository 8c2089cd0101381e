"""Arrivals beyond the lanes' own traffic: attempts, and travellers who were diverted."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sim.model.conditions import Snapshot
from sim.model.day import World, in_order, new_extra_arrivals
from sim.model.port.diversion import Diversion
from sim.model.port.opening import Opening
from sim.model.port.traffic import LANES, draw_lane_day, most_vehicles, new_draws
from sim.model.smuggling.attempts_of_day import AttemptsOfDay
from sim.model.smuggling.perception import Beliefs
from sim.numerics.units import DAY_S, Floats, Rows, Whole


def arrivals_while_closed(
    port: int, day: int, opening: Opening, cumulative: Floats, cells: Whole, world: World
) -> Iterator[Rows]:
    """Draw the traffic of a port that is closed at times, and select the arrivals while closed.

    Parameters
    ----------
    port, day : int
    opening : Opening
    cumulative : array of float, shape (ports, lanes, 97)
    cells : array of int, shape (ports,)
        As in `sim.model.day.DayPlan`.
    world : World

    Yields
    ------
    Rows
        Vehicles of one lane, with the moments at which they would have arrived.
    """
    for lane in range(len(LANES)):
        expected = float(cumulative[port, lane, cells[port]])
        if expected <= 0.0 or world.line_of_lane[port, lane] < 0:
            continue
        draws = new_draws(int(most_vehicles(np.asarray(expected))))
        count = draw_lane_day(
            world.seed, world.replication, int(world.entity[port, lane]), day,
            bool(world.timetabled[lane]), cumulative[port, lane, : cells[port] + 1],
            world.gap_table, draws,
        )  # fmt: skip
        shut = np.flatnonzero(~opening.open_at(port, draws.time_s[:count]))
        if len(shut) == 0:
            continue
        extra_arrivals = new_extra_arrivals(len(shut))
        extra_arrivals["lane"][:] = lane
        extra_arrivals["line"][:] = world.line_of_lane[port, lane]
        extra_arrivals["time_s"][:] = draws.time_s[shut]
        for name in ("service_word", "search_word", "mandatory_word"):
            extra_arrivals[name][:] = getattr(draws, name)[shut]
        extra_arrivals["entity"][:] = world.entity[port, lane]
        extra_arrivals["day"][:] = day
        extra_arrivals["index"][:] = shut
        extra_arrivals["attempt"][:] = -1
        extra_arrivals["search_factor"][:] = 1.0
        yield extra_arrivals


@dataclass
class ExtraArrivals:
    """The extra arrivals of a replication, day by day.

    Attributes
    ----------
    attempts_of_day : AttemptsOfDay
    diversion : Diversion
    beliefs : Beliefs
    world : World
    with_travellers : bool
        Whether the travellers of closed ports are diverted, or in the traffic already.
    on_the_way : array of EXTRA_ARRIVAL
        Diverted travellers who arrive after midnight.
    gave_up : array of int
        Numbers of the attempts that turned back on the day last planned.
    """

    attempts_of_day: AttemptsOfDay
    diversion: Diversion
    beliefs: Beliefs
    world: World
    with_travellers: bool = True
    on_the_way: Rows = field(default_factory=new_extra_arrivals)
    gave_up: Whole = field(default_factory=lambda: np.empty(0, np.int64))

    def of_day(
        self, day: int, opening: Opening, cumulative: Floats, cells: Whole, snapshot: Snapshot
    ) -> Rows:
        """Extra arrivals of a day.

        Parameters
        ----------
        day : int
        opening : Opening
        cumulative : array of float, shape (ports, lanes, 97)
        cells : array of int, shape (ports,)
            As in `sim.model.day.DayPlan`.
        snapshot : Snapshot
        """
        self.gave_up = np.empty(0, np.int64)
        groups = [self._arriving(opening), self.attempts_of_day.trafficking(day, opening, snapshot)]
        visitors = self.attempts_of_day.visitors(day, cumulative, cells)
        # At ports that are closed at times, those who would arrive then are diverted.
        wait_s = self.beliefs.wait_s
        for port in opening.disturbed:
            if self.with_travellers:
                groups.extend(
                    self.diversion.divert(port, group, opening, wait_s)
                    for group in arrivals_while_closed(
                        port, day, opening, cumulative, cells, self.world
                    )
                )
            at_port = self.attempts_of_day.at_port(visitors, port)
            shut = at_port & ~opening.open_at(port, visitors["time_s"])
            if shut.any():
                leaving, visitors = visitors[shut], visitors[~shut]
                diverted = self.diversion.divert(port, leaving, opening, wait_s)
                self._turn_back(leaving, diverted)
                groups.append(diverted)
        # Diverted travellers may arrive after midnight.
        joined = in_order(*groups, visitors)
        later = joined["time_s"] >= (day + 1) * DAY_S
        self.on_the_way = joined[later]
        return np.asarray(joined[~later])

    def _arriving(self, opening: Opening) -> Rows:
        """Diverted travellers under way since yesterday, unless their new port is closed too."""
        arriving = self.on_the_way
        if len(arriving) == 0:
            return arriving
        port = np.searchsorted(self.world.first_line, arriving["line"], side="right") - 1
        times = arriving["time_s"]
        admitted = np.array(
            [bool(opening.open_at(int(p), times[i : i + 1])[0]) for i, p in enumerate(port)]
        )
        self.diversion.tally.lost += int(np.sum(~admitted))
        self._turn_back(arriving, arriving[admitted])
        return np.asarray(arriving[admitted])

    def _turn_back(self, before: Rows, after: Rows) -> None:
        """Record the attempts among travellers who gave up their trip."""
        gone = np.setdiff1d(before["attempt"], after["attempt"])
        self.gave_up = np.concatenate([self.gave_up, gone[gone >= 0]])
