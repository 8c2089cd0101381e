"""The attempts of each day: decided at midnight, and turned into vehicles that join the lines."""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.model.conditions import Conditions, Snapshot
from sim.model.day import OPEN, TRAFFICKER, TRAVELLER_FIREARM, new_extra_arrivals
from sim.model.port.facilities import Facilities
from sim.model.port.opening import Opening
from sim.model.port.referral import REASONS
from sim.model.port.traffic import CAR, LANES, TRUCK, Demand
from sim.model.smuggling.attempt import Attempt, AttemptOutcome, Route, fate_of
from sim.model.smuggling.enrolment import Enrolment
from sim.model.smuggling.market import Deals, Markets, Purchases
from sim.model.smuggling.organisation import Opportunity, Organisations
from sim.model.smuggling.perception import Beliefs
from sim.model.smuggling.route_choice import RouteChoice
from sim.model.smuggling.traveller_firearms import TravellerFirearms, firearms_of
from sim.numerics.randomness import AWAY, BOOKING, LOAD, Streams, to_uniform
from sim.numerics.units import DAY_S, Floats, Rows, Whole
from sim.parameters import PARAMETER
from sim.records.attempts import (
    NOT_MADE,
    NOT_PLANNED,
    PORT,
    TRAFFICKING,
    TRAVELLER,
    AttemptsRecord,
    Fate,
)

# Whether a lookout on a trip is active: of its attempt, organisation and moment of arrival.
LookoutIsActive = Callable[[str, int, float], bool]


