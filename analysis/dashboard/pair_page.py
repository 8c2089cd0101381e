"""The page on which any two scenarios, of any two studies, are compared."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import Dash, Input, Output, State, html, no_update

from analysis.compare import HEADLINE, Comparison, compare
from analysis.dashboard import address
from analysis.dashboard.address import View
from analysis.dashboard.controls import Choice, Option
from analysis.dashboard.figures import table
from analysis.dashboard.frame import AppState, Children, answering, refusal, stamp
from analysis.dashboard.results_page import found_in_words, metrics
from analysis.estimates import LEVEL, Estimate, estimate, level_of, t_quantile, t_tail
from analysis.language import contraband_of, contraband_unit, gettext, metric_title, title_of
from analysis.values import BASELINE, headline_adversary, metric_of, values
from analysis.wording import TIMELESS, period, shown, unit_of
from sim.errors import InputError
from sim.results.reading import Study
from sim.results.schema import HORIZONS

SHARED = ("seed", "start", "days", "year", "ports", "code_digest")
"""What two studies must have in common for their replications to meet the same random numbers."""


def common_numbers(first: Study, second: Study) -> bool:
    """Whether replications of two studies met the same vehicles, officers and smugglers."""
    if first.folder == second.folder:
        return True
    shared = [(first.manifest.get(key), second.manifest.get(key)) for key in SHARED]
    return all(mine is not None and mine == theirs for mine, theirs in shared)


def runs(study: Study, scenario: str, adversary: str) -> pd.DataFrame:
    """Values of one scenario against one kind of smuggler, by world and replication.

    Raises
    ------
    InputError
        If the study does not hold them.
    """
    table = values(study)
    try:
        return table.xs((scenario, adversary), level=("scenario", "adversary"))
    except KeyError:
        raise InputError(gettext("the-study-has-no-scenario", name=scenario[:60])) from None


COMPARED = ("days", "ports", "year")
"""Settings without which sums of two studies cannot be compared."""


def unlike(first: Study, second: Study) -> list[str]:
    """Which of the settings two studies differ in."""
    if first.folder == second.folder:
        return []
    return [key for key in COMPARED if first.manifest.get(key) != second.manifest.get(key)]


def compare_two(
    first: tuple[Study, str, str], second: tuple[Study, str, str], metrics: Sequence[str]
) -> list[Comparison]:
    """Second minus first in every metric that both hold.

    A scenario and the baseline of its study are compared as on every other page. Other pairs are
    one of as many questions as the larger study has scenarios, and are corrected for that. Sums of
    studies of other length or year are by the day.

    Parameters
    ----------
    first, second : (Study, str, str)
        Study, scenario and kind of smuggler.
    metrics : sequence of str
    """
    if first[0].folder == second[0].folder and first[1] == BASELINE != second[1]:
        return [
            row
            for row in compare(first[0], metrics)
            if (row.scenario, row.adversary) == (second[1], second[2])
        ]
    tables = _runs_by_day(first, second)
    paired = common_numbers(first[0], second[0])
    questions = max(len(study.scenarios) - 1 for study in (first[0], second[0]))
    rows = []
    for metric in metrics:
        if all(metric in table.columns for table in tables):
            mine, theirs = (table[metric].dropna() for table in tables)
            difference = _paired(mine, theirs) if paired else _apart(mine, theirs)
            p = min(1.0, difference.p * max(questions, 1))
            yearly = metric.endswith(HORIZONS)
            days = 365.0 if yearly else first[0].days
            rows.append(
                Comparison(second[1], second[2], metric, float(mine.mean()), difference, p, days)
            )
    return rows


def _runs_by_day(
    first: tuple[Study, str, str], second: tuple[Study, str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Values of two scenarios; sums by the day where the studies are of other length or year."""
    tables = []
    for side in (first, second):
        table = runs(*side)
        if unlike(first[0], second[0]) and side[0].days:
            sums = [name for name in table.columns if _is_sum(str(name))]
            table = table.assign(**{name: table[name] / side[0].days for name in sums})
        tables.append(table)
    return tables[0], tables[1]


