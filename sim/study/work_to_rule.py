"""The day of work to rule, 6 August 2021: one number fitted to its morning, the rest predicted.

How much longer officers took that day is not on record. ``python -m sim.study.work_to_rule`` finds
the factor that is nearest to the two readings of the morning at the Ambassador Bridge, and holds
what follows from it against the waits of the afternoon there and at the other ports. A minute or
two on one core.
"""

import argparse
import dataclasses
import datetime
import sys
from collections.abc import Iterator

import numpy as np

from sim.numerics.units import Floats
from sim.places.on_record import (
    FRIDAY,
    MARGINAL,
    READINGS,
    WITHIN,
    WORK_TO_RULE,
    Reading,
)

FACTORS = (2.0, 2.5, 3.0, 3.5, 4.0)
REPLICATIONS = 20


def longest_waits(factor: float, replication: int) -> Floats:
    """Longest mean wait of an hour, in minutes: every reading, then cars at the marginal ports.

    Parameters
    ----------
    factor : float
        Service time as a ratio of an ordinary day's.
    replication : int

    Returns
    -------
    array of float, shape (readings + marginal ports,)
    """
    from sim.model.port.traffic import LANES
    from sim.parameters import Parameters, with_values
    from sim.records import RELEASED, WAIT_S
    from sim.replication import run_border
    from sim.scenario.point import Point
    from sim.scenario.reading import read
    from sim.study.fit_capacity import NO_SMUGGLING

    whole = read(WORK_TO_RULE)
    slower = tuple(
        dataclasses.replace(one, value=factor) if one.operation == "scale" else one
        for one in whole.interventions
    )
    ports = tuple(sorted({reading.port for reading in READINGS}))
    day = datetime.date(2021, 8, 5)
    point = Point(
        with_values(Parameters(), NO_SMUGGLING),
        dataclasses.replace(whole, interventions=slower), ports, None, day, 3, 1, "compiled",
    )  # fmt: skip
    sums = run_border(point, replication).tally.lane[FRIDAY]
    waits = sums[..., WAIT_S] / np.maximum(sums[..., RELEASED], 1.0) / 60.0
    cars = [Reading(port, "car", range(12, 20), 0.0, "G054") for port in MARGINAL]
    return np.array(
        [
            waits[ports.index(one.port), one.hours, LANES.index(one.lane)].max()
            for one in (*READINGS, *cars)
        ]
    )


def fit() -> Iterator[str]:
    """Fit the factor to the morning, and predict the rest of the day."""
    record = np.array([reading.minutes for reading in READINGS])
    fitted = np.array([reading.fitted for reading in READINGS])
    tried = []
    for factor in FACTORS:
        waits = np.array([longest_waits(factor, k) for k in range(REPLICATIONS)])
        off = np.log(waits.mean(axis=0)[: len(record)] / record)
        tried.append((float(np.mean(off[fitted] ** 2)), factor, waits))
    _, factor, waits = min(tried, key=lambda one: one[0])
    yield f"service {factor:g} times as long fits the morning best, of {FACTORS}"
    mean = waits.mean(axis=0)
    near = np.abs(mean[: len(record)] / record - 1.0) <= WITHIN
    for i, reading in enumerate(READINGS):
        hours = f"{reading.hours[0]:02d}-{reading.hours[-1] + 1:02d}"
        yield (
            f"  {reading.port:20s} {reading.lane:5s} {hours} h "
            f"record {reading.minutes:4g} model {mean[i]:4.0f} min "
            f"({waits[:, i].min():.0f} to {waits[:, i].max():.0f}), {reading.source}"
            f"{', fitted' if reading.fitted else ''}"
        )
    bridges = np.array([one.lane == "truck" and not one.fitted for one in READINGS])
    yield f"trucks within {WITHIN:.0%} at {near[bridges].sum()} of {bridges.sum()} bridges"
    for k, port in enumerate(MARGINAL):
        truck = next(i for i, one in enumerate(READINGS) if one.port == port)
        yield f"cars over trucks at {port}: {mean[len(record) + k] / mean[truck]:.2f}"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser("python -m sim.study.work_to_rule", description=__doc__)
    parser.parse_args()
    for line in fit():
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
