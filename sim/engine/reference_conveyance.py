"""A conveyance in the reference engine: arrival, wait, inspection, referral, examination."""

import math
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from simpy.events import ProcessGenerator

from sim.engine.day import ORDINARY, TRAFFICKER
from sim.engine.reference_places import DONE, At, Line, Referral
from sim.engine.reference_port import Port, Rows
from sim.engine.settings import (
    CLEARANCE_S,
    DUTY,
    HURRY_SERVICE,
    KIND_COMMERCE,
    KIND_RATE,
    KIND_S,
    KIND_TRAVELLER,
    LIMIT_S,
    LOOKOUT_HIT,
    PAPERWORK,
    PICK_TRAFFICKER,
    PICK_TRAFFICKER_HURRY,
    PICK_TRAVELLER,
    PICK_TRAVELLER_HURRY,
    RANDOM,
    SELECTIVE,
    SERVICE_S,
)
from sim.model import referral as why
from sim.model.examination import FULL, KINDS, detection_probability
from sim.model.traffic import COMMERCIAL
from sim.randomness import SECONDARY, TWO_32, Streams, quantile
from sim.records import (
    ARRIVALS,
    EXAMINATION_S,
    EXAMINATIONS,
    EXAMINATIONS_RELEASED,
    LINE_ARRIVED,
    LINE_SERVED,
    LINE_WAIT_S,
    ON_CLEARANCE,
    ON_EXAMINATION,
    ON_PRIMARY,
    OVERTIME,
    PASSED,
    PRIMARY_S,
    READY,
    REFERRED,
    RELEASED,
    SEIZED,
    WAIT_BIN_EDGES_MIN,
    WAIT_S,
    WAIVED,
    WITHIN,
)
from sim.records import CLEARANCE_S as LANE_CLEARANCE_S

EDGES_S = [60.0 * minutes for minutes in WAIT_BIN_EDGES_MIN]
MANDATORY = (why.PAPERWORK, why.DUTY)


@dataclass(slots=True)
class Vehicle:
    """One conveyance, with the fields of `sim.engine.day.GUEST`."""

    lane: int
    time_s: float
    service_word: int
    search_word: int
    mandatory_word: int
    entity: int
    day: int
    index: int
    lookout_word: int = 0
    attempt: int = -1
    kind: int = ORDINARY
    search_factor: float = 1.0
    lookout: int = 0


class Log:
    """Where conveyances write down what became of them.

    Attributes
    ----------
    attempts : array of ATTEMPT
    trace, trace_2 : array of float, shape (room, 6)
        One row for each vehicle at primary (arrival, start, end) and one for each referral (joined,
        start or -1, reason), after entity, day and index.
    count : array of int, shape (2,)
        Rows written.
    """

    def __init__(self, attempts: Rows, room: int) -> None:
        self.attempts = attempts
        self.trace = np.zeros((room, 6))
        self.trace_2 = np.zeros((room, 6))
        self.count = np.zeros(2, np.int64)

    def primary(self, vehicle: Vehicle, start_s: float, end_s: float) -> None:
        """Write down when the primary service of a vehicle begins and ends."""
        if self.count[0] < len(self.trace):
            identity = (vehicle.entity, vehicle.day, vehicle.index)
            self.trace[self.count[0]] = (*identity, vehicle.time_s, start_s, end_s)
            self.count[0] += 1

    def secondary(self, case: Referral, joined_s: float, start_s: float) -> None:
        """Write down when the work on a vehicle begins (-1: it is let go)."""
        if self.count[1] < len(self.trace_2):
            identity = (case.entity, case.day, case.index)
            self.trace_2[self.count[1]] = (*identity, joined_s, start_s, case.reason)
            self.count[1] += 1


