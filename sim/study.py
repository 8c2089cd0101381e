"""A study from settings to a results folder: run what is missing, then write the tables."""

import datetime
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.design.record import Design
from sim.errors import InputError
from sim.execute.growing import write_plan
from sim.execute.local import run_pool, run_serial
from sim.execute.plan import Task, key_of, plan
from sim.execute.provenance import code_digest
from sim.execute.store import DamagedError, Store
from sim.manifest import manifest
from sim.point import Label, Point
from sim.progress import Progress

if TYPE_CHECKING:
    from sim.results import Result

STORE = "store"


@dataclass(frozen=True, slots=True)
class Settings:
    """What one composed configuration asks for.

    Attributes
    ----------
    name : str
        Name of the experiment or scenario.
    folder : pathlib.Path
        Results folder.
    points : tuple of Point
        By scenario (the baseline first, if there are several), smuggler and world.
    replications : int
    execution : str
        pool or serial.
    workers : int
        Processes of the pool.
    configuration : dict
        The composed configuration, resolved.
    design : Design, optional
        How the points were chosen, where they are numbered.
    """

    name: str
    folder: Path
    points: tuple[Point, ...]
    replications: int
    execution: str
    workers: int
    configuration: dict[str, Any]
    design: Design | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A law that did not hold in a replication."""

    law: str
    label: Label
    replication: int
    detail: str

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"law broken: {self.law} in {self.label}, replication {self.replication}"
            f" ({self.detail}): this is not a result"
        )


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds something else than results."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"study.dir = {folder} is a file, not a folder")
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if names and STORE not in names and "manifest.json" not in names:
        raise InputError(f"study.dir = {folder} holds other files and no results; name another")


def conduct(asked: Sequence[Settings], base: Path, progress: Progress) -> list[Broken]:
    """Run what the store lacks, and write each results folder.

    Parameters
    ----------
    asked : sequence of Settings
        One, or those of a sweep; they share the store and the pool.
    base : pathlib.Path
        Folder that holds the store.
    progress : Progress

    Returns
    -------
    list of Broken
        Laws that did not hold.
    """
    check_folder(base)
    store = Store(base / STORE, code_digest())
    with store.locked():
        store.discard_unfinished()
        began = datetime.datetime.now(datetime.UTC)
        with progress.watched(base, asked[0].name, asked[0].execution):
            points = [point for settings in asked for point in settings.points]
            most = max(settings.replications for settings in asked)
            write_plan(base, store.code, points, most)
            run_missing(asked, store, progress)
            progress.writing()
            broken: list[Broken] = []
            for settings in asked:
                broken += write(settings, store, began)
    return broken


def run_missing(asked: Sequence[Settings], store: Store, progress: Progress) -> None:
    """Run the replications that are not in the store."""
    wanted: dict[tuple[str, int], Task] = {}
    for settings in asked:
        for task in plan(settings.points, settings.replications):
            wanted.setdefault((task.key, task.replication), task)
    tasks, complaints = store.missing(tuple(wanted.values()))
    for complaint in complaints:
        progress.say(complaint)
    if tasks and sys.stderr.isatty() and not _ready(tasks):
        progress.say("compiling the engine: once on this machine, about half a minute")
    progress.begin(len(wanted), len(wanted) - len(tasks))

    def advance() -> None:
        progress.advance(1, "")

    if asked[0].execution == "serial" or (asked[0].workers == 1 and len(tasks) == 1):
        run_serial(tasks, store, advance)
    else:
        run_pool(tasks, store, advance, asked[0].workers)


def _ready(tasks: Sequence[Task]) -> bool:
    """Whether the engines that the tasks need are compiled."""
    from sim.compilation import is_compiled

    return is_compiled() or all(task.point.engine != "compiled" for task in tasks)


def write(settings: Settings, store: Store, began: datetime.datetime) -> list[Broken]:
    """Write a results folder from the store, and list the laws that did not hold."""
    from sim.results import write_study

    broken: list[Broken] = []

    def results() -> Iterator[tuple[Label, int, "Result"]]:
        for point in settings.points:
            for replication in range(settings.replications):
                task = Task(point, replication, key_of(point))
                try:
                    result = store.load(task)
                except DamagedError as error:
                    raise InputError(
                        f"{store.path(task)}: damaged ({error}); start again"
                    ) from None
                broken.extend(
                    Broken(str(law["law"]), point.label, replication, str(law["detail"]))
                    for law in result.certificate
                    if not law["held"]
                )
                yield point.label, replication, result

    write_study(
        settings.folder,
        results(),
        manifest(settings, began),
        settings.design.table() if settings.design else None,
    )
    return broken
