"""Intelligence: how evidence leads to cases on organisations, and to lookouts at the booths.

Firearms recovered or seized are traced. Leads are traces, reported sales, ballistic matches, stops,
money found and tips to police. A lead is available at once in the country where it arises, and
reaches the other through a channel if it may be shared: the investigators (of the United States,
with their partners) or the booths of Canada. Enough leads open a case; a lead that identifies a
vehicle or a driver makes a lookout.

Before the run there is a warm-up, in which leads, cases and lookouts settle. No proposal holds in
it, so most points of a study share the warm-up of a replication: it is computed once in a process.
"""

import dataclasses
import functools
import io
import math
import pickle
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from sim.model.conditions import IntelligenceAt
from sim.model.intelligence.evidence import (
    Ballistics,
    Occurrence,
    Occurrences,
    Recoveries,
    Recovery,
    Trace,
    Traces,
    is_recent,
)
from sim.model.intelligence.lead import (
    KNOWN_IN_CANADA,
    MATCH,
    MONEY,
    POLICE,
    SALE,
    STOP,
    TRACE,
    Agenda,
    Channel,
    Investigations,
    Lead,
    Leads,
    new_lead,
)
from sim.model.intelligence.lookout import Couriers, Lookouts, reported_in_time
from sim.model.smuggling.organisation import Organisations
from sim.model.smuggling.routes import Attempt, AttemptOutcome
from sim.numerics import added
from sim.numerics.randomness import RECOVERY, Key, Streams, entity_number
from sim.numerics.units import DAY_S, DAYS_PER_YEAR, Floats
from sim.parameters import Intelligence as IntelligenceParameters
from sim.parameters import Smuggling
from sim.records import IntelligenceRecord

RECOVERED = "recovered"
# Key of the draws that follow a stop; the attempt is the entity.
_STOP_DAY = 3
_MATCH = entity_number("match")


def money_stops_per_year(intelligence: IntelligenceParameters) -> float:
    """Expected finds a year of money that traffickers of firearms take across the border.

    Officers find it by chance, or stop a trip of which a report has reached them in time.
    """
    reported = intelligence.payment_reported_share * reported_in_time(intelligence)
    found = 1.0 - (1.0 - intelligence.payment_found_share) * (1.0 - reported)
    return intelligence.payments_per_year * found


