"""What a proposal costs for each firearm that it keeps from the market.

The cost of a proposal is what society gives up: its programme, officers' pay, the value of the
time that travellers and trade wait, and duty that is no longer collected, each as the paired
difference to the baseline. A ratio of two uncertain differences has no simple interval; Fieller's
is used, and where the firearms cannot be told from none, the ratio is *not estimable*.

A scenario's file enters what the run does not simulate (the programme); what it simulates, the pay
of officers on its rosters, delay and duty, is a result and enters once. Duty forgone is Canada's
loss; that travellers keep it is not credited to them.

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

from analysis.estimates import LEVEL, Estimate, estimates, t_quantile
from analysis.language import gettext
from analysis.values import BASELINE, headline_adversary, pairs, values
from analysis.wording import aligned
from sim.errors import InputError
from sim.numerics.units import DAYS_PER_YEAR, Floats
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME
from sim.scenario.intervention import BEARERS, CANADA, TRAVELLERS

COMPONENTS = {
    "programme_cost_cad": 1.0,
    "officer_pay_cad": 1.0,
    "delay_value_cad": 1.0,
    "duty_collected_cad": -1.0,
}
"""What is added up, with its sign: duty collected is a gain."""

EXAMINED = "examinations"
FINDS = ("expected_trafficking_seizures", "expected_traveller_seizures")
FOUND = ("expected_firearms_seized_ports", "expected_traveller_firearms_seized")
"""Examinations, those that find a firearm, and the firearms found: at ports, of all kinds."""


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
    t = float(t_quantile((1 + LEVEL) / 2, count - 1))
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
    bearers : dict of float
        The total by who bears it, one of `sim.scenario.intervention.BEARERS`, in CAD over the run.
    innocent, innocent_before : float
        Examinations at ports that find nothing for each firearm found there, under the proposal and
        in the baseline; NaN where the study lacks them.
    """

    scenario: str
    adversary: str
    components: dict[str, Estimate]
    total: Estimate
    kept_out: Estimate
    per_firearm: Ratio
    bearers: dict[str, float]
    innocent: float
    innocent_before: float


def prices(study: Study) -> list[Price]:
    """Price of every scenario against the baseline, in the order of the study.

    With several worlds, the means of the worlds are what is counted, as in `analysis.compare`.
    """
    if "prices" not in study.derived:
        study.derived["prices"] = _prices(study)
    found: list[Price] = study.derived["prices"]
    return list(found)


def prices_of(study: Study) -> dict[str, Price]:
    """Price of each scenario for the headline's kind of smuggler, where the study kept it."""
    try:
        every = prices(study)
    except InputError:  # an older study, without officers' pay
        return {}
    adversary = headline_adversary(study)
    return {price.scenario: price for price in every if price.adversary == adversary}


def _prices(study: Study) -> list[Price]:
    table = values(study)
    needed = [*COMPONENTS, PRIMARY_OUTCOME]
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise InputError(f"{study.folder}: the summary holds no {', '.join(missing)}")
    every = pairs(table[needed])
    vain = _innocent(table)
    result = []
    for scenario in study.scenarios:
        shares = _programme_shares(study, scenario)
        for adversary in study.adversaries:
            own, base = (scenario, adversary), (BASELINE, adversary)
            if own in every:
                pair = every[own].whole().independent()
                result.append(_price(own, pair.difference, shares, (vain[own], vain[base])))
    return result


def _programme_shares(study: Study, scenario: str) -> dict[str, float]:
    """Shares of a programme's cost by bearer, from the entries of its file in the manifest."""
    entries = study.files.get(scenario, {}).get("costs", ())
    years = (study.days or DAYS_PER_YEAR) / DAYS_PER_YEAR
    sums = dict.fromkeys(BEARERS, 0.0)
    for entry in entries:
        amount = float(entry["cad_per_year"]) * years + float(entry.get("cad_once", 0.0))
        sums[str(entry.get("bearer", CANADA))] += amount
    whole = sum(sums.values())
    if not whole:
        return {CANADA: 1.0}
    return {bearer: amount / whole for bearer, amount in sums.items()}


