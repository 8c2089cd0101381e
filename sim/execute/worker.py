"""What a worker process needs: a compiled engine, and a way for its log to reach the driver."""

import contextlib
import dataclasses
import logging
import logging.handlers
import multiprocessing.context
import multiprocessing.queues
from collections.abc import Callable, Iterator
from typing import Any

from sim.execute.chunk import worker_name
from sim.parameters import Parameters
from sim.progress import Say
from sim.scenario.intervention import BASELINE
from sim.scenario.point import Point

LOG = logging.getLogger(__name__)

_precompiled: set[object] = set()
LONGEST_WAIT_S = 600.0
"""How long a process waits for another one that compiles."""


def precompile(point: Point, model: Callable[[Point, int], object]) -> None:
    """Run a model once on one port and day, if this process has not.

    Where nothing is compiled yet, the processes of a machine wait for the first of them, which
    compiles for all.

    Parameters
    ----------
    point : Point
    model : callable
        Runs a replication.
    """
    if point.engine != "compiled" or model in _precompiled:
        return
    _precompiled.add(model)
    from sim.numerics.compilation import cache_folder, is_compiled

    small = dataclasses.replace(
        point, parameters=Parameters(), scenario=BASELINE, ports=point.ports[:1], days=1
    )
    if is_compiled():
        model(small, 0)
        return
    import filelock

    lock = filelock.FileLock(cache_folder() / ".compiling", timeout=LONGEST_WAIT_S)
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(lock)
        except (filelock.Timeout, OSError):  # whoever compiles is stuck, or there are no locks
            LOG.warning("compiling the engine without waiting for another process any longer")
        if not is_compiled():
            LOG.warning("compiling the engine: once on this machine, about half a minute")
        model(small, 0)


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
    context: multiprocessing.context.SpawnContext, say: Say
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
