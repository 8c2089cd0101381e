"""Morris's screening and Sobol' indices, from a study whose design was made for them (SALib)."""

import warnings
from typing import Any

import pandas as pd

from analysis.design_points import DesignPoints, complete, design_points
from analysis.sensitivity import described
from sim.design.sampling import unit_problem
from sim.errors import InputError
from sim.metrics import PRIMARY_OUTCOME
from sim.results import Study


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
    points, about = _made_for("morris", study, metric, scenario, adversary)
    from SALib.analyze import morris as salib

    count = points.places.shape[1]
    outcome = complete(points, int(about["trajectories"]) * (count + 1), study)
    found = salib.analyze(
        unit_problem(count), points.places.to_numpy(), outcome,
        num_levels=int(about["levels"]), seed=1,
    )  # fmt: skip
    columns = ("mu_star", "mu_star_conf", "mu", "sigma")
    return _table(points, {name: found[name] for name in columns}, by="mu_star")


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
    points, about = _made_for("sobol", study, metric, scenario, adversary)
    from SALib.analyze import sobol as salib

    count = points.places.shape[1]
    each = 2 * count + 2 if about["second_order"] else count + 2
    outcome = complete(points, int(about["base"]) * each, study)
    if outcome.min() == outcome.max():
        raise InputError(f"{study.folder}: {metric} is the same at every point")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SALib's own use of pandas
        found = salib.analyze(
            unit_problem(count), outcome, calc_second_order=bool(about["second_order"]), seed=1
        )
    columns = {"first": "S1", "first_conf": "S1_conf", "total": "ST", "total_conf": "ST_conf"}
    return _table(points, {name: found[key] for name, key in columns.items()}, by="total")


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
    about = pd.DataFrame([described(name) for name in names])
    table = pd.concat([table[["parameter"]], about, table.drop(columns="parameter")], axis=1)
    return table.sort_values(by, ascending=False, kind="stable").reset_index(drop=True)
