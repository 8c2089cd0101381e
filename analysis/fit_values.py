"""The values that the fit found, as the table that is kept with the data."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.data.tables import DATA_FOLDER, read_text
from sim.parameters import catalogue

FITTED = "fitted_values.csv"
HEAD = ("parameter", "value", "low", "high", "searched_low", "searched_high")
DIGITS = 3
"""Significant digits of a fitted value: more would say more than the record does."""

IDENTIFIED = 0.6
"""A parameter is called found where the record leaves less than this of the range searched."""


@dataclass(frozen=True, slots=True)
class Value:
    """A fitted parameter.

    Attributes
    ----------
    name : str
    value : float
        Where the fit puts it: its default.
    low, high : float
        Middle 90 % of the points that agree with the record.
    searched_low, searched_high : float
        Range in which the fit looked.
    """

    name: str
    value: float
    low: float
    high: float
    searched_low: float
    searched_high: float

    @property
    def left(self) -> float:
        """Part of the range searched that the record leaves, 0 to 1."""
        return min((self.high - self.low) / (0.9 * (self.searched_high - self.searched_low)), 1.0)

    @property
    def finding(self) -> str:
        """Whether the record finds it."""
        return "found" if self.left < IDENTIFIED else "not found: carried as a range"

    def cells(self) -> list[str]:
        """One row of the table for people."""
        unit = catalogue()[self.name].metadata["unit"].split(" per ")[0]
        return [
            self.name, unit, rounded(self.value), f"{rounded(self.low)} to {rounded(self.high)}",
            f"{self.left:.0%}", self.finding,
        ]  # fmt: skip


def rounded(value: float) -> str:
    """A number to the digits that are kept, without an exponent."""
    return f"{float(f'{value:.{DIGITS}g}'):.10g}"


def read_values() -> list[Value]:
    """The fitted values of the project."""
    rows = csv.DictReader(io.StringIO(read_text(DATA_FOLDER / FITTED), newline=""))
    return [Value(row[HEAD[0]], *(float(row[name]) for name in HEAD[1:])) for row in rows]


def write_values(values: Sequence[Value], path: Path) -> None:
    """Write the table, by parameter."""
    rows = [
        [one.name, *(rounded(getattr(one, key)) for key in HEAD[1:])]
        for one in sorted(values, key=lambda one: one.name)
    ]
    text = "\n".join(",".join(row) for row in [list(HEAD), *rows])
    path.write_text(text + "\n", encoding="utf-8")
