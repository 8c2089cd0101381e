"""Leads on organisations, and the cases that they open.

A lead is evidence, useful for a limited time; it comes by a channel. A case occupies an
investigator for months.
"""

import heapq
import math
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from sim.numerics import added, randomness
from sim.numerics.randomness import Key, Streams, entity_number, lognormal, uniforms
from sim.numerics.units import DAY_S, DAYS_PER_MONTH
from sim.parameters import Intelligence


class Agenda:
    """Dated actions in order of time; those of one moment in the order in which they were entered.

    A heap in place of a SimPy process for every trace, comparison, message and case: it is faster,
    and it can be copied (`sim.model.intelligence.intelligence.after_warm_up`).

    Parameters
    ----------
    now_s : float
        Where its clock begins, in seconds since the run began.

    Attributes
    ----------
    now : float
        Moment of the action that is being taken, in seconds since the run began.
    """

    def __init__(self, now_s: float) -> None:
        self.now = now_s
        self._actions: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._entered = 0

    def enter(self, delay_s: float, action: Callable[..., None], *arguments: Any) -> None:
        """Enter an action to be taken after a delay in seconds, with its arguments."""
        self._entered += 1
        heapq.heappush(self._actions, (self.now + delay_s, self._entered, action, arguments))

    def advance(self, to_s: float) -> None:
        """Take all actions that are due up to and including a moment."""
        while self._actions and self._actions[0][0] <= to_s:
            self.now, _, action, arguments = heapq.heappop(self._actions)
            action(*arguments)
        self.now = to_s


TRACE, SALE, POLICE, MATCH, STOP, MONEY = "trace", "sale", "police", "match", "stop", "money"
# Where a lead arises: traces and sales are known in the United States, the others in Canada.
KNOWN_IN_CANADA = frozenset({POLICE, MATCH, STOP, MONEY})


# Of a lead whose evidence is uniform between 0 and 1: an average lead.
MEAN_EVIDENCE = 0.5
# Strength below which a lead is cold, in average leads.
COLD = 0.05


class Lead(NamedTuple):
    """Evidence on an organisation.

    Attributes
    ----------
    kind : str
        trace, sale, police, match, stop or money.
    happened_s : float
        Moment of the event behind it: a sale, a tip, a stop, a find of money.
    evidence : float
        Strength of the evidence, 0 to 1.
    life_s : float
        Time in which it fades by a factor e.
    """

    kind: str
    organisation: int
    happened_s: float
    evidence: float
    life_s: float
    key: Key

    def strength(self, now: float) -> float:
        """Strength at a moment, in average fresh leads: its evidence, fading with its age."""
        age_s = max(now - self.happened_s, 0.0)
        return self.evidence / MEAN_EVIDENCE * math.exp(-age_s / self.life_s)

    def may_be_shared(self, intelligence: Intelligence) -> bool:
        """Whether it may be sent to the other country."""
        return self.kind not in KNOWN_IN_CANADA or self.evidence >= intelligence.sharing_evidence


def new_lead(
    kind: str,
    organisation: int,
    happened_s: float,
    key: Key,
    intelligence: Intelligence,
    streams: Streams,
) -> Lead:
    """Make a lead, and draw its evidence.

    A stop is certain evidence; the strength of other leads is uniform between 0 and 1.

    Parameters
    ----------
    kind : str
    organisation : int
    happened_s : float
        As in `Lead`.
    key : Key
        Of its draws.
    intelligence : Intelligence
        Values in force.
    streams : Streams
    """
    evidence = 1.0 if kind == STOP else uniforms(streams, randomness.LEAD, *key)[0]
    return Lead(kind, organisation, happened_s, evidence, intelligence.lead_life_days * DAY_S, key)


class Leads:
    """Pending leads of the investigators, by organisation.

    Attributes
    ----------
    received, used, faded : int
        Leads so far: received, used up by a case or an arrest, gone cold.
    """

    def __init__(self, organisations: int) -> None:
        self._waiting: list[list[Lead]] = [[] for _ in range(organisations)]
        self.received = 0
        self.used = 0
        self.faded = 0

    @property
    def waiting(self) -> int:
        """Pending leads, including those gone cold since they were last counted."""
        return sum(len(leads) for leads in self._waiting)

    def take_in(self, lead: Lead) -> None:
        """Add a lead."""
        self.received += 1
        self._waiting[lead.organisation].append(lead)

    def on(self, organisation: int, now: float) -> list[Lead]:
        """Leads on an organisation that are not cold, in the order in which they were received."""
        leads = self._waiting[organisation]
        live = [lead for lead in leads if lead.strength(now) >= COLD]
        self.faded += len(leads) - len(live)
        self._waiting[organisation] = live
        return live

    def strength(self, organisation: int, now: float) -> float:
        """Strength of all leads on an organisation together, in average fresh leads."""
        return added(lead.strength(now) for lead in self.on(organisation, now))

    def use(self, organisation: int, now: float) -> list[Lead]:
        """Use up all leads on an organisation, and return those that were not cold."""
        live = self.on(organisation, now)
        self._waiting[organisation] = []
        self.used += len(live)
        return live


T = TypeVar("T")


class Channel(Generic[T]):
    """Messages under way to one recipient.

    A message goes through an intermediary or directly; its way and its delay are draws of the
    message, the same in every scenario.

    Parameters
    ----------
    agenda : Agenda
    name : str
        Of the recipient.
    receive : callable
        Called with each message when it arrives.
    streams : Streams
    """

    def __init__(
        self, agenda: Agenda, name: str, receive: Callable[[T], None], streams: Streams
    ) -> None:
        self.agenda = agenda
        self.salt = entity_number(f"channel/{name}")
        self.receive = receive
        self.streams = streams
        self.sent = 0
        self.delivered = 0
        self.delay_s = 0.0

    def send(self, message: T, key: Key, intelligence: Intelligence) -> None:
        """Send a message, under the parameters in force."""
        self.sent += 1
        delay_s = self.delay_of(key, intelligence)
        self.agenda.enter(delay_s, self._deliver, message, delay_s)

    def _deliver(self, message: T, delay_s: float) -> None:
        self.delivered += 1
        self.delay_s += delay_s
        self.receive(message)

    def delay_of(self, key: Key, intelligence: Intelligence) -> float:
        """Delay of a message, in seconds."""
        way, time, _, _ = uniforms(
            self.streams, randomness.CHANNEL, key.entity ^ self.salt, key.day, key.number
        )
        mean = (
            intelligence.direct_days
            if way < intelligence.direct_share
            else intelligence.intermediary_days
        )
        return lognormal(mean * DAY_S, intelligence.delay_cv, time)


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
    every further lead is an independent chance; with 0, further evidence is of no use. ``strength``
    is that of the evidence at the end of the case, in average fresh leads.
    """
    ratio = (np.maximum(strength, 0.0) / intelligence.case_leads) ** intelligence.evidence_arrest
    return 1.0 - (1.0 - intelligence.arrest_share) ** ratio


def months_of_case(strength: Any, intelligence: Intelligence) -> Any:
    """Mean length of a case in months: shorter, the more evidence there is when it is opened."""
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
        length, end, _, _ = uniforms(self.streams, randomness.CASE, *first.key)
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
