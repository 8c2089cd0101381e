"""What is done: one file a replication, written at once or not at all.

A file is a line with the SHA-256 of the rest and the digest of the code that made it, then a zip of
tables. Present and whole means done, so a killed study continues where it stopped.
"""

import dataclasses
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.execute.plan import Task

if TYPE_CHECKING:
    import pandas as pd

    from sim.results import Result

MAGIC = "replication-1"
_LONGEST_HEADER = 200
_EPOCH = (1980, 1, 1, 0, 0, 0)


class DamagedError(Exception):
    """A stored replication is not what was written."""


@dataclass(frozen=True, slots=True)
class Store:
    """The replications of a study that are done.

    Attributes
    ----------
    folder : pathlib.Path
    code : str
        Digest of the code whose results count as done.
    """

    folder: Path
    code: str

    def path(self, task: Task) -> Path:
        """File of a task."""
        return self.folder / task.key / f"{task.replication:06d}.replication"

    def missing(self, tasks: tuple[Task, ...]) -> tuple[list[Task], list[str]]:
        """Tasks still to be done, and what was found wrong with files that were there.

        Returns
        -------
        list of Task
        list of str
            One line for each file that is damaged; files of other code count as not there.
        """
        todo, complaints = [], []
        for task in tasks:
            path = self.path(task)
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                todo.append(task)
                continue
            except OSError as error:
                raise InputError(f"{path}: {error.strerror}") from None
            try:
                code, _ = _opened(content)
            except DamagedError as error:
                complaints.append(f"{path}: damaged ({error}); {task.label} is run again")
                todo.append(task)
                continue
            if code != self.code:
                todo.append(task)
        return todo, complaints

    def save(self, task: Task, result: "Result") -> None:
        """Keep a result: under a temporary name first, so that no half of it is ever seen."""
        body = _packed(result)
        head = f"{MAGIC} {hashlib.sha256(body).hexdigest()} {self.code}\n".encode()
        path = self.path(task)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(head)
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def load(self, task: Task) -> "Result":
        """Read a result back.

        Raises
        ------
        DamagedError
            If the file is not what was written.
        """
        try:
            _, body = _opened(self.path(task).read_bytes())
            return _unpacked(body)
        except OSError as error:
            raise DamagedError(str(error.strerror)) from None

    def discard_unfinished(self) -> None:
        """Remove what a killed run was writing. Only the holder of the lock may."""
        for path in self.folder.glob("*/.writing-*"):
            path.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store alone.

        Raises
        ------
        InputError
            If another run holds it.
        """
        import filelock

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError, PermissionError) as error:
            raise InputError(f"study.dir = {self.folder.parent}: {error.strerror}") from None
        lock = filelock.FileLock(self.folder / ".lock")
        try:
            with lock.acquire(timeout=0):
                yield
        except filelock.Timeout:
            raise InputError(f"study.dir = {self.folder.parent} is in use by another run") from None


def read_table(path: Path, name: str, code: str) -> "pd.DataFrame":
    """Read one table of a stored replication, for whoever watches a study grow.

    Raises
    ------
    DamagedError
        If the file is not what was written, or was written by other code.
    """
    import pandas as pd

    try:
        written, body = _opened(path.read_bytes())
    except OSError as error:
        raise DamagedError(str(error.strerror)) from None
    if written != code:
        raise DamagedError("it was written by other code")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return pd.read_parquet(io.BytesIO(archive.read(f"{name}.parquet")))


def _opened(content: bytes) -> tuple[str, bytes]:
    """Split a file into digest of the code and body, having checked the body."""
    head, newline, body = content.partition(b"\n")
    words = head.decode("ascii", errors="replace").split() if len(head) < _LONGEST_HEADER else []
    if not newline or len(words) != 3 or words[0] != MAGIC:
        raise DamagedError("it does not begin like a stored replication")
    if hashlib.sha256(body).hexdigest() != words[1]:
        raise DamagedError("its checksum does not match")
    return words[2], body


def _packed(result: "Result") -> bytes:
    import pandas as pd

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for field in dataclasses.fields(result):
            value = getattr(result, field.name)
            if isinstance(value, pd.DataFrame):
                name, content = f"{field.name}.parquet", value.to_parquet(compression="zstd")
            else:
                text = json.dumps(value, sort_keys=True, default=_plain)
                name, content = f"{field.name}.json", text.encode()
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    return packed.getvalue()


def _plain(value: object) -> object:
    """Numbers of NumPy as those of Python."""
    return value.item() if hasattr(value, "item") else str(value)


def _unpacked(body: bytes) -> "Result":
    import pandas as pd

    from sim.results import Result

    values = {}
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in archive.namelist():
            field, _, kind = name.rpartition(".")
            content = archive.read(name)
            if kind == "parquet":
                values[field] = pd.read_parquet(io.BytesIO(content))
            else:
                values[field] = json.loads(content)
    return Result(**values)
