"""Travellers whose port is closed: diverted to a neighbouring port, or lost.

Every vehicle keeps its identity. A vehicle that would arrive while its port is closed chooses among
the nearest ports that are open when it would get there, by the minutes of the drive and of the
recent usual wait, and arrives after the drive; longer detours lose more trips (D013).
"""

from dataclasses import dataclass

import numpy as np

from sim.model.day import new_extra_arrivals
from sim.model.port.layout import Layout
from sim.model.port.opening import Opening
from sim.model.port.traffic import BUS, CAR, COMMERCIAL, FAST, NEXUS, TRAIN, TRUCK
from sim.numerics.randomness import DETOUR, Streams
from sim.numerics.units import HOUR_S, Floats, Rows, Whole
from sim.parameters import Traffic
from sim.places.ports import Ports

# Open ports are sought among this many of the nearest.
SEARCHED = 12

# Lane of a traveller whose lane does not exist at the port of arrival.
GENERAL_LANE = {CAR: CAR, NEXUS: CAR, TRUCK: TRUCK, FAST: TRUCK, BUS: BUS, TRAIN: TRAIN}


@dataclass
class DiversionTally:
    """Vehicles diverted to another port, and trips lost, over the run."""

    diverted: int = 0
    lost: int = 0


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
        self.road_km = ports.distance_km * traffic.detour_factor
        self.nearest = np.argsort(self.road_km, axis=1, kind="stable")

    def drive_s(self, port: int, others: Whole) -> Floats:
        """Time of the drive from one port to others, in seconds."""
        return np.asarray(HOUR_S * self.road_km[port, others] / self.traffic.detour_speed_km_per_h)

    def _neighbours(self, port: int, lane: int) -> Whole:
        """Road ports that take a lane's traffic, the nearest first."""
        takes = self.road_port & ((self.ports.commercial != "no") | (not COMMERCIAL[lane]))
        takes[port] = False
        nearest = self.nearest[port]
        return np.asarray(nearest[takes[nearest]][:SEARCHED])

    def divert(
        self, port: int, arrivals_while_closed: Rows, opening: Opening, wait_s: Floats
    ) -> Rows:
        """Divert those who would arrive while a port is closed to its neighbours.

        Parameters
        ----------
        port : int
        arrivals_while_closed : Rows
            Vehicles of one lane and day, with the moments at which they would have arrived.
        opening : Opening
        wait_s : array of float, shape (ports, lanes)
            Usual waits in seconds, as of midnight.

        Returns
        -------
        Rows
            Vehicles that do arrive, at their new ports and moments.
        """
        lane = int(arrivals_while_closed["lane"][0])
        others = self._neighbours(port, lane)
        if lane == TRAIN or len(others) == 0:
            self.tally.lost += len(arrivals_while_closed["lane"])
            return new_extra_arrivals(0)
        drive = self.drive_s(port, others)
        # Which neighbours are open on arrival, the nearest few of them.
        arrival = arrivals_while_closed["time_s"][:, None] + drive
        is_open = np.stack(
            [opening.open_at(int(other), arrival[:, k]) for k, other in enumerate(others)], axis=1
        )
        is_open &= np.cumsum(is_open, axis=1) <= self.traffic.neighbours
        # The choice among them, a logit of drive and usual wait.
        minutes = (drive + wait_s[others, lane]) / 60.0
        weight = is_open * np.exp(-(minutes - minutes.min()) / self.traffic.detour_choice_min)
        total = np.cumsum(weight, axis=1)
        u = self._uniforms(arrivals_while_closed)
        choice = np.argmax(total >= u[0, :, None] * total[:, -1:], axis=1)
        # Trips lost to the longer way.
        longer = 1.0 + self.road_km[port, others] / self.traffic.trip_km
        lost_share = 1.0 - longer**self.traffic.distance_elasticity
        comes = (total[:, -1] > 0.0) & (u[1] >= lost_share[choice])
        self.tally.lost += int(np.sum(~comes))
        self.tally.diverted += int(np.sum(comes))
        target = others[choice]
        has_lane = self.layout.line_of_lane[target, lane] >= 0
        new_lane = np.where(has_lane, lane, GENERAL_LANE[lane])
        moved = arrivals_while_closed.copy()
        moved["lane"] = new_lane
        moved["line"] = self.layout.line_of_lane[target, new_lane]
        moved["time_s"] += drive[choice]
        return np.asarray(moved[comes])

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
