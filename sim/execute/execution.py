"""Where and how tasks are carried out: one interface, one file for each way.

An executor takes chunks until none is left, has them carried out, and gives back what each came to.
What it is cannot be seen in the results.
"""

import contextlib
import dataclasses
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from sim.errors import InputError, check_within
from sim.execute.live import free_memory_mib
from sim.execute.task import MOST_TOGETHER
from sim.execute.worker import ChunkResult, Chunks, Job, carry_out
from sim.progress import Say

KINDS = ("pool", "serial", "ray", "array")
SMALL_S = 5.0
"""Work that is not shared among processes: each takes some 2 s to start."""


class Executor(Protocol):
    """Carries out chunks."""

    def run(self, chunks: Chunks, job: Job, say: Say) -> Iterator[ChunkResult]:
        """Carry out chunks until none is left, and say what a worker has to say."""


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
    reuse : bool
        Whether what is the same in several points is simulated once. No result depends on it.
    is_free : bool
        Whether nobody has said how many processes there are to be.
    """

    kind: str = "pool"
    workers: int = 1
    address: str = "local"
    index: int = 0
    count: int = 1
    reuse: bool = True
    is_free: bool = False

    @classmethod
    def from_config(
        cls,
        kind: str,
        workers: int | None,
        address: str,
        index: int | None,
        count: int | None,
        environment: Mapping[str, str],
        *,
        reuse: bool = True,
    ) -> Self:
        """Read the configuration's room ``execution``.

        Parameters
        ----------
        kind, workers, address, index, count
            As configured. No workers: all processors. No index or count: a job of an array asks its
            scheduler.
        environment : mapping of str to str
            Where a scheduler says it.
        reuse : bool
        """
        if kind not in KINDS:
            raise _refused(f"kind = {kind!r} is not one of {', '.join(KINDS)}")
        is_free = kind == "pool" and workers is None
        workers = processors() if workers is None else workers
        check_within("configuration: execution.workers", workers, 1, 4096, "processes")
        if kind != "array":
            for name, value in (("index", index), ("count", count)):
                if value is not None:
                    raise _refused(f"{name} is for execution=array")
            return cls(kind, workers, address, reuse=reuse, is_free=is_free)
        place, jobs = place_in_array(index, count, environment)
        check_within("configuration: execution.count", jobs, 1, 100_000, "jobs")
        check_within(
            "configuration: execution.index", place, 0, jobs - 1, "(jobs are numbered from 0)"
        )
        return cls(kind, workers, address, place, jobs, reuse)

    @property
    def member(self) -> str:
        """Name of this job among those of the array; empty if it stands alone."""
        return f"{self.index}-of-{self.count}" if self.kind == "array" else ""

    def fit_for(self, work_s: float) -> "Execution":
        """Stay in this process where others would take longer to start than the work takes.

        ``work_s`` is the processor time that is foreseen.
        """
        if not self.is_free or work_s > SMALL_S:
            return self
        from sim.numerics.compilation import is_compiled

        # Processes of a pool wait for one that compiles, and say so.
        return dataclasses.replace(self, kind="serial", workers=1) if is_compiled() else self

    def executor(self, tasks: int) -> Executor:
        """Choose who carries out a number of tasks."""
        if self.kind == "ray":
            from sim.execute.ray_cluster import Cluster

            return Cluster(self.address, self.workers)
        if self.kind == "serial" or (self.workers == 1 and tasks == 1):
            return Serial()
        from sim.execute.pool import Pool

        return Pool(self.workers)


def _refused(why: str) -> InputError:
    return InputError(f"configuration: execution.{why}")


def processors() -> int:
    """Count the processors that this process may use.

    Its affinity counts, the quota of its container, and what a scheduler has allocated.
    """
    if hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    allocated = [os.environ.get(name, "") for name in ALLOCATED]
    count = min([count, *(int(number) for number in allocated if number.isdigit())])
    return max(1, math.ceil(min(count, _quota())))


ALLOCATED = ("SLURM_CPUS_PER_TASK", "NSLOTS", "PBS_NUM_PPN", "LSB_DJOB_NUMPROC")
"""Where schedulers say how many processors a job may use: Slurm, Grid Engine, PBS, LSF."""
GROUPS = Path("/sys/fs/cgroup")
OWN_GROUP = Path("/proc/self/cgroup")


def _quota() -> float:
    """Processors that the groups of this process (a container's) allow; infinite without."""
    found = [math.inf]
    with contextlib.suppress(OSError, ValueError, IndexError):
        inside = OWN_GROUP.read_text(encoding="utf-8").splitlines()
        own = next((line.split("::", 1)[1] for line in inside if line.startswith("0::")), "/")
        group = GROUPS / own.strip().lstrip("/")
        for folder in (group, *group.parents):
            if not folder.is_relative_to(GROUPS):
                break
            with contextlib.suppress(OSError, ValueError, IndexError, ZeroDivisionError):
                most, period = (folder / "cpu.max").read_text(encoding="utf-8").split()[:2]
                if most != "max":
                    found.append(int(most) / int(period))
    with contextlib.suppress(OSError, ValueError, ZeroDivisionError):  # the older interface
        older = [GROUPS / "cpu" / f"cpu.cfs_{name}_us" for name in ("quota", "period")]
        quota_us, period_us = (int(path.read_text(encoding="utf-8")) for path in older)
        if quota_us > 0:
            found.append(quota_us / period_us)
    return min(found)


WORKER_MIB, POINT_MIB = 330.0, 40.0
"""What a worker takes without any point of the whole border, and for each that runs in step, over a
year (measured: ``make bench``, ``peak_rss_mib``)."""
WHOLE_BORDER = 139


def most_together(ports: int, workers: int) -> int:
    """How many points each worker can simulate in step with the memory that there is.

    ``ports`` are those of the largest point, ``workers`` the processes at work on this machine.
    """
    free = free_memory_mib() / workers - WORKER_MIB
    if free == math.inf:
        return MOST_TOGETHER
    return max(1, min(MOST_TOGETHER, int(free / (POINT_MIB * ports / WHOLE_BORDER))))


# Where schedulers say which job this is, the first index of the array, and how many there are.
SCHEDULERS = {
    "Slurm": ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_COUNT"),
    "Kubernetes": ("JOB_COMPLETION_INDEX", "", "JOB_COMPLETIONS"),
}

OPTIONS = {"--task-index": "execution.index", "--task-count": "execution.count"}


def in_array(words: Sequence[str]) -> list[str]:
    """Read ``--task-index 3`` and ``--task-count 20`` as settings of the array."""
    taken: list[str] = []
    left = list(words)
    is_job = False
    while left:
        name, equals, value = left.pop(0).partition("=")
        setting = OPTIONS.get(name)
        if setting is None:
            taken.append(f"{name}{equals}{value}")
            continue
        if not equals:
            if not left:
                raise InputError(f"{name}: give a number, as in {name} 3")
            value = left.pop(0)
        is_job = True
        taken.append(f"{setting}={value}")
    return [*taken, "execution=array"] if is_job else taken


def place_in_array(
    index: int | None, count: int | None, environment: Mapping[str, str]
) -> tuple[int, int]:
    """Say which job of an array this is, and of how many.

    What is not given is looked up in what the scheduler sets in the environment.
    """
    for name, variables in SCHEDULERS.items():
        if variables[0] in environment:
            task, first, number = (_number(name, variable, environment) for variable in variables)
            if index is None and task is not None:
                index = task - (first or 0)
            count = number if count is None else count
            break
    if index is None or count is None:
        missing = "execution.index" if index is None else "execution.count"
        raise InputError(
            f"configuration: {missing} is missing, and no scheduler says it (SLURM_ARRAY_TASK_ID "
            "and SLURM_ARRAY_TASK_COUNT, or JOB_COMPLETION_INDEX and JOB_COMPLETIONS)"
        )
    return index, count


def _number(scheduler: str, variable: str, environment: Mapping[str, str]) -> int | None:
    text = environment.get(variable) if variable else None
    if text is None:
        return None
    if not text.isdigit():
        raise InputError(f"{variable} = {text!r}, set by {scheduler}, is not a whole number")
    return int(text)


class Serial:
    """One chunk after another."""

    def run(self, chunks: Chunks, job: Job, say: Say) -> Iterator[ChunkResult]:
        """Carry out chunks until none is left."""
        while chunk := chunks.take(workers=1):
            outcome = carry_out(chunk, job)
            chunks.learn(outcome, len(chunk))
            yield outcome
