"""Smugglers who ignore risk below a level, and above it shy away in numbers.

Of those who would go, a share min(1, level / risk) ^ steepness goes on, but for a residue that no
risk stops. Each trip has its nerve, so that a route that becomes riskier loses those who shy first,
to routes that they still dare.

References
----------
.. [1] Anthony, "A calibrated model of the psychology of deterrence", Bulletin on Narcotics 56,
   2004.
"""

import numpy as np

from sim.model.smuggling.adversary.options import Options
from sim.model.smuggling.attempt import AttemptOutcome
from sim.numerics.units import Floats
from sim.parameters import Smuggling


def willing(risk: Floats, smuggling: Smuggling) -> Floats:
    """Share of trips that a chance of loss does not stop."""
    level, residue = smuggling.threshold_loss, smuggling.threshold_residue
    ratio = np.divide(level, risk, out=np.ones_like(risk), where=risk > level)
    return np.asarray(residue + (1.0 - residue) * ratio**smuggling.threshold_steepness)


class Threshold:
    """A deterrence curve; among the routes that are dared, a logit that leaves risk out."""

    def loss(self, options: Options) -> Floats:
        """Return what the trade believes."""
        return options.believed

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the best of the routes that this trip dares."""
        score = smuggling.rationality * options.value + options.noise
        score[options.risk_tolerance_quantile >= willing(loss, smuggling)] = -np.inf
        return int(np.argmax(score))

    def on_outcomes(self, outcomes: list[AttemptOutcome], now_s: float) -> None:
        """Leave it to the trade, whose beliefs follow the settings in force."""
