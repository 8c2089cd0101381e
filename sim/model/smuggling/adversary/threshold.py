"""Smugglers who ignore risk up to a threshold and are deterred in growing numbers above it.

Of the trips that would be made, a share min(1, threshold / risk) ^ steepness is still made, and a
residue whatever the risk. Each trip has its own tolerance of risk: as a route becomes riskier, the
least tolerant trips leave it first, for routes whose risk they accept.

References
----------
.. [1] Anthony, "A calibrated model of the psychology of deterrence", Bulletin on Narcotics 56,
   2004.
"""

import numpy as np

from sim.model.smuggling.adversary.base import Adversary, Options
from sim.numerics.units import Floats
from sim.parameters import Smuggling


def willing(risk: Floats, smuggling: Smuggling) -> Floats:
    """Share of trips that a chance of loss does not deter."""
    level, residue = smuggling.threshold_loss, smuggling.threshold_residue
    ratio = np.divide(level, risk, out=np.ones_like(risk), where=risk > level)
    return np.asarray(residue + (1.0 - residue) * ratio**smuggling.threshold_steepness)


class Threshold(Adversary):
    """A deterrence curve; among the routes whose risk is accepted, a logit that ignores risk."""

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the best of the routes whose risk this trip accepts."""
        score = smuggling.rationality * options.value + options.noise
        score[options.risk_tolerance_quantile >= willing(loss, smuggling)] = -np.inf
        return int(np.argmax(score))
