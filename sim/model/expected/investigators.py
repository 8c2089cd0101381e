"""Cases and arrests in many copies of the organisations at once.

Whom investigators work on depends on who has the strongest evidence, in a queue for few
investigators: that has no closed form. So the rules of leads, cases and arrests run on many copies
side by side (`sim.model.expected.copies`), in steps of some days, and the share of copies in which
an organisation is in action is its weight. All scenarios and kinds of smuggler meet the same draws.

Leads of all kinds are one stream, with the mean strength of their mixture. Delays fade what they
bring, and do not put it off.
"""

import copy
import functools
from typing import NamedTuple

import numpy as np

from sim.model.expected.copies import (
    COPIES,
    MOST_STEPS,
    CaseRules,
    Copies,
    Flow,
    Seen,
    Stream,
    first_luck,
    step_of_copies,
)
from sim.model.expected.routes import Loads
from sim.model.intelligence.evidence import decay_of_the_old
from sim.model.intelligence.intelligence import money_stops_per_year
from sim.model.intelligence.lead import MEAN_EVIDENCE, months_of_case
from sim.numerics.randomness import lognormal
from sim.numerics.units import DAYS_PER_MONTH, DAYS_PER_YEAR, Floats
from sim.parameters import Intelligence, Smuggling

# Mean square of the strength of a fresh lead, in average leads: evidence is uniform.
SQUARE_EVIDENCE = 1.0 / 3.0 / MEAN_EVIDENCE**2


class Stops(NamedTuple):
    """Loads stopped and delivered.

    Attributes
    ----------
    stopped : array of float, shape (kinds, organisations)
        Of an organisation in action: loads stopped a day.
    arrested : array of float, shape (kinds, organisations)
        Chance that such a stop leads to the arrest of the organisation.
    delivered : array of float, shape (kinds, organisations)
        Firearms delivered a day, of the organisation as it is.
    """

    stopped: Floats
    arrested: Floats
    delivered: Floats
    loads: Loads


@functools.lru_cache(maxsize=256)
def faded(delay_days: float, life_days: float, cv: float) -> float:
    """What a lognormal delay leaves of something that fades by a factor e in its life."""
    quantile = (np.arange(256) + 0.5) / 256
    delay = [lognormal(delay_days, cv, each) for each in quantile.tolist()]
    return float(np.mean(np.exp(-np.array(delay) / life_days)))


def found_within(rate: float, fading: float, days: Floats) -> Floats:
    """Mean of exp(-fading x age), over ages from 0 to some days, of an exponential age."""
    both = rate + fading
    return np.asarray(rate / both * (1.0 - np.exp(-both * days)))


def message_left(now: Intelligence, life_days: float) -> float:
    """What the delay of a message across the border leaves of what fades in its life."""
    direct, indirect = (
        faded(days, life_days, now.delay_cv) for days in (now.direct_days, now.intermediary_days)
    )
    return now.direct_share * direct + (1.0 - now.direct_share) * indirect


class Leads(NamedTuple):
    """What leads are worth, and how many there are of all organisations a day.

    Attributes
    ----------
    fresh, other : array of float, shape (3,)
        Of a recovery, and of other kinds a day: their number, their strength in average leads and
        the square of it.
    traced : float
        Chance that the trace of a firearm gives a lead.
    at_booths : array of float, shape (5, 2, 1, 1)
        On vehicles and on drivers, with what delays leave: of a recovery, of the trace of a stopped
        load, and of other kinds a day; the share that becomes lookouts, and how many end a day.
    """

    fresh: Floats
    other: Floats
    traced: float
    at_booths: Floats


@functools.lru_cache(maxsize=64)
def leads_of(now: Intelligence) -> Leads:
    """Work out leads once for equal parameters; nothing may write into them."""
    life, cv = now.lead_life_days, now.delay_cv
    # Canadian leads are sent if their evidence, which is uniform, is enough.
    level = min(max(now.sharing_evidence, 0.0), 1.0)
    square = (1.0 + level + level**2) / 3.0 / MEAN_EVIDENCE**2
    strength = (1.0, 0.5 * (1.0 + level) / MEAN_EVIDENCE, square)
    traced = now.traced_share * now.trace_success_share
    matched = (
        now.ballistics_entered_share * now.ballistics_hit_share
        * now.ballistics_linked_share * now.ballistics_across_share
    )  # fmt: skip
    sales = now.sale_reports_per_year / DAYS_PER_YEAR
    tips = (now.police_leads_per_year + money_stops_per_year(now)) / DAYS_PER_YEAR
    fresh, other = np.zeros(3), np.zeros(3)
    for k, own in enumerate((1.0, 1.0, SQUARE_EVIDENCE)):
        sent, late, trace, laboratory = (1.0 - level) * strength[k], 1.0, 1.0, 1.0
        if k:
            late = message_left(now, life / k)
            trace = faded(now.trace_days, life / k, cv)
            laboratory = faded(now.ballistics_days, life / k, cv)
        fresh[k] = traced * own * trace + matched * sent * late * laboratory
        other[k] = sales * own + tips * sent * late
    at_booths = np.empty((2, 5))
    for k, use in enumerate((now.plate_days, now.driver_days)):
        late = message_left(now, use)
        trace = faded(now.trace_days, use, cv) * late
        found = traced * trace + matched * faded(now.ballistics_days, use, cv)
        person = (1.0 - now.person_share, now.person_share)[k]
        active = max(use * -np.expm1(-now.lookout_days / use), 1e-9)
        named = now.identifies_share * person
        at_booths[k] = found, trace, sales * late + tips, named, 1.0 / active
    return Leads(fresh, other, traced, at_booths.T[..., None, None])


