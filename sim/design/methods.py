"""From what a configuration asks for to a design."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.design import sampling
from sim.design.factors import UNCERTAIN, Factor, read_factors
from sim.design.listed import PLAUSIBLE, read_points
from sim.design.record import ROLES, SCENARIO, WORLD, Design
from sim.errors import InputError
from sim.metrics import PRIMARY_OUTCOME

METHODS = ("none", "grid", "lhs", "sobol", "morris", "optimise", "table")
ROLE_OF = {
    "grid": SCENARIO,
    "optimise": SCENARIO,
    "lhs": WORLD,
    "sobol": WORLD,
    "morris": WORLD,
    "table": WORLD,
}


@dataclass
class DesignConfig:
    """The room ``design`` of the configuration.

    Attributes
    ----------
    method : str
        One of METHODS.
    vary : object
        What is varied (`sim.design.factors.read_factors`).
    role : str, optional
        world or scenario; a grid and an optimisation make scenarios, the others worlds.
    points : int
        Points of a Latin hypercube; base sample of a Sobol' design (a power of 2); trials of an
        optimisation.
    levels : int
        Values of each factor of a grid that lists none; levels of Morris's grid (even).
    trajectories : int
        Of Morris's method.
    second_order : bool
        Whether a Sobol' design is to give second-order indices.
    seed : int
    goal : str
        Metric that an optimisation is about, in the direction that is better.
    at_most : dict
        Optimisation: highest rise of other metrics over the baseline, in their unit.
    batch : int
        Optimisation: trials that are run at the same time.
    table : str
        Table: a CSV file of points, one row a point and one column a parameter
        (`sim.design.listed`); the first ``points`` of them are taken.
    """

    method: str = "none"
    vary: Any = UNCERTAIN
    role: str | None = None
    points: int = 64
    levels: int = 4
    trajectories: int = 10
    second_order: bool = False
    seed: int = 1
    goal: str = PRIMARY_OUTCOME
    at_most: Any = None
    batch: int = 4
    table: str = PLAUSIBLE


def role_of(asked: DesignConfig) -> str:
    """What the points of a design are."""
    role = asked.role or ROLE_OF[asked.method]
    if role not in ROLES:
        raise InputError(f"design.role = {role!r} is not one of {', '.join(ROLES)}")
    if role == SCENARIO and asked.vary == UNCERTAIN:
        raise InputError(
            f"design.vary: name the parameters that scenarios set, such as "
            f"{{inspection.selective_share: [0.005, 0.03]}} (design={asked.method})"
        )
    if role == WORLD and asked.method == "optimise":
        raise InputError("design.role = 'world' with design=optimise: nobody chooses the world")
    return role


def design_of(asked: DesignConfig) -> Design:
    """Make the design that is asked for; an optimisation's has no points yet.

    Raises
    ------
    InputError
        With field, value, bound and unit in one line.
    """
    role = role_of(asked)
    if asked.method == "table":
        return read_points(asked.table, asked.points, role)
    factors = read_factors(asked.vary, listed=asked.method == "grid")
    _check_size(asked, factors)
    count, seed = len(factors), asked.seed
    options: dict[str, Any] = {"seed": seed}
    if asked.method == "grid":
        return _grid(asked, role, factors)
    if asked.method == "lhs":
        places = sampling.latin_hypercube(count, asked.points, seed)
    elif asked.method == "sobol":
        places = sampling.saltelli(count, asked.points, seed, second_order=asked.second_order)
        options |= {"base": asked.points, "second_order": asked.second_order}
    elif asked.method == "morris":
        places = sampling.trajectories(count, asked.trajectories, asked.levels, seed)
        options |= {"trajectories": asked.trajectories, "levels": asked.levels}
    else:
        places = np.empty((0, count))
        options |= {"goal": asked.goal, "trials": asked.points, "batch": asked.batch}
    return Design.at(asked.method, role, factors, places, options)


def _grid(asked: DesignConfig, role: str, factors: tuple[Factor, ...]) -> Design:
    tried = [
        factor.values or tuple(factor.value(place) for place in np.linspace(0, 1, asked.levels))
        for factor in factors
    ]
    index = sampling.full_grid([len(values) for values in tried])
    rows = []
    for row in index:
        chosen = [
            values[round(place * (len(values) - 1))]
            for values, place in zip(tried, row, strict=True)
        ]
        rows.append({one.name: value for one, value in zip(factors, chosen, strict=True)})
    spans = [one.high - one.low or 1.0 for one in factors]
    places = np.array(
        [
            [(row[one.name] - one.low) / span for one, span in zip(factors, spans, strict=True)]
            for row in rows
        ]
    )
    return Design("grid", role, factors, places, {"seed": asked.seed}, tuple(rows))


def size_of(asked: DesignConfig, factors: tuple[Factor, ...]) -> int:
    """Count the points of a design."""
    count = len(factors)
    if asked.method == "grid":
        return math.prod(len(factor.values) or asked.levels for factor in factors)
    if asked.method == "sobol":
        return asked.points * (2 * count + 2 if asked.second_order else count + 2)
    return asked.trajectories * (count + 1) if asked.method == "morris" else asked.points


def _check_size(asked: DesignConfig, factors: tuple[Factor, ...]) -> None:
    for name in ("points", "levels", "trajectories", "batch"):
        if getattr(asked, name) < 1:
            raise InputError(f"design.{name} = {getattr(asked, name)} is below 1 {name}")
    if not 0 <= asked.seed < 2**32:
        raise InputError(f"design.seed = {asked.seed} is outside 0 to {2**32 - 1}")
    if asked.method == "sobol" and asked.points & (asked.points - 1):
        raise InputError(f"design.points = {asked.points} is not a power of 2 (design=sobol)")
    if asked.method == "morris" and (asked.levels < 2 or asked.levels % 2):
        raise InputError(f"design.levels = {asked.levels} is not an even number (design=morris)")
    if asked.method == "morris" and asked.trajectories < 2:
        raise InputError("design.trajectories = 1 is below 2 trajectories (design=morris)")
    if asked.method == "grid" and asked.levels < 2:
        raise InputError("design.levels = 1 is below 2 levels (design=grid)")
    if asked.method == "lhs" and asked.points <= len(factors):
        raise InputError(
            f"design.points = {asked.points} is not above the {len(factors)} factors of the design "
            "(design=lhs): nothing could be told apart"
        )
