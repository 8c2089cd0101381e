"""How far a run has come, shown to whoever started it and written for whoever watches.

On a terminal there is a bar with the time left; in a log (standard error goes to a file) a line
for every tenth; in a pipe nothing. The status file of `sim.status` is written in every case.
"""

import os
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.status import Status, Worker, in_words, now, write_status

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

    say: Callable[[str], object] = plainly
    total: int = 0
    done: int = 0
    found: int = 0
    failed: int = 0
    _folder: Path | None = None
    _name: str = ""
    _execution: str = ""
    _member: str = ""
    _state: str = "running"
    _began: str = ""
    _first: tuple[float, int] | None = None
    _latest: float = 0.0
    _workers: dict[str, Worker] = field(default_factory=dict)
    _failures: list[str] = field(default_factory=list)
    _bar: Any = None
    _tenth: int = 0
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
        self._folder, self._name, self._execution = folder, name, execution
        self._member = member
        self._state, self._began, self._who = "running", now(), audience()
        over = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(over,), daemon=True)
        ticker.start()
        try:
            yield
            self._state = "failed" if self.failed else "done"
        except KeyboardInterrupt:
            self._state = "interrupted"
            raise
        except BaseException:
            self._state = "failed"
            raise
        finally:
            over.set()
            ticker.join()
            self._close()
            write_status(folder, self.status(), member)

    def begin(self, total: int, done: int) -> None:
        """Say how many replications there are, and how many are kept already."""
        self.total, self.done, self.found = total, done, done
        self._first, self._tenth = None, 10 * done // max(total, 1)
        self._close()
        if self._folder is not None:
            write_status(self._folder, self.status(), self._member)
        if self._who == "terminal" and done < total:
            import tqdm

            self._bar = tqdm.tqdm(
                total=total, initial=done, file=sys.stderr, unit="replication", leave=False
            )

    def advance(self, count: int, worker: str) -> None:
        """Count replications that a worker has finished."""
        self.done += count
        if worker and count:
            known = self._workers.get(worker)
            self._workers[worker] = Worker(worker, count + (known.done if known else 0), now())
        self._latest = time.monotonic()
        if self._first is None:
            self._first = (self._latest, self.done)
        if self._bar is not None:
            self._bar.update(count)
        tenth = 10 * self.done // max(self.total, 1)
        if self._who == "log" and tenth > self._tenth:
            left = self.left_s()
            words = f", {in_words(left)} left" if left else ""
            plainly(f"{now()} {self._name}: {self.done} of {self.total} ({10 * tenth} %){words}")
        self._tenth = max(tenth, self._tenth)

    def fail(self, line: str) -> None:
        """Count a replication that is given up."""
        self.failed += 1
        if len(self._failures) < FAILURES_KEPT:
            self._failures.append(line)

    def tell(self, line: str) -> None:
        """Say a line without breaking the bar."""
        if self._bar is None:
            self.say(line)
        else:
            self._bar.clear()
            self.say(line)
            self._bar.refresh()

    def writing(self) -> None:
        """Say that the replications are there and the tables are being written."""
        self._state = "writing"
        self._close()

    def rate_per_s(self) -> float:
        """Replications a second since the first of this run was finished."""
        if self._first is None:
            return 0.0
        since, kept = self._first
        elapsed = (time.monotonic() if self._state == "running" else self._latest) - since
        return (self.done - kept) / elapsed if elapsed > 0 else 0.0

    def left_s(self) -> float | None:
        """Seconds left at this rate, if it is known."""
        left = self.total - self.done - self.failed
        rate = self.rate_per_s()
        return 0.0 if left <= 0 else left / rate if rate > 0 else None

    def status(self) -> Status:
        """Give what the status file says now."""
        return Status(
            state=self._state,
            name=self._name,
            total=self.total,
            done=self.done,
            found=self.found,
            failed=self.failed,
            rate_per_s=self.rate_per_s(),
            left_s=self.left_s(),
            began=self._began,
            updated=now(),
            execution=self._execution,
            workers=tuple(self._workers.values()),
            failures=tuple(self._failures),
        )

    def _tick(self, over: threading.Event) -> None:
        while self._folder is not None:
            write_status(self._folder, self.status(), self._member)
            if over.wait(EVERY_S):
                return

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
