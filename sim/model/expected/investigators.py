"""Cases and arrests in many copies of the organisations at once.

Whom investigators work on depends on who has the strongest evidence, in a queue for few
investigators: that has no closed form. So the rules of leads, cases and arrests run on many copies
side by side (`sim.model.expected.copies`), in steps of some days, and the share of copies in which
an organisation is in action is its weight. All scenarios and kinds of smuggler meet the same draws.

Leads of all kinds are one stream, with the mean strength of their mixture. Delays fade what they
bring, and do not put it off.
"""

import copy
from typing import NamedTuple

import numpy as np

from sim.model.expected.copies import (
    COPIES,
    CaseRules,
    Copies,
    Flow,
    Seen,
    Stream,
    first_luck,
    step_of_copies,
)
from sim.model.intelligence.evidence import decay_of_the_old
from sim.model.intelligence.lead import MEAN_EVIDENCE, months_of_case
from sim.numerics.units import DAYS_PER_MONTH, DAYS_PER_YEAR, Floats
from sim.parameters import Intelligence, Smuggling

LONG_AGO_STEPS = 1 << 30


def faded(delay_days: float, life_days: float) -> float:
    """What a delay leaves of something that fades by a factor e in its life (exponential delay)."""
    return 1.0 / (1.0 + delay_days / life_days)


def found_within(rate: float, fading: float, days: Floats) -> Floats:
    """Mean of exp(-fading x age), over ages from 0 to some days, of an exponential age."""
    both = rate + fading
    return np.asarray(rate / both * (1.0 - np.exp(-both * days)))


class Rates(NamedTuple):
    """Leads a day: what their rates depend on besides the organisation.

    Attributes
    ----------
    message_days : float
        Mean delay of a message across the border.
    shared, shared_strength : float
        Share of Canadian leads that may be sent, and their mean strength in average leads.
    new_rate, old_rate : float
        Of the age of a recovered firearm since its first sale, a day: bought new, and others.
    """

    message_days: float
    shared: float
    shared_strength: float
    new_rate: float
    old_rate: float


def rates_of(now: Intelligence) -> Rates:
    """Rates under parameters in force."""
    level = min(max(now.sharing_evidence, 0.0), 1.0)
    direct = now.direct_share
    return Rates(
        message_days=direct * now.direct_days + (1.0 - direct) * now.intermediary_days,
        shared=1.0 - level,
        shared_strength=0.5 * (1.0 + level) / MEAN_EVIDENCE,
        new_rate=float(np.log(2.0) / (now.street_years * DAYS_PER_YEAR)),
        old_rate=decay_of_the_old(now),
    )


def by_age(now: Intelligence, of: Rates, days: float) -> Floats:
    """What is left of recoveries, by the number of steps since an organisation's last arrest.

    Returns
    -------
    array of float, shape (4, steps)
        Share that says something about who trades now; its strength; what it is worth as a
        lead on a vehicle and on a driver.
    """
    useful = now.trace_useful_years * DAYS_PER_YEAR
    uses = (now.lead_life_days, now.plate_days, now.driver_days)
    ages = np.minimum(np.arange(np.ceil(useful / days) + 1) * days, useful)
    return np.stack(
        [
            now.new_share * found_within(of.new_rate, fading, ages)
            + (1.0 - now.new_share) * found_within(of.old_rate, fading, ages)
            for fading in (0.0, *(1.0 / use for use in uses))
        ]
    )


def rules_of(now: Intelligence, smuggling: Smuggling, days: float) -> CaseRules:
    """Rules of cases and arrests under parameters in force (`sim.model.intelligence`)."""
    with np.errstate(divide="ignore"):
        case_risk, stop_risk = (
            float(-np.log1p(-share)) for share in (now.arrest_share, smuggling.arrest_share)
        )
    return CaseRules(
        days=days,
        kept=float(np.exp(-days / now.lead_life_days)),
        case_leads=float(now.case_leads),
        evidence_arrest=now.evidence_arrest,
        evidence_speed=now.evidence_speed,
        case_risk=case_risk,
        case_days=months_of_case(now.case_leads, now) * DAYS_PER_MONTH,
        spread=float(np.sqrt(np.log1p(now.delay_cv**2))),
        investigators=now.investigators,
        stop_risk=stop_risk,
        out_days=min(smuggling.replacement_days, smuggling.sentence_years * DAYS_PER_YEAR),
    )


