"""The workforce of officers, and their withdrawal from danger.

The workforce (recruitment, the college, attrition, training and arming) advances in steps of a day.
It begins with the first dated change of staffing, which may lie before the first simulated day, so
that a change two years earlier has had two years of hiring. Changes without a date are complete at
the start.

A lookout of a dangerous subject makes unarmed officers without police within reach withdraw: the
port closes for minutes to hours. Arming and police at the ports change this. They also change how
many of those who look dangerous are let pass (`sim.model.port.inspection_rates`).
"""

import functools
import math
import operator
from collections import deque
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sim.model.conditions import Snapshot
from sim.numerics import added, randomness
from sim.numerics.randomness import Streams, entity_number, poisson_counts, uniforms
from sim.numerics.units import (
    CALENDAR_DAYS_PER_YEAR,
    DAY_S,
    DAYS_PER_MONTH,
    DAYS_PER_YEAR,
    HOUR_S,
    Floats,
)
from sim.parameters import PARAMETER, Staffing
from sim.places.ports import Ports
from sim.records import DangerRecord

DAYS_PER_WEEK = 7.0
# Officers at land and marine ports in 2006 (A040): what a ratio of 1 stands for.
TABLE_OFFICERS = 3600.0


@dataclass
class Workforce:
    """The state of the workforce, as ratios of the officers of the staffing table.

    Attributes
    ----------
    strength : float
        Officers who are trained for their post and in service.
    trained_share, armed_share : float
        Of these, those who have had the proposal's training, and those who are armed.
    away_share : float
        Of these, those who are away on a course today.
    day : int
        Days that have passed.
    recruits : deque of (int, float)
        Day on which they begin, and how many.
    all_trained : bool
        Whether the training has reached everybody once.
    armed_to : float
        Share up to which the roll-out of arms has been completed.
    """

    strength: float = 1.0
    trained_share: float = 0.0
    armed_share: float = 0.0
    away_share: float = 0.0
    day: int = 0
    recruits: deque[tuple[int, float]] = field(default_factory=deque)
    all_trained: bool = False
    armed_to: float = 0.0

    @classmethod
    def before_the_run(cls, staffing: Staffing) -> "Workforce":
        """The workforce after all changes in force have been completed."""
        workforce = cls(strength=1.0 + staffing.positions_added)
        workforce.all_trained = staffing.training_weeks > 0
        workforce.trained_share = float(workforce.all_trained)
        workforce.armed_share = workforce.armed_to = staffing.armed_target_share
        delay = _delay_days(staffing)
        daily = staffing.attrition_per_year / CALENDAR_DAYS_PER_YEAR * workforce.strength
        workforce.recruits = deque((day + 1, daily) for day in range(int(delay)))
        return workforce

    def one_day(self, staffing: Staffing) -> None:
        """Advance by a day: leavers, recruits who begin, vacancies filled, courses."""
        delay = _delay_days(staffing)
        self.day += 1
        before = self.strength
        while self.recruits and self.recruits[0][0] <= self.day:
            self.strength += self.recruits.popleft()[1]
        new = 1.0 - before / self.strength if self.strength > 0.0 else 0.0
        self.strength *= 1.0 - staffing.attrition_per_year / CALENDAR_DAYS_PER_YEAR
        coming = added(map(operator.itemgetter(1), self.recruits))
        expected_loss = staffing.attrition_per_year / CALENDAR_DAYS_PER_YEAR * self.strength * delay
        vacant = 1.0 + staffing.positions_added - (self.strength + coming - expected_loss)
        seats = staffing.college_seats_per_year / TABLE_OFFICERS / CALENDAR_DAYS_PER_YEAR
        taken = min(max(vacant, 0.0), seats)
        if taken > 0.0:
            self.recruits.append((self.day + math.ceil(delay), taken))
        self._courses(staffing, new)

    def _courses(self, staffing: Staffing, new: float) -> None:
        """Train and arm: everybody in turn, and then a share of the recruits."""
        later = new * staffing.recruits_course_share
        away_weeks = 0.0
        self.trained_share *= 1.0 - new
        if staffing.training_weeks > 0:
            share = later if self.all_trained else 1.0 / (staffing.training_months * DAYS_PER_MONTH)
            away_weeks += share * staffing.training_weeks
            self.trained_share = min(1.0, self.trained_share + share)
            self.all_trained = self.all_trained or self.trained_share == 1.0
        self.armed_share *= 1.0 - new
        target = staffing.armed_target_share
        if target > 0.0:
            rolled_out = self.armed_to >= target
            share = target * (
                later if rolled_out else 1.0 / (staffing.arming_years * CALENDAR_DAYS_PER_YEAR)
            )
            away_weeks += share * staffing.arming_course_weeks
            self.armed_share = min(max(target, self.armed_share), self.armed_share + share)
            if self.armed_share >= target:
                self.armed_to = target
        self.away_share = away_weeks * DAYS_PER_WEEK


def _delay_days(staffing: Staffing) -> float:
    """Days from filling a vacancy to an officer who is trained for his post."""
    return staffing.hiring_months * DAYS_PER_MONTH + staffing.college_weeks * DAYS_PER_WEEK


@functools.lru_cache(maxsize=16)
def workforce_by_day(before: Staffing, spans: tuple[tuple[Staffing, int], ...]) -> list[Workforce]:
    """The workforce day by day, without its recruits.

    ``spans`` are rules and for how many days each, after those in force before.
    """
    workforce = Workforce.before_the_run(before)
    course = []
    for rules, days in spans:
        for _ in range(days):
            workforce.one_day(rules)
            course.append(replace(workforce, recruits=deque()))
    return course


