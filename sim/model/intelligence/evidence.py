"""Evidence: firearms recovered, traces of them, and ballistic matches."""

import functools
import math
from typing import NamedTuple

import numpy as np
from scipy import special

from sim.numerics.randomness import (
    BALLISTICS,
    RECOVERY,
    TRACE,
    Key,
    Streams,
    entity_number,
    lognormal,
    to_uniform,
    uniforms,
)
from sim.numerics.units import DAY_S, DAYS_PER_YEAR, Floats
from sim.parameters import Intelligence

# Days before the run have negative numbers, keys of draws do not.
DAY_ZERO = 40_000
DAYS_TOGETHER = 32
"""Days whose draws are made together."""


class Occurrence(NamedTuple):
    """An event that concerns an organisation: a recovery, a sale reported, a tip, money found.

    Attributes
    ----------
    time_s : float
        When, in seconds since the run began.
    uniform : tuple of float
        Three numbers between 0 and 1 that decide its particulars.
    """

    kind: str
    organisation: int
    key: Key
    time_s: float
    uniform: tuple[float, float, float]


class Occurrences:
    """Some kinds of occurrence, for all organisations of a replication.

    Every organisation has draws of its own, so that adding one leaves the others unchanged.

    Parameters
    ----------
    organisations : list of int
        Entity numbers.
    """

    def __init__(self, kinds: tuple[str, ...], organisations: list[int], streams: Streams) -> None:
        self.kinds = kinds
        self.streams = streams
        self.organisations = len(organisations)
        numbers = [entity_number(f"{kind}/{number}") for kind in kinds for number in organisations]
        self.entities = tuple(numbers)
        # The rates last used, and the level above which there is one at least.
        self._rates: Floats | None = None
        self._none = np.empty(0)

    def of_day(self, day: int, rates: Floats) -> list[Occurrence]:
        """Occurrences of a day, by kind and organisation.

        Parameters
        ----------
        day : int
            Negative before the run.
        rates : array of float, shape (kinds, organisations)
            Expected number on the day; nothing may write into it afterwards.
        """
        if self._rates is not rates:
            self._rates, self._none = rates, np.exp(-rates.ravel())
        number = day + DAY_ZERO
        block, row_of_day = divmod(number, DAYS_TOGETHER)
        level = _levels(self.entities, block, self.streams)[row_of_day]
        rows = np.flatnonzero(level > self._none)
        occurrences = []
        for row, at, rate in zip(
            rows.tolist(), level[rows].tolist(), rates.ravel()[rows].tolist(), strict=True
        ):
            entity, i, more = self.entities[row], 0, True
            while more:  # so many that their chance reaches the level
                i += 1
                more = special.pdtr(i, rate) < at
                when, *uniform = uniforms(self.streams, RECOVERY, entity, number, i)
                occurrences.append(
                    Occurrence(
                        self.kinds[row // self.organisations],
                        row % self.organisations,
                        Key(entity, number, i),
                        (day + when) * DAY_S,
                        (uniform[0], uniform[1], uniform[2]),
                    )
                )
        return occurrences


@functools.lru_cache(maxsize=16)
def _levels(entities: tuple[int, ...], block: int, streams: Streams) -> Floats:
    """Draws of how many occurrences there are, shape (days, entities).

    They are drawn for many days, and once for the points that run in step.
    """
    numbers, first = np.array(entities, np.int64), block * DAYS_TOGETHER
    words = [streams.first_words(RECOVERY, numbers, first + day, 0) for day in range(DAYS_TOGETHER)]
    return to_uniform(np.stack(words))


def is_recent(sold_s: float, now: float, intelligence: Intelligence) -> bool:
    """Whether a sale is recent enough to say something about who trades today."""
    return now - sold_s <= intelligence.trace_useful_years * DAYS_PER_YEAR * DAY_S


class Trace(NamedTuple):
    """A trace that has been requested.

    Attributes
    ----------
    organisation : int
        That brought the firearm across the border.
    sold_s : float
        When the firearm was sold, in seconds since the run began.
    delay_s : float
        Time from the request to the result.
    succeeds : bool
        Whether the result will be a first sale.
    useful : bool
        Whether that sale was recent enough to be a lead.
    """

    organisation: int
    key: Key
    sold_s: float
    delay_s: float
    succeeds: bool
    useful: bool


class Traces:
    """All traces of a replication.

    Parameters
    ----------
    organisations : int
        How many there are.

    Attributes
    ----------
    requested, succeeded, failed : int
        So far.
    requests, successes : list of int
        Of these, by organisation.
    delay_s : float
        Sum of the time to the results that succeeded.
    """

    def __init__(self, organisations: int, streams: Streams) -> None:
        self.streams = streams
        self.requested = 0
        self.succeeded = 0
        self.failed = 0
        self.delay_s = 0.0
        self.requests = [0] * organisations
        self.successes = [0] * organisations

    def request(
        self,
        organisation: int,
        key: Key,
        sold_s: float,
        now: float,
        intelligence: Intelligence,
    ) -> Trace:
        """Request the trace of a firearm, under the parameters in force.

        Parameters
        ----------
        organisation : int
            Whose firearm it was.
        key : Key
            Of the recovery.
        sold_s, now : float
            First sale and request, in seconds since the run began.
        intelligence : Intelligence
            Parameters in force.
        """
        self.requested += 1
        self.requests[organisation] += 1
        success, time, _, _ = uniforms(self.streams, TRACE, *key)
        return Trace(
            organisation,
            key,
            sold_s,
            lognormal(intelligence.trace_days * DAY_S, intelligence.delay_cv, time),
            success < intelligence.trace_success_share,
            is_recent(sold_s, now, intelligence),
        )

    def result(self, trace: Trace) -> bool:
        """Count the result of a trace; whether it is a lead, a first sale not too long ago."""
        if not trace.succeeds:
            self.failed += 1
            return False
        self.succeeded += 1
        self.successes[trace.organisation] += 1
        self.delay_s += trace.delay_s
        return trace.useful


class Ballistics:
    """The ballistics laboratories: entries and matches.

    Attributes
    ----------
    matches_across : int
        Matches so far that link a trafficker to both countries.
    """

    def __init__(self, streams: Streams) -> None:
        self.streams = streams
        self.matches_across = 0

    def enter(self, key: Key, intelligence: Intelligence) -> bool:
        """Enter a firearm, and tell whether it is going to match another entry."""
        return uniforms(self.streams, BALLISTICS, *key)[0] < intelligence.ballistics_hit_share

    def delay_of(self, key: Key, intelligence: Intelligence) -> float:
        """Time until the entry of a firearm is compared, in seconds."""
        _, time, _, _ = uniforms(self.streams, BALLISTICS, *key)
        return lognormal(intelligence.ballistics_days * DAY_S, intelligence.delay_cv, time)

    def compare(self, key: Key, intelligence: Intelligence) -> bool:
        """Find the match of an entry, under the parameters in force when it is compared.

        Returns whether it is a lead: a match across the border.
        """
        _, _, linked, across = uniforms(self.streams, BALLISTICS, *key)
        lead = (
            linked < intelligence.ballistics_linked_share
            and across < intelligence.ballistics_across_share
        )
        self.matches_across += int(lead)
        return lead


class Recovery(NamedTuple):
    """A trafficked firearm that police have found.

    Attributes
    ----------
    organisation : int
        That brought it across the border.
    sold_s : float
        When it was first sold, in seconds since the run began.
    traced, entered : bool
        Whether a trace is requested, and whether it is entered in the ballistics system.
    """

    organisation: int
    key: Key
    time_s: float
    sold_s: float
    traced: bool
    entered: bool


def decay_of_the_old(intelligence: Intelligence) -> float:
    """Rate a day at which firearms that were not bought new are recovered after their first sale.

    It gives the mixture of both the median ``age_median_years`` (C143). Firearms bought new are
    recovered at the rate of the street; there are too few of them to reach the median alone.
    """
    median = intelligence.age_median_years
    new = 1.0 - 0.5 ** (median / intelligence.street_years)
    old = (0.5 - intelligence.new_share * new) / (1.0 - intelligence.new_share)
    return -math.log1p(-max(old, 0.01)) / (median * DAYS_PER_YEAR)


class Recoveries:
    """All recoveries of a replication.

    Every firearm delivered is found after an exponential time, if ever. One that was bought new was
    sold when it was delivered; the others were sold for the first time long before (C143).

    Parameters
    ----------
    past : array of float, shape (organisations,)
        Share of each organisation in what was delivered before the run.
    firearms_per_year : float
        Deliveries of all organisations in a year of the baseline.
    intelligence : Intelligence
        The baseline.
    """

    def __init__(
        self,
        past: Floats,
        firearms_per_year: float,
        intelligence: Intelligence,
    ) -> None:
        self.past = past
        self.decay = math.log(2.0) / (intelligence.street_years * DAYS_PER_YEAR)
        self.new_share = intelligence.new_share
        self.old_decay = decay_of_the_old(intelligence)
        ever = intelligence.recoveries_per_year / max(firearms_per_year, 1e-300)
        self.rate = min(ever, 1.0) * self.decay
        # Deliveries that may be recovered, and what of a day's recoveries comes from them.
        self.fresh = self.fresh_today = self.today = np.zeros(len(past))
        self.count = 0

    def delivered(self, organisation: int, firearms: float) -> None:
        """Take in firearms that have reached their market."""
        self.fresh[organisation] += firearms

    def rates(self, day: int, intelligence: Intelligence) -> Floats:
        """Expected recoveries of a day by organisation. Call once a day, in order."""
        old = math.exp(-self.decay * max(day, 0)) * intelligence.recoveries_per_year / DAYS_PER_YEAR
        fresh = self.rate * self.fresh
        self.fresh *= math.exp(-self.decay)
        self.fresh_today, self.today = fresh, old * self.past + fresh
        return self.today

    def recovery(self, occurrence: Occurrence, intelligence: Intelligence) -> Recovery:
        """Draw the particulars of a recovery of the last day."""
        self.count += 1
        kind, traced, entered = occurrence.uniform
        if kind >= self.new_share:
            old = (kind - self.new_share) / (1.0 - self.new_share)
            sold_s = occurrence.time_s + math.log1p(-old) / self.old_decay * DAY_S
        else:
            sold_s = self._delivered_s(kind / self.new_share, occurrence)
        return Recovery(
            occurrence.organisation,
            occurrence.key,
            occurrence.time_s,
            sold_s,
            traced < intelligence.traced_share,
            entered < intelligence.ballistics_entered_share,
        )

    def _delivered_s(self, quantile: float, occurrence: Occurrence) -> float:
        """When a firearm that is recovered was delivered: in the run, or before it."""
        of = occurrence.organisation
        share = float(self.fresh_today[of] / self.today[of]) if self.today[of] > 0.0 else 0.0
        if quantile < share:
            return occurrence.time_s * (1.0 - quantile / share)
        older_s = -math.log1p(-(quantile - share) / (1.0 - share)) / self.decay * DAY_S
        return min(occurrence.time_s, 0.0) - older_s
