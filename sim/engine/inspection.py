"""Primary and referral in the compiled engine."""

import numpy as np
import numpy.typing as npt

from sim.compilation import compiled
from sim.engine.booths import take
from sim.engine.day import TRAFFICKER, DayPlan, World
from sim.engine.lineup import LANE_COUNT, Lineup
from sim.engine.secondary import Waiting, decide, is_discretionary, join, note_work
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
from sim.model import referral
from sim.model.examination import FULL, KINDS, detection_probability
from sim.randomness import SECONDARY, TWO_32, philox, quantile
from sim.records import (
    LINE_QUEUE_S,
    LINE_SERVED,
    LINE_WAIT_S,
    ON_PRIMARY,
    OVERTIME,
    PRIMARY_S,
    READY,
    REFERRED,
    RELEASED,
    WAIT_BIN_EDGES_MIN,
    WAIT_BINS,
    WAIT_S,
    WAIVED,
    WITHIN,
    Attempts,
)

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

KIND_COUNT = len(KINDS)
# Thresholds of a lane in one interval, as 32-bit words: paperwork, all mandatory, random, selective.
WORD_PAPERWORK, WORD_MANDATORY, WORD_RANDOM, WORD_SELECTIVE = range(4)

BIN_OF_MINUTE = np.searchsorted(np.array(WAIT_BIN_EDGES_MIN), np.arange(361), side="right")


@compiled
def to_word(share: float) -> int:
    """Number of 32-bit words that a share of the unit interval covers."""
    return np.int64(share * TWO_32)


@compiled
def pick_column(kind: int, hurry: bool) -> int:
    """Column of the chance that selection picks an attempt of this kind."""
    if kind == TRAFFICKER:
        return PICK_TRAFFICKER_HURRY if hurry else PICK_TRAFFICKER
    return PICK_TRAVELLER_HURRY if hurry else PICK_TRAVELLER


@compiled
def kind_of_examination(row: Floats, lane: int, word: int) -> int:
    """Kind of a discretionary examination."""
    first = KIND_COMMERCE if lane == 2 or lane == 3 else KIND_TRAVELLER
    share = word / TWO_32
    for kind in range(KIND_COUNT - 1):
        if share < row[first + kind]:
            return kind
    return KIND_COUNT - 1


@compiled
def mean_detection(row: Floats, lane: int, factor: float, length: float) -> float:
    """Chance that a discretionary examination finds a load, over the kinds it might be.

    ``length`` is the examination's length as a ratio of its kind's mean.
    """
    first = KIND_COMMERCE if lane == 2 or lane == 3 else KIND_TRAVELLER
    total = 0.0
    before = 0.0
    for kind in range(KIND_COUNT):
        share = row[first + kind] - before
        before = row[first + kind]
        total += share * detection_probability(
            row[KIND_RATE + kind] * factor, row[KIND_S + kind] * length
        )
    return total


@compiled
def serve_line(
    port: int,
    line: int,
    head: int,
    last: int,
    until: float,
    manned: int,
    free: Floats,
    row: Floats,
    hurry: bool,
    waive: bool,
    own_work: bool,
    on_shift: bool,
    plan: DayPlan,
    world: World,
    lineup: Lineup,
    waiting: Waiting,
    waiting_head: int,
    waiting_tail: int,
    lane_sums: Floats,
    wait_counts: npt.NDArray[np.int32],
    officer_sums: Floats,
    line_sums: Floats,
    attempts: Attempts,
    trace: Floats,
    trace_2: Floats,
    trace_count: Whole,
) -> tuple[int, int]:
    """Serve one line to the end of a control interval (rules 2, 5, 6 and 7 of `sim.engine.day`).

    Returns
    -------
    head, waiting_tail : int
        Next vehicle in line, and new tail of its secondary queue.
    """
    service_s = np.empty(LANE_COUNT)
    words = np.empty((LANE_COUNT, 4), np.int64)
    for lane in range(LANE_COUNT):
        if world.line_of_lane[port, lane] == line:
            service_s[lane] = row[SERVICE_S + lane] * (row[HURRY_SERVICE] if hurry else 1.0)
            words[lane, WORD_PAPERWORK] = to_word(row[PAPERWORK + lane])
            words[lane, WORD_MANDATORY] = to_word(row[PAPERWORK + lane] + row[DUTY + lane])
            words[lane, WORD_RANDOM] = to_word(row[RANDOM + lane])
            chosen = row[SELECTIVE + lane] * (1.0 - row[RANDOM + lane])
            words[lane, WORD_SELECTIVE] = to_word(1.0 - chosen)
    started = 0.0
    waited = 0.0
    first = head
    while head < last:
        arrival = lineup.time_s[head]
        booth = take(free, manned, arrival)
        start = max(free[booth], arrival)
        if start >= until:
            break
        lane = np.int64(lineup.lane[head])
        service = service_s[lane] * quantile(world.service_table, lineup.service_word[head])
        if on_shift:
            officer_sums[READY] += start - free[booth]
        else:
            officer_sums[OVERTIME] += service
        end = start + service
        free[booth] = end
        wait = start - arrival
        started += until - start
        sums = lane_sums[lane]
        sums[RELEASED] += 1.0
        sums[PRIMARY_S] += service
        if wait > 0.0:
            sums[WAIT_S] += wait
            waited += wait
            minute = np.int64(wait * (1.0 / 60.0))
            wait_counts[lane, BIN_OF_MINUTE[minute] if minute < 360 else WAIT_BINS - 1] += 1
            if wait <= plan.standard_s:
                sums[WITHIN] += 1.0
        else:
            wait_counts[lane, 0] += 1
            sums[WITHIN] += 1.0
        officer_sums[ON_PRIMARY] += service
        search = np.int64(lineup.search_word[head])
        mandatory = np.int64(lineup.mandatory_word[head])
        guest = np.int64(lineup.guest[head])
        if trace_count[0] < len(trace):
            entry = trace[trace_count[0]]
            entry[0] = plan.guests.entity[guest] if guest >= 0 else world.entity[port, lane]
            entry[1] = plan.guests.day[guest] if guest >= 0 else plan.day
            entry[2] = lineup.index[head]
            entry[3] = arrival
            entry[4] = start
            entry[5] = end
            trace_count[0] += 1
        head += 1
        if (
            guest < 0
            and mandatory >= words[lane, WORD_MANDATORY]
            and search >= words[lane, WORD_RANDOM]
            and search < words[lane, WORD_SELECTIVE]
        ):
            continue
        booth_work, waiting_tail = refer(
            port, head - 1, lane, guest, search, mandatory, words, row, hurry, waive, own_work,
            end, plan, world, lineup, waiting, waiting_head, waiting_tail, sums, lane_sums,
            officer_sums, attempts, trace_2, trace_count,
        )  # fmt: skip
        free[booth] += booth_work
        if not on_shift:
            officer_sums[OVERTIME] += booth_work
    line_sums[LINE_SERVED] += head - first
    line_sums[LINE_QUEUE_S] -= started
    line_sums[LINE_WAIT_S] += waited
    return head, waiting_tail


