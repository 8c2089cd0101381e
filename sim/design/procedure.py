"""Procedures that decide as they go: what to run next depends on what has come out so far."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sim.design.design import Design
from sim.progress import Say
from sim.scenario.point import Point

Read = Callable[[Point, int], Mapping[str, float]]
"""Gives the metrics of a replication that is in the store, over all ports and classes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Points of which so many replications must be in the store next."""

    points: tuple[Point, ...]
    replications: int


@dataclass(frozen=True, slots=True)
class Ran:
    """What it took to have them there.

    Attributes
    ----------
    seconds : float
        Wall-clock time.
    replications : int
        Replications that were not in the store already.
    """

    seconds: float
    replications: int

    @property
    def each_s(self) -> float | None:
        """Seconds a replication, if any was run."""
        return self.seconds / self.replications if self.replications else None


@dataclass(frozen=True, slots=True)
class ProcedureResult:
    """How a procedure ended.

    Attributes
    ----------
    points, counts : tuple
        The study's points, and the replications of each that make it up.
    about : dict
        For the manifest.
    lines : tuple of str
        What it came to, for whoever started it.
    design : Design, optional
        The design, where the procedure made its points.
    """

    points: tuple[Point, ...]
    counts: tuple[int, ...]
    about: dict[str, Any]
    lines: tuple[str, ...]
    design: Design | None = field(default=None)


Steps = Generator[Wanted, Ran, ProcedureResult]
"""Yields what must be in the store, is sent what that took, and returns how it ended."""


class Procedure(Protocol):
    """Something that decides as it goes.

    The store is its memory: begun again, it repeats itself without running anything twice.
    """

    def steps(self, points: Sequence[Point], read: Read, say: Say) -> Steps:
        """Begin with the study's points."""
        ...
