"""What would change the choice: the value of knowing a parameter before choosing under a budget.

Over worlds drawn from what is not known, the best choice is made once, on average, or anew for each
value of a parameter. The difference is the parameter's expected value of partial perfect
information (EVPPI). What each choice keeps out given a parameter is a spline through the worlds
(Strong et al. 2014; B-splines of SciPy). A maximum over fitted curves is above zero by chance too,
so what it is with the parameter shuffled over the worlds is taken off, and gives p.

No library on PyPI does EVPPI and is kept; R has voi (Heath et al.).

References
----------
.. [1] Strong, Oakley and Brennan (2014), Estimating multiparameter partial expected value of
   perfect information from a probabilistic sensitivity analysis sample, Med. Decis. Making
   34:311-326.
.. [2] Heath, Manolopoulou and Baio (2017), A review of methods for analysis of the expected value
   of information, Med. Decis. Making 37:747-758.
.. [3] Westfall and Young (1993), Resampling-Based Multiple Testing, Wiley.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.answer.choices import Choices, check_budget, choices
from analysis.language import parameter_text
from analysis.outcomes import horizon_in_words
from analysis.wording import aligned, number, probability
from sim.errors import InputError
from sim.numerics.units import Floats
from sim.parameters import catalogue
from sim.results.reading import Study

FEWEST = 20
"""Worlds below which a curve through them says nothing."""
KNOTS, RIDGE, SHUFFLES = 4, 1e-3, 200
BENT = 60
"""Worlds from which on a curve may bend; through fewer it is a straight line."""
CLEAR = 0.05
"""Chance, over all parameters at once, below which a parameter is worth more than nothing."""
NOTHING = "nothing"


@dataclass(frozen=True)
class Information:
    """What knowing is worth for a choice.

    Attributes
    ----------
    choice : str
        The best on average over the worlds.
    kept : float
        Firearms a year that it keeps out, on average.
    everything : float
        Firearms a year more if the world were known (EVPI).
    cad_per_firearm : float
        CAD for a firearm, by which firearms become money.
    table : pandas.DataFrame
        One row a parameter, the most valuable first: ``parameter``, ``firearms`` (EVPPI a year),
        ``cad``, ``p``, ``changes_to`` (the choice that wins where it is not the one above, most
        often), ``changes_share`` (share of worlds in which it does).
    worlds : int
    """

    choice: str
    kept: float
    everything: float
    cad_per_firearm: float
    table: pd.DataFrame
    worlds: int


def value(
    study: Study,
    budget: float | None = None,
    cad_per_firearm: float | None = None,
    horizon: str | None = None,
    weight: float = 1.0,
) -> Information:
    """Value of information of each parameter that the worlds vary.

    Parameters
    ----------
    study : Study
    budget : float, optional
        Million CAD a year; without it, everything that was simulated can be chosen.
    cad_per_firearm : float, optional
        By default what the best choice pays for each.
    horizon : str, optional
        The last of the study by default.
    weight : float
        Part of the value of delay that counts as cost.

    Raises
    ------
    InputError
        If there are no worlds or too few, or the budget allows nothing.
    """
    if budget is not None:
        check_budget(budget)
    if cad_per_firearm is not None and not 0 < cad_per_firearm < float("inf"):
        raise InputError(f"--cad-per-firearm = {cad_per_firearm:g} is not above 0 CAD")
    rows = study.design
    rows = rows[rows["world"] > 0]
    if rows.empty:
        raise InputError(
            f"{study.folder}: no worlds, and without them no value of information: nothing that is "
            "not known was varied (worlds=64, or experiment=proposals_full)"
        )
    found = choices(study, horizon, weight)
    varied = rows.pivot(index="world", columns="parameter", values="value")
    if found.unit != "world":
        varied = varied.iloc[:0]
    kept = found.kept.loc[found.kept.index.intersection(varied.index)]
    if len(kept) < FEWEST:
        raise InputError(
            f"{study.folder}: worlds = {len(kept)} is below {FEWEST} worlds, too few for a "
            "value of information"
        )
    within = list(map(str, kept)) if budget is None else found.within(budget)
    if not within:
        raise InputError(f"--budget = {budget:g} million CAD a year is below everything simulated")
    return _information(found, kept[within], varied.loc[kept.index], cad_per_firearm)


def _information(
    found: Choices, kept: pd.DataFrame, varied: pd.DataFrame, cad: float | None
) -> Information:
    gain = kept.assign(**{NOTHING: 0.0})
    table, names = gain.to_numpy(float), [str(name) for name in gain]
    means = table.mean(axis=0)
    best = int(means.argmax())
    if cad is None:
        spent = 0.0 if names[best] == NOTHING else float(found.cost[names[best]])
        cad = 1e6 * spent / means[best] if spent > 0 and means[best] > 0 else float("nan")
    draws = np.random.default_rng(1)
    shuffles = [draws.permutation(len(table)) for _ in range(SHUFFLES)]
    rows, by_chance = [], []
    for name in varied:
        column = varied[name].to_numpy(float)
        if np.ptp(column) == 0:
            continue
        smooth = _smoother(column)
        fitted = smooth @ table
        worth = _gain(fitted, best)
        chance = np.array([_gain(smooth @ table[order], best) for order in shuffles])
        by_chance.append(chance - chance.mean())
        other = fitted.argmax(axis=1)
        changed = other[other != best]
        rows.append(
            {
                "parameter": str(name),
                "firearms": worth - float(chance.mean()),
                "changes_to": names[np.bincount(changed).argmax()] if len(changed) else "",
                "changes_share": len(changed) / len(table),
            }
        )
    result = pd.DataFrame(rows)
    # Of many parameters the most valuable is so by chance too: each is held against the most
    # valuable of every shuffle (Westfall and Young 1993), so that p holds for all at once.
    most = np.max(by_chance, axis=0)
    beyond = (most[None, :] >= result["firearms"].to_numpy()[:, None]).sum(axis=1)
    result["firearms"] = result["firearms"].clip(lower=0.0)
    result.insert(2, "cad", result["firearms"] * cad)
    result.insert(3, "p", (1 + beyond) / (1 + SHUFFLES))
    result = result.sort_values(["firearms", "p"], ascending=[False, True], kind="stable")
    everything = float(table.max(axis=1).mean() - means[best])
    result = result.reset_index(drop=True)
    return Information(names[best], float(means[best]), everything, cad, result, len(table))


def _smoother(column: Floats) -> Floats:
    """Matrix that takes outcomes to a spline in one parameter through them, by its ranks."""
    from scipy.interpolate import BSpline  # takes half a second to import

    place = (pd.Series(column).rank().to_numpy(float) - 1) / (len(column) - 1)
    degree, knots = (3, KNOTS) if len(column) >= BENT else (1, 2)
    ends = np.r_[np.zeros(degree), np.linspace(0, 1, knots), np.ones(degree)]
    basis = BSpline.design_matrix(place, ends, degree).toarray()
    inner = basis.T @ basis + RIDGE * len(column) * np.eye(basis.shape[1])
    smoother: Floats = np.asarray(basis @ np.linalg.solve(inner, basis.T))
    # A ridge pulls towards zero; constants shall stay as they are.
    smoother += (1 - smoother.sum(axis=1, keepdims=True)) / len(column)
    return smoother


def _gain(fitted: Floats, best: int) -> float:
    """By how much choosing anew at every value beats the one choice."""
    return float((fitted.max(axis=1) - fitted[:, best]).mean())


def value_text(
    study: Study, found: Information, budget: float | None, top: int, horizon: str
) -> str:
    """The most valuable unknowns, as plain text.

    Parameters
    ----------
    study : Study
    found : Information
    budget : float or None
        Million CAD a year.
    top : int
        How many parameters to name.
    horizon : str
        One of `analysis.outcomes.horizons`.
    """
    limit = "" if budget is None else f" for at most {budget:g} million CAD a year"
    cad = found.cad_per_firearm
    priced = cad == cad
    head = ["parameter", "firearms a year", *(["CAD a year"] if priced else []), "p"]
    rows = [[*head, "the choice becomes", "in"]]
    for row in found.table.head(top).to_dict("records"):
        about = parameter_text(
            row["parameter"], str(catalogue()[row["parameter"]].metadata["about"])
        )[0]
        rows.append(
            [
                f"{row['parameter']}: {about}",
                number(row["firearms"], 1),
                *([number(row["cad"], 0)] if priced else []),
                probability(row["p"]),
                row["changes_to"],
                f"{100 * row['changes_share']:.0f} %",
            ]
        )
    right = tuple(range(1, len(head)))
    worth = f"; at {number(cad, 0)} CAD for each, {number(found.everything * cad, 0)} CAD"
    return "\n".join(
        [
            f"Value of information over {found.worlds} worlds, "
            f"{horizon_in_words(study, horizon)}{limit}",
            f"The best choice on average is {found.choice.replace('+', ' + ')}: it keeps "
            f"{number(found.kept, 0)} firearms a year from the market.",
            f"To know the world before choosing is worth {number(found.everything, 1)} firearms a "
            f"year{worth if priced else ''}.",
            "",
            *aligned(rows, right=right),
            "",
            *(
                []
                if (found.table["p"] < CLEAR).any()
                else [
                    f"None of the {len(found.table)} parameters can be told from chance in "
                    f"{found.worlds} worlds: more are needed (worlds=64 or more)."
                ]
            ),
            "How many more firearms a choice made for each value of the parameter keeps out than",
            f"the one above (EVPPI), less what chance gives; p, for all {len(found.table)} at "
            f"once, from {SHUFFLES} shuffles.",
            "They become money at what the best choice pays for each (--cad-per-firearm for",
            "another).",
        ]
    )
