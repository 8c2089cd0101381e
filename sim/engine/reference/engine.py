"""The reference engine: every conveyance is a SimPy process. It is the readable specification.

`sim.model.day` has the rules in words. `sim.engine.compiled` obeys the same rules as a recursion
over the vehicles of a day; the tests of equality hold the two against each other, vehicle by
vehicle. `conveyance` is one of them from arrival through inspection and referral (`refer`: who is
sent to secondary, and for what work) to release.
"""

import dataclasses
import math
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import ProcessGenerator

from sim import records
from sim.engine.reference.port import Port
from sim.engine.reference.queues import CALL, DONE, At, Line, Log, Referral, Vehicle, all_officers
from sim.model.day import OPEN, TRAFFICKER, DayPlan, World
from sim.model.port import inspection_rates
from sim.model.port import referral as why
from sim.model.port.referral import FULL, KINDS, PROBE, detection_probability
from sim.model.port.superintendent import patience
from sim.model.port.traffic import COMMERCIAL, draw_lane_day, most_vehicles, new_draws
from sim.numerics import added
from sim.numerics.randomness import SECONDARY, TWO_32, WITHDRAWAL, Streams, quantile
from sim.numerics.units import Floats, Rows, Whole
from sim.records import Tally, new_attempts

MANDATORY = (why.PAPERWORK, why.DUTY)


def words(share: float) -> int:
    """Number of 32-bit words that a share of the unit interval covers."""
    return int(share * TWO_32)


def reason_of_referral(port: Port, line: Line, vehicle: Vehicle) -> int:
    """Why a vehicle is referred: lookout, mandatory, random, selective, or not at all."""
    row, lane = port.row, vehicle.lane
    if vehicle.lookout and vehicle.lookout_word < words(row[inspection_rates.LOOKOUT_HIT]):
        return why.LOOKOUT
    if vehicle.mandatory_word < words(row[inspection_rates.PAPERWORK + lane]):
        return why.PAPERWORK
    if vehicle.mandatory_word < words(
        row[inspection_rates.PAPERWORK + lane] + row[inspection_rates.DUTY + lane]
    ):
        if not line.waive:
            return why.DUTY
        port.lane_sums[lane, records.WAIVED] += 1.0
    if vehicle.search_word < words(row[inspection_rates.RANDOM + lane]):
        return why.RANDOM
    suspicion = chance_of_suspicion(row, line.hurry, vehicle)
    if vehicle.search_word >= words(
        why.passed_over_share(row[inspection_rates.RANDOM + lane], suspicion)
    ):
        return why.SELECTIVE
    return why.NOT_REFERRED


def chance_of_suspicion(row: list[float], hurry: bool, vehicle: Vehicle) -> float:
    """Chance that the officer's suspicion is above the threshold."""
    if vehicle.attempt < 0:
        column = inspection_rates.SELECTIVE
    elif vehicle.kind == TRAFFICKER:
        column = (
            inspection_rates.PICK_TRAFFICKER_HURRY if hurry else inspection_rates.PICK_TRAFFICKER
        )
    else:
        column = inspection_rates.PICK_TRAVELLER_HURRY if hurry else inspection_rates.PICK_TRAVELLER
    return row[column + vehicle.lane]


def refer(port: Port, line: Line, vehicle: Vehicle, log: Log) -> Referral | None:
    """Decide on the referral of a vehicle; an attempt that is not referred goes on as a probe."""
    reason = reason_of_referral(port, line, vehicle)
    if reason != why.NOT_REFERRED:
        port.lane_sums[vehicle.lane, records.REFERRED + reason - 1] += 1.0
    elif vehicle.attempt >= 0:
        reason = why.PROBE
    else:
        return None
    row = port.row
    streams = Streams(port.world.seed, port.world.replication)
    draw = streams.words(SECONDARY, vehicle.entity, vehicle.day, 1, vehicle.index)
    kind = kind_of_examination(row, vehicle.lane, int(draw[0][0]))
    if reason == why.LOOKOUT:
        kind = FULL
    length = quantile(port.world.secondary_table, draw[1][0])
    work_s = row[inspection_rates.KIND_S + kind] * length
    if reason in MANDATORY:
        work_s = row[inspection_rates.CLEARANCE_S] * length
    elif reason == why.PROBE:
        work_s = 0.0
    if vehicle.attempt >= 0:
        note_chances(row, line, vehicle, kind, length, log)
        log.attempts[vehicle.attempt]["find_word"] = draw[2][0]
        if why.is_search(reason) and withdraws(
            row[inspection_rates.WITHDRAWAL_SHARE], vehicle, streams
        ):
            log.attempts[vehicle.attempt]["fate"] = records.TURNED_BACK
            log.attempts[vehicle.attempt]["reason"] = reason
            reason, work_s = why.PROBE, 0.0
    must = reason in MANDATORY or reason == why.LOOKOUT
    return Referral(
        reason=reason,
        lane=vehicle.lane,
        work_s=work_s,
        limit_s=math.inf if must else row[inspection_rates.LIMIT_S],
        in_time_s=row[inspection_rates.LIMIT_S],
        entity=vehicle.entity,
        day=vehicle.day,
        index=vehicle.index,
        attempt=vehicle.attempt,
    )


