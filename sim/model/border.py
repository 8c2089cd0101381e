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

from sim.engine.day import DayPlan, World, in_order, new_guests
from sim.engine.settings import SECONDARY_S, SERVICE_S, settings_rows
from sim.geography import Ports
from sim.intervention import BASELINE
from sim.model.booking import Outcome
from sim.model.bookings import Bookings
from sim.model.conditions import DAY_S, Conditions, Snapshot
from sim.model.danger import Danger, Withdrawal
from sim.model.diversion import Diversion
from sim.model.duty import collection
from sim.model.intelligence import Intelligence
from sim.model.market import Markets
from sim.model.opening import Opening, opening_of_day
from sim.model.payroll import open_hours, planned_hours
from sim.model.perception import Watch
from sim.model.port import build_layout, trusted_shares, with_lanes
from sim.model.roster import LONG_WEEKEND, officers_present, posts, shift_draws, typical_hours
from sim.model.shut_out import shut_out
from sim.model.side import SOUTHBOUND, us_officers, us_side
from sim.model.terms import Terms
from sim.model.traffic import (
    CAR,
    FAST,
    HOURLY_CELLS,
    LANES,
    NEXUS,
    TIMETABLE_CELLS,
    TRAIN,
    TRUCK,
    demand,
)
from sim.model.workforce import Workforce, workforce_process
from sim.parameters import Parameters
from sim.point import Point
from sim.randomness import Streams, exponential_table, gamma_table, lognormal_table
from sim.records import TURNED_BACK, Tally, more_room, new_attempts, new_tally

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
        self._build_ports(streams)
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
        self.on_the_way = new_guests(0)
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

    def _settings_of_record(self) -> Floats:
        """Settings that booths and rosters were planned for, whatever a study sets since.

        They are those of the defaults, so that a sweep over search rates does not hire officers.
        """
        defaults = Conditions(self.ports, self.ports, Parameters(), BASELINE, self.point.start)
        share = collection(Parameters().duty, Parameters().duty).share
        return settings_rows(self.ports, defaults.at(0.0).value, share, 0.0)

    def _build_ports(self, streams: Streams) -> None:
        """Derive lines, booths, bays and rostered officers, and what never changes."""
        parameters = self.point.parameters
        settings = self._settings_of_record()
        service_s = settings[:, SERVICE_S : SERVICE_S + len(LANES)]
        secondary_s = settings[:, SECONDARY_S : SECONDARY_S + len(LANES)]
        typical = self._typical_hours()
        peak = typical.max(axis=(0, 1, 4))
        self.rostered = posts(
            self.ports,
            build_layout(self.ports, peak, service_s, secondary_s),
            typical,
            service_s,
            secondary_s,
            parameters.staffing.safety,
        )
        self.shift_hours = open_hours(self.ports)
        # What is built since brings no officers.
        built = self.conditions.at(-1.0)
        self.ports = with_lanes(
            self.ports, built.value("traffic.nexus_lane"), built.value("traffic.fast_lane")
        )
        added = np.zeros((len(self.ports), len(LANES)))
        for lane in (CAR, NEXUS, TRUCK, FAST):
            added[:, lane] = built.value(f"primary.{LANES[lane]}_booths_added")
        peak = self._typical_hours().max(axis=(0, 1, 4))
        self.layout = build_layout(self.ports, peak, service_s, secondary_s, added)
        self.shift_draws = shift_draws(self.ports, self.point.days, streams)
        service = gamma_table if parameters.primary.distribution == "gamma" else lognormal_table
        self.world = World(
            first_line=self.layout.first_line,
            line_of_lane=self.layout.line_of_lane,
            queue_of_line=self.layout.queue_of_line,
            booths=self.layout.booths,
            bays=self.layout.bays,
            entity=self.demand.entity,
            timetabled=(np.arange(len(LANES)) == TRAIN).astype(np.int64),
            seed=streams.seed,
            replication=streams.replication,
            gap_table=exponential_table(),
            service_table=service(parameters.primary.cv),
            secondary_table=lognormal_table(parameters.inspection.secondary_cv),
        )

    def _typical_hours(self) -> Floats:
        traffic = self.point.parameters.traffic
        nexus, fast = trusted_shares(self.ports, traffic.nexus_share, traffic.fast_share)
        return typical_hours(self.ports, self.demand.hour_share, nexus, fast)

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
        guests = self._guests(day, opening, cumulative, cells, snapshot)
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

    def _guests(
        self, day: int, opening: Opening, cumulative: Floats, cells: Whole, snapshot: Snapshot
    ) -> Rows:
        """Attempts and diverted travellers who arrive on a day."""
        guests = [self._arriving(opening), self.bookings.trafficking(day, opening, snapshot)]
        visitors = self.bookings.visitors(day, cumulative, cells)
        self.attempts = more_room(self.attempts, self.bookings.count)
        wait_s = self.watch.wait_s
        for port in opening.disturbed:
            guests.extend(
                self.diversion.divert(port, group, opening, wait_s)
                for group in shut_out(port, day, opening, cumulative, cells, self.world)
            )
            at_port = self.bookings.at_port(visitors, port)
            shut = at_port & ~opening.open_at(port, visitors["time_s"])
            if shut.any():
                leaving, visitors = visitors[shut], visitors[~shut]
                diverted = self.diversion.divert(port, leaving, opening, wait_s)
                self._turn_back(leaving, diverted)
                guests.append(diverted)
        joined = in_order(*guests, visitors)
        later = joined["time_s"] >= (day + 1) * DAY_S
        self.on_the_way = joined[later]
        return joined[~later]

    def _arriving(self, opening: Opening) -> Rows:
        """Diverted travellers on the road since yesterday, unless their port is shut too."""
        arriving = self.on_the_way
        if len(arriving) == 0:
            return arriving
        port = np.searchsorted(self.layout.first_line, arriving["line"], side="right") - 1
        times = arriving["time_s"]
        admitted = np.array(
            [bool(opening.open_at(int(p), times[i : i + 1])[0]) for i, p in enumerate(port)]
        )
        self.diversion.tally.lost += int(np.sum(~admitted))
        self._turn_back(arriving, arriving[admitted])
        return np.asarray(arriving[admitted])

    def _turn_back(self, before: Rows, after: Rows) -> None:
        """Write down the attempts among travellers who gave up their trip."""
        gone = np.setdiff1d(before["attempt"], after["attempt"])
        self.attempts["fate"][gone[gone >= 0]] = TURNED_BACK
