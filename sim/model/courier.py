"""Couriers: the vehicles and drivers of an organisation, which change."""

from bisect import bisect_right, insort

import numpy as np

from sim.model.chance import uniforms
from sim.model.conditions import DAY_S
from sim.randomness import LOOKOUT, Streams, entity_number

_DRAWS = 16


class Couriers:
    """Which vehicle each courier of each organisation drives at a moment.

    A vehicle or its driver is changed after an exponential time, when it is lost, and when the
    organisation is arrested. Only that it has changed matters, so vehicles are numbers.

    Parameters
    ----------
    organisations : list of int
        Entity numbers.
    each : int
        Couriers of an organisation.
    plate_days : float
        Mean time until a vehicle is changed, in days.
    first_s : float
        From when on it is to be known.
    streams : Streams
    """

    def __init__(
        self,
        organisations: list[int],
        each: int,
        plate_days: float,
        first_s: float,
        streams: Streams,
    ) -> None:
        self.each = each
        self.mean_s = plate_days * DAY_S
        self.first_s = first_s
        self.streams = streams
        self.entity = [
            [entity_number(f"courier/{entity}/{i}") for i in range(each)]
            for entity in organisations
        ]
        self._changes: dict[tuple[int, int], list[float]] = {}
        self._losses: dict[tuple[int, int], list[float]] = {}

    def vehicle(self, organisation: int, courier: int, at_s: float) -> int:
        """Number of the vehicle that a courier drives at a moment."""
        own = (organisation, courier)
        changes = self._changes.setdefault(own, [])
        while not changes or changes[-1] <= at_s:
            self._go_on(own, changes)
        return bisect_right(changes, at_s) + bisect_right(self._losses.get(own, []), at_s)

    def _go_on(self, own: tuple[int, int], changes: list[float]) -> None:
        entity = self.entity[own[0]][own[1]]
        u = self.streams.uniforms(LOOKOUT, entity, 0, _DRAWS, first=len(changes) // 4)
        last = changes[-1] if changes else self.first_s
        changes += (last + np.cumsum(-self.mean_s * np.log(u.T.ravel()))).tolist()

    def lose(self, organisation: int, courier: int, at_s: float) -> None:
        """Take a vehicle away."""
        insort(self._losses.setdefault((organisation, courier), []), at_s)

    def lose_all(self, organisation: int, at_s: float) -> None:
        """Take all vehicles of an organisation away."""
        for courier in range(self.each):
            self.lose(organisation, courier, at_s)

    def of_trip(self, attempt_id: str) -> int:
        """Courier who makes a trip."""
        who, _, _, _ = uniforms(self.streams, LOOKOUT, entity_number(attempt_id), 1)
        return int(who * self.each)
