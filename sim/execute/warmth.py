"""Having the engine compiled: once on a machine, before a worker's first task."""

import dataclasses
import logging
from collections.abc import Callable

from sim.intervention import BASELINE
from sim.parameters import Parameters
from sim.point import Point

LOG = logging.getLogger(__name__)

_warmed: set[object] = set()


def warm(point: Point, model: Callable[[Point, int], object]) -> None:
    """Run a model once on one port and day, if this process has not.

    Where nothing is compiled yet, the processes of a machine wait for the first of them, which
    compiles for all.

    Parameters
    ----------
    point : Point
    model : callable
        Runs a replication.
    """
    if point.engine != "compiled" or model in _warmed:
        return
    _warmed.add(model)
    from sim.compilation import cache_folder, is_compiled

    small = dataclasses.replace(
        point, parameters=Parameters(), scenario=BASELINE, ports=point.ports[:1], days=1
    )
    if is_compiled():
        model(small, 0)
        return
    import filelock

    with filelock.FileLock(cache_folder() / ".compiling"):
        if not is_compiled():
            LOG.warning("compiling the engine: once on this machine, about half a minute")
        model(small, 0)