def withdraws(share: float, vehicle: Vehicle, streams: Streams) -> bool:
    """Whether somebody with something to hide turns round when referred (rule 6)."""
    draw = streams.words(WITHDRAWAL, vehicle.entity, vehicle.day, 1, vehicle.index)
    return bool(int(draw[0][0]) < words(share))


def first_share(lane: int) -> int:
    """Column of the first cumulative share of the kinds of examination."""
    return inspection_rates.KIND_COMMERCE if COMMERCIAL[lane] else inspection_rates.KIND_TRAVELLER


def kind_of_examination(row: list[float], lane: int, word: int) -> int:
    """Kind of a discretionary examination."""
    first = first_share(lane)
    shares = row[first : first + len(KINDS) - 1]
    return next((k for k, upper in enumerate(shares) if word / TWO_32 < upper), len(KINDS) - 1)


def note_chances(
    row: list[float], line: Line, vehicle: Vehicle, kind: int, length: float, log: Log
) -> None:
    """Write down an attempt's own probability of detection.

    ``length`` is the examination's length as a ratio of its kind's mean.
    """

    def find(kind: int) -> float:
        rate = row[inspection_rates.KIND_RATE + kind] * vehicle.search_factor
        return detection_probability(rate, row[inspection_rates.KIND_S + kind] * length)

    lane = vehicle.lane
    hit = row[inspection_rates.LOOKOUT_HIT] if vehicle.lookout else 0.0
    must = row[inspection_rates.PAPERWORK + lane] + (
        0.0 if line.waive else row[inspection_rates.DUTY + lane]
    )
    suspicion = chance_of_suspicion(row, line.hurry, vehicle)
    chosen = why.examined_share(row[inspection_rates.RANDOM + lane], suspicion)
    cumulative = row[first_share(lane) : first_share(lane) + len(KINDS)]
    shares = np.diff(cumulative, prepend=0.0).tolist()
    attempt = log.attempts[vehicle.attempt]
    attempt["rate_per_s"] = row[inspection_rates.KIND_RATE + kind] * vehicle.search_factor
    attempt["p_find"] = find(kind)
    stays = 1.0 - row[inspection_rates.WITHDRAWAL_SHARE]
    attempt["p_found_on_lookout"] = stays * hit * find(FULL)
    attempt["p_found_if_in_time"] = stays * (1.0 - hit) * (1.0 - must) * chosen * added(
        share * find(k) for k, share in enumerate(shares)
    )  # fmt: skip


EDGES_S = [60.0 * minutes for minutes in records.WAIT_BIN_EDGES_MIN]


def conveyance(port: Port, line: Line, vehicle: Vehicle, log: Log) -> ProcessGenerator:
    """One conveyance at one port, from its arrival at the end of the line to its release."""
    leaving = line.leaving.get(vehicle.lane, 0.0)
    if vehicle.attempt < 0 and patience(vehicle.service_word) < leaving:  # rule 9
        port.lane_sums[vehicle.lane, records.GAVE_UP] += 1.0
        return
    port.lane_sums[vehicle.lane, records.ARRIVALS] += 1.0
    port.tally.line[line.number, records.LINE_ARRIVED] += 1.0
    if vehicle.attempt >= 0:
        log.inside.add(vehicle.attempt)

    officer, ready_s = yield line.join(vehicle.time_s)
    start_s = port.env.now
    ratio = quantile(port.world.service_table, np.uint32(vehicle.service_word))
    service_s = mean_service_s(port, line, vehicle.lane) * ratio
    end_s = start_s + service_s
    count_primary(port, line, vehicle, start_s, service_s, ready_s)
    log.primary(vehicle, start_s, end_s)
    officer.free_s = end_s
    case = refer(port, line, vehicle, log)
    if case is not None and port.queues[line.queue].manned == 0:  # rule 7
        if line.hurry and case.discretionary:
            release_unexamined(port, case, end_s, log)
        else:
            begin(port, case, end_s, end_s, log)
            officer.free_s = end_s + case.work_s
        case = None
    yield At(port.env, officer.free_s, DONE)
    line.call()
    if case is None:
        return

    call = yield port.queues[line.queue].join(case)
    if call is None:
        release_unexamined(port, case, case.joined_s, log)
        return
    place, ready_s, start_s = call
    if port.on_shift:
        port.officer_sums[records.READY] += ready_s
    begin(port, case, case.joined_s, start_s, log)
    yield At(port.env, start_s + case.work_s, DONE)
    place.call()


