"""Cases and arrests in many copies of the organisations at once.

Whom investigators work on depends on who has the strongest evidence, in a queue for few
investigators: that has no closed form. So the rules of leads, cases and arrests run on many copies
side by side, in steps of some days, and the share of copies in which an organisation is in action
is its weight. All scenarios and kinds of smuggler meet the same draws.

Leads of all kinds are one stream, with the mean strength of their mixture. Delays fade what they
bring, and do not put it off.
"""

import copy
import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.model.intelligence.evidence import decay_of_the_old
from sim.model.intelligence.investigation import chance_of_arrest, months_of_case
from sim.model.intelligence.lead import MEAN_EVIDENCE
from sim.numerics.units import DAYS_PER_MONTH, DAYS_PER_YEAR, Flags, Floats
from sim.parameters import Intelligence, Smuggling

Floats32 = npt.NDArray[np.float32]
COPIES = 48
# Spread of the strength of one lead, as a ratio of its mean: evidence is uniform, ages differ.
SPREAD = 0.6
LONG_AGO_DAYS = 1e5


class Draws(NamedTuple):
    """Draws of one step, each of shape (COPIES, organisations)."""

    leads: Floats32
    strength: Floats32
    stops: Floats32
    arrest: Floats32
    length: Floats32
    end: Floats32


@functools.lru_cache(maxsize=2)
def draws_of(seed: int, replication: int, steps: int, organisations: int) -> list[Draws]:
    """Draws of every step of a replication: the same in every scenario.

    Parameters
    ----------
    seed, replication : int
        Key of the generator.
    steps : int
        Steps of all years.
    organisations : int
    """
    source = np.random.Generator(np.random.Philox(key=(seed << 32) + replication))
    shape = (COPIES, organisations)
    return [
        Draws(
            source.random(shape, np.float32),
            source.standard_normal(shape, np.float32),
            source.random(shape, np.float32),
            source.random(shape, np.float32),
            source.standard_normal(shape, np.float32),
            source.random(shape, np.float32),
        )
        for _ in range(steps)
    ]


def poisson_of(uniform: Floats32, rate: Floats) -> Floats:
    """Poisson counts at quantiles; counts that one draw in a million would reach are cut off."""
    largest = float(rate.max(initial=0.0))
    most = 2 + int(largest + 5.0 * np.sqrt(largest))
    term = np.exp(-rate)
    reached = term.copy()
    count = np.zeros(np.broadcast_shapes(uniform.shape, rate.shape))
    for k in range(1, most + 1):
        count += uniform > reached
        term = term * rate / k
        reached = reached + term
    return count


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


