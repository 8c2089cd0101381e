"""Conveyances of the reference engine, and where they write down what became of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.engine.day import ORDINARY
from sim.engine.reference_places import Referral

Rows = npt.NDArray[np.void]


@dataclass(slots=True)
class Vehicle:
    """One conveyance, with the fields of `sim.engine.day.GUEST`."""

    lane: int
    time_s: float
    service_word: int
    search_word: int
    mandatory_word: int
    entity: int
    day: int
    index: int
    lookout_word: int = 0
    attempt: int = -1
    kind: int = ORDINARY
    search_factor: float = 1.0
    lookout: int = 0


class Log:
    """Where conveyances write down what became of them.

    Attributes
    ----------
    attempts : array of ATTEMPT
    trace, trace_2 : array of float, shape (room, 6)
        One row for each vehicle at primary (arrival, start, end) and one for each referral (joined,
        start or -1, reason), after entity, day and index.
    count : array of int, shape (2,)
        Rows written.
    inside : set of int
        Attempts that have arrived and are not decided.
    """

    def __init__(self, attempts: Rows, room: int) -> None:
        self.attempts = attempts
        self.trace = np.zeros((room, 6))
        self.trace_2 = np.zeros((room, 6))
        self.count = np.zeros(2, np.int64)
        self.inside: set[int] = set()

    def primary(self, vehicle: Vehicle, start_s: float, end_s: float) -> None:
        """Write down when the primary service of a vehicle begins and ends."""
        if self.count[0] < len(self.trace):
            identity = (vehicle.entity, vehicle.day, vehicle.index)
            self.trace[self.count[0]] = (*identity, vehicle.time_s, start_s, end_s)
            self.count[0] += 1

    def secondary(self, case: Referral, joined_s: float, start_s: float) -> None:
        """Write down when the work on a vehicle begins (-1: it is let go)."""
        if self.count[1] < len(self.trace_2):
            identity = (case.entity, case.day, case.index)
            self.trace_2[self.count[1]] = (*identity, joined_s, start_s, case.reason)
            self.count[1] += 1
