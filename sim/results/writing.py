"""How a results folder is written: tables, manifest and certificate, all at once or not at all."""

import csv
import functools
import hashlib
import io
import json
import math
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.results.schema import DESIGN, SCHEMA, TABLES, Column
from sim.scenario.point import Label

if TYPE_CHECKING:
    import pandas as pd

    from sim.execute.encoding import Kept
    from sim.results.reading import Result

DESIGN_FILE = "design.parquet"
CSV_FILE = "summary.csv"
CSV_MOST_ROWS = 2_000_000
"""Rows of the summary, some 160 MB of text, above which it is not written as CSV too."""
ROWS_HELD = 100_000
"""Rows of a table that are held in memory before they are written as one group."""
TABLES_HELD = 200
CSV_ROWS = 5_000
"""Rows that are turned into text at once, which takes many times their memory."""

_TYPES = {"str": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """Schema of a table on disk."""
    return pa.schema([(column.name, _TYPES[column.dtype]) for column in columns])


@functools.cache
def _schema(name: str) -> pa.Schema:
    return schema_of(TABLES[name])


def write_study(
    folder: Path | str,
    results: Iterable[tuple[Label, int, "Result | Kept"]],
    manifest: dict[str, Any],
    design: Mapping[str, npt.NDArray[Any]] | None = None,
) -> None:
    """Write a results folder; an older one there stays whole until the new one is.

    Parameters
    ----------
    folder : Path
        Made if it is not there. A summary of more than `CSV_MOST_ROWS` is in Parquet alone.
    results : iterable of (Label, int, Result or Kept)
        What the point is called, the replication's number, and what it came to, in the order the
        rows shall have. No more than a group of rows is in memory at a time.
    manifest : dict
        How the study was made; ``schema`` and ``rows`` are added.
    design : mapping of array, optional
        The columns of DESIGN: which values the numbered points of a design stand for.
    """
    folder = Path(folder)
    within = folder if folder.exists() else folder.parent
    staging = within / f".writing-{uuid.uuid4().hex[:12]}"
    staging.mkdir(parents=True)
    try:
        rows, laws = _write_tables(staging, results)
        held = bool(laws) and all(law["held"] for law in laws.values())
        certificate = {"held": held, "replications": rows.pop("replications")}
        _write_json(staging / "certificate.json", {**certificate, "laws": list(laws.values())})
        if design is not None:
            pq.write_table(pa.table(design, schema_of(DESIGN)), staging / DESIGN_FILE)
        about = {"schema": SCHEMA, "rows": rows, "files": _files(staging)}
        _write_json(staging / "manifest.json", {**manifest, **about})
        _put_in_place(staging, folder)
        _flush(within)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _put_in_place(staging: Path, folder: Path) -> None:
    """Have the disk keep what was written, and give it its name: the manifest comes last."""
    paths = sorted(staging.iterdir(), key=lambda path: path.name == "manifest.json")
    for path in (*paths, staging):
        _flush(path)
    if staging.parent != folder:
        os.replace(staging, folder)
        return
    for name in ("manifest.json", DESIGN_FILE, CSV_FILE):
        (folder / name).unlink(missing_ok=True)
    for path in paths:
        os.replace(path, folder / path.name)
    staging.rmdir()


def is_written(folder: Path, content_hash: str) -> bool:
    """Whether a folder holds whole and certified results of some content already.

    Parameters
    ----------
    folder : pathlib.Path
    content_hash : str
        What the manifest says under this name.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        certificate = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))
        if manifest["schema"] != SCHEMA or manifest["content_hash"] != content_hash:
            return False
        return bool(certificate["held"]) and all(
            _file(folder / name, about["bytes"]) == about
            for name, about in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _files(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.name: _file(path, path.stat().st_size) for path in sorted(folder.iterdir())}


def _file(path: Path, expected: int) -> dict[str, Any]:
    """Size and SHA-256 of a file; where the size is not what is expected, that is enough."""
    size = path.stat().st_size
    if size != expected:
        return {"bytes": size}
    with path.open("rb") as file:
        return {"bytes": size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


class _Groups:
    """Collects rows of one table and writes them in groups, each of one scenario."""

    def __init__(self, name: str, path: Path, text: IO[str] | None, files: ExitStack) -> None:
        self.name, self.path, self.csv, self.files = name, path, text, files
        self.writer: pq.ParquetWriter | None = None
        self.held: list[pa.Table] = []
        self.scenario = ""
        self.rows = self.waiting = self.written = 0

    def add(self, table: pa.Table, scenario: str) -> None:
        if scenario != self.scenario or self.waiting >= ROWS_HELD:
            self.write()
        self.scenario = scenario
        if not table.num_rows:
            return
        self.held.append(table)
        if len(self.held) >= TABLES_HELD:  # a table takes memory beside its rows
            self.held = [pa.concat_tables(self.held).combine_chunks()]
        self.rows += table.num_rows
        self.waiting += table.num_rows

    def write(self) -> None:
        if not self.held:
            return
        table = pa.concat_tables(self.held)
        if self.writer is None:
            self.writer = self.files.enter_context(_writer(self.path, self.name))
        self.writer.write_table(table, row_group_size=table.num_rows)
        self.written += table.num_rows
        if self.csv is not None and self.written <= CSV_MOST_ROWS:
            lines = csv.writer(self.csv, lineterminator="\n")
            for start in range(0, table.num_rows, CSV_ROWS):
                columns = table.slice(start, CSV_ROWS).columns
                values = [_or_nothing(one).to_pylist() for one in columns]
                lines.writerows(zip(*values, strict=True))
        self.held, self.waiting = [], 0


def _writer(file: Path | IO[bytes], name: str) -> pq.ParquetWriter:
    return pq.ParquetWriter(file, _schema(name), compression="zstd", write_page_checksum=True)


@functools.cache
def _no_rows(name: str) -> bytes:
    """File of a table without rows: most folders of a sweep have three of them."""
    file = io.BytesIO()
    _writer(file, name).close()
    return file.getvalue()


def _or_nothing(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Leave a value out of the text that is not a number."""
    is_number = column.type == pa.float64()
    return pc.if_else(pc.is_nan(column), None, column) if is_number else column


@contextmanager
def _open_table(folder: Path, name: str) -> Iterator[_Groups]:
    path = folder / f"{name}.parquet"
    with ExitStack() as stack:
        text = None
        if name == "summary":
            file = (folder / CSV_FILE).open("w", encoding="utf-8", newline="")
            text = stack.enter_context(file)
            text.write(",".join(_schema(name).names) + "\n")
        groups = _Groups(name, path, text, stack)
        yield groups
        groups.write()
        if groups.writer is None:
            path.write_bytes(_no_rows(name))
    if name == "summary" and groups.rows > CSV_MOST_ROWS:
        (folder / CSV_FILE).unlink()


def _write_tables(
    staging: Path, results: Iterable[tuple[Label, int, "Result | Kept"]]
) -> tuple[dict[str, int], dict[str, dict[str, Any]]]:
    """Write the four tables; return their numbers of rows and each law's worst case."""
    replications = 0
    laws: dict[str, dict[str, Any]] = {}
    with ExitStack() as stack:
        tables = {name: stack.enter_context(_open_table(staging, name)) for name in TABLES}
        for label, replication, result in results:
            for name, groups in tables.items():
                table = _to_table(name, getattr(result, name), label, replication)
                groups.add(table, label.scenario)
            replications += 1
            _add_laws(laws, label, replication, result)
    rows = {name: groups.rows for name, groups in tables.items()}
    return {**rows, "replications": replications}, laws


def _to_table(
    name: str, content: "pd.DataFrame | pa.RecordBatch", label: Label, replication: int
) -> pa.Table:
    """Take exactly the declared columns, and say which run they are of."""
    schema = _schema(name)
    keys = {**label._asdict(), "replication": replication}
    if isinstance(content, pa.RecordBatch):
        given, rows = content.schema.names, content.num_rows
    else:
        given, rows = list(content.columns), len(content)
    odd = (set(schema.names) ^ set(given)) - set(keys)
    if odd:
        raise ValueError(f"{name}: columns missing or not declared: {sorted(odd)}")
    columns = []
    for field in schema:
        if field.name in keys:
            columns.append(pa.repeat(pa.scalar(keys[field.name], field.type), rows))
        elif isinstance(content, pa.RecordBatch):
            columns.append(content.column(field.name))
        else:
            columns.append(pa.array(content[field.name].array, field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _add_laws(
    laws: dict[str, dict[str, Any]], label: Label, replication: int, result: "Result | Kept"
) -> None:
    """Keep each law's worst case, with where it was seen."""
    for entry in result.certificate:
        residual = float(entry["residual"])
        found: dict[str, Any] = {
            "law": str(entry["law"]),
            "held": bool(entry["held"]) and math.isfinite(residual),
            "residual": residual,
            "tolerance": float(entry["tolerance"]),
            "detail": str(entry["detail"]),
            **label._asdict(),
            "replication": replication,
            "checked": 1,
            "broken": 0,
        }
        found["broken"] = int(not found["held"])
        known = laws.setdefault(found["law"], found)
        if known is found:
            continue
        counts = {key: known[key] + found[key] for key in ("checked", "broken")}
        worse = (not found["held"], abs(residual)) > (not known["held"], abs(known["residual"]))
        laws[found["law"]] = {**(found if worse else known), **counts}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _flush(path: Path) -> None:
    """Have the disk keep a file or folder before the next step."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
