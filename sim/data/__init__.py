"""The data room: ports of entry, traffic and facts, with a data dictionary in ``README.md``.

The tables in this folder are derived from those in ``source`` by ``python -m sim.data.derive``.
Here is what they share: reading the sources, exact apportionment, rendering as CSV.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sim.numerics import added
from sim.places.calendar import rows_of

DATA_FOLDER = Path(__file__).parent
SOURCE_FOLDER = DATA_FOLDER / "source"

MONTHS = range(1, 13)

Row = dict[str, str]


class Table(NamedTuple):
    """A derived table, every cell already formatted.

    Parameters
    ----------
    header : tuple of str
        Column names.
    rows : list of tuple of str
        Cells, in the order they are written.
    """

    header: tuple[str, ...]
    rows: list[tuple[str, ...]]


def read_source(name: str) -> list[Row]:
    """Return the rows of one table of ``source`` as dictionaries of text, in file order."""
    return rows_of(SOURCE_FOLDER / name)


def render(table: Table) -> str:
    """Return a table as CSV text with Unix line ends."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.header)
    writer.writerows(table.rows)
    return text.getvalue()


def apportion(total_units: int, weights: Sequence[float]) -> list[int]:
    """Split a whole number in proportion to weights, by largest remainder; ties go to the earlier.

    The weights are non-negative and not all zero. The shares add up to ``total_units`` exactly.
    """
    scale = total_units / added(weights)
    exact = [weight * scale for weight in weights]
    shares = [int(value) for value in exact]
    by_remainder = sorted(range(len(weights)), key=lambda place: shares[place] - exact[place])
    for place in by_remainder[: total_units - sum(shares)]:
        shares[place] += 1
    return shares


def fixed(units: int, decimals: int) -> str:
    """Return a count of 10 ** -decimals as decimal text: ``fixed(125, 1)`` is ``"12.5"``."""
    whole, part = divmod(units, 10**decimals)
    return f"{whole}.{part:0{decimals}d}"
