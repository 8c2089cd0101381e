"""Old live runs: the newest that have ended are kept, the others go when the server starts."""

import shutil
import time
from pathlib import Path

from sim.errors import InputError
from sim.status import read_status

ASKED = ".asked"
"""Folder of what runs were asked, and of days at a port."""

KEPT = 20
"""Live runs that are kept after they have ended."""

SILENT_S = 3600.0
"""How long a folder that does not say how far it has come must have lain untouched."""

UNDER_WAY = ("running", "writing")


def clean(folder: Path, kept: int = KEPT) -> list[str]:
    """Remove live runs that have ended, but for the newest; one that runs is never touched.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the live runs (`analysis.dashboard.live.Live`).
    kept : int

    Returns
    -------
    list of str
        Names of the runs that were removed.
    """
    runs: dict[str, list[Path]] = {}
    for place in (folder, folder / ASKED):
        for path in place.iterdir() if place.is_dir() else ():
            if path.name.isalnum() and path.is_dir() and not path.is_symlink():
                runs.setdefault(path.name, []).append(path)
    ended = [paths for paths in runs.values() if _has_ended(folder / paths[0].name, paths)]
    ended.sort(key=_written)
    old = ended[: max(0, len(ended) - kept)]
    for path in (path for paths in old for path in paths):
        shutil.rmtree(path, ignore_errors=True)
    return [paths[0].name for paths in old]


def _has_ended(run: Path, folders: list[Path]) -> bool:
    try:
        return read_status(run).state not in UNDER_WAY
    except InputError:
        return time.time() - _written(folders) > SILENT_S


def _written(folders: list[Path]) -> float:
    """When something was last written of a run."""
    return max(file.stat().st_mtime for one in folders for file in (one, *one.iterdir()))
