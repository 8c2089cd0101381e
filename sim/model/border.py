"""The border: one replication as SimPy processes.

The workforce develops day by day. At every midnight the border plans the day: who is on shift,
which ports are open and when, who smuggles and where, who is diverted. An engine then simulates the
day's traffic exactly, and what was seen becomes known after the next midnight.
"""

import datetime
from collections.abc import Callable
from typing import Protocol

import numpy as np
import simpy
from simpy.events import ProcessGenerator

from sim.model.arrivals import ExtraArrivals
from sim.model.conditions import Conditions, IntelligenceAt, Snapshot
from sim.model.day import DayPlan, World
from sim.model.intelligence.intelligence import after_warm_up
from sim.model.port.diversion import Diversion
from sim.model.port.facilities import SOUTHBOUND, build, us_officers, us_side
from sim.model.port.inspection_rates import rates_by_port
from sim.model.port.layout import trusted_shares
from sim.model.port.opening import Opening, opening_of_day
from sim.model.port.referral import collection
from sim.model.port.roster import LONG_WEEKEND, officers_present, planned_hours
from sim.model.port.staffing import Danger, Withdrawal, Workforce, workforce_process
from sim.model.port.traffic import HOURLY_CELLS, LANES, TIMETABLE_CELLS, demand
from sim.model.smuggling.attempt import AttemptOutcome
from sim.model.smuggling.attempts_of_day import AttemptsOfDay
from sim.model.smuggling.market import Markets
from sim.model.smuggling.organisation import Organisations
from sim.model.smuggling.perception import Beliefs
from sim.numerics.randomness import Streams
from sim.numerics.units import DAY_S, Floats, Rows, Whole
from sim.parameters import PARAMETER
from sim.places.ports import Ports
from sim.records.replication import ReplicationRecord
from sim.records.tally import TURNED_BACK, Tally, more_room, new_attempts, new_tally
from sim.scenario.intervention import BASELINE
from sim.scenario.point import Point

# Wait standards in seconds: Monday to Thursday, and Friday to Sunday (B058, B059).
STANDARD_S = {False: 600.0, True: 1200.0}


