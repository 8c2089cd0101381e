"""The border: one replication as SimPy processes.

The workforce develops day by day. At every midnight the border plans the day: who is on shift,
which ports are open and when, who smuggles and where, who is diverted. An engine then simulates the
day's traffic exactly, and what was seen becomes known after the next midnight.
"""

import dataclasses
from collections.abc import Callable
from typing import Protocol

import numpy as np
import simpy
from simpy.events import ProcessGenerator

from sim.model.arrivals import ExtraArrivals, response_to_waits, without_closed_classes
from sim.model.conditions import IntelligenceAt
from sim.model.day import DayPlan, World
from sim.model.expected.routes import TrafficSeen
from sim.model.intelligence.intelligence import after_warm_up
from sim.model.port.diversion import Diversion
from sim.model.port.plans import PortPlans, PortsDay
from sim.model.port.referral import collection
from sim.model.port.roster import LONG_WEEKEND
from sim.model.port.traffic import LANES
from sim.model.smuggling.attempts_of_day import AttemptsOfDay
from sim.model.smuggling.market import Markets
from sim.model.smuggling.organisation import Organisations
from sim.model.smuggling.perception import Beliefs, Observation
from sim.model.smuggling.routes import AttemptOutcome
from sim.numerics.randomness import Streams
from sim.numerics.units import DAY_S, Floats, Rows, Whole
from sim.parameters import PARAMETER
from sim.places.calendar import holiday_kind
from sim.places.ports import Ports
from sim.records import (
    DATE_COLUMNS,
    OBSERVED,
    TURNED_BACK,
    ExpectedRecord,
    ReplicationRecord,
    Tally,
    more_room,
    new_attempts,
    new_days,
    new_tally,
)
from sim.scenario.point import Point

# Wait standards in seconds: Monday to Thursday; Friday to Sunday and on holidays (B058, B059).
STANDARD_S = {False: 600.0, True: 1200.0}


# Called after each midnight with the outcomes of attempts, and the moment.
Observer = Callable[[list[AttemptOutcome], float], None]


class Engine(Protocol):
    """Something that simulates the traffic of one day of all ports."""

    def run_day(self, plan: DayPlan, attempts: Rows) -> None:
        """Simulate the next day."""

    def busy_after(self, end_s: float) -> float:
        """Officer seconds of work already begun that lie after a moment."""

    def attempts_inside(self) -> Whole:
        """Numbers of the attempts that are in line or in secondary at midnight."""

    def still_in_line(self) -> tuple[Whole, Floats]:
        """Lines and arrival times of those who are in line at midnight."""

    def observed_sums(self, weekday: int) -> Floats:
        """Running sums of a day of the week (Monday is 0), shape (ports, lanes, columns).

        Of the columns `sim.records.OBSERVED`, since the run began.
        """

    def complete_sums(self, tally: Tally) -> None:
        """Write all running sums, if they are not there yet."""


class EngineMaker(Protocol):
    """Makes an engine for a replication."""

    def __call__(self, env: simpy.Environment, world: World, tally: Tally) -> Engine:
        """Make it."""


