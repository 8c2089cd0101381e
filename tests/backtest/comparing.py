"""What differs between stored and new results, the largest difference first."""

import math
from dataclasses import dataclass

from tests.backtest.tables import Digest, Summary

TOLERANCE = 1e-9
"""Relative difference of values that another type of processor may have in the last bits."""

MOST_LINES = 10
REFRESH = (
    "If results were meant to move: `make backtest-refresh`, and say in the commit which moved, by "
    "how much and why."
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not the stored one.

    Attributes
    ----------
    size : float
        Relative to the larger of the two; infinite where one of them is missing or not a number.
    line : str
        What differs, for a reader.
    """

    size: float
    line: str


def between_summaries(
    case: str, stored: Summary, new: Summary, tolerance: float
) -> list[Difference]:
    """Values of a case that differ.

    Parameters
    ----------
    case : str
        Its name, for the lines.
    stored, new : Summary
        What is compared.
    tolerance : float
        Relative difference that is let pass, ``>= 0``; 0 compares to the last bit.

    Returns
    -------
    list of Difference
        The largest first.
    """
    differences = []
    for quantity in dict.fromkeys((*stored, *new)):
        before, after = stored.get(quantity, {}), new.get(quantity, {})
        for run in dict.fromkeys((*before, *after)):
            stored_value, new_value = before.get(run, "missing"), after.get(run, "missing")
            size = 0.0 if stored_value == new_value else _relative(stored_value, new_value)
            if stored_value != new_value and size >= tolerance:
                metric, unit, group, kind = quantity
                place = ", ".join(word for word in (group, kind) if word)
                line = (
                    f"{case}: {metric} ({place}), run {run}: stored {stored_value}, new {new_value}"
                )
                line += f" {unit}" if unit else ""
                differences.append(Difference(size, f"{line}; relative difference {size:.3g}"))
    return sorted(differences, key=lambda difference: -difference.size)


def _relative(stored: str, new: str) -> float:
    if "missing" in (stored, new):
        return math.inf
    first, second = float(stored), float(new)
    if not (math.isfinite(first) and math.isfinite(second)):
        return math.inf
    largest = max(abs(first), abs(second))
    return abs(first - second) / largest if largest else 0.0


def between_digests(
    case: str, stored: dict[tuple[str, str], Digest], new: dict[tuple[str, str], Digest]
) -> list[str]:
    """Say of each table which columns differ, one line a table."""
    lines = []
    for table in dict.fromkeys(table for table, _ in (*stored, *new)):
        before = {column: digest for (of, column), digest in stored.items() if of == table}
        after = {column: digest for (of, column), digest in new.items() if of == table}
        rows = [{digest.rows for digest in columns.values()} for columns in (before, after)]
        differing = {
            "stored {} rows, new {} rows".format(*(min(counts, default=0) for counts in rows)): (
                ["all"] if rows[0] != rows[1] else []
            ),
            "columns gone": [column for column in before if column not in after],
            "columns added": [column for column in after if column not in before],
            "columns that differ": [
                column for column, digest in after.items() if before.get(column, digest) != digest
            ],
        }
        words = [
            what if columns == ["all"] else f"{what}: {', '.join(columns)}"
            for what, columns in differing.items()
            if columns
        ]
        if words:
            lines.append(f"{case}: table {table}: {'; '.join(words)}")
    return lines


def report(differences: list[Difference], tables: list[str]) -> str:
    """Put into words what differs; empty if nothing does."""
    if not differences and not tables:
        return ""
    ordered = sorted(differences, key=lambda difference: -difference.size)
    lines = [f"{len(ordered)} values of summaries differ from those stored"]
    lines[0] += f"; the {MOST_LINES} largest:" if len(ordered) > MOST_LINES else ""
    lines += [f"  {difference.line}" for difference in ordered[:MOST_LINES]]
    lines += [f"  {line}" for line in tables]
    return "\n".join([*lines, REFRESH])
