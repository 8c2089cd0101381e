"""What is to be run: scenario points times replications."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from sim.point import Point


@dataclass(frozen=True, slots=True)
class Task:
    """One replication of one point.

    Attributes
    ----------
    point : Point
    replication : int
        From 0.
    key : str
        Name of the point's folder in the store.
    """

    point: Point
    replication: int
    key: str

    @property
    def label(self) -> str:
        """Label of the point and replication, for messages."""
        return f"{self.point.label}, replication {self.replication}"


def key_of(point: Point) -> str:
    """Name of a point's folder in the store.

    Its identity, its costs if it has any (they enter the summary, though they change nothing that
    happens), and the engine: both give the same results, but who asks for the reference wants the
    reference to run.
    """
    parts = [point.identity(), point.engine]
    if point.scenario.costs:
        text = json.dumps([dataclasses.asdict(cost) for cost in point.scenario.costs])
        parts.insert(1, hashlib.sha256(text.encode()).hexdigest()[:8])
    return "-".join(parts)


def plan(points: Iterable[Point], replications: int) -> tuple[Task, ...]:
    """List the tasks, one replication of every point before the next.

    Parameters
    ----------
    points : iterable of Point
    replications : int
        Replications of each.

    Returns
    -------
    tuple of Task
        Points that are the same under different names appear once: they share their results.
    """
    by_key = {key_of(point): point for point in reversed(tuple(points))}
    ordered = tuple(reversed(by_key.items()))
    return tuple(
        Task(point, replication, key)
        for replication in range(replications)
        for key, point in ordered
    )
