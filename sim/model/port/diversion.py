"""Travellers whose port is closed to them: diverted to a neighbouring port, or lost.

Every vehicle keeps its identity. A vehicle that would arrive while its port is closed, to all or to
its class, chooses among the nearest ports that take it and are open when it would get there, by the
minutes of the drive and of the wait, and arrives after the drive; longer detours lose more trips
(D013). Trucks have a trip, an elasticity and a spread of their own, and go only where trucks can.
The wait is what is known of a neighbour: the usual one, or yesterday's if that was longer, and the
line that those who were diverted up to the hour before must be standing in.
"""

from dataclasses import dataclass

import numpy as np

from sim.model.day import new_extra_arrivals
from sim.model.port.inspection_rates import SERVICE_S
from sim.model.port.layout import Layout
from sim.model.port.opening import Opening
from sim.model.port.traffic import BUS, CAR, CLASS_OF_LANE, COMMERCIAL, FAST, NEXUS, TRAIN, TRUCK
from sim.numerics.randomness import DETOUR, Streams
from sim.numerics.units import DAY_S, HOUR_S, Flags, Floats, Rows, Whole
from sim.parameters import Traffic
from sim.places.on_record import trucks_per_hour_on_record
from sim.places.ports import Ports

# Open ports are sought among this many of the nearest.
SEARCHED = 24
# A stream of so many vehicles a day from a port and lane makes lines elsewhere that others know of.
STREAM = 100

# Lane of a traveller whose lane does not exist at the port of arrival.
GENERAL_LANE = {CAR: CAR, NEXUS: CAR, TRUCK: TRUCK, FAST: TRUCK, BUS: BUS, TRAIN: TRAIN}


@dataclass
class DiversionTally:
    """Vehicles diverted to another port, and trips lost, over the run."""

    diverted: int = 0
    lost: int = 0


class Lines:
    """What is known of the lines at the ports on a day, as far as it can matter to a choice.

    Parameters
    ----------
    wait_s : array of float, shape (ports, lanes)
        Usual waits in seconds as of midnight, or yesterday's where those were longer.
    rates : array of float, shape (ports, WIDTH)
        Rates in force at midnight.
    layout : Layout
    opening : Opening
    cumulative : array of float, shape (ports, lanes, 97)
        As in `sim.model.day.DayPlan`.
    """

    def __init__(
        self, wait_s: Floats, rates: Floats, layout: Layout, opening: Opening, cumulative: Floats
    ) -> None:
        self.wait_s = wait_s
        ports = len(wait_s)
        self.moved = np.zeros((ports, 2, 24))
        own = np.diff(cumulative[:, :, :25], axis=2)
        self.own = np.stack([own[:, ~COMMERCIAL].sum(axis=1), own[:, COMMERCIAL].sum(axis=1)], 1)
        grid = opening.grid
        hour = np.searchsorted(grid, grid[0] + HOUR_S * np.arange(24), side="right") - 1
        officers, trade = opening.officers[:, hour], opening.trade[:, hour]
        travellers = np.where(trade >= 0, officers - trade, officers)
        self.capacity = np.ones((ports, 2, 24))
        for group, (lane, present) in enumerate(
            ((CAR, travellers), (TRUCK, np.where(trade >= 0, trade, officers)))
        ):
            line = layout.line_of_lane[:, lane]
            booths = np.where(line >= 0, layout.booths[line], 1)[:, None]
            manned = np.clip(np.minimum(present, booths), 1, None)
            self.capacity[:, group] = manned * HOUR_S / rates[:, SERVICE_S + lane, None]

    def behind(self, others: Whole, group: int, until: int) -> Floats:
        """Seconds that those who were diverted before an hour have added to the lines."""
        queue = np.zeros(len(others))
        for hour in range(until):
            more = self.own[others, group, hour] + self.moved[others, group, hour]
            queue = np.maximum(queue + more - self.capacity[others, group, hour], 0.0)
        return np.asarray(queue / self.capacity[others, group, max(until - 1, 0)] * HOUR_S)


