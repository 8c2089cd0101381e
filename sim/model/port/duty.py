"""Personal exemptions, and referrals to pay duty above them.

Purchases of a returning party are lognormal, with a median by length of stay. A party above its
limit that declares it and owes more than the waiver threshold is sent to secondary to pay (a share
of them: officers already waive many). Same-day trips have no exemption, whatever the limits are
(D003, D017). With a long line nothing is collected (D004); the engine decides that from the length
of the line.
"""

import functools
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from sim.parameters import Duty


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
