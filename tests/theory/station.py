"""One line of one port through the real engine, with everything else of the model switched off.

Cars of one kind come to one line of equal booths; nothing is hurried, waived, referred or closed
unless a test asks for it. What is left is a queue of the textbooks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.engine.compiled.engine import CompiledEngine
from sim.model.day import OPEN, DayPlan, World, new_extra_arrivals
from sim.model.port.inspection_rates import (
    BOOTHS,
    CLEARANCE_S,
    HURRY_QUEUE,
    HURRY_SERVICE,
    KIND_S,
    KIND_TRAVELLER,
    LIMIT_S,
    PAPERWORK,
    PATIENCE_FROM_S,
    RANDOM,
    SECONDARY_S,
    SERVICE_S,
    WAIVE_QUEUE,
    WIDTH,
)
from sim.model.port.layout import MOST_BOOTHS
from sim.model.port.referral import FULL, KINDS
from sim.model.port.traffic import CAR, LANES
from sim.numerics.randomness import entity_number, exponential_table
from sim.numerics.units import DAY_S, Floats
from sim.records import (
    EXAMINATIONS,
    EXAMINATIONS_RELEASED,
    LINE_QUEUE_S,
    LINE_SERVED,
    LINE_WAIT_S,
    REFERRED,
    Tally,
    new_attempts,
    new_tally,
)

HOURS = 24
NEVER = 1e18
"""A queue that is never reached, and a limit that never runs out."""

STANDARD_ERRORS = 4.0
"""How far a measured mean may be from theory. Seeds are fixed: a test passes or fails for good."""


@dataclass(frozen=True, slots=True)
class Station:
    """One line of one port.

    Attributes
    ----------
    rates_per_h : sequence of float
        Cars an hour, one number for the whole day or one for each hour.
    service_s : float
        Mean service time.
    booths : sequence of int
        Officers at booths, one number for the whole day or one for each hour.
    service_table : array of float, optional
        Quantiles of service times, mean 1; exponential if left out.
    referred_share : float
        Cars sent to examination.
    examination_s : float
        Mean length of an examination; lengths are exponential.
    bays : int
        Officers in secondary; with none, the booths' officers do its work.
    limit_s : float
        Wait after which an examination is not done.
    paperwork_share, clearance_s : float
        Cars sent to clearance, and its mean length; lengths are exponential.
    seed, replication : int
    """

    rates_per_h: Sequence[float]
    service_s: float
    booths: Sequence[int] = (1,)
    service_table: Floats | None = None
    referred_share: float = 0.0
    examination_s: float = 1.0
    bays: int = 0
    limit_s: float = NEVER
    paperwork_share: float = 0.0
    clearance_s: float = 1.0
    seed: int = 2005
    replication: int = 0

    def run(self, days: int, trace: int = 0, idle_days: int = 0) -> "Record":
        """Simulate days on end, beginning empty, and then days on which nobody comes.

        So many cars are traced one by one.
        """
        exponential = exponential_table()
        line_of_lane = np.full((1, len(LANES)), -1)
        line_of_lane[0, CAR] = 0
        names = [entity_number(f"station/{lane}") for lane in LANES]
        world = World(
            first_line=np.array([0, 1]),
            line_of_lane=line_of_lane,
            queue_of_line=np.array([0]),
            booths=np.array([max(self.booths)]),
            bays=np.array([[self.bays, 0]]),
            entity=np.array([names]),
            timetabled=np.zeros(len(LANES), np.int64),
            seed=self.seed,
            replication=self.replication,
            gap_table=exponential,
            service_table=exponential if self.service_table is None else self.service_table,
            secondary_table=exponential,
        )
        tally = new_tally(1, len(LANES), 1)
        engine = CompiledEngine(world, trace)
        attempts = new_attempts(0)
        lines = np.zeros((days + idle_days + 1, tally.line.shape[1]))
        lanes = np.zeros((days + idle_days + 1, tally.lane.shape[-1]))
        for day in range(days + idle_days):
            plan = self._plan(day)
            if day >= days:
                plan = plan._replace(cumulative=np.zeros_like(plan.cumulative))
            engine.run_day(plan, attempts)
            engine.complete_sums(tally)
            lines[day + 1] = tally.line[0]
            lanes[day + 1] = tally.lane[:, 0, :, CAR].sum(axis=(0, 1))
        return Record(engine, tally, np.diff(lines, axis=0), np.diff(lanes, axis=0))

    def hourly(self, numbers: Sequence[float]) -> Floats:
        """Give every hour its number."""
        return np.broadcast_to(np.asarray(numbers, dtype=float), (HOURS,)).copy()

    def _plan(self, day: int) -> DayPlan:
        cumulative = np.zeros((1, len(LANES), 97))
        cumulative[0, CAR, 1 : HOURS + 1] = np.cumsum(self.hourly(self.rates_per_h))
        officers = self.hourly(self.booths).astype(np.int64) + self.bays
        return DayPlan(
            day=day,
            weekday=day % 7,
            standard_s=600.0,
            intervals=np.array([HOURS]),
            start_s=day * DAY_S + 3600.0 * np.arange(HOURS + 1.0)[None],
            state=np.full((1, HOURS), OPEN),
            officers=officers[None],
            trade=np.full((1, HOURS), -1),
            row=np.zeros((1, HOURS), np.int64),
            rates=self._rates(),
            cumulative=cumulative,
            day_factor=np.ones(1),
            cells=np.array([HOURS]),
            extra_arrivals=new_extra_arrivals(0),
        )

    def _rates(self) -> Floats:
        row = np.zeros(WIDTH)
        row[SERVICE_S + CAR] = self.service_s
        row[RANDOM + CAR] = self.referred_share
        row[PAPERWORK + CAR] = self.paperwork_share
        row[SECONDARY_S + CAR] = (
            self.paperwork_share * self.clearance_s
            + (1.0 - self.paperwork_share) * self.referred_share * self.examination_s
        )
        row[[HURRY_QUEUE, WAIVE_QUEUE]] = NEVER
        row[HURRY_SERVICE] = 1.0
        row[PATIENCE_FROM_S] = NEVER
        row[BOOTHS : BOOTHS + len(LANES)] = MOST_BOOTHS
        row[LIMIT_S] = self.limit_s
        row[CLEARANCE_S] = self.clearance_s
        row[KIND_S : KIND_S + len(KINDS)] = self.examination_s
        row[KIND_TRAVELLER + FULL : KIND_TRAVELLER + len(KINDS)] = 1.0
        return row[None]


@dataclass(frozen=True, slots=True)
class Record:
    """What a station did.

    Attributes
    ----------
    engine : CompiledEngine
    tally : Tally
    lines, lanes : array of float, shape (days, columns)
        Sums of each day (`sim.records`).
    """

    engine: CompiledEngine
    tally: Tally
    lines: Floats
    lanes: Floats

    @property
    def cars(self) -> Floats:
        """Arrival, start and end of the service of every car traced, in order of arrival."""
        rows = self.engine.trace[: self.engine.trace_count[0]]
        return np.asarray(rows[np.argsort(rows[:, 3], kind="stable")][:, 3:6])

    @property
    def examinations(self) -> Floats:
        """Moment of joining secondary, of the start of the work (-1: none), and the reason."""
        return np.asarray(self.engine.trace_2[: self.engine.trace_count[1], 3:6])

    def mean_wait_s(self, batch_days: int) -> tuple[float, float]:
        """Mean wait of all but the first batch of days, and its standard error by batch means."""
        return ratio(self.lines[:, LINE_WAIT_S], self.lines[:, LINE_SERVED], batch_days)

    def mean_queue(self, batch_days: int) -> tuple[float, float]:
        """Mean number in line, and its standard error by batch means."""
        queue_s = self.lines[:, LINE_QUEUE_S]
        return ratio(queue_s, np.full(len(queue_s), DAY_S), batch_days)

    def released_share(self, batch_days: int) -> tuple[float, float]:
        """Share of ordered examinations that were not done, and its standard error."""
        released = self.lanes[:, EXAMINATIONS_RELEASED]
        return ratio(released, released + self.lanes[:, EXAMINATIONS], batch_days)

    def referred(self) -> float:
        """Cars that were referred at random."""
        return float(self.lanes[:, REFERRED + 3].sum())


def ratio(above: Floats, below: Floats, batch_days: int) -> tuple[float, float]:
    """Ratio of two sums over days, without the first batch, and its standard error.

    Batches of days are taken as independent; the error is that of a ratio estimator.
    """
    batches = len(above) // batch_days
    parts = [
        np.asarray(x[: batches * batch_days]).reshape(batches, batch_days).sum(axis=1)[1:]
        for x in (above, below)
    ]
    value = float(parts[0].sum() / parts[1].sum())
    rest = parts[0] - value * parts[1]
    error = np.sqrt(rest.var(ddof=1) / len(rest)) / parts[1].mean()
    return value, float(error)


def squared_cv(table: Floats) -> float:
    """Squared coefficient of variation of a tabled distribution, as the engine draws from it."""
    body, tail = table[:1024], table[1025:]
    squares = [(x[:-1] ** 2 + x[:-1] * x[1:] + x[1:] ** 2) / 3.0 for x in (body, tail)]
    return float(squares[0].sum() / 1024.0 + squares[1].sum() / 1024.0**2) - 1.0