def mean_service_s(port: Port, line: Line, lane: int) -> float:
    """Mean primary service time; shorter under a long line (rule 5)."""
    return port.row[inspection_rates.SERVICE_S + lane] * (
        port.row[inspection_rates.HURRY_SERVICE] if line.hurry else 1.0
    )


def count_primary(
    port: Port, line: Line, vehicle: Vehicle, start_s: float, service_s: float, ready_s: float
) -> None:
    """Count a vehicle whose primary service begins."""
    wait_s = start_s - vehicle.time_s
    sums = port.lane_sums[vehicle.lane]
    sums[records.RELEASED] += 1.0
    sums[records.WAIT_S] += wait_s
    sums[records.WITHIN] += wait_s <= port.plan.standard_s
    sums[records.PRIMARY_S] += service_s
    port.wait_counts[vehicle.lane, bisect_right(EDGES_S, wait_s) if wait_s > 0.0 else 0] += 1
    port.tally.line[line.number, records.LINE_SERVED] += 1.0
    port.tally.line[line.number, records.LINE_WAIT_S] += wait_s
    port.officer_sums[records.ON_PRIMARY] += service_s
    if port.on_shift:
        port.officer_sums[records.READY] += ready_s
    else:
        port.officer_sums[records.OVERTIME] += service_s


def begin(port: Port, case: Referral, joined_s: float, start_s: float, log: Log) -> None:
    """Begin the work on a referred vehicle."""
    log.secondary(case, joined_s, start_s)
    if case.reason in MANDATORY:
        port.lane_sums[case.lane, records.CLEARANCE_S] += case.work_s
        port.officer_sums[records.ON_CLEARANCE] += case.work_s
    elif case.reason != PROBE:
        port.lane_sums[case.lane, records.EXAMINATIONS] += 1.0
        port.lane_sums[case.lane, records.EXAMINATION_S] += case.work_s
        port.officer_sums[records.ON_EXAMINATION] += case.work_s
    if not port.on_shift:
        port.officer_sums[records.OVERTIME] += case.work_s
    if case.attempt >= 0:
        searched = case.reason not in (*MANDATORY, PROBE)
        decide(case, start_s - joined_s <= case.in_time_s, searched, log)


def release_unexamined(port: Port, case: Referral, joined_s: float, log: Log) -> None:
    """Let a vehicle go whose discretionary examination is not done."""
    log.secondary(case, joined_s, -1.0)
    if case.reason != PROBE:
        port.lane_sums[case.lane, records.EXAMINATIONS_RELEASED] += 1.0
    if case.attempt >= 0:
        decide(case, False, False, log)


def decide(case: Referral, in_time: bool, searched: bool, log: Log) -> None:
    """Write down the fate of an attempt that leaves the port."""
    log.inside.discard(case.attempt)
    attempt = log.attempts[case.attempt]
    attempt["in_time"] = in_time
    if attempt["fate"] != records.TURNED_BACK:
        attempt["fate"] = records.PASSED
    if case.reason != PROBE:
        attempt["reason"] = case.reason
    if searched:
        attempt["examination_s"] = case.work_s
        if attempt["find_word"] < attempt["p_find"] * TWO_32:
            attempt["fate"] = records.SEIZED


