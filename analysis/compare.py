"""Every scenario against the baseline, replication by replication.

The two runs of a pair share their random numbers, so the difference between them is what the
scenario did, and the spread of the differences is what chance still adds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.wording import direction, period, shown
from sim.errors import InputError
from sim.results import METRICS, Metric, Study

BASELINE = "baseline"
LEVEL = 0.95
SIGNIFICANT = 0.05

DERIVED: dict[str, tuple[Metric, tuple[str, ...]]] = {
    "firearms_stopped": (
        Metric("firearms", "trafficked firearms stopped", "more", model_only=True),
        ("firearms_seized_ports", "firearms_intercepted_away"),
    ),
}
"""Sums that only the analysis knows, with what they add up."""

STOPPED = "expected_firearms_stopped"
"""What the headline judges proposals by: the sum of every attempt's own chance of being stopped.

Its mean is that of the count of firearms stopped, with far less noise."""

HEADLINE = (
    STOPPED,
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
    rows = study.summary
    rows = rows[(rows["port_group"] == port_group) & (rows["class"] == traffic_class)]
    indexed = rows.set_index([*KEYS, "metric"])["value"]
    if indexed.index.has_duplicates:
        raise InputError(f"{study.folder / 'summary.parquet'}: damaged (a value is there twice)")
    wide = indexed.unstack("metric")
    for name, (_, parts) in DERIVED.items():
        if set(parts) <= set(wide.columns):
            wide[name] = wide[list(parts)].sum(axis=1, skipna=False)
    return wide


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications.

    Attributes
    ----------
    mean, low, high : float
        Mean and its 95 % interval (Student's t); the interval is NaN with one replication.
    count : int
        Replications.
    p : float
        Two-sided, of a mean of zero; 1 if every value is zero.
    identical : bool
        Whether every value is exactly zero.
    """

    mean: float
    low: float
    high: float
    count: int
    p: float
    identical: bool


def estimate(sample: pd.Series) -> Estimate:
    """Mean of a sample with its interval."""
    known = sample.dropna()
    count, mean = len(known), float(known.mean()) if len(known) else math.nan
    identical = count > 0 and bool((known == 0).all())
    if count < 2:
        return Estimate(mean, math.nan, math.nan, count, math.nan, identical)
    error = float(known.std(ddof=1)) / math.sqrt(count)
    if error == 0:
        return Estimate(mean, mean, mean, count, 1.0 if identical else 0.0, identical)
    reach = float(stats.t.ppf((1 + LEVEL) / 2, count - 1)) * error
    p = 2 * float(stats.t.sf(abs(mean) / error, count - 1))
    return Estimate(mean, mean - reach, mean + reach, count, p, identical)


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
    def amount(self) -> str:
        """The difference with its interval: "+12 [8, 16] a year"."""
        one, unit = self.difference, metric_of(self.metric).unit
        text = shown(one.mean, one.low, one.high, unit=unit, signed=True)
        return f"{text}{period(unit, self.days)}"

    @property
    def verdict(self) -> str:
        """The finding in words."""
        if self.difference.count == 0:
            return "no replication in common with the baseline"
        if self.difference.identical:
            one = self.difference.count == 1
            return "identical on the one replication" if one else "identical on every replication"
        if self.difference.count == 1:
            return f"{self.amount} on one replication, so no interval"
        if not self.distinguishable:
            return f"not distinguishable from no effect: {self.amount}"
        metric = metric_of(self.metric)
        return f"{direction(metric.unit, self.difference.mean)} {metric.title}: {self.amount}"


def compare(study: Study, metrics: Sequence[str] = HEADLINE) -> list[Comparison]:
    """Compare every scenario with the baseline, corrected for all that is compared here.

    Parameters
    ----------
    study : Study
    metrics : sequence of str
        Names of metrics; those the study does not hold are left out.

    Returns
    -------
    list of Comparison
        By metric, then in the order of the scenarios in the study.
    """
    for name in metrics:
        metric_of(name)
    table = values(study)
    runs = {
        key: rows.droplevel(["scenario", "adversary"])
        for key, rows in table.groupby(level=["scenario", "adversary"])
    }
    nothing = table[:0].droplevel(["scenario", "adversary"])
    scenarios = study.summary["scenario"].unique().tolist()
    if BASELINE not in scenarios:
        raise InputError(f"{study.folder}: there is no scenario {BASELINE!r} to compare with")
    adversaries = study.summary["adversary"].unique().tolist()
    found = [
        _compare_one(
            (scenario, adversary, metric),
            runs.get((BASELINE, adversary), nothing)[metric],
            runs[scenario, adversary][metric],
            study.days,
        )
        for metric in metrics
        if metric in table.columns
        for scenario in scenarios
        for adversary in adversaries
        if scenario != BASELINE and (scenario, adversary) in runs
    ]
    return corrected(found)


def _compare_one(
    names: tuple[str, str, str], baseline: pd.Series, proposal: pd.Series, days: float | None
) -> Comparison:
    """Pair two samples by world and replication; with several worlds, these are what is counted."""
    shared = baseline.dropna().index.intersection(proposal.dropna().index)
    level, difference = baseline.loc[shared], proposal.loc[shared] - baseline.loc[shared]
    if shared.get_level_values("world").nunique() > 1:
        difference = difference.groupby(level="world").mean()
    scenario, adversary, metric = names
    return Comparison(
        scenario=scenario,
        adversary=adversary,
        metric=metric,
        baseline=float(level.mean()),
        difference=estimate(difference),
        p_holm=math.nan,
        days=days,
    )


def corrected(found: list[Comparison]) -> list[Comparison]:
    """Give every comparison its p-value after Holm's correction over them all."""
    tested = [one for one in found if not math.isnan(one.difference.p)]
    if not tested:
        return found
    adjusted = multipletests([one.difference.p for one in tested], method="holm")[1]
    p_holm = {id(one): float(p) for one, p in zip(tested, adjusted, strict=True)}
    return [replace(one, p_holm=p_holm.get(id(one), math.nan)) for one in found]
