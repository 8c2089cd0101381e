"""The store of a study: replications that are done, kept for good once written.

A replication is known by its point's key and its number. Present and whole means done, so a killed
study continues where it stopped. Each version of the code has a folder of its own; in it are parts,
folders of Parquet tables (`sim.results.tables`) that are there whole or not at all. The tables of a
results folder become a part too, as links to the same files: they are on the disk once.

The version of the code is a digest of the files that decide results; with the versions of the
packages it says in a manifest what made them.
"""

import contextlib
import errno
import functools
import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import filelock
import pyarrow.parquet as pq

from sim import extensions
from sim.errors import InputError, what_failed
from sim.execute.task import Task
from sim.files import clear_unfinished, remove, replaced, write_text
from sim.files.brought import json_of
from sim.results.schema import SCHEMA
from sim.results.tables import (
    INDEX_FILE,
    STORED,
    DamagedError,
    Kept,
    Replication,
    Tables,
    TablesReader,
    names_of,
    release,
    write_tables,
)
from sim.scenario.point import Label

FORMAT = {"store": 3, "tables": SCHEMA}
FORMAT_FILE = "store.json"
LARGEST_FORMAT_BYTES = 10_000
WORKED, MERGED, LINKED = "part", "merged", "study"
"""Names of parts begin so: those of workers, those put together, and those of a results folder."""
MOST_PARTS = 16
"""With more small parts than this they are put together."""
PART_BYTES = 256 * 2**20
PART_REPLICATIONS = 5_000
"""About the size of a part that is put together from others: whichever is reached first."""
LINKED_BYTES = 2**20
"""Tables of a results folder become a part from this size on; smaller ones are kept twice."""
GROUP_ROWS = 5_000
"""A group of rows in a part is of one point, unless it would be smaller than this."""

Packed = dict[str, bytes]
"""A part on its way from a machine that does not see the store: its files by name."""


class Stored(NamedTuple):
    """Place of a replication."""

    part: TablesReader
    row: int
    kept: Kept
    rank: tuple[int, int, int]

    def load(self, names: Iterable[str] = STORED) -> Tables:
        """Read its tables."""
        return self.part.load(self.row, names)


def replication(task: Task, tables: Tables) -> Replication:
    """Name the replication of a task as the store does: by key, under whichever label it ran."""
    return Replication(Label(task.key, ""), task.replication, tables, task.key, task.kept)


def keep(store: Path, code: str, replications: Iterable[Replication], kind: str = WORKED) -> None:
    """Write a part, whole or not at all.

    Parameters
    ----------
    store : pathlib.Path
        Folder of the store.
    code : str
        Digest of the code that made the replications.
    replications : iterable of Replication
    kind : str
        How its name begins.
    """
    with _new_part(store / code, kind) as folder:
        write_tables(folder, replications, GROUP_ROWS)


def pack(replications: Iterable[Replication]) -> Packed:
    """Put replications into the files of a part."""
    with tempfile.TemporaryDirectory() as folder:
        write_tables(Path(folder), replications, GROUP_ROWS)
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def keep_packed(store: Path, code: str, packed: Packed) -> None:
    """Write a part that another machine has made."""
    with _new_part(store / code, WORKED) as folder:
        for name, content in packed.items():
            (folder / name).write_bytes(content)


@contextmanager
def _new_part(here: Path, kind: str) -> Iterator[Path]:
    here.mkdir(parents=True, exist_ok=True)
    with replaced(here / f"{kind}-{uuid.uuid4().hex[:16]}", lasting=True) as scratch:
        scratch.mkdir()
        yield scratch


