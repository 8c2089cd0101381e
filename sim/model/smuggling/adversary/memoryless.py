"""Smugglers without a memory of their own trips: four ways to choose by what is known today.

References
----------
.. [1] McKelvey and Palfrey, "Quantal response equilibria for normal form games", Games and Economic
   Behavior 10, 1995.
.. [2] Anthony, "A calibrated model of the psychology of deterrence", Bulletin on Narcotics 56,
   2004.
"""

import numpy as np

from sim.model.smuggling.adversary.base import Adversary, Options
from sim.numerics.units import Floats
from sim.parameters import Smuggling


class Static(Adversary):
    """Each route keeps its share of trips in the baseline, whatever changes.

    Ports have shares by their traffic, other routes by assumption.
    """

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take a route by its share in the baseline."""
        with np.errstate(divide="ignore"):
            return int(np.argmax(np.log(options.habit) + options.noise))


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
    """Better routes are taken more often: a logit with rationality lambda [1]_.

    As lambda goes to 0, options become as likely as the prior says; as it goes to infinity, the
    best response is taken.
    """

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the best of lambda x utility + prior + noise."""
        return int(np.argmax(smuggling.rationality * options.utility(loss) + options.inclination))


def willing(risk: Floats, smuggling: Smuggling) -> Floats:
    """Share of trips that a chance of loss does not deter."""
    level, residue = smuggling.threshold_loss, smuggling.threshold_residue
    ratio = np.divide(level, risk, out=np.ones_like(risk), where=risk > level)
    return np.asarray(residue + (1.0 - residue) * ratio**smuggling.threshold_steepness)


class Threshold(Adversary):
    """Risk is ignored up to a threshold; above it, growing numbers are deterred [2]_.

    Of the trips that would be made, a share min(1, threshold / risk) ^ steepness is still made, and
    a residue whatever the risk. Each trip has its own tolerance of risk: as a route becomes
    riskier, the least tolerant trips leave it first, for routes whose risk they accept. Among
    those, the choice is a logit that ignores risk.
    """

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the best of the routes whose risk this trip accepts."""
        score = smuggling.rationality * options.value + options.inclination
        score[options.risk_tolerance_quantile >= willing(loss, smuggling)] = -np.inf
        return int(np.argmax(score))


class WorstCase(Adversary):
    """Best response to the true chances of loss of the day.

    No other adversary gives an organisation a greater expected utility.
    """

    def loss(self, options: Options) -> Floats:
        """Return the chances by the settings of the day."""
        return options.true

    def choose(self, options: Options, loss: Floats, smuggling: Smuggling) -> int:
        """Take the route of greatest expected utility."""
        return int(np.argmax(options.utility(loss)))
