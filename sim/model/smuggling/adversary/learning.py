"""Smugglers who learn from their own losses and from what they hear of others'.

Each organisation counts trips and losses by route; old ones fade. What was believed before the run
counts for some trips, and is never told anew: a change of settings shows only in what is lost. A
trip says something about other routes of its kind too. Choice is a quantal response to these
beliefs.

References
----------
.. [1] Erev and Roth, "Predicting how people play games: reinforcement learning in experimental
   games with unique, mixed strategy equilibria", American Economic Review 88, 1998.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from sim.model.smuggling.adversary.options import Options
from sim.model.smuggling.attempt import AttemptOutcome, Route
from sim.numerics.randomness import ROUTE, Streams, entity_number, to_uniform
from sim.numerics.units import DAY_S, Floats
from sim.parameters import Smuggling


class Learning:
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
        alike: npt.NDArray[np.bool_],
        number_of: Callable[[Route], int],
        streams: Streams,
    ) -> None:
        self.smuggling = smuggling
        self.number_of = number_of
        self.streams = streams
        self.weight = smuggling.learning_alike_share * alike + np.eye(len(alike)) * (
            1.0 - smuggling.learning_alike_share
        )
        self.listener = np.array(
            [entity_number(f"news/organisation/{i}") for i in range(smuggling.organisations)]
        )
        self.trips = np.zeros((smuggling.organisations, len(alike)))
        self.losses = np.zeros_like(self.trips)
        self.known_s = 0.0

    def loss(self, options: Options) -> Floats:
        """Return what this organisation has come to expect."""
        weight = self.smuggling.learning_prior_trips
        trips = self.trips[options.organisation, options.numbers]
        losses = self.losses[options.organisation, options.numbers]
        return np.asarray((weight * options.before + losses) / (weight + trips))

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the best of lambda x utility + noise."""
        return int(np.argmax(smuggling.rationality * options.utility(loss) + options.noise))

    def on_outcomes(self, outcomes: list[AttemptOutcome], now_s: float) -> None:
        """Let what is known fade, and add what has become of trips."""
        kept = np.exp((self.known_s - now_s) / DAY_S / self.smuggling.learning_days)
        self.trips *= kept
        self.losses *= kept
        self.known_s = now_s
        for outcome in outcomes:
            if not outcome.turned_back:
                told = self._told(outcome)
                weight = self.weight[self.number_of(outcome.booking.route)]
                self.trips[told] += weight
                if outcome.stopped:
                    self.losses[told] += weight

    def _told(self, outcome: AttemptOutcome) -> npt.NDArray[np.bool_]:
        """Which organisations hear of a trip: its own, and others by chance."""
        booking = outcome.booking
        day = int(booking.time_s // DAY_S)
        index = int(booking.attempt_id.rpartition("/")[2])
        words = self.streams.first_words(ROUTE, self.listener, day, index)
        told = np.asarray(to_uniform(words) < self.smuggling.news_share)
        told[booking.organisation] = True
        return told
