"""What is to be run: points times replications."""

import dataclasses
import functools
import hashlib
import json
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from sim.parameters import TRAFFIC_ROOMS
from sim.results.tables import Kept
from sim.scenario.point import Point

DETAILS = ("auto", "all", "attempts", "baseline", "none")
MOST_TOGETHER = 8
"""Points that one process simulates in step, where memory allows (`most_together`)."""
MOST_REPEATED = 160
"""Tasks that one process carries out in step, the repetitions on their traffic among them."""
MOST_PORT_RUNS = 50_000
"""Port times replication, up to which ``auto`` keeps detail: some 2 GB of it."""


@dataclass(frozen=True, slots=True)
class Task:
    """One replication of one point.

    Attributes
    ----------
    replication : int
        From 0.
    key : str
        What the store calls the point.
    kept : Kept
        Which detail tables are asked for.
    leader : Point, optional
        Point with which it can run in step, because both start from the same traffic; it may be
        the point itself. None if no other point can.
    """

    point: Point
    replication: int
    key: str
    kept: Kept = Kept.ALL
    leader: Point | None = None

    def goes_with(self, other: "Task") -> bool:
        """Whether two tasks can run in step."""
        return (
            self.leader is not None
            and self.leader is other.leader
            and self.traffic == other.traffic
        )

    def shares_traffic(self, other: "Task") -> bool:
        """Whether one simulation of the traffic serves two tasks."""
        return self.key == other.key and self.traffic == other.traffic

    @property
    def traffic(self) -> int:
        """Replication that simulates the traffic."""
        return self.point.traffic_of(self.replication)

    @property
    def label(self) -> str:
        """Label of the point and replication, for messages."""
        return f"{self.point.label}, replication {self.replication}"


def family_of(point: Point) -> tuple[Hashable, ...]:
    """Give what the traffic of a point starts from, before its scenario changes it."""
    rooms = (getattr(point.parameters, room) for room in TRAFFIC_ROOMS)
    return (
        point.engine, point.ports, point.year, point.start, point.days, point.seed,
        point.ports_table, point.traffic_replications, *rooms,
    )  # fmt: skip


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
    """Say of which points a study keeps the detail tables: what was asked for, one of DETAILS.

    ``auto`` takes the first of all, baseline (points without interventions) and none with which no
    more than MOST_PORT_RUNS are kept.
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


START_S, PORT_DAY_S, EXPECTED_S = 0.1, 1.3e-4, 0.2
"""Processor time of a replication: to start, for a port and day, and for the expectations of a kind
of smuggler and year (measured: docs/performance.md)."""


def foreseen_s(point: Point) -> float:
    """Foresee what a replication of a point takes, in seconds of one processor."""
    kinds = max(len(point.smugglers), 1)
    expected = EXPECTED_S * kinds * point.horizon
    return START_S + PORT_DAY_S * len(point.ports) * point.days + expected


class Plan:
    """The tasks of one or more studies, without listing them.

    Points that are the same under different names appear once: they share their results.
    """

    def __init__(self) -> None:
        self._points: dict[str, tuple[Point, int, Kept]] = {}

    def add(self, points: Iterable[Point], replications: int, detail: str) -> None:
        """Add points.

        Each has so many replications, and ``detail`` is one of DETAILS but ``auto``.
        """
        for point in points:
            key = key_of(point)
            kept = kept_of(detail, point)
            if key in self._points:
                known, number, before = self._points[key]
                self._points[key] = (known, max(number, replications), max(before, kept))
            else:
                self._points[key] = (point, replications, kept)

    def _families(self) -> list[tuple[Point | None, list[str]]]:
        """Points that start from the same traffic, by key, each family with its leader.

        The leader is the first point without interventions, or else the first.
        """
        families: dict[Hashable, list[str]] = {}
        for key, (point, _, _) in self._points.items():
            alone = point.engine != "compiled"
            families.setdefault(key if alone else family_of(point), []).append(key)
        listed: list[tuple[Point | None, list[str]]] = []
        for keys in families.values():
            points = [self._points[key][0] for key in keys]
            plain = (point for point in points if not point.scenario.interventions)
            together = len(points) > 1 or points[0].traffic_replications is not None
            leader = next(plain, points[0]) if together else None
            listed.append((leader, keys))
        return listed

    def __iter__(self) -> Iterator[Task]:
        """List one replication of every point before the next, family by family.

        Those that repeat the smuggling on the traffic of a replication follow it.
        """
        most = max((number for _, number, _ in self._points.values()), default=0)
        families = self._families()
        for traffic in range(most):
            for leader, keys in families:
                for key in keys:
                    point, number, kept = self._points[key]
                    for replication in point.on_traffic(traffic, number):
                        yield Task(point, replication, key, kept, leader)

    def __len__(self) -> int:
        """Number of tasks."""
        return sum(number for _, number, _ in self._points.values())


def kept_of(detail: str, point: Point) -> Kept:
    """Which detail tables of a point are kept: hours and days often of the baseline alone."""
    plain = not point.scenario.interventions
    if detail == "all" or (plain and detail in ("attempts", "baseline")):
        return Kept.ALL
    return Kept.ATTEMPTS if detail == "attempts" else Kept.SUMMARY


def plan(points: Iterable[Point], replications: int, detail: str = "all") -> Plan:
    """Plan one study.

    Each point has so many replications, and ``detail`` is one of DETAILS but ``auto``.
    """
    made = Plan()
    made.add(points, replications, detail)
    return made


def in_units(tasks: Iterable[Task], most: int = MOST_TOGETHER) -> Iterator[tuple[Task, ...]]:
    """Group tasks that follow one another and can run in step.

    A unit simulates the traffic of no more than ``most`` points, and holds no more than
    MOST_REPEATED tasks.
    """
    unit: list[Task] = []
    points = 0
    for task in tasks:
        more = not (unit and task.shares_traffic(unit[-1]))
        full = points + more > most or len(unit) == MOST_REPEATED
        if unit and (full or not task.goes_with(unit[-1])):
            yield tuple(unit)
            unit, points, more = [], 0, True
        unit.append(task)
        points += more
    if unit:
        yield tuple(unit)
