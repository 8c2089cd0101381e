"""What is to be run: points times replications."""

import dataclasses
import functools
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sim.scenario.point import Point

DETAILS = ("auto", "all", "baseline", "none")
MOST_PORT_RUNS = 50_000
"""Port times replication, up to which ``auto`` keeps detail: some 2 GB of it."""


@dataclass(frozen=True, slots=True)
class Task:
    """One replication of one point.

    Attributes
    ----------
    point : Point
    replication : int
        From 0.
    key : str
        What the store calls the point.
    detailed : bool
        Whether its detail tables are asked for.
    """

    point: Point
    replication: int
    key: str
    detailed: bool = True

    @property
    def label(self) -> str:
        """Label of the point and replication, for messages."""
        return f"{self.point.label}, replication {self.replication}"


def key_of(point: Point) -> str:
    """Give what the store calls a point.

    Its identity, its costs if it has any (they enter the summary, though they change nothing that
    happens), and the engine: both give the same results, but who asks for the reference wants the
    reference to run.
    """
    return _key_of(point) if point.ports_table is None else _key_of.__wrapped__(point)


@functools.lru_cache(maxsize=100_000)
def _key_of(point: Point) -> str:
    parts = [point.identity(), point.engine]
    if point.scenario.costs:
        text = json.dumps([dataclasses.asdict(cost) for cost in point.scenario.costs])
        parts.insert(1, hashlib.sha256(text.encode()).hexdigest()[:8])
    return "-".join(parts)


def detail_kept(detail: str, points: Iterable[Point], replications: int) -> str:
    """Say of which points a study keeps the detail tables.

    Parameters
    ----------
    detail : str
        What was asked for, one of DETAILS.
    points : iterable of Point
    replications : int
        Replications of each.

    Returns
    -------
    str
        all, baseline (points without interventions) or none. ``auto`` takes the first of these with
        which no more than MOST_PORT_RUNS are kept.
    """
    if detail != "auto":
        return detail
    every = baseline = 0
    for point in points:
        ports = len(point.ports) * replications
        every += ports
        baseline += 0 if point.scenario.interventions else ports
    if every <= MOST_PORT_RUNS:
        return "all"
    return "baseline" if baseline <= MOST_PORT_RUNS else "none"


class Plan:
    """The tasks of one or more studies, without listing them.

    Points that are the same under different names appear once: they share their results.
    """

    def __init__(self) -> None:
        self._points: dict[str, tuple[Point, int, bool]] = {}

    def add(self, points: Iterable[Point], replications: int, detail: str) -> None:
        """Add points.

        Parameters
        ----------
        points : iterable of Point
        replications : int
            Replications of each.
        detail : str
            all, baseline or none.
        """
        for point in points:
            key = key_of(point)
            detailed = keeps_detail(detail, point)
            if key in self._points:
                known, number, kept = self._points[key]
                self._points[key] = (known, max(number, replications), kept or detailed)
            else:
                self._points[key] = (point, replications, detailed)

    def __iter__(self) -> Iterator[Task]:
        """List one replication of every point before the next."""
        most = max((number for _, number, _ in self._points.values()), default=0)
        for replication in range(most):
            for key, (point, number, detailed) in self._points.items():
                if replication < number:
                    yield Task(point, replication, key, detailed)

    def __len__(self) -> int:
        """Number of tasks."""
        return sum(number for _, number, _ in self._points.values())


def keeps_detail(detail: str, point: Point) -> bool:
    """Whether the detail tables of a point are kept."""
    return detail == "all" or (detail == "baseline" and not point.scenario.interventions)


def plan(points: Iterable[Point], replications: int, detail: str = "all") -> Plan:
    """Plan one study.

    Parameters
    ----------
    points : iterable of Point
    replications : int
        Replications of each.
    detail : str
        all, baseline or none.
    """
    made = Plan()
    made.add(points, replications, detail)
    return made
