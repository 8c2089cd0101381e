"""From a configuration to a design, or to a procedure that decides as it goes."""

import itertools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.design import sampling
from sim.design.design import (
    BOTH,
    OF,
    ROLES,
    SCENARIO,
    UNCERTAIN,
    WORLD,
    AtPlaces,
    Design,
    Factor,
    Procedure,
    read_factors,
)
from sim.design.sampling import PLAUSIBLE, read_points
from sim.errors import InputError, check_within
from sim.results.schema import METRICS, PRIMARY_OUTCOME
from sim.scenario.intervention import Scenario

if TYPE_CHECKING:  # each procedure is imported where it is asked for: most studies have none
    from sim.design.best import Optimisation, Selection
    from sim.design.mixes import Mixes
    from sim.design.precision import Precision, PrecisionTarget

METHODS = ("none", "grid", "lhs", "sobol", "morris", "optimise", "mixes", "table")
POINTLESS = ("none", "mixes")
"""Methods that vary no parameter."""
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
        What is varied (`sim.design.design.read_factors`).
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
    goal : str
        Metric that an optimisation is about, in the direction that is better.
    at_most : dict
        Optimisation: highest rise of other metrics over the baseline, in their unit.
    batch : int
        Optimisation: trials that are run at the same time.
    budgets : list of float
        Mixes: million CAD a year, for each of which a set of proposals is built up.
    table : str
        Table: a CSV file of points, one row a point and one column a parameter
        (`sim.design.sampling`); the first ``points`` of them are taken.
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
    budgets: list[Any] = field(default_factory=lambda: [5.0, 10.0, 20.0, 50.0, 100.0])
    table: str = PLAUSIBLE


def role_of(config: DesignConfig) -> str:
    """What the points of a design are."""
    role = config.role or ROLE_OF[config.method]
    if role not in ROLES:
        raise InputError(f"design.role = {role!r} is not one of {', '.join(ROLES)}")
    if role == SCENARIO and config.vary == UNCERTAIN:
        raise InputError(
            f"design.vary: name the parameters that scenarios set, such as "
            f"{{inspection.selective_share: [0.005, 0.03]}} (design={config.method})"
        )
    if role == WORLD and config.method == "optimise":
        raise InputError("design.role = 'world' with design=optimise: only scenarios are optimised")
    return role


def design_of(config: DesignConfig) -> Design:
    """Make the design of a configuration; that of an optimisation has no points yet.

    Raises
    ------
    InputError
        With field, value, bound and unit in one line.
    """
    role = role_of(config)
    if config.method == "table":
        return read_points(config.table, config.points, role)
    factors = read_factors(config.vary, listed=config.method == "grid")
    _check_size(config, factors)
    count, seed = len(factors), config.seed
    options: dict[str, Any] = {"seed": seed}
    if config.method == "grid":
        return _grid(config, role, factors)
    if config.method == "lhs":
        places = sampling.latin_hypercube(count, config.points, seed)
    elif config.method == "sobol":
        places = sampling.saltelli(count, config.points, seed, second_order=config.second_order)
        options |= {"base": config.points, "second_order": config.second_order}
    elif config.method == "morris":
        places = sampling.trajectories(count, config.trajectories, config.levels, seed)
        options |= {"trajectories": config.trajectories, "levels": config.levels}
    else:
        places = np.empty((0, count))
        options |= {"goal": config.goal, "trials": config.points, "batch": config.batch}
    points = AtPlaces(factors, places)
    return Design(config.method, role, factors, places, options, points)


def _grid(config: DesignConfig, role: str, factors: tuple[Factor, ...]) -> Design:
    """Every combination of the values of all factors, the last factor fastest."""
    values = (
        factor.values or map(factor.value, np.linspace(0, 1, config.levels)) for factor in factors
    )
    names = [factor.name for factor in factors]
    rows = [dict(zip(names, row, strict=True)) for row in itertools.product(*values)]
    return Design.of_values("grid", role, factors, rows, {"seed": config.seed})


MOST_POINTS = 1_000_000
"""Of a design: more are never made, whoever confirms them."""


def size_of(config: DesignConfig) -> int:
    """Count the points of a design before any is made."""
    if config.method in (*POINTLESS, "optimise"):
        return 0
    if config.method in ("lhs", "table"):
        return config.points
    factors = read_factors(config.vary, listed=config.method == "grid")
    if config.method == "grid":
        return math.prod(len(factor.values) or config.levels for factor in factors)
    if config.method == "morris":
        return config.trajectories * (len(factors) + 1)
    return config.points * ((2 if config.second_order else 1) * len(factors) + 2)


