"""Replications as Parquet tables in a folder, and an index by which each is found again.

Results folders (`sim.results.writing`) and parts of the store (`sim.execute.store`) keep
replications in the same form: a file for each table that has rows, in groups of rows with
checksummed pages. The rows of a replication are together in one group.
"""

import functools
import json
import sys
import threading
import types
import warnings
from array import array
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.errors import InputError
from sim.results.schema import KEYS, TABLES, Column, Result
from sim.scenario.point import Label


class Kept(IntEnum):
    """What is kept of a replication: each of these includes those before it."""

    SUMMARY = 0
    ATTEMPTS = 1
    ALL = 2


DETAIL = {
    "attempts": Kept.ATTEMPTS,
    "port_hours": Kept.ALL,
    "port_days": Kept.ALL,
    "officer_hours": Kept.ALL,
}
"""Tables that a large study does without, and from what on they are kept."""
LAWS = "laws"
STORED = (*TABLES, LAWS)
"""Tables of a replication: those of a results folder, and its certificate."""
INDEX_FILE = "index.parquet"

ROWS_HELD = 100_000
"""Rows of a table that are held in memory before they are written as one group."""
TABLES_HELD = 200
FILES_OPEN, GROUPS_HELD = 64, 10

_TYPES = {"str": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}
_LAW = (
    Column("law", "str", "", "Name of the law"),
    Column("held", "bool", "", "Whether it held"),
    Column("residual", "float64", "", "By how much it did not"),
    Column("tolerance", "float64", "", "Residual that rounding explains"),
    Column("detail", "str", "", "Where the residual is largest"),
)

Tables = dict[str, pa.Table]
"""Tables of a replication without the KEYS; one that is missing has no rows."""


def do_without_pandas() -> None:
    """Let Arrow not import pandas when it makes its first array, to see whether that is a Series.

    It takes half a second and 40 MiB of a process that has no DataFrame. Arrow finds pandas as soon
    as it is asked for a DataFrame.
    """
    if "pandas" in sys.modules:
        return
    stand_in = types.ModuleType("pandas")
    stand_in.__version__ = "0"  # type: ignore[attr-defined]
    sys.modules["pandas"] = stand_in
    try:
        with warnings.catch_warnings(action="ignore"):  # that this one is too old for Arrow
            pa.array([0])
    finally:
        del sys.modules["pandas"]


class DamagedError(Exception):
    """A file is not what was written."""


class Replication(NamedTuple):
    """A replication to be written.

    Attributes
    ----------
    label : Label
        Name of its point.
    number : int
        From 0.
    key : str
        Key of its point in the store.
    kept : Kept
        Which tables of DETAIL are in it.
    """

    label: Label
    number: int
    tables: Tables
    key: str = ""
    kept: Kept = Kept.ALL


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """Schema of a table on disk."""
    return pa.schema(
        [
            pa.field(
                column.name,
                _TYPES[column.dtype],
                metadata={"unit": column.unit, "description": column.about},
            )
            for column in columns
        ]
    )


@functools.cache
def schema(name: str, *, keys: bool = True) -> pa.Schema:
    """Schema of one of STORED, with or without the KEYS."""
    columns = (*KEYS, *_LAW) if name == LAWS else TABLES[name]
    return schema_of(column for column in columns if keys or column not in KEYS)


def names_of(kept: Kept) -> list[str]:
    """Tables of STORED that a replication has of which so much is kept."""
    return [name for name in STORED if DETAIL.get(name, kept) <= kept]


def to_tables(result: Result, kept: Kept = Kept.ALL) -> Tables:
    """Turn a result into tables with exactly the declared columns.

    Raises
    ------
    ValueError
        If a column is missing or not declared.
    """
    tables = {LAWS: _laws(result)}
    for name in names_of(kept):
        if name == LAWS:
            continue
        frame, columns = getattr(result, name), schema(name, keys=False)
        if frame is None:
            tables[name] = columns.empty_table()
            continue
        if isinstance(frame, pa.Table):  # as the model makes it
            tables[name] = frame
            continue
        odd = (set(columns.names) ^ set(frame.columns)) - {key.name for key in KEYS}
        if odd:
            raise ValueError(f"{name}: columns missing or not declared: {sorted(odd)}")
        arrays = [pa.array(frame[column.name].array, column.type) for column in columns]
        tables[name] = pa.Table.from_arrays(arrays, schema=columns)
    return tables


def _laws(result: Result) -> pa.Table:
    kinds: dict[str, Callable[[Any], object]] = {
        "law": str, "held": bool, "residual": float, "tolerance": float, "detail": str
    }  # fmt: skip
    rows = [{name: kind(law[name]) for name, kind in kinds.items()} for law in result.certificate]
    return pa.Table.from_pylist(rows, schema(LAWS, keys=False))


