"""Ballistics: a recovered firearm compared with the crimes of both countries."""

import simpy
from simpy.events import ProcessGenerator

from sim.model.chance import Key, uniforms
from sim.model.conditions import DAY_S
from sim.model.delay import lognormal
from sim.model.terms import Terms
from sim.parameters import Intelligence
from sim.randomness import BALLISTICS, Streams


class Ballistics:
    """The laboratories, and what they find.

    Attributes
    ----------
    entries, matches, matches_across : int
        So far: entries made, those that matched another, and those that tie a trafficker to both
        countries.
    """

    def __init__(self, env: simpy.Environment, terms: Terms, streams: Streams) -> None:
        self.env = env
        self.terms = terms
        self.streams = streams
        self.entries = 0
        self.matches = 0
        self.matches_across = 0

    def enter(self, key: Key, terms: Intelligence) -> bool:
        """Enter a firearm.

        Returns
        -------
        bool
            Whether it is going to match another entry.
        """
        self.entries += 1
        return uniforms(self.streams, BALLISTICS, *key)[0] < terms.ballistics_hit_share

    def compare(self, key: Key) -> ProcessGenerator:
        """Find the match of an entry.

        Returns
        -------
        bool
            Whether it is a lead: a match across the border.
        """
        _, time, linked, across = uniforms(self.streams, BALLISTICS, *key)
        terms = self.terms(self.env.now)
        yield self.env.timeout(lognormal(terms.ballistics_days * DAY_S, terms.delay_cv, time))
        self.matches += 1
        # Whether the systems are linked counts when the comparison is made, not when it is begun.
        terms = self.terms(self.env.now)
        lead = linked < terms.ballistics_linked_share and across < terms.ballistics_across_share
        self.matches_across += int(lead)
        return lead