def _check_size(config: DesignConfig, factors: tuple[Factor, ...]) -> None:
    for name in ("points", "levels", "trajectories", "batch"):
        check_within(f"design.{name}", getattr(config, name), 1, 10**9, name)
    check_within("design.seed", config.seed, 0, 2**32 - 1)
    if (size := size_of(config)) > MOST_POINTS:
        raise InputError(
            f"design={config.method}: {size:,} points of {len(factors)} parameters are above "
            f"{MOST_POINTS:,}"
        )
    if config.method == "sobol" and config.points & (config.points - 1):
        raise InputError(f"design.points = {config.points} is not a power of 2 (design=sobol)")
    if config.method == "morris" and (config.levels < 2 or config.levels % 2):
        raise InputError(f"design.levels = {config.levels} is not an even number (design=morris)")
    if config.method == "morris" and config.trajectories < 2:
        raise InputError("design.trajectories = 1 is below 2 trajectories (design=morris)")
    if config.method == "grid" and config.levels < 2:
        raise InputError("design.levels = 1 is below 2 levels (design=grid)")
    if config.method == "lhs" and config.points <= len(factors):
        raise InputError(
            f"design.points = {config.points} is not above {len(factors)}, the number of factors "
            "(design=lhs): their effects would be confounded"
        )


@dataclass
class StoppingConfig:
    """The room ``stopping`` of the configuration: when to stop adding replications.

    Attributes
    ----------
    metrics : list of str
        What ``precision`` is about, where it does not name them itself.
    of : str
        levels, differences or both.
    pilot, maximum : int
        First and greatest number of replications of a point.
    """

    metrics: list[Any] = field(default_factory=lambda: ["mean_wait_min", PRIMARY_OUTCOME])
    of: str = BOTH
    pilot: int = 10
    maximum: int = 200


@dataclass
class SelectionConfig:
    """The room ``selection`` of the configuration: which scenario is best.

    Attributes
    ----------
    metric : str, optional
        What scenarios are judged by; nothing is selected without.
    margin : float, optional
        A difference that matters, in the metric's unit.
    confidence : float
        Probability of selecting the best.
    """

    metric: str | None = None
    margin: float | None = None
    confidence: float = 0.95


def procedure_of(
    plain: Mapping[str, Any], scenarios: Iterable[Scenario], replications: int, workers: int
) -> Procedure | None:
    """Read the procedure of a configuration, if it has one.

    Parameters
    ----------
    plain : mapping
        The configuration, with ``precision``, ``stopping``, ``selection`` and ``design``.
    scenarios : iterable of Scenario
        What is compared.
    replications : int
        Of each trial of an optimisation.
    workers : int
        Processes that are to have work between two looks.

    Raises
    ------
    InputError
        With field, value, bound and unit in one line.
    """
    stopping = StoppingConfig(**plain["stopping"])
    selection = SelectionConfig(**plain["selection"])
    design = DesignConfig(**plain["design"])
    requested = {
        "precision": plain["precision"] is not None,
        "selection.metric": selection.metric is not None,
        "design=optimise": design.method == "optimise",
        "design=mixes": design.method == "mixes",
    }
    given = [name for name, is_given in requested.items() if is_given]
    if len(given) > 1:
        raise InputError(f"configuration: {' and '.join(given)} exclude each other: give one")
    if not given:
        return None
    check_within("configuration: stopping.maximum", stopping.maximum, 2, 100_000, "replications")
    if not 2 <= stopping.pilot <= stopping.maximum:
        raise InputError(
            f"configuration: stopping.pilot = {stopping.pilot} is not within 2 and "
            f"stopping.maximum = {stopping.maximum} replications"
        )
    if requested["precision"]:
        return _precision(plain["precision"], stopping)
    if requested["selection.metric"]:
        return _selection(selection, stopping, list(scenarios), workers)
    if requested["design=mixes"]:
        return _mixes(design, list(scenarios), replications)
    return _optimisation(design, replications)


def _mixes(config: DesignConfig, scenarios: list[Scenario], replications: int) -> "Mixes":
    from sim.design.mixes import Mixes

    goal = _metric(config.goal, "design.goal")
    if goal.better != "less":
        raise InputError(f"configuration: design.goal = {config.goal}: less of it is not better")
    check_within("design.points", config.points, 0, math.inf, "mixes")
    if sum(not scenario.bound for scenario in scenarios) < 3:  # the baseline and two
        raise InputError("configuration: design=mixes needs two proposals or more: compare=[...]")
    for budget in config.budgets:
        number = isinstance(budget, (int, float)) and not isinstance(budget, bool)
        if not number or not 0 < budget < math.inf:
            raise InputError(
                f"configuration: design.budgets: {budget!r} is not above 0 million CAD a year"
            )
    budgets = tuple(map(float, config.budgets))
    return Mixes(config.goal, budgets, config.points, replications)


