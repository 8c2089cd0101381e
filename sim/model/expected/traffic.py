"""What the traffic of a run leaves for expectations: waits, and examinations begun in time.

Waits and shares are kept in blocks of days. How the chance that an examination begins within its
limit differs by hour is taken from the whole run: a block of ten days has few examinations at most
ports. Years beyond the run reuse its days from the first on, so that with a run of a year a day has
the traffic of the same day of the calendar.
"""

import numpy as np

from sim.model.port.traffic import COMMERCIAL, LANES
from sim.model.smuggling.perception import Observation
from sim.numerics.units import Floats
from sim.records import EXAMINATIONS, EXAMINATIONS_RELEASED

BLOCK_DAYS = 10
HOURS = 24
# Examinations that what is known of the whole day counts for, when an hour has few of its own.
PRIOR_EXAMINATIONS = 5.0
TRAVELLERS, TRADE = range(2)
QUEUE_OF_LANE = np.where(np.asarray(COMMERCIAL, bool), TRADE, TRAVELLERS)


class TrafficSeen:
    """Sums of what was observed at the ports, by block of days.

    Parameters
    ----------
    ports : int
    days : int
        Length of the run.
    """

    def __init__(self, ports: int, days: int) -> None:
        self.days = days
        blocks = -(-days // BLOCK_DAYS)
        self.sums = np.zeros((blocks, 4, ports, len(LANES)))

    def add(self, day: int, observed: Observation) -> None:
        """Add a day."""
        of_block = self.sums[day // BLOCK_DAYS]
        of_block[0] += observed.released
        of_block[1] += observed.wait_s
        of_block[2] += observed.done
        of_block[3] += observed.undone

    def at(self, day: float) -> Observation:
        """Sums of the block in which a day lies; beyond the run, its days come again."""
        released, wait_s, done, undone = self.sums[int(day % self.days) // BLOCK_DAYS]
        nothing = np.zeros_like(released)
        return Observation(released, wait_s, done, undone, nothing, nothing, nothing, 0.0)


def in_time_by_hour(lane_sums: Floats) -> Floats:
    """Chance that an examination begins within its limit, by port, queue and hour.

    Parameters
    ----------
    lane_sums : array of float, shape (7, ports, 24, lanes, columns)
        Those of `sim.records.Tally`.

    Returns
    -------
    array of float, shape (ports, 2, 24)
        Of travellers and of trade; 1 where none was ever ordered.
    """
    sums = lane_sums.sum(axis=0)
    done, undone = sums[..., EXAMINATIONS], sums[..., EXAMINATIONS_RELEASED]
    by_queue = np.zeros((2, len(sums), 2, HOURS))
    for queue in (TRAVELLERS, TRADE):
        for k, counts in enumerate((done, undone)):
            by_queue[k, :, queue] = counts[:, :, queue == QUEUE_OF_LANE].sum(axis=2)
    done, both = by_queue[0], by_queue.sum(axis=0)
    whole = both.sum(axis=2, keepdims=True)
    mean = np.divide(
        done.sum(axis=2, keepdims=True), whole, out=np.ones_like(whole), where=whole > 0.0
    )
    return np.asarray((done + PRIOR_EXAMINATIONS * mean) / (both + PRIOR_EXAMINATIONS))