class Store:
    """The replications of a study that are done.

    Parameters
    ----------
    code : str
        Digest of the code whose results count as done; those of other code stay where they are.
    """

    def __init__(self, folder: Path, code: str) -> None:
        self.folder = folder
        self.code = code
        self.here = folder / code
        self._parts: dict[str, TablesReader] = {}
        self._places: dict[str, dict[int, Stored]] = {}
        self._unreadable: set[str] = set()
        self._damaged: set[str] = set()

    def refresh(self) -> list[str]:
        """Look for parts that have been added.

        Returns a line for each part that is damaged: it counts as not there.
        """
        complaints = []
        for path in sorted(self.here.glob("[!.]*-*")):
            if path.name in self._parts or path.name in self._unreadable:
                continue
            try:
                part = TablesReader(path)
                written = path.stat().st_mtime_ns
            except (DamagedError, FileNotFoundError) as error:
                if path.exists():  # not put together with others, in this very moment
                    complaints.append(f"{error}: damaged; what was in it is run again")
                    self._unreadable.add(path.name)
                continue
            self._parts[path.name] = part
            columns = ("key", "replication", "kept")
            rows = zip(*(part.index.column(name).to_pylist() for name in columns), strict=True)
            for row, (key, number, kept) in enumerate(rows):
                # the larger and newer part is taken, so that those it contains can go
                rank = kept, part.index.num_rows, written
                places = self._places.setdefault(key, {})
                if number not in places or places[number].rank < rank:
                    places[number] = Stored(part, row, Kept(kept), rank)
        return complaints

    def has(self, task: Task) -> bool:
        """Whether a task is done, with the detail that is asked for."""
        place = self.places(task.key).get(task.replication)
        return place is not None and place.kept >= task.kept

    def load(self, task: Task) -> Tables:
        """Read the tables that a task asks for.

        Raises
        ------
        DamagedError
            If they are not there, or not what was written.
        """
        place = self.places(task.key).get(task.replication)
        if place is None:
            raise DamagedError("it is not there")
        return place.load(names_of(task.kept))

    def places(self, key: str) -> dict[int, Stored]:
        """Where the replications of a point are, by number."""
        return self._places.get(key, {})

    def forget(self, task: Task) -> None:
        """Take a task for not done, since its result is damaged."""
        place = self.places(task.key).pop(task.replication, None)
        if place is not None:
            self._damaged.add(place.part.folder.name)

    def link(self, tables: Path) -> None:
        """Take the tables of a results folder for a part, if they are large, as links."""
        files = [path for path in tables.iterdir() if path.stem in (*STORED, Path(INDEX_FILE).stem)]
        if sum(path.stat().st_size for path in files) < LINKED_BYTES:
            return
        with contextlib.suppress(OSError), _new_part(self.here, LINKED) as folder:
            for path in files:
                os.link(path, folder / path.name)

    def compact(self) -> None:
        """Remove parts that others contain, and put small ones together. For the lock's holder.

        Damaged replications are left out, so that they count as not there.
        """
        self.refresh()
        release()
        needed: dict[str, list[tuple[str, int, Stored]]] = {name: [] for name in self._parts}
        for key, places in self._places.items():
            for number, place in places.items():
                needed[place.part.folder.name].append((key, number, place))
        small = {
            name
            for name, rows in needed.items()
            if rows and not name.startswith(LINKED)
            and self._parts[name].bytes < PART_BYTES // 2 and len(rows) < PART_REPLICATIONS // 2
        }  # fmt: skip
        taken = self._damaged | (small if len(small) > MOST_PARTS else set())
        for group in self._groups([row for name in taken for row in needed[name]]):
            keep(self.folder, self.code, self._whole(group), MERGED)
        unneeded = {name for name, rows in needed.items() if not rows}
        for name in taken | unneeded | self._unreadable:
            remove(self.here / name)
        self._parts, self._places = {}, {}
        self._damaged, self._unreadable = set(), set()
        self.refresh()

    @staticmethod
    def _groups(rows: list[tuple[str, int, Stored]]) -> Iterator[list[tuple[str, int, Stored]]]:
        """Share replications among parts, by key and number."""
        group: list[tuple[str, int, Stored]] = []
        size = 0.0
        for row in sorted(rows, key=lambda row: row[:2]):
            part = row[2].part
            group.append(row)
            size += part.bytes / part.index.num_rows
            if size > PART_BYTES or len(group) >= PART_REPLICATIONS:
                yield group
                group, size = [], 0.0
        if group:
            yield group

    @staticmethod
    def _whole(rows: Iterable[tuple[str, int, Stored]]) -> Iterator[Replication]:
        for key, number, place in rows:
            with contextlib.suppress(DamagedError):
                tables = place.load(names_of(place.kept))
                yield Replication(Label(key, ""), number, tables, key, place.kept)

    def prepare(self, *, alone: bool = True) -> list[str]:
        """Make the folder fit for writing. For the lock's holder.

        With ``alone``, nobody else writes here now, so that what a killed run left can be cleared.
        Returns what was set aside, and which results of other code are there.
        """
        lines = []
        with filelock.FileLock(self.folder / ".preparing"):  # jobs of an array come at once
            written = self._format()
            if written != FORMAT:
                aside = self._set_aside()
                lines.append(
                    f"{self.folder}: a store of another version ({_in_words(written)}; this "
                    f"program keeps {_in_words(FORMAT)}) is not used; it is kept in {aside}"
                )
            if not (self.folder / FORMAT_FILE).exists():
                write_text(self.folder / FORMAT_FILE, json.dumps(FORMAT) + "\n", lasting=True)
            if not self.here.exists():
                lines += self._of_other_code()
                self.here.mkdir()
        if alone:
            clear_unfinished(self.here)
            clear_unfinished(self.folder)
        return lines

    def _format(self) -> object:
        if not os.path.lexists(self.folder / FORMAT_FILE):
            return {"store": 1} if any(self.folder.glob("*/*.replication")) else FORMAT
        try:
            return json_of(self.folder / FORMAT_FILE, LARGEST_FORMAT_BYTES)
        except InputError:
            return "damaged"

    def _set_aside(self) -> Path:
        """Move what another version keeps here to a folder of its own, which stays."""
        aside = next(
            path for number in count(1) if not (path := self.folder / f"older-{number}").exists()
        )
        aside.mkdir()
        for path in self.folder.iterdir():
            if not path.name.startswith((".", "older-")):
                os.replace(path, aside / path.name)
        return aside

    def _of_other_code(self) -> list[str]:
        counts: dict[str, int] = {}
        for path in self.folder.glob(f"*/*/{INDEX_FILE}"):
            with contextlib.suppress(Exception):
                name = path.parent.parent.name
                counts[name] = counts.get(name, 0) + pq.read_metadata(path).num_rows
        return [
            f"{self.folder}: {count} replications of another version of the code are not used; "
            f"they are kept in {name}"
            for name, count in sorted(counts.items())
            if not name.startswith("older-")
        ]

    @contextmanager
    def locked(self, member: str = "") -> Iterator[None]:
        """Hold the store alone, or as one named member of an array of jobs.

        Raises
        ------
        InputError
            If another run holds it.
        """
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
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
                raise
            raise InputError(what_failed(error, f"study.dir = {self.folder.parent}")) from None


