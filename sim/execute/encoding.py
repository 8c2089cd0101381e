"""A replication as bytes: its tables as Arrow batches, compressed, and its certificate.

A result is the same whatever its point is called, so the keys of a row (`sim.results.schema.KEYS`)
are left out; `sim.results.writing` fills them in. The bytes are the same on every machine.
"""

import functools
import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sim.results.schema import KEYS, TABLES
from sim.results.writing import schema_of

if TYPE_CHECKING:
    from sim.results.reading import Result

DETAIL = ("port_hours", "officer_hours", "attempts")
"""Tables that a large study does without."""

_SECTIONS = (*TABLES, "certificate")
_HEAD = struct.Struct(f"<{2 * len(_SECTIONS)}Q")
_CODEC = pa.Codec("zstd", compression_level=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """A result as it was kept: tables without keys, those left out empty.

    Attributes
    ----------
    summary, port_hours, officer_hours, attempts : pyarrow.RecordBatch
    certificate : list of dict
    """

    summary: pa.RecordBatch
    port_hours: pa.RecordBatch
    officer_hours: pa.RecordBatch
    attempts: pa.RecordBatch
    certificate: list[dict[str, Any]]


@functools.cache
def schemas() -> dict[str, pa.Schema]:
    """Schema of each table without its keys."""
    keys = {key.name for key in KEYS}
    return {
        name: schema_of(column for column in columns if column.name not in keys)
        for name, columns in TABLES.items()
    }


def encode(result: "Result", *, detailed: bool) -> bytes:
    """Put a result into bytes.

    Parameters
    ----------
    result : Result
    detailed : bool
        Whether to keep the tables of DETAIL.
    """
    sections: list[bytes] = []
    for name, schema in schemas().items():
        left_out = name in DETAIL and not detailed
        sections.append(b"" if left_out else _batch(name, result, schema).serialize().to_pybytes())
    laws = json.dumps(result.certificate, sort_keys=True, default=_plain)
    sections.append(laws.encode())
    packed = [_CODEC.compress(one, asbytes=True) if one else b"" for one in sections]
    lengths = [length for pair in zip(map(len, packed), map(len, sections)) for length in pair]  # noqa: B905
    return b"".join([_HEAD.pack(*lengths), *packed])


def decode(content: bytes) -> Kept:
    """Read a result back from its bytes."""
    lengths = _HEAD.unpack_from(content)
    at = _HEAD.size
    read: dict[str, Any] = {}
    for i, name in enumerate(_SECTIONS):
        length, whole = lengths[2 * i : 2 * i + 2]
        section = _CODEC.decompress(content[at : at + length], whole) if length else b""
        at += length
        if name == "certificate":
            read[name] = json.loads(bytes(section))
        elif length:
            read[name] = pa.ipc.read_record_batch(pa.py_buffer(section), schemas()[name])
        else:
            read[name] = _no_rows(name)
    return Kept(**read)


@functools.cache
def _no_rows(name: str) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schemas()[name])


def _batch(name: str, result: "Result", schema: pa.Schema) -> pa.RecordBatch:
    """Take exactly the declared columns of a frame, without pandas' long way round."""
    frame = getattr(result, name)
    odd = (set(schema.names) ^ set(frame.columns)) - {key.name for key in KEYS}
    if odd:
        raise ValueError(f"{name}: columns missing or not declared: {sorted(odd)}")
    columns = [pa.array(frame[field.name].array, field.type) for field in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _plain(value: object) -> object:
    """Numbers of NumPy as those of Python."""
    return value.item() if hasattr(value, "item") else str(value)