# Settings kept for use on later days (training makes new ones every day).
MOST_RATES = 16


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
    """

    def __init__(
        self, point: Point, whole: Ports, replication: int, make_engine: EngineMaker
    ) -> None:
        self.point = point
        self.ports = whole.select(point.ports)
        parameters = point.parameters
        if parameters.traffic.direction == SOUTHBOUND:
            self.ports, parameters = us_side(self.ports), us_officers(parameters)
        streams = Streams(point.seed, replication)
        # Settings by snapshot and skill; the snapshot is held so that its id stays its own.
        self._rates_cache: dict[tuple[int, float], tuple[Snapshot, Floats]] = {}
        self.conditions = Conditions(whole, self.ports, parameters, point.scenario, point.start)
        self.demand = demand(self.ports, parameters, point.year, point.start, point.days, streams)
        facilities = build(point, self.ports, self.conditions, self.demand, streams)
        self.ports, self.layout, self.world = facilities.ports, facilities.layout, facilities.world
        self.rostered, self.shift_draws = facilities.rostered, facilities.shift_draws
        self.shift_hours = facilities.shift_hours
        self.tally = new_tally(len(self.ports), len(LANES), self.layout.lines)
        self.attempts = new_attempts(1024)
        first_day_s = np.floor(self.conditions.first_s / DAY_S) * DAY_S
        self.env = simpy.Environment(initial_time=first_day_s)
        self.workforce = Workforce.before_the_run(
            self.conditions.at(first_day_s - 1.0).parameters.staffing
        )
        self.danger = Danger(
            self.ports,
            parameters.danger.lookouts_per_year,
            parameters.danger.port_runners_per_year,
            streams,
        )
        self.diversion = Diversion(self.ports, self.layout, parameters.traffic, streams)
        before = self._rates(self.conditions.at(-1.0))
        self.beliefs = Beliefs(
            self.tally,
            parameters.smuggling,
            parameters.database.lookout_share,
            self._rates(self._baseline()),
            before,
        )
        self.markets = Markets(self.env, self.conditions)
        organisations = Organisations(
            parameters.smuggling,
            streams,
            self.conditions.traffic_share,
            parameters.market.used_share,
        )
        intelligence_at = IntelligenceAt(
            self.conditions, self.ports, parameters, point.scenario, point.start
        )
        self.intelligence = after_warm_up(
            parameters.intelligence.warm_up_days,
            organisations,
            parameters.smuggling.firearms_per_year,
            self.conditions.traffic_share,
            intelligence_at,
            streams,
        )
        self.attempts_of_day = AttemptsOfDay(
            facilities,
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
        self.withdrawals: list[Withdrawal] = []
        self.duty_cad = 0.0
        self.collections = 0.0
        self.planned_officer_h = 0.0
        self.open_s = np.zeros((7, len(self.ports), 24))
        self.engine = make_engine(self.env, self.world, self.tally)
        self._today: tuple[DayPlan, Snapshot, Floats, float] | None = None

    def begin(self) -> None:
        """Start the processes of the replication."""
        self.env.process(workforce_process(self.env, self.workforce, self.conditions))
        self.env.process(self._days())
        self.env.process(self.markets.process())

    def run_day(self, day: int) -> None:
        """Go on to the end of a day; the clock stops before what happens at its midnight."""
        self.env.run(until=(day + 1) * DAY_S)
        if day == self.point.days - 1:
            self._day_is_over()

    def run(self) -> None:
        """Run the replication to its end."""
        self.begin()
        for day in range(self.point.days):
            self.run_day(day)

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
            open_s=self.open_s,
            in_line=in_line,
            in_line_since_s=in_line_since_s,
            busy_after_s=self.engine.busy_after(end_s),
            attempts_inside=np.concatenate(
                [self.engine.attempts_inside(), on_the_way[on_the_way >= 0]]
            ),
            planned_officer_h=self.planned_officer_h,
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
        )

    def _baseline(self) -> Snapshot:
        """Parameters at every port without any intervention."""
        parameters, start = self.point.parameters, self.point.start
        return Conditions(self.ports, self.ports, parameters, BASELINE, start).at(0.0)

    def _rates(self, snapshot: Snapshot, skill_gain: float = 0.0) -> Floats:
        """Rows of settings under a snapshot; ``skill_gain`` is what training has added to d'."""
        key = (id(snapshot), round(skill_gain, 6))
        if key not in self._rates_cache:
            if len(self._rates_cache) >= MOST_RATES:
                self._rates_cache.clear()
            share = collection(snapshot.parameters.duty, self.point.parameters.duty).share
            rows = rates_by_port(self.ports, snapshot, share, skill_gain)
            self._rates_cache[key] = (snapshot, rows)
        return self._rates_cache[key][1]

    def _days(self) -> ProcessGenerator:
        """Plan and simulate one day after the other."""
        yield self.env.timeout(-self.env.now)
        for day in range(self.point.days):
            if day > 0:
                yield self.env.timeout(DAY_S)
                self._day_is_over()
            plan, snapshot = self._plan(day)
            before = self.beliefs.duty_collections(plan.weekday)
            rates = self._rates(snapshot, self._skill(snapshot))
            self._today = plan, snapshot, rates, before
            self.engine.run_day(plan, self.attempts)
            self.intelligence.day_begins(day)

    def _day_is_over(self) -> None:
        """Update beliefs, notify the observers of outcomes, and count the duty of a day."""
        if self._today is None:
            return
        plan, snapshot, rates, collections_before = self._today
        midnight = (plan.day + 1) * DAY_S
        self.intelligence.advance(midnight)
        lookout_share = self.intelligence.lookout_share(midnight)
        self.beliefs.day_is_over(plan.weekday, rates, lookout_share)
        outcomes = self.attempts_of_day.outcomes(self.attempts)
        for on_outcomes in self.observers:
            on_outcomes(outcomes, midnight)
        count = self.beliefs.duty_collections(plan.weekday) - collections_before
        mean = collection(snapshot.parameters.duty, self.point.parameters.duty).mean_cad
        self.collections += count
        self.duty_cad += count * mean

    def _plan(self, day: int) -> tuple[DayPlan, Snapshot]:
        """Plan one day at its midnight."""
        date = self.point.start + datetime.timedelta(days=day)
        moments = [day * DAY_S, *sorted({moment for moment, _ in self.conditions.breakpoints(day)})]
        snapshots = [self.conditions.at(moment) for moment in moments]
        snapshot = snapshots[0]
        opening = self._opening(day, date, moments, snapshots)
        opening.add_open_seconds(day, self.open_s[date.weekday()])
        skill = self._skill(snapshot)
        rates = np.concatenate([self._rates(s, skill) for s in snapshots])
        cumulative = self.demand.cumulative(day, self._lane_hours(day, snapshot))
        cells = np.where(self.demand.by_timetable, TIMETABLE_CELLS, HOURLY_CELLS)
        self.beliefs.today(self._rates(snapshot, skill))
        extra_arrivals = self.extra_arrivals.of_day(day, opening, cumulative, cells, snapshot)
        self.attempts = more_room(self.attempts, self.attempts_of_day.count)
        self.attempts["fate"][self.extra_arrivals.gave_up] = TURNED_BACK
        plan = DayPlan(
            day=day,
            weekday=date.weekday(),
            standard_s=STANDARD_S[date.weekday() in LONG_WEEKEND],
            intervals=opening.intervals,
            start_s=opening.start_s,
            state=opening.state,
            officers=opening.officers,
            row=opening.row,
            rates=rates,
            cumulative=cumulative,
            day_factor=self.demand.day_factor[day],
            cells=cells,
            extra_arrivals=extra_arrivals,
        )
        return plan, snapshot

    def _skill(self, snapshot: Snapshot) -> float:
        """What training has added to d' so far."""
        return snapshot.parameters.inspection.training_gain * self.workforce.trained_share

    def _opening(
        self, day: int, date: datetime.date, moments: list[float], snapshots: list[Snapshot]
    ) -> Opening:
        """Control intervals of a day, with its officers and withdrawals."""
        present = [
            officers_present(
                self.rostered,
                s.at_ports(PARAMETER.staffing.officers_scale) * self.workforce.strength,
                s.at_ports(PARAMETER.staffing.absent_share) + self.workforce.away_share,
                self.shift_draws[day],
                date,
            )
            for s in snapshots
        ]
        in_service = (
            snapshots[0].at_ports(PARAMETER.staffing.officers_scale) * self.workforce.strength
        )
        self.planned_officer_h += planned_hours(self.rostered, self.shift_hours, in_service, date)
        midnight = day * DAY_S
        self.withdrawals = [w for w in self.withdrawals if w.end_s > midnight]
        self.withdrawals += self.danger.day(day, snapshots[0], self.workforce)
        return opening_of_day(
            self.ports, self.conditions, day, date,
            self.point.parameters.staffing.control_interval_min, present, moments,
            self.withdrawals,
        )  # fmt: skip

    def _lane_hours(self, day: int, snapshot: Snapshot) -> Floats:
        """Vehicles expected on a day, shape (ports, lanes, 24)."""
        volume = np.repeat(snapshot.at_ports(PARAMETER.traffic.volume_scale)[:, None], 4, axis=1)
        trips = collection(snapshot.parameters.duty, self.point.parameters.duty).trips
        volume[:, 0] *= trips
        nexus, fast = trusted_shares(
            self.ports,
            snapshot.at_ports(PARAMETER.traffic.nexus_share),
            snapshot.at_ports(PARAMETER.traffic.fast_share),
        )
        return self.demand.lane_hours(day, volume, nexus, fast)
