"""How a results folder is written: tables, manifest and certificate, all at once or not at all."""

import contextlib
import csv
import hashlib
import json
import math
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.files import UNFINISHED, flush, write_text
from sim.files.brought import json_of
from sim.results.schema import DESIGN, SCHEMA, TABLES, Result
from sim.results.tables import (
    INDEX_FILE,
    LAWS,
    Replication,
    Tables,
    open_writer,
    schema,
    schema_of,
    to_tables,
    write_tables,
)
from sim.scenario.point import Label

DESIGN_FILE = "design.parquet"
CSV_FILE = "summary.csv"
OF_ANALYSIS = ("differences.csv", "study.xlsx")
"""What the analysis adds to a folder; what it said of other results must not stay."""
CSV_MOST_ROWS = 2_000_000
"""Rows of the summary, some 160 MB of text, above which it is not written as CSV too."""
CSV_ROWS = 5_000
"""Rows that are turned into text at once, which takes many times their memory."""


def write_study(
    folder: Path | str,
    results: Iterable[tuple[Label, int, Result] | Replication],
    manifest: dict[str, Any],
    design: Mapping[str, npt.NDArray[Any]] | None = None,
    keep: Callable[[Path], object] | None = None,
) -> None:
    """Write a results folder; an older one there stays whole until the new one is.

    Parameters
    ----------
    folder : Path
        Made if it is not there. A summary of more than `CSV_MOST_ROWS` is in Parquet alone.
    results : iterable of (Label, int, Result) or Replication
        In the order the rows shall have. No more than a group of rows is in memory at a time.
    manifest : dict
        How the study was made; ``schema`` and ``rows`` are added.
    design : mapping of array, optional
        The columns of DESIGN: which values the numbered points of a design stand for.
    keep : callable, optional
        Takes the folder of the tables and their index, before it has its name.
    """
    folder = Path(folder)
    within = folder if folder.exists() else folder.parent
    staging = within / f"{UNFINISHED}{uuid.uuid4().hex[:12]}"
    staging.mkdir(parents=True)
    laws: dict[str, dict[str, Any]] = {}
    try:
        rows = write_tables(staging, _with_laws(results, laws))
        replications, _ = rows.pop("index"), rows.pop(LAWS)
        for name in TABLES:
            if not rows[name]:
                open_writer(staging / f"{name}.parquet", schema(name)).close()
        if keep is not None:
            keep(staging)
        for name in (INDEX_FILE, f"{LAWS}.parquet"):
            (staging / name).unlink(missing_ok=True)
        if rows["summary"] <= CSV_MOST_ROWS:
            _write_csv(staging)
        held = bool(laws) and all(law["held"] for law in laws.values())
        certificate = {"held": held, "replications": replications, "laws": [*laws.values()]}
        _write_json(staging / "certificate.json", certificate)
        if design is not None:
            pq.write_table(pa.table(design, schema_of(DESIGN)), staging / DESIGN_FILE)
        about = {"schema": SCHEMA, "rows": rows, "files": _files(staging)}
        _write_json(staging / "manifest.json", {**manifest, **about})
        _put_in_place(staging, folder)
        flush(within)
        stamp_stale(folder, str(manifest.get("content_hash", "")))
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _put_in_place(staging: Path, folder: Path) -> None:
    """Have the disk keep what was written, and give it its name: the manifest comes last."""
    paths = sorted(staging.iterdir(), key=lambda path: path.name == "manifest.json")
    for path in (*paths, staging):
        flush(path)
    if staging.parent != folder:
        os.replace(staging, folder)
        return
    for name in ("manifest.json", DESIGN_FILE, CSV_FILE, *OF_ANALYSIS):
        (folder / name).unlink(missing_ok=True)
    for path in paths:
        os.replace(path, folder / path.name)
    staging.rmdir()


