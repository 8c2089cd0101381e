"""Firearms recovered on the street, long after they were trafficked.

Those sold before the run make a steady flow that dwindles as they grow old; what is delivered in
the run comes on top, so that fewer firearms delivered means, with the years, fewer recovered.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.model.chance import Key
from sim.model.conditions import DAY_S
from sim.model.occurrence import DAYS_PER_YEAR, Occurrence
from sim.parameters import Intelligence

Floats = npt.NDArray[np.float64]


class Recovery(NamedTuple):
    """A trafficked firearm that police have found.

    Attributes
    ----------
    organisation : int
        Who brought it.
    key : Key
    time_s : float
    sold_s : float
        When it was sold, in seconds since the run began.
    traced, entered : bool
        Whether a trace is requested, and whether it is entered in the ballistics system.
    """

    organisation: int
    key: Key
    time_s: float
    sold_s: float
    traced: bool
    entered: bool


class Recoveries:
    """All recoveries of a replication.

    Parameters
    ----------
    past : array of float, shape (organisations,)
        Their shares of what was delivered before the run.
    firearms_per_year : float
        What all of them deliver in a year of the baseline.
    terms : Intelligence
        Those of the baseline.
    """

    def __init__(
        self,
        past: Floats,
        firearms_per_year: float,
        terms: Intelligence,
    ) -> None:
        self.past = past
        self.decay = math.log(2.0) / (terms.age_median_years * DAYS_PER_YEAR)
        ever = terms.recoveries_per_year / max(firearms_per_year, 1e-300)
        self.rate = min(ever, 1.0) * self.decay
        self.fresh = np.zeros(len(past))
        self.fresh_share = np.zeros(len(past))
        self.count = 0

    def delivered(self, organisation: int, firearms: float) -> None:
        """Take in firearms that have reached their market."""
        self.fresh[organisation] += firearms

    def rates(self, day: int, terms: Intelligence) -> Floats:
        """Expected recoveries of a day by organisation (of those days, each once and in order)."""
        old = math.exp(-self.decay * max(day, 0)) * terms.recoveries_per_year / DAYS_PER_YEAR
        fresh = self.rate * self.fresh
        self.fresh *= math.exp(-self.decay)
        rates = old * self.past + fresh
        self.fresh_share = np.divide(fresh, rates, out=np.zeros_like(fresh), where=rates > 0.0)
        return rates

    def recovery(self, one: Occurrence, terms: Intelligence) -> Recovery:
        """Make the recovery that an occurrence of the last day is."""
        self.count += 1
        kind, traced, entered = one.uniform
        share = float(self.fresh_share[one.organisation])
        if kind < share:
            sold_s = one.time_s * (1.0 - kind / share)
        else:
            older_s = -math.log1p(-(kind - share) / (1.0 - share)) / self.decay * DAY_S
            sold_s = min(one.time_s, 0.0) - older_s
        return Recovery(
            one.organisation,
            one.key,
            one.time_s,
            sold_s,
            traced < terms.traced_share,
            entered < terms.ballistics_entered_share,
        )