def _is_sum(metric: str) -> bool:
    """Whether a metric grows with the length of a run."""
    return metric_of(metric).unit not in TIMELESS and not metric.endswith(HORIZONS)


def _paired(mine: pd.Series, theirs: pd.Series) -> Estimate:
    shared = mine.index.intersection(theirs.index)
    return estimate(theirs.loc[shared] - mine.loc[shared])


def _apart(mine: pd.Series, theirs: pd.Series) -> Estimate:
    """Welch's interval of a difference of means that share no random numbers."""
    mean = float(theirs.mean() - mine.mean())
    count = min(len(mine), len(theirs))
    if count < 2:
        return Estimate(mean, math.nan, math.nan, count, math.nan, False)
    parts = [float(sample.var(ddof=1)) / len(sample) for sample in (mine, theirs)]
    error = math.sqrt(sum(parts))
    if error == 0:
        return Estimate(mean, mean, mean, count, float(mean == 0), mean == 0)
    freedom = sum(parts) ** 2 / sum(
        part**2 / (len(sample) - 1) for part, sample in zip(parts, (mine, theirs), strict=True)
    )
    reach = float(t_quantile((1 + LEVEL) / 2, freedom)) * error
    p = 2 * float(t_tail(abs(mean) / error, freedom))
    return Estimate(mean, mean - reach, mean + reach, count, p, False)


def page(view: View, app_state: AppState) -> Children:
    """Lay the page out for a view."""
    head = html.H1(gettext("compare-two"))
    studies = [(name, name) for name in app_state.folders.finished()]
    if not studies:
        return [head, html.P(gettext("there-is-no-study-yet"), className="notice")]
    first = view.study or app_state.folders.opening()
    sides = (
        ("one", gettext("first-heading"), first, view.one or BASELINE),
        ("two", gettext("second"), view.other or first, view.two),
    )
    return [
        head,
        *stamp(),
        html.Div([_side(app_state, studies, *side) for side in sides], className="pair"),
        html.Div(id="pair-shown", className="shown"),
    ]


def _side(
    app_state: AppState, studies: list[Option], name: str, words: str, chosen: str, scenario: str
) -> html.Fieldset:
    offered = [pair[0] for pair in studies]
    listed = studies if chosen in offered else [(chosen, "—"), *studies]
    try:
        study = app_state.folders.study(chosen)
        names = [str(key) for key in study.summary["scenario"].unique()]
        options = [(key, title_of(study, key)) for key in names]
    except InputError:
        names, options = [""], [("", "—")]
    if not scenario:
        scenario = next((key for key in names if key != BASELINE), names[0])
    if scenario not in names:
        options = [(scenario, "—"), *options]
    return html.Fieldset(
        [
            html.Legend(words),
            Choice(f"pair-study-{name}", gettext("study"), listed, chosen),
            Choice(f"pair-scenario-{name}", gettext("scenario"), options, scenario),
        ]
    )


def result(first: tuple[Study, str], second: tuple[Study, str]) -> Children:
    """The table of differences between two scenarios."""
    sides = [(study, name, headline_adversary(study)) for study, name in (first, second)]
    names = [name for name, _ in metrics()]
    differ = unlike(first[0], second[0])
    asked = list(HEADLINE)
    if "ports" in differ:
        asked = [name for name in HEADLINE if not _is_sum(name)]
    elif not differ:
        asked += [name for name in names if name not in HEADLINE]
    rows = compare_two(sides[0], sides[1], asked)
    paired = common_numbers(first[0], second[0])
    how = (
        gettext("second-minus-first-paired-by") if paired else gettext("second-minus-first-the-two")
    )
    notes: Children = []
    if differ:
        words = {"days": gettext("length"), "ports": gettext("ports-word"), "year": gettext("year")}
        said = ", ".join(words[key] for key in differ)
        rest = gettext("only-rates") if "ports" in differ else gettext("sums-by-the-day")
        warning = f"{gettext('the-two-differ-in', settings=said)} {rest}"
        notes = [html.P(warning, className="notice", role="status")]
    first_ones = [row for row in rows if row.metric in HEADLINE]
    others = [row for row in rows if row.metric not in HEADLINE]
    folded = [html.Details([html.Summary(gettext("all-measures")),
                            _table(others, sides, differ)])] if others else []  # fmt: skip
    return [*notes, html.P(how, className="note"), _table(first_ones, sides, differ), *folded]


