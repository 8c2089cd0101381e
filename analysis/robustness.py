"""Which proposal holds up, whatever the world and however smugglers decide.

A *state* is a world with a kind of smuggler. Planners cannot choose it, so a proposal is judged by
how it does in all of them: how often it is the best, and how much is lost by choosing it where
another would have been better.
"""

import numpy as np
import pandas as pd

from analysis.design_points import effects, proposals
from analysis.values import metric_of
from sim.errors import InputError
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

TOP = 3
"""Places that count as near the best."""


def merits(study: Study, metric: str = PRIMARY_OUTCOME) -> pd.DataFrame:
    """Effect of each proposal in each state, signed so that more is better.

    Raises
    ------
    InputError
        If there are fewer than two proposals, or the metric has no better direction.
    """
    named = proposals(study)
    if len(named) < 2:
        raise InputError(f"{study.folder}: {len(named)} proposals; ranks need at least 2")
    better = metric_of(metric).better
    if better == "":
        raise InputError(f"metric {metric!r} has no direction that is better")
    effect = effects(study, metric)[named]
    return -effect if better == "less" else effect


def rank_stability(study: Study, metric: str = PRIMARY_OUTCOME) -> pd.DataFrame:
    """How steady each proposal's rank is over the states.

    Returns
    -------
    pandas.DataFrame
        One row a proposal, the best first: ``scenario``; ``effect``, its mean effect over the
        states; ``best_share`` and ``top3_share``, shares of states in which it is first and among
        the first three (ties share the better place); ``median_rank``, ``lowest_rank``,
        ``highest_rank`` (1 is best); ``harm_share``, share of states in which it does worse than
        the baseline; ``states``.
    """
    merit = merits(study, metric)
    ranks = merit.rank(axis=1, ascending=False, method="min")
    sign = -1.0 if metric_of(metric).better == "less" else 1.0
    table = pd.DataFrame(
        {
            "effect": sign * merit.mean(),
            "best_share": (ranks == 1).mean(),
            "top3_share": (ranks <= TOP).mean(),
            "median_rank": ranks.median(),
            "lowest_rank": ranks.max().astype(int),
            "highest_rank": ranks.min().astype(int),
            "harm_share": (merit < 0).mean(),
            "states": len(merit),
        }
    )
    ordered = table.loc[merit.mean().sort_values(ascending=False, kind="stable").index]
    return ordered.rename_axis("scenario").reset_index()


def regret(study: Study, metric: str = PRIMARY_OUTCOME) -> pd.DataFrame:
    """What is lost by choosing a proposal where another would have been better.

    Regret in a state is the best proposal's effect there less one's own, in the metric's unit;
    doing nothing counts as a choice.

    Returns
    -------
    pandas.DataFrame
        One row a proposal, and ``baseline`` for doing nothing, the smallest largest regret first:
        ``scenario``, ``mean_regret``, ``p90_regret``, ``largest_regret``, ``worst_adversary`` and
        ``worst_world`` (where it is largest), ``states``.

    References
    ----------
    .. [1] Savage (1951), The theory of statistical decision, J. Am. Stat. Assoc. 46:55-67.
    """
    return regret_of(merits(study, metric))


def regret_of(merit: pd.DataFrame) -> pd.DataFrame:
    """Regret from merits: rows of states, columns of proposals, more is better (`regret`)."""
    merit = pd.concat([merit, pd.Series(0.0, merit.index, name="baseline")], axis=1)
    lost = merit.rsub(merit.max(axis=1), axis=0)
    worst = lost.idxmax()
    table = pd.DataFrame(
        {
            "mean_regret": lost.mean(),
            "p90_regret": lost.quantile(0.9),
            "largest_regret": lost.max(),
            "worst_adversary": [str(worst[name][0]) for name in lost.columns],
            "worst_world": [int(worst[name][1]) for name in lost.columns],
            "states": len(lost),
        },
        index=lost.columns,
    )
    ordered = table.sort_values(["largest_regret", "mean_regret"], kind="stable")
    return ordered.rename_axis("scenario").reset_index()


def agreement(study: Study, metric: str = PRIMARY_OUTCOME) -> dict[str, float]:
    """How far the states agree on the order of the proposals.

    Returns
    -------
    dict
        ``kendall_w``, Kendall's coefficient of concordance, 0 (none) to 1 (the same order
        everywhere); ``mean_tau``, ``lowest_tau``: Kendall's tau-b of each state's order with that
        of the mean effects; ``states``.
    """
    from scipy import stats  # takes a second to import

    merit = merits(study, metric)
    ranks = merit.rank(axis=1)
    states, count = ranks.shape
    spread = float(((ranks.sum() - states * (count + 1) / 2) ** 2).sum())
    ties = sum(
        float((sizes**3 - sizes).sum())
        for sizes in (row.value_counts().to_numpy() for _, row in ranks.iterrows())
    )
    whole = states**2 * (count**3 - count) / 12 - states * ties / 12
    overall = merit.mean()
    taus = np.array([stats.kendalltau(row, overall).statistic for _, row in merit.iterrows()])
    defined = taus[~np.isnan(taus)]
    return {
        "kendall_w": spread / whole if whole > 0 else float("nan"),
        "mean_tau": float(defined.mean()) if len(defined) else float("nan"),
        "lowest_tau": float(defined.min()) if len(defined) else float("nan"),
        "states": float(states),
    }
