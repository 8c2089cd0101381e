"""Who is sent to secondary, and why.

The order is: lookout, mandatory (paperwork, then duty), random, selective. Selective referral is
signal detection: the officer's suspicion is a score, N(0, 1) for an innocent conveyance and
N(d', 1) for one with something to hide, and those above a threshold are referred. The threshold is
where the set share of the innocent is above it. More searching therefore moves along one receiver
operating characteristic, while training raises d'; with d' = 0 selection is random.

Duty: purchases of a returning party are lognormal, with a median by length of stay. A party above
its limit that declares it and owes more than the waiver threshold is sent to secondary to pay (a
share of them: officers already waive many). Same-day trips have no exemption, whatever the limits
are (D003, D017). With a long line nothing is collected (D004); the engine decides that from the
length of the line.
"""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from sim.numerics import root_of
from sim.numerics.compilation import inlined
from sim.numerics.units import Floats
from sim.parameters import Duty

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


def examined_shares(random_share: Any, picked_share: Any) -> Any:
    """Share sent to a discretionary examination: at random, or else because selection picks them.

    It is not compiled: for arrays every process would have to compile it again.

    Parameters
    ----------
    random_share : float or array of float
        Share referred at random, 0 to 1.
    picked_share : float or array of float
        Chance that the officer's suspicion is above the threshold, 0 to 1.
    """
    return random_share + (1.0 - random_share) * picked_share


examined_share = inlined(examined_shares)
"""The same of one conveyance, compiled into its callers."""


@inlined
def passed_over_share(random_share: float, picked_share: float) -> float:
    """Share of the unit interval below the draws that selection picks.

    One draw decides on random and selective referral: the lowest values, ``random_share`` of all,
    are referred at random, and the highest by selection, ``picked_share`` of the others.
    """
    return 1.0 - picked_share * (1.0 - random_share)


CURSORY, FULL, DOG, IMAGING, INTRUSIVE = range(5)
# A share above which the law is anchored at the mean length: its lengths make no difference.
FINDS_ALL = 0.9999
KINDS = ("cursory", "full", "dog", "imaging", "intrusive")


@inlined
def detection_probability(rate_per_s: float, examination_s: float) -> float:
    """Chance that an examination finds what is there (Koopman's random search)."""
    return float(1.0 - np.exp(-rate_per_s * examination_s))


# Nodes and weights of lengths: 64 are far more than the law of search needs.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(64)


def mean_find(exposure: Floats | float, cv: float) -> Floats:
    """Chance that a kind of examination finds what is there, over the lengths that it has.

    Lengths are lognormal. Since the law of search is concave, this is less than the chance of an
    examination of mean length.

    Parameters
    ----------
    exposure : array of float, or float
        Search rate times mean length.
    cv : float
        Coefficient of variation of the lengths.
    """
    sigma = np.sqrt(np.log1p(cv * cv))
    lengths = np.exp(sigma * _NODES - sigma * sigma / 2.0)
    weights = _WEIGHTS / _WEIGHTS.sum()
    missed = np.exp(-np.multiply.outer(exposure, lengths))
    # A product of matrices has other last digits on another processor (OpenBLAS).
    return np.asarray(np.einsum("...n,n->...", 1.0 - missed, weights))


@functools.lru_cache(maxsize=1024)
def search_rate_per_s(find_share: float, mean_min: float, cv: float = 0.0) -> float:
    """Rate of the law for a kind that finds ``find_share`` of what is there, over its lengths.

    Parameters
    ----------
    find_share : float
        0 to 1.
    mean_min : float
        Mean length in minutes.
    cv : float
        Coefficient of variation of the lengths (lognormal).
    """
    wanted = min(find_share, 1.0 - 1e-12)
    exposure = float(-np.log1p(-wanted))
    if cv > 0.0 and 0.0 < wanted < FINDS_ALL:
        # The greatest exposure that is tried leaves nothing unfound at any usual spread.
        exposure = root_of(lambda x: float(mean_find(x, cv)) - wanted, 0.0, 1e6, xtol=1e-12)
    return exposure / (mean_min * 60.0)


@dataclass(frozen=True, slots=True)
class Collection:
    """Effect of the exemption limits on an average car.

    Attributes
    ----------
    share : float
        Cars sent to pay when nothing is waived.
    mean_cad : float
        Mean duty and tax of one collection.
    trips : float
        Car traffic as a ratio of that under the baseline's limits (induced trips).
    """

    share: float
    mean_cad: float
    trips: float


def _stays(duty: Duty) -> tuple[tuple[float, float, float], ...]:
    """Share of cars, median purchase and limit, by length of stay."""
    overnight = duty.resident_share * duty.overnight_share
    middle = 1.0 - duty.one_night_share - duty.week_share
    return (
        (duty.resident_share - overnight, duty.same_day_purchase_cad, 0.0),
        (overnight * duty.one_night_share, duty.one_night_purchase_cad, duty.exemption_24h_cad),
        (overnight * middle, duty.two_night_purchase_cad, duty.exemption_48h_cad),
        (overnight * duty.week_share, duty.week_purchase_cad, duty.exemption_7d_cad),
    )


@functools.lru_cache(maxsize=256)
def collection(duty: Duty, baseline: Duty) -> Collection:
    """Calculate collections and induced trips.

    Parameters
    ----------
    duty : Duty
        The limits in force.
    baseline : Duty
        The limits under which the traffic of the table arose.

    Notes
    -----
    The mean excess of a lognormal purchase X above a limit L is E[X; X > L] - L P(X > L).
    """
    share = amount = 0.0
    for cars, median, limit in _stays(duty):
        least = limit + duty.waive_below_cad / duty.rate
        sigma = duty.purchase_sigma
        above = float(ndtr(-np.log(least / median) / sigma))
        mean = median * np.exp(sigma**2 / 2)
        value = mean * float(ndtr(-(np.log(least / median) - sigma**2) / sigma))
        share += cars * above * duty.collected_share
        amount += cars * (value - limit * above) * duty.collected_share * duty.rate
    logs = [
        (cars, np.log(limit / old)) if limit > 0 and old > 0 else (cars, 0.0)
        for (cars, _, limit), (_, _, old) in zip(_stays(duty), _stays(baseline), strict=True)
    ]
    trips = 1.0 + duty.induced_trips * float(sum(cars * change for cars, change in logs))
    return Collection(share, amount / share if share > 0 else 0.0, trips)
