"""Primary and referral in the compiled engine."""

import numpy as np
import numpy.typing as npt

from sim.compilation import compiled, inlined, int64
from sim.engine.booths import take
from sim.engine.day import TRAFFICKER
from sim.engine.lineup import LANE_COUNT
from sim.engine.secondary import decide, is_discretionary, note_work, place_by_time
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
    WITHDRAWAL_SHARE,
)
from sim.model import referral
from sim.model.examination import FULL, KINDS, detection_probability
from sim.randomness import SECONDARY, TWO_32, WITHDRAWAL, Words, philox, quantile
from sim.records import (
    EXAMINATIONS_RELEASED,
    LINE_QUEUE_S,
    LINE_SERVED,
    LINE_WAIT_S,
    ON_PRIMARY,
    OVERTIME,
    PRIMARY_S,
    READY,
    REFERRED,
    RELEASED,
    TURNED_BACK,
    WAIT_BIN_EDGES_MIN,
    WAIT_BINS,
    WAIT_S,
    WAIVED,
    WITHIN,
)

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Rows = npt.NDArray[np.void]

KIND_COUNT = len(KINDS)
# Thresholds of a lane in one interval, as 32-bit words: paperwork, all mandatory, random,
# selective.
WORD_PAPERWORK, WORD_MANDATORY, WORD_RANDOM, WORD_SELECTIVE = range(4)

BIN_OF_MINUTE = np.searchsorted(np.array(WAIT_BIN_EDGES_MIN), np.arange(361), side="right")


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
    first = KIND_COMMERCE if lane == 2 or lane == 3 else KIND_TRAVELLER
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
    standard_s: float,
    line_of_lane: Whole,
    entities: Whole,
    day: int,
    seed: int,
    replication: int,
    service_table: Floats,
    secondary_table: Floats,
    time_s: Floats,
    service_words: Words,
    search_words: Words,
    mandatory_words: Words,
    lanes: npt.NDArray[np.int8],
    guests: npt.NDArray[np.int32],
    indices: npt.NDArray[np.int32],
    guest_rows: Rows,
    waiting: Rows,
    waiting_head: int,
    waiting_tail: int,
    lane_sums: Floats,
    wait_counts: npt.NDArray[np.int32],
    officer_sums: Floats,
    line_sums: Floats,
    attempts: Rows,
    trace: Floats,
    trace_2: Floats,
    trace_count: Whole,
    service_s: Floats,
    words: Whole,
) -> tuple[int, int]:
    """Serve one line to the end of a control interval (rules 2, 5, 6 and 7 of `sim.engine.day`).

    Parameters
    ----------
    service_s : array of float, shape (lanes,)
    words : array of int, shape (lanes, 4)
        Room for the mean service times and the thresholds of referral.

    Returns
    -------
    head, waiting_tail : int
        Next vehicle in line, and new tail of its secondary queue.
    """
    for lane in range(LANE_COUNT):
        if line_of_lane[lane] == line:
            service_s[lane] = row[SERVICE_S + lane] * (row[HURRY_SERVICE] if hurry else 1.0)
            words[lane, WORD_PAPERWORK] = to_word(row[PAPERWORK + lane])
            words[lane, WORD_MANDATORY] = to_word(row[PAPERWORK + lane] + row[DUTY + lane])
            words[lane, WORD_RANDOM] = to_word(row[RANDOM + lane])
            chosen = row[SELECTIVE + lane] * (1.0 - row[RANDOM + lane])
            words[lane, WORD_SELECTIVE] = to_word(1.0 - chosen)
    started = 0.0
    waited = 0.0
    ready = 0.0
    served_s = 0.0
    first = head
    tracing = trace_count[0] < len(trace)
    while head < last:
        arrival = time_s[head]
        booth = take(free, manned, arrival)
        moment = free[booth]
        start = max(moment, arrival)
        if start >= until:
            break
        lane = int64(lanes[head])
        service = service_s[lane] * quantile(service_table, service_words[head])
        end = start + service
        free[booth] = end
        ready += start - moment
        served_s += service
        started += until - start
        lane_sums[lane, RELEASED] += 1.0
        lane_sums[lane, PRIMARY_S] += service
        wait = start - arrival
        if wait > 0.0:
            waited += wait
            lane_sums[lane, WAIT_S] += wait
            minute = int64(wait * (1.0 / 60.0))
            wait_counts[lane, BIN_OF_MINUTE[minute] if minute < 360 else WAIT_BINS - 1] += 1
            if wait <= standard_s:
                lane_sums[lane, WITHIN] += 1.0
        else:
            wait_counts[lane, 0] += 1
            lane_sums[lane, WITHIN] += 1.0
        search = int64(search_words[head])
        mandatory = int64(mandatory_words[head])
        guest = int64(guests[head])
        if tracing:
            trace_primary(
                trace, trace_count, entities[lane], day, guest, guest_rows, indices[head], arrival,
                start, end,
            )  # fmt: skip
        head += 1
        if (
            guest < 0
            and mandatory >= words[lane, WORD_MANDATORY]
            and search >= words[lane, WORD_RANDOM]
            and search < words[lane, WORD_SELECTIVE]
        ):
            continue
        booth_work, waiting_tail = refer(
            lane, guest, search, mandatory, words, row, hurry, waive, own_work, end,
            entities[lane], day, int64(indices[head - 1]), guest_rows, seed, replication,
            secondary_table, waiting, waiting_head, waiting_tail, lane_sums, officer_sums,
            attempts, trace_2, trace_count,
        )  # fmt: skip
        free[booth] += booth_work
        if not on_shift:
            officer_sums[OVERTIME] += booth_work
    officer_sums[ON_PRIMARY] += served_s
    if on_shift:
        officer_sums[READY] += ready
    else:
        officer_sums[OVERTIME] += served_s
    line_sums[LINE_SERVED] += head - first
    line_sums[LINE_QUEUE_S] -= started
    line_sums[LINE_WAIT_S] += waited
    return head, waiting_tail


