"""The points of a study's design: what was varied, and what came out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.outcomes import outcome
from analysis.values import BASELINE, metric_of, values
from sim.errors import InputError
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

STATE = ["adversary", "world"]
"""What is not up to planners: a scenario is judged in every such state."""


def proposals(study: Study) -> list[str]:
    """Scenarios that somebody would carry out: neither the baseline nor a bound."""
    return [str(name) for name in study.scenarios if name != BASELINE and name not in study.bounds]


def levels(study: Study, metric: str = PRIMARY_OUTCOME) -> pd.Series:
    """Value of a metric, by scenario, adversary, world and replication.

    Raises
    ------
    InputError
        If there is no such metric, or the study does not hold it.
    """
    metric_of(metric)
    if metric == PRIMARY_OUTCOME:  # of the expected layer, where the study has it
        return outcome(study)
    table = values(study)
    if metric not in table.columns:
        raise InputError(f"{study.folder}: the study does not hold metric {metric!r}")
    level: pd.Series = table[metric].dropna()
    return level


def differences(study: Study, metric: str = PRIMARY_OUTCOME) -> pd.Series:
    """Difference to the baseline, by scenario, adversary, world and replication.

    Each is within a pair: the same smugglers, world and random numbers.
    """
    level = levels(study, metric)
    if BASELINE not in level.index.get_level_values("scenario"):
        raise InputError(f"{study.folder}: there is no scenario {BASELINE!r} to compare with")
    base = level.loc[BASELINE]
    pairs = level.index.droplevel("scenario")
    result: pd.Series = level - base.reindex(pairs).to_numpy()
    return result.dropna()


def effects(study: Study, metric: str = PRIMARY_OUTCOME) -> pd.DataFrame:
    """Mean difference of each scenario in each state, over replications.

    Returns
    -------
    pandas.DataFrame
        Rows: adversary and world; columns: scenarios, the baseline first with nothing but zeros.
    """
    means = differences(study, metric).groupby(level=["scenario", *STATE]).mean()
    wide = means.unstack("scenario")
    order = [name for name in study.scenarios if name in wide.columns]
    return wide[order].dropna()


def headline(study: Study, metric: str = PRIMARY_OUTCOME) -> str:
    """Scenario that the headline is about: the proposal of the largest mean effect.

    The baseline where the study compares nothing.
    """
    named = proposals(study)
    if not named:
        return BASELINE
    means = effects(study, metric)[named].mean()
    better = metric_of(metric).better
    return str(means.idxmin() if better == "less" else means.idxmax())


def of_worlds(
    study: Study,
    metric: str = PRIMARY_OUTCOME,
    scenario: str | None = None,
    adversary: str | None = None,
) -> pd.Series:
    """Outcome in each world, the mean over replications and kinds of smuggler.

    Parameters
    ----------
    study : Study
    metric : str
    scenario : str, optional
        Whose difference to the baseline is meant; for the baseline itself its level is. The
        headline's by default.
    adversary : str, optional
        Only one kind of smuggler.

    Returns
    -------
    pandas.Series
        By world.
    """
    chosen = headline(study, metric) if scenario is None else scenario
    scenarios = study.scenarios
    if chosen not in scenarios:
        raise InputError.unknown("scenario", chosen, scenarios, str(study.folder))
    sample = levels(study, metric) if chosen == BASELINE else differences(study, metric)
    of_scenario = _of_kind(study, sample.loc[chosen], adversary)
    by_state = of_scenario.groupby(
        level=[name for name in STATE if name in of_scenario.index.names]
    ).mean()
    result: pd.Series = by_state.groupby(level="world").mean()
    return result


def _of_kind(study: Study, sample: pd.Series, adversary: str | None) -> pd.Series:
    """The part of a sample that is of one kind of smuggler; all of it for None."""
    if adversary is None:
        return sample
    kinds = sample.index.get_level_values("adversary").unique().tolist()
    if adversary not in kinds:
        raise InputError.unknown("kind of smuggler", adversary, kinds, str(study.folder))
    return sample.xs(adversary, level="adversary")


@dataclass(frozen=True)
class DesignPoints:
    """Points of a design with their outcome, in the order of the design.

    Attributes
    ----------
    method : str
        How the points were chosen: worlds, lhs, sobol, morris, grid or optimise.
    values, places : pandas.DataFrame
        One row a point, one column a parameter: values in the parameters' units, and places within
        the ranges (0 to 1).
    outcome : pandas.Series
        By point.
    ranges : dict
        Lowest and highest value of each parameter.
    """

    method: str
    values: pd.DataFrame
    places: pd.DataFrame
    outcome: pd.Series
    ranges: dict[str, tuple[float, float]]

    def __len__(self) -> int:
        """Number of points."""
        return len(self.outcome)


def design_points(
    study: Study,
    metric: str = PRIMARY_OUTCOME,
    scenario: str | None = None,
    adversary: str | None = None,
) -> DesignPoints:
    """Read the points of a study's design, with their outcome.

    Parameters
    ----------
    study : Study
    metric : str
    scenario : str, optional
        Where the points are worlds: whose difference to the baseline is meant
        (`analysis.design_points.of_worlds`). Where they are scenarios, the outcome is their own
        difference to the baseline.
    adversary : str, optional
        Only one kind of smuggler.

    Raises
    ------
    InputError
        If the study has no design.
    """
    design = study.manifest.get("design") or {}
    rows = study.design
    if rows.empty:
        raise InputError(
            f"{study.folder}: the study has no design, so nothing was varied; "
            "run it with worlds=64 or design=lhs, sobol, morris or grid"
        )
    worlds = bool((rows["world"] > 0).any())
    key = "world" if worlds else "scenario"
    if worlds:
        outcome = of_worlds(study, metric, scenario, adversary)
    else:
        outcome = _of_scenarios(study, metric, adversary)
    order = [point for point in rows[key].unique() if point in outcome.index]
    names = list(dict.fromkeys(rows["parameter"]))
    tables = {
        column: rows.pivot(index=key, columns="parameter", values=column).loc[order, names]
        for column in ("value", "place")
    }
    ends = {name: (float(low), float(high)) for name, low, high in design.get("factors", [])}
    for name in names:
        column = tables["value"][name]
        ends.setdefault(name, (float(column.min()), float(column.max())))
    return DesignPoints(
        str(design.get("method", "worlds")),
        tables["value"],
        tables["place"],
        outcome.loc[order].rename("outcome"),
        ends,
    )


def _of_scenarios(study: Study, metric: str, adversary: str | None) -> pd.Series:
    level = levels(study, metric)
    compared = BASELINE in level.index.get_level_values("scenario")
    sample = differences(study, metric) if compared else level
    result: pd.Series = _of_kind(study, sample, adversary).groupby(level="scenario").mean()
    return result


def complete(points: DesignPoints, expected: int, study: Study) -> np.ndarray:
    """Outcomes of a design that only means something as a whole.

    Raises
    ------
    InputError
        If some of its points are missing.
    """
    if len(points) != expected:
        raise InputError(
            f"{study.folder}: {len(points)} of the {expected} points of the design are there; "
            "run the study to its end"
        )
    sample: np.ndarray = points.outcome.to_numpy(dtype=float)
    return sample