class Diversion:
    """Neighbours of every port, and the choice among them.

    Parameters
    ----------
    ports : Ports
    layout : Layout
    traffic : Traffic
    streams : Streams
    """

    def __init__(self, ports: Ports, layout: Layout, traffic: Traffic, streams: Streams) -> None:
        self.ports = ports
        self.layout = layout
        self.traffic = traffic
        self.streams = streams
        self.tally = DiversionTally()
        self.road_port = ports.takes_road_traffic & ~ports.by_timetable
        # Trucks from elsewhere that a port can take in an hour.
        self.room = np.where(
            ports.commercial == "yes", np.inf,
            np.where(ports.commercial == "limited", traffic.limited_trucks_per_h, 0.0),
        )  # fmt: skip
        on_record = trucks_per_hour_on_record(ports.ids)
        self.room = np.where(np.isnan(on_record), self.room, on_record)

    def road_km(self, port: int) -> Floats:
        """Ways from a port to all ports by road."""
        return np.asarray(self.ports.distance_km[port] * self.traffic.detour_factor)

    def drive_s(self, port: int, others: Whole) -> Floats:
        """Time of the drive from one port to others, in seconds."""
        return np.asarray(HOUR_S * self.road_km(port)[others] / self.traffic.detour_speed_km_per_h)

    def _neighbours(self, port: int, lane: int) -> Whole:
        """Road ports that take a lane's traffic, the nearest first."""
        takes = self.road_port & ((self.room > 0.0) | (not COMMERCIAL[lane]))
        takes[port] = False
        nearest = np.argsort(self.road_km(port), kind="stable")
        return np.asarray(nearest[takes[nearest]][:SEARCHED])

    def divert(self, port: int, shut_out: Rows, opening: Opening, lines: Lines) -> Rows:
        """Divert those who would arrive while a port is closed to them to its neighbours.

        Parameters
        ----------
        port : int
        shut_out : Rows
            Vehicles of one lane and day, in order of the moments at which they would have arrived.
        opening : Opening
        lines : Lines
            Of the day; those diverted are added.

        Returns
        -------
        Rows
            Vehicles that do arrive, at their new ports and moments.
        """
        lane = int(shut_out["lane"][0])
        others = self._neighbours(port, lane)
        if lane == TRAIN or len(others) == 0:
            self.tally.lost += len(shut_out)
            return new_extra_arrivals(0)
        drive = self.drive_s(port, others)
        # The same where points share the hours; held with the vehicles, whose id stays their own.
        _, is_open, hour, u = opening.once(
            ("reach", id(shut_out)),
            lambda: (shut_out, *self._within_reach(shut_out, opening, others, drive)),
        )
        group = int(COMMERCIAL[lane])
        choice, goes = self._choices(shut_out, others, drive, is_open, hour, u[0], lane, lines)
        # Trips lost to the longer way.
        trip_km, elasticity = self.traffic.trip_km, self.traffic.distance_elasticity
        if group:
            trip_km = self.traffic.trip_truck_km
            elasticity = self.traffic.distance_elasticity_truck
        lost_share = 1.0 - (1.0 + self.road_km(port)[others] / trip_km) ** elasticity
        comes = goes & (u[1] >= lost_share[choice])
        target = others[choice]
        np.add.at(
            lines.moved, (target[comes], group, hour[np.arange(len(hour)), choice][comes]), 1.0
        )
        self.tally.lost += int(np.sum(~comes))
        self.tally.diverted += int(np.sum(comes))
        has_lane = self.layout.line_of_lane[target, lane] >= 0
        new_lane = np.where(has_lane, lane, GENERAL_LANE[lane])
        moved = shut_out.copy()
        moved["lane"] = new_lane
        moved["line"] = self.layout.line_of_lane[target, new_lane]
        moved["time_s"] += drive[choice]
        return np.asarray(moved[comes])

    def _within_reach(
        self, shut_out: Rows, opening: Opening, others: Whole, drive: Floats
    ) -> tuple[Flags, Whole, Floats]:
        """Which neighbours are open on arrival, the nearest few; its hour; and the draws."""
        arrival = shut_out["time_s"][:, None] + drive
        traffic_class = int(CLASS_OF_LANE[shut_out["lane"][0]])
        is_open = opening.admit(others, traffic_class, arrival)
        is_open &= np.cumsum(is_open, axis=1) <= self.traffic.neighbours
        hour = np.clip((arrival - opening.grid[0]) // HOUR_S, 0, 23).astype(int)
        return is_open, hour, self._uniforms(shut_out)

    def _choices(
        self,
        shut_out: Rows,
        others: Whole,
        drive: Floats,
        is_open: Flags,
        hour: Whole,
        u: Floats,
        lane: int,
        lines: Lines,
    ) -> tuple[Whole, Flags]:
        """Choose among neighbours, and say who finds one: a logit of drive and wait."""
        choice = np.zeros(len(shut_out), np.int64)
        goes = np.zeros(len(shut_out), bool)
        group = int(COMMERCIAL[lane])
        scale_min = (
            self.traffic.detour_choice_truck_min if group else self.traffic.detour_choice_min
        )
        leaves = np.floor(shut_out["time_s"] % DAY_S / HOUR_S).astype(int)
        parts = [np.arange(len(shut_out))]
        if len(shut_out) > STREAM:
            parts = [np.flatnonzero(leaves == when) for when in np.unique(leaves)]
        room = np.tile(self.room[others, None], 24) - lines.moved[others, group] if group else None
        for part in parts:
            # What is known an hour before.
            known = int(leaves[part[0]]) if len(parts) > 1 else 0
            wait = lines.wait_s[others, lane] + lines.behind(others, group, known)
            minutes = (drive + wait) / 60.0
            weight = np.exp(-(minutes - minutes.min()) / scale_min)
            left = part
            open_to = is_open[part]
            while len(left):
                total = np.cumsum(open_to * weight, axis=1)
                found = total[:, -1] > 0.0
                left, open_to, total = left[found], open_to[found], total[found]
                chosen = np.argmax(total >= u[left, None] * total[:, -1:], axis=1)
                arrives = hour[left, chosen]
                fits = np.ones(len(left), bool)
                if room is not None:
                    fits = _first_come(chosen, arrives, room)
                    np.subtract.at(room, (chosen[fits], arrives[fits]), 1.0)
                choice[left[fits]], goes[left[fits]] = chosen[fits], True
                np.add.at(lines.moved, (others[chosen[fits]], group, arrives[fits]), 1.0)
                open_to = open_to[~fits]
                open_to[np.arange(len(open_to)), chosen[~fits]] = False
                left = left[~fits]
        where = others[choice[goes]], hour[goes, choice[goes]]
        np.subtract.at(lines.moved[:, group], where, 1.0)
        return choice, goes

    def _uniforms(self, extra_arrivals: Rows) -> Floats:
        """Two uniform numbers of each vehicle, shape (2, vehicles)."""
        first = int(extra_arrivals["index"].min())
        count = int(extra_arrivals["index"].max()) - first + 1
        u = self.streams.uniforms(
            DETOUR,
            int(extra_arrivals["entity"][0]),
            int(extra_arrivals["day"][0]),
            count,
            first=first,
        )
        return u[:2, extra_arrivals["index"] - first]


def _first_come(chosen: Whole, hour: Whole, room: Floats) -> Flags:
    """Who finds room: the first so many of each port and hour."""
    cell = chosen * 24 + hour
    order = np.argsort(cell, kind="stable")
    first = np.searchsorted(cell[order], cell[order])
    rank = np.empty(len(cell), np.int64)
    rank[order] = np.arange(len(cell)) - first
    return np.asarray(rank < room[chosen, hour])
