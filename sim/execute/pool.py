"""Carrying out chunks in a pool of processes on this machine.

Each process writes its own results, so whatever ends a run, what was finished stays. A pool whose
process dies is built again.
"""

import concurrent.futures
import multiprocessing
import multiprocessing.queues
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass

from sim.errors import InputError
from sim.execute.chunk import Chunk, ChunkResult, Chunks, Job, carry_out
from sim.execute.store import Store
from sim.execute.worker import heard, precompile, speak_to
from sim.progress import Say

MOST_BREAKS = 12
"""Pools in a row that may break without anything being done."""

Flying = dict["concurrent.futures.Future[ChunkResult]", Chunk]


@dataclass(frozen=True, slots=True)
class Pool:
    """Processes side by side.

    Attributes
    ----------
    workers : int
        Number of processes.
    """

    workers: int

    def run(self, chunks: Chunks, job: Job, say: Say) -> Iterator[ChunkResult]:
        """Carry out chunks until none is left."""
        breaks = 0
        while chunks:
            flying: Flying = {}
            for outcome in self._one_pool(chunks, job, say, flying):
                breaks = 0
                yield outcome
            if not flying:
                continue
            breaks += 1
            if breaks > MOST_BREAKS:
                raise InputError(
                    f"worker processes died {breaks} times in a row without anything being done "
                    "(too little memory? try execution.workers=1)"
                )
            store = Store(job.store, job.code)
            store.refresh()
            for chunk in flying.values():
                left = [task for task in chunk if not store.has(task)]
                failures = chunks.give_back(left)
                yield ChunkResult("", done=len(chunk) - len(left), failures=failures)

    def _one_pool(
        self, chunks: Chunks, job: Job, say: Say, flying: Flying
    ) -> Iterator[ChunkResult]:
        """Run chunks in one pool; if one of its processes dies, leave what was in hand."""
        others = set(multiprocessing.active_children())
        context = multiprocessing.get_context("spawn")
        with heard(context, say) as queue:
            pool = concurrent.futures.ProcessPoolExecutor(
                self.workers, context, initializer=_begin_worker, initargs=(queue,)
            )
            try:
                while self._send(chunks, job, pool, flying):
                    ready, _ = concurrent.futures.wait(
                        flying, return_when=concurrent.futures.FIRST_COMPLETED
                    )
                    for future in ready:
                        outcome = future.result()
                        chunks.learn(outcome, len(flying.pop(future)))
                        yield outcome
            except BrokenProcessPool:
                pool.shutdown(wait=True, cancel_futures=True)
                return
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                for child in set(multiprocessing.active_children()) - others:
                    child.terminate()
                raise
            pool.shutdown()

    def _send(
        self,
        chunks: Chunks,
        job: Job,
        pool: concurrent.futures.ProcessPoolExecutor,
        flying: Flying,
    ) -> bool:
        """Have one chunk in work and one waiting for every process; False if there is none left."""
        with _interrupts_held():
            while len(flying) < 2 * self.workers:
                chunk = chunks.take(self.workers)
                if not chunk and not flying:
                    chunk = chunks.take_alone()
                if not chunk:
                    break
                try:
                    future = pool.submit(_carry_out, chunk, job)
                except BrokenProcessPool:
                    flying[concurrent.futures.Future()] = chunk
                    raise
                flying[future] = chunk
        return bool(flying)


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


def _carry_out(chunk: Chunk, job: Job) -> ChunkResult:
    precompile(chunk[0].point, job.model)
    return carry_out(chunk, job)


def _begin_worker(queue: "multiprocessing.queues.Queue[object]") -> None:
    """Leave interrupts to the driver, speak through it, and end when it ends, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_driver, daemon=True).start()
    speak_to(queue)


def _end_with_driver() -> None:
    driver = multiprocessing.parent_process()
    if driver is not None:
        driver.join()
        os._exit(1)
