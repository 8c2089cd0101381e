"""A study while it grows: what is kept and how much memory it takes, read from outside.

A run writes down first what it will run (``plan.json``): label and key of every point. Whoever
watches finds the replications in the store by these keys, as they arrive.
"""

import contextlib
import json
import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError
from sim.execute.store import Store, Stored
from sim.execute.task import key_of
from sim.files import write_text
from sim.files.brought import json_of
from sim.results.tables import LAWS
from sim.scenario.point import Label, Point

if TYPE_CHECKING:
    import pandas as pd

PLAN_FILE = "plan.json"
PLAN_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run will come to.

    Attributes
    ----------
    folder : pathlib.Path
        Folder of the run; its store is in it.
    code : str
        Digest of the code whose results count.
    replications : int
        Of each point.
    keys : tuple of (Label, str)
        Every point's label, and what the store calls it.
    """

    folder: Path
    code: str
    replications: int
    keys: tuple[tuple[Label, str], ...]

    def arrived(self) -> list[tuple[Label, int, Stored]]:
        """Replications that are there now: label, number and where they are kept."""
        store = Store(self.folder / "store", self.code)
        store.refresh()
        return [
            (label, number, stored)
            for label, key in self.keys
            for number, stored in sorted(store.places(key).items())
            if number < self.replications
        ]


def write_plan(folder: Path, code: str, points: Iterable[Point], replications: int) -> None:
    """Write down what a run will come to, whole or not at all.

    Parameters
    ----------
    folder : pathlib.Path
        Of the run.
    code : str
        Digest of the code.
    points : iterable of Point
    replications : int
        Of each point.
    """
    content: dict[str, Any] = {
        "schema": PLAN_SCHEMA,
        "code": code,
        "replications": replications,
        "points": [{**point.label._asdict(), "key": key_of(point)} for point in points],
    }
    write_text(folder / PLAN_FILE, json.dumps(content, indent=1))


def read_plan(folder: Path) -> Planned:
    """Read what the run of a folder will come to.

    Raises
    ------
    InputError
        If no run was begun there, or the file is damaged.
    """
    path = folder / PLAN_FILE
    try:
        content = json_of(path)
        if content["schema"] != PLAN_SCHEMA:
            raise InputError("written by another version of this program")
        keys = tuple(
            (Label(str(row["scenario"]), str(row["adversary"]), int(row["world"])), _name(row))
            for row in content["points"]
        )
        return Planned(folder, str(content["code"]), int(content["replications"]), keys)
    except (OSError, ValueError, TypeError, KeyError) as error:
        if not path.exists():
            raise InputError(f"{folder}: no run was begun here (no {PLAN_FILE})") from None
        raise InputError(f"{path}: damaged ({error})") from None


def _name(row: dict[str, Any]) -> str:
    """Key of a point: digits, letters and dashes."""
    key = str(row["key"])
    if not key.replace("-", "").isalnum():
        raise ValueError(f"key {key!r}")
    return key


def summary_of(stored: Stored, label: Label, replication: int) -> "pd.DataFrame":
    """Read the summary of one replication that has arrived, named as in a results folder.

    Raises
    ------
    DamagedError
        If it is not what was written.
    InputError
        If it broke a law that always holds, and so is no result.
    """
    tables = stored.load(("summary", LAWS))
    for law in tables[LAWS].to_pylist():
        if not law["held"]:
            raise InputError(
                f"law broken: {law['law']} in {label}, replication {replication} "
                f"({law['detail']}): this is not a result"
            )
    frame: pd.DataFrame = tables["summary"].to_pandas()
    return frame.assign(**{**label._asdict(), "replication": replication})


GROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
"""Where Linux says how much memory a container may use."""
MEMORY = Path("/proc/meminfo")


def free_memory_mib() -> float:
    """Memory that this program may still take, in MiB; infinite where the system does not say."""
    with contextlib.suppress(OSError, ValueError):
        lines = dict(line.split(":", 1) for line in MEMORY.read_text().splitlines())
        available = int(lines["MemAvailable"].split()[0]) / 1024.0
        with contextlib.suppress(OSError, ValueError):  # no container, or one without a limit
            used = int(GROUP_LIMIT.with_name("memory.current").read_text())
            available = min(available, (int(GROUP_LIMIT.read_text()) - used) / 2**20)
        return available
    return math.inf


def memory_mib(group: int) -> float:
    """Memory of a group of processes, in MiB, without what they share; 0 where nothing says it."""
    pages = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int(path.read_text("utf-8", "replace").rpartition(")")[2].split()[2]) == group:
                own = path.with_name("statm").read_text().split()
                pages += int(own[1]) - int(own[2])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20 if pages else 0.0
