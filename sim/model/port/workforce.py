"""The workforce: recruitment, the college, attrition, training and arming.

A SimPy process in steps of a day. It begins with the first dated change of staffing, which may lie
before the first simulated day, so that a change two years earlier has had two years of hiring.
Changes without a date are complete at the start.
"""

import math
from collections import deque
from dataclasses import dataclass, field

import simpy
from simpy.events import ProcessGenerator

from sim.model.conditions import Conditions
from sim.numerics.units import CALENDAR_DAYS_PER_YEAR, DAY_S, DAYS_PER_MONTH
from sim.parameters import Staffing

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
    """

    strength: float = 1.0
    trained_share: float = 0.0
    armed_share: float = 0.0
    away_share: float = 0.0
    day: int = 0
    recruits: deque[tuple[int, float]] = field(default_factory=deque)

    @classmethod
    def before_the_run(cls, staffing: Staffing) -> "Workforce":
        """The workforce after all changes in force have been completed."""
        workforce = cls(strength=1.0 + staffing.positions_added)
        workforce.trained_share = 1.0 if staffing.training_weeks > 0 else 0.0
        workforce.armed_share = staffing.armed_target_share
        delay = _delay_days(staffing)
        daily = staffing.attrition_per_year / CALENDAR_DAYS_PER_YEAR * workforce.strength
        workforce.recruits = deque((day + 1, daily) for day in range(int(delay)))
        return workforce

    def one_day(self, staffing: Staffing) -> None:
        """Advance by a day: leavers, recruits who begin, vacancies filled, courses."""
        delay = _delay_days(staffing)
        self.day += 1
        while self.recruits and self.recruits[0][0] <= self.day:
            self.strength += self.recruits.popleft()[1]
        self.strength *= 1.0 - staffing.attrition_per_year / CALENDAR_DAYS_PER_YEAR
        coming = sum([number for _, number in self.recruits])
        expected_loss = staffing.attrition_per_year / CALENDAR_DAYS_PER_YEAR * self.strength * delay
        vacant = 1.0 + staffing.positions_added - (self.strength + coming - expected_loss)
        seats = staffing.college_seats_per_year / TABLE_OFFICERS / CALENDAR_DAYS_PER_YEAR
        taken = min(max(vacant, 0.0), seats)
        if taken > 0.0:
            self.recruits.append((self.day + math.ceil(delay), taken))
        self._courses(staffing)

    def _courses(self, staffing: Staffing) -> None:
        self.away_share = 0.0
        if staffing.training_weeks > 0 and self.trained_share < 1.0:
            days = staffing.training_months * DAYS_PER_MONTH
            self.away_share += staffing.training_weeks * DAYS_PER_WEEK / days
            self.trained_share = min(1.0, self.trained_share + 1.0 / days)
        if self.armed_share < staffing.armed_target_share:
            days = staffing.arming_years * CALENDAR_DAYS_PER_YEAR
            step = staffing.armed_target_share / days
            self.away_share += step * staffing.arming_course_weeks * DAYS_PER_WEEK
            self.armed_share = min(staffing.armed_target_share, self.armed_share + step)


def _delay_days(staffing: Staffing) -> float:
    """Days from filling a vacancy to an officer who is trained for his post."""
    return staffing.hiring_months * DAYS_PER_MONTH + staffing.college_weeks * DAYS_PER_WEEK


def workforce_process(
    env: simpy.Environment, workforce: Workforce, conditions: Conditions
) -> ProcessGenerator:
    """Advance the workforce day by day."""
    while True:
        workforce.one_day(conditions.at(env.now).parameters.staffing)
        yield env.timeout(DAY_S)
