"""What a worker does: run the tasks of a chunk one after another, and keep what they came to.

Whatever carries out a chunk (this process, a pool, a cluster) does it with `carry_out`, so a result
is the same wherever it was made. Its process needs a compiled engine (`precompile`), and a way for
its log to reach the driver.

Starting Python and loading the engine takes seconds; whoever wants an answer at once keeps a
process ready (``python -m sim.execute.worker``). It takes one line, a JSON list of words, and is
from then on ``python -m sim`` with these words. When its standard input ends, so does it: finished
replications are kept.
"""

import contextlib
import ctypes
import dataclasses
import gc
import importlib
import json
import logging
import logging.handlers
import math
import multiprocessing
import os
import platform
import runpy
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, heed_interruption
from sim.execute.store import Packed, Store, keep, pack, replication
from sim.execute.task import MOST_TOGETHER, Task, in_units
from sim.parameters import Parameters
from sim.progress import Progress, Say
from sim.results.schema import Result
from sim.results.tables import Kept, Replication, do_without_pandas, to_tables
from sim.scenario.intervention import BASELINE
from sim.scenario.point import Point

if TYPE_CHECKING:
    import multiprocessing.context
    import multiprocessing.queues

LOG = logging.getLogger(__name__)

Replicate = Callable[[Point, int], Result]

KEPT_EVERY_S = 5.0
"""A kill loses at most this much of a worker's time, or one replication."""
KEPT_EVERY_BYTES = 64 * 2**20
COLLECTED_EVERY_S = 5.0
"""Processor time after which memory is given back before the next points begin."""


