"""Smugglers who know the true chances of the day and take the best route.

No other way of deciding gives an organisation more, so no proposal does worse than against these.
"""

import numpy as np

from sim.model.smuggling.adversary.options import Options
from sim.model.smuggling.attempt import AttemptOutcome
from sim.numerics.units import Floats
from sim.parameters import Smuggling


class WorstCase:
    """Best response to the true chances of loss."""

    def loss(self, options: Options) -> Floats:
        """Return the chances by the settings of the day."""
        return options.true

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the route of greatest expected utility."""
        return int(np.argmax(options.utility(loss)))

    def on_outcomes(self, outcomes: list[AttemptOutcome], now_s: float) -> None:
        """Learn nothing: everything is known."""
