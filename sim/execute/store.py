"""What is done: the replications of a study, in a few files, kept for good once written.

A replication is known by its point's key and its number. Present and whole means done, so a killed
study continues where it stopped; a part (`sim.execute.part`) is there whole or not at all.
"""

import json
import os
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sim.errors import InputError
from sim.execute.encoding import Kept, decode
from sim.execute.part import (
    SUFFIX,
    WRITING,
    DamagedError,
    Entry,
    merge,
    read_entry,
    read_index,
)
from sim.execute.task import Task
from sim.results.schema import SCHEMA

FORMAT = {"store": 2, "tables": SCHEMA}
FORMAT_FILE = "store.json"
MOST_PARTS = 16
"""With more small parts than this they are put together."""
PART_BYTES = 256 * 2**20
PART_ENTRIES = 5_000
"""About the size of a part that is put together from others: whichever is reached first, so that
neither a file nor what is in memory of it grows with the study."""

_ABSENT = -1
_DETAILED = 1 << 62
_ROW_BITS = 24


@dataclass(slots=True)
class _Part:
    """An open part: where its replications are, in little memory."""

    path: Path
    size: int
    offset: "array[int]" = field(default_factory=lambda: array("q"))
    length: "array[int]" = field(default_factory=lambda: array("q"))
    digest: bytearray = field(default_factory=bytearray)

    def add(self, entry: Entry) -> int:
        self.offset.append(entry.offset)
        self.length.append(entry.length)
        self.digest += bytes.fromhex(entry.digest)
        return len(self.offset) - 1

    def place(self, row: int) -> tuple[int, int, str]:
        return self.offset[row], self.length[row], self.digest[32 * row : 32 * row + 32].hex()


class StoredResult(NamedTuple):
    """Where a replication is kept, for whoever reads the store from outside."""

    path: Path
    offset: int
    length: int
    digest: str
    code: str