class Intelligence:
    """The intelligence of one replication; it begins before the run.

    It covers the whole country, whatever part of the border a run simulates. What happens within a
    day stands in an agenda. At each midnight first `advance`, then `on_outcomes`, then
    `day_begins` (`after_warm_up` for the days before the run).

    Parameters
    ----------
    first_s : float
        Beginning of the warm-up, at most 0.
    organisations : Organisations
    firearms_per_year : float
        Firearms that reach their markets in a year of the baseline.
    share : float
        Share of their trips that the run simulates.
    intelligence_at : callable
        Parameters in force at a moment (`sim.model.conditions.IntelligenceAt`).
    streams : Streams
    """

    def __init__(
        self,
        first_s: float,
        organisations: Organisations,
        firearms_per_year: float,
        share: float,
        intelligence_at: Callable[[float], IntelligenceParameters],
        streams: Streams,
    ) -> None:
        self.agenda = Agenda(first_s)
        self.intelligence_at = intelligence_at
        self.streams = streams
        self.share = share
        self.past = organisations.past_share()
        self.organisations = organisations
        self.entity = organisations.entity
        now = intelligence_at(first_s)
        self.recoveries = Recoveries(self.past, firearms_per_year, now)
        self.occurrences = Occurrences((RECOVERED, SALE, POLICE, MONEY), self.entity, streams)
        self.traces = Traces(len(self.entity), streams)
        self.ballistics = Ballistics(streams)
        self.leads = Leads(len(self.entity))
        self.investigations = Investigations(
            self.agenda, self, self.leads, intelligence_at, streams, first_s
        )
        days = now.plate_days, now.driver_days
        self.couriers = Couriers(self.entity, now.couriers, days, first_s, streams)
        self.lookouts = Lookouts(self.couriers, streams)
        self.to_investigators: Channel[Lead] = Channel(
            self.agenda, "investigators", self._to_pending, streams
        )
        self.to_booths: Channel[Lead] = Channel(self.agenda, "booths", self._to_booths, streams)
        # Stopped loads of which a trace has told already.
        self._loads_told: set[int] = set()
        self.held_back = 0
        self.arrests = 0
        self.arrested_s: dict[int, float] = {}
        self.before: dict[str, float] = {}
        # Rates of occurrences, with the parameters from which they follow; recoveries come first.
        self._settled: tuple[IntelligenceParameters, Floats] | None = None
        self.requests_before = [0] * len(self.entity)
        self.successes_before = [0] * len(self.entity)

    def in_action(self, organisation: int, at_s: float) -> bool:
        """Whether an organisation is active at a moment."""
        return self.organisations.in_action(organisation, at_s)

    def arrest(self, organisation: int, at_s: float) -> None:
        """Take an organisation out of action."""
        self.organisations.arrest(organisation, at_s)
        self._apply_arrests()

    def _apply_arrests(self) -> None:
        """After an arrest, all vehicles of the organisation change and its leads are used up."""
        for organisation, at_s in self.organisations.arrests[self.arrests :]:
            self.arrested_s[organisation] = at_s
            self.couriers.lose_all(organisation, at_s)
            self.leads.use(organisation, at_s)
        self.arrests = len(self.organisations.arrests)

    def lookout_is_active(self, attempt_id: str, organisation: int, at_s: float) -> bool:
        """Whether a lookout on a trip is active when it arrives, by the state of the booths now.

        It arrives at ``at_s``, in seconds since the run began.
        """
        if self.lookouts.on[organisation]:
            courier = self.couriers.of_trip(attempt_id)
            if self.lookouts.meets(organisation, courier, at_s):
                return True
        return self.lookouts.reported(attempt_id, self.intelligence_at(at_s))

    def lookout_share(self, now: float) -> float:
        """Share of trips that a lookout or a report would be active on at a moment."""
        intelligence = self.intelligence_at(now)
        reported = intelligence.report_share * reported_in_time(intelligence)
        return 1.0 - (1.0 - self.lookouts.coverage(now)) * (1.0 - reported)

    def advance(self, to_s: float) -> None:
        """Let everything happen that is due up to a moment, in seconds since the run began."""
        self.agenda.advance(to_s)

    def warmed_up(self, days: int) -> "Intelligence":
        """Take the days before the run, and count from its beginning on."""
        for day in range(-days, 0):
            self.day_begins(day)
            self.advance((day + 1) * DAY_S)
        self.before = self.totals()
        self.requests_before = list(self.traces.requests)
        self.successes_before = list(self.traces.successes)
        return self

    def day_begins(self, day: int) -> None:
        """Enter the occurrences of a day, which is negative before the run, in the agenda."""
        now = self.agenda.now
        intelligence = self.intelligence_at(now)
        self.investigations.set_staff(int(intelligence.investigators))
        self.lookouts.day_begins(now)
        for occurrence in self.occurrences.of_day(day, self._rates(day, intelligence)):
            if occurrence.kind == RECOVERED:
                recovery = self.recoveries.recovery(occurrence, intelligence)
                self._recovered(recovery, intelligence)
            else:
                self.agenda.enter(occurrence.time_s - now, self._tip, occurrence)

    def _rates(self, day: int, intelligence: IntelligenceParameters) -> Floats:
        """Expected occurrences of a day, by kind and organisation."""
        # Before the run nothing is delivered, so that they stay the same.
        if self._settled is None or self._settled[0] is not intelligence:
            sales = intelligence.sale_reports_per_year / DAYS_PER_YEAR * self.past
            tips = intelligence.police_leads_per_year / DAYS_PER_YEAR * self.past
            money = money_stops_per_year(intelligence) / DAYS_PER_YEAR * self.past
            recovered = self.recoveries.rates(day, intelligence)
            self._settled = intelligence, np.stack([recovered, sales, tips, money])
        elif day >= 0:
            rates = self._settled[1].copy()
            rates[0] = self.recoveries.rates(day, intelligence)
            self._settled = intelligence, rates
        return self._settled[1]

    def _recovered(self, recovery: Recovery, intelligence: IntelligenceParameters) -> None:
        """Enter the examination and the trace of a firearm that police recover today."""
        organisation, key = recovery.organisation, recovery.key
        delay_s = recovery.time_s - self.agenda.now
        if recovery.entered and self.ballistics.enter(key, intelligence):
            self.agenda.enter(delay_s, self._examine, recovery)
        if recovery.traced:
            self.agenda.enter(delay_s, self._trace, organisation, key, recovery.sold_s)

    def _trace(self, organisation: int, key: Key, sold_s: float) -> None:
        """Request the trace of a firearm that was recovered or seized."""
        now = self.agenda.now
        trace = self.traces.request(organisation, key, sold_s, now, self.intelligence_at(now))
        self.agenda.enter(trace.delay_s, self._traced, trace)

    def _traced(self, trace: Trace) -> None:
        """Add a lead if the trace finds a recent sale.

        The firearms of a stopped load were bought together: one lead, however many are traced.
        """
        if not self.traces.result(trace):
            return
        if trace.key.day == _STOP_DAY:
            if trace.key.entity in self._loads_told:
                return
            self._loads_told.add(trace.key.entity)
        self._lead_on_sale(TRACE, trace.organisation, trace.sold_s, trace.key)

    def _lead_on_sale(self, kind: str, organisation: int, sold_s: float, key: Key) -> None:
        """Add a lead on a sale, if the organisation has not been arrested since."""
        if sold_s > self.arrested_s.get(organisation, -math.inf):
            self._lead(kind, organisation, sold_s, key)

    def _examine(self, recovery: Recovery) -> None:
        """Begin the ballistic examination of a firearm that was recovered."""
        intelligence = self.intelligence_at(self.agenda.now)
        delay_s = self.ballistics.delay_of(recovery.key, intelligence)
        self.agenda.enter(delay_s, self._compare, recovery)

    def _compare(self, recovery: Recovery) -> None:
        """Compare a firearm that was examined; a match across the border of a recent sale leads."""
        now = self.agenda.now
        intelligence = self.intelligence_at(now)
        if self.ballistics.compare(recovery.key, intelligence) and is_recent(
            recovery.sold_s, now, intelligence
        ):
            entity, day, number = recovery.key
            key = Key(entity ^ _MATCH, day, number)
            self._lead_on_sale(MATCH, recovery.organisation, recovery.sold_s, key)

    def _tip(self, tip: Occurrence) -> None:
        """Add a lead when a dealer reports a sale, police get a tip, or officers find money."""
        self._lead(tip.kind, tip.organisation, tip.time_s, tip.key)

    def on_outcomes(self, outcomes: list[AttemptOutcome], moment: float) -> None:
        """Apply the outcomes of attempts, and the arrests they led to (see `Border.observers`)."""
        self._apply_arrests()
        for outcome in outcomes:
            attempt = outcome.attempt
            if outcome.stopped:
                self._stopped(attempt, self.intelligence_at(moment))
            elif outcome.delivered:
                self.recoveries.delivered(attempt.organisation, attempt.load / self.share)

    def _stopped(self, attempt: Attempt, intelligence: IntelligenceParameters) -> None:
        """Apply a stop: a vehicle is lost, firearms are traced, and there is a lead."""
        organisation, when_s = attempt.organisation, attempt.time_s
        self.couriers.lose(organisation, self.couriers.of_trip(attempt.attempt_id), when_s)
        entity = entity_number(attempt.attempt_id)
        self._lead(STOP, organisation, when_s, Key(entity, _STOP_DAY, 0))
        u = self.streams.uniforms(RECOVERY, entity, _STOP_DAY, attempt.load, first=1)[0]
        for i in np.flatnonzero(u < intelligence.traced_share).tolist():
            key = Key(entity, _STOP_DAY, 1 + i)
            self.agenda.enter(0.0, self._trace, organisation, key, when_s)

    def _lead(self, kind: str, organisation: int, happened_s: float, key: Key) -> None:
        """Use a lead in the country where it arises, and send it to the other."""
        now = self.agenda.now
        intelligence = self.intelligence_at(now)
        lead = new_lead(kind, organisation, happened_s, key, intelligence, self.streams)
        if kind in KNOWN_IN_CANADA:
            self.lookouts.receive(lead, now, intelligence)
            if lead.may_be_shared(intelligence):
                self.to_investigators.send(lead, key, intelligence)
            else:
                self.held_back += 1
        else:
            self._to_pending(lead)
            self.to_booths.send(lead, key, intelligence)

    def _to_pending(self, lead: Lead) -> None:
        """Add a lead to the pending ones of the investigators."""
        self.leads.take_in(lead)
        self.investigations.consider(lead.organisation)

    def _to_booths(self, lead: Lead) -> None:
        """Issue a lookout if a lead that reaches the booths names somebody."""
        now = self.agenda.now
        self.lookouts.receive(lead, now, self.intelligence_at(now))

    def totals(self) -> dict[str, float]:
        """Counts since the warm-up began, by name of metric."""
        cases, channels = self.investigations, (self.to_investigators, self.to_booths)
        return {
            "firearms_recovered": self.recoveries.count,
            "traces_requested": self.traces.requested,
            "traces_succeeded": self.traces.succeeded,
            "trace_delay_s": self.traces.delay_s,
            "ballistic_matches_across": self.ballistics.matches_across,
            "messages_delivered": sum(channel.delivered for channel in channels),
            "messages_delay_s": added(channel.delay_s for channel in channels),
            "leads": self.leads.received,
            "leads_held_back": self.held_back,
            "leads_used": self.leads.used,
            "leads_faded": self.leads.faded,
            "cases_opened": len(cases.cases),
            "cases_ended": cases.ended,
            "cases_arrests": cases.arrests,
            "lookouts_issued": self.lookouts.issued,
            "lookouts_late": self.lookouts.late,
        }

    def counted(self) -> dict[str, float]:
        """Counts of the run itself, without the warm-up."""
        return {name: value - self.before.get(name, 0) for name, value in self.totals().items()}

    def record(self) -> IntelligenceRecord:
        """What the run leaves behind."""
        requested, succeeded = self.traces_by_place()
        leads, cases, lookouts = self.leads, self.investigations, self.lookouts
        return IntelligenceRecord(
            counted=self.counted(),
            traces_requested=requested,
            traces_succeeded=succeeded,
            leads_received=leads.received,
            leads_used=leads.used,
            leads_faded=leads.faded,
            leads_waiting=leads.waiting,
            investigators=cases.staff,
            investigators_leaving=cases.leaving,
            investigators_free=cases.free,
            cases_s=np.array([(case.opened_s, case.ends_s) for case in cases.cases]).reshape(-1, 2),
            cases_ended=cases.ended,
            cases_in_line=cases.in_line,
            lookouts_issued=lookouts.issued,
            lookouts_expired=lookouts.expired,
            lookouts_active=lookouts.active,
        )

    def traces_by_place(self) -> tuple[dict[str, int], dict[str, int]]:
        """Traces requested in the run by market, and those that succeeded by source."""
        requested = dict.fromkeys(self.organisations.network.market_ids, 0)
        succeeded = dict.fromkeys(self.organisations.network.source_ids, 0)
        for i, (market, source) in enumerate(
            zip(self.organisations.market, self.organisations.source, strict=True)
        ):
            requested[market] += self.traces.requests[i] - self.requests_before[i]
            succeeded[source] += self.traces.successes[i] - self.successes_before[i]
        return requested, succeeded


