"""The attempts of a day, as vehicles that join the lines."""

import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engine.day import OPEN, TRAFFICKER, TRAVELLER_FIREARM, new_guests
from sim.geography import Ports
from sim.model.conditions import DAY_S, Conditions, Snapshot
from sim.model.opening import Opening
from sim.model.organisation import Opportunity, Organisations
from sim.model.perception import Watch
from sim.model.port import Layout
from sim.model.route_choice import NOT_MADE, RouteChoice
from sim.model.traffic import CAR, TRUCK, Demand
from sim.model.traveller_firearms import TravellerFirearms, firearms_of
from sim.randomness import BOOKING, LOAD, SECONDARY, Streams, to_uniform

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Rows = npt.NDArray[np.void]


class Booking(NamedTuple):
    """One attempt, as decided before it meets an officer.

    Attributes
    ----------
    attempt_id : str
        The same in every scenario.
    number : int
        Row in the engine's attempts, -1 where no port is involved.
    kind : str
        trafficking or traveller.
    organisation : int
    market, source : str
    port, lane : int
        -1 where no port is involved.
    time_s : float
    load : int
    deep : bool
    perceived_loss : float
    route : str
        port, between_ports or not_made.
    intercepted : bool
        Between ports.
    """

    attempt_id: str
    number: int
    kind: str
    organisation: int
    market: str
    source: str
    port: int
    lane: int
    time_s: float
    load: int
    deep: bool
    perceived_loss: float
    route: str
    intercepted: bool