MADE_FROM = '<meta name="study" content="{}">'
"""In the head of a page that was made of a study: which tables it shows, by their hash."""
_STALE = {
    "en": "The tables of this folder have been replaced since this page was made: its figures are "
    "those of the older ones. Make it again: python -m analysis brief",
    "fr": "Les tableaux de ce dossier ont été remplacés depuis la création de cette page; les "
    "chiffres sont ceux des anciens. Refaites-la avec python -m analysis brief",
}


def stamp_stale(folder: Path, content_hash: str) -> None:
    """Say in the pages of a folder that were made of other tables that they are out of date.

    ``content_hash`` is of the tables that are there now.
    """
    ours, body = MADE_FROM.partition("{}")[0], "<body>"
    for path in folder.glob("*.html"):
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if not path.is_file():  # a pipe would be waited for
                continue
            with path.open(encoding="utf-8") as file:
                head = file.read(4000)
            if ours not in head or MADE_FROM.format(content_hash) in head:
                continue
            language = "fr" if 'lang="fr' in head else "en"
            line = f'<p class="stale" role="alert"><strong>{_STALE[language]}</strong></p>'
            text = path.read_text(encoding="utf-8")
            if line not in text:
                write_text(path, text.replace(body, f"{body}\n{line}", 1))


def is_written(folder: Path, content_hash: str) -> bool:
    """Whether a folder holds whole and certified results of some content already."""
    try:
        manifest = json_of(folder / "manifest.json")
        certificate = json_of(folder / "certificate.json")
        if manifest["schema"] != SCHEMA or manifest["content_hash"] != content_hash:
            return False
        return bool(certificate["held"]) and all(
            file_facts(folder / name, about["bytes"]) == about
            for name, about in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _files(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.name: file_facts(path, path.stat().st_size) for path in sorted(folder.iterdir())}


def file_facts(path: Path, expected: int) -> dict[str, Any]:
    """Size and SHA-256 of a file; where the size is not what is expected, that is enough."""
    size = path.stat().st_size
    if size != expected:
        return {"bytes": size}
    with path.open("rb") as file:
        return {"bytes": size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _write_csv(folder: Path) -> None:
    """Write the summary as text too; a value that is not a number is left out."""
    with (
        (folder / CSV_FILE).open("w", encoding="utf-8", newline="") as text,
        pq.ParquetFile(folder / "summary.parquet") as file,
    ):
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(file.schema_arrow.names)
        for table in file.iter_batches(CSV_ROWS):
            values = [_or_nothing(column).to_pylist() for column in table.columns]
            lines.writerows(zip(*values, strict=True))


def _or_nothing(column: pa.Array) -> pa.Array:
    is_number = column.type == pa.float64()
    return pc.if_else(pc.is_nan(column), None, column) if is_number else column


def _with_laws(
    results: Iterable[tuple[Label, int, Result] | Replication], laws: dict[str, dict[str, Any]]
) -> Iterator[Replication]:
    """Give replications as tables, and note each law's worst case as they pass."""
    for result in results:
        if not isinstance(result, Replication):
            label, number, content = result
            result = Replication(label, number, to_tables(content))
        _add_laws(laws, result.label, result.number, result.tables)
        yield result


def _add_laws(
    laws: dict[str, dict[str, Any]], label: Label, replication: int, tables: Tables
) -> None:
    """Keep each law's worst case, with where it was seen."""
    for entry in tables[LAWS].to_pylist():
        residual = entry["residual"]
        checked: dict[str, Any] = {
            **entry,
            "held": entry["held"] and math.isfinite(residual),
            **label._asdict(),
            "replication": replication,
            "checked": 1,
            "broken": 0,
        }
        checked["broken"] = int(not checked["held"])
        known = laws.setdefault(checked["law"], checked)
        if known is checked:
            continue
        counts = {key: known[key] + checked[key] for key in ("checked", "broken")}
        worse = (not checked["held"], abs(residual)) > (not known["held"], abs(known["residual"]))
        laws[checked["law"]] = {**(checked if worse else known), **counts}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