@dataclass(slots=True)
class _Writer:
    """One table's file, written in groups of rows."""

    path: Path
    name: str
    files: ExitStack
    file: pq.ParquetWriter | None = None
    held: list[pa.Table] = field(default_factory=list)
    scenario: str = ""
    rows: int = 0
    waiting: int = 0
    groups: int = 0

    def add(self, table: pa.Table | None, scenario: str, smallest: int) -> tuple[int, int, int]:
        """Add rows; return the group they go to, their first row in it and their number.

        A change of scenario ends a group that has at least the smallest number of rows.
        """
        changed = scenario != self.scenario and self.waiting >= smallest
        if changed or self.waiting >= ROWS_HELD:
            self.write()
        self.scenario = scenario
        if table is None or not table.num_rows:
            return 0, 0, 0
        place = self.groups, self.waiting, table.num_rows
        self.held.append(table)
        if len(self.held) >= TABLES_HELD:  # a table takes memory beside its rows
            self.held = [pa.concat_tables(self.held).combine_chunks()]
        self.rows += table.num_rows
        self.waiting += table.num_rows
        return place

    def write(self) -> None:
        if not self.held:
            return
        # in one piece: the bytes must not depend on the pieces in which the rows came
        table = pa.concat_tables(self.held).combine_chunks()
        if self.file is None:
            self.file = self.files.enter_context(open_writer(self.path, schema(self.name)))
        self.file.write_table(table, row_group_size=table.num_rows)
        self.held, self.waiting = [], 0
        self.groups += 1


def open_writer(path: Path, columns: pa.Schema) -> pq.ParquetWriter:
    """Open a file for a table, compressed, with a checksum for every page.

    Sums and means hardly repeat, so that a dictionary of them makes the file larger.
    """
    words = [column.name for column in columns if column.type != pa.float64()]
    return pq.ParquetWriter(
        path, columns, compression="zstd", use_dictionary=words, write_page_checksum=True
    )


def write_tables(
    folder: Path, replications: Iterable[Replication], smallest: int = 0
) -> dict[str, int]:
    """Write the tables of replications and their index.

    Parameters
    ----------
    folder : pathlib.Path
        Where they go; a table without rows gets no file.
    replications : iterable of Replication
        In the order the rows shall have. No more than a group of rows is in memory at a time.
    smallest : int
        A group of rows ends with its scenario if it has so many: what reads one reads no other.

    Returns
    -------
    dict of str to int
        Rows of each of STORED, and of the index: one a replication.
    """
    index: dict[str, list[str] | array[int]] = {"key": []}
    index |= {name: array("q") for name in _index_schema().names if name != "key"}
    with ExitStack() as files:
        writers = {name: _Writer(folder / f"{name}.parquet", name, files) for name in STORED}
        for replication in replications:
            label, number = replication.label, replication.number
            row: list[str | int] = [replication.key, number, int(replication.kept)]
            for name, writer in writers.items():
                table = replication.tables.get(name)
                keyed = None if table is None else _keyed(name, table, label, number)
                row += writer.add(keyed, label.scenario, smallest)
            for column, value in zip(index.values(), row, strict=True):
                column.append(value)  # type: ignore[arg-type]
        for writer in writers.values():
            writer.write()
    sizes = {writer.name: writer.path.stat().st_size for writer in writers.values() if writer.rows}
    columns = _index_schema().with_metadata({"bytes": json.dumps(sizes)})
    with open_writer(folder / INDEX_FILE, columns) as file:
        arrays = [pa.array(index[column.name], column.type) for column in columns]
        file.write_table(pa.Table.from_arrays(arrays, schema=columns))
    rows = {name: writer.rows for name, writer in writers.items()}
    return {**rows, "index": len(index["key"])}


def _keyed(name: str, table: pa.Table, label: Label, number: int) -> pa.Table:
    """Say which run the rows are of."""
    columns = schema(name)
    keys = {**label._asdict(), "replication": number}
    arrays = [
        pa.repeat(pa.scalar(keys[column.name], column.type), table.num_rows)
        if column.name in keys
        else table.column(column.name)
        for column in columns
    ]
    return pa.Table.from_arrays(arrays, schema=columns)


@functools.cache
def _index_schema() -> pa.Schema:
    places = [f"{name}.{what}" for name in STORED for what in ("group", "first", "rows")]
    integers = [(name, pa.int64()) for name in ("replication", "kept", *places)]
    return pa.schema([("key", pa.string()), *integers])


