"""How a results folder is written: tables, manifest and certificate, all at once or not at all."""

import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.point import Label
from sim.tables import DESIGN, KEYS, SCHEMA, TABLES, Column

if TYPE_CHECKING:
    import pandas as pd

    from sim.results import Result

DESIGN_FILE = "design.parquet"
ROWS_HELD = 100_000
"""Rows of a table that are held in memory before they are written as one group."""

_TYPES = {"str": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """Schema of a table on disk."""
    return pa.schema([(column.name, _TYPES[column.dtype]) for column in columns])


def write_study(
    folder: Path | str,
    results: Iterable[tuple[Label, int, "Result"]],
    manifest: dict[str, Any],
    design: "pd.DataFrame | None" = None,
) -> None:
    """Write a results folder; an older one there stays whole until the new one is.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    results : iterable of (Label, int, Result)
        What the point is called, the replication's number, and what it came to, in the order the
        rows shall have. Only one result is in memory at a time.
    manifest : dict
        How the study was made; ``schema`` and ``rows`` are added.
    design : pandas.DataFrame, optional
        The columns of DESIGN: which values the numbered points of a design stand for.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        rows, laws = _write_tables(staging, results)
        held = bool(laws) and all(law["held"] for law in laws.values())
        certificate = {"held": held, "replications": rows.pop("replications")}
        _write_json(staging / "certificate.json", {**certificate, "laws": list(laws.values())})
        _write_json(staging / "manifest.json", {**manifest, "schema": SCHEMA, "rows": rows})
        if design is not None:
            table = pa.Table.from_pandas(design, schema_of(DESIGN), preserve_index=False)
            pq.write_table(table.replace_schema_metadata(), staging / DESIGN_FILE)
        (folder / "manifest.json").unlink(missing_ok=True)
        (folder / DESIGN_FILE).unlink(missing_ok=True)
        for path in sorted(staging.iterdir(), key=lambda path: path.name == "manifest.json"):
            _flush(path)
            os.replace(path, folder / path.name)
        _flush(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


class _Groups:
    """Collects rows of one table and writes them in groups, each of one scenario."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self.writer, self.schema = writer, schema
        self.held: list[pa.Table] = []
        self.scenario = ""
        self.rows = 0

    def add(self, table: pa.Table, scenario: str) -> None:
        if scenario != self.scenario or sum(one.num_rows for one in self.held) >= ROWS_HELD:
            self.write()
        self.scenario = scenario
        self.held.append(table)
        self.rows += table.num_rows

    def write(self) -> None:
        table = pa.concat_tables(self.held) if self.held else self.schema.empty_table()
        if table.num_rows:
            self.writer.write_table(table, row_group_size=table.num_rows)
        self.held = []


@contextmanager
def _open_table(folder: Path, name: str) -> Iterator[_Groups]:
    schema = schema_of(TABLES[name])
    path = folder / f"{name}.parquet"
    with pq.ParquetWriter(path, schema, compression="zstd", write_page_checksum=True) as writer:
        groups = _Groups(writer, schema)
        yield groups
        groups.write()


def _write_tables(
    staging: Path, results: Iterable[tuple[Label, int, "Result"]]
) -> tuple[dict[str, int], dict[str, dict[str, Any]]]:
    """Write the four tables; return their numbers of rows and each law's worst case."""
    replications = 0
    laws: dict[str, dict[str, Any]] = {}
    with ExitStack() as stack:
        tables = {name: stack.enter_context(_open_table(staging, name)) for name in TABLES}
        csv = stack.enter_context((staging / "summary.csv").open("w", encoding="utf-8"))
        csv.write(",".join(column.name for column in TABLES["summary"]) + "\n")
        for label, replication, result in results:
            for name, groups in tables.items():
                frame = getattr(result, name)
                groups.add(_to_table(name, frame, label, replication), label.scenario)
                if name == "summary":
                    keyed = _keyed(name, frame, label, replication)
                    keyed.to_csv(csv, index=False, header=False, lineterminator="\n")
            replications += 1
            _add_laws(laws, label, replication, result)
    rows = {name: groups.rows for name, groups in tables.items()}
    return {**rows, "replications": replications}, laws


def _keyed(name: str, frame: "pd.DataFrame", label: Label, replication: int) -> "pd.DataFrame":
    """Take exactly the declared columns of a frame, and say which run it is of."""
    names = [column.name for column in TABLES[name]]
    keys = {key.name for key in KEYS}
    odd = (set(names) ^ set(frame.columns)) - keys
    if odd:
        raise ValueError(f"{name}: columns missing or not declared: {sorted(odd)}")
    return frame.assign(**label._asdict(), replication=replication)[names]


def _to_table(name: str, frame: "pd.DataFrame", label: Label, replication: int) -> pa.Table:
    keyed = _keyed(name, frame, label, replication)
    schema = schema_of(TABLES[name])
    return pa.Table.from_pandas(keyed, schema, preserve_index=False).replace_schema_metadata()


def _add_laws(
    laws: dict[str, dict[str, Any]], label: Label, replication: int, result: "Result"
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
