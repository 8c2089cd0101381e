"""Every scenario against the baseline, replication by replication.

The two runs of a pair share their random numbers, so the difference between them is what the
scenario did, and the spread of the differences is what chance still adds. What proposals are judged
by, the primary outcome, has intervals and verdicts by the one rule of `analysis.equivalence`; the
other metrics have an interval each, and tests after Holm's correction.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.effects import Effect, effect_in_words, headline_effects
from analysis.equivalence import INCREASES, REDUCES
from analysis.estimates import Estimate, estimates, level_of
from analysis.language import FIREARMS, gettext, metric_title, other_unit
from analysis.values import BASELINE, Pair, metric_of, pairs, values
from analysis.wording import (
    aligned,
    direction,
    number,
    period,
    probability,
    shown,
    unit_in_data,
    unit_of,
)
from sim.errors import InputError
from sim.numerics.units import Floats
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME
from sim.scenario.point import AS_BASELINE

SIGNIFICANT = 0.05

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


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference one scenario makes to one metric, for one kind of smuggler.

    Attributes
    ----------
    scenario, adversary, metric : str
    baseline : float
        Mean of the baseline over the same replications.
    difference : Estimate
        Of the paired differences, scenario minus baseline. The interval of the primary outcome
        holds for all scenarios at once.
    p_adjusted : float
        p corrected for all comparisons made together; NaN with one replication.
    days : float or None
        Length of the run.
    effect : Effect, optional
        Of the primary outcome.
    idle : bool
        Whether nothing of the scenario can have an effect in this run.
    """

    scenario: str
    adversary: str
    metric: str
    baseline: float
    difference: Estimate
    p_adjusted: float
    days: float | None
    effect: Effect | None = None
    idle: bool = False

    @property
    def distinguishable(self) -> bool:
        """Whether it reduces or increases: by the verdict, or by the test where there is none."""
        if self.effect is not None:
            return self.effect.verdict in (REDUCES, INCREASES)
        return not math.isnan(self.p_adjusted) and self.p_adjusted < SIGNIFICANT

    @property
    def fall(self) -> Estimate:
        """By how much less it is than in the baseline: of the primary outcome, what is kept out."""
        return -self.difference

    @property
    def in_table(self) -> str:
        """The difference with its interval, where a head has unit and period: "+12 [8, 16]"."""
        change, unit = self.difference, metric_of(self.metric).unit
        return str(shown(change.mean, change.low, change.high, unit=unit, signed=True))

    @property
    def amount(self) -> str:
        """The difference with its interval: "+12 [8, 16] a year"."""
        unit = metric_of(self.metric).unit
        of = f" {unit_of(unit)}" if unit == FIREARMS and other_unit() else ""
        return f"{self.in_table}{of}{period(unit, self.days)}"

    @property
    def verdict(self) -> str:
        """The finding in words."""
        if self.difference.count == 0:
            return gettext("no-replication-in-common-with")
        if self.difference.identical:
            if self.idle:
                return gettext("can-have-no-effect-in-this-run")
            if self.difference.count == 1:
                return gettext("identical-on-the-one-replication")
            return gettext("identical-on-every-replication")
        if self.difference.count == 1:
            return gettext("on-one-replication-so-no", amount=self.amount)
        if self.effect is not None:
            return f"{effect_in_words(self.effect)}: {self.amount}"
        if not self.distinguishable:
            return gettext("not-distinguishable-from-no-effect", amount=self.amount)
        metric = metric_of(self.metric)
        return gettext(
            "verdict-in-words",
            direction=direction(metric.unit, self.difference.mean),
            quantity=metric_title(self.metric),
            amount=self.amount,
        )


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
    comparisons: list[Comparison] = study.derived[key]
    return list(comparisons)


def _compare(study: Study, metrics: Sequence[str], adversary: str | None) -> list[Comparison]:
    table = values(study)
    there = [name for name in metrics if name in table.columns]
    scenarios = study.scenarios
    if BASELINE not in scenarios:
        raise InputError(f"{study.folder}: there is no scenario {BASELINE!r} to compare with")
    adversaries = study.adversaries if adversary is None else [adversary]
    every = pairs(table[there])
    found = {
        key: _compare_pair(key, there, every[key].independent(), study.days)
        for key in ((scenario, kind) for scenario in scenarios for kind in adversaries)
        if key in every
    }
    compared = corrected([rows[k] for k in range(len(there)) for rows in found.values()])
    effects = headline_effects(study) if PRIMARY_OUTCOME in there and found else {}
    idle = {scenario for scenario, line in study.warnings if AS_BASELINE in line}
    compared = [replace(one, idle=one.scenario in idle) for one in compared]
    return [
        _judged(one, effects[key])
        if one.metric == PRIMARY_OUTCOME and (key := (one.scenario, one.adversary)) in effects
        else one
        for one in compared
    ]


