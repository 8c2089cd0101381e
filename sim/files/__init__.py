"""Files and folders that are there whole or not at all, whenever the program or machine stops."""

import hashlib
import itertools
import json
import logging
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sim.errors import InputError

LOG = logging.getLogger(__name__)
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


MADE = ".made.json"
"""Digests of what the program makes anew and a person may have edited, beside what they are of.

That of the summary is in the manifest. Anything else under such a name is somebody's work.
"""
_STAMP = re.compile(rb'(?<=<body>)\n<p class="stale" role="alert"><strong>[^<]*</strong></p>')
"""What a run puts into a page whose tables it replaces: no edit."""


@contextmanager
def made_anew(path: Path) -> Iterator[Path]:
    """As `replaced`, for a file; one that was edited since is kept beside it."""
    with replaced(path) as scratch:
        yield scratch
        keep_edited(path)
    note_made(path)


def keep_edited(path: Path) -> None:
    """Give a file another name unless it is as the program wrote it, and say so in a line.

    Parameters
    ----------
    path : pathlib.Path
        ``differences.csv`` becomes ``differences.edited.csv``, the next one
        ``differences.edited-2.csv``.
    """
    if not path.is_file() or _digest_of(path) in _as_written(path):
        return
    for number in itertools.count(1):
        more = f"-{number}" if number > 1 else ""
        aside = path.with_name(f"{path.stem}.edited{more}{path.suffix}")
        if not os.path.lexists(aside):
            break
    os.replace(path, aside)
    LOG.warning("%s is not as this program wrote it, so it is kept as %s", path, aside.name)


def note_made(path: Path) -> None:
    """Note that a file is as the program wrote it."""
    noted = path.with_name(MADE)
    known = _object_in(noted)
    known[path.name] = _digest_of(path)
    write_text(noted, json.dumps(known, indent=1, sort_keys=True))


def _as_written(path: Path) -> set[Any]:
    noted = _object_in(path.with_name(MADE)).get(path.name)
    files = _object_in(path.with_name("manifest.json")).get("files")
    about = files.get(path.name) if isinstance(files, dict) else None
    digests = (noted, about.get("sha256") if isinstance(about, dict) else None)
    return {digest for digest in digests if isinstance(digest, str)}


def _object_in(path: Path) -> dict[str, Any]:
    from sim.files.brought import json_of

    with suppress(InputError, OSError, ValueError):
        content = json_of(path)
        if isinstance(content, dict):
            return content
    return {}


def _digest_of(path: Path) -> str:
    if path.suffix == ".html":
        return hashlib.sha256(_STAMP.sub(b"", path.read_bytes())).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
