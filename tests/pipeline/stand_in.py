"""A model that takes no time, in place of the real one."""

import datetime
import itertools
import os
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from sim.parameters import Parameters
from sim.results.schema import METRICS, TABLES, Result
from sim.scenario.intervention import BASELINE
from sim.scenario.point import Point

POINT = Point(
    Parameters(), BASELINE, ("sarnia",), 2005, datetime.date(2005, 1, 1), 2, 1, "compiled"
)


def run_replication(point: Point, replication: int) -> Result:
    value = int(point.identity(), 16) % 1000 + replication
    summary = pd.DataFrame(
        {
            "metric": list(METRICS),
            "unit": [metric.unit for metric in METRICS.values()],
            "port_group": "all",
            "class": "all",
            "value": float(value),
        }
    )
    none = dict.fromkeys(name for name in TABLES if name != "summary")
    return Result(summary=summary, **none, certificate=[law(held=True)])


def model_of(run: Callable[[Point, int], Result]) -> types.ModuleType:
    """A module in place of `sim.replication`."""
    module: Any = types.ModuleType("sim.replication")
    module.run_replication = run
    module.run_together = lambda runs, leader=None, hours=(): itertools.starmap(run, runs)
    return module  # type: ignore[no-any-return]


def law(*, held: bool) -> dict[str, Any]:
    return {
        "law": "vehicles in = vehicles out + in line",
        "held": held,
        "residual": 0.0 if held else 3.0,
        "tolerance": 0.0,
        "detail": "sarnia, car lane",
    }


def breaks_a_law(point: Point, replication: int) -> Result:
    result = run_replication(point, replication)
    if point.scenario.name == "more_searches" and replication == 1:
        result.certificate[0] = law(held=False)
    return result


def noted(point: Point, replication: int) -> Result:
    """Leave the number of the process in the working folder."""
    Path(f"process-{os.getpid()}").touch()
    return run_replication(point, replication)


def slow(point: Point, replication: int) -> Result:
    time.sleep(0.3)
    return run_replication(point, replication)


def dies(point: Point, replication: int) -> Result:
    """Kill the process, but not when it is warmed up on one day."""
    if point.days > 1:
        os._exit(1)
    return run_replication(point, replication)


def dies_on_five(point: Point, replication: int) -> Result:
    """Kill the process, at one replication."""
    if replication == 5:
        os._exit(1)
    return run_replication(point, replication)


def fails_on_two(point: Point, replication: int) -> Result:
    if replication == 2 and point.days > 1:
        raise ArithmeticError("no such number")
    return run_replication(point, replication)


def warns(point: Point, replication: int) -> Result:
    import logging
    import warnings

    if point.days > 1:
        warnings.warn(f"a warning about replication {replication}", stacklevel=1)
        logging.getLogger("model").warning("a log record")
    return run_replication(point, replication)


ALLOWANCE = "STAND_IN_ALLOWANCE"
"""Replications that a process may run before it hangs, so that a kill is sure to come first."""
_begun = itertools.count()


def brief(point: Point, replication: int) -> Result:
    """Take a moment, or for ever."""
    hangs = next(_begun) >= float(os.environ.get(ALLOWANCE, "inf"))
    time.sleep(3600 if hangs else 0.02)
    return run_replication(point, replication)