class ReferenceEngine:
    """Lets the processes of all ports run in the world's own time.

    Parameters
    ----------
    env : simpy.Environment
    world : World
    tally : Tally
        Sums that are added to as things happen.
    trace_room : int
        How many vehicles to trace one by one (tests of equality); 0 for none.
    """

    def __init__(
        self, env: simpy.Environment, world: World, tally: Tally, trace_room: int = 0
    ) -> None:
        self.env = env
        self.world = world
        self.tally = tally
        self.log = Log(new_attempts(0), trace_room)
        ports = len(world.first_line) - 1
        self.ports = [Port(env, number, world, tally) for number in range(ports)]

    @property
    def trace(self) -> Floats:
        """See `Log`."""
        return self.log.trace

    @property
    def trace_2(self) -> Floats:
        """See `Log`."""
        return self.log.trace_2

    @property
    def trace_count(self) -> Whole:
        """See `Log`."""
        return self.log.count

    def run_day(self, plan: DayPlan, attempts: Rows) -> None:
        """Let a day begin: its superintendents and its traffic. It runs until the next midnight."""
        self.log.attempts = attempts
        for port in self.ports:
            self.env.process(port.superintend(plan))
            for line in port.lines:
                self.env.process(self._traffic(port, line, plan))

    def busy_after(self, end_s: float) -> float:
        """Officer seconds of work already begun that lie after a moment, without overtime."""
        return added(
            max(officer.free_s - end_s, 0.0)
            for port in self.ports
            if port.on_shift
            for officer in all_officers(port.places)
        )

    def still_in_line(self) -> tuple[Whole, Floats]:
        """Lines and arrival times of those who are in line now."""
        lines = [line for port in self.ports for line in port.lines]
        where = np.repeat([line.number for line in lines], [len(line.waiting) for line in lines])
        arrived = [arrived_s for line in lines for arrived_s, _ in line.waiting]
        return where.astype(np.int64), np.array(arrived, np.float64)

    def observed_sums(self, weekday: int) -> Floats:
        """Sums of a day of the week (see `sim.model.border.Engine`)."""
        return np.asarray(self.tally.lane[weekday].sum(axis=1)[..., records.OBSERVED])

    def complete_sums(self, tally: Tally) -> None:
        """Leave the running sums as they are: they are written as things happen."""

    def attempts_inside(self) -> Whole:
        """Numbers of the attempts that are in line, in service or in secondary now."""
        return np.array(sorted(self.log.inside), np.int64)

    def _traffic(self, port: Port, line: Line, plan: DayPlan) -> ProcessGenerator:
        """Let the vehicles of one line arrive, one after the other."""
        vehicles = [vehicle for lane in line.lanes for vehicle in self._own(port, lane, plan)]
        vehicles += extra_arrivals_of(line, plan.extra_arrivals)
        vehicles.sort(key=lambda vehicle: vehicle.time_s)
        for vehicle in vehicles:
            yield At(self.env, vehicle.time_s, CALL)
            self.env.process(conveyance(port, line, vehicle, self.log))

    def _own(self, port: Port, lane: int, plan: DayPlan) -> list[Vehicle]:
        """Draw the vehicles of one lane that arrive while the port is open."""
        world, number = self.world, port.number
        cells = int(plan.cells[number])
        cumulative = plan.cumulative[number, lane, : cells + 1]
        room = int(most_vehicles(np.asarray(cumulative[cells])))
        entity = int(world.entity[number, lane])
        draws = new_draws(room)
        count = draw_lane_day(
            world.seed, world.replication, entity, plan.day, bool(world.timetabled[lane]),
            cumulative, world.gap_table, draws,
        )  # fmt: skip
        edges = plan.start_s[number, : plan.intervals[number]]
        interval = np.searchsorted(edges, draws.time_s[:count], side="right") - 1
        admitted = np.flatnonzero(plan.state[number, interval] == OPEN)
        columns: list[npt.NDArray[Any]] = [
            draws.time_s, draws.service_word, draws.search_word, draws.mandatory_word,
        ]  # fmt: skip
        drawn = [column[admitted].tolist() for column in columns]
        return [
            Vehicle(lane, time, service, search, mandatory, entity, plan.day, index)
            for index, time, service, search, mandatory in zip(
                admitted.tolist(), *drawn, strict=True
            )
        ]


def extra_arrivals_of(line: Line, extra_arrivals: Rows) -> Iterator[Vehicle]:
    """Vehicles of a line that are not drawn from its lanes' own streams."""
    names = [field.name for field in dataclasses.fields(Vehicle)]
    for row in extra_arrivals[extra_arrivals["line"] == line.number]:
        yield Vehicle(*(row[name].item() for name in names))
