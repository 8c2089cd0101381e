"""The ports' days as planned at midnight: officers, openings, rates, and the traffic expected.

Nothing here depends on who smuggles, so that a day can be planned once for all repetitions of the
smuggling on the same traffic.
"""

import datetime
import functools
import itertools
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar

import numpy as np

from sim.model.conditions import Conditions, Snapshot
from sim.model.port.facilities import SOUTHBOUND, build, us_officers, us_side, without_flow
from sim.model.port.inspection_rates import (
    OPEN_LOAD,
    SECONDARY_S,
    WIDTH,
    bound_s,
    mandatory_s,
    rates_without_referral,
    set_referral,
)
from sim.model.port.layout import COMMERCE, trusted_shares
from sim.model.port.opening import Opening, opening_of_day
from sim.model.port.referral import collection
from sim.model.port.roster import Present, hours_by_port, officers_present
from sim.model.port.staffing import DangerAtPorts, Withdrawal, Workforce, workforce_by_day
from sim.model.port.traffic import HOURLY_CELLS, LANES, TIMETABLE_CELLS, demand
from sim.numerics.randomness import Streams
from sim.numerics.units import DAY_S, HOUR_S, Floats, Whole
from sim.parameters import PARAMETER
from sim.places.on_record import TRADE_BOOTH_LOAD, ratios_on_record
from sim.places.ports import Ports
from sim.scenario.intervention import BASELINE
from sim.scenario.point import Point

# Rates kept for use on later days (training makes new ones every day).
MOST_RATES = 16
# Days of which officers' time is kept: more than a year of the expectations has.
MOST_SPENT = 128
NO_MORE_SEARCHES = np.ones(1)
INSPECTION = PARAMETER.inspection
# Rooms of the parameters that take officers' time.
OFFICERS_TIME = "traffic", "staffing", "primary", "database", "inspection", "duty"
SECONDARY = slice(SECONDARY_S, SECONDARY_S + len(LANES))

Made = TypeVar("Made")


class _Shared:
    """What plans share that start from the same."""

    def __init__(self) -> None:
        # Hours of days without changes and withdrawals, by opening times and season.
        self.hours: dict[Hashable, Opening] = {}
        self._day = -1
        self._made: dict[Hashable, Any] = {}

    def once(self, day: int, key: Hashable, make: Callable[[], Made]) -> Made:
        """Take what was made from the same on this day, or make it."""
        if self._day != day:
            self._day, self._made = day, {}
        if key not in self._made:
            self._made[key] = make()
        made: Made = self._made[key]
        return made


class PortsDay(NamedTuple):
    """What is planned for all ports on a day.

    Attributes
    ----------
    snapshot : Snapshot
        Parameters in force at midnight.
    midnight_rates : array of float, shape (ports, WIDTH)
        Rates in force at midnight (`sim.model.port.inspection_rates`).
    rates, cumulative, cells : array
        As in `sim.model.day.DayPlan`.
    """

    day: int
    date: datetime.date
    snapshot: Snapshot
    opening: Opening
    midnight_rates: Floats
    rates: Floats
    cumulative: Floats
    cells: Whole