def _compare_pair(
    names: tuple[str, str], metrics: Sequence[str], pair: Pair, days: float | None
) -> list[Comparison]:
    """Compare two runs in every metric."""
    known = ~np.isnan(pair.level)
    counts = np.where(known.any(axis=0), known.sum(axis=0), np.nan)
    means = np.nansum(pair.level, axis=0) / counts
    return [
        Comparison(
            scenario=names[0],
            adversary=names[1],
            metric=metric,
            baseline=float(mean),
            difference=change,
            p_adjusted=math.nan,
            days=days,
        )
        for metric, mean, change in zip(metrics, means, estimates(pair.difference), strict=True)
    ]


def _judged(comparison: Comparison, effect: Effect) -> Comparison:
    """Give a comparison of the primary outcome its joint interval and its verdict."""
    difference, unit = comparison.difference, abs(comparison.baseline)
    if difference.count > 1 and effect.low == effect.low:
        difference = replace(difference, low=effect.low * unit, high=effect.high * unit)
        if not math.isclose(difference.mean, effect.mean * unit, rel_tol=1e-9, abs_tol=1e-9 * unit):
            # By the expected layer, whose year the run of the agents was not.
            difference = replace(difference, mean=effect.mean * unit)
    return replace(comparison, difference=difference, p_adjusted=effect.p, effect=effect)


def across_adversaries(study: Study, metric: str) -> dict[str, tuple[float, float]]:
    """Least and largest mean difference of each scenario over the kinds of smuggler."""
    ends: dict[str, tuple[float, float]] = {}
    for comparison in compare(study):
        mean = comparison.difference.mean
        if comparison.metric == metric and not math.isnan(mean):
            low, high = ends.get(comparison.scenario, (mean, mean))
            ends[comparison.scenario] = (min(low, mean), max(high, mean))
    return ends


def holm(p: Floats) -> Floats:
    """Correct p-values so that the chance of any false finding in the family keeps its level.

    Parameters
    ----------
    p : array of float, shape (comparisons,)

    Returns
    -------
    array of float, shape (comparisons,)
        The k-th smallest times the number of those not smaller; never falling, at most 1.

    References
    ----------
    .. [1] Holm (1979), Scandinavian Journal of Statistics 6:65-70.
    """
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return adjusted


def corrected(comparisons: list[Comparison]) -> list[Comparison]:
    """Give every comparison its p-value after Holm's correction over all of the same metric.

    Each metric asks a question of its own ("under which proposals do fewer firearms reach the
    market?"), and the correction holds for all answers to it. Over thirty proposals and nine
    metrics together a few replications could not show anything.
    """
    families: dict[str, list[Comparison]] = {}
    for comparison in comparisons:
        if not math.isnan(comparison.difference.p):
            families.setdefault(comparison.metric, []).append(comparison)
    p_adjusted: dict[int, float] = {}
    for family in families.values():
        adjusted = holm(np.array([comparison.difference.p for comparison in family]))
        p_adjusted |= {
            id(comparison): float(p) for comparison, p in zip(family, adjusted, strict=True)
        }
    return [
        replace(comparison, p_adjusted=p_adjusted.get(id(comparison), math.nan))
        for comparison in comparisons
    ]


def family(comparisons: Sequence[Comparison]) -> int:
    """How many comparisons the largest family of `corrected` has."""
    counts = Counter(
        comparison.metric
        for comparison in comparisons
        if comparison.p_adjusted == comparison.p_adjusted
    )
    return max(counts.values(), default=0)


