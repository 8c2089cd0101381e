"""What is stored of a case: its whole summary, and a digest of every column of every table.

The summary is one line for each quantity and one column for each run. Values are written in the
fewest digits that give the same number back, so equal text is equal to the last bit.
"""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

STORED = Path(__file__).parent / "stored"
DIGESTS = "digests.csv"

RUN = ["scenario", "adversary", "world", "replication"]
QUANTITY = ["metric", "unit", "port_group", "class"]
TABLES = ["summary", "port_hours", "officer_hours", "port_days", "attempts", "expected"]

Summary = dict[tuple[str, str, str, str], dict[str, str]]
"""Quantity to run to value, as text."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a column holds, in brief.

    Attributes
    ----------
    rows : int
        Rows of its table.
    dtype : str
        ``text``, or the type of the numbers.
    sha256 : str
        Of the values in the order of the table, the first 16 hexadecimal digits.
    """

    rows: int
    dtype: str
    sha256: str


def summary_of(folder: Path) -> Summary:
    """Summary of a results folder.

    Raises
    ------
    ValueError
        If a run has a quantity twice.
    """
    rows = pd.read_parquet(folder / "summary.parquet")
    runs, quantities = (
        zip(*(rows[key].tolist() for key in keys), strict=True) for keys in (RUN, QUANTITY)
    )
    summary: Summary = {}
    for parts, quantity, value in zip(runs, quantities, rows["value"].tolist(), strict=True):
        run = " ".join(map(str, parts))
        values = summary.setdefault(quantity, {})
        if run in values:
            raise ValueError(f"{folder.name}: {run} has {' '.join(quantity)} twice")
        values[run] = repr(value).removesuffix(".0")
    return summary


def digests_of(folder: Path) -> dict[tuple[str, str], Digest]:
    """Digest of each column of each table of a results folder, by table and column."""
    digests = {}
    for table in TABLES:
        frame = pd.read_parquet(folder / f"{table}.parquet")
        for column in frame:
            digests[table, str(column)] = _digest(frame[column])
    return digests


def _digest(values: "pd.Series") -> Digest:
    if values.dtype.kind in "iufb":
        numbers = values.to_numpy()
        dtype = str(numbers.dtype)
        content = numbers.astype(numbers.dtype.newbyteorder("<")).tobytes()
    else:
        dtype = "text"
        numbers, words = pd.factorize(values)  # in the order in which they come; -1 for none
        content = numbers.astype("<i8").tobytes() + "\x1f".join(map(str, words)).encode()
    return Digest(len(values), dtype, hashlib.sha256(content).hexdigest()[:16])


def write_summary(path: Path, summary: Summary) -> None:
    """Write a summary; a run that lacks a quantity has an empty cell."""
    runs = list(dict.fromkeys(run for values in summary.values() for run in values))
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow([*QUANTITY, *runs])
        lines.writerows(
            [*quantity, *(values.get(run, "") for run in runs)]
            for quantity, values in summary.items()
        )


def read_summary(path: Path) -> Summary:
    """Read a summary that was stored; of a case that never was, an empty one."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        (_, _, _, _, *runs), *lines = csv.reader(file)
    return {
        (metric, unit, group, kind): {
            run: value for run, value in zip(runs, values, strict=True) if value
        }
        for metric, unit, group, kind, *values in lines
    }


def write_digests(path: Path, digests: dict[str, dict[tuple[str, str], Digest]]) -> None:
    """Write the digests of every case."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["case", "table", "column", "rows", "dtype", "sha256"])
        lines.writerows(
            [case, table, column, digest.rows, digest.dtype, digest.sha256]
            for case, columns in digests.items()
            for (table, column), digest in columns.items()
        )


def read_digests(path: Path) -> dict[str, dict[tuple[str, str], Digest]]:
    """Read the digests of every case."""
    digests: dict[str, dict[tuple[str, str], Digest]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            digest = Digest(int(row["rows"]), row["dtype"], row["sha256"])
            digests.setdefault(row["case"], {})[row["table"], row["column"]] = digest
    return digests
