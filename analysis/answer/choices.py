"""What can be chosen: proposals and mixes, with what each keeps from the market and costs.

A row is a replication, or a world where there are several; kinds of smuggler are averaged in it.
Mixes are scenarios put together, ``a+b``: each was simulated whole, none is a sum of its parts.
"""

from dataclasses import dataclass

import pandas as pd

from analysis.costs import prices
from analysis.outcomes import RUN, YEAR_1, a_year, horizons, outcome
from analysis.values import BASELINE, headline_adversary
from analysis.verdicts import once_cad
from sim.errors import InputError
from sim.results.reading import Study

MILLION = 1e6
DELAY = "delay_value_cad"
PUBLIC = {"programme_cost_cad": 1.0, "officer_pay_cad": 1.0, "duty_collected_cad": -1.0}
"""What a budget pays for, with its sign; delay is borne by travellers."""


@dataclass(frozen=True)
class Choices:
    """What can be chosen, in a year.

    Attributes
    ----------
    kept : pandas.DataFrame
        Firearms a year kept from the market: one row for each replication or world, one column a
        choice. Doing nothing is no column: it keeps none and costs nothing.
    cost : pandas.Series
        Million CAD a year of each choice: programme, pay and duty forgone, and delay as weighted.
    delay : pandas.Series
        Million CAD a year of delay, unweighted.
    baseline : float
        Firearms a year that reach the market without any.
    horizon : str
        One of `analysis.outcomes.horizons`.
    unit : str
        world or replication: what a row is.
    """

    kept: pd.DataFrame
    cost: pd.Series
    delay: pd.Series
    baseline: float
    horizon: str
    unit: str

    def within(self, budget: float) -> list[str]:
        """Choices that cost at most a budget, in million CAD a year."""
        return [str(name) for name in self.kept if self.cost[name] <= budget]


def check_budget(budget: float) -> float:
    """Refuse a budget of nothing.

    Raises
    ------
    InputError
        In one line.
    """
    if not 0.0 < budget < float("inf"):
        raise InputError(
            f"--budget = {budget:g} is not above 0 million CAD a year: with nothing to spend there "
            "is nothing to choose"
        )
    return budget


def choices(study: Study, horizon: str | None = None, weight_of_waiting: float = 1.0) -> Choices:
    """Everything that a study simulated and somebody would carry out.

    Parameters
    ----------
    study : Study
    horizon : str, optional
        The last of the study by default: what a lasting choice is made for.
    weight_of_waiting : float
        Part of the value of delay that counts as cost: 1 all of it, 0 none.

    Raises
    ------
    InputError
        If the study lacks costs, the baseline or proposals, or the weight is negative.
    """
    if not 0.0 <= weight_of_waiting < float("inf"):
        raise InputError(
            f"--weight-of-waiting = {weight_of_waiting:g} is not 0 or above: CAD of cost for each "
            "CAD of delay"
        )
    known = horizons(study)
    chosen = known[-1] if horizon is None else horizon
    level = outcome(study, chosen)
    if BASELINE not in study.scenarios:
        raise InputError(f"{study.folder}: there is no scenario {BASELINE!r} to compare with")
    several = len(level.index.unique("world")) > 1
    unit = "world" if several else "replication"
    by_unit = level.groupby(level=["scenario", unit]).mean().unstack("scenario")
    named = [n for n in study.scenarios if n in by_unit and n != BASELINE and n not in study.bounds]
    if not named:
        raise InputError(f"{study.folder}: nothing to compare with {BASELINE!r}")
    by_unit = by_unit.dropna() * (a_year(study) if chosen == RUN else 1.0)
    kept = by_unit[named].rsub(by_unit[BASELINE], axis=0)
    public, delay = _costs(study, named, chosen)
    cost = public + weight_of_waiting * delay
    return Choices(kept, cost, delay, float(by_unit[BASELINE].mean()), chosen, unit)


def _costs(study: Study, named: list[str], horizon: str) -> tuple[pd.Series, pd.Series]:
    """Public money and delay of each choice, million CAD a year, the mean over replications.

    What a programme pays once falls in the first year, as in `analysis.verdicts`.
    """
    adversary = headline_adversary(study)
    public, delay = {}, {}
    for price in prices(study):
        if price.scenario not in named or price.adversary != adversary:
            continue
        once = once_cad(study, price)
        lasting = sum(sign * price.components[name].mean for name, sign in PUBLIC.items()) - once
        first = once if horizon in (RUN, YEAR_1) else 0.0
        public[price.scenario] = (lasting * a_year(study) + first) / MILLION
        delay[price.scenario] = price.components[DELAY].mean * a_year(study) / MILLION
    return pd.Series(public, dtype=float)[named], pd.Series(delay, dtype=float)[named]


def scaled(study: Study, horizon: str) -> str:
    """Say that amounts are a year's, where the run was not one."""
    short = horizon == RUN and a_year(study) != 1.0
    return f"a year (scaled from {study.days:g} days)" if short else "a year"
