"""Investigations: cases on organisations, each of which occupies an investigator for months."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from sim.model.intelligence.lead import Agenda, Leads
from sim.numerics.randomness import CASE, Streams, lognormal, uniforms
from sim.numerics.units import DAY_S, DAYS_PER_MONTH
from sim.parameters import Intelligence


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
    agenda : Agenda
    suspects : Suspects
    leads : Leads
    intelligence_at : callable
        Parameters in force at a moment.
    streams : Streams
    first_s : float
        Beginning of the investigations, in seconds since the run began.

    Attributes
    ----------
    free : int
        Investigators without a case.
    leaving : int
        Those who will leave at the end of their case.
    """

    def __init__(
        self,
        agenda: Agenda,
        suspects: Suspects,
        leads: Leads,
        intelligence_at: Callable[[float], Intelligence],
        streams: Streams,
        first_s: float,
    ) -> None:
        self.agenda = agenda
        self.suspects = suspects
        self.leads = leads
        self.intelligence_at = intelligence_at
        self.streams = streams
        self.staff = int(intelligence_at(first_s).investigators)
        self.free = self.staff
        self.leaving = 0
        self.cases: list[Case] = []
        self.ended = 0
        self.arrests = 0
        self._busy: set[int] = set()
        self._line: deque[int] = deque()
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
        self.leaving = max(-change - self.free, 0)
        self.free += change + self.leaving
        self._assign()

    def consider(self, organisation: int) -> None:
        """Queue a case on an organisation if there are enough leads."""
        if organisation not in self._busy and self._enough(organisation):
            self._busy.add(organisation)
            self._line.append(organisation)
            self._assign()

    def _enough(self, organisation: int) -> bool:
        now = self.agenda.now
        needed = self.intelligence_at(now).case_leads
        live = self.leads.on(organisation, now)
        return live >= needed and self.suspects.in_action(organisation, now)

    def _assign(self) -> None:
        """Assign free investigators to the organisations in line, first come, first served.

        A case begins after everything else of the same moment, so that it uses all its leads.
        """
        while self.free and self._line:
            self.free -= 1
            self.agenda.enter(0.0, self._begin, self._line.popleft())

    def _begin(self, organisation: int) -> None:
        if self._enough(organisation):
            self.leads.use(organisation, self.agenda.now)
            case = self._open(organisation)
            self.agenda.enter(case.ends_s - case.opened_s, self._end, case)
        else:
            self._release(organisation)

    def _release(self, organisation: int) -> None:
        """Release the investigator of an organisation."""
        self._busy.discard(organisation)
        if self.leaving:
            self.leaving -= 1
        else:
            self.free += 1
            self._assign()
        self.consider(organisation)

    def _open(self, organisation: int) -> Case:
        now = self.agenda.now
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
        now = self.agenda.now
        if case.arrest and self.suspects.in_action(case.organisation, now):
            self.arrests += 1
            self.suspects.arrest(case.organisation, now)
        self._release(case.organisation)
