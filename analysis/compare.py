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
from typing import Any

import numpy as np
import pandas as pd

from analysis.equivalence import (
    DEPENDS,
    INCREASES,
    REDUCES,
    joint_intervals,
    joint_level,
    read_off,
    signs,
)
from analysis.estimates import Estimate, estimate, estimates
from analysis.language import FIREARMS, gettext, metric_title, other_unit, pgettext
from analysis.wording import (
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
from sim.parameters import Parameters
from sim.results.reading import METRICS, Metric, Study
from sim.results.schema import (
    PRIMARY_OUTCOME,
    SMALLEST_DIFFERENCE,
    check_smallest_difference,
)

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

    Replications that repeat the smuggling on the same traffic are one row, their mean.

    Returns
    -------
    pandas.DataFrame
        Indexed by scenario, adversary, world and replication.
    """
    table: pd.DataFrame | None = study.derived.get(("values", port_group, traffic_class))
    if table is None:
        table = _values(study, port_group, traffic_class)
        study.derived["values", port_group, traffic_class] = table
    return table


def _values(study: Study, port_group: str, traffic_class: str) -> pd.DataFrame:
    rows = study.summary_of(port_group, traffic_class)
    indexed = rows.set_index([*KEYS, "metric"])["value"]
    if indexed.index.has_duplicates:
        raise InputError(f"{study.folder / 'summary.parquet'}: damaged (a value is there twice)")
    wide = indexed.unstack("metric")
    for name, (_, parts) in DERIVED.items():
        if set(parts) <= set(wide.columns):
            wide[name] = wide[list(parts)].sum(axis=1, skipna=False)
    shared = study.manifest.get("traffic_replications")
    return wide if shared is None else by_traffic(wide, int(shared))


def by_traffic(table: pd.DataFrame, count: int) -> pd.DataFrame:
    """Average over the replications that share their traffic: they are not independent.

    The replications that are left, one for each traffic, are; so intervals and tests are made over
    them (a cluster sample of equal clusters, Cochran 1977, chapter 9).
    """
    keys = [table.index.get_level_values(name) for name in KEYS]
    return table.groupby([*keys[:-1], keys[-1] % count], sort=False).mean()


@dataclass(frozen=True, slots=True)
class Effect:
    """What one scenario does to the primary outcome, for one kind of smuggler, and the verdict.

    Attributes
    ----------
    mean, low, high : float
        As shares of the baseline; the interval holds for all scenarios of the study at once and is
        NaN with one replication.
    verdict : str
        One of `analysis.equivalence.VERDICTS`; empty with one replication.
    family : int
        Scenarios that are judged together.
    less, more : tuple of str
        Where it *depends*: the kinds of smuggler, or the worlds, in which it reduces and increases.
    on : str
        What it depends on: adversary, world or empty.
    """

    mean: float
    low: float
    high: float
    verdict: str
    family: int
    less: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    on: str = ""


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
    """

    scenario: str
    adversary: str
    metric: str
    baseline: float
    difference: Estimate
    p_adjusted: float
    days: float | None
    effect: Effect | None = None

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
    def amount(self) -> str:
        """The difference with its interval: "+12 [8, 16] a year"."""
        change, unit = self.difference, metric_of(self.metric).unit
        text = shown(change.mean, change.low, change.high, unit=unit, signed=True)
        of = f" {unit_of(unit)}" if unit == FIREARMS and other_unit() else ""
        return f"{text}{of}{period(unit, self.days)}"

    @property
    def verdict(self) -> str:
        """The finding in words."""
        if self.difference.count == 0:
            return gettext("no-replication-in-common-with")
        if self.difference.identical:
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


def effect_in_words(effect: Effect) -> str:
    """The verdict: "reduces", "makes no difference that matters", "depends on the smugglers"."""
    if effect.verdict == DEPENDS:
        return pgettext("verdict", f"depends on {effect.on}")
    return pgettext("verdict", effect.verdict)


def headline_adversary(study: Study) -> str:
    """The kind of smuggler that headlines are told for: the default one, else the first."""
    adversaries = study.adversaries
    default = Parameters().smuggling.adversary
    return str(default if default in adversaries else adversaries[0])


def headline_values(
    study: Study, port_group: str = "all", traffic_class: str = "all"
) -> pd.DataFrame:
    """Values for the headline's kind of smuggler, by scenario and replication.

    Where there are several worlds, these are what is counted, as in `compare`.
    """
    table = values(study, port_group, traffic_class)
    if table.empty:  # no port of this group, or none of this class, is in the study
        return table.droplevel(["adversary", "world"])
    chosen = table.xs(headline_adversary(study), level="adversary")
    if chosen.index.get_level_values("world").nunique() > 1:
        return chosen.groupby(level=["scenario", "world"], sort=False).mean()
    return chosen.droplevel("world")


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
    runs = {
        key: rows.droplevel(["scenario", "adversary"])
        for key, rows in table[there].groupby(level=["scenario", "adversary"])
    }
    scenarios = study.scenarios
    if BASELINE not in scenarios:
        raise InputError(f"{study.folder}: there is no scenario {BASELINE!r} to compare with")
    adversaries = study.adversaries if adversary is None else [adversary]
    nothing = table[there][:0].droplevel(["scenario", "adversary"])
    pairs = {
        (scenario, kind): _compare_pair(
            (scenario, kind), runs.get((BASELINE, kind), nothing), runs[scenario, kind], study.days
        )
        for scenario in scenarios
        for kind in adversaries
        if scenario != BASELINE and (scenario, kind) in runs
    }
    compared = corrected([rows[k] for k in range(len(there)) for rows in pairs.values()])
    effects = headline_effects(study) if PRIMARY_OUTCOME in there else {}
    return [
        _judged(one, effects[one.scenario, one.adversary]) if one.metric == PRIMARY_OUTCOME else one
        for one in compared
    ]


def paired(baseline: pd.DataFrame, proposal: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pair two runs by world and replication.

    Parameters
    ----------
    baseline, proposal : pandas.DataFrame
        Rows by world and replication, one column a metric.

    Returns
    -------
    differences, levels : pandas.DataFrame
        Proposal minus baseline, and the baseline beside it: one row for each pair, or with several
        worlds for each world, since these are then what is independent.
    """
    difference, level = _pairs(baseline, proposal)
    if difference.index.get_level_values("world").nunique() > 1:
        return difference.groupby(level="world").mean(), level.groupby(level="world").mean()
    return difference, level


def _pairs(baseline: pd.DataFrame, proposal: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Differences and levels of what is independent within a world."""
    shared = baseline.index.intersection(proposal.index)
    difference = proposal.loc[shared] - baseline.loc[shared]
    return difference, baseline.loc[shared].where(difference.notna())


def _compare_pair(
    names: tuple[str, str], baseline: pd.DataFrame, proposal: pd.DataFrame, days: float | None
) -> list[Comparison]:
    """Compare two runs in every metric."""
    difference, level = paired(baseline, proposal)
    means = level.mean()
    return [
        Comparison(
            scenario=names[0],
            adversary=names[1],
            metric=metric,
            baseline=float(means[metric]),
            difference=change,
            p_adjusted=math.nan,
            days=days,
        )
        for metric, change in zip(difference.columns, estimates(difference), strict=True)
    ]


def smallest_difference(study: Study) -> float:
    """Smallest difference that matters in a study, as a share of the baseline."""
    try:
        value = study.manifest["configuration"]["study"]["smallest_difference"]
    except (KeyError, TypeError):
        return SMALLEST_DIFFERENCE
    return check_smallest_difference(f"{study.folder}: study.smallest_difference", float(value))


def headline_effects(study: Study, smallest: float | None = None) -> dict[tuple[str, str], Effect]:
    """Effect of every scenario on the primary outcome, by scenario and kind of smuggler.

    The scenarios compared for one kind of smuggler are judged together, but for those identical to
    the baseline in every pair, of which nothing is uncertain. Where signs differ between kinds of
    smuggler or worlds, the verdict is *depends*.

    Parameters
    ----------
    study : Study
    smallest : float, optional
        The smallest difference that matters; the study's by default.
    """
    size = smallest_difference(study) if smallest is None else smallest
    key = ("effects", size)
    if key not in study.derived:
        study.derived[key] = _headline_effects(study, size)
    effects: dict[tuple[str, str], Effect] = study.derived[key]
    return effects


def _headline_effects(study: Study, smallest: float) -> dict[tuple[str, str], Effect]:
    table = values(study)[[PRIMARY_OUTCOME]].dropna()
    runs = {
        key: rows.droplevel(["scenario", "adversary"])
        for key, rows in table.groupby(level=["scenario", "adversary"])
    }
    nothing = table[:0].droplevel(["scenario", "adversary"])
    pairs = {
        (scenario, kind): paired(runs.get((BASELINE, kind), nothing), rows)
        for (scenario, kind), rows in runs.items()
        if scenario != BASELINE
    }
    effects: dict[tuple[str, str], Effect] = {}
    for kind in study.adversaries:
        of_kind = {key: pair for key, pair in pairs.items() if key[1] == kind}
        family = sum(
            len(difference) > 1 and bool((difference != 0).to_numpy().any())
            for difference, _ in of_kind.values()
        )
        for key, (difference, level) in of_kind.items():
            effects[key] = _effect(
                difference[PRIMARY_OUTCOME].to_numpy(float),
                level[PRIMARY_OUTCOME].to_numpy(float),
                family,
                smallest,
            )
    opposed = _opposed_by_world(runs) | _opposed_by_kind(pairs)
    return {
        key: replace(effect, verdict=DEPENDS, **opposed[key[0]]) if key[0] in opposed else effect
        for key, effect in effects.items()
    }


def _effect(
    difference: Floats,
    level: Floats,
    family: int,
    smallest: float,
) -> Effect:
    """Judge the pairs of one scenario for one kind of smuggler."""
    if len(difference) > 1:
        mean, low, high = joint_intervals(difference, level, family)
        verdict = str(read_off(low, high, smallest))
        return Effect(float(mean), float(low), float(high), verdict, family)
    share = float(difference[0] / level[0]) if len(level) and level[0] else math.nan
    return Effect(share, math.nan, math.nan, "", family)


def _judged(comparison: Comparison, effect: Effect) -> Comparison:
    """Give a comparison of the primary outcome its joint interval and its verdict."""
    return replace(
        comparison,
        difference=comparison.difference.at_level(joint_level(effect.family)),
        p_adjusted=float(np.minimum(1.0, comparison.difference.p * max(effect.family, 1))),
        effect=effect,
    )


Pairs = dict[tuple[str, str], tuple[pd.DataFrame, pd.DataFrame]]


def _opposed_by_kind(pairs: Pairs) -> dict[str, dict[str, Any]]:
    """Scenarios that reduce for some kinds of smuggler and increase for others."""
    samples = {
        (scenario, kind): difference[PRIMARY_OUTCOME].to_numpy(float)
        for (scenario, kind), (difference, _) in pairs.items()
        if len(difference) > 1
    }
    family = sum(bool(sample.any()) for sample in samples.values())
    return _opposed(
        {key: signs([sample], family)[0] for key, sample in samples.items()}, "adversary"
    )


def _opposed_by_world(runs: dict[tuple[str, str], pd.DataFrame]) -> dict[str, dict[str, Any]]:
    """Scenarios that reduce in some worlds and increase in others, for one kind of smuggler.

    Replications of one world are few, so that the worlds share one variance.
    """
    samples: dict[tuple[str, str], dict[str, Floats]] = {}
    for (scenario, kind), rows in runs.items():
        base = runs.get((BASELINE, kind))
        if scenario != BASELINE and base is not None:
            difference = _pairs(base, rows)[0][PRIMARY_OUTCOME]
            by_world = {str(w): x.to_numpy(float) for w, x in difference.groupby(level="world")}
            if len(by_world) > 1 and difference.any():
                samples[scenario, kind] = by_world
    family = sum(len(by_world) for by_world in samples.values())
    opposed: dict[str, dict[str, Any]] = {}
    for (scenario, _), by_world in samples.items():
        told = signs([*by_world.values()], family, pooled=True)
        opposed |= _opposed(
            {(scenario, world): sign for world, sign in zip(by_world, told, strict=True)}, "world"
        )
    return opposed


def _opposed(told: dict[tuple[str, str], int], on: str) -> dict[str, dict[str, Any]]:
    """Of signs by scenario and state, the scenarios that have both."""
    sides: dict[str, dict[int, list[str]]] = {}
    for (scenario, state), sign in told.items():
        sides.setdefault(scenario, {}).setdefault(sign, []).append(state)
    return {
        scenario: {"less": tuple(by_sign[-1]), "more": tuple(by_sign[1]), "on": on}
        for scenario, by_sign in sides.items()
        if {-1, 1} <= set(by_sign)
    }


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


def aligned(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Lay rows of cells out in columns two spaces apart; ``right`` are flushed right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if k in right else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def text_of(study: Study, comparisons: Sequence[Comparison]) -> str:
    """One block a metric: the baseline, then every scenario's difference to it."""
    table = values(study).loc["baseline"]
    several = len({comparison.adversary for comparison in comparisons}) > 1
    lines: list[str] = []
    for name in dict.fromkeys(comparison.metric for comparison in comparisons):
        metric = metric_of(name)
        base = estimate(table[name])
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
    return "\n".join([*lines, *_notes(comparisons)])


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
        "verdict is read off them: python -m analysis verdicts DIR.",
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
