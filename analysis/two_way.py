"""Two parameters at a time: the mean outcome over a grid of both."""

import numpy as np
import pandas as pd

from analysis.design_points import design_points
from analysis.sensitivity import tornado
from sim.errors import InputError
from sim.metrics import PRIMARY_OUTCOME
from sim.results import Study

BINS = 5
"""Slices of a range, where the points do not lie on a grid of their own."""

MOST_LEVELS = 12
"""More different values than these are put into slices."""


def two_way(
    study: Study,
    x: str | None = None,
    y: str | None = None,
    metric: str = PRIMARY_OUTCOME,
    scenario: str | None = None,
    adversary: str | None = None,
) -> pd.DataFrame:
    """Mean outcome by two parameters.

    Parameters
    ----------
    study : Study
        With worlds or another design.
    x, y : str, optional
        Parameters; those of the largest swings by default.
    metric, scenario, adversary : str, optional
        Which outcome (`analysis.design_points.design_points`).

    Returns
    -------
    pandas.DataFrame
        One row a cell that holds a point: ``x`` and ``y``, names; ``x_value`` and ``y_value``, the
        value there or the middle of the slice; ``value``, mean outcome; ``points``.
    """
    points = design_points(study, metric, scenario, adversary)
    varied = [name for name in points.values if np.ptp(points.values[name]) > 0]
    if len(varied) < 2:
        raise InputError(f"{study.folder}: the design varies {len(varied)} parameters, not two")
    chosen = [name for name in (x, y) if name is not None]
    for name in chosen:
        if name not in varied:
            raise InputError.unknown("parameter", name, varied, f"{study.folder}: design")
    if len(chosen) < 2:
        ranked = tornado(study, metric, scenario, adversary)["parameter"].tolist()
        chosen += [name for name in ranked if name not in chosen][: 2 - len(chosen)]
    if chosen[0] == chosen[1]:
        raise InputError(f"{study.folder}: {chosen[0]} against itself; name two parameters")
    table = pd.DataFrame(
        {
            "x_value": _cells(points.values[chosen[0]], points.ranges[chosen[0]]),
            "y_value": _cells(points.values[chosen[1]], points.ranges[chosen[1]]),
            "outcome": points.outcome,
        }
    )
    cells = table.groupby(["x_value", "y_value"])["outcome"].agg(["mean", "size"]).reset_index()
    cells.columns = ["x_value", "y_value", "value", "points"]
    return cells.assign(x=chosen[0], y=chosen[1])[
        ["x", "y", "x_value", "y_value", "value", "points"]
    ]


def _cells(values: pd.Series, ends: tuple[float, float]) -> pd.Series:
    """Each value, or the middle of its slice where there are many."""
    if values.nunique() <= MOST_LEVELS:
        return values
    low, high = ends
    width = (high - low) / BINS
    slices = ((values - low) / width).astype(int).clip(0, BINS - 1)
    return low + (slices + 0.5) * width
