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
        Beginning of the warm-up, in seconds since the run began.
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
        driver = (organisation, courier)
        changes = self._changes.setdefault(driver, [])
        while not changes or changes[-1] <= at_s:
            self._extend(driver, changes)
        return bisect_right(changes, at_s) + bisect_right(self._losses.get(driver, []), at_s)

    def _extend(self, driver: tuple[int, int], changes: list[float]) -> None:
        entity = self.entity[driver[0]][driver[1]]
        u = self.streams.uniforms(LOOKOUT, entity, 0, _DRAWS, first=len(changes) // 4)
        last = changes[-1] if changes else self.first_s
        changes += (last + np.cumsum(-self.mean_s * np.log(u.T.ravel()))).tolist()

    def lose(self, organisation: int, courier: int, at_s: float) -> None:
        """Record the loss of the vehicle of a courier."""
        insort(self._losses.setdefault((organisation, courier), []), at_s)

    def lose_all(self, organisation: int, at_s: float) -> None:
        """Record the loss of all vehicles of an organisation."""
        for courier in range(self.each):
            self.lose(organisation, courier, at_s)

    def of_trip(self, attempt_id: str) -> int:
        """Courier who makes a trip."""
        quantile, _, _, _ = uniforms(self.streams, LOOKOUT, entity_number(attempt_id), 1)
        return int(quantile * self.each)


class Lookout(NamedTuple):
    """A lookout.

    Attributes
    ----------
    organisation, courier, vehicle : int
        Subject of the lookout; useless once the courier drives another vehicle.
    expires_s : float
    """

    organisation: int
    courier: int
    vehicle: int
    expires_s: float


class Lookouts:
    """The lookouts at the booths.

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
        """Number of lookouts at the booths."""
        return sum(len(lookouts) for lookouts in self._active)

    def receive(self, lead: Lead, now: float, intelligence: Intelligence) -> None:
        """Issue a lookout if a lead identifies a vehicle or driver.

        It identifies the vehicle that was in use at the moment of the event behind the lead.
        """
        identifies, quantile, _, _ = uniforms(self.streams, LOOKOUT, *lead.key)
        if identifies >= intelligence.identifies_share:
            return
        organisation, courier = lead.organisation, int(quantile * self.couriers.each)
        vehicle = self.couriers.vehicle(organisation, courier, lead.happened_s)
        self.issued += 1
        self.late += int(vehicle != self.couriers.vehicle(organisation, courier, now))
        expires_s = now + intelligence.lookout_days * DAY_S
        self._active[organisation].append(Lookout(organisation, courier, vehicle, expires_s))

    def day_begins(self, now: float) -> None:
        """Remove the lookouts that have expired."""
        for organisation, lookouts in enumerate(self._active):
            if lookouts:
                kept = [lookout for lookout in lookouts if lookout.expires_s > now]
                self.expired += len(lookouts) - len(kept)
                self._active[organisation] = kept

    def meets(self, organisation: int, courier: int, at_s: float) -> bool:
        """Whether a lookout is active on the vehicle that a courier drives at a moment."""
        return any(
            lookout.courier == courier
            and lookout.expires_s > at_s
            and lookout.vehicle == self.couriers.vehicle(organisation, courier, at_s)
            for lookout in self._active[organisation]
        )

    def coverage(self, now: float) -> float:
        """Share of all couriers whose present vehicle is the subject of a lookout."""
        covered = {
            (lookout.organisation, lookout.courier)
            for lookouts in self._active
            for lookout in lookouts
            if lookout.expires_s > now
            and lookout.vehicle == self.couriers.vehicle(lookout.organisation, lookout.courier, now)
        }
        return len(covered) / max(len(self._active) * self.couriers.each, 1)

    def reported(self, attempt_id: str, intelligence: Intelligence) -> bool:
        """Whether a report of this trip reaches the booths before the trip arrives."""
        if intelligence.report_share <= 0.0:
            return False
        reported, notice, _, _ = uniforms(self.streams, LOOKOUT, entity_number(attempt_id), 2)
        notice_h = -intelligence.report_notice_h * math.log(notice)
        return reported < intelligence.report_share and notice_h >= intelligence.report_h
