"""Smugglers who choose better routes more often: a quantal response.

The best of lambda x utility + Gumbel noise is a logit with rationality lambda: as lambda goes to 0,
all options become equally likely; as it goes to infinity, the best response is taken.

References
----------
.. [1] McKelvey and Palfrey, "Quantal response equilibria for normal form games", Games and Economic
   Behavior 10, 1995.
"""

import numpy as np

from sim.model.smuggling.adversary.base import Adversary, Options
from sim.numerics.units import Floats
from sim.parameters import Smuggling


def shares(utility: Floats, rationality: float) -> Floats:
    """Chance that each option is taken.

    Parameters
    ----------
    utility : array of float, shape (options,)
        In mean margins of a trip.
    rationality : float
        Lambda, per mean margin.
    """
    weight = np.exp(rationality * (utility - utility.max()))
    return np.asarray(weight / weight.sum())


class QuantalResponse(Adversary):
    """A logit of utilities under what smugglers believe."""

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the best of lambda x utility + noise."""
        return int(np.argmax(smuggling.rationality * options.utility(loss) + options.noise))
