"""What a run came to, and how a study is kept on disk.

A results folder holds four tables (`sim.results.schema`), a manifest and a certificate. Files are
made in a folder beside them and renamed at the end, the manifest last: a folder with a manifest is
whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import InputError
from sim.files.brought import json_of
from sim.results.schema import ADDED, DESIGN, KEYS, SCHEMA, TABLES, at_horizon
from sim.results.tables import check_figures, schema_of
from sim.results.writing import DESIGN_FILE, file_facts

MOST_NAMED = 5
"""Results folders that are named where a folder of them was given."""


@dataclass(frozen=True, repr=False)
class Study:
    """A results folder. Its tables are read when asked for, and no more of them than is asked.

    Attributes
    ----------
    manifest : dict
        How the study was made. Of its keys the analysis knows ``days`` (length of the run),
        ``start``, ``year``, ``seed``, ``engine``, ``code_version``, ``configuration_hash``,
        ``scenarios`` (name to title) and ``points`` (of which ``name`` and ``bound``); all but
        ``schema`` may be missing.
    certificate : dict
        ``held``, ``replications`` and ``laws``: for each law its worst case.
    made : pandas.DataFrame, optional
        A summary that is in memory, to be taken instead of the folder's.
    """

    folder: Path
    manifest: dict[str, Any]
    certificate: dict[str, Any]
    made: pd.DataFrame | None = None

    def __repr__(self) -> str:
        """Say in a line which study it is."""
        return f"<results in {str(self.folder)!r}>"

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Every row of the summary; `summary_of` reads far less."""
        if self.made is not None:
            return self.made
        return _read_table(self.whole("summary.parquet")).to_pandas()

    def whole(self, name: str) -> Path:
        """Path of a file of the folder, which is what was written: its digest is looked at once.

        Raises
        ------
        InputError
            If it was changed or damaged, or is of another study.
        """
        path = self.folder / name
        files = self.manifest.get("files") or {}
        if ("whole", name) in self.derived or not files:
            return path
        if name not in files:
            raise _damaged(path, "the manifest does not describe it: it is of another study")
        try:
            changed = file_facts(path, files[name]["bytes"]) != files[name]
        except OSError as error:
            raise _damaged(path, error) from None
        if changed:
            raise _damaged(
                path,
                "it is not what the manifest describes: changed since, or of another study; the "
                "command that made the study mends it",
            )
        self.derived["whole", name] = True
        return path

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """What was asked for and can have had no effect: scenario, or empty, and a line."""
        return [(scenario, line) for scenario, line in self.manifest.get("warnings") or []]

    def summary_of(self, port_group: str = "all", traffic_class: str = "all") -> pd.DataFrame:
        """Rows of the summary for one group of ports and one class of traffic."""
        key = ("summary", port_group, traffic_class)
        if key not in self.derived:
            self.derived[key] = self._summary_of(port_group, traffic_class)
        rows: pd.DataFrame = self.derived[key]
        return rows

    def _summary_of(self, port_group: str, traffic_class: str) -> pd.DataFrame:
        if self.made is None:
            only = [("port_group", "==", port_group), ("class", "==", traffic_class)]
            path = self.whole("summary.parquet")
            rows = _read_some(path, only)
            if not len(rows) and port_group == traffic_class == "all":
                raise _damaged(path, "it holds no figures of all ports and classes")
            return rows
        chosen = (self.made["port_group"] == port_group) & (self.made["class"] == traffic_class)
        return self.made[chosen]

    @cached_property
    def runs(self) -> pd.DataFrame:
        """Scenario, adversary, world and replication of every run, in the order of the study."""
        rows = self.summary_of()
        keys = ["scenario", "adversary", "world", "replication"]
        return rows[keys].drop_duplicates().reset_index(drop=True)

    @cached_property
    def scenarios(self) -> list[str]:
        """Names of the scenarios, in the order of the study."""
        return [str(name) for name in self.runs["scenario"].unique()]

    @cached_property
    def adversaries(self) -> list[str]:
        """Kinds of smuggler, in the order of the study."""
        return [str(name) for name in self.runs["adversary"].unique()]

    @cached_property
    def worlds(self) -> list[int]:
        """Numbers of the worlds."""
        return [int(world) for world in self.runs["world"].unique()]

    def table(
        self,
        name: str,
        columns: Iterable[str] | None = None,
        scenario: str | None = None,
        adversary: str | None = None,
        world: int | None = None,
    ) -> pd.DataFrame:
        """Read a table, or some columns of it, or the rows of one scenario, adversary or world.

        Parameters
        ----------
        name : str
            A table of TABLES.
        columns : iterable of str, optional
            All by default.
        scenario, adversary : str, optional
        world : int, optional
        """
        path = self.whole(f"{name}.parquet")
        filters = {"scenario": scenario, "adversary": adversary, "world": world}
        only = [(key, "==", value) for key, value in filters.items() if value is not None] or None
        wanted = None if columns is None else list(columns)
        return _read_table(path, wanted, only).to_pandas()

    @cached_property
    def expected(self) -> pd.DataFrame:
        """Expectations by year of the run and kind of smuggler; no rows without a horizon."""
        return self.table("expected")

    def expected_summary(self, metric: str, horizon: str) -> pd.DataFrame:
        """One of EXPECTED_METRICS at a horizon, with the columns of a summary.

        The horizon is year_1, year_2 and so on, or long_run. ``adversary`` is the kind of smuggler
        that the expectation is for, whatever that of the agents was; ``metric`` is the metric with
        its horizon. A kind of smuggler that several points give is in it once.
        """
        rows = self.expected
        rows = rows[(rows["metric"] == metric) & (rows["horizon"] == horizon)]
        rows = rows.assign(adversary=rows["smugglers"], metric=at_horizon(metric, horizon))
        keys = [key.name for key in KEYS]
        rows = rows.assign(port_group="all", **{"class": "all"}).drop_duplicates(keys)
        names = [column.name for column in TABLES["summary"]]
        return rows[names].reset_index(drop=True)

    @cached_property
    def design(self) -> pd.DataFrame:
        """Which values the numbered points of a design stand for; empty where there is none."""
        path = self.folder / DESIGN_FILE
        if not path.is_file():
            return schema_of(DESIGN).empty_table().to_pandas()
        return _read_table(self.whole(DESIGN_FILE)).to_pandas()

    @cached_property
    def derived(self) -> dict[Any, Any]:
        """What the analysis has worked out of these tables already, so that it is done once."""
        return {}

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

    @cached_property
    def files(self) -> dict[str, dict[str, Any]]:
        """Scenario files by name, as the manifest holds them; none in one of an older version."""
        points = self.manifest.get("points")
        known = points if isinstance(points, list) else []
        return {str(point["name"]): dict(point) for point in known if point}

    @property
    def bounds(self) -> frozenset[str]:
        """Scenarios that are bounds, not proposals that anyone would carry out."""
        return frozenset(name for name, file in self.files.items() if file.get("bound"))


