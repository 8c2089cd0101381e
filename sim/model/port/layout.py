"""Layout of a port: lanes, the lines they share, booths and bays.

Few booths and no bays or officers of a port are public (`sim.places.on_record`). The others are
*derived* by one rule from the port's traffic: booths and bays in `build_layout`, officers in
`sim.model.port.roster.posts`.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np

from sim.errors import InputError
from sim.model.port import traffic
from sim.numerics.units import HOUR_S, Floats, Whole
from sim.places.ports import Ports

TRAVELLER, COMMERCE = 0, 1
QUEUES = 2
MOST_BOOTHS = 32
MOST_BAYS = 24

# Derived: a line has booths for the load R of its busiest average hour and this many square roots
# of R more (assumed; plazas have more booths than officers: B005).
BOOTH_SAFETY = 1.0
# Derived: bays for the mean secondary load of the busiest hour, times this, and one more (assumed).
BAY_MARGIN = 2.5
# A port has a bus line of its own from this many buses a year (assumed).
BUS_LINE_PER_YEAR = 8000.0
# A port with a commercial service has a truck line of its own from this many trucks a year
# (assumed).
TRUCK_LINE_PER_YEAR = 10000.0


@dataclass(frozen=True)
class Layout:
    """Lines, booths and bays of all ports.

    A *lane* is a kind of traffic (general car, NEXUS, general truck, FAST, bus, train). A *line* is
    a physical queue with its booths. A busy port has a line for each lane; at a small port all
    lanes share one line.

    Attributes
    ----------
    first_line : array of int, shape (ports + 1,)
        Lines of port p are ``first_line[p]`` to ``first_line[p + 1] - 1``.
    line_of_lane : array of int, shape (ports, lanes)
        Line of each lane, -1 where the port has no such lane.
    queue_of_line : array of int, shape (lines,)
        Secondary queue (0 traveller, 1 commercial) that serves the line's referrals.
    booths : array of int, shape (lines,)
    bays : array of int, shape (ports, 2)
    """

    first_line: Whole
    line_of_lane: Whole
    queue_of_line: Whole
    booths: Whole
    bays: Whole

    @property
    def lines(self) -> int:
        """Number of lines."""
        return len(self.booths)


def trusted_shares(
    ports: Ports, nexus: Floats | float, fast: Floats | float
) -> tuple[Floats, Floats]:
    """Share of cars and of trucks in trusted lanes at each port, 0 where there is no such lane."""
    return np.where(ports.nexus, nexus, 0.0), np.where(ports.fast, fast, 0.0)


def _lane_groups(ports: Ports, port: int, volume: Floats) -> list[list[int]]:
    """Which lanes share a line at one port, in order of their booths."""
    if ports.one_officer[port] or ports.one_line[port]:
        return [
            [traffic.CAR, traffic.NEXUS, traffic.TRUCK, traffic.FAST, traffic.BUS, traffic.TRAIN]
        ]
    general = [traffic.CAR]
    groups = [general]
    if ports.nexus[port]:
        groups.append([traffic.NEXUS])
    if ports.commercial[port] == "yes" and volume[1] >= TRUCK_LINE_PER_YEAR:
        groups.append([traffic.TRUCK])
    else:
        general.append(traffic.TRUCK)
    if ports.fast[port]:
        groups.append([traffic.FAST])
    if volume[2] >= BUS_LINE_PER_YEAR:
        groups.append([traffic.BUS])
    else:
        general.append(traffic.BUS)
    return groups


def with_lanes(ports: Ports, nexus: Floats, fast: Floats) -> Ports:
    """Add trusted lanes where values, of shape (ports,), are above 0; else give the same object."""
    if not np.any(nexus > ports.nexus) and not np.any(fast > ports.fast):
        return ports
    return dataclasses.replace(ports, nexus=ports.nexus | (nexus > 0), fast=ports.fast | (fast > 0))


def build_layout(
    ports: Ports,
    peak: Floats,
    service_s: Floats,
    secondary_s: Floats,
    booths_added: Floats | None = None,
    booths_on_record: Floats | None = None,
) -> Layout:
    """Derive lines, booths and bays from the traffic.

    Parameters
    ----------
    ports : Ports
    peak : array of float, shape (ports, lanes)
        Vehicles in the busiest hour of an average week of the busiest month.
    service_s, secondary_s : array of float, shape (ports, lanes)
        Officer seconds at primary and in secondary per vehicle.
    booths_added : array of float, shape (ports, lanes), optional
        Booths built beyond the rule; they come after those of the rule. Below 0, booths are taken
        away.
    booths_on_record : array of float, shape (ports, lanes), optional
        Booths that are known, of the line that begins with the lane (`sim.places.on_record`);
        not a number where the rule decides.

    Raises
    ------
    InputError
        If more booths are taken away than there are.

    Notes
    -----
    Booths of a line = load R of its busiest hour in booths plus `BOOTH_SAFETY` times the square
    root of R, rounded up, at most `MOST_BOOTHS` with those added. Bays = secondary load of the
    busiest hour, times `BAY_MARGIN`, rounded up, and one more.
    """
    volumes = ports.monthly_vehicles.sum(axis=2)
    first_line = [0]
    queue_of_line: list[int] = []
    booths: list[int] = []
    line_of_lane = np.full((len(ports), len(traffic.CLASS_OF_LANE)), -1)
    bays = np.ones((len(ports), QUEUES), dtype=np.int64)
    for port in range(len(ports)):
        groups = _lane_groups(ports, port, volumes[port])
        used = np.zeros(QUEUES)
        for lanes in groups:
            # Loads of the line in its busiest hour, in booths and in bays.
            queue = COMMERCE if all(traffic.COMMERCIAL[lanes]) else TRAVELLER
            load = float(np.sum(peak[port, lanes] * service_s[port, lanes])) / HOUR_S
            used[queue] += float(np.sum(peak[port, lanes] * secondary_s[port, lanes])) / HOUR_S
            # The line, with booths for its load and those built beyond the rule.
            line_of_lane[port, lanes] = len(booths)
            queue_of_line.append(queue)
            wanted = max(np.ceil(load + BOOTH_SAFETY * np.sqrt(load)), 1.0)
            if booths_on_record is not None and not np.isnan(booths_on_record[port, lanes[0]]):
                wanted = booths_on_record[port, lanes[0]]
            more = 0.0 if booths_added is None else float(booths_added[port, lanes].sum())
            if wanted + more < 1.0:
                raise InputError(
                    f"port {ports.ids[port]}: {more:+g} booths leave {wanted + more:g} of "
                    f"{wanted:g} in its line for {traffic.LANES[lanes[0]]}s, below 1 booth; close "
                    "the port to the class instead"
                )
            booths.append(int(min(wanted + more, MOST_BOOTHS)))
        bays[port] = np.clip(np.ceil(used * BAY_MARGIN) + 1, 1, MOST_BAYS)
        first_line.append(len(booths))
    return Layout(
        first_line=np.array(first_line),
        line_of_lane=line_of_lane,
        queue_of_line=np.array(queue_of_line),
        booths=np.array(booths),
        bays=bays,
    )
