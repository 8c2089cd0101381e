"""The tables of proposals: every difference to the baseline, paired, in the order of the answer."""

import dataclasses
import math
from dataclasses import dataclass, field

import pandas as pd

from analysis.charts.style import name_of
from analysis.compare import Comparison, across_adversaries, frame_of
from analysis.costs import Ratio, prices_of
from analysis.effects import Effect, headline_effects, smallest_difference
from analysis.equivalence import DEPENDS, INCREASES, NOT_RESOLVED, REDUCES
from analysis.language import current_language, gettext, metric_title, pgettext
from analysis.outcomes import horizon_in_words, horizons
from analysis.values import metric_of
from analysis.verdicts import aim_of, headline_kind
from analysis.wording import number, period, rounded, shown
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME
from sim.scenario.intervention import FIREARMS

SHOWN = (
    PRIMARY_OUTCOME,
    "expected_firearms_stopped",
    "mean_wait_min",
    "within_standard_share",
    "duty_collected_cad",
)
"""Metrics of the table, which fits a screen; its file holds the other headline metrics too."""

COST, PRICE, VERDICT, RANGE = "programme_cost_cad", "cad_per_firearm", "verdict", "range"
WHOLE = "whole_cost_cad"
OF_FIREARMS = (PRIMARY_OUTCOME, VERDICT, RANGE, "expected_firearms_stopped", PRICE)
"""Beginnings of the names of columns that stand in the first table; the second has the others."""
MILLION, THOUSAND = 1e6, 1e3
MARKS = {DEPENDS: "‡", NOT_RESOLVED: "§"}
"""Behind effects that are neither clear nor without a difference that matters."""
UNKNOWN = -1e300
"""Where a cell without a value stands in the order."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One difference in the table; ``order`` is what it is sorted by."""

    value: str
    interval: str
    distinguishable: bool
    order: float


