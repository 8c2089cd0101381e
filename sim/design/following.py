"""Following a procedure: run what it wants next, tell it what that took, until it ends."""

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sim.design.procedure import Outcome, Ran, Read, Say, Wanted
from sim.execute.part import DamagedError
from sim.execute.plan import Task, key_of
from sim.point import Point

if TYPE_CHECKING:
    from sim.execute.store import Store
    from sim.study import Settings

COLUMNS = ("metric", "port_group", "class", "value")

Run = Callable[["Settings"], int]
"""Runs what the store lacks of a study's points, and returns how many replications that was."""


def follow(settings: "Settings", read: Read, run: Run, say: Say) -> "Settings":
    """Carry out a study's procedure, if it has one.

    Parameters
    ----------
    settings : Settings
    read : callable
        Reads a replication's metrics from the store.
    run : callable
    say : callable
        Takes a line for the user.

    Returns
    -------
    Settings
        The study with the points and replications that the procedure came to, and its outcome.
    """
    if settings.procedure is None:
        return settings
    steps = settings.procedure.steps(settings.points, read, say)
    try:
        wanted = next(steps)
        while True:
            wanted = steps.send(_run(settings, wanted, run))
    except StopIteration as end:
        outcome: Outcome = end.value
    return dataclasses.replace(
        settings,
        points=outcome.points,
        replications=max(outcome.counts),
        counts=outcome.counts,
        design=outcome.design or settings.design,
        outcome=outcome,
    )


def _run(settings: "Settings", wanted: Wanted, run: Run) -> Ran:
    began = time.monotonic()
    asked = dataclasses.replace(settings, points=wanted.points, replications=wanted.replications)
    ran = run(asked)
    return Ran(time.monotonic() - began, ran)


def reader(store: "Store") -> Read:
    """Make a function that gives a replication's metrics, each read from the store once."""
    known: dict[tuple[str, int], Mapping[str, float]] = {}

    def read(point: Point, replication: int) -> Mapping[str, float]:
        key = key_of(point)
        if (key, replication) not in known:
            summary = _load(store, Task(point, replication, key, detailed=False))
            rows = zip(*(summary[name] for name in COLUMNS), strict=True)
            known[key, replication] = {
                metric: value for metric, group, kind, value in rows if group == kind == "all"
            }
        return known[key, replication]

    return read


def _load(store: "Store", task: Task) -> dict[str, list[Any]]:
    """Read a summary; a damaged one is forgotten, so that it is run again."""
    try:
        summary: dict[str, list[Any]] = store.load(task).summary.to_pydict()
    except DamagedError:
        store.forget(task)
        raise
    return summary
