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


# What a lookout may name.
VEHICLE, DRIVER = range(2)


class Couriers:
    """Which vehicle and driver each courier of each organisation has at a moment.

    Both are changed after exponential times, when a load is stopped, and when the organisation is
    arrested. Only that they have changed matters, so both are numbers.

    Parameters
    ----------
    organisations : list of int
        Entity numbers.
    each : int
        Couriers of an organisation.
    days : tuple of float
        Mean time until a vehicle is changed, and a driver, in days.
    first_s : float
        Beginning of the warm-up, in seconds since the run began.
    streams : Streams
    """

    def __init__(
        self,
        organisations: list[int],
        each: int,
        days: tuple[float, float],
        first_s: float,
        streams: Streams,
    ) -> None:
        self.each = each
        self.mean_s = [mean * DAY_S for mean in days]
        self.first_s = first_s
        self.streams = streams
        self.entity = [
            [
                (entity_number(f"courier/{entity}/{i}"), entity_number(f"driver/{entity}/{i}"))
                for i in range(each)
            ]
            for entity in organisations
        ]
        self._changes: dict[tuple[int, int, int], list[float]] = {}
        self._losses: dict[tuple[int, int], list[float]] = {}

    def number(self, subject: int, organisation: int, courier: int, at_s: float) -> int:
        """Number of the vehicle, or of the driver, that a courier has at a moment.

        Parameters
        ----------
        subject : int
            Whether the vehicle or the driver is meant.
        organisation, courier : int
        at_s : float
            Moment, in seconds of the run.
        """
        changes = self._changes.setdefault((subject, organisation, courier), [])
        while not changes or changes[-1] <= at_s:
            self._extend(subject, organisation, courier, changes)
        lost = self._losses.get((organisation, courier), ())
        return bisect_right(changes, at_s) + bisect_right(lost, at_s)

    def _extend(self, subject: int, organisation: int, courier: int, changes: list[float]) -> None:
        entity = self.entity[organisation][courier][subject]
        u = self.streams.uniforms(LOOKOUT, entity, 0, _DRAWS, first=len(changes) // 4)
        last = changes[-1] if changes else self.first_s
        changes += (last + np.cumsum(-self.mean_s[subject] * np.log(u.T.ravel()))).tolist()

    def lose(self, organisation: int, courier: int, at_s: float) -> None:
        """Record the loss of the vehicle of a courier, with its driver."""
        insort(self._losses.setdefault((organisation, courier), []), at_s)

    def lose_all(self, organisation: int, at_s: float) -> None:
        """Record the loss of all vehicles of an organisation, with their drivers."""
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
    subject : int
        Vehicle or driver.
    number : int
        Of the vehicle or driver: the lookout is useless once the courier has another.
    """

    organisation: int
    courier: int
    subject: int
    number: int
    expires_s: float

    def in_use(self, couriers: Couriers, at_s: float) -> bool:
        """Whether the courier still has this vehicle or driver at a moment."""
        have = couriers.number(self.subject, self.organisation, self.courier, at_s)
        return have == self.number


def reported_in_time(intelligence: Intelligence) -> float:
    """Share of the reports that reach the booths before the trip that they tell of."""
    if intelligence.report_notice_h <= 0.0:
        return float(intelligence.report_h <= 0.0)
    return math.exp(-intelligence.report_h / intelligence.report_notice_h)


class Lookouts:
    """The lookouts at the booths.

    Attributes
    ----------
    on : list of list
        Those at the booths, by organisation.
    issued, expired, late : int
        So far; late ones were about what had been changed before they reached the booths.
    """

    def __init__(self, couriers: Couriers, streams: Streams) -> None:
        self.couriers = couriers
        self.streams = streams
        self.on: list[list[Lookout]] = [[] for _ in couriers.entity]
        # Those of which the vehicle or driver was still in use when the coverage was last asked
        # for: what has been changed does not come back.
        self._in_use: list[Lookout] = []
        self.issued = 0
        self.expired = 0
        self._first_expires_s = math.inf
        self.late = 0

    @property
    def active(self) -> int:
        """Number of lookouts at the booths."""
        return sum(map(len, self.on))

    def receive(self, lead: Lead, now: float, intelligence: Intelligence) -> None:
        """Issue a lookout if a lead identifies a vehicle or driver.

        It identifies the one that was in use at the moment of the event behind the lead: of a
        trace, the sale.
        """
        identifies, quantile, what, _ = uniforms(self.streams, LOOKOUT, *lead.key)
        if identifies >= intelligence.identifies_share:
            return
        organisation, courier = lead.organisation, int(quantile * self.couriers.each)
        subject = DRIVER if what < intelligence.person_share else VEHICLE
        number = self.couriers.number(subject, organisation, courier, lead.happened_s)
        expires_s = now + intelligence.lookout_days * DAY_S
        lookout = Lookout(organisation, courier, subject, number, expires_s)
        self.issued += 1
        self.late += int(not lookout.in_use(self.couriers, now))
        self.on[organisation].append(lookout)
        self._in_use.append(lookout)
        self._first_expires_s = min(self._first_expires_s, expires_s)

    def day_begins(self, now: float) -> None:
        """Remove the lookouts that have expired."""
        if now < self._first_expires_s:
            return
        before = self.active
        for lookouts in self.on:
            lookouts[:] = [lookout for lookout in lookouts if lookout.expires_s > now]
        self.expired += before - self.active
        left = (lookout.expires_s for lookouts in self.on for lookout in lookouts)
        self._first_expires_s = min(left, default=math.inf)

    def meets(self, organisation: int, courier: int, at_s: float) -> bool:
        """Whether a lookout is active on the vehicle or driver of a courier at a moment."""
        return any(
            lookout.courier == courier
            and lookout.expires_s > at_s
            and lookout.in_use(self.couriers, at_s)
            for lookout in self.on[organisation]
        )

    def coverage(self, now: float) -> float:
        """Share of all couriers whose present vehicle or driver is named by a lookout.

        ``now`` may not be before that of the last call.
        """
        self._in_use = [
            lookout
            for lookout in self._in_use
            if lookout.expires_s > now and lookout.in_use(self.couriers, now)
        ]
        covered = {(lookout.organisation, lookout.courier) for lookout in self._in_use}
        return len(covered) / max(len(self.on) * self.couriers.each, 1)

    def reported(self, attempt_id: str, intelligence: Intelligence) -> bool:
        """Whether a report of this trip reaches the booths before the trip arrives."""
        if intelligence.report_share <= 0.0:
            return False
        reported, notice, _, _ = uniforms(self.streams, LOOKOUT, entity_number(attempt_id), 2)
        notice_h = -intelligence.report_notice_h * math.log(notice)
        return reported < intelligence.report_share and notice_h >= intelligence.report_h
