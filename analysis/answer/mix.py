"""The best mix of proposals under a budget, from mixes that were simulated.

Honest about selection: of many mixes, the one that looks best is so in part by luck. So it is
chosen on the first half of what is independent (replications, or worlds) and measured on the second
half. What cannot be told from it on all of them is listed: Hsu's comparison with the best.

References
----------
.. [1] Hsu (1984), Constrained simultaneous confidence intervals for multiple comparisons with the
   best, Annals of Statistics 12:1136-1144.
.. [2] Boesel, Nelson and Kim (2003), Using ranking and selection to "clean up" after simulation
   optimization, Operations Research 51:814-825.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.answer.choices import Choices, check_budget, choices, scaled
from analysis.equivalence import joint_intervals
from analysis.estimates import Estimate, estimate
from analysis.outcomes import horizon_in_words, kinds
from analysis.wording import aligned, number
from sim.errors import InputError
from sim.results.reading import Study

FEWEST = 4
"""Replications or worlds from which half of them can confirm what the others chose."""
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Best:
    """The best choice under a budget.

    Attributes
    ----------
    name : str
        A scenario, or `NOTHING`.
    budget, cost : float
        Million CAD a year.
    kept : Estimate
        Firearms a year kept from the market, on what had no part in the choice; on all of it where
        there is too little to halve.
    chosen_on, fresh : int
        Replications or worlds of each half; ``fresh`` is 0 where nothing is left to confirm on.
    rivals : tuple of str
        Choices within the budget that cannot be told from it, the cheapest first.
    """

    name: str
    budget: float
    cost: float
    kept: Estimate
    chosen_on: int
    fresh: int
    rivals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interaction:
    """What parts do together beyond the sum of what each does alone.

    Attributes
    ----------
    name : str
        The mix.
    whole, parts : float
        Firearms a year kept out by the mix, and by its parts one by one, added up.
    low, mean, high : float
        Whole less parts, with an interval that holds for all mixes at once.
    """

    name: str
    whole: float
    parts: float
    low: float
    mean: float
    high: float

    @property
    def word(self) -> str:
        """Whether the parts multiply, cancel or add up."""
        if self.low > 0:
            return "multiply"
        return "cancel" if self.high < 0 else "add up"


def halves(found: Choices) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What to choose on and what to confirm on; the same where there is too little to halve."""
    if len(found.kept) < FEWEST:
        return found.kept, found.kept
    half = len(found.kept) // 2
    return found.kept.iloc[:half], found.kept.iloc[half:]


def best_under(found: Choices, budget: float) -> Best:
    """The choice that keeps most from the market for at most a budget.

    Parameters
    ----------
    found : Choices
    budget : float
        Million CAD a year.

    Raises
    ------
    InputError
        If the budget is none, or nothing that was simulated costs so little.
    """
    within = found.within(check_budget(budget))
    if not within:
        cheapest = str(found.cost.idxmin())
        raise InputError(
            f"--budget = {budget:g} million CAD a year is below everything that was simulated: the "
            f"cheapest, {cheapest}, costs {found.cost[cheapest]:.3g}"
        )
    chosen_on, fresh = halves(found)
    means = chosen_on[within].mean()
    name = str(means.idxmax())
    confirmed = len(found.kept) >= FEWEST
    if means[name] <= 0:
        nothing = estimate(pd.Series(0.0, fresh.index))
        return Best(NOTHING, budget, 0.0, nothing, len(chosen_on), len(fresh) * confirmed, ())
    # A confidence set for the best holds whatever was chosen, so all of the data speak.
    rivals = _rivals(found.kept[within], name)
    order = sorted(rivals, key=lambda rival: float(found.cost[rival]))
    return Best(
        name,
        budget,
        float(found.cost[name]),
        estimate(fresh[name]),
        len(chosen_on),
        len(fresh) * confirmed,
        tuple(order),
    )


def _rivals(kept: pd.DataFrame, name: str) -> list[str]:
    """Choices that may be as good as one: the upper end of their joint interval is not below it."""
    others = [str(other) for other in kept if other != name]
    if not others or len(kept) < 2:
        return others
    less = (kept[others].sub(kept[name], axis=0)).to_numpy(float).T
    _, _, high = joint_intervals(less, np.ones_like(less), len(others))
    return [other for other, end in zip(others, high, strict=True) if end >= 0]


def frontier(found: Choices) -> list[Best]:
    """The best choice by budget: a step wherever more money keeps more from the market."""
    chosen_on, _ = halves(found)
    means = chosen_on.mean()
    steps: list[Best] = []
    most = 0.0
    for name in found.cost.sort_values(kind="stable").index:
        if means[name] > most:
            most = float(means[name])
            step = best_under(found, max(float(found.cost[name]), 1e-9))
            if steps and steps[-1].cost == step.cost:
                steps.pop()
            steps.append(step)
    return steps


def ladder(found: Choices, budgets: Sequence[float]) -> list[tuple[float, Best]]:
    """The best choice for each of some budgets; none for a budget below everything simulated."""
    return [(budget, best_under(found, budget)) for budget in budgets if found.within(budget)]


def interactions(found: Choices) -> list[Interaction]:
    """What every mix does beyond the sum of its parts, the largest gain first.

    Only mixes of which every part was simulated alone too.
    """
    mixes = [name for name in map(str, found.kept) if "+" in name]
    whole = [name for name in mixes if set(name.split("+")) <= set(found.kept)]
    if not whole or len(found.kept) < 2:
        return []
    parts = {name: found.kept[name.split("+")].sum(axis=1) for name in whole}
    beyond = np.array([(found.kept[name] - parts[name]).to_numpy(float) for name in whole])
    _, low, high = joint_intervals(beyond, np.ones_like(beyond), len(whole))
    rows = [
        Interaction(
            name,
            float(found.kept[name].mean()),
            float(parts[name].mean()),
            float(least),
            float(some.mean()),
            float(most),
        )
        for name, some, least, most in zip(whole, beyond, low, high, strict=True)
    ]
    return sorted(rows, key=lambda row: -row.mean)