class Bookings:
    """All attempts of a replication, day by day."""

    def __init__(
        self,
        ports: Ports,
        layout: Layout,
        demand: Demand,
        conditions: Conditions,
        watch: Watch,
        streams: Streams,
    ) -> None:
        self.layout = layout
        self.watch = watch
        self.streams = streams
        parameters = conditions.parameters
        self.organisations = Organisations(parameters.smuggling, streams, conditions.traffic_share)
        self.routes = RouteChoice(ports, parameters.smuggling, watch.baseline(), streams)
        self.port_name = ports.ids
        scale = np.stack(
            [
                conditions.at(day * DAY_S).value("traffic.volume_scale")
                for day in range(len(demand.daily))
            ]
        )
        self.visitors_of = TravellerFirearms(
            ports,
            demand.daily[:, :, 0] * scale * demand.day_factor,
            parameters.smuggling.traveller_firearms_per_million,
            parameters.duty.resident_share,
            streams,
        )
        self.firearms_mean = parameters.smuggling.traveller_firearms_mean
        self.rows: list[Booking] = []
        self.count = 0

    def lane_at(self, port: int, lane: int) -> int:
        """Lane of a port, or the general car lane where it has no such lane."""
        return lane if self.layout.line_of_lane[port, lane] >= 0 else CAR

    def trafficking(self, day: int, opening: Opening, snapshot: Snapshot) -> Rows:
        """Decide on the day's opportunities; those who go through a port join its line."""
        smuggling = snapshot.parameters.smuggling
        share = snapshot.parameters.database.lookout_share
        chances = self.organisations.opportunities(day, smuggling, share)
        perception = self.watch.perception()
        going: list[tuple[Opportunity, int, int]] = []
        for chance in chances:
            open_ports = _open_ports(opening, chance.time_s)
            route = self.routes.choose(chance, open_ports, perception, smuggling)
            lane = self.lane_at(route, TRUCK if chance.commercial else CAR) if route >= 0 else -1
            if route >= 0:
                going.append((chance, route, lane))
            intercepted = False
            if route < 0 and route != NOT_MADE:
                uniform = self.streams.uniforms(SECONDARY, chance.entity, day, 1, chance.index)[
                    0, 0
                ]
                intercepted = bool(uniform < smuggling.between_ports_loss)
            loss = (
                float(perception.loss[route, lane]) if route >= 0 else smuggling.between_ports_loss
            )
            self.rows.append(
                Booking(
                    f"o{chance.organisation}/{day}/{chance.index}",
                    self.count if route >= 0 else -1,
                    "trafficking",
                    chance.organisation,
                    chance.market,
                    chance.source,
                    route if route >= 0 else -1,
                    lane,
                    chance.time_s,
                    chance.load,
                    chance.deep,
                    loss,
                    "port" if route >= 0 else "not_made" if route == NOT_MADE else "between_ports",
                    intercepted,
                )
            )
            self.count += int(route >= 0)
        return self._guests_of(going, day, smuggling.deep_factor)

    def _guests_of(
        self, going: list[tuple[Opportunity, int, int]], day: int, deep_factor: float
    ) -> Rows:
        guests = new_guests(len(going))
        first = self.count - len(going)
        for i, (chance, port, lane) in enumerate(going):
            words = self.streams.words(BOOKING, chance.entity, day, 1, chance.index)
            guests["line"][i] = self.layout.line_of_lane[port, lane]
            guests["lane"][i] = lane
            guests["time_s"][i] = chance.time_s
            guests["service_word"][i] = words[0][0]
            guests["search_word"][i] = words[1][0]
            guests["mandatory_word"][i] = words[2][0]
            guests["lookout_word"][i] = words[3][0]
            guests["entity"][i] = chance.entity
            guests["day"][i] = day
            guests["index"][i] = chance.index
            guests["attempt"][i] = first + i
            guests["kind"][i] = TRAFFICKER
            guests["search_factor"][i] = deep_factor if chance.deep else 1.0
            guests["lookout"][i] = int(chance.lookout)
        return guests

    def visitors(self, day: int, cumulative: Floats, cells: Whole) -> Rows:
        """Visitors with an undeclared firearm who come on a day."""
        counts = self.visitors_of.count[day]
        guests = new_guests(int(counts.sum()))
        slot = 0
        for port in np.flatnonzero(counts):
            entity = int(self.visitors_of.entity[port])
            count = int(counts[port])
            curve = cumulative[port, CAR, : cells[port] + 1]
            if curve[-1] <= 0.0 or self.layout.line_of_lane[port, CAR] < 0:
                continue
            words = self.streams.words(BOOKING, entity, day, count, first=1)
            loads = firearms_of(
                to_uniform(self.streams.words(LOAD, entity, day, count, 1)[0]), self.firearms_mean
            )
            level = to_uniform(words[0]) * curve[-1]
            moment = np.interp(level, curve, _edges_s(len(curve)))
            rows = slice(slot, slot + count)
            guests["line"][rows] = self.layout.line_of_lane[port, CAR]
            guests["lane"][rows] = CAR
            guests["time_s"][rows] = day * DAY_S + np.minimum(moment, DAY_S - 1e-3)
            guests["service_word"][rows] = words[1]
            guests["search_word"][rows] = words[2]
            guests["mandatory_word"][rows] = words[3]
            guests["entity"][rows] = entity
            guests["day"][rows] = day
            guests["index"][rows] = 1 + np.arange(count)
            guests["attempt"][rows] = self.count + np.arange(count)
            guests["kind"][rows] = TRAVELLER_FIREARM
            guests["search_factor"][rows] = 1.0
            for i in range(count):
                self.rows.append(
                    Booking(
                        f"{self.port_name[port]}/{day}/{i}",
                        self.count + i,
                        "traveller",
                        -1,
                        "",
                        "",
                        int(port),
                        CAR,
                        float(guests["time_s"][slot + i]),
                        int(loads[i]),
                        False,
                        0.0,
                        "port",
                        False,
                    )
                )
            self.count += count
            slot += count
        return guests[:slot]

    def at_port(self, guests: Rows, port: int) -> npt.NDArray[np.bool_]:
        """Which guests stand in a line of a port."""
        first, last = self.layout.first_line[port], self.layout.first_line[port + 1]
        return np.asarray((guests["line"] >= first) & (guests["line"] < last))


def _open_ports(opening: Opening, seconds: float) -> npt.NDArray[np.bool_]:
    """Ports that are open at a moment."""
    before = np.sum(opening.start_s[:, :-1] <= seconds, axis=1) - 1
    k = np.clip(np.minimum(before, opening.intervals - 1), 0, None)
    return np.asarray(opening.state[np.arange(len(k)), k] == OPEN)


@functools.cache
def _edges_s(count: int) -> Floats:
    """Ends of equal parts of the day, in seconds since midnight."""
    return np.linspace(0.0, DAY_S, count)
