"""Smugglers who never react: each route keeps its share of trips in the baseline.

Ports have shares by their traffic, other routes by assumption.
"""

import numpy as np

from sim.model.smuggling.adversary.base import Adversary, Options
from sim.numerics.units import Floats
from sim.parameters import Smuggling


class Static(Adversary):
    """Choice by the shares of the baseline, whatever changes."""

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take a route by its share in the baseline."""
        with np.errstate(divide="ignore"):
            return int(np.argmax(np.log(options.habit) + options.noise))
