"""How long a study would take, measured on one replication of it."""

import time

from sim.errors import InputError
from sim.status import in_words
from sim.study import Settings

MOST_REPLICATIONS = 200_000
"""A study of more replications than this has to be confirmed."""


def refusal(points: int, replications: int, settings: Settings) -> InputError:
    """Say how long a study would take that nobody has confirmed.

    Parameters
    ----------
    points, replications : int
        In all.
    settings : Settings
        Of one of its points.
    """
    from sim.execute.chunk import replicate
    from sim.execute.warmth import warm

    point = settings.points[0]
    warm(point, replicate)
    replicate(point, 0)
    began = time.perf_counter()
    replicate(point, 1)
    each_s = time.perf_counter() - began
    workers = settings.execution.workers
    took = in_words(replications * each_s / workers)
    return InputError(
        f"{points:,} points with {replications:,} replications in all would take about {took} on "
        f"{workers} processes ({each_s:.2g} s each); "
        "if that is meant, add study.confirm=true"
    )


def confirm(settings: Settings) -> None:
    """Refuse more replications than anyone would mean without saying so."""
    if settings.configuration["study"]["confirm"]:
        return
    replications = sum(count for _, count in settings.runs())
    if replications > MOST_REPLICATIONS:
        raise refusal(len(settings.points), replications, settings)
