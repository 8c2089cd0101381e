"""What a study found and did not find, in words."""

from dataclasses import dataclass

from analysis.charts.style import name_of
from analysis.compare import (
    BASELINE,
    Comparison,
    across_adversaries,
    headline_adversary,
    headline_values,
    metric_of,
)
from analysis.estimates import estimate
from analysis.language import gettext, metric_title, ngettext, other_unit, title_of
from analysis.wording import direction, number, period, shown, unit_of
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

CARDS = (
    PRIMARY_OUTCOME,
    "true_interdicted_share",
    "firearms_seized_highway",
    "mean_wait_min",
    "within_standard_share",
    "delay_vehicle_h",
)

SECOND_MIN = 1 / 60
"""A change of the mean wait that nobody would notice, in minutes."""


@dataclass(frozen=True, slots=True)
class Card:
    """One number of the baseline, for the top of the page."""

    title: str
    value: str
    interval: str
    unit: str
    model_only: bool


def cards(study: Study) -> list[Card]:
    """Level of the baseline in the main metrics."""
    table = headline_values(study).loc[BASELINE]
    result = []
    for name in CARDS:
        if name in table.columns:
            metric = metric_of(name)
            level = estimate(table[name])
            text = shown(level.mean, level.low, level.high, unit=metric.unit)
            title = metric_title(name)
            share = text.unit == "%"
            unit = "" if share else f"{text.unit}{period(metric.unit, study.days)}"
            value = f"{text.value}{text.suffix}" if share else text.value
            result.append(
                Card(title[0].upper() + title[1:], value, text.interval, unit, metric.model_only)
            )
    return result


def answer(study: Study, comparisons: list[Comparison]) -> str:
    """The answer to the question of the page, in a sentence or two."""
    guns = [
        comparison
        for comparison in comparisons
        if comparison.metric == PRIMARY_OUTCOME
        and comparison.scenario not in study.bounds
        and comparison.adversary == headline_adversary(study)
    ]
    if not guns:
        return gettext("this-study-holds-no-proposal")
    if max(effect.difference.count for effect in guns) < 2:
        return gettext("one-replication-cannot-tell-an")
    fewer = [effect for effect in guns if effect.distinguishable and effect.fall.mean > 0]
    if not fewer:
        return ngettext(
            "none-of-the-proposals-measurably",
            len(guns),
        )
    best = max(fewer, key=lambda effect: effect.fall.mean)
    sentences = [
        _reduction(study, best, len(fewer), len(guns)),
        _price(comparisons, best),
        _under_others(study, best),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _reduction(study: Study, best: Comparison, fewer: int, proposals: int) -> str:
    """How many proposals keep firearms out, and how many the best of them keeps out."""
    fall, unit = best.fall, metric_of(best.metric).unit
    text = shown(fall.mean, fall.low, fall.high, unit=unit)
    of = f" {unit_of(unit)}" if other_unit() else ""
    values = {
        "amount": f"{text.value}{of}{period(unit, best.days)}",
        "low": text.low,
        "high": text.high,
        "title": title_of(study, best.scenario),
        "share": _share(study, best),
    }
    if proposals == 1:
        return gettext(
            "the-one-proposal-measurably-reduces",
            **values,
        )
    if fewer == 1:
        return gettext(
            "one-of-proposals-measurably-reduces",
            all=proposals,
            **values,
        )
    return gettext(
        "of-proposals-measurably-reduce-the",
        count=fewer,
        all=proposals,
        **values,
    )


def _share(study: Study, best: Comparison) -> str:
    """The effect as a share of what traffickers plan, after a comma."""
    planned = headline_values(study).loc[BASELINE].get("firearms_planned")
    if planned is None or not planned.mean() > 0:
        return ""
    percent = 100 * best.fall.mean / planned.mean()
    digits = number(percent, 1 if percent < 10 else 0)
    return gettext("of-what-traffickers-plan-to", percent=digits)


def _price(comparisons: list[Comparison], best: Comparison) -> str:
    """What the same proposal does to the wait."""
    for comparison in comparisons:
        same = (comparison.scenario, comparison.adversary) == (best.scenario, best.adversary)
        if same and comparison.metric == "mean_wait_min":
            if comparison.difference.identical:
                return gettext("it-leaves-every-wait-as")
            if max(abs(comparison.difference.low), abs(comparison.difference.high)) < SECOND_MIN:
                return gettext("it-changes-the-mean-wait")
            if not comparison.distinguishable:
                return gettext(
                    "its-effect-on-the-mean",
                    amount=comparison.amount,
                )
            if comparison.difference.mean > 0:
                return gettext("it-makes-the-mean-wait-longer", amount=comparison.amount)
            return gettext("it-makes-the-mean-wait", amount=comparison.amount)
    return ""


def _under_others(study: Study, best: Comparison) -> str:
    """Between what the effect lies over the kinds of smuggler."""
    if len(study.adversaries) < 2:
        return gettext("only-one-model-of-smuggler")
    least, most = across_adversaries(study, PRIMARY_OUTCOME)[best.scenario]
    ends = [shown(-end, unit="firearms").value for end in (most, least)]
    return gettext(
        "over-the-ways-in-which",
        low=ends[0],
        high=ends[1],
    )


TOLD = (PRIMARY_OUTCOME, "mean_wait_min", "duty_collected_cad")
"""Metrics that the page speaks of in words."""

NAMED = 6
"""Most proposals that a sentence names."""


def findings(study: Study, comparisons: list[Comparison]) -> dict[str, list[str]]:
    """Sentences on what was found and what was not, one a metric and direction."""
    sentences: dict[str, list[str]] = {"found": [], "not_found": []}
    for metric in TOLD:
        of_metric = [comparison for comparison in comparisons if comparison.metric == metric]
        quantity = metric_of(metric)
        for sign in (1, -1):
            clear = [
                comparison
                for comparison in of_metric
                if comparison.distinguishable and comparison.difference.mean * sign > 0
            ]
            clear.sort(key=lambda comparison: -abs(comparison.difference.mean))
            if clear:
                amounts = [
                    f"{name_of(study, comparison.scenario)} {comparison.amount}"
                    for comparison in clear
                ]
                words = gettext(
                    "finding-in-words",
                    direction=direction(quantity.unit, sign),
                    quantity=metric_title(metric),
                    list=_some(amounts),
                )
                sentences["found"].append(words[0].upper() + words[1:])
        unclear = [
            comparison
            for comparison in of_metric
            if not comparison.distinguishable and not comparison.difference.identical
        ]
        if unclear:
            sentences["not_found"].append(
                gettext(
                    "no-distinguishable-effect-on",
                    quantity=metric_title(metric),
                    list=_some([name_of(study, comparison.scenario) for comparison in unclear]),
                )
            )
    same = [
        scenario
        for scenario in dict.fromkeys(comparison.scenario for comparison in comparisons)
        if all(
            comparison.difference.identical
            for comparison in comparisons
            if comparison.scenario == scenario and comparison.metric in TOLD
        )
    ]
    if same:
        names = _some([name_of(study, scenario) for scenario in same])
        sentences["not_found"].append(
            gettext(
                "no-difference-at-all-in",
                list=names,
            )
        )
    return sentences


def _some(words: list[str]) -> str:
    """Some of a list, and how many more there are."""
    if len(words) <= NAMED + 1:
        return "; ".join(words)
    rest = gettext("more-in-the-table", count=len(words) - NAMED)
    return "; ".join([*words[:NAMED], rest])