def mix(study: Study, budget: float, weight: float = 1.0, horizon: str | None = None) -> Choices:
    """Choices of a study of mixes.

    Parameters
    ----------
    study : Study
    budget : float
        Million CAD a year.
    weight : float
        What an hour of waiting counts, as a ratio of its value.
    horizon : str, optional
        One of `analysis.outcomes.horizons`; the last by default.

    Raises
    ------
    InputError
        If the budget is none, or the study simulated no mixes.
    """
    check_budget(budget)
    found = choices(study, horizon, weight)
    if not any("+" in str(name) for name in found.kept):
        raise InputError(
            f"{study.folder}: no mix was simulated, and effects do not add up; "
            "run python -m sim experiment=mixes"
        )
    return found


def frame_of(steps: Sequence[Best]) -> pd.DataFrame:
    """The frontier as a table, one row a step."""
    return pd.DataFrame(
        {
            "budget_million_cad": step.cost,
            "mix": step.name,
            "firearms_kept_out": step.kept.mean,
            "low": step.kept.low,
            "high": step.kept.high,
            "not_told_apart": " ".join(step.rivals),
            "fresh": step.fresh,
        }
        for step in steps
    )


def mix_text(study: Study, found: Choices, budget: float, weight: float) -> str:
    """The best mix, the frontier and the interactions, as plain text.

    Parameters
    ----------
    study : Study
    found : Choices
    budget : float
        Million CAD a year.
    weight : float
        What an hour of waiting counts, as a ratio of its value.
    """
    best = best_under(found, budget)
    unit = f"{found.unit}s"
    lines = [
        f"Best mix for at most {budget:g} million CAD a year, "
        f"{horizon_in_words(study, found.horizon)}, by firearms kept from the market "
        f"{scaled(study, found.horizon)} (of {number(found.baseline, 0)})",
        f"Cost: programme, pay, duty forgone, and {weight:g} times the value of delay. "
        f"Firearms: the mean over kinds of smuggler ({len(kinds(study))}).",
        "",
        f"{best.name.replace('+', ' + ')}: {_amount(best.kept)} for "
        f"{number(best.cost, 2)} million CAD a year",
        _selection(best, unit),
        _rivals_line(found, best),
        "",
        "By budget, each step chosen and measured in the same way",
    ]
    rows = [["million CAD", "firearms kept out", "mix"]]
    rows += [[number(s.cost, 2), _amount(s.kept), s.name.replace("+", " + ")]
             for s in frontier(found)]  # fmt: skip
    lines += [f"  {row}" for row in aligned(rows, right=(0, 1))]
    lines += ["", *_interaction_lines(interactions(found))]
    return "\n".join(line for line in lines if line is not None)


def _amount(kept: Estimate) -> str:
    if kept.low != kept.low:
        return number(kept.mean, 0)
    return f"{number(kept.mean, 0)} [{number(kept.low, 0)}, {number(kept.high, 0)}]"


def _selection(best: Best, unit: str) -> str:
    if best.fresh:
        return (
            f"Chosen on {best.chosen_on} {unit}; the amount is that of {best.fresh} others, which "
            "had no part in the choice (95 %)."
        )
    return (
        f"Not confirmed: {best.chosen_on} {unit} are too few to choose on some and measure on "
        f"others ({FEWEST} or more), so the amount is flattered by the choice."
    )


def _rivals_line(found: Choices, best: Best) -> str:
    if not best.rivals:
        return "Every other choice within the budget keeps less out (jointly, 95 %)."
    first = ", ".join(
        f"{name.replace('+', ' + ')} ({number(float(found.cost[name]), 2)} million)"
        for name in best.rivals[:3]
    )
    rest = f" and {len(best.rivals) - 3} more" if len(best.rivals) > 3 else ""
    return f"Not to be told from it, the cheapest first: {first}{rest}."


def _interaction_lines(rows: Sequence[Interaction], count: int = 5) -> list[str]:
    if not rows:
        return [
            "Interactions: none can be told, since no mix has all of its parts alone beside it."
        ]
    head = ["mix", "whole", "sum of its parts", "beyond the sum", "the parts"]
    lines = []
    for title, chosen in (
        ("More than the sum of the parts", [row for row in rows if row.word == "multiply"]),
        ("Less than the sum of the parts", [row for row in rows[::-1] if row.word == "cancel"]),
    ):
        if not chosen:
            lines.append(f"{title}: none (jointly, 95 %).")
            continue
        table = [head] + [
            [
                row.name.replace("+", " + "),
                number(row.whole, 0),
                number(row.parts, 0),
                f"{number(row.mean, 0, signed=True)} [{number(row.low, 0)}, {number(row.high, 0)}]",
                row.word,
            ]
            for row in chosen[:count]
        ]
        rest = f" (the first {count} of {len(chosen)})" if len(chosen) > count else ""
        lines += [f"{title}{rest}", *(f"  {row}" for row in aligned(table, right=(1, 2, 3)))]
    adding = sum(row.word == "add up" for row in rows)
    lines.append(f"Of {len(rows)} mixes, {adding} cannot be told from the sum of their parts.")
    return lines
