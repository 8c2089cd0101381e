"""Who is sent to secondary, and why.

The order is: lookout, mandatory (paperwork, then duty), random, selective. Selective referral is
signal detection: the officer's suspicion is a score, N(0, 1) for an innocent conveyance and
N(d', 1) for one with something to hide, and those above a threshold are referred. The threshold is
where the set share of the innocent is above it. More searching therefore moves along one receiver
operating characteristic, while training raises d'; with d' = 0 selection is random.
"""

from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from sim.numerics.compilation import inlined
from sim.numerics.units import Floats

NOT_REFERRED, LOOKOUT, PAPERWORK, DUTY, RANDOM, SELECTIVE = range(6)
REASONS = ("", "lookout", "paperwork", "duty", "random", "selective")

# A traveller or trafficker who was not referred still takes a place in the examination queue for no
# time, so that the engine learns whether an examination would have begun within its limit.
PROBE = 6


@inlined
def is_search(reason: int) -> bool:
    """Whether a referral leads to an examination (paperwork and duty do not)."""
    return reason in (LOOKOUT, RANDOM, SELECTIVE)


def selected_share(selective_share: Floats, d_prime: Floats) -> Floats:
    """Chance that an officer's suspicion picks a conveyance that has something to hide.

    Parameters
    ----------
    selective_share : array of float
        Share of the innocent that is above the threshold, 0 to 1.
    d_prime : array of float
        Distance of the two score distributions in standard deviations.

    Returns
    -------
    array of float
        The hit rate on the receiver operating characteristic, 0 to 1.
    """
    threshold = ndtri(1.0 - np.asarray(selective_share, dtype=float))
    return np.asarray(ndtr(d_prime - threshold))


@inlined
def examined_share(random_share: Any, picked_share: Any) -> Any:
    """Share sent to a discretionary examination: at random, or else because selection picks them.

    Parameters
    ----------
    random_share : float or array of float
        Share referred at random, 0 to 1.
    picked_share : float or array of float
        Chance that the officer's suspicion is above the threshold, 0 to 1.
    """
    return random_share + (1.0 - random_share) * picked_share


@inlined
def passed_over_share(random_share: float, picked_share: float) -> float:
    """Share of the unit interval below the draws that selection picks.

    One draw decides on random and selective referral: the lowest values, ``random_share`` of all,
    are referred at random, and the highest by selection, ``picked_share`` of the others.
    """
    return 1.0 - picked_share * (1.0 - random_share)


CURSORY, FULL, DOG, IMAGING, INTRUSIVE = range(5)
KINDS = ("cursory", "full", "dog", "imaging", "intrusive")


@inlined
def detection_probability(rate_per_s: float, examination_s: float) -> float:
    """Chance that an examination finds what is there (Koopman's random search)."""
    return float(1.0 - np.exp(-rate_per_s * examination_s))


def search_rate_per_s(find_share: float, mean_min: float) -> float:
    """Rate of the law for a kind that finds ``find_share`` in ``mean_min`` minutes."""
    return float(-np.log1p(-min(find_share, 1.0 - 1e-12)) / (mean_min * 60.0))
