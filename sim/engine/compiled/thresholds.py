"""Thresholds of referral in the compiled engine, as 32-bit words."""

from sim.model.day import DayPlan
from sim.model.port.inspection_rates import DUTY, PAPERWORK, RANDOM, SELECTIVE
from sim.model.port.referral import passed_over_share
from sim.numerics.compilation import compiled, inlined, int64
from sim.numerics.randomness import TWO_32
from sim.numerics.units import Floats, Whole

# Thresholds of a lane in one interval: paperwork, all mandatory, random, selective.
WORD_PAPERWORK, WORD_MANDATORY, WORD_RANDOM, WORD_SELECTIVE = range(4)
THRESHOLDS = 4


@inlined
def to_word(share: float) -> int:
    """Number of 32-bit words that a share of the unit interval covers."""
    return int64(share * TWO_32)


@inlined
def set_thresholds(row: Floats, lane: int, words: Whole) -> None:
    """Write the thresholds of one lane under a row of rates, shape (4,)."""
    words[WORD_PAPERWORK] = to_word(row[PAPERWORK + lane])
    words[WORD_MANDATORY] = to_word(row[PAPERWORK + lane] + row[DUTY + lane])
    words[WORD_RANDOM] = to_word(row[RANDOM + lane])
    words[WORD_SELECTIVE] = to_word(passed_over_share(row[RANDOM + lane], row[SELECTIVE + lane]))


@compiled
def widest_thresholds(port: int, plan: DayPlan, words: Whole, widest: Whole) -> None:
    """Find the widest thresholds of each lane on one day.

    A vehicle that is not referred under them is not referred at any time of the day.

    Parameters
    ----------
    words : array of int, shape (4,)
        Room for the thresholds of one lane.
    widest : array of int, shape (lanes, 4)
        Written.
    """
    widest[:] = 0
    widest[:, WORD_SELECTIVE] = int64(TWO_32)
    last_row = -1
    for k in range(plan.intervals[port]):
        if plan.row[port, k] == last_row:
            continue
        last_row = plan.row[port, k]
        for lane in range(len(widest)):
            set_thresholds(plan.rates[last_row], lane, words)
            for which in range(THRESHOLDS):
                if which == WORD_SELECTIVE:
                    widest[lane, which] = min(widest[lane, which], words[which])
                else:
                    widest[lane, which] = max(widest[lane, which], words[which])