class Border:
    """One replication of the border.

    Parameters
    ----------
    point : Point
    whole : Ports
        The whole port table.
    replication : int
        Its number, from 0.
    make_engine : EngineMaker
    beside : Border, optional
        Another point with the same ports, start and draws, which runs each day before.
    """

    def __init__(
        self,
        point: Point,
        whole: Ports,
        replication: int,
        make_engine: EngineMaker,
        beside: "Border | None" = None,
    ) -> None:
        streams = Streams(point.seed, replication)
        plans = PortPlans(point, whole, streams, None if beside is None else beside.plans)
        layout = plans.facilities.layout
        tally = new_tally(len(plans.ports), len(LANES), layout.lines)
        self._set_up(plans, tally, plans.facilities.world, streams, make_engine)

    def _set_up(
        self,
        plans: PortPlans,
        tally: Tally,
        world: World,
        streams: Streams,
        make_engine: EngineMaker,
    ) -> None:
        """Bring the parts together."""
        point, parameters = plans.point, plans.parameters
        self.point, self.plans, self.tally, self.world = point, plans, tally, world
        self.ports, self.layout = plans.ports, plans.facilities.layout
        self.conditions, self.demand = plans.conditions, plans.demand
        self.danger = plans.danger
        self.attempts = new_attempts(1024)
        self.env = simpy.Environment()
        self.diversion = Diversion(self.ports, self.layout, parameters.traffic, streams)
        # Running sums of what was observed, by day of the week.
        self.counted = [np.zeros((len(self.ports), len(LANES), len(OBSERVED)))] * 7
        self.seen = TrafficSeen(len(self.ports), point.days)
        self.beliefs = Beliefs(
            len(self.ports),
            parameters.smuggling,
            parameters.database.lookout_share,
            plans.rates(plans.baseline()),
            plans.rates(self.conditions.at(-1.0), armed_share=plans.force_before.armed_share),
            parameters.inspection.secondary_cv,
        )
        self.markets = Markets(self.env, self.conditions)
        organisations = Organisations(
            parameters.smuggling,
            streams,
            self.conditions.traffic_share,
            parameters.market.used_share,
        )
        intelligence_at = IntelligenceAt(self.conditions)
        self.intelligence = after_warm_up(
            parameters.intelligence.warm_up_days,
            organisations,
            parameters.smuggling.firearms_per_year * parameters.market.delivered_share,
            self.conditions.traffic_share,
            intelligence_at,
            streams,
        )
        self.attempts_of_day = AttemptsOfDay(
            plans.facilities,
            self.demand,
            self.conditions,
            organisations,
            self.beliefs,
            self.markets,
            self.intelligence.lookout_is_active,
            streams,
        )
        self.extra_arrivals = ExtraArrivals(
            self.attempts_of_day, self.diversion, self.beliefs, self.world
        )
        self.observers: list[Observer] = [
            organisations.on_outcomes,
            self.attempts_of_day.routes.on_outcomes,
            self.intelligence.on_outcomes,
            self.markets.on_outcomes,
        ]
        self.by_date = new_days(self.point.days, len(self.ports), len(LANES))
        self.duty_cad = 0.0
        self.collections = 0.0
        self.engine = make_engine(self.env, self.world, self.tally)
        self.today: PortsDay | None = None
        # Of the last two days.
        self.observed: dict[int, Observation] = {}

    def begin(self) -> None:
        """Start the processes of the replication."""
        self.env.process(self._days())
        self.env.process(self.markets.process())

    def run_day(self, day: int) -> None:
        """Go on to the end of a day; the clock stops before what happens at its midnight."""
        self.env.run(until=(day + 1) * DAY_S)

    def end(self) -> None:
        """Let happen what is due at the last midnight, to which all that run in step have come."""
        self._day_is_over()

    def run(self) -> None:
        """Run the replication to its end."""
        self.begin()
        for day in range(self.point.days):
            self.run_day(day)
        self.end()
        self.engine.complete_sums(self.tally)

    def let_go(self) -> None:
        """Give the memory of a replication back that is no longer needed.

        Its processes refer to it, and to each other: some 50 MiB would stay until Python looks for
        what only refers to itself.
        """
        vars(self).clear()

    def record(self) -> ReplicationRecord:
        """The record of the replication, once it has ended."""
        end_s = self.point.days * DAY_S
        in_line, in_line_since_s = self.engine.still_in_line()
        on_the_way = self.extra_arrivals.on_the_way["attempt"]
        organisations = self.attempts_of_day.organisations
        return ReplicationRecord(
            point=self.point,
            ports=self.ports,
            lanes=LANES,
            traffic_share=self.conditions.traffic_share,
            tally=self.tally,
            booths=np.add.reduceat(self.layout.booths, self.layout.first_line[:-1]),
            bays=self.layout.bays.sum(axis=1),
            by_date=self.by_date,
            open_s=self.plans.open_s,
            in_line=in_line,
            in_line_since_s=in_line_since_s,
            busy_after_s=self.engine.busy_after(end_s),
            attempts_inside=np.concatenate(
                [self.engine.attempts_inside(), on_the_way[on_the_way >= 0]]
            ),
            planned_officer_h=self.plans.planned_officer_h,
            duty_cad=self.duty_cad,
            collections=self.collections,
            trips_lost=self.diversion.tally.lost,
            trips_diverted=self.diversion.tally.diverted,
            organisations=len(organisations.entity),
            organisations_away_s=organisations.away_s(end_s),
            enrolments_lost=self.attempts_of_day.enrolment.lost,
            attempts=self.attempts_of_day.record(self.attempts),
            danger=self.danger.record(),
            intelligence=self.intelligence.record(),
            markets=self.markets.record(),
            expected=self._expected(),
        )

    def _expected(self) -> ExpectedRecord | None:
        """Expectations that the point asks for; None without a horizon."""
        point = self.point
        if not point.horizon:
            return None
        from sim.model.expected.layer import Expectation  # compiled code of its own

        kinds = point.smugglers or (point.parameters.smuggling.adversary,)
        return Expectation(self, self.seen, kinds, point.horizon).run()

    def _days(self) -> ProcessGenerator:
        """Plan and simulate one day after the other."""
        for day in range(self.point.days):
            if day > 0:
                yield self.env.timeout(DAY_S)
                self._day_is_over()
            self.today = self._planned(day)
            self.engine.run_day(self._plan(self.today), self.attempts)
            self.intelligence.day_begins(day)

    def _day_is_over(self) -> None:
        """Update beliefs and notify the observers of outcomes."""
        if self.today is None:
            return
        midnight = (self.today.day + 1) * DAY_S
        self.intelligence.advance(midnight)
        lookout_share = self.intelligence.lookout_share(midnight)
        observed = self._observed(self.today)
        self.beliefs.day_is_over(observed, self.today.midnight_rates, lookout_share)
        if self.today.day + 1 < self.point.days:
            self.plans.response = response_to_waits(
                self.beliefs,
                observed.gave_up,
                self.demand.daily[self.today.day + 1]
                * self.today.snapshot.at_ports(PARAMETER.traffic.volume_scale)[:, None],
                self.today.snapshot.parameters.traffic,
            )
        outcomes = self.attempts_of_day.outcomes(self.attempts)
        for on_outcomes in self.observers:
            on_outcomes(outcomes, midnight)

    def _planned(self, day: int) -> PortsDay:
        """Plan a day of the ports."""
        return self.plans.of_day(day)

    def _observed(self, day: PortsDay) -> Observation:
        """Return what was observed at the ports on a day, and count its duty."""
        weekday = day.date.weekday()
        before, now = self.counted[weekday], self.engine.observed_sums(weekday)
        self.counted[weekday] = now
        observed = Observation.between(before, now)
        for k, name in enumerate(DATE_COLUMNS if len(self.by_date) else ()):
            self.by_date[day.day, ..., k] = getattr(observed, name)
        duty = day.snapshot.parameters.duty
        self.collections += observed.collections
        self.duty_cad += (
            observed.collections * collection(duty, self.point.parameters.duty).mean_cad
        )
        self.observed.pop(day.day - 2, None)
        self.observed[day.day] = observed
        self.seen.add(day.day, observed)
        return observed

    def _plan(self, planned: PortsDay) -> DayPlan:
        """Put the plan of a day together, the attempts included."""
        day, weekday, opening = planned.day, planned.date.weekday(), planned.opening
        # All over Canada, or in the United States.
        holiday = holiday_kind(planned.date, self.point.parameters.traffic.holidays, None)
        self.beliefs.today(planned.midnight_rates)
        extra_arrivals = self.extra_arrivals.of_day(
            day,
            opening,
            planned.cumulative,
            planned.cells,
            planned.snapshot,
            planned.midnight_rates,
        )
        self.attempts = more_room(self.attempts, self.attempts_of_day.count)
        self.attempts["fate"][self.extra_arrivals.gave_up] = TURNED_BACK
        return DayPlan(
            day=day,
            weekday=weekday,
            standard_s=STANDARD_S[weekday in LONG_WEEKEND or holiday is not None],
            intervals=opening.intervals,
            start_s=opening.start_s,
            state=opening.state,
            officers=opening.officers,
            trade=opening.trade,
            row=opening.row,
            rates=planned.rates,
            cumulative=without_closed_classes(opening, planned.cumulative),
            day_factor=self.demand.day_factor[day],
            cells=planned.cells,
            extra_arrivals=extra_arrivals,
        )


