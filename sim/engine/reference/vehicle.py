"""A conveyance in the reference engine: arrival, wait, inspection, referral, examination."""

from bisect import bisect_right

import numpy as np
from simpy.events import ProcessGenerator

from sim.engine.reference.port import Port
from sim.engine.reference.queues import DONE, At, Line, Log, Referral, Vehicle
from sim.engine.reference.referral import MANDATORY, refer
from sim.model.port.inspection_rates import HURRY_SERVICE, SERVICE_S
from sim.model.port.referral import PROBE
from sim.model.port.superintendent import patience
from sim.numerics.randomness import TWO_32, quantile
from sim.records import (
    ARRIVALS,
    CLEARANCE_S,
    EXAMINATION_S,
    EXAMINATIONS,
    EXAMINATIONS_RELEASED,
    GAVE_UP,
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
    RELEASED,
    SEIZED,
    TURNED_BACK,
    WAIT_BIN_EDGES_MIN,
    WAIT_S,
    WITHIN,
)

EDGES_S = [60.0 * minutes for minutes in WAIT_BIN_EDGES_MIN]


def conveyance(port: Port, line: Line, vehicle: Vehicle, log: Log) -> ProcessGenerator:
    """One conveyance at one port, from its arrival at the end of the line to its release."""
    leaving = line.leaving.get(vehicle.lane, 0.0)
    if vehicle.attempt < 0 and patience(vehicle.service_word) < leaving:  # rule 9
        port.lane_sums[vehicle.lane, GAVE_UP] += 1.0
        return
    port.lane_sums[vehicle.lane, ARRIVALS] += 1.0
    port.tally.line[line.number, LINE_ARRIVED] += 1.0
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


def begin(port: Port, case: Referral, joined_s: float, start_s: float, log: Log) -> None:
    """Begin the work on a referred vehicle."""
    log.secondary(case, joined_s, start_s)
    if case.reason in MANDATORY:
        port.lane_sums[case.lane, CLEARANCE_S] += case.work_s
        port.officer_sums[ON_CLEARANCE] += case.work_s
    elif case.reason != PROBE:
        port.lane_sums[case.lane, EXAMINATIONS] += 1.0
        port.lane_sums[case.lane, EXAMINATION_S] += case.work_s
        port.officer_sums[ON_EXAMINATION] += case.work_s
    if not port.on_shift:
        port.officer_sums[OVERTIME] += case.work_s
    if case.attempt >= 0:
        searched = case.reason not in (*MANDATORY, PROBE)
        decide(case, start_s - joined_s <= case.in_time_s, searched, log)


def release_unexamined(port: Port, case: Referral, joined_s: float, log: Log) -> None:
    """Let a vehicle go whose discretionary examination is not done."""
    log.secondary(case, joined_s, -1.0)
    if case.reason != PROBE:
        port.lane_sums[case.lane, EXAMINATIONS_RELEASED] += 1.0
    if case.attempt >= 0:
        decide(case, False, False, log)


def decide(case: Referral, in_time: bool, searched: bool, log: Log) -> None:
    """Write down the fate of an attempt that leaves the port."""
    log.inside.discard(case.attempt)
    attempt = log.attempts[case.attempt]
    attempt["in_time"] = in_time
    if attempt["fate"] != TURNED_BACK:
        attempt["fate"] = PASSED
    if case.reason != PROBE:
        attempt["reason"] = case.reason
    if searched:
        attempt["examination_s"] = case.work_s
        if attempt["find_word"] < attempt["p_find"] * TWO_32:
            attempt["fate"] = SEIZED
