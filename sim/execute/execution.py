"""Where and how tasks are carried out: one interface, one file for each way.

An executor takes chunks until none is left, has them carried out, and gives back what each came to.
What it is cannot be seen in the results.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, Self

from sim.errors import InputError
from sim.execute.array import place_in_array
from sim.execute.chunk import Job, Outcome
from sim.execute.chunks import Chunks

KINDS = ("pool", "serial", "ray", "array")

Say = Callable[[str], object]


class Executor(Protocol):
    """Carries out chunks."""

    def run(self, chunks: Chunks, job: Job, say: Say) -> Iterator[Outcome]:
        """Carry out chunks until none is left.

        Parameters
        ----------
        chunks : Chunks
        job : Job
        say : callable
            Takes a line that a worker has to say.
        """


@dataclass(frozen=True, slots=True)
class Execution:
    """How a study is to be carried out.

    Attributes
    ----------
    kind : str
        pool (processes of this machine), serial (this process), ray (a cluster) or array (this
        is one of many jobs, each of which does its share).
    workers : int
        Processes of the pool.
    address : str
        Of a Ray cluster, HOST:PORT; "local" starts one on this machine.
    index, count : int
        Which job of the array this is, from 0, and how many there are.
    """

    kind: str = "pool"
    workers: int = 1
    address: str = "local"
    index: int = 0
    count: int = 1

    @classmethod
    def asked(
        cls,
        kind: str,
        workers: int | None,
        address: str,
        index: int | None,
        count: int | None,
        environment: Mapping[str, str],
    ) -> Self:
        """Read the configuration's room ``execution``.

        Parameters
        ----------
        kind, workers, address, index, count
            As configured. No workers: all processors. No index or count: a job of an array asks its
            scheduler.
        environment : mapping of str to str
            Where a scheduler says it.
        """
        if kind not in KINDS:
            raise _refused(f"kind = {kind!r} is not one of {', '.join(KINDS)}")
        workers = processors() if workers is None else workers
        _within("workers", workers, 1, 4096, "processes")
        if kind != "array":
            for name, value in (("index", index), ("count", count)):
                if value is not None:
                    raise _refused(f"{name} is for execution=array")
            return cls(kind, workers, address)
        place, jobs = place_in_array(index, count, environment)
        _within("count", jobs, 1, 100_000, "jobs")
        _within("index", place, 0, jobs - 1, "(jobs are numbered from 0)")
        return cls(kind, workers, address, place, jobs)

    @property
    def member(self) -> str:
        """Name of this job among those of the array; empty if it stands alone."""
        return f"{self.index}-of-{self.count}" if self.kind == "array" else ""

    def executor(self, tasks: int) -> Executor:
        """Choose who carries out a number of tasks."""
        if self.kind == "ray":
            from sim.execute.cluster import Cluster

            return Cluster(self.address, self.workers)
        if self.kind == "serial" or (self.workers == 1 and tasks == 1):
            from sim.execute.serial import Serial

            return Serial()
        from sim.execute.pool import Pool

        return Pool(self.workers)


def _refused(why: str) -> InputError:
    return InputError(f"configuration: execution.{why}")


def _within(name: str, value: int, lowest: int, highest: int, unit: str) -> None:
    if not lowest <= value <= highest:
        side, bound = ("below", lowest) if value < lowest else ("above", highest)
        raise _refused(f"{name} = {value} is {side} {bound} {unit}")


def processors() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