def conveyance(port: Port, line: Line, vehicle: Vehicle, log: Log) -> ProcessGenerator:
    """One conveyance at one port, from its arrival at the end of the line to its release."""
    port.lane_sums[vehicle.lane, ARRIVALS] += 1.0
    port.tally.line[line.number, LINE_ARRIVED] += 1.0

    booth, ready_s = yield line.join(vehicle.time_s)
    start_s = port.env.now
    ratio = quantile(port.world.service_table, np.uint32(vehicle.service_word))
    service_s = mean_service_s(port, line, vehicle.lane) * ratio
    end_s = start_s + service_s
    count_primary(port, line, vehicle, start_s, service_s, ready_s)
    log.primary(vehicle, start_s, end_s)
    booth.free_s = end_s
    case = refer(port, line, vehicle, log)
    if case is not None and port.queues[line.queue].manned == 0:  # rule 7
        if line.hurry and case.discretionary:
            release_unexamined(port, case, end_s, log)
        else:
            begin(port, case, end_s, end_s, log)
            booth.free_s = end_s + case.work_s
        case = None
    yield At(port.env, booth.free_s, DONE)
    line.call()
    if case is None:
        return

    call = yield port.queues[line.queue].join(case)
    if call is None:
        release_unexamined(port, case, case.joined_s, log)
        return
    place, ready_s, start_s = call
    if port.on_shift:
        port.officer_sums[READY] += ready_s
    begin(port, case, case.joined_s, start_s, log)
    yield At(port.env, start_s + case.work_s, DONE)
    place.call()


def mean_service_s(port: Port, line: Line, lane: int) -> float:
    """Mean primary service time; shorter under a long line (rule 5)."""
    return port.row[SERVICE_S + lane] * (port.row[HURRY_SERVICE] if line.hurry else 1.0)


def count_primary(
    port: Port, line: Line, vehicle: Vehicle, start_s: float, service_s: float, ready_s: float
) -> None:
    """Count a vehicle whose primary service begins."""
    wait_s = start_s - vehicle.time_s
    sums = port.lane_sums[vehicle.lane]
    sums[RELEASED] += 1.0
    sums[WAIT_S] += wait_s
    sums[WITHIN] += wait_s <= port.plan.standard_s
    sums[PRIMARY_S] += service_s
    port.wait_counts[vehicle.lane, bisect_right(EDGES_S, wait_s) if wait_s > 0.0 else 0] += 1
    port.tally.line[line.number, LINE_SERVED] += 1.0
    port.tally.line[line.number, LINE_WAIT_S] += wait_s
    port.officer_sums[ON_PRIMARY] += service_s
    if port.on_shift:
        port.officer_sums[READY] += ready_s
    else:
        port.officer_sums[OVERTIME] += service_s


def words(share: float) -> int:
    """Number of 32-bit words that a share of the unit interval covers."""
    return int(share * TWO_32)


def reason_of_referral(port: Port, line: Line, vehicle: Vehicle) -> int:
    """Why a vehicle is referred: lookout, mandatory, random, selective, or not at all."""
    row, lane = port.row, vehicle.lane
    if vehicle.lookout and vehicle.lookout_word < words(row[LOOKOUT_HIT]):
        return why.LOOKOUT
    if vehicle.mandatory_word < words(row[PAPERWORK + lane]):
        return why.PAPERWORK
    if vehicle.mandatory_word < words(row[PAPERWORK + lane] + row[DUTY + lane]):
        if not line.waive:
            return why.DUTY
        port.lane_sums[lane, WAIVED] += 1.0
    if vehicle.search_word < words(row[RANDOM + lane]):
        return why.RANDOM
    suspicion = chance_of_suspicion(row, line.hurry, vehicle)
    if vehicle.search_word >= words(1.0 - suspicion * (1.0 - row[RANDOM + lane])):
        return why.SELECTIVE
    return why.NOT_REFERRED


def chance_of_suspicion(row: list[float], hurry: bool, vehicle: Vehicle) -> float:
    """Chance that the officer's suspicion is above the threshold."""
    if vehicle.attempt < 0:
        column = SELECTIVE
    elif vehicle.kind == TRAFFICKER:
        column = PICK_TRAFFICKER_HURRY if hurry else PICK_TRAFFICKER
    else:
        column = PICK_TRAVELLER_HURRY if hurry else PICK_TRAVELLER
    return row[column + vehicle.lane]


