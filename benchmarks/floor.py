"""The least that a vehicle costs: its words, two quantiles and one step of a sorted recursion.

Random words are drawn in a pass, gaps and services are looked up in quantile tables in a second and
third, and a recursion over four booths follows that keeps their free moments in order. There are no
lanes, referrals, officers or sums by hour. `sim.numerics` gives the same words and tables as the
model.
"""

import math
from functools import lru_cache
from typing import Any

import numba
import numpy as np

from benchmarks.peers import ARRIVAL_RATE, MEAN_SERVICE_S, SERVERS, horizon_s
from sim.numerics.randomness import exponential_table, fill_quantiles, fill_words

BLOCK = 65_536
"""Vehicles drawn at a time: what fits into the second cache."""


@lru_cache(maxsize=1)
def _recursion() -> Any:
    """Compile the recursion over a block of vehicles of one port."""

    @numba.njit
    def serve(
        gap: Any, service: Any, free: Any, arrived: float, horizon: float
    ) -> tuple[float, int, float]:
        served = 0
        waited = 0.0
        for i in range(len(gap)):
            arrived += gap[i]
            if arrived > horizon:
                break
            start = max(free[0], arrived)
            end = start + service[i]
            if end <= horizon:
                served += 1
                waited += start - arrived
            for k in range(SERVERS - 1):  # the moment moves to its place in the order
                free[k] = min(end, free[k + 1])
                end = max(end, free[k + 1])
            free[SERVERS - 1] = end
        return arrived, served, waited

    return serve


def floor(vehicles: int, ports: int, seed: int) -> tuple[int, float]:
    """Run the workload of `benchmarks.peers` with nothing but draws and the recursion.

    Parameters
    ----------
    vehicles : int
        Arrivals expected over all the ports.
    ports : int
        Number of ports.
    seed : int
        Seed of the draws.

    Returns
    -------
    vehicles_served : int
        Vehicles whose service ended by the horizon.
    mean_wait_s : float
        Their mean wait in seconds.
    """
    table, serve, horizon = exponential_table(), _recursion(), horizon_s(vehicles, ports)
    words = np.empty((4, BLOCK), np.uint32)
    gap, service = np.empty(BLOCK), np.empty(BLOCK)
    served, waited = 0, []
    for port in range(ports):
        free, arrived, block = np.zeros(SERVERS), 0.0, 0
        while arrived <= horizon:
            fill_words(block * BLOCK, 0, port, 1, seed, 0, (words[0], words[1], words[2], words[3]))
            fill_quantiles(table, words[0], gap)
            fill_quantiles(table, words[1], service)
            gap /= ARRIVAL_RATE
            service *= MEAN_SERVICE_S
            arrived, some, wait = serve(gap, service, free, arrived, horizon)
            served += some
            waited.append(wait)
            block += 1
    return served, math.fsum(waited) / served