def _of_one_kind(first: Study, second: Study) -> None:
    """Refuse to take kilograms from firearms."""
    units = [contraband_unit(study) for study in (first, second)]
    if units[0] != units[1]:
        raise InputError(gettext("the-two-are-of-different", first=units[0], second=units[1]))


def _table(
    comparisons: list[Comparison], sides: list[tuple[Study, str, str]], differ: list[str]
) -> html.Div:
    head = [
        gettext("measure"),
        gettext("first-heading"),
        gettext("second"),
        gettext("difference-95-interval"),
        gettext("found-heading"),
        gettext("replications-heading"),
    ]
    by_day = _runs_by_day(sides[0], sides[1])
    rows = [_row(comparison, by_day, differ) for comparison in comparisons]
    bold = {k for k, comparison in enumerate(comparisons) if comparison.distinguishable}
    return table(gettext("difference-between-the-two"), head, rows, bold)


def _row(
    row: Comparison, tables: tuple[pd.DataFrame, pd.DataFrame], differ: list[str]
) -> list[Any]:
    described = metric_of(row.metric)
    unit = described.unit
    span = f" {gettext('a-day')}" if differ and _is_sum(row.metric) else period(unit, row.days)
    label = "" if unit == "share" else f" [{unit_of(unit)}{span}]"
    levels = [level_of(values_there[row.metric], unit) for values_there in tables]
    change, most = row.difference, max(abs(level.mean) for level in levels)
    text = str(shown(change.mean, change.low, change.high, unit=unit, signed=True, beside=most))
    return [
        f"{metric_title(row.metric)}{label}",
        *(str(shown(one.mean, one.low, one.high, unit=unit, beside=most)) for one in levels),
        gettext("identical") if change.identical else text,
        found_in_words(row),
        str(change.count),
    ]


def register(app: Dash, app_state: AppState) -> None:
    """Let the page answer."""
    answers = answering(app, "pair")

    @answers(
        Output("pair-shown", "children"),
        Output("query", "data", allow_duplicate=True),
        Input("pair-scenario-one", "value"),
        Input("pair-scenario-two", "value"),
        State("pair-study-one", "value"),
        State("pair-study-two", "value"),
        opening=True,
    )
    def draw(base: View, one: str, two: str, first: str, second: str) -> tuple[Any, str]:
        view = _view(base, study=first, other=second, one=one, two=two)
        try:
            studies = [app_state.folders.study(name) for name in (first, second)]
            _of_one_kind(*studies)
            with contraband_of(studies[0]):
                content = result((studies[0], one), (studies[1], two))
        except InputError as error:
            content = [refusal(error)]
        return content, address.query(view)

    @answers(
        Output("address", "search", allow_duplicate=True),
        Input("pair-study-one", "value"),
        Input("pair-study-two", "value"),
        State("pair-scenario-one", "value"),
        State("pair-scenario-two", "value"),
    )
    def open_studies(view: View, first: str, second: str, one: str, two: str) -> Any:
        opened = view.study or app_state.folders.opening()
        if (first, second) == (opened, view.other or opened):
            return no_update
        kept = _view(view, study=first, other=second)
        return address.query(
            kept.replaced(
                one=_if_there(app_state, first, one), two=_if_there(app_state, second, two)
            )
        )


def _if_there(app_state: AppState, study: str, scenario: str) -> str:
    """A scenario, if the study holds it."""
    try:
        there = (app_state.folders.study(study).summary["scenario"] == scenario).any()
    except InputError:
        return ""
    return scenario if there else ""


def _view(base: View, **fields: str) -> View:
    """Read the view from the controls, by the rules of an address."""
    view, _ = address.read("/pair", address.encoded([(k, str(v)) for k, v in fields.items()]))
    return dataclasses.replace(base, **{name: getattr(view, name) for name in fields})