# Warm-ups held in a process: those of the adversaries and worlds of one replication.
MOST_HELD = 8


class _Inputs(NamedTuple):
    """Everything that a warm-up under unchanging parameters depends on."""

    warm_up_days: int
    smuggling: Smuggling
    firearms_per_year: float
    intelligence: IntelligenceParameters
    streams: Streams


def after_warm_up(
    warm_up_days: int,
    organisations: Organisations,
    firearms_per_year: float,
    share: float,
    intelligence_at: IntelligenceAt,
    streams: Streams,
) -> Intelligence:
    """Intelligence at the midnight on which the run begins.

    Parameters
    ----------
    warm_up_days : int
        At least 0.
    organisations : Organisations
        As they are created; those arrested in the warm-up are out of action afterwards.
    firearms_per_year, share, intelligence_at, streams
        As in `Intelligence`.
    """
    constant = intelligence_at.constant_before_the_run()
    if constant is None or warm_up_days == 0:
        first_s = -warm_up_days * DAY_S
        made = Intelligence(
            first_s, organisations, firearms_per_year, share, intelligence_at, streams
        )
        return made.warmed_up(warm_up_days)
    # How smugglers choose their routes has no influence before there are any trips.
    smuggling = dataclasses.replace(organisations.smuggling, adversary=Smuggling().adversary)
    held = _held(_Inputs(warm_up_days, smuggling, firearms_per_year, constant, streams))
    for organisation, at_s in held.arrests:
        organisations.arrest(organisation, at_s)
    intelligence = held.copy_with(organisations, intelligence_at, streams)
    intelligence.share = share
    return intelligence


