"""What a study found, in words, and the level of its baseline."""

from dataclasses import dataclass

from analysis.compare import Comparison, across_adversaries
from analysis.effects import smallest_difference
from analysis.equivalence import REDUCES
from analysis.estimates import level_of
from analysis.language import gettext, metric_title, title_of
from analysis.outcomes import kinds
from analysis.values import BASELINE, headline_adversary, headline_values, metric_of
from analysis.verdicts import counted, in_per_cent, verdicts
from analysis.wording import period, shown
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
class BaselineFigure:
    """One number of the baseline, for the top of the page."""

    title: str
    value: str
    interval: str
    unit: str
    model_only: bool


def cards(study: Study) -> list[BaselineFigure]:
    """Level of the baseline in the main metrics."""
    table = headline_values(study).loc[BASELINE]
    result = []
    for name in CARDS:
        if name in table.columns:
            metric = metric_of(name)
            level = level_of(table[name], metric.unit)
            text = shown(level.mean, level.low, level.high, unit=metric.unit)
            title = metric_title(name)
            share = text.unit == "%"
            unit = "" if share else f"{text.unit}{period(metric.unit, study.days)}"
            value = f"{text.value}{text.suffix}" if share else text.value
            result.append(
                BaselineFigure(
                    title[0].upper() + title[1:], value, text.interval, unit, metric.model_only
                )
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
    judged = [one for one in verdicts(study) if not one.bound]
    sentences = [counted([one.verdict for one in judged], smallest_difference(study))]
    moved = [one for one in judged if not one.identical]
    by_scenario = {comparison.scenario: comparison for comparison in guns}
    if moved:
        largest = max(moved, key=lambda one: abs(one.mean))
        sentences.append(
            gettext(
                "the-largest-effect-is-that",
                title=title_of(study, largest.proposal),
                percent=in_per_cent(largest),
                amount=by_scenario[largest.proposal].amount,
                verdict=largest.words,
            )
        )
    fewer = [one for one in judged if one.verdict == REDUCES]
    if fewer:
        best = min(fewer, key=lambda one: one.mean)
        if best is not largest:
            sentences.append(
                gettext(
                    "the-largest-reduction-resolved",
                    title=title_of(study, best.proposal),
                    percent=in_per_cent(best),
                    amount=by_scenario[best.proposal].amount,
                )
            )
        comparison = by_scenario[best.proposal]
        sentences += [_price(comparisons, comparison), _under_others(study, comparison)]
    return " ".join(sentence for sentence in sentences if sentence)


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
                return gettext("its-effect-on-the-mean", amount=comparison.amount)
            if comparison.difference.mean > 0:
                return gettext("it-makes-the-mean-wait-longer", amount=comparison.amount)
            return gettext("it-makes-the-mean-wait", amount=comparison.amount)
    return ""


def _under_others(study: Study, best: Comparison) -> str:
    """Between what the effect lies over the kinds of smuggler."""
    if len(study.adversaries) < 2:
        return gettext("only-one-model-of-smuggler") if len(kinds(study)) < 2 else ""
    least, most = across_adversaries(study, PRIMARY_OUTCOME)[best.scenario]
    ends = [shown(-end, unit="firearms").value for end in (most, least)]
    return gettext("over-the-ways-in-which", low=ends[0], high=ends[1])