class Store:
    """The replications of a study that are done.

    Parameters
    ----------
    folder : pathlib.Path
    code : str
        Digest of the code whose results count as done; those of other code count as not there.
    """

    def __init__(self, folder: Path, code: str) -> None:
        self.folder = folder
        self.code = code
        self._parts: list[_Part] = []
        self._seen: dict[str, tuple[int, bool]] = {}
        self._where: dict[str, array[int]] = {}
        self._damaged: set[Path] = set()

    def refresh(self) -> list[str]:
        """Look for parts that have been added.

        Returns
        -------
        list of str
            A line for each part that is damaged: it counts as not there.
        """
        complaints = []
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            try:
                inode = path.stat().st_ino  # what was run again replaces a damaged file of its name
                if self._seen.get(path.name, (0, False))[0] == inode:
                    continue
                code, entries, lost = read_index(path)
            except FileNotFoundError:  # put together with others, in this very moment
                continue
            except DamagedError as error:
                complaints.append(f"{path}: damaged ({error}); what was in it is run again")
                self._seen[path.name] = inode, False
                continue
            except OSError as error:
                raise InputError(f"{path}: {error.strerror}") from None
            self._seen[path.name] = inode, code == self.code
            if code != self.code:
                continue
            if lost:
                complaints.append(f"{path}: damaged (its end is missing); {lost} are run again")
                self._damaged.add(path)
            self._add(path, entries)
        return complaints

    def _add(self, path: Path, entries: list[Entry]) -> None:
        number = len(self._parts)
        part = _Part(path, path.stat().st_size)
        self._parts.append(part)
        for entry in entries:
            numbers = self._where.setdefault(entry.key, array("q"))
            while len(numbers) <= entry.replication:
                numbers.append(_ABSENT)
            known = numbers[entry.replication]
            if known >= 0 and (known & _DETAILED or not entry.detailed):
                continue
            row = part.add(entry)
            place = number << _ROW_BITS | row
            numbers[entry.replication] = place | (_DETAILED if entry.detailed else 0)

    def has(self, task: Task) -> bool:
        """Whether a task is done, with its detail if that is asked for."""
        place = self._place(task)
        return place >= 0 and (bool(place & _DETAILED) or not task.detailed)

    def load(self, task: Task) -> Kept:
        """Read a result back; `content` says what may be wrong."""
        return decode(self.content(task))

    def content(self, task: Task) -> bytes:
        """Read a result's bytes.

        Raises
        ------
        DamagedError
            If it is not there, or not what was written.
        """
        place = self._place(task)
        if place < 0:
            raise DamagedError("it is not there")
        part, row = self._part(place)
        return read_entry(part.path, *part.place(row))

    def places(self) -> dict[str, dict[int, StoredResult]]:
        """Where the replications are that are kept, by key and number."""
        found: dict[str, dict[int, StoredResult]] = {}
        for key, numbers in self._where.items():
            for replication, place in enumerate(numbers):
                if place >= 0:
                    part, row = self._part(place)
                    where = StoredResult(part.path, *part.place(row), self.code)
                    found.setdefault(key, {})[replication] = where
        return found

    def forget(self, task: Task) -> None:
        """Take a task for not done, since its result is damaged."""
        place = self._place(task)
        if place >= 0:
            self._damaged.add(self._part(place)[0].path)
            self._where[task.key][task.replication] = _ABSENT

    def _place(self, task: Task) -> int:
        numbers = self._where.get(task.key)
        if numbers is None or task.replication >= len(numbers):
            return _ABSENT
        return numbers[task.replication]

    def _part(self, place: int) -> tuple[_Part, int]:
        place &= ~_DETAILED
        return self._parts[place >> _ROW_BITS], place & ((1 << _ROW_BITS) - 1)

    def compact(self) -> None:
        """Put small parts together, and drop what other code or damage left. For the lock's holder.

        Damaged replications are left out, so that they count as not there.
        """
        self.refresh()
        damaged = [part for part in self._parts if part.path in self._damaged]
        small = [
            part
            for part in self._parts
            if part.size < PART_BYTES // 2 and len(part.offset) < PART_ENTRIES // 2
        ]
        taken = small + damaged if len(small) > MOST_PARTS else damaged
        if taken:
            self._merge({id(part) for part in taken})
        for name, (_, ours) in self._seen.items():
            if not ours:
                (self.folder / name).unlink(missing_ok=True)

    def _merge(self, taken: set[int]) -> None:
        made = {merge(self.folder, group, self.code) for group in self._groups(taken)}
        for part in self._parts:
            if id(part) in taken and part.path not in made:
                part.path.unlink(missing_ok=True)
        self._parts, self._where, self._damaged = [], {}, set()
        self._seen = {name: seen for name, seen in self._seen.items() if not seen[1]}
        self.refresh()

    def _groups(self, taken: set[int]) -> Iterator[list[tuple[Path, Entry]]]:
        """What is whole in some parts, by key and number, as much at a time as one part holds."""
        group: list[tuple[Path, Entry]] = []
        size = 0
        for key in sorted(self._where):
            for replication, place in enumerate(self._where[key]):
                if place < 0:
                    continue
                part, row = self._part(place)
                if id(part) not in taken:
                    continue
                entry = Entry(key, replication, bool(place & _DETAILED), *part.place(row))
                try:
                    read_entry(part.path, *part.place(row))
                except DamagedError:
                    continue
                group.append((part.path, entry))
                size += entry.length
                if size > PART_BYTES or len(group) >= PART_ENTRIES:
                    yield group
                    group, size = [], 0
        if group:
            yield group

    def prepare(self, *, alone: bool = True) -> None:
        """Make the folder fit for writing. For the lock's holder.

        Parameters
        ----------
        alone : bool
            Whether nobody else writes here now, so that what a killed run left can be cleared.

        Raises
        ------
        InputError
            If the store there is of another version.
        """
        self.check()
        file = self.folder / FORMAT_FILE
        if not file.exists():
            unfinished = self.folder / f"{WRITING}format-{os.getpid()}"
            unfinished.write_text(json.dumps(FORMAT) + "\n", encoding="utf-8")
            unfinished.replace(file)
        if alone:
            for path in self.folder.glob(f"{WRITING}*"):
                path.unlink(missing_ok=True)

    def check(self) -> None:
        """Refuse a store of another version: it is never mixed with this one."""
        try:
            found = json.loads((self.folder / FORMAT_FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            found = {"store": 1} if any(self.folder.glob("*/*.replication")) else FORMAT
        except ValueError:
            found = "damaged"
        if found != FORMAT:
            raise InputError(
                f"{self.folder}: a store of another version ({_in_words(found)}; this program "
                f"keeps {_in_words(FORMAT)}); name another study.dir, or remove that folder"
            )

    @contextmanager
    def locked(self, member: str = "") -> Iterator[None]:
        """Hold the store alone, or as one member of an array of jobs.

        Parameters
        ----------
        member : str
            Name of the member; empty to hold it alone.

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
        lock = filelock.FileLock(self.folder / (f".lock-{member}" if member else ".lock"))
        others = [self.folder / ".lock"] if member else [*self.folder.glob(".lock-*")]
        try:
            with lock.acquire(timeout=0):
                for other in others:  # own lock first, then a look at the others: never both
                    if other.exists():
                        with filelock.FileLock(other).acquire(timeout=0):
                            pass
                yield
        except filelock.Timeout:
            raise InputError(f"study.dir = {self.folder.parent} is in use by another run") from None


def _in_words(version: object) -> str:
    if isinstance(version, dict):
        return ", ".join(f"{name} {number}" for name, number in version.items())
    return str(version)
