"""Primary in the compiled engine: a line is served to the end of a control interval."""

import numpy as np
import numpy.typing as npt

from sim.engine.compiled.lineup import LANE_COUNT
from sim.engine.compiled.officers import take
from sim.engine.compiled.referral import (
    WORD_MANDATORY,
    WORD_PAPERWORK,
    WORD_RANDOM,
    WORD_SELECTIVE,
    refer,
    to_word,
)
from sim.model.port.inspection_rates import (
    DUTY,
    HURRY_SERVICE,
    PAPERWORK,
    RANDOM,
    SELECTIVE,
    SERVICE_S,
)
from sim.model.port.referral import passed_over_share
from sim.numerics.compilation import compiled, inlined, int64
from sim.numerics.randomness import Words, quantile
from sim.numerics.units import Floats, Rows, Whole
from sim.records.tally import (
    LINE_QUEUE_S,
    LINE_SERVED,
    LINE_WAIT_S,
    ON_PRIMARY,
    OVERTIME,
    PRIMARY_S,
    READY,
    RELEASED,
    WAIT_BIN_EDGES_MIN,
    WAIT_BINS,
    WAIT_S,
    WITHIN,
)

BIN_OF_MINUTE = np.searchsorted(np.array(WAIT_BIN_EDGES_MIN), np.arange(361), side="right")


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
    extra_arrivals: npt.NDArray[np.int32],
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
    """Serve one line to the end of a control interval (rules 2, 5, 6 and 7 of `sim.model.day`).

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
            picked_from = passed_over_share(row[RANDOM + lane], row[SELECTIVE + lane])
            words[lane, WORD_SELECTIVE] = to_word(picked_from)
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
        guest = int64(extra_arrivals[head])
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
    extra_arrivals: Rows,
    index: int,
    arrival: float,
    start: float,
    end: float,
) -> None:
    """Write down when the primary service of a vehicle began and ended."""
    if trace_count[0] < len(trace):
        entry = trace[trace_count[0]]
        entry[0] = extra_arrivals[guest].entity if guest >= 0 else own_entity
        entry[1] = extra_arrivals[guest].day if guest >= 0 else own_day
        entry[2] = index
        entry[3] = arrival
        entry[4] = start
        entry[5] = end
        trace_count[0] += 1