class TablesReader:
    """Replications in a folder that `write_tables` wrote.

    Raises
    ------
    DamagedError
        If its index is not what was written, or a file is missing or of another size.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            # Not read_table, which imports the datasets of Arrow.
            with pq.ParquetFile(folder / INDEX_FILE, page_checksum_verification=True) as file:
                self.index = file.read()
            self._bytes: dict[str, int] = json.loads(self.index.schema.metadata[b"bytes"])
        except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
            raise damaged(folder / INDEX_FILE, error) from None

    @property
    def bytes(self) -> int:
        """Bytes of the tables."""
        return sum(self._bytes.values())

    def load(self, row: int, names: Iterable[str] = STORED) -> Tables:
        """Read tables of the replication of a row of the index.

        Raises
        ------
        DamagedError
            If they are not what was written.
        """
        (entry,) = self.index.slice(row, 1).to_pylist()
        tables = {}
        for name in names:
            group, first, rows = (entry[f"{name}.{what}"] for what in ("group", "first", "rows"))
            if not rows:
                tables[name] = schema(name, keys=False).empty_table()
                continue
            path = self.folder / f"{name}.parquet"
            try:
                tables[name] = _group(path, self._bytes[name], group).slice(first, rows)
                if tables[name].num_rows != rows:
                    raise DamagedError(f"{path}: rows are missing")
            except (OSError, pa.ArrowException, ValueError, IndexError, KeyError) as error:
                raise damaged(path, error) from None
        return tables


def values_over_all(folder: Path, label: Label) -> dict[str, list[float]]:
    """Values of a point's metrics over all ports and classes, a value a replication.

    The label is of a point of the study's first scenario. Only the groups of rows of one scenario
    are read, since a study may be large.

    Raises
    ------
    InputError
        If it has no figures, or such as no study has.
    """
    path = folder / "summary.parquet"
    wanted = {**label._asdict(), "port_group": "all", "class": "all"}
    values: dict[str, list[float]] = {}
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        for number in range(file.num_row_groups):
            rows = file.read_row_group(number, columns=[*wanted, "metric", "value"])
            for name, value in wanted.items():
                rows = rows.filter(pc.equal(rows[name], value))
                if name == "scenario" and not rows.num_rows and values:
                    return values
            check_figures(path, rows)
            pairs = zip(rows["metric"].to_pylist(), rows["value"].to_pylist(), strict=True)
            for metric, found in pairs:
                values.setdefault(metric, []).append(found)
    if not values:
        raise InputError(f"{path}: damaged (it holds no figures of {label.scenario})")
    return values


LARGEST = 1e100
"""No figure of a study comes near it; squares and sums of larger ones overflow."""


def check_figures(path: Path, rows: pa.Table) -> None:
    """Refuse rows of a summary such as no study has, though the manifest may describe them.

    Raises
    ------
    InputError
        If a cell is empty, a figure is infinite or nearly, or none is a number.
    """
    figures = rows["value"]
    why = ""
    if figures.type != pa.float64():
        why = f"column value is not of type {pa.float64()}"
    elif any(column.null_count for column in rows.columns):
        why = "a cell is empty"
    elif (beyond := rows.filter(pc.greater(pc.abs(figures), LARGEST))).num_rows:
        why = f"{beyond['metric'][0]} is infinite, or as good as that"
    elif rows.num_rows and pc.all(pc.is_nan(figures)).as_py():
        why = "no figure is a number"
    if why:
        raise InputError(f"{path}: damaged ({why})")


_reading = threading.Lock()


def _group(path: Path, size: int, number: int) -> pa.Table:
    with _reading:  # an open file serves one thread at a time
        return _read_group(path, size, number)


@functools.lru_cache(maxsize=GROUPS_HELD)
def _read_group(path: Path, size: int, number: int) -> pa.Table:
    file = _open(path, size)
    names = [name for name in file.schema_arrow.names if name not in {key.name for key in KEYS}]
    return file.read_row_group(number, columns=names, use_threads=False).combine_chunks()


@functools.lru_cache(maxsize=FILES_OPEN)
def _open(path: Path, size: int) -> pq.ParquetFile:
    if path.stat().st_size != size:
        raise ValueError("it has another size than was written")
    return pq.ParquetFile(path, page_checksum_verification=True)


def release() -> None:
    """Let go of the files and rows that are held."""
    _read_group.cache_clear()
    _open.cache_clear()


def damaged(path: Path, error: BaseException) -> DamagedError:
    """Say in one line what is wrong with a file."""
    words = getattr(error, "strerror", None) or next(iter(str(error).splitlines()), "")
    return DamagedError(f"{path}: {words or type(error).__name__}")
