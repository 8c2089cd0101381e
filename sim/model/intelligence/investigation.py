"""Investigations: cases on organisations, each of which occupies an investigator for months."""

from typing import NamedTuple, Protocol

import simpy
from simpy.events import ProcessGenerator

from sim.model.conditions import IntelligenceAt
from sim.model.intelligence.lead import Leads
from sim.numerics.randomness import CASE, Streams, lognormal, uniforms
from sim.numerics.units import DAY_S, DAYS_PER_MONTH


class Suspects(Protocol):
    """Organisations as investigators see them."""

    entity: list[int]

    def in_action(self, organisation: int, at_s: float) -> bool:
        """Whether an organisation is active at a moment."""

    def arrest(self, organisation: int, at_s: float) -> None:
        """Take an organisation out of action."""


class Case(NamedTuple):
    """A case.

    Attributes
    ----------
    organisation : int
    opened_s, ends_s : float
    arrest : bool
        Whether it will end in arrest; else it is closed without one.
    """

    organisation: int
    opened_s: float
    ends_s: float
    arrest: bool


class Investigations:
    """All cases of a replication.

    An organisation with enough leads joins the queue for a case, which is opened when an
    investigator is free if there are still enough leads. First come, first served; one case at a
    time on an organisation.

    Parameters
    ----------
    env : simpy.Environment
    suspects : Suspects
    leads : Leads
    intelligence_at : IntelligenceAt
    streams : Streams
    first_s : float
        Beginning of the investigations, in seconds since the run began.
    """

    def __init__(
        self,
        env: simpy.Environment,
        suspects: Suspects,
        leads: Leads,
        intelligence_at: IntelligenceAt,
        streams: Streams,
        first_s: float,
    ) -> None:
        self.env = env
        self.suspects = suspects
        self.leads = leads
        self.intelligence_at = intelligence_at
        self.streams = streams
        self.staff = int(intelligence_at(first_s).investigators)
        self.free = simpy.Container(env, init=self.staff)
        self.leaving = 0
        self.cases: list[Case] = []
        self.ended = 0
        self.arrests = 0
        self._busy: set[int] = set()
        self._number: dict[int, int] = {}

    @property
    def open(self) -> int:
        """Cases that are being worked on."""
        return len(self.cases) - self.ended

    @property
    def in_line(self) -> int:
        """Organisations with enough leads that wait for a free investigator."""
        return len(self._busy) - self.open

    def set_staff(self, staff: int) -> None:
        """Add investigators at once, or release them as they become free."""
        change = staff - self.staff - self.leaving
        self.staff = staff
        self.leaving = max(-change - int(self.free.level), 0)
        if change > 0:
            self.free.put(change)
        elif change + self.leaving < 0:
            self.free.get(-change - self.leaving)

    def consider(self, organisation: int) -> None:
        """Queue a case on an organisation if there are enough leads."""
        if organisation not in self._busy and self._enough(organisation):
            self._busy.add(organisation)
            self.env.process(self._case(organisation))

    def _enough(self, organisation: int) -> bool:
        now = self.env.now
        needed = self.intelligence_at(now).case_leads
        live = self.leads.on(organisation, now)
        return live >= needed and self.suspects.in_action(organisation, now)

    def _case(self, organisation: int) -> ProcessGenerator:
        yield self.free.get(1)
        if self._enough(organisation):
            self.leads.use(organisation, self.env.now)
            case = self._open(organisation)
            yield self.env.timeout(case.ends_s - case.opened_s)
            self._end(case)
        self._busy.discard(organisation)
        if self.leaving:
            self.leaving -= 1
        else:
            yield self.free.put(1)
        self.consider(organisation)

    def _open(self, organisation: int) -> Case:
        now = self.env.now
        intelligence = self.intelligence_at(now)
        number = self._number.get(organisation, 0)
        self._number[organisation] = number + 1
        entity = self.suspects.entity[organisation]
        length, end, _, _ = uniforms(self.streams, CASE, entity, 0, number)
        mean_s = intelligence.case_months * DAYS_PER_MONTH * DAY_S
        ends_s = now + lognormal(mean_s, intelligence.delay_cv, length)
        case = Case(organisation, now, ends_s, end < intelligence.arrest_share)
        self.cases.append(case)
        return case

    def _end(self, case: Case) -> None:
        self.ended += 1
        now = self.env.now
        if not case.arrest or not self.suspects.in_action(case.organisation, now):
            return
        self.arrests += 1
        self.suspects.arrest(case.organisation, now)
