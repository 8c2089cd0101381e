"""The points of a study's design: what was varied, and what came out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.compare import BASELINE
from analysis.outcomes import differences, levels, of_worlds
from sim.errors import InputError
from sim.metrics import PRIMARY_OUTCOME
from sim.results import Study


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
        (`analysis.outcomes.of_worlds`). Where they are scenarios, the outcome is their own
        difference to the baseline.
    adversary : str, optional
        Only one kind of smuggler.

    Raises
    ------
    InputError
        If the study has no design.
    """
    about = study.manifest.get("design") or {}
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
    ends = {name: (float(low), float(high)) for name, low, high in about.get("factors", [])}
    for name in names:
        column = tables["value"][name]
        ends.setdefault(name, (float(column.min()), float(column.max())))
    return DesignPoints(
        str(about.get("method", "worlds")),
        tables["value"],
        tables["place"],
        outcome.loc[order].rename("outcome"),
        ends,
    )


def _of_scenarios(study: Study, metric: str, adversary: str | None) -> pd.Series:
    level = levels(study, metric)
    compared = BASELINE in level.index.get_level_values("scenario")
    sample = differences(study, metric) if compared else level
    if adversary is not None:
        kinds = sample.index.get_level_values("adversary").unique().tolist()
        if adversary not in kinds:
            raise InputError.unknown("kind of smuggler", adversary, kinds, str(study.folder))
        sample = sample.xs(adversary, level="adversary")
    found: pd.Series = sample.groupby(level="scenario").mean()
    return found


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
