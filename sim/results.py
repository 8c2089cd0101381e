"""What a run came to, and how a study is kept on disk.

A results folder holds four tables (`sim.tables`), a manifest and a certificate. Files are made in a
folder beside them and renamed at the end, the manifest last: a folder with a manifest is whole.
"""

import json
import math
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import InputError
from sim.metrics import CLASSES, METRICS, PORT_GROUPS, Metric
from sim.tables import SCHEMA, TABLES, WAIT_BIN_EDGES_MIN, Column

__all__ = [
    "CLASSES",
    "METRICS",
    "PORT_GROUPS",
    "SCHEMA",
    "TABLES",
    "WAIT_BIN_EDGES_MIN",
    "Column",
    "Metric",
    "Result",
    "Study",
    "read_study",
    "write_study",
]


@dataclass(frozen=True)
class Result:
    """What one replication of one scenario came to.

    Attributes
    ----------
    summary, port_hours, officer_hours, attempts : pandas.DataFrame
        The columns of TABLES; ``scenario`` and ``replication`` may be left out, since a result
        is the same under whichever name it was run.
    certificate : list of dict
        One for each law that always holds: law, held, residual, tolerance, detail.
    """

    summary: pd.DataFrame
    port_hours: pd.DataFrame
    officer_hours: pd.DataFrame
    attempts: pd.DataFrame
    certificate: list[dict[str, Any]]


@dataclass(frozen=True)
class Study:
    """A results folder, read. Tables other than the summary are read when asked for.

    Attributes
    ----------
    folder : Path
    manifest : dict
        How the study was made. Of its keys the analysis knows ``days`` (length of the run),
        ``start``, ``year``, ``seed``, ``engine``, ``code_version``, ``configuration_hash``,
        ``scenarios`` (name to title) and ``points`` (of which ``name`` and ``bound``); all but
        ``schema`` may be missing.
    certificate : dict
        ``held``, ``replications`` and ``laws``: for each law its worst case.
    summary : pandas.DataFrame
    """

    folder: Path
    manifest: dict[str, Any]
    certificate: dict[str, Any]
    summary: pd.DataFrame

    def table(
        self, name: str, columns: Iterable[str] | None = None, scenario: str | None = None
    ) -> pd.DataFrame:
        """Read a table, or some columns of it, or one scenario's rows."""
        path = self.folder / f"{name}.parquet"
        only = None if scenario is None else [("scenario", "==", scenario)]
        wanted = None if columns is None else list(columns)
        return _read_table(path, wanted, only).to_pandas()

    @cached_property
    def port_hours(self) -> pd.DataFrame:
        """Traffic, waits and referrals by port, lane and hour of the week."""
        return self.table("port_hours")

    @cached_property
    def officer_hours(self) -> pd.DataFrame:
        """Officer time by port and hour of the week."""
        return self.table("officer_hours")

    @cached_property
    def attempts(self) -> pd.DataFrame:
        """Every attempt with a firearm."""
        return self.table("attempts")

    @property
    def days(self) -> float | None:
        """Length of the run, or None where the manifest does not say."""
        days = self.manifest.get("days")
        return None if days is None else float(days)

    def title(self, scenario: str) -> str:
        """Name of a scenario for people."""
        titles = self.manifest.get("scenarios")
        known = titles.get(scenario) if isinstance(titles, dict) else None
        return known if known and isinstance(known, str) else scenario.replace("_", " ")

    @property
    def bounds(self) -> frozenset[str]:
        """Scenarios that are bounds, not proposals that anyone would carry out."""
        points = self.manifest.get("points")
        known = points if isinstance(points, list) else []
        return frozenset(str(point["name"]) for point in known if point.get("bound"))


def write_study(
    folder: Path | str, results: Iterable[tuple[str, Result]], manifest: dict[str, Any]
) -> None:
    """Write a results folder; an older one there stays whole until the new one is.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    results : iterable of (str, Result)
        Name of the scenario and one replication of it, in the order the rows shall have; results
        that do not say their replication are numbered by scenario, from 0. Only one result is in
        memory at a time.
    manifest : dict
        How the study was made; ``schema`` and ``rows`` are added.
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
        (folder / "manifest.json").unlink(missing_ok=True)
        for path in sorted(staging.iterdir(), key=lambda path: path.name == "manifest.json"):
            _flush(path)
            os.replace(path, folder / path.name)
        _flush(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write_tables(
    staging: Path, results: Iterable[tuple[str, Result]]
) -> tuple[dict[str, int], dict[str, dict[str, Any]]]:
    """Write the four tables; return their numbers of rows and each law's worst case."""
    schemas = {name: _schema(columns) for name, columns in TABLES.items()}
    writers = {
        name: pq.ParquetWriter(
            staging / f"{name}.parquet", schema, compression="zstd", write_page_checksum=True
        )
        for name, schema in schemas.items()
    }
    rows = dict.fromkeys([*TABLES, "replications"], 0)
    laws: dict[str, dict[str, Any]] = {}
    summaries: list[pd.DataFrame] = []
    seen: Counter[str] = Counter()
    try:
        for scenario, result in results:
            number = _number(result, seen[scenario])
            seen[scenario] += 1
            for name, writer in writers.items():
                table = _to_table(name, getattr(result, name), scenario, number)
                writer.write_table(table, row_group_size=max(1, table.num_rows))
                rows[name] += table.num_rows
                if name == "summary":
                    summaries.append(table.to_pandas())
            rows["replications"] += 1
            _add_laws(laws, scenario, number, result)
    finally:
        for writer in writers.values():
            writer.close()
    summary = pd.concat(summaries) if summaries else schemas["summary"].empty_table().to_pandas()
    summary.to_csv(staging / "summary.csv", index=False, lineterminator="\n")
    return rows, laws


