"""Lookouts: messages to the booths that a vehicle or its driver is of interest."""

import math
from typing import NamedTuple

from sim.model.chance import uniforms
from sim.model.conditions import DAY_S
from sim.model.courier import Couriers
from sim.model.lead import Lead
from sim.parameters import Intelligence
from sim.randomness import LOOKOUT, Streams, entity_number


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

    def receive(self, lead: Lead, now: float, terms: Intelligence) -> None:
        """Take in a lead, which makes a lookout if it names a vehicle or driver.

        It names the one that was in use when what the lead tells of happened.
        """
        named, who, _, _ = uniforms(self.streams, LOOKOUT, *lead.key)
        if named >= terms.identifies_share:
            return
        own, courier = lead.organisation, int(who * self.couriers.each)
        vehicle = self.couriers.vehicle(own, courier, lead.happened_s)
        self.issued += 1
        self.late += int(vehicle != self.couriers.vehicle(own, courier, now))
        expires_s = now + terms.lookout_days * DAY_S
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

    def reported(self, attempt_id: str, terms: Intelligence) -> bool:
        """Whether a report of this very trip is at the booths before it arrives."""
        if terms.report_share <= 0.0:
            return False
        known, notice, _, _ = uniforms(self.streams, LOOKOUT, entity_number(attempt_id), 2)
        notice_h = -terms.report_notice_h * math.log(notice)
        return known < terms.report_share and notice_h >= terms.report_h