class PortPlans:
    """Plans the days of the ports of one replication, one after the other.

    Parameters
    ----------
    point : Point
    whole : Ports
        The whole port table.
    streams : Streams
    beside : PortPlans, optional
        Plans of another point, which plans each day before. What follows from the same there is
        taken from it, if both have the same draws and start from the same.
    """

    def __init__(
        self, point: Point, whole: Ports, streams: Streams, beside: "PortPlans | None" = None
    ) -> None:
        self.point = point
        ports = whole.select(point.ports)
        parameters = point.parameters
        if parameters.traffic.direction == SOUTHBOUND:
            ports, parameters = us_side(ports), us_officers(parameters)
        parameters = without_flow(parameters)
        self.parameters = parameters
        self.begins_with = (
            streams, point.ports, point.ports_table, point.year, point.start, point.days,
            parameters.traffic, parameters.staffing, parameters.danger,
        )  # fmt: skip
        if beside is not None and beside.begins_with != self.begins_with:
            beside = None
        self._shared: _Shared = beside._shared if beside else _Shared()
        # Curves of a day by snapshot; rates by snapshot, skill, arms and searches; officers' time
        # by day, snapshot and response to waits. What is keyed by its id is held: it stays its own.
        self._curves: tuple[int, dict[int, tuple[Snapshot, Floats]]] = (-1, {})
        self._rates: dict[tuple[int, float, float, float, bytes], tuple[Snapshot, Floats]] = {}
        self._spent: dict[
            tuple[int, int, int], tuple[Snapshot, Floats, tuple[Floats, Floats, Floats]]
        ] = {}
        self.conditions = Conditions(whole, ports, parameters, point.scenario, point.start, streams)
        self.demand = demand(
            ports, parameters.traffic, point.year, point.start, point.days, streams
        )
        self.facilities = build(point, ports, self.conditions, self.demand, streams)
        self.ports = self.facilities.ports
        self.trade_booth_load = np.ones(len(ports))
        if parameters.staffing.port_draw > 0 and parameters.traffic.direction != SOUTHBOUND:
            self.trade_booth_load = ratios_on_record(ports.ids, TRADE_BOOTH_LOAD, point.start.year)
        self.cells = np.where(self.demand.by_timetable, TIMETABLE_CELLS, HOURLY_CELLS)
        self.first_day_s = float(np.floor(self.conditions.first_s / DAY_S) * DAY_S)
        self._before = self.conditions.at(self.first_day_s - 1.0).parameters.staffing
        self.force = self.force_before = Workforce.before_the_run(self._before)
        self._force = self.force_by_day(point.days)
        # The workforce of the baseline, against which officers' time is free.
        staffing = parameters.staffing
        self._usual = workforce_by_day(staffing, ((staffing, point.days),))
        self._baseline = self.baseline()
        self.danger: DangerAtPorts = DangerAtPorts(
            self.ports,
            parameters.danger.lookouts_per_year,
            parameters.danger.port_runners_per_year,
            streams,
            None if beside is None else beside.danger,
        )
        self.withdrawals: list[Withdrawal] = []
        # How travellers respond to the waits of the day before, shape (ports, classes).
        self.response = np.ones((len(self.ports), 4))
        self.planned_officer_h = 0.0
        self.open_s = np.zeros((7, len(self.ports), 24))

    def baseline(self) -> Snapshot:
        """Parameters at every port without any intervention."""
        start = self.point.start
        return Conditions(self.ports, self.ports, self.parameters, BASELINE, start).at(0.0)

    def force_by_day(self, days: int) -> list[Workforce]:
        """The officers of each day, from the first of the run on."""
        first = int(self.first_day_s // DAY_S)
        changes = (x.parameter.partition(".")[0] for x in self.conditions.interventions)
        some = range(first, days) if "staffing" in changes else (first,)
        in_force = [self.conditions.at(day * DAY_S).parameters.staffing for day in some]
        in_force += in_force[-1:] * (days - first - len(in_force))
        spans = tuple((rules, len([*each])) for rules, each in itertools.groupby(in_force))
        return workforce_by_day(self._before, spans)[-first:]

    def rates(
        self,
        snapshot: Snapshot,
        skill_gain: float = 0.0,
        armed_share: float = 0.0,
        searches: Floats = NO_MORE_SEARCHES,
        strength: float = 1.0,
    ) -> Floats:
        """Rates of all ports under a snapshot.

        Parameters
        ----------
        snapshot : Snapshot
        skill_gain : float
            What training has added to d'.
        armed_share : float
            Officers who are armed.
        searches : array of float, shape (ports,)
            Discretionary referral as a ratio of what is set.
        strength : float
            Officers in service as a ratio of those of the baseline.
        """
        numbers = round(skill_gain, 6), round(armed_share, 6), round(strength, 6)
        key = (id(snapshot), *numbers, searches.tobytes())
        if key not in self._rates:
            if len(self._rates) >= MOST_RATES:
                self._rates.clear()
            now = skill_gain, armed_share, numbers[-1]
            self._rates[key] = (snapshot, self._with_searches(snapshot, *now, searches))
        return self._rates[key][1]

    def _with_searches(
        self, snapshot: Snapshot, skill: float, armed: float, strength: float, searches: Floats
    ) -> Floats:
        """Rates of all ports; where few of them differ in searches, only theirs are new."""

        def rows_of_all(searches: Floats) -> Floats:
            share = collection(snapshot.parameters.duty, self.point.parameters.duty).share
            # What stays the same from day to day where only the number searched differs.
            make = functools.partial(rates_without_referral, self.ports, snapshot, share, armed)
            rows = snapshot.once("lasting", make, armed).copy()
            set_referral(rows, snapshot, skill, armed, searches)
            # Where there are more officers than the table has, booths open in proportion sooner.
            officers = strength * snapshot.at_ports(PARAMETER.staffing.officers_scale)
            rows[:, OPEN_LOAD:WIDTH] /= np.maximum(officers, 1.0)[:, None]
            rows[:, OPEN_LOAD + COMMERCE] *= self.trade_booth_load
            return rows

        some = np.flatnonzero(searches != 1.0)
        if not len(some) or len(some) > len(self.ports) // 2:
            return rows_of_all(searches)
        now = skill, armed, strength
        rows = snapshot.once("all", lambda: rows_of_all(NO_MORE_SEARCHES), now).copy()
        there = snapshot.once("there", lambda: snapshot.at(some), some.tobytes())
        part = rows[some]
        set_referral(part, there, skill, armed, searches[some])
        rows[some] = part
        return rows

    def of_day(self, day: int) -> PortsDay:
        """Plan one day at its midnight."""
        date = self.point.start + datetime.timedelta(days=day)
        moments = [day * DAY_S, *sorted({moment for moment, _ in self.conditions.breakpoints(day)})]
        snapshots = [self.conditions.at(moment) for moment in moments]
        self.force = self._force[day]
        opening = self._opening(day, date, moments, snapshots)
        self.open_s[date.weekday()] += opening.open_s
        force, usual = self.force, self._usual[day].strength
        skill = snapshots[0].parameters.inspection.training_gain * force.trained_share
        cumulative = self._cumulative(day, snapshots[0])
        searches = self.searches(day, snapshots[0], force.strength, usual, force.away_share)
        now = skill, force.armed_share, searches, force.strength / usual
        rates = midnight_rates = self.rates(snapshots[0], *now)
        if len(snapshots) > 1:
            rates = np.concatenate([self.rates(snapshot, *now) for snapshot in snapshots])
        return PortsDay(
            day=day,
            date=date,
            snapshot=snapshots[0],
            opening=opening,
            midnight_rates=midnight_rates,
            rates=rates,
            cumulative=cumulative,
            cells=self.cells,
        )

    def searches(
        self, day: int, snapshot: Snapshot, strength: float, usual: float, away: float
    ) -> Floats:
        """Discretionary referral at each port as a ratio of what is set.

        Of the officers' time that is free beyond that of the baseline on the same day, a share
        becomes examinations; time that is taken away takes examinations with it.

        Parameters
        ----------
        day : int
        snapshot : Snapshot
            Parameters in force.
        strength, usual : float
            Of the workforce on that day, and in the baseline.
        away : float
            Share of officers who are on a course.
        """
        slack, before = snapshot.at_ports(INSPECTION.slack_to_search), self._baseline
        unchanged = strength == usual and away == 0.0
        as_usual = unchanged and self._as_the_baseline(snapshot, *OFFICERS_TIME)
        if as_usual or not slack.any():
            return NO_MORE_SEARCHES
        date = self.point.start + datetime.timedelta(days=day)
        busy_s, busy_before_s, examined_s = self._spent_s(day, snapshot)
        free_s = np.zeros(len(self.ports))
        for sign, held, spent_s, share, gone in (
            (1.0, snapshot, busy_s, strength, away),
            (-1.0, before, busy_before_s, usual, 0.0),
        ):
            present = share * held.at_ports(PARAMETER.staffing.officers_scale)
            present *= 1.0 - held.at_ports(PARAMETER.staffing.absent_share) - gone
            free_s += sign * (HOUR_S * self._at_posts_h(day, date, present) - spent_s)
        more = np.divide(
            slack * free_s, examined_s, out=np.zeros_like(free_s), where=examined_s > 0.0
        )
        return np.asarray(np.maximum(1.0 + more, 0.0))

    def _spent_s(self, day: int, snapshot: Snapshot) -> tuple[Floats, Floats, Floats]:
        """Officer seconds of a day by port: bound now and in the baseline, and of its searches.

        They are kept, since expectations have the same days every year.
        """
        key = day, id(snapshot), id(self.response)
        if key not in self._spent:
            if len(self._spent) >= MOST_SPENT:
                self._spent.clear()
            before = self._baseline
            rows = self.rates(before)
            last = np.arange(len(self.ports)), slice(None), self.cells
            sampled = self.parameters.traffic.sample_share  # officers are those of all vehicles
            vehicles = self._cumulative(day, snapshot)[last] / sampled
            as_before = vehicles
            if not self._as_the_baseline(snapshot, "traffic", "duty"):
                as_before = self._cumulative(day, before)[last] / sampled
            bound = snapshot.once("bound", lambda: bound_s(self.rates(snapshot)))
            each_s = before.once(
                "spent", lambda: (bound_s(rows), rows[:, SECONDARY] - mandatory_s(rows))
            )
            spent_s = (vehicles * bound, *(as_before * each for each in each_s))
            sums = tuple(spent.sum(axis=1) for spent in spent_s)
            self._spent[key] = snapshot, self.response, sums
        return self._spent[key][-1]

    def _as_the_baseline(self, snapshot: Snapshot, *rooms: str) -> bool:
        """Whether all parameters of some rooms are the baseline's, at every port."""
        return not any(name.partition(".")[0] in rooms for name in snapshot.by_port) and all(
            getattr(snapshot.parameters, room) is getattr(self.parameters, room)
            or getattr(snapshot.parameters, room) == getattr(self.parameters, room)
            for room in rooms
        )

    def _at_posts_h(
        self, day: int, date: datetime.date, officers: Floats, added: Floats | float = 0.0
    ) -> Floats:
        """Officer hours of a day that rosters plan for at each port (`hours_by_port`)."""
        rostered, shifts = self.facilities.rostered, self.facilities.shift_hours
        key = "posts", id(rostered), officers.tobytes(), np.asarray(added).tobytes()
        make = functools.partial(hours_by_port, rostered, shifts, officers, date, added)
        return self._shared.once(day, key, make)

    def _opening(
        self, day: int, date: datetime.date, moments: list[float], snapshots: list[Snapshot]
    ) -> Opening:
        """Control intervals of a day, with its officers and withdrawals."""
        force, first = self.force, snapshots[0]
        present = [self._present(snapshot, day, date) for snapshot in snapshots]
        in_service = first.at_ports(PARAMETER.staffing.officers_scale) * force.strength
        at_posts_h = self._at_posts_h(day, date, in_service, first.posts_added).sum()
        at_work = 1.0 - first.parameters.staffing.other_work_share
        self.planned_officer_h += float(at_posts_h) / at_work
        midnight = day * DAY_S
        self.withdrawals = [w for w in self.withdrawals if w.end_s > midnight]
        self.withdrawals += self.danger.day(day, first, force)
        hours = self._shared.once(
            day,
            (
                *("hours", *moments, *self.withdrawals),
                *(snapshot.times for snapshot in snapshots),
                *(where.tobytes() for _, where in self.conditions.breakpoints(day)),
            ),
            lambda: self._hours(day, date, moments, first.times),
        )
        key = "opening", id(hours), *map(id, present)
        return self._shared.once(day, key, lambda: hours.with_officers(present))

    def _hours(self, day: int, date: datetime.date, moments: list[float], times: bytes) -> Opening:
        """Control intervals without officers; most days are as another one in all but the date."""
        known, key = self._shared.hours, (times, self.ports.in_season(date).tobytes())
        plain = len(moments) == 1 and not self.withdrawals
        if plain and key in known:
            return known[key].on_day(day)
        made = opening_of_day(
            self.ports, self.conditions, day, date,
            self.point.parameters.staffing.control_interval_min, moments, self.withdrawals,
        )  # fmt: skip
        # Whole seconds are the same after any midnight, to the last bit.
        if plain and not np.any(made.start_s % 1.0):
            known[key] = made.on_day(day)  # without what will be drawn in these hours
        return made

    def _present(self, snapshot: Snapshot, day: int, date: datetime.date) -> Present:
        """Officers present under a snapshot of a day; one object for all who have as many."""
        facilities, force = self.facilities, self.force
        strength, away = force.strength, force.away_share

        def make() -> Present:
            made = officers_present(
                facilities.rostered,
                snapshot.at_ports(PARAMETER.staffing.officers_scale) * strength,
                snapshot.at_ports(PARAMETER.staffing.absent_share) + away,
                facilities.shift_draws[day],
                date,
                snapshot.posts_added,
                facilities.has_trade,
            )
            return self._shared.once(
                day, ("officers", *(hours.tobytes() for hours in made)), lambda: made
            )

        key = "present", id(facilities.rostered), snapshot.on_duty, strength, away
        return self._shared.once(day, key, make)

    def _cumulative(self, day: int, snapshot: Snapshot) -> Floats:
        """Integrated arrival rates of a day (see `Demand.cumulative`)."""
        if self._curves[0] != day:
            self._curves = day, {}
        known = self._curves[1]
        if id(snapshot) not in known:
            known[id(snapshot)] = snapshot, self._curve(day, snapshot)
        return known[id(snapshot)][1]

    def _curve(self, day: int, snapshot: Snapshot) -> Floats:
        us = self.demand.us_residents(day, self.point.parameters.duty.resident_share)
        volume = snapshot.once("volume", lambda: self._volume(snapshot, us), us)
        shares = PARAMETER.traffic.nexus_share, PARAMETER.traffic.fast_share
        nexus, fast = snapshot.once(
            "trusted", lambda: trusted_shares(self.ports, *map(snapshot.at_ports, shares))
        )
        return self.demand.cumulative(day, volume * self.response, nexus, fast)

    def _volume(self, snapshot: Snapshot, us: float) -> Floats:
        """Traffic as a ratio of the table's, by class, with a share of US residents among cars."""
        value, traffic = snapshot.at_ports, PARAMETER.traffic
        volume = np.repeat(value(traffic.volume_scale)[:, None], 4, axis=1)
        by_residence = (
            1.0
            + us * (value(traffic.us_cars_scale) - 1.0)
            + (1.0 - us) * (value(traffic.canadian_cars_scale) - 1.0)
        )
        trips = collection(snapshot.parameters.duty, self.point.parameters.duty).trips
        volume[:, 0] *= trips * (value(traffic.car_scale) * by_residence)
        volume[:, 1] *= value(traffic.truck_scale)
        volume[:, 2] *= value(traffic.bus_scale)
        return np.asarray(volume * self.parameters.traffic.sample_share)
