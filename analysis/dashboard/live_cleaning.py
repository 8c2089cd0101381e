"""Old live runs: the newest that have ended are kept, the others go when the server starts."""

import shutil
import time
from pathlib import Path

from sim.errors import InputError
from sim.status import read_status

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
    if not folder.is_dir():
        return []
    runs = [path for path in folder.iterdir() if path.name.isalnum() and not path.is_symlink()]
    ended = sorted((path for path in runs if path.is_dir() and _has_ended(path)), key=_written)
    old = ended[: max(0, len(ended) - kept)]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
        shutil.rmtree(folder / ".asked" / path.name, ignore_errors=True)
    return [path.name for path in old]


def _has_ended(path: Path) -> bool:
    try:
        return read_status(path).state not in UNDER_WAY
    except InputError:
        return time.time() - _written(path) > SILENT_S


def _written(path: Path) -> float:
    """When something was last written of a run, or of what it was asked."""
    asked = path.parent / ".asked" / path.name
    folders = [one for one in (path, asked) if one.is_dir()]
    files = [file for one in folders for file in (one, *one.iterdir())]
    return max(file.stat().st_mtime for file in files)
