"""Which of the things that are not known decide an outcome: tornado, indices, two at a time."""

import warnings
from typing import Any

import numpy as np
import pandas as pd

from analysis.design_points import DesignPoints, complete, design_points
from sim.design.sampling import unit_problem
from sim.errors import InputError
from sim.parameters import catalogue
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

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
    from scipy import stats  # takes a second to import

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
    parameters = catalogue()
    metadata = parameters[name].metadata if name in parameters else {}
    return {key: str(metadata.get(key, "")) for key in ("about", "unit", "kind")}


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
    from scipy import stats  # takes a second to import

    table = tornado(study, metric, scenario)
    kept = table[stats.false_discovery_control(table["p"]) < FALSE_DISCOVERIES]
    total = float(kept["share"].sum())
    if total <= 0:
        return None
    parts = kept.groupby("kind")["share"].sum()
    return {str(kind): float(part) / total for kind, part in parts.items()}


def morris(
    study: Study,
    metric: str = PRIMARY_OUTCOME,
    scenario: str | None = None,
    adversary: str | None = None,
) -> pd.DataFrame:
    """Elementary effects: which parameters matter at all, and whether evenly.

    Parameters
    ----------
    study : Study
        With design=morris.
    metric, scenario, adversary : str, optional
        Which outcome (`analysis.design_points.design_points`).

    Returns
    -------
    pandas.DataFrame
        One row a parameter, the most important first: ``parameter``, ``about``, ``unit``, ``kind``;
        ``mu_star``, mean size of its effect over the whole of its range, in the metric's unit, and
        ``mu_star_conf``, half of its 95 % interval; ``mu``, mean effect with its sign; ``sigma``,
        spread of the effects (large where it depends on other parameters); ``points``.

    References
    ----------
    .. [1] Morris (1991), Technometrics 33:161-174.
    .. [2] Campolongo, Cariboni and Saltelli (2007), Environ. Model. Softw. 22:1509-1518 (mu_star).
    """
    points, design = _made_for("morris", study, metric, scenario, adversary)
    from SALib.analyze import morris as salib

    count = points.places.shape[1]
    outcome = complete(points, int(design["trajectories"]) * (count + 1), study)
    indices = salib.analyze(
        unit_problem(count), points.places.to_numpy(), outcome,
        num_levels=int(design["levels"]), seed=1,
    )  # fmt: skip
    columns = ("mu_star", "mu_star_conf", "mu", "sigma")
    return _table(points, {name: indices[name] for name in columns}, by="mu_star")


def sobol(
    study: Study,
    metric: str = PRIMARY_OUTCOME,
    scenario: str | None = None,
    adversary: str | None = None,
) -> pd.DataFrame:
    """Sobol' indices: shares of an outcome's variance.

    Parameters
    ----------
    study : Study
        With design=sobol.
    metric, scenario, adversary : str, optional
        Which outcome (`analysis.design_points.design_points`).

    Returns
    -------
    pandas.DataFrame
        One row a parameter, the most important first: ``parameter``, ``about``, ``unit``, ``kind``;
        ``first``, share of the variance that it explains alone, and ``total``, with all that it
        does together with others; ``first_conf`` and ``total_conf``, halves of their 95 %
        intervals; ``points``. Estimates may lie a little outside 0 to 1.

    References
    ----------
    .. [1] Saltelli et al. (2010), Computer Physics Communications 181:259-270.
    """
    points, design = _made_for("sobol", study, metric, scenario, adversary)
    from SALib.analyze import sobol as salib

    count = points.places.shape[1]
    each = 2 * count + 2 if design["second_order"] else count + 2
    outcome = complete(points, int(design["base"]) * each, study)
    if outcome.min() == outcome.max():
        raise InputError(f"{study.folder}: {metric} is the same at every point")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SALib's own use of pandas
        indices = salib.analyze(
            unit_problem(count), outcome, calc_second_order=bool(design["second_order"]), seed=1
        )
    columns = {"first": "S1", "first_conf": "S1_conf", "total": "ST", "total_conf": "ST_conf"}
    return _table(points, {name: indices[key] for name, key in columns.items()}, by="total")


def _made_for(
    method: str, study: Study, metric: str, scenario: str | None, adversary: str | None
) -> tuple[DesignPoints, dict[str, Any]]:
    points = design_points(study, metric, scenario, adversary)
    if points.method != method:
        raise InputError(
            f"{study.folder}: the design is {points.method}; this needs design={method}"
        )
    return points, study.manifest["design"]


def _table(points: DesignPoints, columns: dict[str, object], by: str) -> pd.DataFrame:
    names = list(points.places.columns)
    table = pd.DataFrame({"parameter": names, **columns, "points": len(points)})
    described_parameters = pd.DataFrame([described(name) for name in names])
    table = pd.concat(
        [table[["parameter"]], described_parameters, table.drop(columns="parameter")], axis=1
    )
    return table.sort_values(by, ascending=False, kind="stable").reset_index(drop=True)


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
