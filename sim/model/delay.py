"""How long things take that pass through other hands."""

import math

from scipy.special import ndtri


def lognormal(mean: float, cv: float, uniform: float) -> float:
    """Quantile of a lognormal time, in the unit of its mean.

    Parameters
    ----------
    mean : float
    cv : float
        Coefficient of variation; with 0 it is the mean.
    uniform : float
        Strictly between 0 and 1.
    """
    variance = math.log1p(cv * cv)
    return float(mean * math.exp(math.sqrt(variance) * ndtri(uniform) - 0.5 * variance))