# Road vehicles of the 139 ports in 2005 (sim/data/volumes.parquet), to which the base rates belong.
ROAD_VEHICLES_2005 = 37.4e6


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A closure of a port by a withdrawal.

    Attributes
    ----------
    start_s, end_s : float
        In seconds since the run began.
    """

    port: int
    start_s: float
    end_s: float


@dataclass
class DangerTally:
    """Counts over the run: events, and those that officers or police could act on."""

    subjects: int = 0
    subjects_met: int = 0
    withdrawals: int = 0
    runners: int = 0
    runners_met: int = 0


# Port, moment and further uniform numbers.
Event = tuple[int, float, npt.NDArray[np.float64]]


def police_within(present: Floats, response_min: Floats, minutes: float) -> Floats:
    """Chance that police are at a port, or arrive within a time.

    Parameters
    ----------
    present : array of float, shape (ports,)
        Share of the time in which they are there.
    response_min : array of float, shape (ports,)
        Mean time until they arrive (exponential).
    """
    later = np.exp(-minutes / np.maximum(response_min, 1e-9))
    return np.asarray(present + (1.0 - present) * (1.0 - later))


class DangerAtPorts:
    """Dangerous subjects and port runners of one replication.

    Their number, ports and moments are the same in every scenario; their outcomes are not.

    Parameters
    ----------
    ports : Ports
    subject_rate, runner_rate : float
        Events a year at all ports of 2005; fewer where a run has less traffic.
    streams : Streams
    beside : DangerAtPorts, optional
        Of another point of the same replication, with the same ports and rates.
    """

    def __init__(
        self,
        ports: Ports,
        subject_rate: float,
        runner_rate: float,
        streams: Streams,
        beside: "DangerAtPorts | None" = None,
    ) -> None:
        self.ports = ports
        self.streams = streams
        self.subject_rate = subject_rate / DAYS_PER_YEAR
        self.runner_rate = runner_rate / DAYS_PER_YEAR
        road = np.where(ports.takes_road_traffic, ports.vehicles_per_year, 0.0)
        self.share = np.cumsum(road) / max(road.sum(), 1e-300)
        self.scale = road.sum() / ROAD_VEHICLES_2005
        # Draws of the events of a day, by kind; they are shared with those beside.
        self._drawn: dict[str, tuple[int, list[Event]]] = {} if beside is None else beside._drawn
        self.tally = DangerTally()
        self.withdrawals: list[Withdrawal] = []

    def day(self, day: int, snapshot: Snapshot, force: Workforce) -> list[Withdrawal]:
        """Withdrawals that begin on a day; the port runners of the day are counted."""
        subjects = self._events("subjects", randomness.DANGER, self.subject_rate, day)
        runners = self._events("runners", randomness.PORT_RUNNER, self.runner_rate, day)
        if not subjects and not runners:
            return []
        present = snapshot.at_ports(PARAMETER.danger.police_present_share)
        response = snapshot.at_ports(PARAMETER.danger.police_response_min)
        danger = snapshot.parameters.danger
        withdrawals = []
        for port, moment, u in subjects:
            arrival = 0.0 if u[2] < present[port] else -np.log(u[3]) * response[port]
            armed = u[4] < force.armed_share
            self.tally.subjects += 1
            self.tally.subjects_met += int(armed or arrival <= danger.subject_waits_min)
            if armed or arrival <= danger.within_reach_min:
                continue
            length = danger.withdrawal_median_h * np.exp(danger.withdrawal_sigma * ndtri(u[5]))
            end = moment + HOUR_S * length
            self.tally.withdrawals += 1
            withdrawals.append(Withdrawal(port, moment, end))
        for port, _, u in runners:
            arrival = 0.0 if u[2] < present[port] else -np.log(u[3]) * response[port]
            self.tally.runners += 1
            self.tally.runners_met += int(arrival <= danger.runner_caught_min)
        self.withdrawals += withdrawals
        return withdrawals

    def record(self) -> DangerRecord:
        """What the run leaves behind."""
        return DangerRecord(
            withdrawals=self.tally.withdrawals,
            subjects_met=self.tally.subjects_met,
            runners_met=self.tally.runners_met,
            withdrawn_s=np.array([(w.start_s, w.end_s) for w in self.withdrawals]).reshape(-1, 2),
        )

    def _events(self, name: str, purpose: int, rate: float, day: int) -> list[Event]:
        """Events of a day."""
        if name not in self._drawn or self._drawn[name][0] != day:
            self._drawn[name] = day, self._draw(name, purpose, rate, day)
        return self._drawn[name][1]

    def _draw(self, name: str, purpose: int, rate: float, day: int) -> list[Event]:
        entity = entity_number(f"danger/{name}")
        first, _, _, _ = uniforms(self.streams, purpose, entity, day)
        if first <= np.exp(-rate * self.scale):  # none, as on most days
            return []
        count = int(poisson_counts(first, rate * self.scale))
        draws = self.streams.uniforms(purpose, entity, day, 2 * count, first=1)
        events = []
        for i in range(count):
            u = np.concatenate([draws[:, 2 * i], draws[:, 2 * i + 1]])
            port = min(int(np.searchsorted(self.share, u[0])), len(self.share) - 1)
            low, high = self.ports.open_hour[port], self.ports.close_hour[port]
            moment = day * DAY_S + HOUR_S * (low + u[1] * (high - low))
            events.append((port, moment, u))
        return events
