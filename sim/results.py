"""The tables of results: what each column and metric means, and how a study is kept on disk.

A results folder holds four tables, a manifest and a certificate. Files are made in a folder beside
them and renamed at the end, the manifest last: a folder with a manifest is whole.
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
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import InputError

SCHEMA = 1
"""Version of the tables; raised when a column changes its name or its meaning."""

PORT_GROUPS = ("all", "one_officer", "larger", "busiest10")
CLASSES = ("all", "car", "nexus", "truck", "fast", "bus", "train")

WAIT_BIN_EDGES_MIN = (
    0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 180, 240, 360,
    math.inf,
)  # fmt: skip
"""Bin 0 counts waits of zero; bin 1 those in (0, 1) min, bin k those in [edge k-1, edge k)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name, dtype : str
        Name, and one of str, int64, float64, bool.
    unit : str
        Unit, or "" where there is none.
    about : str
        What it is, in one line.
    """

    name: str
    dtype: str
    unit: str
    about: str


def _text(name: str, about: str) -> Column:
    return Column(name, "str", "", about)


def _count(name: str, unit: str, about: str) -> Column:
    return Column(name, "int64", unit, about)


def _real(name: str, unit: str, about: str) -> Column:
    return Column(name, "float64", unit, about)


_SCENARIO = _text("scenario", "Name of the scenario; write_study fills it in")
_REPLICATION = _count("replication", "", "Number of the replication, from 0; filled in if missing")
_PORT = _text("port_id", "Port of entry, key of the port table; empty away from the ports")
_LANE = _text("lane", "car, nexus, truck, fast, bus or train")
_HOUR = (
    _count("weekday", "", "Monday is 0"),
    _count("hour", "h", "Hour of the day, local time of the port, 0 to 23"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "summary": (
        _SCENARIO,
        _text("adversary", "How smugglers choose their route"),
        _count("world", "", "Number of the draw of uncertain parameters; 0 is their central value"),
        _REPLICATION,
        _text("metric", "A key of METRICS"),
        _text("unit", "Unit of the value"),
        _text("port_group", "One of PORT_GROUPS"),
        _text("class", "One of CLASSES"),
        _real("value", "", "Value over the whole run"),
    ),
    "port_hours": (
        _SCENARIO, _REPLICATION, _PORT, _LANE, *_HOUR,
        _count("arrivals", "vehicles", "Joined the line in this hour of the week"),
        _count("released", "vehicles", "Of these, left primary"),
        _real("wait_s", "s", "Sum of their waits in line"),
        *(
            _count(f"wait_bin_{k:02d}", "vehicles", "No wait at all" if k == 0 else
                   f"Wait from {WAIT_BIN_EDGES_MIN[k - 1]} up to {WAIT_BIN_EDGES_MIN[k]} min")
            for k in range(len(WAIT_BIN_EDGES_MIN))
        ),
        *(
            _count(f"referred_{reason}", "vehicles", f"Referred to secondary: {words}")
            for reason, words in (
                ("lookout", "a lookout was hit"), ("paperwork", "permits, immigration, papers"),
                ("duty", "duty to pay"), ("random", "drawn at random"),
                ("selective", "an officer's suspicion"),
            )
        ),
        _count("duty_waived", "vehicles", "Duty collections waived for the queue"),
        _count("examinations", "examinations", "Discretionary examinations done"),
        _count("examinations_released", "examinations", "Ordered, released undone at the limit"),
        _real("primary_s", "officer-seconds", "Officer time at primary"),
        _real("clearance_s", "officer-seconds", "Officer time on duty and paperwork"),
        _real("examination_s", "officer-seconds", "Officer time on examinations"),
    ),
    "officer_hours": (
        _SCENARIO, _REPLICATION, _PORT, *_HOUR,
        _real("shift_s", "officer-seconds", "Officers on shift"),
        _real("overtime_s", "officer-seconds", "Work finished after the end of a shift"),
        _real("primary_s", "officer-seconds", "At primary"),
        _real("clearance_s", "officer-seconds", "On duty and paperwork"),
        _real("examination_s", "officer-seconds", "On examinations"),
        _real("ready_s", "officer-seconds", "At their post without a vehicle"),
    ),
    "attempts": (
        _SCENARIO, _REPLICATION,
        _text("attempt_id", "The same opportunity has the same number in every scenario"),
        _text("kind", "trafficking or traveller"),
        _text("organisation", "Trafficking organisation; empty for a traveller"),
        _text("market", "Canadian region of sale"),
        _text("source", "State of purchase"),
        _text("route", "port, between_ports or not_made"),
        _PORT, _LANE,
        _real("time_s", "s", "Moment of the attempt since the start of the run"),
        _count("load", "firearms", "Firearms carried"),
        Column("deep", "bool", "", "Hidden deep in the vehicle"),
        _real("perceived_loss", "share", "Chance of loss as the smuggler saw it"),
        _real("true_detection_share", "share", "Chance of detection that the model gave it"),
        _text("reason", "Why it was referred; empty if it was not"),
        _real("examination_min", "min", "Officer time of its examination"),
        _text("fate", "deterred, passed, seized, in_transit or intercepted_between_ports"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of the summary table.

    Attributes
    ----------
    unit : str
        Unit of the value.
    title : str
        A noun phrase, which reads on after "more" or "longer".
    better : str
        "more" or "less" where the direction is a matter of agreement, else "".
    model_only : bool
        Whether no agency could know it: only the model counts what nobody found.
    """

    unit: str
    title: str
    better: Literal["more", "less", ""] = ""
    model_only: bool = False