class Investigators:
    """Organisations, their leads and cases, in many copies for each kind of smuggler.

    Parameters
    ----------
    past : array of float, shape (organisations,)
        Share of each in the deliveries before the run.
    firearms_per_year : float
        Firearms that reach their markets in a year of the baseline.
    before : Intelligence
        Values before the run.
    share : float
        Share of the trade that the run simulates.
    stream : Stream
        Key of the draws, with the number of the first step.

    Attributes
    ----------
    in_action : array of float, shape (kinds, organisations)
        Weight of each organisation now; there is one kind of smuggler at first (`of_kinds`).
    coverage : array of float, shape (kinds, organisations)
        Share of its couriers that an active lookout names.
    arrests_cases, arrests_stops : array of float, shape (kinds,)
        So far, a copy.
    """

    def __init__(
        self,
        past: Floats,
        firearms_per_year: float,
        before: Intelligence,
        share: float,
        stream: Stream,
    ) -> None:
        self.past, self.share, self.stream = past, share, stream
        shape = (1, COPIES, len(past))
        numbers = [np.zeros(shape) for _ in range(5)]
        counts = [np.zeros(shape, np.int64) for _ in range(3)]
        self.copies = Copies._make((*numbers, *counts, np.zeros(shape, bool)))
        self.copies.since[:] = LONG_AGO_STEPS
        first_luck(self.copies, stream)
        self.fresh = np.zeros((1, len(past)))
        self.named = np.zeros((2, 1, len(past)))
        self.in_action = np.ones((1, len(past)))
        self.coverage = np.zeros((1, len(past)))
        self.arrests_cases, self.arrests_stops = np.zeros(1), np.zeros(1)
        self.street_rate = float(np.log(2.0) / (before.street_years * DAYS_PER_YEAR))
        ever = before.recoveries_per_year / max(firearms_per_year, 1e-300)
        self.recovery_rate = min(ever, 1.0) * self.street_rate

    def step(
        self,
        day: float,
        days: float,
        now: Intelligence,
        smuggling: Smuggling,
        stops: tuple[Floats, Floats, Floats],
    ) -> None:
        """Advance by some days.

        Parameters
        ----------
        day : float
            At which the step begins; negative before the run.
        days : float
            The same in every step.
        now : Intelligence
        smuggling : Smuggling
            Values in force.
        stops : tuple of array, shape (kinds, organisations)
            Of an organisation in action: loads stopped a day, firearms in such a load, and
            firearms delivered a day (of the organisation as it is).
        """
        of, life = rates_of(now), now.lead_life_days
        stopped, load, delivered = stops
        recovered = self._recoveries(day, days, now, delivered)
        traced = now.traced_share * now.trace_success_share
        matched = (
            now.ballistics_entered_share * now.ballistics_hit_share
            * now.ballistics_linked_share * now.ballistics_across_share
        )  # fmt: skip
        sales = now.sale_reports_per_year / DAYS_PER_YEAR * self.past
        tips = now.police_leads_per_year / DAYS_PER_YEAR * self.past
        sent = faded(of.message_days, life) * of.shared_strength
        fresh = traced * faded(now.trace_days, life)
        fresh += of.shared * matched * sent * faded(now.ballistics_days, life)
        said = faded(of.message_days, life) / MEAN_EVIDENCE
        flow = Flow(
            recovered * (traced + of.shared * matched) * days,
            recovered * fresh * days,
            (sales + of.shared * tips) * days,
            (sales + of.shared * tips * sent) * days,
            stopped * days,
            said + load * traced * faded(now.trace_days, life),
            by_age(now, of, days),
        )
        seen = Seen(*(np.empty(recovered.shape) for _ in Seen._fields))
        step_of_copies(self.copies, flow, rules_of(now, smuggling, days), self.stream, seen)
        self.stream = self.stream._replace(step=self.stream.step + 1)
        self.in_action = seen.in_action
        self.arrests_stops += seen.by_stop.sum(axis=1)
        self.arrests_cases += seen.by_case.sum(axis=1)
        booths = []
        for use, kept in ((now.plate_days, seen.vehicles), (now.driver_days, seen.drivers)):
            late = faded(of.message_days, use)
            from_street = (
                recovered
                * kept
                * (
                    traced * faded(now.trace_days, use) * late
                    + matched * faded(now.ballistics_days, use)
                )
            )
            booths.append(from_street + sales * late + tips)
        self._lookouts(days, now, (booths[0], booths[1]), stopped, seen.by_stop + seen.by_case)

    def of_kinds(self, kinds: int) -> "Investigators":
        """The same for so many kinds of smuggler, of one."""
        many = copy.copy(self)
        many.copies = Copies._make(np.repeat(held, kinds, axis=0) for held in self.copies)
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray) and name not in ("past", "named"):
                setattr(many, name, np.repeat(value, kinds, axis=0))
        many.named = np.repeat(self.named, kinds, axis=1)
        return many

    def _recoveries(self, day: float, days: float, now: Intelligence, delivered: Floats) -> Floats:
        """Recoveries a day, of what was delivered before the run and in it."""
        old = np.exp(-self.street_rate * max(day, 0.0)) * now.recoveries_per_year / DAYS_PER_YEAR
        rate = old * self.past + self.recovery_rate * self.fresh
        self.fresh *= np.exp(-self.street_rate * days)
        self.fresh += delivered / max(self.share, 1e-300) * days
        return np.asarray(rate)

    def _lookouts(
        self,
        days: float,
        now: Intelligence,
        booths: tuple[Floats, Floats],
        stopped: Floats,
        arrested: Floats,
    ) -> None:
        """Lookouts at the booths that name what a courier still has, a courier."""
        lost = stopped / now.couriers + arrested / days
        shares = (1.0 - now.person_share, now.person_share)
        for k, (use, leads) in enumerate(
            zip((now.plate_days, now.driver_days), booths, strict=True)
        ):
            active = use * -np.expm1(-now.lookout_days / use)
            gone = (1.0 / max(active, 1e-9) + lost) * days
            new = now.identifies_share * shares[k] * leads / now.couriers
            settled = new * days / gone
            self.named[k] = settled + (self.named[k] - settled) * np.exp(-gone)
        self.coverage = -np.expm1(-self.named.sum(axis=0))
