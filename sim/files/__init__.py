"""Files and folders that are there whole or not at all, whenever the program or machine stops."""

import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import InputError

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


_OF_RESULTS = re.compile(
    r"(manifest|certificate|plan|store|progress.*)\.json|summary\.csv|failures\.log|.*\.parquet"
)


def export(path: Path, text: str) -> None:
    """Write a text where somebody asked for it, whole or not at all.

    A pipe, a terminal or a device is written to, never replaced; through a link, what it names.

    Raises
    ------
    InputError
        If it is a folder, or a file that a results folder consists of.
    OSError
        With the path as it was given.
    """
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a file in it")
    if _OF_RESULTS.fullmatch(path.name) and any(
        (path.parent / name).exists() for name in ("manifest.json", "index.parquet", "store.json")
    ):
        raise InputError(f"{path}: not replaced, since a results folder consists of it")
    try:
        if path.exists() and not path.is_file():
            handle = os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                os.set_blocking(handle, True)
                file.write(text)
            return
        with replaced(path.resolve()) as scratch:
            scratch.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


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
