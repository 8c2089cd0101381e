"""What a study found and did not find, in words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analysis.charts.style import name_of
from analysis.compare import Comparison, across_adversaries
from analysis.effects import smallest_difference
from analysis.equivalence import DEPENDS, NO_DIFFERENCE, NOT_RESOLVED, REDUCES
from analysis.estimates import level_of
from analysis.language import gettext, metric_title, title_of
from analysis.outcomes import kinds
from analysis.values import BASELINE, headline_adversary, headline_values, metric_of
from analysis.verdicts import counted, in_per_cent, verdicts
from analysis.wording import direction, period, plain, shown
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
        if metric == PRIMARY_OUTCOME and any(comparison.effect for comparison in of_metric):
            for place, told in _by_verdict(study, of_metric):
                sentences[place].append(told)
            continue
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
        sentences["found"].append(gettext("no-difference-at-all-in", list=names))
    return sentences


def _by_verdict(study: Study, comparisons: list[Comparison]) -> Iterator[tuple[str, str]]:
    """What neither reduces nor increases the primary outcome, by verdict."""
    told: tuple[tuple[str, str, Callable[..., str]], ...] = (
        (NO_DIFFERENCE, "found", lambda **v: gettext("no-difference-that-matters-in", **v)),
        (DEPENDS, "found", lambda **v: gettext("depends-on-the-smugglers-or", **v)),
        (NOT_RESOLVED, "not_found", lambda **v: gettext("not-resolved-for", **v)),
    )
    for verdict, place, sentence in told:
        names = [
            name_of(study, comparison.scenario)
            for comparison in comparisons
            if comparison.effect is not None
            and comparison.effect.verdict == verdict
            and not comparison.difference.identical
        ]
        if names:
            yield (
                place,
                sentence(
                    quantity=metric_title(PRIMARY_OUTCOME),
                    smallest=plain(100 * smallest_difference(study)),
                    list=_some(names),
                ),
            )


def _some(words: list[str]) -> str:
    """Some of a list, and how many more there are."""
    if len(words) <= NAMED + 1:
        return "; ".join(words)
    rest = gettext("more-in-the-table", count=len(words) - NAMED)
    return "; ".join([*words[:NAMED], rest])