def refer(port: Port, line: Line, vehicle: Vehicle, log: Log) -> Referral | None:
    """Decide on the referral of a vehicle; an attempt that is not referred goes on as a probe."""
    reason = reason_of_referral(port, line, vehicle)
    if reason != why.NOT_REFERRED:
        port.lane_sums[vehicle.lane, REFERRED + reason - 1] += 1.0
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
    work_s = row[KIND_S + kind] * length
    if reason in MANDATORY:
        work_s = row[CLEARANCE_S] * length
    elif reason == why.PROBE:
        work_s = 0.0
    if vehicle.attempt >= 0:
        note_chances(row, line, vehicle, kind, length, log)
        log.attempts[vehicle.attempt]["find_word"] = draw[2][0]
    must = reason in MANDATORY or reason == why.LOOKOUT
    return Referral(
        reason=reason,
        lane=vehicle.lane,
        work_s=work_s,
        limit_s=math.inf if must else row[LIMIT_S],
        in_time_s=row[LIMIT_S],
        entity=vehicle.entity,
        day=vehicle.day,
        index=vehicle.index,
        attempt=vehicle.attempt,
    )


def first_share(lane: int) -> int:
    """Column of the first cumulative share of the kinds of examination."""
    return KIND_COMMERCE if COMMERCIAL[lane] else KIND_TRAVELLER


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
        rate = row[KIND_RATE + kind] * vehicle.search_factor
        return detection_probability(rate, row[KIND_S + kind] * length)

    lane = vehicle.lane
    hit = row[LOOKOUT_HIT] if vehicle.lookout else 0.0
    must = row[PAPERWORK + lane] + (0.0 if line.waive else row[DUTY + lane])
    suspicion = chance_of_suspicion(row, line.hurry, vehicle)
    chosen = row[RANDOM + lane] + (1.0 - row[RANDOM + lane]) * suspicion
    cumulative = row[first_share(lane) : first_share(lane) + len(KINDS)]
    shares = np.diff(cumulative, prepend=0.0).tolist()
    attempt = log.attempts[vehicle.attempt]
    attempt["rate_per_s"] = row[KIND_RATE + kind] * vehicle.search_factor
    attempt["law"] = find(kind)
    attempt["sure"] = hit * find(FULL)
    attempt["chance"] = (1.0 - hit) * (1.0 - must) * chosen * sum(
        share * find(k) for k, share in enumerate(shares)
    )  # fmt: skip


def begin(port: Port, case: Referral, joined_s: float, start_s: float, log: Log) -> None:
    """Begin the work on a referred vehicle."""
    log.secondary(case, joined_s, start_s)
    if case.reason in MANDATORY:
        port.lane_sums[case.lane, LANE_CLEARANCE_S] += case.work_s
        port.officer_sums[ON_CLEARANCE] += case.work_s
    elif case.reason != why.PROBE:
        port.lane_sums[case.lane, EXAMINATIONS] += 1.0
        port.lane_sums[case.lane, EXAMINATION_S] += case.work_s
        port.officer_sums[ON_EXAMINATION] += case.work_s
    if not port.on_shift:
        port.officer_sums[OVERTIME] += case.work_s
    if case.attempt >= 0:
        searched = case.reason not in (*MANDATORY, why.PROBE)
        decide(case, start_s - joined_s <= case.in_time_s, searched, log)


def release_unexamined(port: Port, case: Referral, joined_s: float, log: Log) -> None:
    """Let a vehicle go whose discretionary examination is not done."""
    log.secondary(case, joined_s, -1.0)
    if case.reason != why.PROBE:
        port.lane_sums[case.lane, EXAMINATIONS_RELEASED] += 1.0
    if case.attempt >= 0:
        decide(case, False, False, log)


def decide(case: Referral, in_time: bool, searched: bool, log: Log) -> None:
    """Write down the fate of an attempt that leaves the port."""
    attempt = log.attempts[case.attempt]
    attempt["in_time"] = in_time
    attempt["fate"] = PASSED
    if case.reason != why.PROBE:
        attempt["reason"] = case.reason
    if searched:
        attempt["examination_s"] = case.work_s
        if attempt["find_word"] < attempt["law"] * TWO_32:
            attempt["fate"] = SEIZED
