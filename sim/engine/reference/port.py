"""A port of the reference engine: its lines, its secondary queues, and the superintendent."""

import numpy as np
import simpy
from simpy.events import ProcessGenerator

from sim.engine.reference.queues import (
    BOOKS,
    CONTROL,
    At,
    Line,
    Officer,
    Secondary,
    Station,
    all_officers,
)
from sim.model.day import AFTER_HOURS, OPEN, DayPlan, World
from sim.model.port import inspection_rates
from sim.model.port.layout import QUEUES
from sim.model.port.superintendent import allocate, turned_round_share
from sim.numerics.units import DAY_S, HOUR_S, Floats
from sim.records import LINE_QUEUE_S, OVERTIME, READY, SHIFT, Tally


class Port:
    """One port, and what its officers write down.

    Attributes
    ----------
    lines : list of Line
    queues : list of Secondary
    on_shift : bool
        False while the closing shift clears the line in overtime.
    row : list of float
        Settings in force (`sim.model.port.inspection_rates`).
    lane_sums, wait_counts, officer_sums : array
        Sums of the current hour.
    """

    def __init__(self, env: simpy.Environment, number: int, world: World, tally: Tally) -> None:
        self.env = env
        self.number = number
        self.world = world
        self.tally = tally
        self.lines: list[Line] = []
        for line in range(world.first_line[number], world.first_line[number + 1]):
            lanes = [int(lane) for lane in np.flatnonzero(world.line_of_lane[number] == line)]
            queue = int(world.queue_of_line[line])
            self.lines.append(Line(env, line, int(world.booths[line]), lanes, queue))
        used = {line.queue for line in self.lines}
        bays = [int(world.bays[number, q]) if q in used else 0 for q in range(QUEUES)]
        self.queues = [Secondary(env, posts) for posts in bays]
        self.places: list[Station] = [*self.lines, *self.queues]
        self.present = 0
        self.on_shift = True

    def superintend(self, plan: DayPlan) -> ProcessGenerator:
        """Act at the control moments of one day (rules 1, 3, 4 and 5)."""
        self.plan = plan
        moments = plan.start_s[self.number].tolist()
        for k in range(plan.intervals[self.number]):
            now, until = moments[k], moments[k + 1]
            self._open_books(now, plan.rates[plan.row[self.number, k]].tolist())
            if plan.state[self.number, k] == AFTER_HOURS:
                self._end_shift()
            else:
                is_open = plan.state[self.number, k] == OPEN
                officers = int(plan.officers[self.number, k])
                self._begin_shift()
                self._post(officers if is_open else 0, k, now, until)
                if not is_open:
                    self._stand_by(officers, until - now)
            self._look_at_lines()
            if self.on_shift and self.present > 0:
                for queue in self.queues:
                    self._sweep(queue)
            for place in self.places:
                place.call()
            yield At(self.env, until, BOOKS)
            self._close_books(until)
            if k + 1 < plan.intervals[self.number]:
                yield At(self.env, until, CONTROL)

    def _open_books(self, now: float, row: list[float]) -> None:
        """Turn to the page of the hour."""
        hour = min(int((now - self.plan.day * DAY_S) / HOUR_S), 23)
        self.row = row
        self.lane_sums = self.tally.lane[self.plan.weekday, self.number, hour]
        self.wait_counts = self.tally.waits[self.plan.weekday, self.number, hour]
        self.officer_sums = self.tally.officer[self.plan.weekday, self.number, hour]

    def _close_books(self, until: float) -> None:
        """Write down how long officers stood ready, and vehicles in line."""
        for line in self.lines:
            line.count_queue()
            self.tally.line[line.number, LINE_QUEUE_S] += line.queue_s
            line.queue_s = 0.0
        if self.on_shift:
            for officer in all_officers(self.places):
                if officer.free_s < until:
                    self.officer_sums[READY] += until - officer.free_s
                    officer.free_s = until

    def _end_shift(self) -> None:
        """Shut the gate: from now on all work is overtime."""
        if self.on_shift:
            for officer in all_officers(self.places):
                self.officer_sums[OVERTIME] += officer.free_s - self.env.now
        self.on_shift = False
        self.present = 0

    def _begin_shift(self) -> None:
        """Send home the shift that has cleared the line."""
        if not self.on_shift:
            for place in self.places:
                place.release(place.manned)
        self.on_shift = True

    def _post(self, officers: int, k: int, now: float, until: float) -> None:
        """Set booths and secondary officers until the next control moment."""
        need = self._need(now, until)
        posts = [
            min(line.posts, int(self.row[inspection_rates.BOOTHS + line.lanes[0]]))
            for line in self.lines
        ]
        most = np.array([*posts, *(queue.posts for queue in self.queues)])
        given = np.zeros(len(self.places), np.int64)
        trade = int(self.plan.trade[self.number, k]) if officers > 0 else -1
        queue_of_line = np.array([line.queue for line in self.lines])
        open_load = np.array(self.row[inspection_rates.OPEN_LOAD : inspection_rates.WIDTH])
        allocate(officers, trade, len(self.lines), queue_of_line, open_load, need, most, given)
        self._hand_over(officers, given.tolist())
        self.officer_sums[SHIFT] += officers * (until - now)
        self.officer_sums[READY] += (officers - int(given.sum())) * (until - now)

    def _stand_by(self, officers: int, span_s: float) -> None:
        """Count officers who have withdrawn: on shift, without a vehicle (rule 4)."""
        self.officer_sums[SHIFT] += officers * span_s
        self.officer_sums[READY] += officers * span_s

    def _need(self, now: float, until: float) -> Floats:
        """Load of every place until the next control moment, in officers."""
        span = until - now
        need = np.zeros(len(self.places))
        for place, line in enumerate(self.lines):
            expected = load = secondary = 0.0
            for lane in line.lanes:
                arrivals = self._expected(lane, now, until)
                expected += arrivals
                load += arrivals * self.row[inspection_rates.SERVICE_S + lane]
                secondary += arrivals * self.row[inspection_rates.SECONDARY_S + lane]
            mean = load / expected if expected > 0.0 else self.row[inspection_rates.SERVICE_S]
            line.mean_s = load / expected if expected > 0.0 else 0.0
            need[place] = (load + len(line.waiting) * mean) / span
            need[len(self.lines) + line.queue] += secondary / span
        for place, queue in enumerate(self.queues, start=len(self.lines)):
            backlog = 0.0
            for referral in queue.waiting:
                backlog += referral.work_s
            need[place] += backlog / span
        return need

    def _expected(self, lane: int, now: float, until: float) -> float:
        """Vehicles that the superintendent expects; he does not know the day factor."""
        cells = int(self.plan.cells[self.number])
        curve = self.plan.cumulative[self.number, lane]
        midnight = self.plan.day * DAY_S

        def integral(seconds: float) -> float:
            position = seconds * cells / DAY_S
            cell = min(int(position), cells - 1)
            return float(curve[cell] + (position - cell) * (curve[cell + 1] - curve[cell]))

        arrivals = integral(until - midnight) - integral(now - midnight)
        return float(arrivals / self.plan.day_factor[self.number])

    def _hand_over(self, officers: int, given: list[int]) -> None:
        """Move officers from the posts that close to those that open (rule 3)."""
        now = self.env.now
        idle = self.present - sum(place.manned for place in self.places)
        idle += max(officers - self.present, 0)
        leaving = max(self.present - officers, 0)
        self.present = officers
        finishing: list[Officer] = []
        for place, count in zip(self.places, given, strict=True):
            finishing += place.release(max(place.manned - count, 0))
        finishing.sort(key=lambda officer: officer.free_s)
        leaving_idle = min(leaving, idle)
        for _ in range(leaving - leaving_idle):
            self.officer_sums[OVERTIME] += finishing.pop().free_s - now
        coming = [Officer(now) for _ in range(idle - leaving_idle)] + finishing
        for place, count in zip(self.places, given, strict=True):
            while place.manned < count:
                place.receive(coming.pop(0))
        # Without a post, but not without a vehicle.
        for officer in coming:
            self.officer_sums[READY] -= max(officer.free_s - now, 0.0)

    def _look_at_lines(self) -> None:
        """See whether lines are long (rule 5), and who would turn round (rule 9)."""
        for line in self.lines:
            booths = max(line.manned, 1)
            line.hurry = len(line.waiting) > self.row[inspection_rates.HURRY_QUEUE] * booths
            line.leaving = {}
            beyond = (
                len(line.waiting) * line.mean_s / booths
                - self.row[inspection_rates.PATIENCE_FROM_S]
            )
            if self.on_shift and beyond > 0.0:
                line.leaving = {
                    lane: turned_round_share(beyond, self.row[inspection_rates.PATIENCE_S + lane])
                    for lane in line.lanes
                }
            line.waive = len(line.waiting) > self.row[inspection_rates.WAIVE_QUEUE] * booths

    def _sweep(self, queue: Secondary) -> None:
        """Let booth officers take those who wait where nobody works (rule 7)."""
        if queue.manned > 0:
            return
        for referral in list(queue.waiting):
            officers = [
                (line, officer)
                for line in self.lines
                if self.queues[line.queue] is queue
                for officer in line.officers
            ]
            if not officers:
                return
            line, officer = min(officers, key=lambda at_booth: at_booth[1].free_s)
            if officer.free_s > referral.latest_s:
                queue.let_go(referral)
            else:
                queue.give(referral, line, officer)
