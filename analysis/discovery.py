"""Scenario discovery: the box of conditions in which an outcome is high, or low (PRIM)."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.design_points import DesignPoints, design_points
from analysis.sensitivity import described
from analysis.values import metric_of
from sim.errors import InputError
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

FEWEST_CASES = 10
"""Fewer cases of interest make no box that could be believed."""

SMALLEST_BOX = 0.05
"""Least share of all points in a box."""


@dataclass(frozen=True)
class Box:
    """Conditions in which the cases of interest lie together.

    Attributes
    ----------
    limits : pandas.DataFrame
        One row a condition, the most certain first: ``parameter``, ``about``, ``unit``, ``kind``;
        ``low`` and ``high``, ends of the box; ``lowest`` and ``highest``, those of the range;
        ``p``, chance that the limit is an accident (quasi-p-value).
    coverage : float
        Share of the cases of interest that lie in the box.
    density : float
        Share of the points in the box that are cases of interest.
    base : float
        The same share among all points.
    mass : float
        Share of all points that lie in the box.
    threshold : float
        Outcome that makes a case of interest, in the metric's unit.
    above : bool
        Whether they are those at or above it, or those at or below.
    points : int
    """

    limits: pd.DataFrame
    coverage: float
    density: float
    base: float
    mass: float
    threshold: float
    above: bool
    points: int


def prim(
    study: Study,
    metric: str = PRIMARY_OUTCOME,
    scenario: str | None = None,
    adversary: str | None = None,
    threshold: float | None = None,
    *,
    above: bool | None = None,
) -> Box:
    """Patient rule induction: peel away what is not of interest.

    Parameters
    ----------
    study : Study
        With worlds or another design.
    metric, scenario, adversary : str, optional
        Which outcome (`analysis.design_points.design_points`).
    threshold : float, optional
        Outcome that makes a case of interest; the quarter of the points that does best by default.
    above : bool, optional
        Whether cases at or above the threshold are of interest; what is better by default.

    Raises
    ------
    InputError
        If there are too few cases, or the package is not installed.

    References
    ----------
    .. [1] Friedman and Fisher (1999), Statistics and Computing 9:123-143.
    .. [2] Bryant and Lempert (2010), Technol. Forecast. Soc. Change 77:34-49.
    """
    points = design_points(study, metric, scenario, adversary)
    upward = metric_of(metric).better != "less" if above is None else above
    outcome = points.outcome
    at = float(outcome.quantile(0.75 if upward else 0.25)) if threshold is None else threshold
    cases = (outcome >= at if upward else outcome <= at).to_numpy()
    if cases.sum() < FEWEST_CASES or cases.all():
        raise InputError(
            f"{study.folder}: {cases.sum()} of {len(points)} points are "
            f"{'at or above' if upward else 'at or below'} {at:g}; a box needs at least "
            f"{FEWEST_CASES}, and others besides"
        )
    varied = len(points.values.columns)
    if len(points) <= varied:
        raise InputError(
            f"{study.folder}: {len(points)} points of {varied} parameters; a box "
            "needs more points than parameters, or it fits chance (design=lhs over a few of them)"
        )
    box = _peeled(points, cases)
    return Box(
        limits=_limits(points, box),
        coverage=float(box.coverage),
        density=float(box.density),
        base=float(cases.mean()),
        mass=float(box.mass),
        threshold=at,
        above=upward,
        points=len(points),
    )


def _peeled(points: DesignPoints, cases: np.ndarray) -> Any:
    """Peel, and choose the box of the best balance (F1) of coverage and density."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # optional parts of the workbench that are not installed
        try:
            from ema_workbench.analysis import prim as workbench
        except ImportError:
            raise InputError(
                "PRIM needs the package ema-workbench: install the extra 'study'"
            ) from None
        x = points.values.reset_index(drop=True)
        box = workbench.Prim(x, cases, threshold=0.5, mass_min=SMALLEST_BOX).find_box()
        path = box.peeling_trajectory
        balance = 2 * path["coverage"] * path["density"] / (path["coverage"] + path["density"])
        box.select(int(balance.idxmax()))
    return box


def _limits(points: DesignPoints, box: Any) -> pd.DataFrame:
    lims, whole = box.box_lims[box._cur_box], box.box_lims[0]
    chances = box.qp[box._cur_box]
    rows = []
    for name, values in chances.items():
        lowest, highest = points.ranges[name]
        low, high = (
            end if lims[name].iloc[k] == whole[name].iloc[k] else float(lims[name].iloc[k])
            for k, end in enumerate((lowest, highest))
        )
        tested = [p for p in values if p >= 0]
        rows.append(
            {
                "parameter": name, **described(name), "low": low, "high": high,
                "lowest": lowest, "highest": highest,
                "p": float(min(tested)) if tested else float("nan"),
            }
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=[
        "parameter", "about", "unit", "kind", "low", "high", "lowest", "highest", "p"])  # fmt: skip
    return table.sort_values("p", kind="stable").reset_index(drop=True)