@inlined
def trace_primary(
    trace: Floats,
    trace_count: Whole,
    own_entity: int,
    own_day: int,
    guest: int,
    guests: Rows,
    index: int,
    arrival: float,
    start: float,
    end: float,
) -> None:
    """Write down when the primary service of a vehicle began and ended."""
    if trace_count[0] < len(trace):
        entry = trace[trace_count[0]]
        entry[0] = guests[guest].entity if guest >= 0 else own_entity
        entry[1] = guests[guest].day if guest >= 0 else own_day
        entry[2] = index
        entry[3] = arrival
        entry[4] = start
        entry[5] = end
        trace_count[0] += 1


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
    guests: Rows,
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
    attempt = guests[guest].attempt if guest >= 0 else -1
    pick = words[lane, WORD_SELECTIVE]
    reason = referral.NOT_REFERRED
    picked = 0.0
    if attempt >= 0:
        picked = row[pick_column(guests[guest].kind, hurry) + lane]
        pick = to_word(1.0 - picked * (1.0 - row[RANDOM + lane]))
        if guests[guest].lookout > 0 and guests[guest].lookout_word < to_word(row[LOOKOUT_HIT]):
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
    entity = guests[guest].entity if guest >= 0 else own_entity
    day = guests[guest].day if guest >= 0 else own_day
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
        factor = guests[guest].search_factor
        hit = row[LOOKOUT_HIT] if guests[guest].lookout > 0 else 0.0
        must = row[PAPERWORK + lane] + (0.0 if waive else row[DUTY + lane])
        chosen = row[RANDOM + lane] + (1.0 - row[RANDOM + lane]) * picked
        attempts[attempt].rate_per_s = row[KIND_RATE + kind] * factor
        attempts[attempt].law = detection_probability(
            row[KIND_RATE + kind] * factor, row[KIND_S + kind] * length
        )
        stays = 1.0 - row[WITHDRAWAL_SHARE]
        attempts[attempt].sure = (
            stays
            * hit
            * detection_probability(row[KIND_RATE + FULL] * factor, row[KIND_S + FULL] * length)
        )
        attempts[attempt].chance = (
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
