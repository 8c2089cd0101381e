"""Which of the things that are not known decide an outcome."""

import numpy as np
import pandas as pd
from scipy import stats

from analysis.design_points import DesignPoints, design_points
from sim.errors import InputError
from sim.metrics import PRIMARY_OUTCOME
from sim.parameters import catalogue
from sim.results import Study

FEWEST_POINTS = 8
"""Fewer points say nothing on which parameter matters."""

FALSE_DISCOVERIES = 0.1
"""Share that stands out by chance alone, among the parameters that `shares_by_kind` counts."""


def tornado(
    study: Study,
    metric: str = PRIMARY_OUTCOME,
    scenario: str | None = None,
    adversary: str | None = None,
) -> pd.DataFrame:
    """What each parameter does to an outcome between the ends of its range.

    The other parameters vary at the same time, so this is the mean over what they may be: the
    outcome on a straight line through the points, at either end of the range.

    Parameters
    ----------
    study : Study
        With worlds or another design.
    metric, scenario, adversary : str, optional
        Which outcome (`analysis.design_points.design_points`): the headline's by default.

    Returns
    -------
    pandas.DataFrame
        One row a parameter, the largest swing first: ``parameter``, ``about``, ``unit``, ``kind``;
        ``low`` and ``high``, ends of its range; ``at_low`` and ``at_high``, the outcome there;
        ``swing``, their difference; ``share``, share of the outcome's variance that it explains
        (squared rank correlation, less what chance gives); ``p``, chance of such a rank
        correlation if it did nothing; ``points``.
    """
    points = design_points(study, metric, scenario, adversary)
    if len(points) < FEWEST_POINTS:
        raise InputError(
            f"{study.folder}: {len(points)} points; sensitivity needs at least {FEWEST_POINTS}"
        )
    table = pd.DataFrame(
        [_row(points, name) for name in points.values.columns if np.ptp(points.values[name]) > 0]
    )
    order = table["swing"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _row(points: DesignPoints, name: str) -> dict[str, object]:
    x, y = points.values[name].to_numpy(), points.outcome.to_numpy()
    low, high = points.ranges[name]
    line = stats.linregress(x, y)
    rank = stats.spearmanr(x, y) if np.ptp(y) > 0 else None
    squared, chance = float(rank.statistic) ** 2 if rank else 0.0, 1 / (len(x) - 1)
    return {
        "parameter": name,
        **described(name),
        "low": low,
        "high": high,
        "at_low": line.intercept + line.slope * low,
        "at_high": line.intercept + line.slope * high,
        "swing": line.slope * (high - low),
        "share": max(0.0, (squared - chance) / (1 - chance)),
        "p": float(rank.pvalue) if rank else 1.0,
        "points": len(x),
    }


def described(name: str) -> dict[str, str]:
    """What a parameter is: ``about``, ``unit`` and ``kind``; empty for one that is no more."""
    known = catalogue()
    about = known[name].metadata if name in known else {}
    return {key: str(about.get(key, "")) for key in ("about", "unit", "kind")}


def shares_by_kind(
    study: Study, metric: str = PRIMARY_OUTCOME, scenario: str | None = None
) -> dict[str, float] | None:
    """How the explained variance of an outcome divides among kinds of parameter.

    Only parameters whose influence is more than chance explains count (Benjamini and Hochberg's
    false discovery rate).

    Returns
    -------
    dict or None
        Share by kind, adding up to 1; None where no influence stands out.
    """
    table = tornado(study, metric, scenario)
    kept = table[stats.false_discovery_control(table["p"]) < FALSE_DISCOVERIES]
    total = float(kept["share"].sum())
    if total <= 0:
        return None
    parts = kept.groupby("kind")["share"].sum()
    return {str(kind): float(part) / total for kind, part in parts.items()}