def text_of(study: Study, comparisons: Sequence[Comparison]) -> str:
    """One block a metric: the baseline, then every scenario's difference to it."""
    warned = [line for scenario, line in study.warnings if scenario]
    if not comparisons:
        why = (
            "no replication has a value of what was asked for"
            if len(study.scenarios) > 1
            else "the study holds the baseline alone (compare=[more_officers] adds a proposal)"
        )
        return "\n".join([f"nothing to compare: {why}", *warned])
    table = values(study).loc["baseline"]
    several = len({comparison.adversary for comparison in comparisons}) > 1
    lines: list[str] = []
    for name in dict.fromkeys(comparison.metric for comparison in comparisons):
        metric = metric_of(name)
        base = level_of(table[name], metric.unit)
        of_metric = [comparison for comparison in comparisons if comparison.metric == name]
        scale = max(
            [abs(base.mean), *(abs(comparison.difference.mean) for comparison in of_metric)]
        )
        level = shown(base.mean, base.low, base.high, unit=metric.unit, beside=scale)
        mark = ", known to the model only" if metric.model_only else ""
        lines.append(f"{metric_title(name)}{period(metric.unit, study.days)} [{level.unit}]{mark}")
        lines.append(f"  baseline {level.value} {level.interval}".rstrip())
        block = (
            _verdict_block(of_metric, several, scale)
            if any(comparison.effect for comparison in of_metric)
            else _block(of_metric, several, scale)
        )
        lines += [f"  {line}" for line in block]
        lines.append("")
    return "\n".join([*lines, *warned, *_notes(comparisons)])


def _block(comparisons: list[Comparison], several: bool, level: float) -> list[str]:
    """One metric's table; ``level`` is the largest number, which sets the scale of all."""
    head = ["scenario", *(["smugglers"] if several else []), "difference", "95 % interval"]
    rows = [[*head, "p (Holm)", "finding"]]
    for comparison in comparisons:
        unit, change = metric_of(comparison.metric).unit, comparison.difference
        text = shown(change.mean, change.low, change.high, unit=unit, signed=True, beside=level)
        smugglers = [comparison.adversary] if several else []
        finding = "" if comparison.difference.count == 0 else _short(comparison)
        cells = [
            comparison.scenario,
            *smugglers,
            text.value,
            text.interval,
            probability(comparison.p_adjusted),
        ]
        rows.append([*cells, finding])
    first = 2 if several else 1
    return aligned(rows, right=(first, first + 1, first + 2))


def _verdict_block(comparisons: list[Comparison], several: bool, level: float) -> list[str]:
    """The table of the primary outcome, with joint intervals, shares and verdicts."""
    head = ["scenario", *(["smugglers"] if several else []), "difference", "joint interval"]
    rows = [[*head, "% of baseline", "verdict"]]
    for comparison in comparisons:
        change, effect = comparison.difference, comparison.effect
        text = shown(
            change.mean,
            change.low,
            change.high,
            unit=metric_of(comparison.metric).unit,
            signed=True,
            beside=level,
        )
        share = math.nan if effect is None else effect.mean
        rows.append(
            [
                comparison.scenario,
                *([comparison.adversary] if several else []),
                text.value,
                text.interval,
                "" if math.isnan(share) else number(100 * share, 2, signed=True),
                "" if change.count == 0 else _short(comparison),
            ]
        )
    first = 2 if several else 1
    return aligned(rows, right=(first, first + 1, first + 2))


def _short(comparison: Comparison) -> str:
    """The verdict without the numbers, which stand beside it."""
    return (
        comparison.verdict if comparison.difference.identical else comparison.verdict.split(": ")[0]
    )


def _notes(comparisons: Sequence[Comparison]) -> list[str]:
    counts = sorted({comparison.difference.count for comparison in comparisons})
    several = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else str(counts[0])
    if counts[-1] < 2:
        return ["One replication: differences without intervals or tests."]
    return [
        f"Paired differences, scenario minus baseline, over {several} replications on common",
        "random numbers. 95 % intervals by Student's t, each for itself; p-values after Holm's",
        f"correction over the {family(comparisons)} comparisons of a metric. Shares in per cent,",
        "differences in points. Joint intervals hold for all scenarios at once with 95 %, and the",
        "verdict is read off them: border verdicts DIR.",
    ]


def frame_of(comparisons: Sequence[Comparison]) -> pd.DataFrame:
    """The comparisons as a table, one row each, in the units of the results."""
    return pd.DataFrame(
        [
            {
                "scenario": comparison.scenario,
                "adversary": comparison.adversary,
                "metric": comparison.metric,
                "unit": unit_in_data(metric_of(comparison.metric).unit),
                "baseline": comparison.baseline,
                "difference": comparison.difference.mean,
                "low": comparison.difference.low,
                "high": comparison.difference.high,
                "replications": comparison.difference.count,
                "p": comparison.difference.p,
                "p_adjusted": comparison.p_adjusted,
                "verdict": comparison.verdict,
            }
            for comparison in comparisons
        ]
    )