def _precision(wanted: Any, stopping: StoppingConfig) -> "Precision":
    from sim.design.precision import Precision

    if stopping.of not in OF:
        raise InputError(
            f"configuration: stopping.of = {stopping.of!r} is not one of {', '.join(OF)}"
        )
    if isinstance(wanted, Mapping):
        targets = tuple(_target(str(name), value) for name, value in wanted.items())
    else:
        if isinstance(wanted, (int, float)) and wanted <= 0:
            raise InputError(f"configuration: precision = {wanted} is not above 0 %")
        if not isinstance(wanted, str) or not wanted.endswith("%"):
            raise InputError(
                f"configuration: precision = {wanted!r} is neither a percentage such as 5% nor a "
                "mapping of metrics to half-widths in their unit such as {mean_wait_min: 0.5}"
            )
        targets = tuple(_target(str(name), wanted) for name in stopping.metrics)
    if not targets:
        raise InputError("configuration: stopping.metrics names no metric")
    return Precision(targets, stopping.of, stopping.pilot, stopping.maximum)


def _target(metric: str, value: Any) -> "PrecisionTarget":
    from sim.design.precision import PrecisionTarget

    unit = _metric(metric, "precision").unit
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]*\.?[0-9]+\s*%", value):
        relative = float(value.rstrip("% ")) / 100
        if not 0 < relative < 1:
            raise InputError(
                f"configuration: precision of {metric} = {value} is not above 0 and below 100 %"
            )
        return PrecisionTarget(metric, relative=relative)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(
            f"configuration: precision of {metric} = {value!r} is neither a percentage such as "
            f"5% nor a number ({unit})"
        )
    if not 0 < value < math.inf:
        raise InputError(f"configuration: precision of {metric} = {value} is not above 0 {unit}")
    return PrecisionTarget(metric, absolute=float(value))


def _metric(name: str, where: str) -> Any:
    if name not in METRICS:
        raise InputError.unknown("metric", name, METRICS, f"configuration: {where}")
    return METRICS[name]


def _selection(
    config: SelectionConfig, stopping: StoppingConfig, scenarios: list[Scenario], workers: int
) -> "Selection":
    from sim.design.best import Selection

    name = str(config.metric)
    metric = _metric(name, "selection.metric")
    if metric.better == "":
        raise InputError(
            f"configuration: selection.metric = {name} has no direction that is better"
        )
    if config.margin is None or not config.margin > 0:
        raise InputError(
            f"configuration: selection.margin = {config.margin} is not above 0 {metric.unit}"
        )
    if not 0.5 <= config.confidence < 1:
        raise InputError(
            f"configuration: selection.confidence = {config.confidence} is outside 0.5 to 1"
        )
    bounds = frozenset(scenario.name for scenario in scenarios if scenario.bound)
    if len(scenarios) - len(bounds) < 2:
        raise InputError("configuration: selection needs two scenarios or more: compare=[...]")
    return Selection(
        name, config.margin, config.confidence, stopping.pilot, stopping.maximum, workers, bounds
    )


def _optimisation(config: DesignConfig, replications: int) -> "Optimisation":
    from sim.design.best import Optimisation

    goal = _metric(config.goal, "design.goal")
    if goal.better == "":
        raise InputError(
            f"configuration: design.goal = {config.goal} has no direction that is better"
        )
    limits = config.at_most or {}
    if not isinstance(limits, Mapping):
        raise InputError(
            f"configuration: design.at_most = {limits!r} is not a mapping of metrics "
            "to their highest rise"
        )
    for name, most in limits.items():
        unit = _metric(str(name), "design.at_most").unit
        if isinstance(most, bool) or not isinstance(most, (int, float)):
            raise InputError(
                f"configuration: design.at_most: {name} = {most!r} is not a number ({unit})"
            )
        check_within(f"configuration: design.at_most: {name}", most, -1e15, 1e15, unit)
    return Optimisation(
        read_factors(config.vary, listed=False),
        config.goal,
        {str(name): float(most) for name, most in limits.items()},
        config.points,
        config.batch,
        replications,
        config.seed,
    )


def most_replications(plain: Mapping[str, Any], procedure: Procedure | None) -> int:
    """Give the replications of a point that a study may come to, times its growth in points."""
    replications, trials = int(plain["run"]["replications"]), int(plain["design"]["points"])
    method = plain["design"]["method"]
    if procedure is None:
        return replications
    if method == "optimise":
        return replications * trials
    if method == "mixes":
        return replications * len(plain["compare"])
    return int(plain["stopping"]["maximum"])
