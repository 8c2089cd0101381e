"""Smugglers who know the true chances of loss of the day and take the best route.

No other adversary gives an organisation a greater expected utility.
"""

import numpy as np

from sim.model.smuggling.adversary.base import Adversary, Options
from sim.numerics.units import Floats
from sim.parameters import Smuggling


class WorstCase(Adversary):
    """Best response to the true chances of loss."""

    def loss(self, options: Options) -> Floats:
        """Return the chances by the settings of the day."""
        return options.true

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the route of greatest expected utility."""
        return int(np.argmax(options.utility(loss)))
