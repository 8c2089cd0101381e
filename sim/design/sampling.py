"""Where a design puts its points: drawn by a plan, or read from a table.

A table may hold worlds that a fit has found to agree with the record.
"""

import math
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.design.design import WORLD, AtPlaces, Design, Factor, uncertain
from sim.errors import InputError, check_within
from sim.files.brought import numbers_of
from sim.numerics.units import Floats
from sim.parameters import catalogue, check_value
from sim.places.calendar import DATA


def independent_draws(names: Sequence[str], points: int, seed: int) -> Floats:
    """Independent uniform draws, one stream a name.

    More points leave those before as they are, and another name leaves every other's draws as they
    are. Low-discrepancy sequences are not used here: with a hundred factors and fewer points, their
    columns go together, and one factor's influence shows up as another's.

    Parameters
    ----------
    names : sequence of str
        Names of the factors.

    Returns
    -------
    array of float, shape (points, factors)
        Within 0 to 1.
    """
    columns = [
        np.random.default_rng([seed, zlib.crc32(name.encode())]).random(points) for name in names
    ]
    return np.column_stack(columns) if columns else np.empty((points, 0))


def latin_hypercube(factors: int, points: int, seed: int) -> Floats:
    """Latin hypercube: every factor's range in as many slices as points, each used once.

    References
    ----------
    .. [1] McKay, Beckman and Conover (1979), Technometrics 21:239-245.
    """
    from scipy.stats import qmc

    sampler = qmc.LatinHypercube(factors, rng=np.random.default_rng(seed))
    sample: Floats = sampler.random(points)
    return sample


def saltelli(factors: int, points: int, seed: int, *, second_order: bool) -> Floats:
    """Points for Sobol' indices, points times (factors + 2), or (2 factors + 2) for second order.

    Parameters
    ----------
    factors, points, seed : int
        Number of factors, base sample (a power of 2), seed of the scrambling.
    second_order : bool
        Whether second-order indices are to be estimated.

    References
    ----------
    .. [1] Saltelli et al. (2010), Computer Physics Communications 181:259-270.
    """
    from SALib.sample import sobol

    sample: Floats = sobol.sample(
        unit_problem(factors), points, calc_second_order=second_order, seed=seed
    )
    return sample


def trajectories(factors: int, count: int, levels: int, seed: int) -> Floats:
    """Morris's trajectories, each of (factors + 1) points that differ in one factor at a time.

    Parameters
    ----------
    factors, count : int
        Number of factors and of trajectories.
    levels : int
        Of the grid; even.
    seed : int

    References
    ----------
    .. [1] Morris (1991), Technometrics 33:161-174.
    """
    from SALib.sample import morris

    sample: Floats = morris.sample(unit_problem(factors), count, num_levels=levels, seed=seed)
    return sample


def unit_problem(factors: int) -> dict[str, Any]:
    """What SALib calls a problem, in the unit cube."""
    names = [f"x{k}" for k in range(factors)]
    return {"num_vars": factors, "names": names, "bounds": [[0.0, 1.0]] * factors}


PLAUSIBLE = "plausible_worlds"
"""Worlds of ``sim/data`` that agree with the record (``python -m analysis fit``)."""


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
    if not path.exists():
        raise InputError(f"design.table = {table}: no such table")
    check_within("design.points", count, 1, math.inf, "points")
    names, cells = numbers_of(path, catalogue())
    if not cells:
        raise InputError(f"{path.name}: no rows")
    values = [
        _values(dict(zip(names, row, strict=True)), names, f"{path.name}: row {number}")
        for number, row in cells[:count]
    ]
    factors = tuple(_factor(name, [row[name] for row in values]) for name in names)
    places = [[_place(row[factor.name], factor) for factor in factors] for row in values]
    return Design("table", role, factors, np.array(places), {"table": table}, tuple(values))


def _values(row: dict[str, str], names: list[str], where: str) -> dict[str, float | int]:
    values: dict[str, float | int] = {}
    for name in names:
        try:
            value = float(row[name])
        except (TypeError, ValueError):
            raise InputError(f"{where}: {name} = {row[name]!r} is not a number") from None
        whole = isinstance(catalogue()[name].default, int) and math.isfinite(value)
        values[name] = int(value) if whole and value == int(value) else value
        check_value(name, values[name], where)
    return values


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
    places = independent_draws([factor.name for factor in varied], count, seed)
    return Design("worlds", WORLD, varied, places, {"seed": seed}, AtPlaces(varied, places))
