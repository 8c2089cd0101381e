"""The attempts of each day: decided at midnight, and turned into vehicles that join the lines."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sim import records
from sim.model.conditions import Conditions, Snapshot
from sim.model.day import EXTRA_ARRIVAL, TRAFFICKER
from sim.model.port.facilities import Facilities
from sim.model.port.opening import Opening
from sim.model.port.referral import REASONS
from sim.model.port.traffic import CAR, CLASS_OF_LANE, LANES, TRUCK, Demand
from sim.model.smuggling.market import Deal, Deals, Markets, Purchases
from sim.model.smuggling.organisation import Enrolment, Opportunity, Organisations, chance_of_arrest
from sim.model.smuggling.perception import Beliefs
from sim.model.smuggling.route_choice import RouteChoice, Trip
from sim.model.smuggling.routes import Attempt, AttemptOutcome, Route, fate_at_port, fate_of
from sim.model.smuggling.traveller_firearms import TravellerFirearms, Travellers
from sim.numerics.randomness import AWAY, BOOKING, SUPPLY, Streams, uniforms
from sim.numerics.units import DAY_S, Floats, Rows, Whole
from sim.parameters import PARAMETER
from sim.records import AttemptsRecord, Fate

# Added to the number of an opportunity whose load turned back: another trip, with its own draws.
AGAIN = 1_000_000
_CLASS_OF = {lane: int(CLASS_OF_LANE[lane]) for lane in (CAR, TRUCK)}
_NO_ROUTE = Route(records.NOT_PLANNED)

# Whether a lookout on a trip is active: of its attempt, organisation and moment of arrival.
LookoutIsActive = Callable[[str, int, float], bool]


def _us_cars(snapshot: Snapshot) -> Floats:
    """Cars of US residents as a ratio of the table's, by port."""
    value, of = snapshot.at_ports, PARAMETER.traffic
    return snapshot.once(
        "us cars", lambda: value(of.volume_scale) * value(of.car_scale) * value(of.us_cars_scale)
    )


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
    trips : list of Attempt
        Trafficking so far, the trips not planned among it.
    travellers : list of Travellers
        Travellers with a firearm so far, by day.
    count : int
        Attempts so far that go through a port, which have a row in the engine's attempts.
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
        self.traffic = ports.vehicles_per_year
        scale = np.stack(
            [
                _us_cars(conditions.at(day * DAY_S))
                * demand.us_residents(day, parameters.duty.resident_share)
                for day in range(len(demand.daily))
            ]
        )
        self.visitors_of = TravellerFirearms(
            ports,
            demand.daily[:, :, 0] * scale * demand.day_factor,
            parameters.smuggling,
            streams,
        )
        self.trips: list[Attempt] = []
        self.travellers: list[Travellers] = []
        self.count = 0
        self.lookout_is_active = lookout_is_active
        # Attempts whose fate is still open, and how many rows have been looked at.
        self._pending: list[Attempt] = []
        self._police_present = first_day.at_ports(PARAMETER.danger.police_present_share)
        # What the trips at ports whose fate is open were made of, by number of the attempt.
        self._trip: dict[int, Opportunity] = {}
        self._examined = 0

    def trafficking(self, day: int, opening: Opening, snapshot: Snapshot) -> Rows:
        """Decide on the day's opportunities; those who go through a port join its line."""
        # The conditions of the day.
        smuggling = snapshot.parameters.smuggling
        deep_share = self.beliefs.deep_share(smuggling, self.traffic)
        opportunities = self.organisations.opportunities(day, smuggling, deep_share)
        perception = self.beliefs.perception()
        self.routes.midnight(snapshot.parameters.patrol)
        self.deals.day_begins(day, snapshot)
        self._police_present = snapshot.at_ports(PARAMETER.danger.police_present_share)
        self.enrolment.audit(day, snapshot.parameters.contraband)
        # Each opportunity: what waited for it, and whether there is a trip; then the routes.
        decided: list[Deal] = []
        for opportunity in opportunities:
            decided += self.deals.taken_along(opportunity, day)
            decided.append(self.deals.decide(opportunity))
        planned = [
            self._planned(deal, day, opening) for deal in decided if deal.why != records.LATE
        ]
        trips = [trip for _, trip, _ in planned if trip is not None]
        chosen = iter(self.routes.choose(trips, perception, smuggling, self.beliefs.true_loss))
        going: list[tuple[Opportunity, int, int]] = []
        for opportunity, trip, why in planned:
            if trip is None:
                self._add(opportunity, _NO_ROUTE, why=why)
                continue
            route = next(chosen)
            if route.kind == records.PORT:
                lane = int(trip.lanes[route.port])
                going.append((opportunity, route.port, lane))
                self._trip[self.count] = opportunity
                self._add(opportunity, route, lane)
            else:
                self._add(opportunity, route, caught=self._intercepted(opportunity, route))
        return self._extra_arrivals_of(going, smuggling.deep_factor)

    def _planned(
        self, deal: Deal, day: int, opening: Opening
    ) -> tuple[Opportunity, Trip | None, str]:
        """The trip of a deal, or why there is none."""
        opportunity, why, *prices = deal
        organisation, time_s = opportunity.organisation, opportunity.time_s
        if self.lookout_is_active(opportunity.attempt_id, organisation, time_s):
            opportunity = opportunity._replace(lookout=True)
        if why:
            return opportunity, None, why
        usual_lane = TRUCK if opportunity.commercial else CAR
        lanes = self.enrolment.lanes(organisation, self.general_lane[usual_lane], day)
        open_ports = opening.open_to(_CLASS_OF[usual_lane], time_s)
        if opportunity.avoids >= 0:
            open_ports = open_ports.copy()
            open_ports[opportunity.avoids] = False
        return opportunity, Trip(opportunity, open_ports, lanes, *prices), why

    def _intercepted(self, opportunity: Opportunity, route: Route) -> bool:
        """Whether a trip away from the ports is intercepted."""
        key = opportunity.entity, opportunity.day, opportunity.number
        return uniforms(self.streams, AWAY, *key)[0] < route.loss

    def _add(
        self, of: Opportunity, route: Route, lane: int = -1, *, caught: bool = False, why: str = ""
    ) -> None:
        at_port = route.kind == records.PORT
        number, arrest_share = self.count if at_port else -1, self._chance_of_arrest(route)
        self.trips.append(
            _attempt(
                of, route, lane, number, intercepted=caught, why=why, arrest_share=arrest_share
            )
        )
        self.count += int(at_port)

    def _chance_of_arrest(self, route: Route) -> float:
        """Chance that whoever is caught on a route leads to an arrest: more where police are."""
        police = route.kind in (records.BETWEEN_PORTS, records.WATER)
        if route.kind == records.PORT:
            police = self._police_present[route.port]
        return float(chance_of_arrest(float(police), self.deals.smuggling))

    def outcomes(self, attempts: Rows) -> list[AttemptOutcome]:
        """Outcomes of trafficking attempts that have become known since the last call."""
        outcomes: list[AttemptOutcome] = []
        pending: list[Attempt] = []
        for attempt in [*self._pending, *self.trips[self._examined :]]:
            if attempt.route.kind in (records.NOT_MADE, records.NOT_PLANNED):
                continue
            fate = fate_of(attempt, int(attempts["fate"][attempt.number]))
            if fate == Fate.IN_TRANSIT:
                pending.append(attempt)
                continue
            trip = self._trip.pop(attempt.number, None)
            if fate == Fate.DETERRED and trip is not None:
                self._try_again(trip, attempt)
            stopped = fate in (Fate.SEIZED, Fate.INTERCEPTED)
            outcomes.append(AttemptOutcome(attempt, stopped, fate == Fate.DETERRED))
        self._pending, self._examined = pending, len(self.trips)
        return outcomes

    def _try_again(self, trip: Opportunity, attempt: Attempt) -> None:
        """Let a load that turned back wait for another trip, through any other port."""
        again = trip._replace(number=trip.number + AGAIN, lookout=False, avoids=attempt.route.port)
        key = again.entity, again.day, again.number
        if uniforms(self.streams, SUPPLY, *key)[0] < self.deals.smuggling.retry_share:
            self.deals.wait(again, attempt.time_s)

    def record(self, attempts: Rows) -> AttemptsRecord:
        """Every attempt that the engine has written down, a column each for what is known of it."""
        at_ports = attempts[: self.count]
        codes = at_ports["fate"].tolist()
        # Loads that still wait at the end of the run have not been planned.
        waiting = [load.opportunity for loads in self.deals.waiting.values() for load in loads]
        trips = [
            *self.trips,
            *(_attempt(load, Route(records.NOT_PLANNED), why=records.LATE) for load in waiting),
        ]
        of = _columns(Attempt._fields, trips)
        route = _columns(Route._fields, of["route"])
        travellers = Travellers.joined(self.travellers)
        count = len(travellers.number)
        # The trips of a day come before its travellers.
        position = np.concatenate([np.arange(len(trips)), travellers.trips_before - 0.5])
        order = np.argsort(position, kind="stable")

        def column(kind: type[np.generic], of_trips: Sequence[Any], of_travellers: Any) -> Any:
            """Join a column of the trips with that of the travellers, or their one value."""
            travelling = np.broadcast_to(np.asarray(of_travellers, kind), count)
            return np.concatenate([np.asarray(of_trips, kind), travelling])[order]

        number = column(np.int64, of["number"], travellers.number)
        at_port = number >= 0
        port = column(np.int64, route["port"], travellers.port)
        reason = np.full(len(number), "", "U16")
        reason[at_port] = np.array(REASONS)[at_ports["reason"][number[at_port]]]
        fates = [fate_of(trip, codes[trip.number] if trip.number >= 0 else 0) for trip in trips]
        of_travellers = [fate_at_port(codes[i]) for i in travellers.number.tolist()]
        lane = column(np.int64, of["lane"], CAR)
        return AttemptsRecord(
            attempt_id=column(np.str_, of["attempt_id"], travellers.ids(self.port_name)),
            kind=column(np.str_, of["kind"], records.TRAVELLER),
            organisation=column(np.int64, of["organisation"], -1),
            market=column(np.str_, of["market"], ""),
            source=column(np.str_, of["source"], ""),
            route=column(np.str_, route["kind"], records.PORT),
            region=column(np.str_, route["region"], ""),
            why=column(np.str_, of["why"], ""),
            port_id=np.asarray(np.where(at_port, self.port_name[port], "")),
            lane=np.array([*LANES, ""])[lane],
            reason=reason,
            fate=column(np.str_, fates, of_travellers),
            number=number,
            time_s=column(np.float64, of["time_s"], travellers.time_s),
            load=column(np.int64, of["load"], travellers.load),
            deep=column(np.bool_, of["deep"], False),
            lookout=column(np.bool_, of["lookout"], False),
            intercepted=column(np.bool_, of["intercepted"], False),
            believed_loss=column(np.float64, route["believed_loss"], 0.0),
            loss=column(np.float64, route["loss"], 0.0),
            at_ports=at_ports,
        )

    def _extra_arrivals_of(
        self, going: list[tuple[Opportunity, int, int]], deep_factor: float
    ) -> Rows:
        rows = []
        for number, (trip, port, lane) in enumerate(going, self.count - len(going)):
            # A load that waited keeps the draws of the day on which it was decided.
            words = self.streams.words(BOOKING, trip.entity, trip.day, 1, trip.number)
            rows.append(
                (
                    self.layout.line_of_lane[port, lane], lane, trip.time_s, *words[:, 0],
                    trip.entity, trip.day, trip.number, number, TRAFFICKER,
                    deep_factor if trip.deep else 1.0, trip.lookout,
                )
            )  # fmt: skip
        return np.array(rows, EXTRA_ARRIVAL)

    def visitors(self, day: int, cumulative: Floats, cells: Whole) -> Rows:
        """Visitors with an undeclared firearm who arrive on a day.

        Parameters
        ----------
        cumulative : array of float, shape (ports, lanes, 97)
        cells : array of int, shape (ports,)
            As in `sim.model.day.DayPlan`.
        """
        line = self.layout.line_of_lane[:, CAR]
        of_day = self.visitors_of.of_day(day, cumulative, cells, line)
        count = len(of_day.port)
        number = self.count + np.arange(count)
        extra_arrivals = of_day.rows.copy()
        extra_arrivals["attempt"] = number
        self.travellers.append(
            Travellers(
                number=number,
                port=of_day.port,
                day=np.full(count, day),
                number_at_port=of_day.number_at_port,
                time_s=of_day.time_s,
                load=of_day.load,
                trips_before=np.full(count, len(self.trips)),
            )
        )
        self.count += count
        return extra_arrivals


def _attempt(
    of: Opportunity, route: Route, lane: int = -1, number: int = -1, *,
    intercepted: bool = False, why: str = "", arrest_share: float = 0.0,
) -> Attempt:  # fmt: skip
    """What was decided on an opportunity."""
    return Attempt(
        of.attempt_id, number, records.TRAFFICKING, of.organisation, of.market, of.source, route,
        lane, of.time_s, of.load, of.deep, of.lookout, intercepted, why, arrest_share,
    )  # fmt: skip


def _columns(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, Sequence[Any]]:
    """Columns of rows of tuples, by name."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return dict(zip(names, columns, strict=True))