@functools.lru_cache(maxsize=64)
def by_age(now: Intelligence, days: float) -> Floats:
    """What is left of recoveries, by the number of steps since an organisation's last arrest.

    It is worked out once for equal parameters; nothing may write into it.

    Returns
    -------
    array of float, shape (5, steps)
        Share that says something about who trades now; its strength, and the square of it; what it
        is worth as a lead on a vehicle and on a driver.
    """
    useful = now.trace_useful_years * DAYS_PER_YEAR
    life = now.lead_life_days
    ages = np.minimum(np.arange(np.ceil(useful / days) + 1) * days, useful)
    new = float(np.log(2.0) / (now.street_years * DAYS_PER_YEAR))
    return np.stack(
        [
            now.new_share * found_within(new, fading, ages)
            + (1.0 - now.new_share) * found_within(decay_of_the_old(now), fading, ages)
            for fading in (0.0, 1.0 / life, 2.0 / life, 1.0 / now.plate_days, 1.0 / now.driver_days)
        ]
    )


@functools.lru_cache(maxsize=64)
def rules_of(now: Intelligence, smuggling: Smuggling, days: float) -> CaseRules:
    """Rules of cases and arrests under parameters in force (`sim.model.intelligence`)."""
    with np.errstate(divide="ignore"):
        case_risk = float(-np.log1p(-now.arrest_share))
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
        shape = (1, len(past), COPIES)
        kinds_of_number = (*[np.float64] * 4, *[np.int16] * 5)
        self.copies = Copies._make(np.zeros(shape, of_each) for of_each in kinds_of_number)
        self.copies.since[:] = MOST_STEPS
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
        stops: Stops,
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
        stops : Stops
        """
        life, cv, leads = now.lead_life_days, now.delay_cv, leads_of(now)
        recovered = self._recoveries(day, days, now, stops.delivered)
        fresh, other = leads.fresh, leads.other[:, None] * self.past
        # Of a stopped load, whose firearms were bought together: one lead, if any trace succeeds.
        untraced = (1.0 - leads.traced) ** stops.loads.mean
        told = 1.0 - float(np.einsum("l,l->", stops.loads.share, untraced))
        with np.errstate(divide="ignore"):
            risk = -np.log1p(-np.minimum(stops.arrested, 1.0))
        flow = Flow(
            recovered * days, fresh, other * days, stops.stopped * days, risk,
            message_left(now, life) / MEAN_EVIDENCE, told * faded(now.trace_days, life, cv),
            by_age(now, days),
        )  # fmt: skip
        seen = Seen(*(np.empty(recovered.shape) for _ in Seen._fields))
        step_of_copies(self.copies, flow, rules_of(now, smuggling, days), self.stream, seen)
        self.stream = self.stream._replace(step=self.stream.step + 1)
        self.in_action = seen.in_action
        self.arrests_stops += seen.by_stop.sum(axis=1)
        self.arrests_cases += seen.by_case.sum(axis=1)
        # Those of an organisation that the stop leads to arrest are of no use.
        useful = stops.stopped * (1.0 - stops.arrested)
        found, trace, sent, named, ended = leads.at_booths
        booths = recovered * np.array([seen.vehicles, seen.drivers]) * found
        booths = booths + useful * (1.0 + told * trace) + sent * self.past
        # Lookouts at the booths that name what a courier still has, a courier.
        lost = stops.stopped / now.couriers + (seen.by_stop + seen.by_case) / days
        gone = (ended + lost) * days
        settled = named * booths / now.couriers * days / gone
        self.named = settled + (self.named - settled) * np.exp(-gone)
        self.coverage = -np.expm1(-self.named.sum(axis=0))

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
