"""The ports' days as planned at midnight: officers, openings, rates, and the traffic expected.

Nothing here depends on who smuggles, so that a day can be planned once for all repetitions of the
smuggling on the same traffic.
"""

import datetime
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
from sim.model.port.staffing import DangerAtPorts, Withdrawal, Workforce
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
NO_MORE_SEARCHES = np.ones(1)
INSPECTION = PARAMETER.inspection
# Rooms of the parameters that take officers' time.
OFFICERS_TIME = "traffic", "staffing", "primary", "database", "inspection", "duty"
SECONDARY = slice(SECONDARY_S, SECONDARY_S + len(LANES))

Made = TypeVar("Made")


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
        self.beside: PortPlans | None = None
        if beside is not None and beside.begins_with == self.begins_with:
            self.beside = beside
        self._held: dict[Hashable, tuple[Hashable, Any]] = {}
        # Curves of a day by snapshot, and rates by snapshot, skill, arms and searches; the snapshot
        # is held so that its id stays its own.
        self._curves: tuple[int, dict[int, tuple[Snapshot, Floats]]] = (-1, {})
        self._rates: dict[tuple[int, float, float, float, bytes], tuple[Snapshot, Floats]] = {}
        self._lasting: dict[tuple[int, float], tuple[Snapshot, Floats]] = {}
        self.conditions = Conditions(whole, ports, parameters, point.scenario, point.start, streams)
        self.demand = demand(ports, parameters, point.year, point.start, point.days, streams)
        self.facilities = build(point, ports, self.conditions, self.demand, streams)
        self.ports = self.facilities.ports
        self.trade_booth_load = np.ones(len(ports))
        if parameters.staffing.port_draw > 0 and parameters.traffic.direction != SOUTHBOUND:
            self.trade_booth_load = ratios_on_record(ports.ids, TRADE_BOOTH_LOAD, point.start.year)
        self.cells = np.where(self.demand.by_timetable, TIMETABLE_CELLS, HOURLY_CELLS)
        self.first_day_s = float(np.floor(self.conditions.first_s / DAY_S) * DAY_S)
        self.workforce = Workforce.before_the_run(
            self.conditions.at(self.first_day_s - 1.0).parameters.staffing
        )
        # The workforce of the baseline, against which officers' time is free.
        self._usual = Workforce.before_the_run(parameters.staffing)
        self.usual_strength = self._next_usual_strength()
        self._baseline = self.baseline()
        self.danger: DangerAtPorts = DangerAtPorts(
            self.ports,
            parameters.danger.lookouts_per_year,
            parameters.danger.port_runners_per_year,
            streams,
            None if self.beside is None else self.beside.danger,
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
            rows = self._without_referral(snapshot, armed_share).copy()
            set_referral(rows, snapshot, skill_gain, armed_share, searches)
            # Where there are more officers than the table has, booths open in proportion sooner.
            officers = numbers[-1] * snapshot.at_ports(PARAMETER.staffing.officers_scale)
            rows[:, OPEN_LOAD:WIDTH] /= np.maximum(officers, 1.0)[:, None]
            rows[:, OPEN_LOAD + COMMERCE] *= self.trade_booth_load
            self._rates[key] = (snapshot, rows)
        return self._rates[key][1]

    def _without_referral(self, snapshot: Snapshot, armed_share: float) -> Floats:
        """Rates that stay the same from day to day where only the number searched differs."""
        key = id(snapshot), armed_share
        if key not in self._lasting:
            if len(self._lasting) >= MOST_RATES:
                self._lasting.clear()
            share = collection(snapshot.parameters.duty, self.point.parameters.duty).share
            rows = rates_without_referral(self.ports, snapshot, share, armed_share)
            self._lasting[key] = snapshot, rows
        return self._lasting[key][1]

    def of_day(self, day: int) -> PortsDay:
        """Plan one day at its midnight."""
        date = self.point.start + datetime.timedelta(days=day)
        moments = [day * DAY_S, *sorted({moment for moment, _ in self.conditions.breakpoints(day)})]
        snapshots = [self.conditions.at(moment) for moment in moments]
        opening = self._opening(day, date, moments, snapshots)
        self.open_s[date.weekday()] += opening.open_s
        skill = snapshots[0].parameters.inspection.training_gain * self.workforce.trained_share
        cumulative = self._cumulative(day, snapshots[0])
        usual, self.usual_strength = self.usual_strength, self._next_usual_strength()
        force = self.workforce
        searches = self.searches(day, snapshots[0], force.strength, usual, force.away_share)
        now = skill, force.armed_share, searches, force.strength / usual
        rates = self.rates(snapshots[0], *now)
        if len(snapshots) > 1:
            rates = np.concatenate([self.rates(snapshot, *now) for snapshot in snapshots])
        return PortsDay(
            day=day,
            date=date,
            snapshot=snapshots[0],
            opening=opening,
            midnight_rates=self.rates(snapshots[0], *now),
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
        slack = snapshot.at_ports(INSPECTION.slack_to_search)
        before = self._baseline
        unchanged = strength == usual and away == 0.0
        if not slack.any() or (unchanged and self._as_the_baseline(snapshot, *OFFICERS_TIME)):
            return NO_MORE_SEARCHES
        value = PARAMETER.staffing
        rows = self.rates(before)
        date = self.point.start + datetime.timedelta(days=day)
        last = np.arange(len(self.ports)), slice(None), self.cells
        sampled = self.parameters.traffic.sample_share  # officers are those of all vehicles
        vehicles = self._cumulative(day, snapshot)[last] / sampled
        as_before = vehicles
        if not self._as_the_baseline(snapshot, "traffic", "duty"):
            as_before = self._cumulative(day, before)[last] / sampled
        free_s = np.zeros(len(self.ports))
        for sign, held, some, share, gone in (
            (1.0, snapshot, vehicles, strength, away),
            (-1.0, before, as_before, usual, 0.0),
        ):
            present = share * held.at_ports(value.officers_scale)
            present *= 1.0 - held.at_ports(value.absent_share) - gone
            hours = hours_by_port(
                self.facilities.rostered, self.facilities.shift_hours, present, date
            )
            busy_s = (some * bound_s(self.rates(held))).sum(axis=1)
            free_s += sign * (HOUR_S * hours - busy_s)
        examined_s = (as_before * (rows[:, SECONDARY] - mandatory_s(rows))).sum(axis=1)
        more = np.divide(
            slack * free_s, examined_s, out=np.zeros_like(free_s), where=examined_s > 0.0
        )
        return np.asarray(np.maximum(1.0 + more, 0.0))

    def _as_the_baseline(self, snapshot: Snapshot, *rooms: str) -> bool:
        """Whether all parameters of some rooms are the baseline's, at every port."""
        return not any(name.partition(".")[0] in rooms for name in snapshot.by_port) and all(
            getattr(snapshot.parameters, room) is getattr(self.parameters, room)
            or getattr(snapshot.parameters, room) == getattr(self.parameters, room)
            for room in rooms
        )

    def _next_usual_strength(self) -> float:
        """Strength of the workforce in the baseline, a day later."""
        self._usual.one_day(self.parameters.staffing)
        return self._usual.strength

    def _opening(
        self, day: int, date: datetime.date, moments: list[float], snapshots: list[Snapshot]
    ) -> Opening:
        """Control intervals of a day, with its officers and withdrawals."""
        strength = self.workforce.strength
        present = [self._present(k, s, strength, day, date) for k, s in enumerate(snapshots)]
        in_service = snapshots[0].at_ports(PARAMETER.staffing.officers_scale) * strength
        added = _added(snapshots[0])
        at_posts_h = self._as_beside(
            "planned",
            (id(self.facilities.rostered), in_service.tobytes(), added.tobytes(), day),
            lambda: float(
                hours_by_port(
                    self.facilities.rostered, self.facilities.shift_hours, in_service, date, added
                ).sum()
            ),
        )
        other_work = snapshots[0].parameters.staffing.other_work_share
        self.planned_officer_h += at_posts_h / (1.0 - other_work)
        midnight = day * DAY_S
        self.withdrawals = [w for w in self.withdrawals if w.end_s > midnight]
        self.withdrawals += self.danger.day(day, snapshots[0], self.workforce)
        changes = self.conditions.breakpoints(day)
        times = [(s.closed, s.closed_to, s.open_hour, s.close_hour) for s in snapshots]
        key = (
            day,
            tuple(moments),
            tuple(self.withdrawals),
            *(where.tobytes() for _, where in changes),
            *(array.tobytes() for each in times for array in each),
        )
        hours = self._as_beside(
            "hours",
            key,
            lambda: opening_of_day(
                self.ports, self.conditions, day, date,
                self.point.parameters.staffing.control_interval_min, moments, self.withdrawals,
            ),
        )  # fmt: skip
        return self._as_beside(
            "opening",
            (id(hours), *(array.tobytes() for each in present for array in each)),
            lambda: hours.with_officers(present),
        )

    def _present(
        self, k: int, snapshot: Snapshot, strength: float, day: int, date: datetime.date
    ) -> Present:
        """Officers present under the k-th snapshot of a day."""
        rostered = self.facilities.rostered
        scale = snapshot.at_ports(PARAMETER.staffing.officers_scale) * strength
        absent = snapshot.at_ports(PARAMETER.staffing.absent_share) + self.workforce.away_share
        added = _added(snapshot)
        return self._as_beside(
            ("present", k),
            (id(rostered), scale.tobytes(), absent.tobytes(), added.tobytes(), day),
            lambda: officers_present(
                rostered,
                scale,
                absent,
                self.facilities.shift_draws[day],
                date,
                added,
                self.facilities.has_trade,
            ),
        )

    def _as_beside(self, what: Hashable, key: Hashable, make: Callable[[], Made]) -> Made:
        """Take what was made beside from the same, or make it."""
        known = None if self.beside is None else self.beside._held.get(what)
        made: Made = known[1] if known is not None and known[0] == key else make()
        self._held[what] = (key, made)
        return made

    def _cars(self, day: int, snapshot: Snapshot) -> Floats:
        """Cars of a day as a ratio of the table's, by class and residence."""
        us = self.demand.us_residents(day, self.point.parameters.duty.resident_share)
        by_residence = (
            1.0
            + us * (snapshot.at_ports(PARAMETER.traffic.us_cars_scale) - 1.0)
            + (1.0 - us) * (snapshot.at_ports(PARAMETER.traffic.canadian_cars_scale) - 1.0)
        )
        return np.asarray(snapshot.at_ports(PARAMETER.traffic.car_scale) * by_residence)

    def _cumulative(self, day: int, snapshot: Snapshot) -> Floats:
        """Integrated arrival rates of a day (see `Demand.cumulative`)."""
        if self._curves[0] != day:
            self._curves = day, {}
        known = self._curves[1]
        if id(snapshot) not in known:
            known[id(snapshot)] = snapshot, self._curve(day, snapshot)
        return known[id(snapshot)][1]

    def _curve(self, day: int, snapshot: Snapshot) -> Floats:
        volume = np.repeat(snapshot.at_ports(PARAMETER.traffic.volume_scale)[:, None], 4, axis=1)
        trips = collection(snapshot.parameters.duty, self.point.parameters.duty).trips
        volume[:, 0] *= trips * self._cars(day, snapshot)
        volume[:, 1] *= snapshot.at_ports(PARAMETER.traffic.truck_scale)
        volume[:, 2] *= snapshot.at_ports(PARAMETER.traffic.bus_scale)
        volume *= self.parameters.traffic.sample_share
        volume *= self.response
        nexus, fast = trusted_shares(
            self.ports,
            snapshot.at_ports(PARAMETER.traffic.nexus_share),
            snapshot.at_ports(PARAMETER.traffic.fast_share),
        )
        return self.demand.cumulative(day, volume, nexus, fast)


def _added(snapshot: Snapshot) -> Floats:
    """Posts beyond the roster, shape (ports, 2)."""
    staffing = PARAMETER.staffing
    return np.stack(
        [
            snapshot.at_ports(staffing.traveller_officers_added),
            snapshot.at_ports(staffing.trade_officers_added),
        ],
        axis=1,
    )
