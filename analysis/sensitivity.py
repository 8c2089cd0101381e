"""Which of the things that are not known decide an outcome."""

import numpy as np
import pandas as pd
from scipy import stats

from analysis.compare import STOPPED
from analysis.outcomes import of_worlds
from sim.errors import InputError
from sim.parameters import catalogue
from sim.results import Study

FEWEST_WORLDS = 8
"""Fewer worlds say nothing on which parameter matters."""


def inputs(study: Study) -> pd.DataFrame:
    """Values of what the design varied: one row a world, one column a parameter.

    Raises
    ------
    InputError
        If the study has no design of worlds.
    """
    rows = study.design
    rows = rows[rows["scenario"] == ""]
    if rows.empty:
        raise InputError(
            f"{study.folder}: the study has no worlds, so nothing was varied; "
            "run it with worlds=64 or a design"
        )
    table: pd.DataFrame = rows.pivot(index="world", columns="parameter", values="value")
    return table[list(dict.fromkeys(rows["parameter"]))]


def tornado(
    study: Study,
    metric: str = STOPPED,
    scenario: str | None = None,
    adversary: str | None = None,
) -> pd.DataFrame:
    """What each parameter does to an outcome between the ends of its range.

    The other parameters vary at the same time, so this is the mean over what they may be: the
    outcome on a straight line through the worlds, at either end of the range.

    Parameters
    ----------
    study : Study
        With worlds.
    metric, scenario, adversary : str, optional
        Which outcome (`analysis.outcomes.of_worlds`): the headline's by default.

    Returns
    -------
    pandas.DataFrame
        One row a parameter, the most important first: ``parameter``, ``about``, ``unit``,
        ``kind``; ``low`` and ``high``, ends of its range; ``at_low`` and ``at_high``, the outcome
        there; ``swing``, their difference; ``share``, share of the outcome's variance that it
        explains (squared rank correlation, less what chance gives); ``p``, chance of such a rank
        correlation if it did nothing; ``worlds``.
    """
    varied = inputs(study)
    outcome = of_worlds(study, metric, scenario, adversary)
    shared = varied.index.intersection(outcome.index)
    if len(shared) < FEWEST_WORLDS:
        raise InputError(
            f"{study.folder}: {len(shared)} worlds; sensitivity needs at least {FEWEST_WORLDS}"
        )
    varied, y = varied.loc[shared], outcome.loc[shared].to_numpy()
    known = catalogue()
    rows = []
    for name in varied.columns:
        x = varied[name].to_numpy()
        if np.ptp(x) == 0:
            continue
        about = known[name].metadata if name in known else {}
        low, high = _ends(study, name, x)
        line = stats.linregress(x, y)
        rank = stats.spearmanr(x, y) if np.ptp(y) > 0 else None
        squared = float(rank.statistic) ** 2 if rank else 0.0
        chance = 1 / (len(x) - 1)
        rows.append(
            {
                "parameter": name,
                "about": about.get("about", ""),
                "unit": about.get("unit", ""),
                "kind": about.get("kind", ""),
                "low": low,
                "high": high,
                "at_low": line.intercept + line.slope * low,
                "at_high": line.intercept + line.slope * high,
                "swing": line.slope * (high - low),
                "share": max(0.0, (squared - chance) / (1 - chance)),
                "p": float(rank.pvalue) if rank else 1.0,
                "worlds": len(x),
            }
        )
    table = pd.DataFrame(rows)
    order = table["swing"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _ends(study: Study, name: str, x: np.ndarray) -> tuple[float, float]:
    """Range of a factor: as the design has it, else as the worlds have it."""
    about = study.manifest.get("design") or {}
    for factor, low, high in about.get("factors", []):
        if factor == name:
            return float(low), float(high)
    return float(x.min()), float(x.max())


def shares_by_kind(
    study: Study, metric: str = STOPPED, scenario: str | None = None, level: float = 0.1
) -> dict[str, float] | None:
    """How the explained variance of an outcome divides among kinds of parameter.

    Only parameters whose influence is more than chance explains (Benjamini and Hochberg's false
    discovery rate) count.

    Parameters
    ----------
    study : Study
    metric, scenario : str, optional
    level : float
        False discovery rate.

    Returns
    -------
    dict or None
        Share by kind, adding up to 1; None where no influence stands out.
    """
    table = tornado(study, metric, scenario)
    kept = table[stats.false_discovery_control(table["p"]) < level]
    total = float(kept["share"].sum())
    if total <= 0:
        return None
    return {
        str(kind): float(part) / total for kind, part in kept.groupby("kind")["share"].sum().items()
    }