class Repetition(Border):
    """The smuggling of a replication on the traffic of another one of the same point.

    Whatever does not depend on who smuggles (the ports' plans, the traffic's sums, what is observed
    at the ports) is that of the other replication, which runs every day before.

    Parameters
    ----------
    traffic : Border
        The replication whose traffic it is.
    replication : int
        Number of the repetition; its smuggling has the draws of this replication.
    make_engine : EngineMaker
        Makes an engine that decides on attempts by the record of the traffic.
    """

    def __init__(self, traffic: Border, replication: int, make_engine: EngineMaker) -> None:
        self.traffic = traffic
        world = traffic.world._replace(replication=replication)
        streams = Streams(traffic.point.seed, replication)
        self._set_up(traffic.plans, traffic.tally, world, streams, make_engine)
        self.extra_arrivals.with_travellers = False
        self.seen = traffic.seen

    def run(self) -> None:
        """Run the replication, and the one whose traffic it is, to their end."""
        self.traffic.begin()
        self.begin()
        for day in range(self.point.days):
            self.traffic.run_day(day)
            self.run_day(day)
        self.traffic.end()
        self.end()
        self.engine.complete_sums(self.tally)

    def record(self) -> ReplicationRecord:
        """The record of the replication, once it has ended: sums and duty are the traffic's."""
        return dataclasses.replace(
            super().record(),
            by_date=self.traffic.by_date,
            duty_cad=self.traffic.duty_cad,
            collections=self.traffic.collections,
            trips_lost=self.traffic.diversion.tally.lost,
            trips_diverted=self.traffic.diversion.tally.diverted,
        )

    def _planned(self, day: int) -> PortsDay:
        planned = self.traffic.today
        assert planned is not None
        assert planned.day == day
        return planned

    def _observed(self, day: PortsDay) -> Observation:
        return self.traffic.observed[day.day]
