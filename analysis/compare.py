"""Every scenario against the baseline, replication by replication.

The two runs of a pair share their random numbers, so the difference between them is what the
scenario did, and the spread of the differences is what chance still adds.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
from statsmodels.stats.multitest import multipletests

from analysis.contraband import FIREARMS, other_unit
from analysis.estimates import Estimate, estimates
from analysis.language import tell
from analysis.wording import direction, period, shown
from sim.errors import InputError
from sim.metrics import PRIMARY_OUTCOME
from sim.parameters import Parameters
from sim.results import METRICS, Metric, Study

BASELINE = "baseline"
SIGNIFICANT = 0.05

DERIVED: dict[str, tuple[Metric, tuple[str, ...]]] = {
    "firearms_stopped": (
        Metric("firearms", "trafficked firearms stopped", "more", model_only=True),
        ("firearms_seized_ports", "firearms_intercepted_away"),
    ),
}
"""Sums that only the analysis knows, with what they add up."""

HEADLINE = (
    PRIMARY_OUTCOME,
    "expected_firearms_stopped",
    "firearms_stopped",
    "firearms_passed",
    "firearms_seized_highway",
    "mean_wait_min",
    "delay_vehicle_h",
    "within_standard_share",
    "duty_collected_cad",
)
"""What the headline tests; the correction for many comparisons covers all of these."""

KEYS = ["scenario", "adversary", "world", "replication"]


def metric_of(name: str) -> Metric:
    """Look up a metric of the model or of the analysis."""
    if name in DERIVED:
        return DERIVED[name][0]
    if name not in METRICS:
        raise InputError.unknown("metric", name, [*METRICS, *DERIVED], "metric")
    return METRICS[name]


def values(study: Study, port_group: str = "all", traffic_class: str = "all") -> pd.DataFrame:
    """One row a replication, one column a metric, derived metrics included.

    Returns
    -------
    pandas.DataFrame
        Indexed by scenario, adversary, world and replication.
    """
    known: pd.DataFrame | None = study.derived.get(("values", port_group, traffic_class))
    if known is None:
        known = _values(study, port_group, traffic_class)
        study.derived["values", port_group, traffic_class] = known
    return known


def _values(study: Study, port_group: str, traffic_class: str) -> pd.DataFrame:
    rows = study.summary_of(port_group, traffic_class)
    indexed = rows.set_index([*KEYS, "metric"])["value"]
    if indexed.index.has_duplicates:
        raise InputError(f"{study.folder / 'summary.parquet'}: damaged (a value is there twice)")
    wide = indexed.unstack("metric")
    for name, (_, parts) in DERIVED.items():
        if set(parts) <= set(wide.columns):
            wide[name] = wide[list(parts)].sum(axis=1, skipna=False)
    return wide


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference one scenario makes to one metric, for one kind of smuggler.

    Attributes
    ----------
    scenario, adversary, metric : str
    baseline : float
        Mean of the baseline over the same replications.
    difference : Estimate
        Of the paired differences, scenario minus baseline.
    p_holm : float
        p corrected for all comparisons made together; NaN with one replication.
    days : float or None
        Length of the run.
    """

    scenario: str
    adversary: str
    metric: str
    baseline: float
    difference: Estimate
    p_holm: float
    days: float | None

    @property
    def distinguishable(self) -> bool:
        """Whether the difference is more than chance explains, after the correction."""
        return not math.isnan(self.p_holm) and self.p_holm < SIGNIFICANT

    @property
    def fall(self) -> Estimate:
        """By how much less it is than in the baseline: of the primary outcome, what is kept out."""
        return -self.difference

    @property
    def amount(self) -> str:
        """The difference with its interval: "+12 [8, 16] a year"."""
        one, unit = self.difference, metric_of(self.metric).unit
        text = shown(one.mean, one.low, one.high, unit=unit, signed=True)
        of = f" {tell(unit)}" if unit == FIREARMS and other_unit() else ""
        return f"{text}{of}{period(unit, self.days)}"

    @property
    def verdict(self) -> str:
        """The finding in words."""
        if self.difference.count == 0:
            return tell("no replication in common with the baseline")
        if self.difference.identical:
            if self.difference.count == 1:
                return tell("identical on the one replication")
            return tell("identical on every replication")
        if self.difference.count == 1:
            return tell("{amount} on one replication, so no interval", amount=self.amount)
        if not self.distinguishable:
            return tell("not distinguishable from no effect: {amount}", amount=self.amount)
        metric = metric_of(self.metric)
        return tell(
            "{direction} {quantity}: {amount}",
            direction=direction(metric.unit, self.difference.mean),
            quantity=tell(metric.title),
            amount=self.amount,
        )


