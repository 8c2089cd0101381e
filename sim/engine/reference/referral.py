"""Referral in the reference engine: who is sent to secondary, and for what work."""

import math

import numpy as np

from sim.engine.reference.port import Port
from sim.engine.reference.queues import Line, Log, Referral, Vehicle
from sim.model.day import TRAFFICKER
from sim.model.port import referral as why
from sim.model.port.inspection_rates import (
    CLEARANCE_S,
    DUTY,
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
    WITHDRAWAL_SHARE,
)
from sim.model.port.referral import FULL, KINDS, detection_probability
from sim.model.port.traffic import COMMERCIAL
from sim.numerics import added
from sim.numerics.randomness import SECONDARY, TWO_32, WITHDRAWAL, Streams, quantile
from sim.records import REFERRED, TURNED_BACK, WAIVED

MANDATORY = (why.PAPERWORK, why.DUTY)


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
    if vehicle.search_word >= words(why.passed_over_share(row[RANDOM + lane], suspicion)):
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
        if why.is_search(reason) and withdraws(row[WITHDRAWAL_SHARE], vehicle, streams):
            log.attempts[vehicle.attempt]["fate"] = TURNED_BACK
            log.attempts[vehicle.attempt]["reason"] = reason
            reason, work_s = why.PROBE, 0.0
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


def withdraws(share: float, vehicle: Vehicle, streams: Streams) -> bool:
    """Whether somebody with something to hide turns round when referred (rule 6)."""
    draw = streams.words(WITHDRAWAL, vehicle.entity, vehicle.day, 1, vehicle.index)
    return bool(int(draw[0][0]) < words(share))


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
    chosen = why.examined_share(row[RANDOM + lane], suspicion)
    cumulative = row[first_share(lane) : first_share(lane) + len(KINDS)]
    shares = np.diff(cumulative, prepend=0.0).tolist()
    attempt = log.attempts[vehicle.attempt]
    attempt["rate_per_s"] = row[KIND_RATE + kind] * vehicle.search_factor
    attempt["p_find"] = find(kind)
    stays = 1.0 - row[WITHDRAWAL_SHARE]
    attempt["p_found_on_lookout"] = stays * hit * find(FULL)
    attempt["p_found_if_in_time"] = stays * (1.0 - hit) * (1.0 - must) * chosen * added(
        share * find(k) for k, share in enumerate(shares)
    )  # fmt: skip