def _innocent(table: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Examinations that find nothing for each firearm found, by scenario and kind of smuggler."""
    columns = [EXAMINED, *FINDS, *FOUND]
    means = (
        table.reindex(columns=columns).groupby(level=["scenario", "adversary"], sort=False).mean()
    )
    found = means[[*FOUND]].sum(axis=1, skipna=False)
    vain = means[EXAMINED] - means[[*FINDS]].sum(axis=1, skipna=False)
    return {
        (str(scenario), str(kind)): float(ratio)
        for (scenario, kind), ratio in (vain / found.where(found != 0.0)).items()
    }


def _price(
    of: tuple[str, str], difference: Floats, shares: dict[str, float], vain: tuple[float, float]
) -> Price:
    """Price a scenario by paired differences in each of `COMPONENTS` and the primary outcome."""
    *parts, whole, kept = estimates(
        np.column_stack([difference[:, :-1], total := _total(difference), -difference[:, -1]])
    )
    programme, pay, delay, duty = (part.mean for part in parts)
    bearers = {name: shares.get(name, 0.0) * programme for name in BEARERS}
    bearers[CANADA] += pay - duty
    bearers[TRAVELLERS] += delay
    components = dict(zip(COMPONENTS, parts, strict=True))
    # More that reach the market have no price: a saving over an increase would look like one.
    each = ratio(total, -difference[:, -1]) if kept.mean > 0.0 else NOT_ESTIMABLE
    return Price(*of, components, whole, kept, each, bearers, *vain)


def _total(difference: Floats) -> Floats:
    return sum(
        (sign * difference[:, k] for k, sign in enumerate(COMPONENTS.values())),
        np.zeros(len(difference)),
    )


def frame_of(costs: Sequence[Price]) -> pd.DataFrame:
    """Prices as a table: one row a scenario and adversary, in CAD over the run and per firearm."""
    rows = []
    for price in costs:
        row: dict[str, object] = {"scenario": price.scenario, "adversary": price.adversary}
        for name, part in (*price.components.items(), ("total_cad", price.total)):
            row |= {name: part.mean, f"{name}_low": part.low, f"{name}_high": part.high}
        row |= {f"cost_{bearer}_cad": amount for bearer, amount in price.bearers.items()}
        row |= {
            "firearms_kept_out": price.kept_out.mean,
            "firearms_kept_out_low": price.kept_out.low,
            "firearms_kept_out_high": price.kept_out.high,
            "cad_per_firearm": price.per_firearm.value,
            "cad_per_firearm_low": price.per_firearm.low,
            "cad_per_firearm_high": price.per_firearm.high,
            "innocent_searches_per_firearm": price.innocent,
            "innocent_searches_per_firearm_baseline": price.innocent_before,
        }
        rows.append(row)
    return pd.DataFrame(rows)


MILLION = 1e6


def costs_text(study: Study, prices: Sequence[Price]) -> str:
    """Cost of every scenario, and for each firearm kept out."""
    several = len({proposal.adversary for proposal in prices}) > 1
    head = ["scenario", *(["smugglers"] if several else [])]
    for_each = gettext("for-each-firearm")
    parts_of = ["programme", "pay", "delay", "duty forgone", "total"]
    borne = ["Canada", "United States", "travellers"]
    rows = [[*head, *parts_of, *borne, for_each, "searched in vain"]]
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
        cells += [f"{proposal.bearers[name] / MILLION:+,.2f}" for name in BEARERS]
        vain = "" if math.isnan(proposal.innocent) else f"{proposal.innocent:,.0f}"
        smugglers = [proposal.adversary] if several else []
        rows.append([proposal.scenario, *smugglers, *cells, price, vain])
    first = len(head)
    before = next((p.innocent_before for p in prices if p.innocent_before == p.innocent_before), 0)
    span = "" if study.days is None else f" over {study.days:g} days"
    return "\n".join(
        [
            f"Cost in million CAD{span}, scenario minus baseline",
            *(f"  {line}" for line in aligned(rows, right=tuple(range(first, first + 10)))),
            gettext("for-each-firearm-kept-from") + " with Fieller's interval;",
            gettext("not-estimable-where-the-interval"),
            "The total is also given by who bears it: travellers bear delay, trade among them; the",
            "programme falls to whom its file names. Duty forgone is Canada’s loss, and is not",
            "credited to the travellers who keep it. Pay is that of the officers simulated.",
            "Searched in vain: examinations at ports that find nothing, for each firearm found"
            f" there ({before:,.0f} in the baseline).",
        ]
    )
