"""Files that the program makes anew, and that a person may have edited since.

What the program wrote is known by its digest: the manifest has that of the summary, ``.made.json``
in the same folder those of the others. Anything else under such a name is somebody's work. It is
kept beside, under another name, before the file is replaced.
"""

import hashlib
import itertools
import json
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.files import replaced, write_text
from sim.files.brought import json_of

LOG = logging.getLogger(__name__)
MADE = ".made.json"
_STAMP = re.compile(rb'(?<=<body>)\n<p class="stale" role="alert"><strong>[^<]*</strong></p>')
"""What a run puts into a page whose tables it replaces: no edit."""


@contextmanager
def made_anew(path: Path) -> Iterator[Path]:
    """As `sim.files.replaced`, for a file; one that was edited since is kept beside it."""
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
