"""A part of the store: one file with many replications, written at once or not at all.

The first line says what it is, by which code, and the SHA-256 of the index that follows; the index
has for each replication its key, number, place and SHA-256; then come the replications' bytes. What
was damaged is known replication by replication, and a file is opened by reading its index alone.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

MAGIC = "part-2"
SUFFIX = ".part"
WRITING = ".writing-"
_LONGEST_HEAD = 200


class DamagedError(Exception):
    """A part of the store is not what was written."""


class Item(NamedTuple):
    """A replication to be kept.

    Attributes
    ----------
    key : str
        What the store calls the point.
    replication : int
    detailed : bool
        Whether its detail tables are in it.
    content : bytes
    """

    key: str
    replication: int
    detailed: bool
    content: bytes


class Entry(NamedTuple):
    """A replication in a part: what an Item says, and where it is.

    Attributes
    ----------
    offset, length : int
        In bytes; from the beginning of the file.
    digest : str
        SHA-256 of its bytes.
    """

    key: str
    replication: int
    detailed: bool
    offset: int
    length: int
    digest: str


def pack(items: Sequence[Item], code: str) -> bytes:
    """Put replications into the bytes of a part.

    Parameters
    ----------
    items : sequence of Item
    code : str
        Digest of the code that made them.
    """
    listed, at = [], 0
    for item in items:
        digest = hashlib.sha256(item.content).hexdigest()
        listed.append([*item[:3], at, len(item.content), digest])
        at += len(item.content)
    return b"".join([_top(listed, code), *(item.content for item in items)])


def _top(listed: Sequence[Sequence[object]], code: str) -> bytes:
    """Head and index; places in the index count from the end of it."""
    index = json.dumps(listed, separators=(",", ":")).encode() + b"\n"
    return f"{MAGIC} {code} {len(index)} {hashlib.sha256(index).hexdigest()}\n".encode() + index


def keep(folder: Path, content: Iterable[bytes], name: str) -> Path:
    """Write a part under a temporary name, have the disk keep it, and rename it."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=WRITING, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in content:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # other machines may run as someone else
        path = folder / f"{name}{SUFFIX}"
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def keep_packed(folder: Path, packed: bytes) -> Path:
    """Write the bytes of a part; the same bytes go to the same file."""
    return keep(folder, [packed], hashlib.sha256(packed).hexdigest()[:24])


def read_index(path: Path) -> tuple[str, list[Entry], int]:
    """Read which replications a part has.

    Returns
    -------
    str
        Digest of the code that made them.
    list of Entry
    int
        How many others were lost with the end of the file.

    Raises
    ------
    DamagedError
        If it is not a whole part.
    """
    with path.open("rb") as file:
        head = file.readline(_LONGEST_HEAD)
        words = head.decode("ascii", errors="replace").split()
        if len(words) != 4 or words[0] != MAGIC or not words[2].isdigit():
            raise DamagedError("it does not begin like a part of the store")
        index = file.read(int(words[2]))
        if hashlib.sha256(index).hexdigest() != words[3]:
            raise DamagedError("the checksum of its index does not match")
        size = os.fstat(file.fileno()).st_size
    after = len(head) + len(index)
    entries = [
        Entry(key, number, detailed, after + offset, length, digest)
        for key, number, detailed, offset, length, digest in json.loads(index)
    ]
    whole = [entry for entry in entries if entry.offset + entry.length <= size]
    return words[1], whole, len(entries) - len(whole)


def read_entry(path: Path, offset: int, length: int, digest: str) -> bytes:
    """Read one replication's bytes.

    Raises
    ------
    DamagedError
        If they are not what was written.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            content = file.read(length)
    except OSError as error:
        raise DamagedError(str(error.strerror)) from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise DamagedError("the checksum does not match")
    return content


def merge(folder: Path, taken: Sequence[tuple[Path, Entry]], code: str) -> Path:
    """Write replications of other parts into one, copying them one at a time."""
    listed, at = [], 0
    for _, entry in taken:
        listed.append([*entry[:3], at, entry.length, entry.digest])
        at += entry.length
    top = _top(listed, code)
    name = hashlib.sha256(top).hexdigest()[:24]
    pieces = (read_entry(path, entry.offset, entry.length, entry.digest) for path, entry in taken)
    return keep(folder, _chain(top, pieces), name)


def _chain(top: bytes, pieces: Iterable[bytes]) -> Iterable[bytes]:
    yield top
    yield from pieces