def replicate(point: Point, replication: int) -> Result:
    """Run the model (imported now: it is heavy)."""
    from sim.replication import run_replication

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
    reuse : bool
        Whether what is the same in several points is simulated once. No result depends on it.
    together : int
        Most points that a worker simulates in step.
    """

    store: Path
    code: str
    model: Replicate = replicate
    reuse: bool = True
    together: int = MOST_TOGETHER


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
class ChunkResult:
    """What carrying out a chunk came to.

    Attributes
    ----------
    worker : str
        Machine and process.
    done : int
        Replications kept.
    seconds : float
        Time that the chunk took.
    packed : list of dict of str to bytes
        Parts that the driver is to keep, from a machine that does not see the store.
    said : list of str
        What the worker logged, from a machine that cannot say it itself.
    """

    worker: str
    done: int = 0
    seconds: float = 0.0
    failures: list[Failure] = field(default_factory=list)
    packed: list[Packed] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def worker_name() -> str:
    """Name of this process: machine and number."""
    return f"{platform.node()}:{os.getpid()}"


def results_of(tasks: Sequence[Task], job: Job) -> Iterator[tuple[Task, Result | Failure]]:
    """Run tasks, in step where they can be, and give what each came to."""
    together = job.reuse and job.model is replicate
    for unit in in_units(tasks, job.together) if together else ((task,) for task in tasks):
        _give_back()
        left = list(unit)
        if len(unit) > 1:
            try:
                for task, result in _in_step(unit):
                    left.remove(task)
                    yield task, result
            except Exception as error:
                heed_interruption()
                # Each is run alone below, where it shows which of them it was.
                LOG.warning(
                    "%s and %d others: %s: %s; what is left of them is run one by one",
                    unit[0].label, len(unit) - 1, type(error).__name__,
                    next(iter(str(error).splitlines()), ""),
                )  # fmt: skip
        for task in left:
            yield task, _alone(task, job)


_given_back_s = [0.0]


def _give_back() -> None:
    """Give back the memory of what has ended, in this chunk or the one before.

    Cycles of references hold it, up to a hundred MiB of each point; and the C library keeps what is
    free between what is not, some 50 MiB.
    """
    if time.process_time() - _given_back_s[-1] > COLLECTED_EVERY_S:
        gc.collect()
        with contextlib.suppress(Exception):  # others than glibc know no such call
            ctypes.CDLL(None).malloc_trim(0)
        _given_back_s[:] = [time.process_time()]


def _in_step(unit: Sequence[Task]) -> Iterator[tuple[Task, Result]]:
    """Run tasks beside their leader, which is left out of the results if it is none of them."""
    from sim.replication import run_together

    # Those with the largest tables come last, when most of the memory has been given back.
    unit = sorted(unit, key=lambda task: task.kept)
    runs = [(task.point, task.replication) for task in unit]
    hours = [task.kept >= Kept.ALL for task in unit]
    yield from zip(unit, run_together(runs, unit[0].leader, hours=hours), strict=True)


def _alone(task: Task, job: Job) -> Result | Failure:
    """Run one task."""
    heed_interruption()
    try:
        return job.model(task.point, task.replication)
    except (InputError, OSError):
        raise
    except Exception as error:
        heed_interruption()
        why = f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"
        return Failure(task.label, why, traceback.format_exc())


def carry_out(tasks: Sequence[Task], job: Job, *, at_home: bool = True) -> ChunkResult:
    """Run tasks and keep their results.

    With ``at_home``, this machine sees the store and writes to it; otherwise parts are given back.

    Raises
    ------
    InputError, OSError
        What is wrong with the input, or with the disk, is so for every task.
    """
    outcome = ChunkResult(worker_name())
    held: list[Replication] = []
    size = 0
    began = since = time.monotonic()

    def flush() -> None:
        if held:
            held.sort(key=lambda replication: (replication.key, replication.number))
            if at_home:
                keep(job.store, job.code, held)
            else:
                outcome.packed.append(pack(held))
            outcome.done += len(held)
            held.clear()

    try:
        for task, result in results_of(tasks, job):
            if isinstance(result, Failure):
                outcome.failures.append(result)
                continue
            tables = to_tables(result, task.kept)
            held.append(replication(task, tables))
            size += sum(table.nbytes for table in tables.values())
            if size > KEPT_EVERY_BYTES or time.monotonic() - since > KEPT_EVERY_S:
                flush()
                size, since = 0, time.monotonic()
    except BaseException:
        with contextlib.suppress(OSError):  # what stops the run is said, not this
            flush()
        raise
    flush()
    outcome.seconds = time.monotonic() - began
    return outcome


SHORTEST_S, LONGEST_S = 2.0, 20.0
"""A chunk takes at least and at most about this long."""
CHUNKS_PER_WORKER = 50
MOST_DEATHS = 3
"""Processes that a task may take with it before it is given up."""
LARGEST = 2000

Chunk = tuple[Task, ...]


class Chunks:
    """The tasks that are left.

    Parameters
    ----------
    tasks : iterable of Task
        Read as needed.
    count : int
        How many there are.
    together : int
        Most points that a worker simulates in step.
    """

    def __init__(self, tasks: Iterable[Task], count: int, together: int = MOST_TOGETHER) -> None:
        self._together = together
        self._tasks = iter(tasks)
        self._next = next(self._tasks, None)
        self._unread = count
        self._returned: deque[Chunk] = deque()
        self._alone: deque[Chunk] = deque()
        self._deaths: Counter[tuple[str, int]] = Counter()
        self._task_s = 0.0
        self._known = False
        self._dealt = 0

    def __bool__(self) -> bool:
        """Whether there is something left to take."""
        return self._unread > 0 or bool(self._returned) or bool(self._alone)

    def take(self, workers: int) -> Chunk:
        """Take the next chunk; empty if what is left has to run alone, or nothing is."""
        if self._returned:
            return self._returned.popleft()
        size = self._size(workers)
        # Towards the end groups are smaller, so that all are busy; each has a leader of its own, so
        # that halves of these would end no sooner (counted for 1 to 32 workers).
        fair = math.ceil(self._unread / workers)
        most = max(size, min(self._together, fair))
        taken: list[Task] = []
        points = 0
        # Past its size, a chunk goes on to the end of those that run in step.
        while self._next is not None:
            more = not (taken and self._next.shares_traffic(taken[-1]))
            if points + more > most:
                break
            if len(taken) >= size and not self._next.goes_with(taken[-1]):
                break
            points += more
            taken.append(self._next)
            self._next = next(self._tasks, None)
        self._unread = self._unread - len(taken) if self._next is not None else 0
        self._dealt += len(taken)
        return tuple(taken)

    def take_alone(self) -> Chunk:
        """Take a task that may have killed its process: nothing else must be at risk with it."""
        return self._alone.popleft() if self._alone else ()

    def learn(self, outcome: ChunkResult, size: int) -> None:
        """Note how long a chunk of some size took."""
        seconds = outcome.seconds / max(size, 1)
        self._task_s = seconds if not self._known else 0.7 * self._task_s + 0.3 * seconds
        self._known = True

    def give_back(self, chunk: Iterable[Task]) -> list[Failure]:
        """Take back what is not done of a chunk whose process died; list what is given up."""
        tasks = tuple(chunk)
        for task in tasks:
            self._deaths[task.key, task.replication] += 1
        if len(tasks) > 1:
            middle = len(tasks) // 2
            self._returned.extend((tasks[:middle], tasks[middle:]))
            return []
        failures = []
        for task in tasks:
            deaths = self._deaths[task.key, task.replication]
            if deaths >= MOST_DEATHS:
                why = f"its process died {deaths} times (too little memory?)"
                failures.append(Failure(task.label, why))
            elif deaths > 1:
                self._alone.append((task,))
            else:
                self._returned.append((task,))
        return failures

    def take_back(self, chunk: Chunk, job: Job) -> ChunkResult:
        """Take back a chunk whose process died: what of it the store has is done."""
        store = Store(job.store, job.code)
        store.refresh()
        left = [task for task in chunk if not store.has(task)]
        return ChunkResult("", done=len(chunk) - len(left), failures=self.give_back(left))

    def _size(self, workers: int) -> int:
        if not self._known:
            return 1
        whole_s = self._unread * self._task_s
        target_s = min(max(whole_s / (workers * CHUNKS_PER_WORKER), SHORTEST_S), LONGEST_S)
        worth = target_s / max(self._task_s, 1e-6)
        fair = self._unread / (2 * workers)
        soon = self._dealt + 1  # whoever watches sees the first results at once
        return max(1, min(math.ceil(fair), int(worth), LARGEST, soon))


_precompiled: set[object] = set()
LONGEST_WAIT_S = 600.0
"""How long a process waits for another one that compiles."""


def precompile(point: Point, model: Callable[[Point, int], object]) -> None:
    """Run a model once on one port and day, so that what is timed later has begun already.

    Where nothing is compiled yet, the processes of a machine wait for the first of them, which
    compiles for all.
    """
    if point.engine != "compiled" or model in _precompiled:
        return
    _precompiled.add(model)
    from sim.numerics.compilation import cache_folder, is_compiled

    small = dataclasses.replace(
        point,
        parameters=Parameters(),
        scenario=BASELINE,
        ports=point.ports[:1],
        days=1,
        horizon=min(point.horizon, 1),
    )
    if not is_compiled():
        import filelock

        lock = filelock.FileLock(cache_folder() / ".compiling", timeout=LONGEST_WAIT_S)
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(lock)
            except (filelock.Timeout, OSError):  # whoever compiles is stuck, or there are no locks
                LOG.warning("compiling the engine without waiting for another process any longer")
            if not is_compiled():
                LOG.warning("compiling the engine: once on this machine, one to three minutes")
                # Not in this process, which would keep some 300 MiB of what compiling takes.
                context = multiprocessing.get_context("spawn")
                compiler = context.Process(target=_begin, args=(model, small), daemon=True)
                compiler.start()
                compiler.join()
    with contextlib.suppress(Exception):  # what is wrong shows where it is asked for
        model(small, 0)


def _begin(model: Callable[[Point, int], object], small: Point) -> None:
    """Run a model in a process of its own, which says nothing and ends with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()
    with contextlib.suppress(Exception):
        model(small, 0)
        if model is replicate:  # what compares two points is compiled as well
            from sim.replication import run_together

            beside = dataclasses.replace(small, scenario=dataclasses.replace(BASELINE, name="two"))
            list(run_together([(small, 0), (beside, 0)]))