@dataclass(frozen=True, slots=True)
class Head:
    """Head of a column."""

    name: str
    title: str
    unit: str
    model_only: bool


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """A scenario with its cells by column, and its aim where that is not the primary outcome."""

    title: str
    bound: bool
    aim: str = ""
    cells: dict[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PairedTable:
    """Captions and heads of two tables, the rows of both, and the same as numbers."""

    parts: list[tuple[str, list[Head]]]
    rows: list[ScenarioRow]
    frame: pd.DataFrame


def paired_table(study: Study, comparisons: list[Comparison]) -> PairedTable:
    """Rows by the first column, the best first; bounds, which nobody would carry out, last."""
    by_pair = {(comparison.scenario, comparison.metric): comparison for comparison in comparisons}
    metrics = [name for name in SHOWN if any(name == metric for _, metric in by_pair)]
    largest = {
        name: max(
            (abs(comparison.difference.mean) for comparison in comparisons
             if comparison.metric == name and not math.isnan(comparison.difference.mean)),
            default=0.0,
        )
        for name in metrics
    }  # fmt: skip
    several = len(study.adversaries) > 1
    ranges = across_adversaries(study, PRIMARY_OUTCOME) if several else {}
    price = prices_of(study)
    rows = []
    for scenario in dict.fromkeys(comparison.scenario for comparison in comparisons):
        aim = aim_of(study, scenario)
        row = ScenarioRow(
            name_of(study, scenario),
            scenario in study.bounds,
            pgettext("aim", aim) if aim != FIREARMS else "",
        )
        for name in metrics:
            row.cells[name] = _cell(by_pair[scenario, name], largest[name])
            effect = by_pair[scenario, name].effect
            if effect is not None and (of_verdict := _verdicts(study, scenario)):
                row.cells.update(of_verdict)  # which has the interval, in per cent
                row.cells[name] = dataclasses.replace(row.cells[name], interval="")
        if several:
            row.cells[RANGE] = _range(*ranges[scenario])
        if scenario in price:
            row.cells[COST] = _plain(price[scenario].components[COST].mean / MILLION, 1)
            row.cells[WHOLE] = _plain(price[scenario].total.mean / MILLION, 1)
            row.cells[PRICE] = _price(price[scenario].per_firearm)
        rows.append(row)
    first = metrics[0] if metrics else COST
    sign = 1.0 if metrics and metric_of(first).better == "less" else -1.0
    rows.sort(key=lambda row: (row.bound, sign * row.cells[first].order))
    heads = _heads(study, metrics, largest, several, priced=bool(price))
    parts = [
        (gettext("differences-firearms"), [head for head in heads if _of_firearms(head)]),
        (gettext("differences-waits"), [head for head in heads if not _of_firearms(head)]),
    ]
    return PairedTable([part for part in parts if part[1]], rows, frame_of(comparisons))


def _of_firearms(head: Head) -> bool:
    return head.name.startswith(OF_FIREARMS)


def _heads(
    study: Study, metrics: list[str], largest: dict[str, float], several: bool, *, priced: bool
) -> list[Head]:
    heads = []
    for name in metrics:
        metric = metric_of(name)
        unit = shown(0.0, unit=metric.unit, signed=True, beside=largest[name]).unit
        whole = f"{unit}{period(metric.unit, study.days)}"
        heads.append(Head(name, metric_title(name), whole, metric.model_only))
        if name == PRIMARY_OUTCOME:
            share = gettext("per-cent-of-the-baseline")
            heads += [
                Head(_column(horizon), horizon_in_words(study, horizon), share, metric.model_only)
                for horizon in horizons(study)
            ]
        if name == PRIMARY_OUTCOME and several:
            heads.append(Head(RANGE, gettext("range-over-kinds-of-smuggler"), whole, True))
    heads.append(Head(COST, gettext("programme-cost"), gettext("million-cad-not-a-result"), False))
    if priced:
        whole = f"{gettext('million-cad')}{period('CAD', study.days)}"
        heads.append(Head(WHOLE, gettext("whole-cost"), whole, False))
        title = gettext("societys-cost-for-each-firearm")
        heads.append(Head(PRICE, title, gettext("thousand-cad"), True))
    return heads


def _price(ratio: Ratio) -> Cell:
    if not ratio.estimable:
        return Cell("–", gettext("not-estimable"), False, UNKNOWN)
    value, low, high = (
        rounded(end / THOUSAND, 3) if abs(end) >= 100 * THOUSAND else number(end / THOUSAND, 0)
        for end in (ratio.value, ratio.low, ratio.high)
    )
    return Cell(value, _interval(low, high), False, ratio.value)


def _cell(comparison: Comparison, largest: float) -> Cell:
    difference = comparison.difference
    if difference.identical:
        return Cell("0", gettext("identical"), False, 0.0)
    unit = metric_of(comparison.metric).unit
    text = shown(
        difference.mean, difference.low, difference.high,
        unit=unit, signed=True, beside=largest, coarse=True,
    )  # fmt: skip
    order = difference.mean if difference.mean == difference.mean else UNKNOWN
    if not set("123456789") & set(f"{text.value}{text.interval}") and text.interval:
        return Cell("0", "", False, order)  # less than anyone would notice
    return Cell(text.value, text.interval, comparison.distinguishable, order)


def _column(horizon: str) -> str:
    return f"{VERDICT}_{horizon}"


def _verdicts(study: Study, scenario: str) -> dict[str, Cell]:
    """Effects in per cent of the baseline over each horizon, by the name of their column."""
    cells = {}
    smallest = 100 * smallest_difference(study)
    places = max(0, math.ceil(-math.log10(smallest)) + 1)  # as many decimals as tell what matters
    for horizon in horizons(study):
        effect = headline_effects(study, horizon=horizon).get((scenario, headline_kind(study)))
        cells[_column(horizon)] = _verdict(effect, places)
    return cells


def _verdict(effect: Effect | None, places: int) -> Cell:
    """The effect, with a mark where it is neither clear nor without a difference that matters."""
    if effect is None or not effect.verdict:
        return Cell("–", "", False, UNKNOWN)
    if effect.low == effect.mean == effect.high == 0.0:
        return Cell("0", gettext("identical"), False, 0.0)
    mean, low, high = (
        number(100 * end, places, signed=end is effect.mean)
        for end in (effect.mean, effect.low, effect.high)
    )
    mark = "†" if effect.perhaps_less else MARKS.get(effect.verdict, "")
    clear = effect.verdict in (REDUCES, INCREASES)
    return Cell(mean, f"{_interval(low, high)} {mark}".strip(), clear, 100 * effect.mean)


def _interval(low: str, high: str) -> str:
    return f"[{low}{', ' if current_language() == 'en' else '; '}{high}]"


def _range(low: float, high: float) -> Cell:
    places = 1 if max(abs(low), abs(high)) < 100 else 0
    ends = [number(end, places, signed=True) for end in (low, high)]
    return Cell(gettext("low-to-high", low=ends[0], high=ends[1]), "", False, (low + high) / 2)


def _plain(value: float, places: int) -> Cell:
    return Cell(number(value, places, signed=True), "", False, value)
