"""Patrols between the ports: the chances that a crossing is noticed and intercepted.

A patrol that passes while a crossing lasts may notice it. With patrols at random along the line,
the number that pass is Poisson, which gives Koopman's law of random search: the chance of being
noticed is 1 - exp(-sweep / length). Sensors add an independent chance.

A crossing that is noticed is pursued. The time until the pursuers arrive and the time until the
pursued is out of sight are both exponential; an aircraft lengthens the second. A pursuit that
reaches the line ends there, unless units of both countries are deployed jointly (003 ¶10).

A unit on one pursuit cannot take another. With some 25 pursuits of gun smugglers a year over
fifteen regions this never matters, so the model has a formula here and no queue.

References
----------
.. [1] Koopman, "Search and Screening", Operations Evaluation Group Report 56, 1946.
"""

import functools

import numpy as np

from sim.numerics.units import Floats
from sim.parameters import Patrol
from sim.places.ports import Regions, read_regions

HOURS_PER_DAY = 24.0
MIN_PER_H = 60.0


def noticed(sweep_km: Floats, length_km: Floats, sensors: float) -> Floats:
    """Chance that a crossing is noticed.

    Parameters
    ----------
    sweep_km : array of float
        Line that patrols pass while a crossing lasts, times the chance to notice, in km.
    length_km : array of float
        Length of the line, in km.
    sensors : float
        Chance that sensors report it.
    """
    swept = np.divide(sweep_km, length_km, out=np.zeros_like(sweep_km), where=length_km > 0.0)
    return np.asarray(1.0 - (1.0 - sensors) * np.exp(-swept))


def reached(response_min: float, in_sight_min: float) -> float:
    """Chance that pursuers arrive before the pursued is out of sight."""
    both = response_min + in_sight_min
    return in_sight_min / both if both > 0.0 else 1.0


def caught(
    response_min: float, in_sight_min: float, turns_back: float, goes_on: float, patrol: Patrol
) -> float:
    """Chance that a crossing that is noticed is intercepted.

    Parameters
    ----------
    response_min, in_sight_min : float
        Mean minutes until pursuers arrive, and until the pursued is out of sight.
    turns_back : float
        Pursuits that come to the line.
    goes_on : float
        Of these, those that go on beyond it.
    patrol : Patrol
    """
    alone = reached(response_min, in_sight_min)
    helped = reached(response_min, in_sight_min * patrol.air_sight_factor)
    arrived = alone + patrol.air_support_share * (helped - alone)
    return arrived * (1.0 - turns_back * (1.0 - goes_on))


def caught_on_land(patrol: Patrol) -> float:
    """Chance that a crossing noticed on land is intercepted (A002)."""
    armed = 1.0 if patrol.carriage_of_arms else patrol.unarmed_follow_share
    return caught(
        patrol.land_response_min,
        patrol.land_in_sight_min,
        patrol.land_turns_back_share,
        patrol.joint_share * armed,
        patrol,
    )


def caught_on_water(patrol: Patrol) -> float:
    """Chance that a crossing noticed on water is intercepted (A003)."""
    return caught(
        patrol.water_response_min,
        patrol.water_in_sight_min,
        patrol.water_turns_back_share,
        patrol.shiprider_share,
        patrol,
    )


def _sweep_per_km(
    hours_per_km_day: float, speed: float, notice: float, exposure_min: float, patrol: Patrol
) -> float:
    """Line swept during a crossing, in km for each km of line."""
    on_the_line = hours_per_km_day * speed * notice
    in_the_air = patrol.air_hours_per_km_day * patrol.air_speed_km_per_h * patrol.air_notice_share
    return (on_the_line + in_the_air) / HOURS_PER_DAY * exposure_min / MIN_PER_H


def noticed_on_land(patrol: Patrol, regions: Regions) -> Floats:
    """Chance that a crossing on land is noticed, by region."""
    sweep = _sweep_per_km(
        patrol.land_hours_per_km_day,
        patrol.land_speed_km_per_h,
        patrol.land_notice_share,
        patrol.land_exposure_min,
        patrol,
    )
    return noticed(sweep * regions.land_km, regions.land_km, patrol.land_sensor_share)


def noticed_on_water(patrol: Patrol, regions: Regions) -> Floats:
    """Chance that a crossing by water is noticed, by region."""
    sweep = _sweep_per_km(
        patrol.water_hours_per_km_day,
        patrol.boat_speed_km_per_h,
        patrol.water_notice_share,
        patrol.water_exposure_min,
        patrol,
    )
    return noticed(sweep * regions.water_km, regions.water_km, patrol.water_sensor_share)


@functools.lru_cache(maxsize=64)
def loss_away(patrol: Patrol) -> Floats:
    """Chance of loss on every route away from the ports.

    Returns
    -------
    array of float, shape (2 x regions + 2,)
        On land by region, on water by region, by post, by air.
    """
    regions = read_regions()
    loss = np.concatenate(
        [
            noticed_on_land(patrol, regions) * caught_on_land(patrol),
            noticed_on_water(patrol, regions) * caught_on_water(patrol),
            [patrol.post_loss, patrol.air_loss],
        ]
    )
    loss.setflags(write=False)
    return loss
