"""Points that stand in a table: worlds that a fit has found to agree with the record."""

import csv
import math
from pathlib import Path

import numpy as np

from sim.design.design import WORLD, Design
from sim.design.factors import Factor, uncertain
from sim.design.sampling import independent_draws
from sim.errors import InputError, check_within
from sim.parameters import catalogue, check_value

PLAUSIBLE = "plausible_worlds"
"""Worlds of ``sim/data`` that agree with the record (``python -m analysis fit``)."""

DATA = Path(__file__).resolve().parents[1] / "data"


def read_points(table: str, count: int, role: str) -> Design:
    """Read the first points of a table.

    Parameters
    ----------
    table : str
        Name of a table of ``sim/data``, or path of a CSV file.
    count : int
        How many; all, if the table has fewer.
    role : str
        What a point is (`sim.design.design`).

    Raises
    ------
    InputError
        Naming file, row, parameter, value and bound.
    """
    path = Path(table) if table.endswith(".csv") else DATA / f"{table}.csv"
    if not path.is_file():
        raise InputError(f"design.table = {table}: there is no such table")
    check_within("design.points", count, 1, math.inf, "points")
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))[:count]
    if not rows:
        raise InputError(f"{path.name}: has no row, so no world")
    names = list(rows[0])
    known = catalogue()
    for name in names:
        if name not in known:
            raise InputError.unknown("parameter", name, known, path.name)
    values = [_values(row, names, f"{path.name}: row {i + 1}") for i, row in enumerate(rows)]
    factors = tuple(_factor(name, [row[name] for row in values]) for name in names)
    places = [[_place(row[one.name], one) for one in factors] for row in values]
    return Design("table", role, factors, np.array(places), {"table": table}, tuple(values))


def _values(row: dict[str, str], names: list[str], where: str) -> dict[str, float | int]:
    found: dict[str, float | int] = {}
    for name in names:
        try:
            value = float(row[name])
        except (TypeError, ValueError):
            raise InputError(f"{where}: {name} = {row[name]!r} is not a number") from None
        whole = isinstance(catalogue()[name].default, int)
        found[name] = int(value) if whole and value == int(value) else value
        check_value(name, found[name], where)
    return found


def _factor(name: str, values: list[float | int]) -> Factor:
    about = catalogue()[name].metadata
    declared = [about[end] for end in ("low", "high") if about[end] is not None]
    low, high = min([*values, *declared]), max([*values, *declared])
    return Factor(name, float(low), float(high), isinstance(catalogue()[name].default, int))


def _place(value: float, factor: Factor) -> float:
    span = factor.high - factor.low
    return (value - factor.low) / span if span > 0.0 else 0.5


def worlds(count: int, seed: int = 1, factors: tuple[Factor, ...] | None = None) -> Design:
    """Draw worlds, each value evenly over the range of what is not known.

    Parameters
    ----------
    count : int
        Number of worlds besides world 0, which holds the central values. More worlds leave those
        before as they are.
    seed : int
        Of the draw; not that of the replications, so that their random numbers may be changed
        alone.
    factors : tuple of Factor, optional
        What is varied: everything uncertain by default.
    """
    varied = uncertain() if factors is None else factors
    places = independent_draws([one.name for one in varied], count, seed)
    return Design.at("worlds", WORLD, varied, places, {"seed": seed})
