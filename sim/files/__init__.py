"""Files and folders that are there whole or not at all, whenever the program or machine stops."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".writing-"
"""Names of files and folders that are being written begin so; what a killed run left is removed."""


@contextmanager
def replaced(path: Path, *, lasting: bool = False) -> Iterator[Path]:
    """Give a scratch path beside a path, and rename it to that path at the end.

    Parameters
    ----------
    path : pathlib.Path
        File, or folder that does not exist yet.
    lasting : bool
        Whether it must survive a machine that stops: the disk has it before and after the renaming.

    Yields
    ------
    pathlib.Path
        Where the caller writes a file, or makes a folder of files. An error removes it.
    """
    scratch = path.with_name(f"{UNFINISHED}{uuid.uuid4().hex[:12]}")
    try:
        yield scratch
        if lasting:
            for part in (*scratch.iterdir(), scratch) if scratch.is_dir() else (scratch,):
                flush(part)
        os.replace(scratch, path)
    except BaseException:
        remove(scratch)
        raise
    if lasting:
        flush(path.parent)


def write_text(path: Path, text: str, *, lasting: bool = False) -> None:
    """Write a text file, whole or not at all."""
    with replaced(path, lasting=lasting) as scratch:
        scratch.write_text(text, encoding="utf-8")


def clear_unfinished(folder: Path) -> None:
    """Remove what a killed run left half written in a folder."""
    for path in folder.glob(f"{UNFINISHED}*"):
        remove(path)


def remove(path: Path) -> None:
    """Remove a file or folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Have the disk keep a file or folder before the next step.

    Where the system does not open folders (Windows), it keeps them by itself.
    """
    try:
        handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    except PermissionError:
        if path.is_dir():
            return
        raise
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