METRICS: dict[str, Metric] = {
    "arrivals": Metric("vehicles", "vehicles arriving"),
    "released": Metric("vehicles", "vehicles leaving primary"),
    "mean_wait_min": Metric("min", "mean wait", "less"),
    "wait_p95_min": Metric("min", "95th percentile of waits", "less"),
    "within_standard_share": Metric("share", "share within the wait standard", "more"),
    "delay_vehicle_h": Metric("vehicle-hours", "hours of delay", "less"),
    "referred_share": Metric("share", "share referred to secondary"),
    "examinations": Metric("examinations", "examinations done"),
    "examinations_ordered": Metric("examinations", "examinations ordered"),
    "examinations_released": Metric("examinations", "examinations ordered and not done", "less"),
    "officer_shift_h": Metric("officer-hours", "officer time on shift"),
    "officer_overtime_h": Metric("officer-hours", "officer overtime", "less"),
    "officer_primary_h": Metric("officer-hours", "officer time at primary"),
    "officer_clearance_h": Metric("officer-hours", "officer time on duty and paperwork"),
    "officer_examination_h": Metric("officer-hours", "officer time on examinations"),
    "officer_ready_h": Metric("officer-hours", "officer time without a vehicle"),
    "firearms_planned": Metric("firearms", "firearms planned by traffickers", "less", True),
    "firearms_deterred": Metric("firearms", "firearms deterred", "more", True),
    "firearms_passed": Metric("firearms", "trafficked firearms getting through", "less", True),
    "firearms_seized_ports": Metric(
        "firearms", "trafficked firearms seized at ports", "more", True
    ),
    "firearms_intercepted_between_ports": Metric(
        "firearms", "trafficked firearms intercepted between ports", "more", True
    ),
    "traveller_firearms_seized": Metric("firearms", "travellers' firearms seized", "", True),
    "firearms_seized_highway": Metric("firearms", "firearms seized at ports, all kinds", "more"),
    "seizures_highway": Metric("seizures", "seizures at ports, all kinds", "more"),
    "true_interdicted_share": Metric("share", "share of trafficked firearms stopped", "more", True),
    "true_detection_share": Metric("share", "chance of detection by firearm", "more", True),
    "expected_firearms_seized_ports": Metric(
        "firearms", "expected trafficked firearms seized at ports", "more", True
    ),
    "duty_collected_cad": Metric("CAD", "duty and tax collected"),
    "collections": Metric("collections", "duty collections"),
    "trips_lost": Metric("vehicles", "trips lost", "less"),
    "trips_diverted": Metric("vehicles", "trips diverted to another port", "less"),
    "withdrawals": Metric("events", "withdrawals of officers", "less"),
    "withdrawal_closed_h": Metric("h", "port closure after withdrawals", "less"),
    "dangerous_subjects_met": Metric("events", "dangerous subjects met by police", "more"),
    "port_runners_met": Metric("vehicles", "port runners met by police", "more"),
    "delay_value_cad": Metric("CAD", "value of delay", "less"),
    "programme_cost_cad": Metric("CAD", "programme cost", "less"),
}


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