class AttemptsOfDay:
    """All attempts of a replication, day by day.

    Parameters
    ----------
    facilities : Facilities
    demand : Demand
    conditions : Conditions
    organisations : Organisations
    beliefs : Beliefs
    markets : Markets
    lookout_is_active : LookoutIsActive
    streams : Streams

    Attributes
    ----------
    rows : list of Attempt
        All attempts so far, those not planned among them.
    count : int
        Of these, those that go through a port, which have a row in the engine's attempts.
    """

    def __init__(
        self,
        facilities: Facilities,
        demand: Demand,
        conditions: Conditions,
        organisations: Organisations,
        beliefs: Beliefs,
        markets: Markets,
        lookout_is_active: LookoutIsActive,
        streams: Streams,
    ) -> None:
        ports, layout = facilities.ports, facilities.layout
        self.layout = layout
        # The general car lane where a port has no lane for trucks.
        self.general_lane = {
            lane: np.where(layout.line_of_lane[:, lane] >= 0, lane, CAR) for lane in (CAR, TRUCK)
        }
        self.beliefs = beliefs
        self.streams = streams
        parameters = conditions.parameters
        self.routes = RouteChoice(
            ports,
            parameters.smuggling,
            parameters.patrol,
            beliefs.baseline(),
            streams,
            beliefs.perception(),
            conditions.at(-1.0).parameters.patrol,
        )
        self.organisations = organisations
        first_day = conditions.at(0.0)
        supply = Purchases(conditions.network, organisations.trade, streams, first_day)
        self.deals = Deals(organisations, supply, markets, first_day)
        self.enrolment = Enrolment(
            ports, organisations.entity, parameters.contraband.trusted_share, streams
        )
        self.port_name = ports.ids
        scale = np.stack(
            [
                conditions.at(day * DAY_S).at_ports(PARAMETER.traffic.volume_scale)
                for day in range(len(demand.daily))
            ]
        )
        self.visitors_of = TravellerFirearms(
            ports,
            demand.daily[:, :, 0] * scale * demand.day_factor,
            parameters.smuggling,
            parameters.duty.resident_share,
            streams,
        )
        self.firearms_mean = parameters.smuggling.traveller_firearms_mean
        self.rows: list[Attempt] = []
        self.count = 0
        self.lookout_is_active = lookout_is_active
        # Attempts whose fate is still open, and how many rows have been looked at.
        self._pending: list[Attempt] = []
        self._examined = 0

    def trafficking(self, day: int, opening: Opening, snapshot: Snapshot) -> Rows:
        """Decide on the day's opportunities; those who go through a port join its line."""
        # The conditions of the day.
        smuggling = snapshot.parameters.smuggling
        opportunities = self.organisations.opportunities(day, smuggling)
        perception = self.beliefs.perception()
        self.routes.midnight(snapshot.parameters.patrol)
        self.deals.day_begins(snapshot)
        self.enrolment.audit(day, snapshot.parameters.contraband)
        going: list[tuple[Opportunity, int, int]] = []
        # Each opportunity: whether there is a trip, then its route.
        for possible in opportunities:
            lookout = self.lookout_is_active(
                possible.attempt_id, possible.organisation, possible.time_s
            )
            opportunity, deal_prices, why = self.deals.decide(
                dataclasses.replace(possible, lookout=lookout)
            )
            if why:
                self._add(opportunity, Route(NOT_PLANNED), why=why)
                continue
            open_ports = _open_ports(opening, opportunity.time_s)
            general = self.general_lane[TRUCK if opportunity.commercial else CAR]
            lanes = self.enrolment.lanes(opportunity.organisation, general, day)
            route = self.routes.choose(
                opportunity, open_ports, perception, deal_prices, lanes, self.beliefs.true_loss
            )
            if route.kind == PORT:
                lane = int(lanes[route.port])
                going.append((opportunity, route.port, lane))
                self._add(opportunity, route, lane)
            else:
                self._add(opportunity, route, intercepted=self._intercepted(opportunity, route))
        return self._extra_arrivals_of(going, day, smuggling.deep_factor)

    def _intercepted(self, opportunity: Opportunity, route: Route) -> bool:
        """Whether a trip away from the ports is intercepted."""
        words = self.streams.uniforms(
            AWAY, opportunity.entity, opportunity.day, 1, opportunity.index
        )
        return bool(words[0, 0] < route.loss)

    def _add(
        self,
        opportunity: Opportunity,
        route: Route,
        lane: int = -1,
        *,
        intercepted: bool = False,
        why: str = "",
    ) -> None:
        at_port = route.kind == PORT
        self.rows.append(
            Attempt(
                attempt_id=opportunity.attempt_id,
                number=self.count if at_port else -1,
                kind=TRAFFICKING,
                organisation=opportunity.organisation,
                market=opportunity.market,
                source=opportunity.source,
                route=route,
                lane=lane,
                time_s=opportunity.time_s,
                load=opportunity.load,
                deep=opportunity.deep,
                lookout=opportunity.lookout,
                intercepted=intercepted,
                why=why,
            )
        )
        self.count += int(at_port)

    def outcomes(self, attempts: Rows) -> list[AttemptOutcome]:
        """Outcomes of trafficking attempts that have become known since the last call.

        Parameters
        ----------
        attempts : array of ATTEMPT
            Records of the engine so far.
        """
        outcomes: list[AttemptOutcome] = []
        pending: list[Attempt] = []
        for attempt in [*self._pending, *self.rows[self._examined :]]:
            if attempt.kind != TRAFFICKING or attempt.route.kind in (NOT_MADE, NOT_PLANNED):
                continue
            fate = fate_of(attempt, int(attempts["fate"][attempt.number]))
            if fate == Fate.IN_TRANSIT:
                pending.append(attempt)
            else:
                stopped = fate in (Fate.SEIZED, Fate.INTERCEPTED)
                outcomes.append(AttemptOutcome(attempt, stopped, fate == Fate.DETERRED))
        self._pending, self._examined = pending, len(self.rows)
        return outcomes

    def record(self, attempts: Rows) -> AttemptsRecord:
        """Every attempt of the run, a column each for what is known of it.

        Parameters
        ----------
        attempts : array of ATTEMPT
            What the engine has written down.
        """
        at_ports = attempts[: self.count]
        codes = at_ports["fate"].tolist()
        of = _columns(Attempt._fields, self.rows)
        route = _columns(Route._fields, of["route"])
        number = np.array(of["number"], np.int64)
        at_port = number >= 0
        port_id = np.where(at_port, self.port_name[np.array(route["port"], np.int64)], "")
        reason = np.full(len(number), "", "U16")
        reason[at_port] = np.array(REASONS)[at_ports["reason"][number[at_port]]]
        fates = [fate_of(row, codes[row.number] if row.number >= 0 else 0) for row in self.rows]
        return AttemptsRecord(
            attempt_id=np.array(of["attempt_id"], np.str_),
            kind=np.array(of["kind"], np.str_),
            organisation=np.array(of["organisation"], np.int64),
            market=np.array(of["market"], np.str_),
            source=np.array(of["source"], np.str_),
            route=np.array(route["kind"], np.str_),
            region=np.array(route["region"], np.str_),
            why=np.array(of["why"], np.str_),
            port_id=np.asarray(port_id),
            lane=np.array([*LANES, ""])[np.array(of["lane"], np.int64)],
            reason=reason,
            fate=np.array(fates, np.str_),
            number=number,
            time_s=np.array(of["time_s"], np.float64),
            load=np.array(of["load"], np.int64),
            deep=np.array(of["deep"], np.bool_),
            lookout=np.array(of["lookout"], np.bool_),
            intercepted=np.array(of["intercepted"], np.bool_),
            believed_loss=np.array(route["believed_loss"], np.float64),
            loss=np.array(route["loss"], np.float64),
            at_ports=at_ports,
        )

    def _extra_arrivals_of(
        self, going: list[tuple[Opportunity, int, int]], day: int, deep_factor: float
    ) -> Rows:
        extra_arrivals = new_extra_arrivals(len(going))
        first = self.count - len(going)
        for i, (opportunity, port, lane) in enumerate(going):
            words = self.streams.words(BOOKING, opportunity.entity, day, 1, opportunity.index)
            extra_arrivals["line"][i] = self.layout.line_of_lane[port, lane]
            extra_arrivals["lane"][i] = lane
            extra_arrivals["time_s"][i] = opportunity.time_s
            extra_arrivals["service_word"][i] = words[0][0]
            extra_arrivals["search_word"][i] = words[1][0]
            extra_arrivals["mandatory_word"][i] = words[2][0]
            extra_arrivals["lookout_word"][i] = words[3][0]
            extra_arrivals["entity"][i] = opportunity.entity
            extra_arrivals["day"][i] = day
            extra_arrivals["index"][i] = opportunity.index
            extra_arrivals["attempt"][i] = first + i
            extra_arrivals["kind"][i] = TRAFFICKER
            extra_arrivals["search_factor"][i] = deep_factor if opportunity.deep else 1.0
            extra_arrivals["lookout"][i] = int(opportunity.lookout)
        return extra_arrivals

    def visitors(self, day: int, cumulative: Floats, cells: Whole) -> Rows:
        """Visitors with an undeclared firearm who arrive on a day.

        Parameters
        ----------
        day : int
        cumulative : array of float, shape (ports, lanes, 97)
        cells : array of int, shape (ports,)
            As in `sim.model.day.DayPlan`.
        """
        counts = self.visitors_of.count[day]
        extra_arrivals = new_extra_arrivals(int(counts.sum()))
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
            # They arrive as the cars of the day do.
            level = to_uniform(words[0]) * curve[-1]
            moment = np.interp(level, curve, _edges_s(len(curve)))
            rows = slice(slot, slot + count)
            extra_arrivals["line"][rows] = self.layout.line_of_lane[port, CAR]
            extra_arrivals["lane"][rows] = CAR
            extra_arrivals["time_s"][rows] = day * DAY_S + np.minimum(moment, DAY_S - 1e-3)
            extra_arrivals["service_word"][rows] = words[1]
            extra_arrivals["search_word"][rows] = words[2]
            extra_arrivals["mandatory_word"][rows] = words[3]
            extra_arrivals["entity"][rows] = entity
            extra_arrivals["day"][rows] = day
            extra_arrivals["index"][rows] = 1 + np.arange(count)
            extra_arrivals["attempt"][rows] = self.count + np.arange(count)
            extra_arrivals["kind"][rows] = TRAVELLER_FIREARM
            extra_arrivals["search_factor"][rows] = 1.0
            for i in range(count):
                self.rows.append(
                    Attempt(
                        attempt_id=f"{self.port_name[port]}/{day}/{i}",
                        number=self.count + i,
                        kind=TRAVELLER,
                        organisation=-1,
                        market="",
                        source="",
                        route=Route(PORT, int(port)),
                        lane=CAR,
                        time_s=float(extra_arrivals["time_s"][slot + i]),
                        load=int(loads[i]),
                    )
                )
            self.count += count
            slot += count
        return extra_arrivals[:slot]

    def at_port(self, extra_arrivals: Rows, port: int) -> npt.NDArray[np.bool_]:
        """Which extra arrivals are to join a line of a port."""
        first, last = self.layout.first_line[port], self.layout.first_line[port + 1]
        return np.asarray((extra_arrivals["line"] >= first) & (extra_arrivals["line"] < last))


def _columns(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, Sequence[Any]]:
    """Columns of rows of tuples, by name."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return dict(zip(names, columns, strict=True))


def _open_ports(opening: Opening, seconds: float) -> npt.NDArray[np.bool_]:
    """Ports that are open at a moment."""
    before = np.sum(opening.start_s[:, :-1] <= seconds, axis=1) - 1
    k = np.clip(np.minimum(before, opening.intervals - 1), 0, None)
    return np.asarray(opening.state[np.arange(len(k)), k] == OPEN)


@functools.cache
def _edges_s(count: int) -> Floats:
    """Ends of equal parts of the day, in seconds since midnight."""
    return np.linspace(0.0, DAY_S, count)
