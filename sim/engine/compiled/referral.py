"""Referral in the compiled engine: who is referred from primary, and to what."""

import numpy as np

from sim.engine.compiled.lineup import (
    WORD_MANDATORY,
    WORD_PAPERWORK,
    WORD_RANDOM,
    WORD_SELECTIVE,
    Vehicle,
    to_word,
)
from sim.engine.compiled.record import Interval, LineTerms, Log
from sim.engine.compiled.secondary import Queues, decide, is_discretionary, note_work, slot_by_time
from sim.model.day import TRAFFICKER, World
from sim.model.port import referral
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
    WITHDRAWAL_SHARE,
)
from sim.model.port.referral import FULL, KINDS, detection_probability
from sim.model.port.traffic import COMMERCIAL
from sim.numerics.compilation import borrowed, compiled, inlined, int64
from sim.numerics.randomness import SECONDARY, TWO_32, WITHDRAWAL, philox, quantile
from sim.numerics.units import Floats, Rows
from sim.records import EXAMINATIONS_RELEASED, REFERRED, TURNED_BACK, WAIVED

KIND_COUNT = len(KINDS)


@inlined
def pick_column(kind: int, hurry: bool) -> int:
    """Column of the chance that selection picks an attempt of this kind."""
    if kind == TRAFFICKER:
        return PICK_TRAFFICKER_HURRY if hurry else PICK_TRAFFICKER
    return PICK_TRAVELLER_HURRY if hurry else PICK_TRAVELLER


@inlined
def kind_of_examination(row: Floats, lane: int, word: int) -> int:
    """Kind of a discretionary examination."""
    first = KIND_COMMERCE if COMMERCIAL[lane] else KIND_TRAVELLER
    share = word / TWO_32
    for kind in range(KIND_COUNT - 1):
        if share < row[first + kind]:
            return kind
    return KIND_COUNT - 1


@inlined
def words_of(
    index: int, day: int, entity: int, purpose: int, seed: int, replication: int
) -> tuple[int, int, int]:
    """First three random words of one vehicle for a purpose."""
    first, second, third, _ = philox(
        np.uint64(index), np.uint64(day), np.uint64(entity), np.uint64(purpose),
        np.uint64(seed), np.uint64(replication),
    )  # fmt: skip
    return int64(first), int64(second), int64(third)


@inlined
def mean_detection(row: Floats, lane: int, factor: float, length: float) -> float:
    """Chance that a discretionary examination finds a load, over the kinds it might be.

    ``length`` is the examination's length as a ratio of its kind's mean.
    """
    first = KIND_COMMERCE if COMMERCIAL[lane] else KIND_TRAVELLER
    total = 0.0
    before = 0.0
    for kind in range(KIND_COUNT):
        share = row[first + kind] - before
        before = row[first + kind]
        total += share * detection_probability(
            row[KIND_RATE + kind] * factor, row[KIND_S + kind] * length
        )
    return total


@inlined
def ordered(
    vehicle: Vehicle,
    attempt: int,
    interval: Interval,
    terms: LineTerms,
    extra_arrivals: Rows,
    world: World,
    log: Log,
) -> tuple[int, float]:
    """Decide on the referral of one vehicle, and on its work in secondary.

    Parameters
    ----------
    vehicle : Vehicle
    attempt : int
        Number of its attempt, -1 if it is ordinary.

    Returns
    -------
    reason : int
        An attempt that is not referred is a probe.
    work_s : float
        Officer time that it needs in secondary.
    """
    row = interval.row
    lane = vehicle.lane
    picked = 0.0
    if attempt >= 0:
        kind_of_attempt = extra_arrivals[vehicle.extra].kind
        picked = row[pick_column(kind_of_attempt, terms.hurry) + lane]
    reason = reason_of_referral(vehicle, attempt, picked, interval, terms, extra_arrivals)
    if reason != referral.NOT_REFERRED:
        interval.lane_sums[lane, REFERRED + reason - 1] += 1.0
    elif attempt >= 0:
        reason = referral.PROBE
    else:
        return referral.NOT_REFERRED, 0.0

    # What is done in secondary, and for how long: drawn for the vehicle, whatever the reason.
    kind_word, length_word, find_word = words_of(
        vehicle.number, vehicle.day, vehicle.entity, SECONDARY, world.seed, world.replication
    )
    length = quantile(world.secondary_table, np.uint32(length_word))
    kind = kind_of_examination(row, lane, kind_word)
    if reason == referral.LOOKOUT:
        kind = FULL
    work = row[KIND_S + kind] * length
    if reason == referral.PAPERWORK or reason == referral.DUTY:
        work = row[CLEARANCE_S] * length
    elif reason == referral.PROBE:
        work = 0.0

    if attempt >= 0:
        note_chances(
            vehicle, attempt, picked, kind, length, interval, terms, extra_arrivals, log.attempts
        )
        log.attempts[attempt].find_word = find_word
        if (
            row[WITHDRAWAL_SHARE] > 0.0
            and referral.is_search(reason)
            and withdraws(row[WITHDRAWAL_SHARE], vehicle, world)
        ):
            log.attempts[attempt].fate = TURNED_BACK
            log.attempts[attempt].reason = reason
            reason = referral.PROBE
            work = 0.0
    return reason, work


