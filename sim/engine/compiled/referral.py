"""Referral in the compiled engine: who is referred from primary, and to what."""

import numpy as np

from sim.engine.compiled.secondary import decide, is_discretionary, note_work, place_by_time
from sim.model.day import TRAFFICKER
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
from sim.numerics.compilation import compiled, inlined, int64
from sim.numerics.randomness import SECONDARY, TWO_32, WITHDRAWAL, philox, quantile
from sim.numerics.units import Floats, Rows, Whole
from sim.records.tally import (
    EXAMINATIONS_RELEASED,
    REFERRED,
    TURNED_BACK,
    WAIVED,
)

KIND_COUNT = len(KINDS)
# Thresholds of a lane in one interval, as 32-bit words: paperwork, all mandatory, random,
# selective.
WORD_PAPERWORK, WORD_MANDATORY, WORD_RANDOM, WORD_SELECTIVE = range(4)


@inlined
def to_word(share: float) -> int:
    """Number of 32-bit words that a share of the unit interval covers."""
    return int64(share * TWO_32)


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


@compiled
def withdraws(share: float, index: int, day: int, entity: int, seed: int, replication: int) -> bool:
    """Whether somebody with something to hide turns round when referred (rule 6)."""
    word, _, _, _ = philox(
        np.uint64(index), np.uint64(day), np.uint64(entity), np.uint64(WITHDRAWAL),
        np.uint64(seed), np.uint64(replication),
    )  # fmt: skip
    return int64(word) < to_word(share)


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
def refer(
    lane: int,
    guest: int,
    search: int,
    mandatory: int,
    words: Whole,
    row: Floats,
    hurry: bool,
    waive: bool,
    own_work: bool,
    end: float,
    own_entity: int,
    own_day: int,
    index: int,
    extra_arrivals: Rows,
    seed: int,
    replication: int,
    secondary_table: Floats,
    waiting: Rows,
    waiting_head: int,
    waiting_tail: int,
    lane_sums: Floats,
    officer_sums: Floats,
    attempts: Rows,
    trace_2: Floats,
    trace_count: Whole,
) -> tuple[float, int]:
    """Decide on the referral of one vehicle, and send it to secondary.

    Returns
    -------
    booth_work : float
        Time for which the booth's own officer is away with the vehicle.
    waiting_tail : int
    """
    attempt = extra_arrivals[guest].attempt if guest >= 0 else -1
    pick = words[lane, WORD_SELECTIVE]
    reason = referral.NOT_REFERRED
    picked = 0.0
    if attempt >= 0:
        picked = row[pick_column(extra_arrivals[guest].kind, hurry) + lane]
        pick = to_word(referral.passed_over_share(row[RANDOM + lane], picked))
        if extra_arrivals[guest].lookout > 0 and extra_arrivals[guest].lookout_word < to_word(
            row[LOOKOUT_HIT]
        ):
            reason = referral.LOOKOUT
    if reason == referral.NOT_REFERRED and mandatory < words[lane, WORD_MANDATORY]:
        if mandatory < words[lane, WORD_PAPERWORK]:
            reason = referral.PAPERWORK
        elif waive:
            lane_sums[lane, WAIVED] += 1.0
        else:
            reason = referral.DUTY
    if reason == referral.NOT_REFERRED:
        if search < words[lane, WORD_RANDOM]:
            reason = referral.RANDOM
        elif search >= pick:
            reason = referral.SELECTIVE
    if reason != referral.NOT_REFERRED:
        lane_sums[lane, REFERRED + reason - 1] += 1.0
    elif attempt >= 0:
        reason = referral.PROBE
    else:
        return 0.0, waiting_tail
    entity = extra_arrivals[guest].entity if guest >= 0 else own_entity
    day = extra_arrivals[guest].day if guest >= 0 else own_day
    kind_word, length_word, find_word, _ = philox(
        np.uint64(index), np.uint64(day), np.uint64(entity), np.uint64(SECONDARY),
        np.uint64(seed), np.uint64(replication),
    )  # fmt: skip
    length = quantile(secondary_table, np.uint32(length_word))
    kind = kind_of_examination(row, lane, int64(kind_word))
    if reason == referral.LOOKOUT:
        kind = FULL
    work = row[KIND_S + kind] * length
    if reason == referral.PAPERWORK or reason == referral.DUTY:
        work = row[CLEARANCE_S] * length
    elif reason == referral.PROBE:
        work = 0.0
    if attempt >= 0:
        factor = extra_arrivals[guest].search_factor
        hit = row[LOOKOUT_HIT] if extra_arrivals[guest].lookout > 0 else 0.0
        must = row[PAPERWORK + lane] + (0.0 if waive else row[DUTY + lane])
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
        attempts[attempt].find_word = int64(find_word)
        if (
            row[WITHDRAWAL_SHARE] > 0.0
            and referral.is_search(reason)
            and withdraws(row[WITHDRAWAL_SHARE], index, day, entity, seed, replication)
        ):
            attempts[attempt].fate = TURNED_BACK
            attempts[attempt].reason = reason
            reason = referral.PROBE
            work = 0.0
    limit = row[LIMIT_S] if is_discretionary(reason) else np.inf
    if not own_work:
        entry = waiting[place_by_time(waiting, waiting_head, waiting_tail, end, lane)]
        entry.join_s = end
        entry.work_s = work
        entry.limit_s = limit
        entry.in_time_s = row[LIMIT_S]
        entry.reason = reason
        entry.lane = lane
        entry.attempt = attempt
        entry.entity = entity
        entry.day = day
        entry.index = index
        return 0.0, waiting_tail + 1
    left_undone = hurry and is_discretionary(reason)
    if left_undone:
        if reason != referral.PROBE:
            lane_sums[lane, EXAMINATIONS_RELEASED] += 1.0
        work = 0.0
    else:
        note_work(reason, lane, work, lane_sums, officer_sums)
    if attempt >= 0:
        decide(attempts, attempt, reason, -1.0 if left_undone else work, not left_undone)
    if trace_count[1] < len(trace_2):
        line = trace_2[trace_count[1]]
        line[0] = entity
        line[1] = day
        line[2] = index
        line[3] = end
        line[4] = -1.0 if left_undone else end
        line[5] = reason
        trace_count[1] += 1
    return work, waiting_tail
