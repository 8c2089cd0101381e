"""Smugglers who tend to the better route, the more so the more rational they are.

The best of lambda x utility + Gumbel noise is a logit with rationality lambda: with lambda to 0 all
options are as likely, with lambda to infinity the best response is taken.

References
----------
.. [1] McKelvey and Palfrey, "Quantal response equilibria for normal form games", Games and Economic
   Behavior 10, 1995.
"""

import numpy as np

from sim.model.smuggling.adversary.options import Options
from sim.model.smuggling.attempt import AttemptOutcome
from sim.numerics.units import Floats
from sim.parameters import Smuggling


def shares(utility: Floats, rationality: float) -> Floats:
    """Chance that each option is taken."""
    weight = np.exp(rationality * (utility - utility.max()))
    return np.asarray(weight / weight.sum())


class QuantalResponse:
    """A logit of utilities under what the trade believes."""

    def loss(self, options: Options) -> Floats:
        """Return what the trade believes."""
        return options.believed

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the best of lambda x utility + noise."""
        return int(np.argmax(smuggling.rationality * options.utility(loss) + options.noise))

    def on_outcomes(self, outcomes: list[AttemptOutcome], now_s: float) -> None:
        """Leave it to the trade, whose beliefs follow the settings in force."""