@inlined
def refer(
    vehicle: Vehicle,
    end: float,
    interval: Interval,
    terms: LineTerms,
    extra_arrivals: Rows,
    world: World,
    queues: Queues,
    log: Log,
) -> float:
    """Decide on the referral of one vehicle, and send it to secondary.

    Parameters
    ----------
    vehicle : Vehicle
    end : float
        End of its primary service, in seconds since the run began.

    Returns
    -------
    float
        Seconds for which the booth's own officer is away with the vehicle.
    """
    interval, terms, world = borrowed(interval), borrowed(terms), borrowed(world)
    extra_arrivals, queues, log = borrowed(extra_arrivals), borrowed(queues), borrowed(log)
    row = interval.row
    lane = vehicle.lane
    attempt = extra_arrivals[vehicle.extra].attempt if vehicle.extra >= 0 else -1
    reason, work = ordered(vehicle, attempt, interval, terms, extra_arrivals, world, log)
    if reason == referral.NOT_REFERRED:
        return 0.0

    # Either the vehicle joins the queue, or the booth's officer does the work at once (rule 7).
    if not terms.does_secondary:
        entry = queues.rows[terms.queue, slot_by_time(queues, terms.queue, end, lane)]
        entry.join_s = end
        entry.work_s = work
        entry.limit_s = row[LIMIT_S] if is_discretionary(reason) else np.inf
        entry.in_time_s = row[LIMIT_S]
        entry.reason = reason
        entry.lane = lane
        entry.attempt = attempt
        entry.entity = vehicle.entity
        entry.day = vehicle.day
        entry.index = vehicle.number
        queues.tail[terms.queue] += 1
        return 0.0
    left_undone = terms.hurry and is_discretionary(reason)
    if left_undone:
        if reason != referral.PROBE:
            interval.lane_sums[lane, EXAMINATIONS_RELEASED] += 1.0
        work = 0.0
    else:
        note_work(reason, lane, work, interval)
    if attempt >= 0:
        decide(log.attempts, attempt, reason, -1.0 if left_undone else work, not left_undone)
    if log.written[1] < len(log.secondary):
        trace = log.secondary[log.written[1]]
        trace[0] = vehicle.entity
        trace[1] = vehicle.day
        trace[2] = vehicle.number
        trace[3] = end
        trace[4] = -1.0 if left_undone else end
        trace[5] = reason
        log.written[1] += 1
    return float(work)


@inlined
def reason_of_referral(
    vehicle: Vehicle,
    attempt: int,
    picked: float,
    interval: Interval,
    terms: LineTerms,
    extra_arrivals: Rows,
) -> int:
    """Why a vehicle is referred: lookout, mandatory, random, selective, or not at all.

    ``picked`` is the chance that the officer's suspicion of an attempt is above the threshold.
    """
    row = interval.row
    words = terms.words[vehicle.lane]
    pick = words[WORD_SELECTIVE]
    reason = referral.NOT_REFERRED
    if attempt >= 0:
        extra = extra_arrivals[vehicle.extra]
        pick = to_word(referral.passed_over_share(row[RANDOM + vehicle.lane], picked))
        if extra.lookout > 0 and extra.lookout_word < to_word(row[LOOKOUT_HIT]):
            reason = referral.LOOKOUT
    if reason == referral.NOT_REFERRED and vehicle.mandatory_word < words[WORD_MANDATORY]:
        if vehicle.mandatory_word < words[WORD_PAPERWORK]:
            reason = referral.PAPERWORK
        elif terms.waive:
            interval.lane_sums[vehicle.lane, WAIVED] += 1.0
        else:
            reason = referral.DUTY
    if reason == referral.NOT_REFERRED:
        if vehicle.search_word < words[WORD_RANDOM]:
            reason = referral.RANDOM
        elif vehicle.search_word >= pick:
            reason = referral.SELECTIVE
    return reason


@inlined
def withdraws(share: float, vehicle: Vehicle, world: World) -> bool:
    """Whether somebody with something to hide turns round when referred (rule 6)."""
    word, _, _ = words_of(
        vehicle.number, vehicle.day, vehicle.entity, WITHDRAWAL, world.seed, world.replication
    )
    return word < to_word(share)


@compiled
def note_chances(
    vehicle: Vehicle,
    attempt: int,
    picked: float,
    kind: int,
    length: float,
    interval: Interval,
    terms: LineTerms,
    extra_arrivals: Rows,
    attempts: Rows,
) -> None:
    """Write down an attempt's own probability of detection.

    ``length`` is the examination's length as a ratio of its kind's mean.
    """
    extra_arrivals, attempts = borrowed(extra_arrivals), borrowed(attempts)
    row = interval.row
    lane = vehicle.lane
    factor = extra_arrivals[vehicle.extra].search_factor
    hit = row[LOOKOUT_HIT] if extra_arrivals[vehicle.extra].lookout > 0 else 0.0
    must = row[PAPERWORK + lane] + (0.0 if terms.waive else row[DUTY + lane])
    chosen = referral.examined_share(row[RANDOM + lane], picked)
    attempts[attempt].rate_per_s = row[KIND_RATE + kind] * factor
    attempts[attempt].p_find = detection_probability(
        row[KIND_RATE + kind] * factor, row[KIND_S + kind] * length
    )
    stays = 1.0 - row[WITHDRAWAL_SHARE]
    attempts[attempt].p_found_on_lookout = (
        stays
        * hit
        * detection_probability(row[KIND_RATE + FULL] * factor, row[KIND_S + FULL] * length)
    )
    attempts[attempt].p_found_if_in_time = (
        stays * (1.0 - hit) * (1.0 - must) * chosen
        * mean_detection(row, lane, factor, length)
    )  # fmt: skip
