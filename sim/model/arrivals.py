"""Arrivals beyond the lanes' own traffic: attempts, and travellers who were diverted."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sim.model.conditions import Snapshot
from sim.model.day import World, in_order, new_extra_arrivals
from sim.model.port.diversion import Diversion, Lines
from sim.model.port.opening import Opening
from sim.model.port.traffic import (
    BUS,
    CAR,
    CLASS_OF_LANE,
    COMMERCIAL,
    LANES,
    TRUCK,
    draw_lane_day,
    most_vehicles,
    new_draws,
)
from sim.model.smuggling.attempts_of_day import AttemptsOfDay
from sim.model.smuggling.perception import Beliefs
from sim.numerics import compilation
from sim.numerics.units import DAY_S, MINUTE_S, Floats, Rows, Whole
from sim.parameters import Traffic


def arrivals_while_closed(
    port: int, day: int, opening: Opening, cumulative: Floats, cells: Whole, world: World
) -> Iterator[tuple[Rows, Rows]]:
    """Draw the traffic of a port that is closed at times, to all or to a class, lane by lane.

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
    shut_out : Rows
        Vehicles of one lane that would have arrived while the port was closed to them.
    admitted : Rows
        The others, where the port is closed to the lane's class at times (`shut_out_by_class`): the
        engine does not draw them then. Else nobody.
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
        traffic_class = int(CLASS_OF_LANE[lane])
        time_s = draws.time_s[:count]
        is_open = opening.open_at(port, time_s)
        takes = opening.takes(port, traffic_class, time_s)
        by_class = opening.closed_to[:, port, traffic_class]
        groups = []
        for chosen in (~is_open | ~takes, is_open & takes & bool(by_class.any())):
            which = np.flatnonzero(chosen)
            vehicles = new_extra_arrivals(len(which))
            vehicles["lane"] = lane
            vehicles["line"] = world.line_of_lane[port, lane]
            vehicles["time_s"] = time_s[which]
            for name in ("service_word", "search_word", "mandatory_word"):
                vehicles[name] = getattr(draws, name)[which]
            vehicles["entity"] = world.entity[port, lane]
            vehicles["day"] = day
            vehicles["index"] = which
            groups.append(vehicles)
        yield groups[0], groups[1]


def without_closed_classes(opening: Opening, cumulative: Floats) -> Floats:
    """Arrival curves without the lanes of classes that a port is closed to at times of the day.

    Their vehicles, as far as they are admitted, are extra arrivals (`arrivals_while_closed`).
    """
    if not opening.closed_to.any():
        return cumulative
    closed = np.asarray(opening.closed_to.any(axis=0))[:, CLASS_OF_LANE]
    return np.where(closed[..., None], 0.0, cumulative)


# Step in which waits are told, in seconds: nobody knows them better, and the engines, which add
# them up in different orders, agree on it.
TOLD_S = 300.0
# As many stay away for a longer wait (two weeks) as for this one.
MOST_STEPS = 4096
GENERAL_LANES = np.array([CAR, TRUCK, BUS])


def response_to_waits(
    beliefs: Beliefs, gave_up: Floats, expected: Floats, traffic: Traffic
) -> Floats:
    """How many come on a day for each who else would, after the waits of the day before.

    Some stay away who know of the wait, as they would have turned round at the line; some come who
    turned round yesterday. Usual waits are in the traffic table already.

    Parameters
    ----------
    beliefs : Beliefs
        With the waits of the day before.
    gave_up : array of float, shape (ports, lanes)
        Vehicles that turned round then.
    expected : array of float, shape (ports, classes)
        Vehicles expected on the day.
    traffic : Traffic
        Parameters in force.

    Returns
    -------
    array of float, shape (ports, classes)
    """
    patience_min = traffic.patience_min, traffic.patience_truck_min
    away = _staying_away(traffic.memory_share, *patience_min)
    response = np.ones(expected.shape)
    _fill_response(
        GENERAL_LANES, (beliefs.wait_s, beliefs.yesterday_s, MINUTE_S * traffic.patience_from_min),
        away, CLASS_OF_LANE, gave_up, expected, traffic.returning_share, response,
    )  # fmt: skip
    return response


@functools.lru_cache(maxsize=16)
def _staying_away(memory_share: float, patience_min: float, truck_min: float) -> Floats:
    """Share of each class that stays away for so many steps of a wait, shape (classes, steps)."""
    told_s = TOLD_S * np.arange(MOST_STEPS)
    minutes = np.where(COMMERCIAL[GENERAL_LANES], truck_min, patience_min)
    return np.asarray(memory_share * (1.0 - np.exp(-told_s / (MINUTE_S * minutes)[:, None])))


