"""The page of results: what every scenario of a study changes."""

import math
from typing import Any

import plotly.graph_objects as go
from dash import Dash, Input, Output, html, no_update

from analysis.charts.style import BLUE, extent, half_widths, label, line_height, zero_line
from analysis.compare import HEADLINE, Comparison, compare
from analysis.dashboard import address
from analysis.dashboard.address import View
from analysis.dashboard.controls import Boxes, Choice
from analysis.dashboard.figures import captioned, graph, nothing, styled, table
from analysis.dashboard.frame import (
    AppState,
    Children,
    answering,
    notices,
    refusal,
    stamp,
    study_line,
)
from analysis.effects import effect_in_words, smallest_difference
from analysis.findings import answer
from analysis.language import contraband_of, gettext, has_text, metric_title, pgettext, title_of
from analysis.values import BASELINE, DERIVED, headline_adversary, metric_of
from analysis.verdicts import counted
from analysis.wording import adversary_name, period, probability, unit_of
from sim.errors import InputError
from sim.results.reading import Study
from sim.results.schema import METRICS


def difference_figure(study: Study, comparisons: list[Comparison]) -> go.Figure:
    """Differences to the baseline, one line a scenario, with 95 % intervals."""
    metric = metric_of(comparisons[0].metric)
    proposals = [
        comparison for comparison in comparisons if comparison.scenario not in study.bounds
    ] or comparisons
    ends = extent([comparison.difference for comparison in proposals])
    inside = [
        comparison for comparison in comparisons if ends[0] <= comparison.difference.mean <= ends[1]
    ]
    place = {comparison.scenario: k for k, comparison in enumerate(comparisons)}
    means = [comparison.difference.mean for comparison in inside]
    figure = go.Figure()
    figure.add_scatter(
        x=means,
        y=[place[comparison.scenario] for comparison in inside],
        mode="markers",
        error_x={
            "array": half_widths([comparison.difference.low for comparison in inside], means),
            "color": BLUE, "thickness": 2, "width": 4,
        },
        marker={
            "size": 10, "line": {"color": BLUE, "width": 2},
            "color": [BLUE if comparison.distinguishable else "white" for comparison in inside],
        },
        text=[comparison.verdict.replace("<", "&lt;") for comparison in inside],
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    for comparison in comparisons:
        if comparison not in inside:
            above = comparison.difference.mean > ends[1]
            figure.add_scatter(
                x=[ends[above]],
                y=[place[comparison.scenario]],
                mode="markers+text",
                text=[comparison.in_table.partition(" [")[0]],
                textposition="middle left" if above else "middle right",
                marker={"color": BLUE, "size": 12,
                        "symbol": "triangle-right" if above else "triangle-left"},
                cliponaxis=False,
                hovertemplate=f"{comparison.amount}<extra></extra>",
            )  # fmt: skip
    zero_line(figure)
    names = [label(study, comparison.scenario) for comparison in comparisons]
    unit = f"{unit_of(metric.unit)}{period(metric.unit, study.days)}"
    figure.update_xaxes(title_text=f"{gettext('difference-word')}<br>[{unit}]", range=ends)
    figure.update_yaxes(
        tickvals=list(place.values()), ticktext=names, range=[len(comparisons) - 0.4, -0.6]
    )
    figure.update_layout(showlegend=False)
    return styled(figure, 110 + line_height(names) * len(comparisons))


MOST_SHOWN = 60


def page(view: View, app_state: AppState) -> Children:
    """Lay the page out for a view."""
    folders = app_state.folders
    studies = [(name, name) for name in folders.finished()]
    chosen = view.study or folders.opening()
    head = html.H1(gettext("every-measure-of-this-study"))
    pick = [
        Choice("results-study", gettext("study"), [*_missing(chosen, studies), *studies], chosen)
    ] if studies else []  # fmt: skip
    try:
        study = folders.study(view.study)
        with contraband_of(study):
            return [
                head,
                html.P(answer(study, compare(study, HEADLINE)), className="answer"),
                *stamp(),
                study_line(study, chosen),
                *_controls(study, view, pick),
                *_places(study, view),
            ]
    except InputError as error:
        return [head, refusal(error), html.Div(pick, className="controls")]


def _missing(chosen: str, studies: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A choice for a study that is not there, so that the list does not claim another."""
    return [] if any(name == chosen for name, _ in studies) else [(chosen, "—")]


def metrics() -> list[tuple[str, str]]:
    """Metrics by what they are called, the headline first."""
    names = [*HEADLINE, *(name for name in [*METRICS, *DERIVED] if name not in HEADLINE)]
    return [
        (name, title[:1].upper() + title[1:]) for name in names if (title := metric_title(name))
    ]


def smugglers_who(kind: str) -> str:
    """A kind of smuggler, and in plain words how it chooses."""
    plain = f" ({pgettext('chooses', kind)})" if has_text("chooses", kind) else ""
    return f"{adversary_name(kind)}{plain}"


def scenarios(study: Study) -> list[str]:
    """Scenarios of a study but the baseline."""
    return [name for name in study.scenarios if name != BASELINE]


def _controls(study: Study, view: View, pick: Children) -> Children:
    kinds = study.adversaries
    names = scenarios(study)
    kind = view.adversary if view.adversary in kinds else headline_adversary(study)
    shown = [name for name in names if not view.scenarios or name in view.scenarios]
    held = {*DERIVED, *study.summary["metric"].unique()}
    offered = [pair for pair in metrics() if pair[0] in held]
    keys = [name for name, _ in offered]
    metric = view.metric if view.metric in keys else keys[0]
    smugglers = [(name, smugglers_who(name)) for name in kinds]
    return [
        html.Div(
            [
                *pick,
                Choice("results-metric", gettext("measure"), offered, metric),
                Choice("results-adversary", gettext("smugglers-who-are"), smugglers, kind),
            ],
            className="controls",
        ),
        html.Details(
            [
                html.Summary(gettext("choose-scenarios")),
                Boxes(
                    "results-scenarios",
                    gettext("scenarios-shown"),
                    [(name, title_of(study, name)) for name in names],
                    shown,
                ),
            ]
        ),
    ]


def _places(study: Study, view: View) -> Children:
    missing = notices(
        [
            gettext("this-study-has-no-scenario", name=name[:60])
            for name in view.scenarios
            if name not in scenarios(study)
        ]
    )
    return [*missing, html.Div(id="results-shown", className="shown")]


def shown(study: Study, metric: str, adversary: str, names: list[str]) -> Children:
    """The chart and the table of one metric.

    Parameters
    ----------
    study : Study
    metric, adversary : str
    names : list of str
        Scenarios that were chosen.
    """
    wanted = [*HEADLINE, *([metric] if metric not in HEADLINE else [])]
    comparisons = [
        comparison
        for comparison in compare(study, wanted)
        if comparison.metric == metric
        and comparison.adversary == adversary
        and comparison.scenario in names
        and comparison.difference.count > 0
    ]
    if not comparisons:
        return [nothing(gettext("no-scenario-is-chosen-so"))]
    sign = 1.0 if any(comparison.effect for comparison in comparisons) else -1.0
    comparisons.sort(key=lambda comparison: sign * comparison.difference.mean)
    return [
        captioned(
            graph("results-figure", difference_figure(study, comparisons[:MOST_SHOWN])),
            _finding(study, comparisons),
            _note(comparisons),
        ),
        _table(study, comparisons),
    ]


def _finding(study: Study, comparisons: list[Comparison]) -> str:
    codes = [
        comparison.effect.verdict
        for comparison in comparisons
        if comparison.effect and comparison.scenario not in study.bounds
    ]
    if codes:
        if not all(codes):
            return gettext("one-replication-cannot-tell-an")
        return counted(codes, smallest_difference(study))
    clear = [comparison for comparison in comparisons if comparison.distinguishable]
    title = metric_title(comparisons[0].metric)
    if not clear:
        return gettext("no-scenario-measurably-changes-this", quantity=title)
    most = max(clear, key=lambda comparison: abs(comparison.difference.mean))
    return gettext(
        "of-scenarios-measurably-change-this",
        count=len(clear),
        all=len(comparisons),
        quantity=title,
        amount=most.amount,
        scenario=title_of(study, most.scenario),
    )


def _note(comparisons: list[Comparison]) -> str:
    count = max(comparison.difference.count for comparison in comparisons)
    if count < 2:
        return gettext("one-replication-no-intervals-source")
    if any(comparison.effect for comparison in comparisons):
        return gettext("scenario-minus-baseline-by-verdict", count=count)
    return gettext("scenario-minus-baseline-paired-over", count=count)


def _table(study: Study, comparisons: list[Comparison]) -> html.Div:
    metric = metric_of(comparisons[0].metric)
    unit = f"{unit_of(metric.unit)}{period(metric.unit, study.days)}"
    rows = [
        [
            title_of(study, comparison.scenario)
            + (f" ({gettext('bound-word')})" if comparison.scenario in study.bounds else ""),
            gettext("identical") if comparison.difference.identical else comparison.in_table,
            found_in_words(comparison),
            str(comparison.difference.count),
        ]
        for comparison in comparisons
    ]
    return table(
        gettext("difference-to-the-baseline-of", quantity=metric_title(comparisons[0].metric)),
        [
            gettext("scenario"),
            f"{gettext('difference-95-interval')} [{unit}]",
            gettext("verdict-heading")
            if any(comparison.effect for comparison in comparisons)
            else gettext("found-heading"),
            gettext("replications-heading"),
        ],
        rows,
        {k for k, comparison in enumerate(comparisons) if comparison.distinguishable},
    )


def found_in_words(row: Comparison) -> str:
    """Whether a difference is found, by the rule of every page."""
    if row.difference.identical:
        return gettext("identical")
    if row.effect is not None:
        return effect_in_words(row.effect) if row.effect.verdict else "–"
    if math.isnan(row.p_adjusted):
        return "–"
    words = gettext("found") if row.distinguishable else gettext("not-found")
    return f"{words} (p {probability(row.p_adjusted)})"


def register(app: Dash, app_state: AppState) -> None:
    """Let the page answer."""
    folders = app_state.folders
    answers = answering(app, "results")

    @answers(
        Output("results-shown", "children"),
        Output("query", "data", allow_duplicate=True),
        Input("results-metric", "value"),
        Input("results-adversary", "value"),
        Input("results-scenarios", "value"),
        opening=True,
    )
    def draw(view: View, metric: str, adversary: str, names: list[str]) -> tuple[Any, str]:
        try:
            study = folders.study(view.study)
            kept = [name for name in scenarios(study) if name in (names or [])]
            changed = view.replaced(
                metric=metric if metric in {name for name, _ in metrics()} else view.metric,
                adversary=str(adversary),
                scenarios=() if kept == scenarios(study) else tuple(kept),
            )
            with contraband_of(study):
                content = shown(study, changed.metric, str(adversary), kept)
            return content, address.query(changed)
        except InputError as error:
            return [refusal(error)], address.query(view)

    @answers(Output("address", "search", allow_duplicate=True), Input("results-study", "value"))
    def open_study(view: View, name: str) -> Any:
        if name == (view.study or folders.opening()):
            return no_update
        return address.query(view.replaced(study=name, scenarios=(), adversary=""))
