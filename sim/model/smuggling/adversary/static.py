"""Static smugglers ignore everything.

Routes get trips by their share in the baseline: ports by their traffic, the others by what is
assumed of them.
"""

import numpy as np

from sim.model.smuggling.adversary.options import Options
from sim.model.smuggling.attempt import AttemptOutcome
from sim.numerics.units import Floats
from sim.parameters import Smuggling


class Static:
    """The habits of the baseline, for ever."""

    def loss(self, options: Options) -> Floats:
        """Return what the trade believes, which is of no account here."""
        return options.believed

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take a route by its share in the baseline."""
        with np.errstate(divide="ignore"):
            return int(np.argmax(np.log(options.habit) + options.noise))

    def on_outcomes(self, outcomes: list[AttemptOutcome], now_s: float) -> None:
        """Learn nothing."""