@compilation.compiled
def _fill_response(
    general_lanes: Whole,
    waits: tuple[Floats, Floats, float],
    away: Floats,
    class_of_lane: Whole,
    gave_up: Floats,
    expected: Floats,
    returning_share: float,
    response: Floats,
) -> None:
    """Write `response_to_waits`, from usual waits, those of yesterday, and from when they count."""
    usual_s, yesterday_s, onset_s = waits
    for port in range(len(response)):
        for of_class, lane in enumerate(general_lanes):
            beyond_s = yesterday_s[port, lane] - max(usual_s[port, lane], onset_s)
            step = min(int(max(beyond_s, 0.0) / TOLD_S), away.shape[1] - 1)
            turned = 0.0
            for other in range(len(class_of_lane)):
                if class_of_lane[other] == of_class:
                    turned += gave_up[port, other]
            response[port, of_class] -= away[of_class, step]
            if expected[port, of_class] > 0.0:
                response[port, of_class] += returning_share * turned / expected[port, of_class]


@dataclass
class ExtraArrivals:
    """The extra arrivals of a replication, day by day.

    Attributes
    ----------
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
        self,
        day: int,
        opening: Opening,
        cumulative: Floats,
        cells: Whole,
        snapshot: Snapshot,
        rates: Floats,
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
        rates : array of float, shape (ports, WIDTH)
            Rates in force at midnight.
        """
        self.gave_up = np.empty(0, np.int64)
        groups = [self._arriving(opening), self.attempts_of_day.trafficking(day, opening, snapshot)]
        visitors = self.attempts_of_day.visitors(day, cumulative, cells)
        with_visitors = set(visitors["line"].tolist())
        # At ports that are closed at times, those who would arrive then are diverted.
        waits = self.beliefs.wait_s, self.beliefs.yesterday_s
        lines = functools.cache(
            lambda: Lines(np.maximum(*waits), rates, self.diversion.layout, opening, cumulative)
        )
        for port in opening.disturbed:
            if self.with_travellers:
                for shut_out, admitted in self._while_closed(port, day, opening, cumulative, cells):
                    if len(admitted):
                        groups.append(admitted)
                    if len(shut_out):
                        groups.append(self.diversion.divert(port, shut_out, opening, lines()))
            line = self.world.line_of_lane[port, CAR]
            if line not in with_visitors:
                continue
            at_port = visitors["line"] == line
            shut = at_port & ~(
                opening.open_at(port, visitors["time_s"])
                & opening.takes(port, int(CLASS_OF_LANE[CAR]), visitors["time_s"])
            )
            if shut.any():
                leaving, visitors = visitors[shut], visitors[~shut]
                diverted = self.diversion.divert(port, leaving, opening, lines())
                self._turn_back(leaving, diverted)
                groups.append(diverted)
        # Diverted travellers may arrive after midnight.
        joined = in_order(*groups, visitors)
        later = joined["time_s"] >= (day + 1) * DAY_S
        self.on_the_way = joined[later] if later.any() else joined[:0]
        return np.asarray(joined[~later]) if later.any() else joined

    def _while_closed(
        self, port: int, day: int, opening: Opening, cumulative: Floats, cells: Whole
    ) -> list[tuple[Rows, Rows]]:
        """Draw `arrivals_while_closed` once for points that share the day's hours and curves."""
        world = self.world
        lines = world.line_of_lane[port].tobytes()
        key = port, id(cumulative), world.seed, world.replication, lines
        drawn = arrivals_while_closed(port, day, opening, cumulative, cells, world)
        # The curves are held so that their id stays their own.
        return opening.once(key, lambda: (cumulative, list(drawn)))[1]

    def _arriving(self, opening: Opening) -> Rows:
        """Diverted travellers under way since yesterday, unless their new port is closed too."""
        arriving = self.on_the_way
        if len(arriving) == 0:
            return arriving
        port = np.searchsorted(self.world.first_line, arriving["line"], side="right") - 1
        times = arriving["time_s"]
        admitted = np.array(
            [
                bool(
                    opening.open_at(int(p), times[i : i + 1])[0]
                    and opening.takes(
                        int(p), int(CLASS_OF_LANE[arriving["lane"][i]]), times[i : i + 1]
                    )[0]
                )
                for i, p in enumerate(port)
            ]
        )
        self.diversion.tally.lost += int(np.sum(~admitted))
        self._turn_back(arriving, arriving[admitted])
        return np.asarray(arriving[admitted])

    def _turn_back(self, before: Rows, after: Rows) -> None:
        """Record the attempts among travellers who gave up their trip."""
        gone = np.setdiff1d(before["attempt"], after["attempt"])
        self.gave_up = np.concatenate([self.gave_up, gone[gone >= 0]])
