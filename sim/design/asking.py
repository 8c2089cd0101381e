"""From a configuration to a design, or to a procedure that decides as it goes."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.design import sampling
from sim.design.design import ROLES, SCENARIO, WORLD, Design
from sim.design.factors import UNCERTAIN, Factor, read_factors
from sim.design.optimise import Optimisation
from sim.design.precision import BOTH, OF, Precision, PrecisionTarget
from sim.design.procedure import Procedure
from sim.design.ranking_selection import Selection
from sim.design.worlds import PLAUSIBLE, read_points
from sim.errors import InputError, check_within
from sim.results.schema import METRICS, PRIMARY_OUTCOME
from sim.scenario.intervention import Scenario

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
        (`sim.design.worlds`); the first ``points`` of them are taken.
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
        check_within(f"design.{name}", getattr(asked, name), 1, math.inf, name)
    check_within("design.seed", asked.seed, 0, 2**32 - 1)
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
    """Read the procedure that a configuration asks for, if it does.

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
    asked = {
        "precision": plain["precision"] is not None,
        "selection.metric": selection.metric is not None,
        "design=optimise": design.method == "optimise",
    }
    given = [name for name, is_given in asked.items() if is_given]
    if len(given) > 1:
        raise InputError(f"configuration: {' and '.join(given)} at the same time: give one")
    if not given:
        return None
    if not 2 <= stopping.pilot <= stopping.maximum:
        raise InputError(
            f"configuration: stopping.pilot = {stopping.pilot} is not within 2 and "
            f"stopping.maximum = {stopping.maximum} replications"
        )
    if asked["precision"]:
        return _precision(plain["precision"], stopping)
    if asked["selection.metric"]:
        return _selection(selection, stopping, list(scenarios), workers)
    return _optimisation(design, replications)


def _precision(wanted: Any, stopping: StoppingConfig) -> Precision:
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
                f"configuration: precision = {wanted!r}: say it as 5%, or give each metric a "
                "half-width in its unit: precision={mean_wait_min: 0.5}"
            )
        targets = tuple(_target(str(name), wanted) for name in stopping.metrics)
    if not targets:
        raise InputError("configuration: stopping.metrics names no metric")
    return Precision(targets, stopping.of, stopping.pilot, stopping.maximum)


def _target(metric: str, value: Any) -> PrecisionTarget:
    unit = _metric(metric, "precision").unit
    if isinstance(value, str) and re.fullmatch(r"-?[0-9.]+\s*%", value):
        relative = float(value.rstrip("% ")) / 100
        if not 0 < relative < 1:
            raise InputError(
                f"configuration: precision of {metric} = {value} is not above 0 and below 100 %"
            )
        return PrecisionTarget(metric, relative=relative)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(
            f"configuration: precision of {metric} = {value!r} is neither a share such as 5% nor "
            f"a number of {unit}"
        )
    if not value > 0:
        raise InputError(f"configuration: precision of {metric} = {value} is not above 0 {unit}")
    return PrecisionTarget(metric, absolute=float(value))


def _metric(name: str, where: str) -> Any:
    if name not in METRICS:
        raise InputError.unknown("metric", name, METRICS, f"configuration: {where}")
    return METRICS[name]


def _selection(
    asked: SelectionConfig, stopping: StoppingConfig, scenarios: list[Scenario], workers: int
) -> Selection:
    name = str(asked.metric)
    metric = _metric(name, "selection.metric")
    if metric.better == "":
        raise InputError(
            f"configuration: selection.metric = {name}: neither more nor less of it is better"
        )
    if asked.margin is None or not asked.margin > 0:
        raise InputError(
            f"configuration: selection.margin = {asked.margin} is not a difference that matters, "
            f"above 0 {metric.unit}"
        )
    if not 0.5 <= asked.confidence < 1:
        raise InputError(
            f"configuration: selection.confidence = {asked.confidence} is outside 0.5 to 1"
        )
    bounds = frozenset(one.name for one in scenarios if one.bound)
    if len(scenarios) - len(bounds) < 2:
        raise InputError("configuration: selection needs scenarios to select from: compare=[...]")
    return Selection(
        name, asked.margin, asked.confidence, stopping.pilot, stopping.maximum, workers, bounds
    )


def _optimisation(asked: DesignConfig, replications: int) -> Optimisation:
    goal = _metric(asked.goal, "design.goal")
    if goal.better == "":
        raise InputError(
            f"configuration: design.goal = {asked.goal}: neither more nor less of it is better"
        )
    limits = asked.at_most or {}
    if not isinstance(limits, Mapping):
        raise InputError(
            f"configuration: design.at_most = {limits!r} is not a mapping of metrics to rises"
        )
    for name, most in limits.items():
        unit = _metric(str(name), "design.at_most").unit
        if isinstance(most, bool) or not isinstance(most, (int, float)):
            raise InputError(
                f"configuration: design.at_most: {name} = {most!r} is not a number ({unit})"
            )
    return Optimisation(
        read_factors(asked.vary, listed=False),
        asked.goal,
        {str(name): float(most) for name, most in limits.items()},
        asked.points,
        asked.batch,
        replications,
        asked.seed,
    )


def most_replications(plain: Mapping[str, Any], procedure: Procedure | None) -> int:
    """Give the replications of a point that a study may come to, times its growth in points."""
    replications, trials = int(plain["run"]["replications"]), int(plain["design"]["points"])
    if procedure is None:
        return replications
    if isinstance(procedure, Optimisation):
        return replications * trials
    return int(plain["stopping"]["maximum"])
