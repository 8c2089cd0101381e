"""The results folders that may be read: those under the roots that were chosen at the start.

A name of a folder comes from an address. It is looked up among the folders that were found, never
joined to a path.
"""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analysis.dashboard.library import FILE, Library
from analysis.headline import MOST_OF_A_YEAR, MOST_OF_THE_BORDER
from analysis.language import gettext
from sim.errors import InputError
from sim.files.brought import json_of
from sim.results.reading import Study, read_study

LIVE = "live"
"""Folder under the first root that holds the live runs."""

DEEPEST = 4
MOST_FOLDERS = 5000
MOST_KEPT = 6
"""Studies that are kept in memory."""

FACTS = ("scenarios", "replications", "days", "year", "start", "ports", "points")

Stamp = tuple[int, int, int]


@dataclass(slots=True)
class Folders:
    """Results folders under some roots, and the studies read from them.

    Attributes
    ----------
    roots : tuple of pathlib.Path
        Resolved. Live runs go to the first.
    first : pathlib.Path, optional
        The results folder to open on; by default the one that is pinned, or the newest study of the
        whole border; damaged ones are passed over.
    """

    roots: tuple[Path, ...]
    first: Path | None = None
    _kept: dict[Path, tuple[Stamp, Study]] = field(default_factory=dict)
    _facts: dict[Path, tuple[Stamp, dict[str, Any]]] = field(default_factory=dict)
    _faults: dict[Path, tuple[Stamp, str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, chosen: list[Path]) -> "Folders":
        """Take what the command line names: results folders, or folders of results folders.

        Raises
        ------
        InputError
            If one is neither.
        """
        roots, first = [], None
        for path in chosen:
            if path.exists() and not path.is_dir():
                raise InputError(f"{path}: is a file, not a folder of results")
            whole = path.resolve()
            if (whole / "manifest.json").is_file():
                first = first or whole
                whole = whole.parent
            elif not path.is_dir() and path != Path("runs"):
                raise InputError(f"{path}: there is no such folder")
            roots.append(whole)
        return cls(tuple(dict.fromkeys(roots)), first)

    def paths(self) -> dict[str, Path]:
        """Results folders by name: their path from the root, which several roots put before it.

        A name that is no text (not in UTF-8) can be in no address: that folder is left out.
        """
        names: dict[str, Path] = {}
        called = [root.name for root in self.roots]
        for root in self.roots:
            own = root.name if called.count(root.name) == 1 else str(root)
            prefix = f"{own}:" if len(self.roots) > 1 else ""
            for path in _walk(root):
                name = prefix + path.relative_to(root).as_posix()
                if not any("\ud800" <= one < "\ue000" for one in name):
                    names[name] = path
        return names

    def finished(self) -> dict[str, Path]:
        """Those with a manifest, the last written first."""
        whole = {n: p for n, p in self.paths().items() if (p / "manifest.json").is_file()}
        return dict(sorted(whole.items(), key=lambda item: -_stamp(item[1])[0]))

    def opening(self) -> str:
        """Name of the study to open on; "" if there is none."""
        name, _ = self.opened()
        return name

    def opened(self) -> tuple[str, str]:
        """Name of the study to open on, and what is wrong with the one it stands in for."""
        folders = self.finished()
        if self.first is not None:
            return next((name for name, path in folders.items() if path == self.first), ""), ""
        pinned = [self.library.pinned] if self.library.pinned in folders else []
        ordinary = [name for name in folders if not is_live(name)]
        whole = [name for name in ordinary if _is_of_the_border(self.facts(folders[name]))]
        why = ""
        for name in dict.fromkeys([*pinned, *whole, *ordinary, *folders]):
            fault = self._fault(folders[name])
            if not fault:
                return name, why
            why = why or fault
        return next(iter([*pinned, *whole, *ordinary, *folders]), ""), ""

    def _fault(self, path: Path) -> str:
        """Why a study cannot be shown; "" if it can. Looked at once for each time it is written."""
        stamp = _stamp(path)
        kept = self._faults.get(path)
        if kept is None or kept[0] != stamp:
            try:
                self._read(path)
                kept = (stamp, "")
            except InputError as error:
                kept = (stamp, str(error))
            self._faults[path] = kept
        return kept[1]

    @property
    def library(self) -> Library:
        """What is noted of the folders."""
        return Library(self.live / FILE)

    def pin(self, name: str) -> None:
        """Pin a study ("" for none), which counts from now on, whatever was named at the start."""
        self.library.pin(name)
        self.first = None

    def facts(self, path: Path) -> dict[str, Any]:
        """Manifest of a results folder, read once; empty where there is none or it is damaged."""
        stamp = _stamp(path)
        kept = self._facts.get(path)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        try:
            content = json_of(path / "manifest.json")
        except InputError:
            content = {}
        facts = content if isinstance(content, dict) else {}
        named = {key: facts[key] for key in FACTS if key in facts}
        self._facts[path] = (stamp, named)
        return named

    def path(self, name: str) -> Path:
        """Path of a results folder by its name ("" for the one to open on).

        Raises
        ------
        InputError
            If there is none of that name.
        """
        wanted = name or self.opening()
        folders = self.paths()
        if not wanted:
            raise InputError(gettext("there-is-no-study-yet"))
        if wanted not in folders:
            shown = wanted if len(wanted) <= 60 else wanted[:59] + "…"
            raise InputError(gettext("there-is-no-study-here", name=shown))
        return folders[wanted]

    def study(self, name: str) -> Study:
        """Read a study, or take it from memory if its folder has not changed since.

        Only rows over all ports and classes are kept of the summary: the pages show no others.

        Raises
        ------
        InputError
            If it is not there, damaged, not certified or of another version.
        """
        return self._read(self.path(name))

    def _read(self, path: Path) -> Study:
        stamp = _stamp(path)
        with self._lock:
            kept = self._kept.get(path)
            if kept is not None and kept[0] == stamp:
                return kept[1]
        study = read_study(path)
        study = replace(study, made=study.summary_of().reset_index(drop=True))
        with self._lock:
            while len(self._kept) >= MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[path] = (stamp, study)
        return study

    @property
    def live(self) -> Path:
        """Folder of the live runs."""
        return self.roots[0] / LIVE


def _is_of_the_border(facts: dict[str, Any]) -> bool:
    """Whether a study compares something with the baseline at all ports for about a year."""
    ports, scenarios, days = facts.get("ports"), facts.get("scenarios"), facts.get("days")
    return (
        isinstance(ports, list) and len(ports) >= MOST_OF_THE_BORDER
        and isinstance(scenarios, dict) and len(scenarios) > 1
        and isinstance(days, (int, float)) and days >= MOST_OF_A_YEAR
    )  # fmt: skip


def is_live(name: str) -> bool:
    """Whether a results folder is that of a live run."""
    return name.startswith(f"{LIVE}/") or f":{LIVE}/" in name


def _stamp(path: Path) -> Stamp:
    try:
        facts = (path / "manifest.json").stat()
    except OSError:
        return (0, 0, 0)
    return (facts.st_mtime_ns, facts.st_size, facts.st_ino)


def _walk(root: Path) -> Iterator[Path]:
    """Results folders, finished or not, below a root and not outside it."""
    for seen, (here, folders, files) in enumerate(os.walk(root)):
        depth = len(Path(here).relative_to(root).parts)
        folders[:] = sorted(
            folder for folder in folders if folder != "store" and not folder.startswith(".")
        )
        if depth >= DEEPEST:
            folders.clear()
        if seen > MOST_FOLDERS:
            return
        whole = "manifest.json" in files or (Path(here) / "store").is_dir()
        if depth and whole:
            yield Path(here)