def _number(result: Result, default: int) -> int:
    """Number of a result's replication: what its summary says, else the default."""
    if "replication" in result.summary and len(result.summary):
        return int(result.summary["replication"].iloc[0])
    return default


def _add_laws(
    laws: dict[str, dict[str, Any]], scenario: str, replication: int, result: Result
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
            "scenario": scenario,
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


def read_study(folder: Path | str, *, certified: bool = True) -> Study:
    """Read a results folder.

    Parameters
    ----------
    folder : Path
    certified : bool
        Whether to refuse results that broke one of the laws that always hold.

    Raises
    ------
    InputError
        If it is not a results folder, is damaged, is of another version or is not certified.
    """
    folder = Path(folder)
    if not (folder / "manifest.json").is_file():
        raise InputError(f"{folder}: not a results folder (there is no manifest.json in it)")
    manifest = _read_json(folder / "manifest.json")
    if manifest.get("schema") != SCHEMA:
        raise InputError(
            f"{folder}: tables of version {manifest.get('schema')!r}, this program reads {SCHEMA}"
        )
    certificate = _read_json(folder / "certificate.json")
    if certified:
        _check_certificate(folder, certificate)
    rows = manifest.get("rows")
    for name, columns in TABLES.items():
        path = folder / f"{name}.parquet"
        try:
            about = pq.read_metadata(path)
            schema = about.schema.to_arrow_schema()
        except (OSError, pa.ArrowException) as error:
            raise _damaged(path, error) from None
        for column in _schema(columns):
            if column.name not in schema.names:
                raise _damaged(path, f"column {column.name} is missing")
            if schema.field(column.name).type != column.type:
                raise _damaged(path, f"column {column.name} is not of type {column.type}")
        if isinstance(rows, dict) and about.num_rows != rows.get(name):
            raise _damaged(path, f"{about.num_rows} rows, the manifest says {rows.get(name)}")
    summary = _read_table(folder / "summary.parquet").to_pandas()
    return Study(folder, manifest, certificate, summary)


def _check_certificate(folder: Path, certificate: dict[str, Any]) -> None:
    """Refuse what is not a result, and say which law it broke."""
    try:
        broken = [law for law in certificate["laws"] if not law["held"]]
        if certificate["held"] and certificate["laws"] and not broken:
            return
        if not broken:
            raise InputError(f"{folder}: not certified: no law was checked, so this is no result")
        worst = broken[0]
        more = f" and {len(broken) - 1} more" if len(broken) > 1 else ""
        raise InputError(
            f"{folder}: not certified: law {worst['law']!r}{more} broken in "
            f"{worst['broken']} of {worst['checked']} replications (residual "
            f"{worst['residual']:g}, tolerance {worst['tolerance']:g}; {worst['detail']}), "
            "so this is no result"
        )
    except (KeyError, TypeError) as error:
        raise _damaged(folder / "certificate.json", error) from None


def _schema(columns: tuple[Column, ...]) -> pa.Schema:
    types = {"str": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}
    return pa.schema([(column.name, types[column.dtype]) for column in columns])


def _to_table(name: str, frame: pd.DataFrame, scenario: str, replication: int) -> pa.Table:
    """Take exactly the declared columns of a frame, and say which result it is of."""
    schema = _schema(TABLES[name])
    odd = (set(schema.names) ^ set(frame.columns)) - {"scenario", "replication"}
    if odd:
        raise ValueError(f"{name}: columns missing or not declared: {sorted(odd)}")
    named = frame.assign(scenario=scenario, replication=replication)[schema.names]
    return pa.Table.from_pandas(named, schema, preserve_index=False).replace_schema_metadata()


def _read_table(path: Path, columns: list[str] | None = None, filters: Any = None) -> pa.Table:
    try:
        return pq.read_table(
            path, columns=columns, filters=filters, page_checksum_verification=True
        )
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, error) from None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from None
    if not isinstance(content, dict):
        raise _damaged(path, "not an object")
    return content


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


def _damaged(path: Path, why: object) -> InputError:
    first = next(iter(str(why).splitlines()), "") or type(why).__name__
    return InputError(f"{path}: damaged ({first})")
