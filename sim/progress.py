"""How far a study has come: shown to whoever started it, written for whoever watches."""

import contextlib
import dataclasses
import datetime
import functools
import json
import os
import platform
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.files import write_text
from sim.files.brought import content_of

Say = Callable[[str], object]
"""Takes a line for the user."""

STATUS_FILE = "progress.json"
STATUS_SCHEMA = 1
LARGEST_BYTES = 10_000_000
SILENT_S = 60.0
"""A driver on another machine that has written nothing for this long is taken for dead."""

STATES = ("running", "writing", "done", "interrupted", "failed", "dead")


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that runs replications.

    Attributes
    ----------
    name : str
        Machine and process number.
    done : int
        Replications it has finished in this run.
    last : str
        When it last finished some, ISO 8601, UTC.
    """

    name: str
    done: int
    last: str


@dataclass(frozen=True, slots=True)
class Status:
    """How far a study has come.

    Attributes
    ----------
    state : str
        running; writing (all replications are there, tables are being written); done;
        interrupted or failed (ended before its time; the same command continues); dead (it ended
        without a word, as when killed; the same command continues).
    name : str
        Name of the experiment or scenario.
    total, done : int
        Replications asked for, and those kept.
    found : int
        Of those done, how many were there when this run began.
    failed : int
        Replications that were tried and given up.
    rate_per_s : float
        Replications a second since the first of this run was begun; 0 before one is finished.
    left_s : float, optional
        Seconds left; None while they are not known.
    began, updated : str
        When this run began and when the file was written, ISO 8601, UTC.
    execution : str
        serial, pool, ray or array.
    workers : tuple of Worker
        In the order in which they appeared.
    failures : tuple of str
        One line for each of the first failures.
    pid : int
        Machine and process of the driver.
    """

    state: str
    name: str
    total: int
    done: int
    found: int = 0
    failed: int = 0
    rate_per_s: float = 0.0
    left_s: float | None = None
    began: str = ""
    updated: str = ""
    execution: str = ""
    workers: tuple[Worker, ...] = ()
    failures: tuple[str, ...] = ()
    host: str = field(default_factory=platform.node)
    pid: int = field(default_factory=os.getpid)

    def __str__(self) -> str:
        """Say it in a few lines."""
        share = self.done / self.total if self.total else 1.0
        lines = [f"{self.name}: {self.state}, {self.done} of {self.total} ({share:.0%})"]
        if self.state == "running":
            left = "not known yet" if self.left_s is None else in_words(self.left_s)
            lines.append(
                f"{self.rate_per_s:.3g} replications a second; {left} left; "
                f"{len(self.workers)} at work ({self.execution})"
            )
        elif self.state in ("interrupted", "failed", "dead"):
            lines.append(f"it ended at {self.updated}; the same command continues")
        lines += [
            f"  {worker.name}: {worker.done} done, last {worker.last}" for worker in self.workers
        ]
        if self.failed:
            lines.append(f"{self.failed} given up:")
            lines += [f"  {line}" for line in self.failures]
        return "\n".join(lines)


def read_status(folder: Path | str) -> Status:
    """Read how far the study of a folder has come, whether it runs, has ended or was killed.

    It is a results folder, or the folder of a sweep.

    Raises
    ------
    InputError
        If no study was started there.
    """
    path = Path(folder) / STATUS_FILE
    members = sorted(Path(folder).glob("progress-*-of-*.json"))
    if not path.exists() and members:
        return _of_array([_read_status(member) for member in members])
    return _read_status(path)


@functools.cache
def _schema() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Status)


def _read_status(path: Path) -> Status:
    from pydantic import ValidationError

    try:
        content = json.loads(content_of(path, LARGEST_BYTES).decode("utf-8"))
        if content.pop("schema") != STATUS_SCHEMA:
            raise InputError("written by another version of this program")
        status: Status = _schema().validate_python(content)
        alive = status.state not in ("running", "writing") or _alive(status)
    except InputError as error:
        if not path.exists():
            raise InputError(
                f"{path.parent}: no study was started here (no {STATUS_FILE})"
            ) from None
        raise InputError(f"{path}: {error}") from None
    except ValidationError as errors:
        first = errors.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(f"{path}: damaged ({place}: {first['msg']})") from None
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise InputError(f"{path}: damaged ({error})") from None
    return status if alive else dataclasses.replace(status, state="dead", left_s=None)


def _of_array(jobs: list[Status]) -> Status:
    """What the jobs of an array come to together; the whole study is written by another run."""
    states = [job.state for job in jobs]
    state = next((state for state in STATES if state in states), "running")
    return dataclasses.replace(
        jobs[0],
        state=state,
        name=f"{jobs[0].name} ({len(jobs)} jobs of an array have begun)",
        total=max(job.total for job in jobs),
        done=max(job.done for job in jobs),
        failed=sum(job.failed for job in jobs),
        rate_per_s=sum(job.rate_per_s for job in jobs),
        left_s=max((job.left_s for job in jobs if job.left_s is not None), default=None),
        updated=max(job.updated for job in jobs),
        workers=tuple(worker for job in jobs for worker in job.workers),
        failures=tuple(line for job in jobs for line in job.failures),
    )


def write_status(folder: Path, status: Status, member: str = "") -> None:
    """Write the file, whole or not at all. A disk that is full does not stop a study here.

    Each ``member`` of an array of jobs has a file of its own.
    """
    target = folder / (f"progress-{member}.json" if member else STATUS_FILE)
    content = {"schema": STATUS_SCHEMA, **dataclasses.asdict(status)}
    with contextlib.suppress(OSError):
        write_text(target, json.dumps(content, indent=1))


def now() -> str:
    """Give the time as the file has it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def in_words(seconds: float) -> str:
    """Say a length of time, as 1 h 05 min, 3 min 20 s or 12 s."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"


def _alive(status: Status) -> bool:
    """Whether the driver runs: its process on this machine, its last word from another."""
    if status.host != platform.node() or os.name != "posix":  # there, signal 0 is Ctrl-C
        return _silent_s(status) < SILENT_S
    try:
        os.kill(status.pid, 0)
        stat_line = Path(f"/proc/{status.pid}/stat").read_text(encoding="utf-8", errors="replace")
    except ProcessLookupError:
        return False
    except OSError:  # another user's process, or a system without /proc
        return True
    words = stat_line.rpartition(")")[2].split()
    if words[0] == "Z":  # ended, and its parent has not noticed
        return False
    return not _began_after(int(words[19]), status)


def _began_after(ticks: int, status: Status) -> bool:
    """Whether a process began after the last word of a driver, whose number it has been given."""
    if not status.updated:
        return False
    running_s = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return _silent_s(status) > running_s + SILENT_S


def _silent_s(status: Status) -> float:
    """How long a driver has written nothing, in seconds."""
    updated = datetime.datetime.fromisoformat(status.updated)
    return (datetime.datetime.now(datetime.UTC) - updated).total_seconds()


EVERY_S = 1.0
"""How often the status file is written."""

FAILURES_KEPT = 20


def plainly(line: str) -> None:
    """Say a line on standard error."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def audience() -> str:
    """Who reads standard error: a terminal, a log or nobody (a pipe)."""
    try:
        if sys.stderr.isatty():
            return "terminal"
        kind = os.fstat(sys.stderr.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return "nobody"
    return "log" if stat.S_ISREG(kind) else "nobody"


@dataclass
class Progress:
    """How far a run has come.

    Attributes
    ----------
    say : callable
        Takes a line for the user: a complaint, or what a worker had to say.
    total, done, found, failed : int
        Replications asked for, kept, kept when the run began, and given up.
    """

    say: Say = plainly
    total: int = 0
    done: int = 0
    found: int = 0
    failed: int = 0
    _folder: Path | None = None
    _member: str = ""
    _status: Status = field(default_factory=lambda: Status("running", "", 0, 0))
    _concurrent: int = 1
    _began_s: float | None = None
    _latest: float = 0.0
    _counted: int = 0
    _busy_s: float = 0.0
    _workers: dict[str, Worker] = field(default_factory=dict)
    _failures: list[str] = field(default_factory=list)
    _bar: Any = None
    _who: str = "nobody"

    @contextmanager
    def watched(self, folder: Path, name: str, execution: str, member: str = "") -> Iterator[None]:
        """Write the status file of a folder about once a second, and once more at the end.

        Parameters
        ----------
        folder : pathlib.Path
        name : str
            Name of the study.
        execution : str
            How it is carried out.
        member : str
            Which job of an array this is: each has a file of its own.
        """
        self._folder, self._member, self._who = folder, member, audience()
        self._status = Status("running", name, 0, 0, began=now(), execution=execution)
        over = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(over,), daemon=True)
        ticker.start()
        state = "failed"
        try:
            yield
            state = "failed" if self.failed else "done"
        except KeyboardInterrupt:
            state = "interrupted"
            raise
        finally:
            over.set()
            ticker.join()
            self._enter(state)
            self._write()

    def begin(self, total: int, done: int, workers: int = 1) -> None:
        """Say how many replications there are, how many are kept already, and who works."""
        self.total, self.done, self.found = total, done, done
        self._concurrent, self._began_s, self._counted, self._busy_s = workers, None, 0, 0.0
        self._enter("running")
        self._write()
        if self._who == "terminal" and done < total:
            import tqdm

            self._bar = tqdm.tqdm(
                total=total, initial=done, file=sys.stderr, unit="replication", leave=False
            )

    def advance(self, count: int, worker: str, seconds: float = 0.0) -> None:
        """Count replications that a worker has finished, and the seconds that it took for them."""
        tenth = self._tenth()
        self.done += count
        if worker and count:
            before = self._workers.get(worker, Worker(worker, 0, ""))
            self._workers[worker] = Worker(worker, count + before.done, now())
        self._latest = time.monotonic()
        if self._began_s is None:
            self._began_s = self._latest - seconds
        self._counted += count
        self._busy_s += seconds
        if self._bar is not None:
            self._bar.update(count)
        if self._who == "log" and self._tenth() > tenth:
            left = self.left_s()
            words = f", {in_words(left)} left" if left else ""
            share = f"{self.done} of {self.total} ({10 * self._tenth()} %)"
            plainly(f"{now()} {self._status.name}: {share}{words}")

    def fail(self, line: str) -> None:
        """Count a replication that is given up."""
        self.failed += 1
        if len(self._failures) < FAILURES_KEPT:
            self._failures.append(line)

    def tell(self, line: str) -> None:
        """Say a line without breaking the bar."""
        if self._bar is not None:
            self._bar.clear()
        self.say(line)
        if self._bar is not None:
            self._bar.refresh()

    def writing(self) -> None:
        """Say that the replications are there and the tables are being written."""
        self._enter("writing")

    def rate_per_s(self) -> float:
        """Replications a second since the first of this run was begun."""
        if self._began_s is None:
            return 0.0
        running = self._status.state == "running"
        elapsed = (time.monotonic() if running else self._latest) - self._began_s
        return self._counted / elapsed if elapsed > 0 else 0.0

    def left_s(self) -> float | None:
        """Seconds left, if they are known.

        Replications arrive in groups, and a worker's present group is not counted before it is
        whole. So this goes by what a replication has taken a worker so far: all the work of this
        run, shared among the workers, less the time since it began.
        """
        left = self.total - self.done - self.failed
        if left <= 0:
            return 0.0
        if self._began_s is None or self._counted == 0 or self._busy_s <= 0.0:
            return None
        whole_s = (self._counted + left) * self._busy_s / self._counted / self._concurrent
        return max(whole_s - (time.monotonic() - self._began_s), 1.0)

    def status(self) -> Status:
        """Give what the status file says now."""
        return dataclasses.replace(
            self._status,
            **{name: getattr(self, name) for name in ("total", "done", "found", "failed")},
            rate_per_s=self.rate_per_s(),
            left_s=self.left_s(),
            updated=now(),
            workers=tuple(self._workers.values()),
            failures=tuple(self._failures),
        )

    def _tenth(self) -> int:
        return 10 * self.done // max(self.total, 1)

    def _enter(self, state: str) -> None:
        """Change the state; a bar is of one state."""
        self._status = dataclasses.replace(self._status, state=state)
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _write(self) -> None:
        if self._folder is not None:
            write_status(self._folder, self.status(), self._member)

    def _tick(self, over: threading.Event) -> None:
        while True:
            self._write()
            if over.wait(EVERY_S):
                return
