"""Traces: from a firearm that was found to its first sale."""

import simpy
from simpy.events import ProcessGenerator

from sim.model.chance import Key, uniforms
from sim.model.conditions import DAY_S
from sim.model.delay import lognormal
from sim.model.occurrence import DAYS_PER_YEAR
from sim.model.terms import Terms
from sim.randomness import TRACE, Streams


class Traces:
    """All traces of a replication.

    Attributes
    ----------
    requested, succeeded, failed : int
        So far.
    requests, successes : list of int
        Of these, by organisation.
    delay_s : float
        Sum of the time to the results that succeeded.
    """

    def __init__(
        self, env: simpy.Environment, organisations: int, terms: Terms, streams: Streams
    ) -> None:
        self.env = env
        self.terms = terms
        self.streams = streams
        self.requested = 0
        self.succeeded = 0
        self.failed = 0
        self.delay_s = 0.0
        self.requests = [0] * organisations
        self.successes = [0] * organisations

    @property
    def under_way(self) -> int:
        """Traces without a result yet."""
        return self.requested - self.succeeded - self.failed

    def request(self, organisation: int, key: Key, sold_s: float) -> ProcessGenerator:
        """Trace a firearm.

        Returns
        -------
        bool
            Whether the result is a lead: a first sale that was not too long ago.
        """
        self.requested += 1
        self.requests[organisation] += 1
        found_s = self.env.now
        terms = self.terms(found_s)
        success, time, _, _ = uniforms(self.streams, TRACE, *key)
        delay_s = lognormal(terms.trace_days * DAY_S, terms.delay_cv, time)
        yield self.env.timeout(delay_s)
        if success >= terms.trace_success_share:
            self.failed += 1
            return False
        self.succeeded += 1
        self.successes[organisation] += 1
        self.delay_s += delay_s
        return found_s - sold_s <= terms.trace_useful_years * DAYS_PER_YEAR * DAY_S
