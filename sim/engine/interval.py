"""Arrivals of a control interval in the compiled engine: expected, and counted."""

import numpy as np
import numpy.typing as npt

from sim.compilation import compiled, int64
from sim.model.port import QUEUES
from sim.records import ARRIVALS

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@compiled
def integrated(cumulative: Floats, port: int, lane: int, cells: int, seconds: float) -> float:
    """Integrated arrival rate of a lane from midnight to a moment of the day."""
    position = seconds * cells / 86400.0
    cell = min(int64(position), cells - 1)
    lower = cumulative[port, lane, cell]
    return float(lower + (position - cell) * (cumulative[port, lane, cell + 1] - lower))


@compiled
def first_from(time_s: Floats, first: int, last: int, moment: float) -> int:
    """First vehicle that arrives at a moment or later."""
    while first < last and time_s[first] < moment:
        first += 1
    return first


@compiled
def count_arrivals(
    time_s: Floats,
    lanes: npt.NDArray[np.int8],
    first: int,
    last: int,
    until: float,
    lane_sums: Floats,
) -> tuple[int, float]:
    """Count those who arrive before the next control moment.

    Returns
    -------
    next : int
        First vehicle that arrives later.
    waited : float
        Sum of the times from their arrivals to the control moment, in seconds.
    """
    waited = 0.0
    vehicle = first
    while vehicle < last and time_s[vehicle] < until:
        lane_sums[lanes[vehicle], ARRIVALS] += 1.0
        waited += until - time_s[vehicle]
        vehicle += 1
    return vehicle, waited


@compiled
def nothing_to_do(
    until: float,
    seen: Whole,
    last_of: Whole,
    head_of: Whole,
    heads: Whole,
    tails: Whole,
    time_s: Floats,
) -> bool:
    """Whether nobody is in line or in secondary, or comes before the next control moment."""
    for queue in range(QUEUES):
        if heads[queue] < tails[queue]:
            return False
    for k in range(len(seen)):
        if head_of[k] < last_of[k] and time_s[head_of[k]] < until:
            return False
    return True
