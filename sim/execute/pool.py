"""Carrying out chunks in a pool of processes on this machine.

Each process writes its own results, so whatever ends a run, what was finished stays. A pool whose
process dies is built again. Each process gives a sign of life every second; one that gives none for
too long is stopped, or spins outside Python, and is ended like one that died.
"""

import concurrent.futures
import contextlib
import multiprocessing
import multiprocessing.connection
import multiprocessing.process
import multiprocessing.queues
import os
import signal
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass

from sim.errors import InputError
from sim.execute.worker import (
    Chunk,
    ChunkResult,
    Chunks,
    Job,
    carry_out,
    end_with_parent,
    heard,
    precompile,
    speak_to,
)
from sim.progress import Say
from sim.results.tables import do_without_pandas

MOST_BREAKS = 12
"""Pools in a row that may break without anything being done."""

SIGN_S = 1.0
"""How often a process gives a sign of life."""
SILENT_S = 30.0
"""A process that has given none for this long is ended; for twice as long after each such end."""
BEGINNING_S = 600.0
"""How long a process may take to give its first: it has to import the model."""
ENDING_S = 5.0
"""How long processes may take to end when they are asked to."""
GIVEN_BACK = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "524288",
    "MALLOC_TRIM_THRESHOLD_": "4194304",
    "NUMPY_MADVISE_HUGEPAGE": "0",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
"""A worker gives arrays of more than half a MiB back as soon as it has no use for them; by default
the C library (glibc) keeps ever larger ones for itself, a fifth of a worker's memory, and for each
thread. Nor does it take memory for the parts of an array that nothing is written to, as it would in
pages of 2 MiB. Arrow takes its memory from there, too; it would keep 20 MiB for itself."""

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
        patience = _Patience(SILENT_S)
        while chunks:
            flying: Flying = {}
            for outcome in self._one_pool(chunks, job, say, flying, patience):
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
            for chunk in flying.values():
                yield chunks.take_back(chunk, job)

    def _one_pool(
        self, chunks: Chunks, job: Job, say: Say, flying: Flying, patience: "_Patience"
    ) -> Iterator[ChunkResult]:
        """Run chunks in one pool; if one of its processes dies, leave what was in hand."""
        others = set(multiprocessing.active_children())
        for name, value in GIVEN_BACK.items():
            os.environ.setdefault(name, value)
        context = multiprocessing.get_context("spawn")
        listening, speaking = context.Pipe(duplex=False)
        signs = _SignsOfLife(listening, patience)
        with heard(context, say) as queue, listening, speaking:
            pool = concurrent.futures.ProcessPoolExecutor(
                self.workers, context, initializer=_begin_worker, initargs=(queue, speaking)
            )
            try:
                while self._send(chunks, job, pool, flying):
                    ready, _ = concurrent.futures.wait(
                        flying, SIGN_S, return_when=concurrent.futures.FIRST_COMPLETED
                    )
                    started = set(multiprocessing.active_children()) - others
                    for line in signs.end_the_silent(started):
                        say(line)
                    for future in ready:
                        outcome = future.result()
                        chunks.learn(outcome, len(flying.pop(future)))
                        yield outcome
            except BrokenProcessPool:
                pool.shutdown(wait=True, cancel_futures=True)
                return
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                _end(set(multiprocessing.active_children()) - others)
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


@dataclass(slots=True)
class _Patience:
    """How long the driver waits for a sign of life; longer after each process that it ended."""

    seconds: float


class _SignsOfLife:
    """When each process was heard last, as the driver sees it.

    Time in which the driver itself did not run (a suspended machine) does not count.
    """

    def __init__(
        self, listening: "multiprocessing.connection.Connection", patience: _Patience
    ) -> None:
        self._listening = listening
        self._patience = patience
        self._silent_s: dict[int, float] = {}
        self._begun: set[int] = set()
        self._looked_s = time.monotonic()

    def end_the_silent(
        self, processes: "Iterable[multiprocessing.process.BaseProcess]"
    ) -> list[str]:
        """End processes that have been silent for too long, and give a line for each."""
        now = time.monotonic()
        passed = min(now - self._looked_s, 3 * SIGN_S)
        self._looked_s = now
        for pid in [*self._silent_s]:
            self._silent_s[pid] += passed
        with contextlib.suppress(EOFError, OSError):
            while self._listening.poll(0):
                (pid,) = struct.unpack("<q", self._listening.recv_bytes(8))
                self._silent_s[pid] = 0.0
                self._begun.add(pid)
        lines = []
        for process in processes:
            pid = process.pid or 0
            silent = self._silent_s.setdefault(pid, 0.0)
            most = self._patience.seconds
            if pid not in self._begun:
                most = max(most, BEGINNING_S)
            if silent > most and process.is_alive():
                process.kill()
                lines.append(
                    f"worker {pid} has given no sign of life for {silent:.0f} s (stopped, or too "
                    "little memory?): it is ended, and what it had in hand is run again"
                )
                self._patience.seconds *= 2.0
        return lines


def _end(processes: "Iterable[multiprocessing.process.BaseProcess]") -> None:
    """End processes: with a request at first, for a stopped one does not take it."""
    asked = [*processes]
    for process in asked:
        process.terminate()
    until = time.monotonic() + ENDING_S
    for process in asked:
        process.join(max(0.0, until - time.monotonic()))
        if process.is_alive():
            process.kill()


def _begin_worker(
    queue: "multiprocessing.queues.Queue[object]",
    speaking: "multiprocessing.connection.Connection",
) -> None:
    """Leave interrupts to the driver, speak through it, and end when it ends, however it does."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_IGN if name == "SIGINT" else signal.SIG_DFL)
    do_without_pandas()
    threading.Thread(target=end_with_parent, daemon=True).start()
    threading.Thread(target=_give_signs, args=(speaking,), daemon=True).start()
    speak_to(queue)


def _give_signs(speaking: "multiprocessing.connection.Connection") -> None:
    """Say every second that this process runs."""
    sign = struct.pack("<q", os.getpid())
    with contextlib.suppress(OSError, ValueError):
        while True:
            speaking.send_bytes(sign)
            time.sleep(SIGN_S)