def _in_words(version: object) -> str:
    if isinstance(version, dict):
        return ", ".join(f"{name} {number}" for name, number in version.items())
    return str(version)


HERE = Path(__file__).resolve().parent.parent
DISTRIBUTION = "border-interdiction"
PACKAGES = ("numpy", "numba", "simpy", "pandas", "pyarrow", "scipy", "hydra-core", "omegaconf")

# Rooms and files that decide the result of a replication. The others ask for it, carry it out,
# keep it and show it.
_DECIDING = (
    "data/",
    "engine/",
    "model/",
    "numerics/",
    "parameters/",
    "places/",
    "records.py",
    "replication.py",
    "results/",
    "scenario/",
)


def code_digest() -> str:
    """Digest of all code that decides the result of a replication, 16 hexadecimal digits.

    The kind of processor counts too: another kind computes other last digits, and a pair must not
    be of two kinds.
    """
    others = extensions.digest()
    return hashlib.sha256(_own().encode() + others).hexdigest()[:16] if others else _own()


@functools.cache
def _own() -> str:
    """Digest of the files of this package, and of the kind of processor."""
    digest = hashlib.sha256(platform.machine().encode())
    files = [*HERE.rglob("*.py"), *HERE.glob("data/*.csv*"), *HERE.glob("data/source/*.csv*")]
    for path in sorted(files):
        name = path.relative_to(HERE).as_posix()
        if name.startswith(_DECIDING):
            content = path.read_bytes()
            if path.suffix == ".py":  # a wheel differs in this alone: hatch_build.py
                content = content.replace(b"from border.sim", b"from sim")
            digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()[:16]


@functools.cache  # a sweep asks for it once a point
def code_version() -> str:
    """Version of the package and, in a git checkout, the commit."""
    try:
        version = importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        version = "unknown"
    return f"{version} ({_commit()})"


def _commit() -> str:
    if shutil.which("git") is None or not (HERE.parent / ".git").exists():
        return "commit unknown"
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--tags"],
        cwd=HERE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "commit unknown"


def processor() -> dict[str, object]:
    """Say what kind of processor this is, and which of NumPy's loops for wider ones are in use."""
    import numpy as np

    found: Any = np.show_config(mode="dicts")
    loops = (found or {}).get("SIMD Extensions", {}).get("found", [])
    return {"machine": platform.machine(), "numpy_loops": [*loops]}


@functools.cache
def package_versions() -> Mapping[str, str]:
    """Versions of Python and of the packages that results depend on."""
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions
