"""The border: one replication as SimPy processes.

The workforce develops day by day. At every midnight the border plans the day: who is on shift,
which ports are open and when, who smuggles and where, who is diverted. An engine then simulates the
day's traffic exactly, and what was seen becomes known after the next midnight.
"""

import datetime
from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import ProcessGenerator

from sim.model.arrivals import Guests
from sim.model.conditions import DAY_S, Conditions, Snapshot, Terms
from sim.model.day import DayPlan, World
from sim.model.intelligence.intelligence import Intelligence
from sim.model.port.danger import Danger, Withdrawal
from sim.model.port.diversion import Diversion
from sim.model.port.duty import collection
from sim.model.port.inspection_rates import settings_rows
from sim.model.port.layout import trusted_shares
from sim.model.port.opening import Opening, opening_of_day
from sim.model.port.premises import SOUTHBOUND, build, us_officers, us_side
from sim.model.port.roster import LONG_WEEKEND, officers_present, planned_hours
from sim.model.port.traffic import HOURLY_CELLS, LANES, TIMETABLE_CELLS, demand
from sim.model.port.workforce import Workforce, workforce_process
from sim.model.smuggling.attempt import Outcome
from sim.model.smuggling.attempts_of_day import Bookings
from sim.model.smuggling.market import Markets
from sim.model.smuggling.perception import Watch
from sim.places.ports import Ports
from sim.randomness import Streams
from sim.records.tally import TURNED_BACK, Tally, more_room, new_attempts, new_tally
from sim.scenario.intervention import BASELINE
from sim.scenario.point import Point

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Rows = npt.NDArray[np.void]

# Wait standards in seconds: Monday to Thursday, and Friday to Sunday (B058, B059).
STANDARD_S = {False: 600.0, True: 1200.0}


# Settings kept for use on later days (training makes new ones every day).
MOST_SETTINGS = 16


# Who hears after midnight what has become of attempts: their outcomes, and the moment.
Hears = Callable[[list[Outcome], float], None]


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
        self._settings_cache: dict[tuple[int, float], tuple[Snapshot, Floats]] = {}
        self.conditions = Conditions(whole, self.ports, parameters, point.scenario, point.start)
        self.demand = demand(self.ports, parameters, point.year, point.start, point.days, streams)
        premises = build(point, self.ports, self.conditions, self.demand, streams)
        self.ports, self.layout, self.world = premises.ports, premises.layout, premises.world
        self.rostered, self.shift_draws = premises.rostered, premises.shift_draws
        self.shift_hours = premises.shift_hours
        self.tally = new_tally(len(self.ports), len(LANES), self.layout.lines)
        self.attempts = new_attempts(1024)
        start = self.conditions.first_s
        first_day_s = np.floor(start / DAY_S) * DAY_S
        warm_up_s = parameters.intelligence.warm_up_days * DAY_S
        self.env = simpy.Environment(initial_time=min(first_day_s, -warm_up_s))
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
        self.watch = Watch(self.tally, parameters.smuggling, parameters.database.lookout_share)
        before = self._settings(self.conditions.at(-1.0))
        self.watch.begin(self._settings(self._baseline()), before)
        self.markets = Markets(self.env, self.conditions)
        self.bookings = Bookings(
            self.ports, self.layout, self.demand, self.conditions, self.watch, streams, self.markets
        )
        self.guests = Guests(self.bookings, self.diversion, self.watch, self.world)
        terms = Terms(self.conditions, self.ports, parameters, point.scenario, point.start)
        self.intelligence = Intelligence(
            self.env,
            -warm_up_s,
            self.bookings.organisations,
            parameters.smuggling.firearms_per_year,
            self.conditions.traffic_share,
            terms,
            streams,
        )
        self.bookings.sought = self.intelligence.sought
        self.hears_of: list[Hears] = [
            self.bookings.organisations.hear,
            self.bookings.routes.hear,
            self.intelligence.hear,
            self.markets.hear,
        ]
        self.withdrawals: list[Withdrawal] = []
        self.duty_cad = 0.0
        self.collections = 0.0
        self.planned_officer_h = 0.0
        self.open_s = np.zeros((7, len(self.ports), 24))
        self.engine = make_engine(self.env, self.world, self.tally)

    def run(self) -> None:
        """Run the replication to its end."""
        self.env.process(self._workforce())
        self.env.process(self._days())
        self.env.process(self.markets.process())
        self.env.run(until=self.point.days * DAY_S)
        self._day_is_over()  # the clock stops before what happens at the last midnight

    def _workforce(self) -> ProcessGenerator:
        """Let the workforce develop from the first dated change of staffing on."""
        first_day_s = np.floor(self.conditions.first_s / DAY_S) * DAY_S
        yield self.env.timeout(first_day_s - self.env.now)
        yield from workforce_process(self.env, self.workforce, self.conditions)

    def _baseline(self) -> Snapshot:
        """Parameters at every port without any intervention."""
        parameters, start = self.point.parameters, self.point.start
        return Conditions(self.ports, self.ports, parameters, BASELINE, start).at(0.0)

    def _settings(self, snapshot: Snapshot, skill_gain: float = 0.0) -> Floats:
        """Rows of settings under a snapshot; ``skill_gain`` is what training has added to d'."""
        key = (id(snapshot), round(skill_gain, 6))
        if key not in self._settings_cache:
            if len(self._settings_cache) >= MOST_SETTINGS:
                self._settings_cache.clear()
            share = collection(snapshot.parameters.duty, self.point.parameters.duty).share
            rows = settings_rows(self.ports, snapshot.value, share, skill_gain)
            self._settings_cache[key] = (snapshot, rows)
        return self._settings_cache[key][1]

    def _days(self) -> ProcessGenerator:
        """Plan and simulate one day after the other."""
        yield self.env.timeout(-self.env.now)
        for day in range(self.point.days):
            plan, snapshot = self._plan(day)
            before = self.watch.duty_collections(plan.weekday)
            settings = self._settings(snapshot, self._skill(snapshot))
            self._today = (plan, snapshot, settings, before)
            self.engine.run_day(plan, self.attempts)
            yield self.env.timeout(DAY_S)
            self._day_is_over()

    def _day_is_over(self) -> None:
        """Take in what a day has brought: what was seen, and the duty collected."""
        plan, snapshot, settings, before = self._today
        sought = self.intelligence.lookout_share((plan.day + 1) * DAY_S)
        self.watch.day_is_over(plan.weekday, settings, sought)
        outcomes = self.bookings.outcomes(self.attempts)
        for hear in self.hears_of:
            hear(outcomes, (plan.day + 1) * DAY_S)
        count = self.watch.duty_collections(plan.weekday) - before
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
        settings = np.concatenate([self._settings(s, skill) for s in snapshots])
        cumulative = self.demand.cumulative(day, self._lane_hours(day, snapshot))
        cells = np.where(self.demand.by_timetable, TIMETABLE_CELLS, HOURLY_CELLS)
        self.watch.today(self._settings(snapshot, skill))
        guests = self.guests.of_day(day, opening, cumulative, cells, snapshot)
        self.attempts = more_room(self.attempts, self.bookings.count)
        self.attempts["fate"][self.guests.gave_up] = TURNED_BACK
        plan = DayPlan(
            day=day,
            weekday=date.weekday(),
            standard_s=STANDARD_S[date.weekday() in LONG_WEEKEND],
            intervals=opening.intervals,
            start_s=opening.start_s,
            state=opening.state,
            officers=opening.officers,
            row=opening.row,
            settings=settings,
            cumulative=cumulative,
            day_factor=self.demand.day_factor[day],
            cells=cells,
            guests=guests,
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
                s.value("staffing.officers_scale") * self.workforce.strength,
                s.value("staffing.absent_share") + self.workforce.away_share,
                self.shift_draws[day],
                date,
            )
            for s in snapshots
        ]
        in_service = snapshots[0].value("staffing.officers_scale") * self.workforce.strength
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
        volume = np.repeat(snapshot.value("traffic.volume_scale")[:, None], 4, axis=1)
        trips = collection(snapshot.parameters.duty, self.point.parameters.duty).trips
        volume[:, 0] *= trips
        nexus, fast = trusted_shares(
            self.ports,
            snapshot.value("traffic.nexus_share"),
            snapshot.value("traffic.fast_share"),
        )
        return self.demand.lane_hours(day, volume, nexus, fast)
