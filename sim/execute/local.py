"""Carrying out tasks on this machine: one after another, or in a pool of processes.

Each replication is written to the store by the process that made it, so whatever ends a run, what
was finished stays.
"""

import concurrent.futures
import dataclasses
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.execute.plan import Task
from sim.execute.store import Store
from sim.intervention import BASELINE
from sim.parameters import Parameters
from sim.point import Point

if TYPE_CHECKING:
    from sim.results import Result

Replicate = Callable[[Point, int], "Result"]
Advance = Callable[[], object]

MOST_TRIES = 3


def replicate(point: Point, replication: int) -> "Result":
    """Run the model (imported now: it is heavy)."""
    from sim.run import run_replication

    return run_replication(point, replication)


def carry_out(task: Task, store: Store, model: Replicate = replicate) -> None:
    """Run one task and keep its result."""
    store.save(task, model(task.point, task.replication))


def run_serial(
    tasks: Sequence[Task], store: Store, advance: Advance, model: Replicate = replicate
) -> None:
    """Run tasks one after another in this process."""
    for task in tasks:
        carry_out(task, store, model)
        advance()


def warm(point: Point, model: Replicate = replicate) -> None:
    """Have compiled code ready, so that the processes of a pool do not all compile it."""
    if point.engine == "compiled":
        small = dataclasses.replace(
            point, parameters=Parameters(), scenario=BASELINE, ports=point.ports[:1], days=1
        )
        model(small, 0)


def run_pool(
    tasks: Sequence[Task],
    store: Store,
    advance: Advance,
    workers: int,
    model: Replicate = replicate,
) -> None:
    """Run tasks in a pool of processes.

    A pool whose process dies is built again; a task that outlives `MOST_TRIES` pools without one
    being done is reported.

    Parameters
    ----------
    tasks : sequence of Task
    store : Store
    advance : callable
        Called after each task that is done.
    workers : int
        Number of processes.
    """
    left = list(tasks)
    if not left:
        return
    warm(left[0].point, model)
    tries = 0
    while left:
        if _one_pool_finishes(left, store, advance, min(workers, len(left)), model):
            return
        before = len(left)
        left, _ = store.missing(tuple(left))
        tries = 0 if len(left) < before else tries + 1
        if tries >= MOST_TRIES:
            raise InputError(
                f"{left[0].label}: a worker process died {tries} times in a row "
                "(too little memory? try execution.workers=1)"
            )


def _one_pool_finishes(
    tasks: list[Task], store: Store, advance: Advance, workers: int, model: Replicate
) -> bool:
    """Run tasks in one pool; False if one of its processes died."""
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    pool = concurrent.futures.ProcessPoolExecutor(workers, context, initializer=_begin_worker)
    try:
        with _interrupts_held():
            futures = [pool.submit(carry_out, task, store, model) for task in tasks]
        for future in concurrent.futures.as_completed(futures):
            future.result()
            advance()
    except BrokenProcessPool:
        pool.shutdown(wait=True, cancel_futures=True)
        return False
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
        raise
    pool.shutdown()
    return True


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while processes start; they inherit that and never see it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker() -> None:
    """Leave interrupts to the driver, and end when it ends, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_driver, daemon=True).start()


def _end_with_driver() -> None:
    driver = multiprocessing.parent_process()
    if driver is not None:
        driver.join()
        os._exit(1)