@compiled
def refer(
    port: int,
    vehicle: int,
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
    plan: DayPlan,
    world: World,
    lineup: Lineup,
    waiting: Waiting,
    waiting_head: int,
    waiting_tail: int,
    sums: Floats,
    lane_sums: Floats,
    officer_sums: Floats,
    attempts: Attempts,
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
    guests = plan.guests
    attempt = guests.attempt[guest] if guest >= 0 else -1
    pick = words[lane, WORD_SELECTIVE]
    reason = referral.NOT_REFERRED
    picked = 0.0
    if attempt >= 0:
        picked = row[pick_column(guests.kind[guest], hurry) + lane]
        pick = to_word(1.0 - picked * (1.0 - row[RANDOM + lane]))
        if guests.lookout[guest] > 0 and guests.lookout_word[guest] < to_word(row[LOOKOUT_HIT]):
            reason = referral.LOOKOUT
    if reason == referral.NOT_REFERRED and mandatory < words[lane, WORD_MANDATORY]:
        if mandatory < words[lane, WORD_PAPERWORK]:
            reason = referral.PAPERWORK
        elif waive:
            sums[WAIVED] += 1.0
        else:
            reason = referral.DUTY
    if reason == referral.NOT_REFERRED:
        if search < words[lane, WORD_RANDOM]:
            reason = referral.RANDOM
        elif search >= pick:
            reason = referral.SELECTIVE
    if reason != referral.NOT_REFERRED:
        sums[REFERRED + reason - 1] += 1.0
    elif attempt >= 0:
        reason = referral.PROBE
    else:
        return 0.0, waiting_tail
    entity = guests.entity[guest] if guest >= 0 else world.entity[port, lane]
    day = guests.day[guest] if guest >= 0 else plan.day
    index = np.int64(lineup.index[vehicle])
    kind_word, length_word, find_word, _ = philox(
        np.uint64(index), np.uint64(day), np.uint64(entity), np.uint64(SECONDARY),
        np.uint64(world.seed), np.uint64(world.replication),
    )  # fmt: skip
    length = quantile(world.secondary_table, np.uint32(length_word))
    kind = kind_of_examination(row, lane, np.int64(kind_word))
    if reason == referral.LOOKOUT:
        kind = FULL
    work = row[KIND_S + kind] * length
    if reason == referral.PAPERWORK or reason == referral.DUTY:
        work = row[CLEARANCE_S] * length
    elif reason == referral.PROBE:
        work = 0.0
    if attempt >= 0:
        factor = guests.search_factor[guest]
        hit = row[LOOKOUT_HIT] if guests.lookout[guest] > 0 else 0.0
        must = row[PAPERWORK + lane] + (0.0 if waive else row[DUTY + lane])
        chosen = row[RANDOM + lane] + (1.0 - row[RANDOM + lane]) * picked
        attempts.law[attempt] = detection_probability(
            row[KIND_RATE + kind] * factor, row[KIND_S + kind] * length
        )
        attempts.sure[attempt] = hit * detection_probability(
            row[KIND_RATE + FULL] * factor, row[KIND_S + FULL] * length
        )
        attempts.chance[attempt] = (
            (1.0 - hit) * (1.0 - must) * chosen * mean_detection(row, lane, factor, length)
        )
        attempts.find_word[attempt] = np.int64(find_word)
    limit = row[LIMIT_S] if is_discretionary(reason) else np.inf
    if not own_work:
        tail = join(
            waiting, waiting_head, waiting_tail, end, work, limit, row[LIMIT_S], reason, lane,
            attempt, entity, day, index,
        )  # fmt: skip
        return 0.0, tail
    note_work(reason, lane, work, lane_sums, officer_sums)
    if attempt >= 0:
        decide(attempts, attempt, reason, work, True)
    if trace_count[1] < len(trace_2):
        entry = trace_2[trace_count[1]]
        entry[0] = entity
        entry[1] = day
        entry[2] = index
        entry[3] = end
        entry[4] = end
        entry[5] = reason
        trace_count[1] += 1
    return work, waiting_tail
