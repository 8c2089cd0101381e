"""How far a study has come, for whoever watches it from outside.

The study's driver writes one small file, atomically and about once a second; `read_status` reads it
and adds what only a look from outside can tell: whether the driver is still there.
"""

import dataclasses
import datetime
import json
import os
import platform
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.errors import InputError

STATUS_FILE = "progress.json"
STATUS_SCHEMA = 1
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
        Replications a second since the first of this run was finished; 0 before that.
    left_s : float, optional
        Seconds left at this rate; None while it is not known.
    began, updated : str
        When this run began and when the file was written, ISO 8601, UTC.
    execution : str
        serial, pool, ray or array.
    workers : tuple of Worker
        In the order in which they appeared.
    failures : tuple of str
        One line for each of the first failures.
    host : str
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
        lines += [f"  {one.name}: {one.done} done, last {one.last}" for one in self.workers]
        if self.failed:
            lines.append(f"{self.failed} given up:")
            lines += [f"  {line}" for line in self.failures]
        return "\n".join(lines)


def read_status(folder: Path | str) -> Status:
    """Read how far the study of a folder has come, whether it runs, has ended or was killed.

    Parameters
    ----------
    folder : Path
        A results folder, or the folder of a sweep.

    Raises
    ------
    InputError
        If no study was started there.
    """
    path = Path(folder) / STATUS_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("schema") != STATUS_SCHEMA:
            raise InputError(f"{path}: written by another version of this program")
        content["workers"] = tuple(Worker(**one) for one in content["workers"])
        status = Status(**content | {"failures": tuple(content["failures"])})
    except FileNotFoundError:
        raise InputError(f"{folder}: no study was started here (no {STATUS_FILE})") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{path}: damaged ({error})") from None
    if status.state in ("running", "writing") and not _alive(status):
        return dataclasses.replace(status, state="dead", left_s=None)
    return status


def write_status(folder: Path, status: Status, member: str = "") -> None:
    """Write the file, whole or not at all. A disk that is full does not stop a study here.

    Parameters
    ----------
    folder : pathlib.Path
    status : Status
    member : str
        Which job of an array it is about; each has a file of its own.
    """
    target = folder / (f"progress-{member}.json" if member else STATUS_FILE)
    content: dict[str, Any] = {"schema": STATUS_SCHEMA, **dataclasses.asdict(status)}
    try:
        handle, temporary = tempfile.mkstemp(prefix=".progress-", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=1)
            os.chmod(temporary, 0o644)
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError:
        return


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
    """Whether the driver is there: its process on this machine, its voice on another."""
    if status.host != platform.node():
        updated = datetime.datetime.fromisoformat(status.updated)
        return (datetime.datetime.now(datetime.UTC) - updated).total_seconds() < SILENT_S
    try:
        os.kill(status.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _ended(status.pid)


def _ended(pid: int) -> bool:
    """Whether a process has ended and only waits for its parent to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False
