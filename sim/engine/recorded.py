"""The recorded traffic: an engine that decides on attempts by the record of a day's traffic.

It repeats the smuggling on traffic that the compiled engine has simulated before, day by day. Who
is referred, examined and found is decided by the same rules, with the draws of its own attempts;
what they meet (the wait, long lines, how soon an examination would begin) is looked up. Its
attempts do not lengthen any line, which is the approximation: those that were in the traffic when
it was simulated stay there.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engine.compiled.engine import CompiledEngine
from sim.engine.compiled.lineup import LANE_COUNT, THRESHOLDS, Vehicle, set_thresholds
from sim.engine.compiled.record import (
    AT_BOOTH,
    BOOTHS,
    HURRY,
    WAIVE,
    Interval,
    LineTerms,
    Log,
    Met,
    interval_of_service,
    new_record,
    start_of_service,
    wait_in_secondary,
)
from sim.engine.compiled.referral import ordered
from sim.engine.compiled.secondary import decide, is_discretionary
from sim.model.day import DayPlan, World, new_extra_arrivals
from sim.model.port.inspection_rates import HURRY_SERVICE, LIMIT_S, SERVICE_S
from sim.model.port.layout import QUEUES
from sim.numerics.compilation import borrowed, compiled, int64
from sim.numerics.randomness import quantile
from sim.numerics.units import Flags, Floats, Rows, Whole
from sim.records import LANE_COLUMNS, OFFICER_COLUMNS, WAIT_BINS, Tally


class Scratch(NamedTuple):
    """Where the rules write sums that nobody reads, and their room for thresholds."""

    lane_sums: Floats
    wait_counts: npt.NDArray[np.int32]
    officer_sums: Floats
    service_s: Floats
    words: Whole
    sums: Floats


def new_scratch() -> Scratch:
    """Room for one vehicle after the other."""
    return Scratch(
        np.zeros((LANE_COUNT, len(LANE_COLUMNS))),
        np.zeros((LANE_COUNT, WAIT_BINS), np.int32),
        np.zeros(len(OFFICER_COLUMNS)),
        np.zeros(LANE_COUNT),
        np.zeros((LANE_COUNT, THRESHOLDS), np.int64),
        np.zeros(4),
    )


@compiled
def decide_attempts(
    arrivals: Rows, plan: DayPlan, world: World, met: Met, scratch: Scratch, log: Log
) -> Flags:
    """Decide on the attempts of a day.

    Parameters
    ----------
    arrivals : array of EXTRA_ARRIVAL
        Attempts that arrive on the day or are in line since the day before.
    plan : DayPlan
    world : World
    met : Met
        The record of the day's traffic.
    scratch : Scratch
    log : Log
        Its attempts are written.

    Returns
    -------
    array of bool
        Those who are still in line at the midnight after.
    """
    arrivals, plan, world = borrowed(arrivals), borrowed(plan), borrowed(world)
    met = borrowed(met)
    scratch, log = borrowed(scratch), borrowed(log)
    waiting = np.zeros(len(arrivals), np.bool_)
    for i in range(len(arrivals)):
        line, lane, time_s = arrivals[i].line, arrivals[i].lane, arrivals[i].time_s
        attempt = arrivals[i].attempt
        port = int64(np.searchsorted(world.first_line, line, side="right")) - 1
        count = plan.intervals[port]
        head_s = met.head_s[line, : count + 1]
        k = interval_of_service(head_s, met.terms[line, :count], time_s)
        if k >= count:
            waiting[i] = True
            continue
        in_force = met.terms[line, k]
        hurry = in_force[HURRY] > 0
        at_booth = in_force[AT_BOOTH] > 0
        row = plan.rates[plan.row[port, k]]
        interval = Interval(
            plan.start_s[port, k],
            plan.start_s[port, k + 1],
            plan.standard_s,
            True,
            row,
            scratch.lane_sums,
            scratch.wait_counts,
            scratch.officer_sums,
        )
        queue = world.queue_of_line[line]
        terms = LineTerms(
            queue,
            int64(in_force[BOOTHS]),
            hurry,
            in_force[WAIVE] > 0,
            at_booth,
            scratch.service_s,
            scratch.words,
            scratch.lane_sums,  # nobody is served here, so nobody adds to these
            scratch.sums,
        )
        set_thresholds(row, lane, terms.words[lane])
        vehicle = Vehicle(
            lane,
            int64(arrivals[i].search_word),
            int64(arrivals[i].mandatory_word),
            i,
            arrivals[i].entity,
            arrivals[i].day,
            arrivals[i].index,
        )
        reason, work = ordered(vehicle, attempt, interval, terms, arrivals, world, log)
        if at_booth:
            in_time = not (hurry and is_discretionary(reason))
        else:
            service_s = row[SERVICE_S + lane] * (row[HURRY_SERVICE] if hurry else 1.0)
            end = start_of_service(head_s, plan.start_s[port], k, time_s) + service_s * quantile(
                world.service_table, arrivals[i].service_word
            )
            in_time = wait_in_secondary(met, QUEUES * port + queue, end) <= row[LIMIT_S]
        done = in_time or not is_discretionary(reason)
        decide(log.attempts, attempt, reason, work if done else -1.0, in_time)
    return waiting


class RecordedTraffic:
    """Decides on attempts by the record of traffic that another replication has simulated.

    Parameters
    ----------
    world : World
        With the replication by which attempts are examined.
    traffic : CompiledEngine
        It records, and has run each day before.
    """

    def __init__(self, world: World, traffic: CompiledEngine) -> None:
        self.world = world
        self.traffic = traffic
        self.in_line = new_extra_arrivals(0)
        self.scratch = new_scratch()
        nothing = np.zeros((0, 6))
        self.not_traced = nothing, nothing, np.zeros(2, np.int64), new_record()

    def run_day(self, plan: DayPlan, attempts: Rows) -> None:
        """Decide on the next day's attempts; other arrivals are in the traffic already."""
        arriving = plan.extra_arrivals[plan.extra_arrivals["attempt"] >= 0]
        arriving = np.concatenate([self.in_line, arriving])
        if len(arriving) == 0:
            return
        assert self.traffic.met is not None
        waiting = decide_attempts(
            arriving, plan, self.world, self.traffic.met, self.scratch,
            Log(attempts, *self.not_traced),
        )  # fmt: skip
        self.in_line = arriving[waiting]

    def busy_after(self, end_s: float) -> float:
        """Officer seconds of work already begun that lie after a moment: those of the traffic."""
        return self.traffic.busy_after(end_s)

    def still_in_line(self) -> tuple[Whole, Floats]:
        """Lines and arrival times of those who are in line at midnight, as in the traffic."""
        return self.traffic.still_in_line()

    def observed_sums(self, weekday: int) -> Floats:
        """Sums of a day of the week: those of the traffic."""
        return self.traffic.observed_sums(weekday)

    def complete_sums(self, tally: Tally) -> None:
        """Write the running sums: those of the traffic."""
        self.traffic.complete_sums(tally)

    def attempts_inside(self) -> Whole:
        """Numbers of the attempts that are in line at midnight."""
        return np.sort(self.in_line["attempt"])