def end_with_parent() -> None:
    """End this process when the one that started it ends, however it does."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


LEVEL = logging.WARNING


class _Teller(logging.Handler):
    """Says a record in one line."""

    def __init__(self, say: Say) -> None:
        super().__init__(LEVEL)
        self.say = say

    def emit(self, record: logging.LogRecord) -> None:
        self.say(in_one_line(record))


def in_one_line(record: logging.LogRecord) -> str:
    """Say a record in one line; of a warning of Python, what it warns of."""
    lines = [line.strip() for line in record.getMessage().splitlines() if line.strip()]
    return lines[0] if lines else record.levelname


@contextlib.contextmanager
def heard(
    context: "multiprocessing.context.SpawnContext", say: Say
) -> Iterator["multiprocessing.queues.Queue[Any]"]:
    """Listen to the processes of one pool.

    A queue serves one pool only: a process that is killed while it speaks leaves it locked.
    """
    queue = context.Queue()
    listener = logging.handlers.QueueListener(queue, _Teller(say))
    listener.start()
    try:
        yield queue
    finally:
        listener.stop()
        queue.close()
        queue.cancel_join_thread()


def speak_to(queue: "multiprocessing.queues.Queue[Any]") -> None:
    """Send what this process logs and warns of to the driver."""
    queue.cancel_join_thread()
    root = logging.getLogger()
    root.handlers = [logging.handlers.QueueHandler(queue)]
    root.setLevel(LEVEL)
    logging.captureWarnings(capture=True)


@contextlib.contextmanager
def written_down() -> Iterator[list[str]]:
    """Collect what is logged and warned of, where there is no queue to the driver."""
    lines: list[str] = []
    teller = _Teller(lambda line: lines.append(f"{worker_name()}: {line}"))
    root = logging.getLogger()
    root.addHandler(teller)
    logging.captureWarnings(capture=True)
    try:
        yield lines
    finally:
        logging.captureWarnings(capture=False)
        root.removeHandler(teller)


MODULES = ("sim",)
ROOM = str(__package__).removesuffix(".execute")
"""Name of the package: sim, or border.sim where it is installed."""
GRACE_S = 20.0
"""How long a command may take to end in good order."""


def stand_by() -> None:
    """Load, wait, and become the command."""
    load_all()
    line = sys.stdin.readline()
    if not line:
        return
    module, *words = json.loads(line)
    if module not in MODULES:
        raise SystemExit(f"{module}: is not one of {', '.join(MODULES)}")
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_end_with_input, daemon=True).start()
    sys.argv = [f"python -m {module}", *words]
    runpy.run_module(f"{ROOM}.__main__", run_name="__main__")


def load_all() -> None:
    """Carry out a small study, so that all that a run needs is imported, compiled and called."""
    # The module that a run imports, not this one under the name of the main module.
    worker = importlib.import_module(f"{ROOM}.execute.worker")
    compose = importlib.import_module(f"{ROOM}.config.command_line").compose
    run_study = importlib.import_module(f"{ROOM}.study.run").run_study
    do_without_pandas()
    with tempfile.TemporaryDirectory() as folder:
        small = ("ports=[sarnia]", "run.days=1", "run.replications=1", "execution=serial")
        specs = compose(["compare=[more_officers]", *small, f"study.dir='{folder}/study'"]).specs
        worker.precompile(specs[0].points[0], worker.replicate)
        run_study(specs, specs[0].folder, Progress(lambda line: None))
    gc.freeze()


def _end_with_input() -> None:
    """Stop as for Ctrl-C when standard input ends, because who started this has ended.

    Whoever ignores interruptions passes that on to what it starts (``nohup``): they are taken again
    here. What has not ended in good order after a while is ended at once.
    """
    while sys.stdin.readline():
        pass
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(GRACE_S)
    os._exit(128 + signal.SIGINT)


if __name__ == "__main__":
    stand_by()
