"""Trusted traders who smuggle: enrolment, and its loss after audits.

An enrolled organisation sends its trips through the trusted lane of a port that has one. An audit
of its firm may find that it smuggles; it then loses its enrolment for a time and uses the general
lanes. There is no other consequence: an audit examines books and seizes no load.
"""

import numpy as np
import numpy.typing as npt

from sim.model.port.traffic import CAR, FAST, NEXUS, TRUCK
from sim.numerics.randomness import AUDIT, Streams
from sim.numerics.units import DAYS_PER_YEAR, Whole
from sim.parameters import Contraband
from sim.places.ports import Ports


class Enrolment:
    """Enrolments of all organisations of one replication.

    Parameters
    ----------
    ports : Ports
    entities : list of int
        Numbers of the organisations, keys of their draws.
    trusted_share : float
        Share of them enrolled at the start.
    streams : Streams

    Attributes
    ----------
    lost : int
        Enrolments lost so far.
    """

    def __init__(
        self, ports: Ports, entities: list[int], trusted_share: float, streams: Streams
    ) -> None:
        self.streams = streams
        self.entities = entities
        self.trusted_lane: dict[int, tuple[int, npt.NDArray[np.bool_]]] = {
            CAR: (NEXUS, ports.nexus),
            TRUCK: (FAST, ports.fast),
        }
        first = streams.first_words(AUDIT, np.array(entities, np.int64), 0, 0)
        self.enrolled = (first + 0.5) / 2.0**32 < trusted_share
        self.lost_until = np.full(len(entities), -np.inf)
        self.lost = 0

    def audit(self, day: int, rules: Contraband) -> None:
        """Audit on a day those who are enrolled."""
        rate = rules.audits_per_year / DAYS_PER_YEAR
        for number in np.flatnonzero(self.enrolled & (self.lost_until <= day)):
            u = self.streams.uniforms(AUDIT, self.entities[number], day, 1, first=1)[:, 0]
            if u[0] < rate and u[1] < rules.audit_find:
                self.lost_until[number] = day + rules.enrolment_lost_days
                self.lost += 1

    def lane(self, organisation: int, port: int, lane: int, day: int) -> int:
        """Lane that a trip takes at a port.

        Parameters
        ----------
        organisation, port : int
        lane : int
            Lane that it takes without enrolment.
        day : int

        Returns
        -------
        int
            The trusted lane, if the organisation is enrolled and the port has one.
        """
        if lane not in self.trusted_lane or not self.enrolled[organisation]:
            return lane
        trusted, at_port = self.trusted_lane[lane]
        return trusted if at_port[port] and self.lost_until[organisation] <= day else lane

    def lanes(self, organisation: int, general: Whole, day: int) -> Whole:
        """Lane that a trip takes at each port.

        Parameters
        ----------
        organisation : int
        general : array of int, shape (ports,)
            Lane that it takes without enrolment.
        day : int
        """
        if not self.enrolled[organisation]:
            return general
        return np.array(
            [self.lane(organisation, port, int(lane), day) for port, lane in enumerate(general)],
            np.int64,
        )
