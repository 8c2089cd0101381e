"""Investigations: cases on organisations, each of which occupies an investigator for months."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from sim.model.intelligence.lead import Agenda, Lead, Leads
from sim.numerics import added
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
    quantile : float
        Between 0 and 1: it ends in arrest if that is below the chance that its evidence gives.
    """

    organisation: int
    opened_s: float
    ends_s: float
    quantile: float


def chance_of_arrest(strength: Any, intelligence: Intelligence) -> Any:
    """Chance that a case ends in the arrest of the organisation.

    Evidence that is just enough for a case gives ``arrest_share``. With ``evidence_arrest`` 1,
    every further lead is an independent chance; with 0, further evidence is of no use.

    Parameters
    ----------
    strength : float or array of float
        Of the evidence at the end of the case, in average fresh leads.
    intelligence : Intelligence
        Values in force.
    """
    ratio = (np.maximum(strength, 0.0) / intelligence.case_leads) ** intelligence.evidence_arrest
    return 1.0 - (1.0 - intelligence.arrest_share) ** ratio


def months_of_case(strength: Any, intelligence: Intelligence) -> Any:
    """Mean length of a case in months: shorter, the more evidence there is when it is opened.

    Parameters
    ----------
    strength, intelligence
        As in `chance_of_arrest`.
    """
    ratio = np.maximum(strength / intelligence.case_leads, 1.0)
    return intelligence.case_months * ratio**-intelligence.evidence_speed


class Investigations:
    """All cases of a replication.

    An organisation with enough leads joins the queue for a case, which is opened when an
    investigator is free if there are still enough. The strongest evidence is worked first; one
    case at a time on an organisation. Leads that arrive during a case are added to it.

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
        self._line: list[int] = []
        # Evidence of the open cases, by organisation, in average leads.
        self._evidence: dict[int, float] = {}

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
        """Add what is new on an organisation to its case, or queue one if there is enough."""
        if organisation in self._evidence:
            now = self.agenda.now
            leads = self.leads.use(organisation, now)
            self._evidence[organisation] += added(lead.strength(now) for lead in leads)
        elif organisation not in self._busy and self._enough(organisation):
            self._busy.add(organisation)
            self._line.append(organisation)
            self._assign()

    def _enough(self, organisation: int) -> bool:
        now = self.agenda.now
        needed = self.intelligence_at(now).case_leads
        strength = self.leads.strength(organisation, now)
        return strength >= needed and self.suspects.in_action(organisation, now)

    def _assign(self) -> None:
        """Assign free investigators to the organisations in line, the strongest evidence first.

        A case begins after everything else of the same moment, so that it uses all its leads.
        """
        now = self.agenda.now
        while self.free and self._line:
            self.free -= 1
            strongest = max(self._line, key=lambda each: self.leads.strength(each, now))
            self._line.remove(strongest)
            self.agenda.enter(0.0, self._begin, strongest)

    def _begin(self, organisation: int) -> None:
        if self._enough(organisation):
            now = self.agenda.now
            leads = self.leads.use(organisation, now)
            self._evidence[organisation] = added(lead.strength(now) for lead in leads)
            case = self._open(organisation, leads[0])
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

    def _open(self, organisation: int, first: Lead) -> Case:
        """Open a case; its draws are those of its first lead, whatever other cases there are."""
        now = self.agenda.now
        intelligence = self.intelligence_at(now)
        length, end, _, _ = uniforms(self.streams, CASE, *first.key)
        months = months_of_case(self._evidence[organisation], intelligence)
        ends_s = now + lognormal(months * DAYS_PER_MONTH * DAY_S, intelligence.delay_cv, length)
        case = Case(organisation, now, ends_s, end)
        self.cases.append(case)
        return case

    def _end(self, case: Case) -> None:
        self.ended += 1
        now = self.agenda.now
        strength = self._evidence.pop(case.organisation)
        arrest = case.quantile < chance_of_arrest(strength, self.intelligence_at(now))
        if arrest and self.suspects.in_action(case.organisation, now):
            self.arrests += 1
            self.suspects.arrest(case.organisation, now)
        self._release(case.organisation)
