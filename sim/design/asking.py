"""From what a configuration asks for to a procedure that decides as it goes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.design.factors import read_factors
from sim.design.methods import DesignConfig
from sim.design.optimise import Optimisation
from sim.design.precision import BOTH, OF, Precision, Target
from sim.design.procedure import Procedure
from sim.design.selection import Selection
from sim.errors import InputError
from sim.intervention import Scenario
from sim.metrics import METRICS, PRIMARY_OUTCOME


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


def _target(metric: str, value: Any) -> Target:
    unit = _metric(metric, "precision").unit
    if isinstance(value, str) and re.fullmatch(r"-?[0-9.]+\s*%", value):
        relative = float(value.rstrip("% ")) / 100
        if not 0 < relative < 1:
            raise InputError(
                f"configuration: precision of {metric} = {value} is not above 0 and below 100 %"
            )
        return Target(metric, relative=relative)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(
            f"configuration: precision of {metric} = {value!r} is neither a share such as 5% nor "
            f"a number of {unit}"
        )
    if not value > 0:
        raise InputError(f"configuration: precision of {metric} = {value} is not above 0 {unit}")
    return Target(metric, absolute=float(value))


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