def headline_adversary(study: Study) -> str:
    """The kind of smuggler that headlines are told for: the default one, else the first."""
    known = study.adversaries
    default = Parameters().smuggling.adversary
    return str(default if default in known else known[0])


def headline_values(
    study: Study, port_group: str = "all", traffic_class: str = "all"
) -> pd.DataFrame:
    """Values for the headline's kind of smuggler, by scenario and replication.

    Where there are several worlds, these are what is counted, as in `compare`.
    """
    table = values(study, port_group, traffic_class)
    if table.empty:  # no port of this group, or none of this class, is in the study
        return table.droplevel(["adversary", "world"])
    own = table.xs(headline_adversary(study), level="adversary")
    if own.index.get_level_values("world").nunique() > 1:
        return own.groupby(level=["scenario", "world"], sort=False).mean()
    return own.droplevel("world")


def compare(
    study: Study, metrics: Sequence[str] = HEADLINE, adversary: str | None = None
) -> list[Comparison]:
    """Compare every scenario with the baseline, corrected for all that is compared here.

    Parameters
    ----------
    study : Study
    metrics : sequence of str
        Names of metrics; those the study does not hold are left out.
    adversary : str, optional
        One kind of smuggler; all of them by default.

    Returns
    -------
    list of Comparison
        By metric, then in the order of the scenarios in the study.
    """
    for name in metrics:
        metric_of(name)
    key = ("compare", tuple(metrics), adversary)
    if key not in study.derived:
        study.derived[key] = _compare(study, metrics, adversary)
    found: list[Comparison] = study.derived[key]
    return list(found)


def _compare(study: Study, metrics: Sequence[str], adversary: str | None) -> list[Comparison]:
    table = values(study)
    there = [name for name in metrics if name in table.columns]
    runs = {
        key: rows.droplevel(["scenario", "adversary"])
        for key, rows in table[there].groupby(level=["scenario", "adversary"])
    }
    scenarios = study.scenarios
    if BASELINE not in scenarios:
        raise InputError(f"{study.folder}: there is no scenario {BASELINE!r} to compare with")
    adversaries = study.adversaries if adversary is None else [adversary]
    nothing = table[there][:0].droplevel(["scenario", "adversary"])
    found = {
        (scenario, one): _compare_pair(
            (scenario, one), runs.get((BASELINE, one), nothing), runs[scenario, one], study.days
        )
        for scenario in scenarios
        for one in adversaries
        if scenario != BASELINE and (scenario, one) in runs
    }
    return corrected([rows[k] for k in range(len(there)) for rows in found.values()])


def _compare_pair(
    names: tuple[str, str], baseline: pd.DataFrame, proposal: pd.DataFrame, days: float | None
) -> list[Comparison]:
    """Pair two runs by world and replication; with several worlds, these are what is counted."""
    shared = baseline.index.intersection(proposal.index)
    difference = proposal.loc[shared] - baseline.loc[shared]
    level = baseline.loc[shared].where(difference.notna()).mean()
    if shared.get_level_values("world").nunique() > 1:
        difference = difference.groupby(level="world").mean()
    return [
        Comparison(
            scenario=names[0],
            adversary=names[1],
            metric=metric,
            baseline=float(level[metric]),
            difference=one,
            p_holm=math.nan,
            days=days,
        )
        for metric, one in zip(difference.columns, estimates(difference), strict=True)
    ]


def across_adversaries(study: Study, metric: str) -> dict[str, tuple[float, float]]:
    """Least and largest mean difference of each scenario over the kinds of smuggler."""
    ends: dict[str, tuple[float, float]] = {}
    for one in compare(study):
        mean = one.difference.mean
        if one.metric == metric and not math.isnan(mean):
            low, high = ends.get(one.scenario, (mean, mean))
            ends[one.scenario] = (min(low, mean), max(high, mean))
    return ends


def corrected(found: list[Comparison]) -> list[Comparison]:
    """Give every comparison its p-value after Holm's correction over all of the same metric.

    Each metric asks a question of its own ("under which proposals do fewer firearms reach the
    market?"), and the correction holds for all answers to it. Over thirty proposals and nine
    metrics together a few replications could not show anything.
    """
    families: dict[str, list[Comparison]] = {}
    for one in found:
        if not math.isnan(one.difference.p):
            families.setdefault(one.metric, []).append(one)
    p_holm: dict[int, float] = {}
    for family in families.values():
        adjusted = multipletests([one.difference.p for one in family], method="holm")[1]
        p_holm |= {id(one): float(p) for one, p in zip(family, adjusted, strict=True)}
    return [replace(one, p_holm=p_holm.get(id(one), math.nan)) for one in found]


def family(comparisons: Sequence[Comparison]) -> int:
    """How many comparisons the largest family of `corrected` has."""
    counts = Counter(one.metric for one in comparisons if one.p_holm == one.p_holm)
    return max(counts.values(), default=0)