class _Held:
    """Intelligence after a warm-up, of which every run takes a copy.

    The copy refers to the organisations and parameters of its run instead of those of the warm-up.
    """

    def __init__(self, intelligence: Intelligence) -> None:
        self.arrests = intelligence.organisations.arrests
        shared = (intelligence.organisations, intelligence.intelligence_at, intelligence.streams)
        written = io.BytesIO()
        _Writer(written, shared).dump(intelligence)
        self._bytes = written.getvalue()

    def copy_with(self, *shared: object) -> Intelligence:
        """Copy it, with other organisations, parameters and streams."""
        copy: Intelligence = _Reader(io.BytesIO(self._bytes), shared).load()
        return copy


class _Writer(pickle.Pickler):
    """Pickles an object, and a number instead of each of some objects that it refers to."""

    def __init__(self, file: io.BytesIO, shared: Sequence[object]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._number = {id(each): number for number, each in enumerate(shared)}

    def persistent_id(self, each: object) -> int | None:
        return self._number.get(id(each))


class _Reader(pickle.Unpickler):
    """Reads what `_Writer` has written, with other objects in the place of the numbers."""

    def __init__(self, file: io.BytesIO, shared: Sequence[object]) -> None:
        super().__init__(file)
        self._shared = shared

    def persistent_load(self, number: int) -> object:
        return self._shared[number]


@functools.lru_cache(maxsize=MOST_HELD)
def _held(inputs: _Inputs) -> _Held:
    days, smuggling, firearms_per_year, constant, streams = inputs
    organisations, first_s = Organisations(smuggling, streams), -days * DAY_S
    intelligence = Intelligence(
        first_s, organisations, firearms_per_year, 1.0, lambda _: constant, streams
    )
    return _Held(intelligence.warmed_up(days))
