"""Smugglers who learn from their own losses and from news of others'.

Each organisation counts trips and losses by route, with exponential discounting. The belief held
before the run is a prior worth some number of trips; a change of settings is learnt only through
losses. A trip also counts, with less weight, for the other routes of its kind. Choice is a quantal
response to these beliefs.

References
----------
.. [1] Erev and Roth, "Predicting how people play games: reinforcement learning in experimental
   games with unique, mixed strategy equilibria", American Economic Review 88, 1998.
"""

from collections.abc import Callable
from typing import Self

import numpy as np

from sim.model.smuggling.adversary.base import Adversary, Options
from sim.model.smuggling.attempt import AttemptOutcome, Route
from sim.model.smuggling.routes import RouteNetwork
from sim.numerics.randomness import ROUTE, Streams, entity_number, to_uniform
from sim.numerics.units import DAY_S, Flags, Floats
from sim.parameters import Smuggling


class Learning(Adversary):
    """Adaptive expectations by organisation and route.

    Parameters
    ----------
    smuggling : Smuggling
        The baseline.
    alike : array of bool, shape (routes, routes)
        Which routes are of the same kind.
    number_of : callable
        Number of a route.
    streams : Streams
    """

    def __init__(
        self,
        smuggling: Smuggling,
        alike: Flags,
        number_of: Callable[[Route], int],
        streams: Streams,
    ) -> None:
        self.smuggling = smuggling
        self.number_of = number_of
        self.streams = streams
        self.weight = smuggling.learning_alike_share * alike + np.eye(len(alike)) * (
            1.0 - smuggling.learning_alike_share
        )
        self.organisation_entity = np.array(
            [entity_number(f"news/organisation/{i}") for i in range(smuggling.organisations)]
        )
        self.trips = np.zeros((smuggling.organisations, len(alike)))
        self.losses = np.zeros_like(self.trips)
        self.updated_s = 0.0

    @classmethod
    def of_replication(cls, smuggling: Smuggling, network: RouteNetwork, streams: Streams) -> Self:
        """Make the adversary of one replication, with the routes it learns about."""
        return cls(smuggling, network.alike(), network.number_of, streams)

    def loss(self, options: Options) -> Floats:
        """Return the mean of the prior and of what this organisation has learnt."""
        weight = self.smuggling.learning_prior_trips
        trips = self.trips[options.organisation, options.numbers]
        losses = self.losses[options.organisation, options.numbers]
        return np.asarray((weight * options.before + losses) / (weight + trips))

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the best of lambda x utility + prior + noise."""
        return int(np.argmax(smuggling.rationality * options.utility(loss) + options.inclination))

    def on_outcomes(self, outcomes: list[AttemptOutcome], now_s: float) -> None:
        """Discount what was learnt before, and add the outcomes of trips."""
        discount = np.exp((self.updated_s - now_s) / DAY_S / self.smuggling.learning_days)
        self.trips *= discount
        self.losses *= discount
        self.updated_s = now_s
        for outcome in outcomes:
            if not outcome.turned_back:
                informed = self._informed(outcome)
                weight = self.weight[self.number_of(outcome.attempt.route)]
                self.trips[informed] += weight
                if outcome.stopped:
                    self.losses[informed] += weight

    def _informed(self, outcome: AttemptOutcome) -> Flags:
        """Which organisations learn of a trip: its own, and others by chance."""
        attempt = outcome.attempt
        day = int(attempt.time_s // DAY_S)
        index = int(attempt.attempt_id.rpartition("/")[2])
        words = self.streams.first_words(ROUTE, self.organisation_entity, day, index)
        informed = np.asarray(to_uniform(words) < self.smuggling.news_share)
        informed[attempt.organisation] = True
        return informed
