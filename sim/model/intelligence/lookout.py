"""Lookouts: messages to the booths that a vehicle or its driver is of interest."""

import math
from bisect import bisect_right, insort
from typing import NamedTuple

import numpy as np

from sim.model.intelligence.lead import Lead
from sim.numerics.randomness import LOOKOUT, Streams, entity_number, uniforms
from sim.numerics.units import DAY_S
from sim.parameters import Intelligence

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


class Lookout(NamedTuple):
    """A lookout.

    Attributes
    ----------
    organisation, courier, vehicle : int
        Whom it is about; of no use when the courier drives another vehicle.
    expires_s : float
    """

    organisation: int
    courier: int
    vehicle: int
    expires_s: float


class Lookouts:
    """The lookouts that the booths have.

    Attributes
    ----------
    issued, expired, late : int
        So far; late ones were about a vehicle that had changed before they reached the booths.
    """

    def __init__(self, couriers: Couriers, streams: Streams) -> None:
        self.couriers = couriers
        self.streams = streams
        self._active: list[list[Lookout]] = [[] for _ in couriers.entity]
        self.issued = 0
        self.expired = 0
        self.late = 0

    @property
    def active(self) -> int:
        """Lookouts that the booths have."""
        return sum(len(lookouts) for lookouts in self._active)

    def receive(self, lead: Lead, now: float, intelligence: Intelligence) -> None:
        """Take in a lead, which makes a lookout if it names a vehicle or driver.

        It names the one that was in use when what the lead tells of happened.
        """
        named, who, _, _ = uniforms(self.streams, LOOKOUT, *lead.key)
        if named >= intelligence.identifies_share:
            return
        own, courier = lead.organisation, int(who * self.couriers.each)
        vehicle = self.couriers.vehicle(own, courier, lead.happened_s)
        self.issued += 1
        self.late += int(vehicle != self.couriers.vehicle(own, courier, now))
        expires_s = now + intelligence.lookout_days * DAY_S
        self._active[own].append(Lookout(own, courier, vehicle, expires_s))

    def day_begins(self, now: float) -> None:
        """Take lookouts that have expired off the list."""
        for own, lookouts in enumerate(self._active):
            if lookouts:
                kept = [one for one in lookouts if one.expires_s > now]
                self.expired += len(lookouts) - len(kept)
                self._active[own] = kept

    def meets(self, organisation: int, courier: int, at_s: float) -> bool:
        """Whether a lookout is active on the vehicle that a courier drives at a moment."""
        return any(
            one.courier == courier
            and one.expires_s > at_s
            and one.vehicle == self.couriers.vehicle(organisation, courier, at_s)
            for one in self._active[organisation]
        )

    def coverage(self, now: float) -> float:
        """Share of all couriers whose vehicle of this moment is on the list."""
        covered = {
            (one.organisation, one.courier)
            for lookouts in self._active
            for one in lookouts
            if self.meets(one.organisation, one.courier, now)
        }
        return len(covered) / max(len(self._active) * self.couriers.each, 1)

    def reported(self, attempt_id: str, intelligence: Intelligence) -> bool:
        """Whether a report of this very trip is at the booths before it arrives."""
        if intelligence.report_share <= 0.0:
            return False
        known, notice, _, _ = uniforms(self.streams, LOOKOUT, entity_number(attempt_id), 2)
        notice_h = -intelligence.report_notice_h * math.log(notice)
        return known < intelligence.report_share and notice_h >= intelligence.report_h
