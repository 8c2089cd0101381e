"""What a worker does: run the tasks of a chunk one after another, and keep what they came to.

Whatever carries out a chunk (this process, a pool, a cluster) does it with `carry_out`, so a result
is the same wherever it was made.
"""

import contextlib
import os
import platform
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.execute.encoding import encode
from sim.execute.part import Item, keep_packed, pack
from sim.execute.plan import Task
from sim.point import Point

if TYPE_CHECKING:
    from sim.results import Result

Replicate = Callable[[Point, int], "Result"]

KEPT_EVERY_S = 5.0
"""A kill loses at most this much of a worker's time, or one replication."""
KEPT_EVERY_BYTES = 64 * 2**20


def replicate(point: Point, replication: int) -> "Result":
    """Run the model (imported now: it is heavy)."""
    from sim.run import run_replication

    return run_replication(point, replication)


@dataclass(frozen=True, slots=True)
class Job:
    """What all chunks of a study have in common.

    Attributes
    ----------
    store : pathlib.Path
        Folder of the store.
    code : str
        Digest of the code.
    model : callable
        Runs a replication.
    """

    store: Path
    code: str
    model: Replicate = replicate


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that was given up.

    Attributes
    ----------
    label : str
        Scenario, smuggler, world and replication.
    why : str
        In one line.
    trace : str
        Where in the code; empty if its process died.
    """

    label: str
    why: str
    trace: str = ""

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.label}: {self.why}"


@dataclass(slots=True)
class Outcome:
    """What carrying out a chunk came to.

    Attributes
    ----------
    worker : str
        Machine and process.
    done : int
        Replications kept.
    seconds : float
        Time that the chunk took.
    failures : list of Failure
    packed : list of bytes
        Parts that the driver is to keep, from a machine that does not see the store.
    said : list of str
        What the worker logged, from a machine that cannot say it itself.
    """

    worker: str
    done: int = 0
    seconds: float = 0.0
    failures: list[Failure] = field(default_factory=list)
    packed: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def worker_name() -> str:
    """Name of this process: machine and number."""
    return f"{platform.node()}:{os.getpid()}"


def carry_out(tasks: Sequence[Task], job: Job, *, at_home: bool = True) -> Outcome:
    """Run tasks and keep their results.

    Parameters
    ----------
    tasks : sequence of Task
    job : Job
    at_home : bool
        Whether this machine sees the store and writes to it; otherwise parts are given back.

    Raises
    ------
    InputError, OSError
        What is wrong with the input, or with the disk, is so for every task.
    """
    outcome = Outcome(worker_name())
    held: list[Item] = []
    began = since = time.monotonic()

    def keep() -> None:
        if held:
            packed = pack(held, job.code)
            if at_home:
                keep_packed(job.store, packed)
            else:
                outcome.packed.append(packed)
            outcome.done += len(held)
            held.clear()

    try:
        for task in tasks:
            try:
                result = job.model(task.point, task.replication)
            except (InputError, OSError):
                raise
            except Exception as error:
                why = f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"
                outcome.failures.append(Failure(task.label, why, traceback.format_exc()))
                continue
            content = encode(result, detailed=task.detailed)
            held.append(Item(task.key, task.replication, task.detailed, content))
            size = sum(len(item.content) for item in held)
            if size > KEPT_EVERY_BYTES or time.monotonic() - since > KEPT_EVERY_S:
                keep()
                since = time.monotonic()
    except BaseException:
        with contextlib.suppress(OSError):  # what stops the run is said, not this
            keep()
        raise
    keep()
    outcome.seconds = time.monotonic() - began
    return outcome
