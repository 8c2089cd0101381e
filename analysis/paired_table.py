"""The table of proposals: every difference to the baseline, paired, in the order of the answer."""

import math
from dataclasses import dataclass, field

import pandas as pd

from analysis.charts.style import name_of
from analysis.compare import Comparison, across_adversaries, frame_of
from analysis.costs import Ratio, prices_of
from analysis.effects import Effect, effect_in_words, headline_effects
from analysis.equivalence import INCREASES, REDUCES
from analysis.language import gettext, metric_title, pgettext
from analysis.outcomes import horizon_in_words, horizons
from analysis.values import BASELINE, headline_values, metric_of
from analysis.verdicts import aim_of, headline_kind
from analysis.wording import number, period, shown
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME
from sim.scenario.intervention import FIREARMS

SHOWN = (
    PRIMARY_OUTCOME,
    "expected_firearms_stopped",
    "firearms_seized_highway",
    "mean_wait_min",
    "delay_vehicle_h",
    "within_standard_share",
    "duty_collected_cad",
)
"""Metrics of the table; the other headline metrics are in the terminal's."""

COST, PRICE, VERDICT = "programme_cost_cad", "cad_per_firearm", "verdict"
MILLION = 1e6
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
    """Heads and rows, and the same as numbers."""

    heads: list[Head]
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
    cost, price = _cost(study), prices_of(study)
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
            if effect is not None:
                row.cells[VERDICT] = _verdict(effect)
                row.cells.update(_later(study, scenario))
        if several:
            row.cells["range"] = _range(*ranges[scenario])
        if scenario in cost:
            row.cells[COST] = _plain(cost[scenario] / MILLION, 1)
        if scenario in price:
            row.cells[PRICE] = _price(price[scenario].per_firearm)
        rows.append(row)
    first = metrics[0] if metrics else COST
    sign = 1.0 if metrics and metric_of(first).better == "less" else -1.0
    rows.sort(key=lambda row: (row.bound, sign * row.cells[first].order))
    return PairedTable(
        _heads(study, metrics, largest, several, priced=bool(price)), rows, frame_of(comparisons)
    )


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
            title = gettext("per-cent-of-the-baseline")
            spans = horizons(study)
            for horizon in spans:
                column = VERDICT if horizon == spans[0] else f"{VERDICT}_{horizon}"
                heading = gettext("verdict-heading")
                if len(spans) > 1:
                    heading = f"{heading}, {horizon_in_words(study, horizon)}"
                heads.append(Head(column, heading, title, metric.model_only))
        if name == PRIMARY_OUTCOME and several:
            heads.append(Head("range", gettext("range-over-kinds-of-smuggler"), whole, True))
    heads.append(Head(COST, gettext("programme-cost"), gettext("million-cad-not-a-result"), False))
    if priced:
        title = gettext("societys-cost-for-each-firearm")
        heads.append(Head(PRICE, title, gettext("million-cad"), True))
    return heads


def _price(ratio: Ratio) -> Cell:
    if not ratio.estimable:
        return Cell("–", gettext("not-estimable"), False, UNKNOWN)
    text = shown(ratio.value, ratio.low, ratio.high, unit="CAD", beside=MILLION)
    return Cell(text.value, text.interval, False, ratio.value)


def _cell(comparison: Comparison, largest: float) -> Cell:
    difference = comparison.difference
    if difference.identical:
        return Cell("0", gettext("identical"), False, 0.0)
    unit = metric_of(comparison.metric).unit
    text = shown(
        difference.mean, difference.low, difference.high, unit=unit, signed=True, beside=largest
    )
    order = difference.mean if difference.mean == difference.mean else UNKNOWN
    return Cell(text.value, text.interval, comparison.distinguishable, order)


def _verdict(effect: Effect) -> Cell:
    """The verdict, with the effect in per cent of the baseline."""
    if not effect.verdict:
        return Cell("–", "", False, UNKNOWN)
    identical = effect.low == effect.mean == effect.high == 0.0
    text = shown(effect.mean, effect.low, effect.high, unit="share", signed=True)
    words = gettext("identical") if identical else effect_in_words(effect)
    share = "" if identical else f"{text.value} {text.interval}"
    clear = effect.verdict in (REDUCES, INCREASES)
    return Cell(words, share, clear, 100 * effect.mean)


def _later(study: Study, scenario: str) -> dict[str, Cell]:
    """Verdicts over the horizons after the first, by the name of their column."""
    cells = {}
    for horizon in horizons(study)[1:]:
        effect = headline_effects(study, horizon=horizon).get((scenario, headline_kind(study)))
        unknown = Cell("–", "", False, UNKNOWN)
        cells[f"{VERDICT}_{horizon}"] = unknown if effect is None else _verdict(effect)
    return cells


def _range(low: float, high: float) -> Cell:
    places = 1 if max(abs(low), abs(high)) < 100 else 0
    ends = [number(end, places, signed=True) for end in (low, high)]
    return Cell(gettext("low-to-high", low=ends[0], high=ends[1]), "", False, (low + high) / 2)


def _plain(value: float, places: int) -> Cell:
    return Cell(number(value, places, signed=True), "", False, value)


def _cost(study: Study) -> dict[str, float]:
    """What each programme costs beyond the baseline, CAD over the run."""
    table = headline_values(study)
    if COST not in table.columns:
        return {}
    means = table[COST].groupby(level="scenario").mean()
    return {str(name): float(value - means[BASELINE]) for name, value in means.items()}
