"""What a proposal costs for each firearm that it keeps from the market.

The cost of a proposal is what society gives up: its programme, officers' pay, the value of the
time that travellers and trade wait, and duty that is no longer collected, each as the paired
difference to the baseline. A ratio of two uncertain differences has no simple interval; Fieller's
is used, and where the firearms cannot be told from none, the ratio is *not estimable*.

References
----------
.. [1] Fieller, "Some problems in interval estimation", Journal of the Royal Statistical Society B
   16, 1954.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.estimates import LEVEL, Estimate, estimate
from analysis.language import gettext
from analysis.values import BASELINE, KEYS, values
from analysis.wording import aligned
from sim.errors import InputError
from sim.numerics.units import Floats
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

COMPONENTS = {
    "programme_cost_cad": 1.0,
    "officer_pay_cad": 1.0,
    "delay_value_cad": 1.0,
    "duty_collected_cad": -1.0,
}
"""What is added up, with its sign: duty collected is a gain."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio with its interval.

    Attributes
    ----------
    value, low, high : float
        NaN where it cannot be estimated.
    """

    value: float
    low: float
    high: float

    @property
    def estimable(self) -> bool:
        """Whether there is an interval at all."""
        return not math.isnan(self.low)


NOT_ESTIMABLE = Ratio(math.nan, math.nan, math.nan)


def ratio(above: Sequence[float] | Floats, below: Sequence[float] | Floats) -> Ratio:
    """Ratio of the means of paired samples, with Fieller's 95 % interval.

    Parameters
    ----------
    above, below : array of float, shape (replications,)
        Numerator and denominator.

    Returns
    -------
    Ratio
        Not estimable with fewer than two pairs, or where the interval of the denominator spans
        zero.
    """
    x, y = np.asarray(above, float), np.asarray(below, float)
    count = len(x)
    if count < 2:
        return NOT_ESTIMABLE
    t = float(stats.t.ppf((1 + LEVEL) / 2, count - 1))
    covariance = np.cov(x, y, ddof=1) / count
    mean_x, mean_y = float(x.mean()), float(y.mean())
    g = t * t * covariance[1, 1] / (mean_y * mean_y) if mean_y else math.inf
    if g >= 1.0:
        return NOT_ESTIMABLE
    value = mean_x / mean_y
    middle = value - g * covariance[0, 1] / covariance[1, 1] if covariance[1, 1] else value
    inside = covariance[0, 0] - 2 * value * covariance[0, 1] + value**2 * covariance[1, 1]
    if covariance[1, 1]:
        inside -= g * (covariance[0, 0] - covariance[0, 1] ** 2 / covariance[1, 1])
    reach = t / abs(mean_y) * math.sqrt(max(float(inside), 0.0))
    low, high = (middle - reach) / (1 - g), (middle + reach) / (1 - g)
    return Ratio(value, float(low), float(high))


@dataclass(frozen=True, slots=True)
class Price:
    """What one scenario costs and brings, for one kind of smuggler.

    Attributes
    ----------
    scenario, adversary : str
    components : dict of Estimate
        Paired differences of each of `COMPONENTS`, in CAD over the run.
    total : Estimate
        Their sum, duty collected counted as a gain.
    kept_out : Estimate
        By how many fewer firearms reach the market than in the baseline (expected).
    per_firearm : Ratio
        CAD for each of them; negative if the proposal saves money too.
    """

    scenario: str
    adversary: str
    components: dict[str, Estimate]
    total: Estimate
    kept_out: Estimate
    per_firearm: Ratio


def prices(study: Study) -> list[Price]:
    """Price of every scenario against the baseline, in the order of the study.

    With several worlds, the means of the worlds are what is counted, as in `analysis.compare`.
    """
    table = values(study)
    missing = [name for name in (*COMPONENTS, PRIMARY_OUTCOME) if name not in table.columns]
    if missing:
        raise InputError(f"{study.folder}: the summary holds no {', '.join(missing)}")
    result = []
    for scenario in study.scenarios:
        for adversary in study.adversaries:
            names = table.index.droplevel([key for key in KEYS[2:]])
            if scenario != BASELINE and (scenario, adversary) in names:
                result.append(_price(table, str(scenario), str(adversary)))
    return result


def _price(table: pd.DataFrame, scenario: str, adversary: str) -> Price:
    baseline, proposal = (table.loc[(name, adversary)] for name in (BASELINE, scenario))
    difference = (proposal - baseline)[[*COMPONENTS, PRIMARY_OUTCOME]].dropna()
    if difference.index.get_level_values("world").nunique() > 1:
        difference = difference.groupby(level="world").mean()
    total = sum(sign * difference[name] for name, sign in COMPONENTS.items())
    kept_out = -difference[PRIMARY_OUTCOME]
    return Price(
        scenario=scenario,
        adversary=adversary,
        components={name: estimate(difference[name]) for name in COMPONENTS},
        total=estimate(pd.Series(total)),
        kept_out=estimate(kept_out),
        per_firearm=ratio(np.asarray(total, float), kept_out.to_numpy(float)),
    )


def frame_of(costs: Sequence[Price]) -> pd.DataFrame:
    """Prices as a table: one row a scenario and adversary, in CAD over the run and per firearm."""
    rows = []
    for price in costs:
        row: dict[str, object] = {"scenario": price.scenario, "adversary": price.adversary}
        for name, part in (*price.components.items(), ("total_cad", price.total)):
            row |= {name: part.mean, f"{name}_low": part.low, f"{name}_high": part.high}
        row |= {
            "firearms_kept_out": price.kept_out.mean,
            "firearms_kept_out_low": price.kept_out.low,
            "firearms_kept_out_high": price.kept_out.high,
            "cad_per_firearm": price.per_firearm.value,
            "cad_per_firearm_low": price.per_firearm.low,
            "cad_per_firearm_high": price.per_firearm.high,
        }
        rows.append(row)
    return pd.DataFrame(rows)


MILLION = 1e6


def costs_text(study: Study, prices: Sequence[Price]) -> str:
    """Cost of every scenario, and for each firearm kept out."""
    several = len({proposal.adversary for proposal in prices}) > 1
    head = ["scenario", *(["smugglers"] if several else [])]
    for_each = gettext("for-each-firearm")
    rows = [[*head, "programme", "pay", "delay", "duty forgone", "total", for_each]]
    for proposal in prices:
        parts = [
            (-part.mean if name == "duty_collected_cad" else part.mean) / MILLION
            for name, part in proposal.components.items()
        ]
        each = proposal.per_firearm
        price = "not estimable"
        if each.estimable:
            low, high = each.low / MILLION, each.high / MILLION
            price = f"{each.value / MILLION:,.3g} [{low:,.3g}, {high:,.3g}]"
        cells = [f"{part:+,.2f}" for part in (*parts, proposal.total.mean / MILLION)]
        rows.append([proposal.scenario, *([proposal.adversary] if several else []), *cells, price])
    first = len(head)
    span = "" if study.days is None else f" over {study.days:g} days"
    return "\n".join(
        [
            f"Cost in million CAD{span}, scenario minus baseline",
            *(f"  {line}" for line in aligned(rows, right=tuple(range(first, first + 6)))),
            gettext("for-each-firearm-kept-from") + " with Fieller's interval;",
            gettext("not-estimable-where-the-interval"),
        ]
    )