class Investigators:
    """Organisations, their leads and cases, in many copies for each kind of smuggler.

    Parameters
    ----------
    past : array of float, shape (organisations,)
        Share of each in the deliveries before the run.
    kinds : int
        Kinds of smuggler.
    firearms_per_year : float
        Firearms that reach their markets in a year of the baseline.
    before : Intelligence
        Values before the run.
    share : float
        Share of the trade that the run simulates.

    Attributes
    ----------
    in_action : array of float, shape (kinds, organisations)
        Weight of each organisation now.
    coverage : array of float, shape (kinds, organisations)
        Share of its couriers that an active lookout names.
    arrests_cases, arrests_stops : array of float, shape (kinds,)
        So far, a copy.
    """

    def __init__(
        self,
        past: Floats,
        kinds: int,
        firearms_per_year: float,
        before: Intelligence,
        share: float,
    ) -> None:
        self.past, self.share = past, share
        shape = (kinds, COPIES, len(past))
        self.strength, self.evidence = np.zeros(shape), np.zeros(shape)
        self.left_days, self.away_days = np.zeros(shape), np.zeros(shape)
        self.since_days = np.full(shape, LONG_AGO_DAYS)
        self.open = np.zeros(shape, bool)
        self.fresh = np.zeros((kinds, len(past)))
        self.named = np.zeros((2, kinds, len(past)))
        self.in_action = np.ones((kinds, len(past)))
        self.coverage = np.zeros((kinds, len(past)))
        self.arrests_cases, self.arrests_stops = np.zeros(kinds), np.zeros(kinds)
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
        draws: Draws,
    ) -> None:
        """Advance by some days.

        Parameters
        ----------
        day : float
            At which the step begins; negative before the run.
        days : float
        now : Intelligence
        smuggling : Smuggling
            Values in force.
        stops : tuple of array, shape (kinds, organisations)
            Of an organisation in action: loads stopped a day, firearms in such a load, and
            firearms delivered a day (of the organisation as it is).
        draws : Draws
        """
        of = rates_of(now)
        stopped, load, delivered = stops
        recovered = self._recoveries(day, days, now, delivered)
        rate, mean, booths = self._leads(recovered, now, of)
        working = self.away_days <= 0.0
        leads = poisson_of(draws.leads, rate * days)
        inflow = mean * np.maximum(leads + SPREAD * np.sqrt(leads) * draws.strength, 0.0)
        hits = poisson_of(draws.stops, stopped[:, None] * days) * working
        said = faded(of.message_days, now.lead_life_days) / MEAN_EVIDENCE
        told = said + load * now.traced_share * now.trace_success_share * faded(
            now.trace_days, now.lead_life_days
        )
        inflow += hits * told[:, None]
        self.strength *= np.exp(-days / now.lead_life_days)
        self.strength += np.where(self.open, 0.0, inflow)
        self.evidence += np.where(self.open, inflow, 0.0)
        by_stop = working & (draws.arrest < 1.0 - (1.0 - smuggling.arrest_share) ** hits)
        by_case = self._cases(days, now, working & ~by_stop, draws)
        self._arrest(by_stop, by_case, days, smuggling)
        self._lookouts(days, now, of, booths, stopped, by_stop | by_case)

    def of_kinds(self, kinds: int) -> "Investigators":
        """The same for so many kinds of smuggler, of one."""
        many = copy.copy(self)
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

    def _leads(
        self, recovered: Floats, now: Intelligence, of: Rates
    ) -> tuple[Floats, Floats, tuple[Floats, Floats]]:
        """Leads a day and their mean strength; leads at the booths on a vehicle and on a driver."""
        life = now.lead_life_days
        useful = np.minimum(self.since_days, now.trace_useful_years * DAYS_PER_YEAR)

        useful = useful.astype(np.float32)

        def of_ages(fading: float) -> Floats:
            new = found_within(of.new_rate, fading, useful)
            old = found_within(of.old_rate, fading, useful)
            return now.new_share * new + (1.0 - now.new_share) * old

        traced = now.traced_share * now.trace_success_share
        matched = (
            now.ballistics_entered_share * now.ballistics_hit_share
            * now.ballistics_linked_share * now.ballistics_across_share
        )  # fmt: skip
        recovered = recovered[:, None]
        ages, strengths = of_ages(0.0), of_ages(1.0 / life)
        sales = now.sale_reports_per_year / DAYS_PER_YEAR * self.past
        tips = now.police_leads_per_year / DAYS_PER_YEAR * self.past
        sent = faded(of.message_days, life) * of.shared_strength
        rate = recovered * ages * (traced + of.shared * matched) + sales + of.shared * tips
        strength = sales + of.shared * tips * sent
        strength = strength + recovered * strengths * (
            traced * faded(now.trace_days, life)
            + of.shared * matched * sent * faded(now.ballistics_days, life)
        )
        booths = []
        for days in (now.plate_days, now.driver_days):
            late = faded(of.message_days, days)
            from_street = (recovered * of_ages(1.0 / days)).mean(axis=1) * (
                traced * faded(now.trace_days, days) * late
                + matched * faded(now.ballistics_days, days)
            )
            booths.append(from_street + sales * late + tips)
        mean = np.divide(strength, rate, out=np.zeros_like(strength), where=rate > 0.0)
        return rate, mean, (booths[0], booths[1])

    def _cases(self, days: float, now: Intelligence, working: Flags, draws: Draws) -> Flags:
        """End the cases that are over and open new ones; who is arrested at the end of one."""
        self.left_days = self.left_days - days
        ended = self.open & (self.left_days <= 0.0)
        arrested = ended & working & (draws.end < chance_of_arrest(self.evidence, now))
        self.open &= ~ended
        self.evidence[ended] = 0.0
        ready = ~self.open & working & ~arrested & (self.strength >= now.case_leads)
        free = now.investigators - self.open.sum(axis=2)
        waiting = np.where(ready, self.strength, -1.0)
        order = np.argsort(-waiting, axis=2)
        rank = np.empty_like(order)
        np.put_along_axis(rank, order, np.arange(order.shape[2])[None, None], axis=2)
        begun = ready & (rank < free[..., None])
        sigma2 = np.log1p(now.delay_cv**2)
        luck = np.exp(np.sqrt(sigma2) * draws.length - 0.5 * sigma2)
        mean_days = months_of_case(self.strength, now) * DAYS_PER_MONTH
        # A case that ends within a step frees its investigator half a step late, on average.
        length = np.maximum(mean_days * luck - 0.5 * days, 0.1)
        self.left_days = np.where(begun, length, self.left_days)
        self.evidence = np.where(begun, self.strength, self.evidence)
        self.strength = np.where(begun, 0.0, self.strength)
        self.open |= begun
        return np.asarray(arrested)

    def _arrest(self, by_stop: Flags, by_case: Flags, days: float, smuggling: Smuggling) -> None:
        out_days = min(smuggling.replacement_days, smuggling.sentence_years * DAYS_PER_YEAR)
        arrested = by_stop | by_case
        away = np.maximum(self.away_days - days, 0.0)
        self.away_days = np.where(arrested, out_days, away)
        self.since_days = np.where(arrested, 0.0, self.since_days + days)
        self.strength = np.where(arrested, 0.0, self.strength)
        self.in_action = (self.away_days <= 0.0).mean(axis=1)
        self.arrests_stops += by_stop.sum(axis=2).mean(axis=1)
        self.arrests_cases += by_case.sum(axis=2).mean(axis=1)

    def _lookouts(
        self,
        days: float,
        now: Intelligence,
        of: Rates,
        booths: tuple[Floats, Floats],
        stopped: Floats,
        arrested: Flags,
    ) -> None:
        """Lookouts at the booths that name what a courier still has, a courier."""
        lost = stopped / now.couriers + arrested.mean(axis=1) / days
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