def read_study(folder: Path | str, *, certified: bool = True) -> Study:
    """Read a results folder; if ``certified``, refuse one that broke a law that always holds.

    Raises
    ------
    InputError
        If it is not a results folder, is damaged, is of another version or is not certified.
    """
    folder = Path(folder)
    if any("\ud800" <= letter < "\ue000" for letter in str(folder)):
        raise InputError(f"{ascii(str(folder))[1:-1]}: its name is not text in UTF-8: rename it")
    if not (folder / "manifest.json").is_file():
        raise InputError(f"{folder}: not a results folder ({_in_it(folder)})")
    manifest = _read_json(folder / "manifest.json")
    if manifest.get("schema") != SCHEMA:
        by = str(manifest.get("code_version", "an unknown version"))[:100]
        raise InputError(
            f"{folder}: tables of version {str(manifest.get('schema'))[:20]!r}, made by {by}; this "
            f"program reads {SCHEMA}: read them with that version, or run the study again"
        )
    _check_manifest(folder / "manifest.json", manifest)
    certificate = _read_json(folder / "certificate.json")
    if certified:
        _check_certificate(folder, certificate)
    rows = manifest.get("rows")
    for name, columns in TABLES.items():
        path = folder / f"{name}.parquet"
        try:
            if not path.is_file():  # a pipe would be waited for
                raise _damaged(path, "it is not there" if not path.exists() else "no regular file")
            about = pq.read_metadata(path)
            schema = about.schema.to_arrow_schema()
        except (OSError, pa.ArrowException) as error:
            raise _damaged(path, error) from None
        for column in schema_of(columns):
            if column.name not in schema.names:
                if column.name in ADDED:
                    continue
                raise _damaged(path, f"column {column.name} is missing")
            if schema.field(column.name).type != column.type:
                raise _damaged(path, f"column {column.name} is not of type {column.type}")
        if path.name not in manifest["files"]:
            raise _damaged(folder / "manifest.json", f"it does not describe {path.name}")
        if isinstance(rows, dict) and about.num_rows != rows.get(name):
            raise _damaged(path, f"{about.num_rows} rows, the manifest says {rows.get(name)}")
    study = Study(folder, manifest, certificate)
    for name in ("certificate.json", "summary.parquet"):
        study.whole(name)
    for name, known in (manifest.get("files") or {}).items():
        path = folder / name
        if not path.is_file():
            raise _damaged(path, "it is not there")
        if path.stat().st_size != known["bytes"]:
            raise _damaged(path, f"{path.stat().st_size} bytes, the manifest says {known['bytes']}")
    return study


def _in_it(folder: Path) -> str:
    """What is in a folder that has no manifest: results folders perhaps."""
    there = sorted(path.parent.name for path in folder.glob("*/manifest.json"))[:MOST_NAMED]
    return f"name one of those in it: {', '.join(there)}" if there else "no manifest.json in it"


def _check_manifest(path: Path, manifest: dict[str, Any]) -> None:
    """Refuse a manifest that is not as its schema declares; what it does not declare is left."""
    from pydantic import ValidationError

    from sim.files.schemas import Manifest

    try:
        Manifest.model_validate(manifest)
    except ValidationError as errors:
        first = errors.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise _damaged(path, f"{place} = {str(first['input'])[:60]!r}: {first['msg']}") from None


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
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise _damaged(folder / "certificate.json", error) from None


def _read_table(path: Path, columns: list[str] | None = None, filters: Any = None) -> pa.Table:
    try:
        return pq.read_table(
            path, columns=columns, filters=filters, page_checksum_verification=True
        )
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, error) from None


def _read_some(path: Path, filters: Any) -> pd.DataFrame:
    """Rows that pass a filter; words are compared by their codes, which takes half the time."""
    try:
        words = [field.name for field in pq.read_schema(path) if field.type == pa.string()]
        table = pq.read_table(
            path, filters=filters, read_dictionary=words, page_checksum_verification=True
        )
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, error) from None
    check_figures(path, table)
    whole = pa.schema(
        [(field.name, pa.string() if field.name in words else field.type) for field in table.schema]
    )
    return table.cast(whole).to_pandas()


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json_of(path)
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from None
    if not isinstance(content, dict):
        raise _damaged(path, "not an object")
    return content


def _damaged(path: Path, why: object) -> InputError:
    first = next(iter(str(why).splitlines()), "") or type(why).__name__
    return InputError(f"{path}: damaged ({first})")
