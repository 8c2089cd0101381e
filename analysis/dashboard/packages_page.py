"""The page of packages: what was simulated together, and the best of it under a budget."""

import math
from typing import Any

import plotly.graph_objects as go
from dash import Dash, Input, Output, html

from analysis.answer.choices import Choices, choices
from analysis.answer.mix import NOTHING, Best, best_under, frontier, interactions
from analysis.charts.style import BLUE, GREY, label, safe
from analysis.dashboard import address
from analysis.dashboard.address import MOST_BUDGET, View, href
from analysis.dashboard.controls import Amount
from analysis.dashboard.figures import captioned, graph, nothing, styled, table
from analysis.dashboard.frame import AppState, Children, answering, link, refusal, stamp, study_line
from analysis.dashboard.levers import offered
from analysis.language import contraband_of, gettext, title_of
from analysis.outcomes import horizon_in_words
from analysis.wording import number
from sim.errors import InputError
from sim.results.reading import Study

SHOWN = 12
"""Rivals that are listed."""


def found_of(study: Study) -> Choices:
    """What can be chosen in a study, worked out once."""
    if "dashboard choices" not in study.derived:
        study.derived["dashboard choices"] = choices(study)
    made: Choices = study.derived["dashboard choices"]
    return made


def page(view: View, app_state: AppState) -> Children:
    """Lay the page out for a view."""
    head = html.H1(gettext("budget-title"))
    folders = app_state.folders
    try:
        study = folders.study(view.study)
        found = found_of(study)
    except InputError as error:
        return [head, refusal(error)]
    dearest = math.ceil(max(float(found.cost.max()), 1.0) / 10) * 10
    high = min(max(dearest, view.budget), MOST_BUDGET)
    with contraband_of(study):
        return [
            head,
            *stamp(),
            *([] if _mixes(found) else [html.P(gettext("budget-none"), className="notice")]),
            Amount("packages-budget", gettext("budget-budget"), view.budget, 1.0, high, 1.0,
                   gettext("million-cad-a-year")),
            html.Div(id="packages-shown", className="shown"),
            study_line(study, view.study or folders.opening()),
        ]  # fmt: skip


def _mixes(found: Choices) -> list[str]:
    return [str(name) for name in found.kept if "+" in str(name)]


def shown(study: Study, found: Choices, view: View) -> Children:
    """The best under the budget, what cannot be told from it, and every step of the budget."""
    try:
        best = best_under(found, view.budget)
    except InputError:
        cheapest = str(found.cost.idxmin())
        words = gettext(
            "budget-too-little",
            budget=number(view.budget, 1),
            title=title_of(study, cheapest),
            cost=number(float(found.cost[cheapest]), 1),
        )
        return [html.P(words, className="notice")]
    steps, span = frontier(found), horizon_in_words(study, found.horizon)
    return [
        html.P(_sentence(study, best, span), className="answer"),
        html.P([_sure(found, best), " ", *_try(best.name, view)], className="note"),
        captioned(
            graph("packages-figure", _steps_figure(study, found, steps, view, best)),
            gettext("budget-figure"),
            gettext("budget-note", horizon=span[0].upper() + span[1:]),
        ),
        *_within(study, found, best, view),
        *_together(study, found),
    ]


def _sentence(study: Study, best: Best, horizon: str) -> str:
    if best.name == NOTHING:
        return gettext("budget-nothing", budget=number(best.budget, 0))
    return gettext(
        "budget-best",
        budget=number(best.budget, 0),
        title=title_of(study, best.name),
        kept=_range(best),
        horizon=horizon,
        cost=number(best.cost, 1),
    )


def _range(best: Best) -> str:
    kept = best.kept
    if kept.low != kept.low:
        return number(kept.mean, 0)
    ends = [number(end, 0) for end in (kept.mean, kept.low, kept.high)]
    return gettext("amount-from-to", mean=ends[0], low=ends[1], high=ends[2])


def _sure(found: Choices, best: Best) -> str:
    """Whether what was chosen was measured on runs that had no part in the choice."""
    if best.fresh:
        return gettext("budget-confirmed", chosen=best.chosen_on, fresh=best.fresh)
    return gettext("budget-unconfirmed", chosen=best.chosen_on)


def _try(name: str, view: View) -> Children:
    parts = tuple(part for part in name.split("+") if part in offered())
    if not parts:
        return []
    own = view.replaced(mix=parts, lever=(), closed=(), roster=(), run="", begin=True)
    return [link(gettext("door-try"), href(own, "mix"))]


def _steps_figure(
    study: Study, found: Choices, steps: list[Best], view: View, best: Best
) -> go.Figure:
    """Draw what was simulated by its cost; the best by budget as steps, that under it named."""
    means = found.kept.mean()
    names = [str(name) for name in found.kept]
    held = [view.proposal in name.split("+") for name in names]
    figure = go.Figure()
    figure.add_scatter(
        x=[float(found.cost[name]) for name in names],
        y=[float(means[name]) for name in names],
        mode="markers",
        name=gettext("simulated-choices"),
        text=[safe(title_of(study, name)) for name in names],
        marker={"color": [BLUE if one else GREY for one in held], "size": 7,
                "symbol": ["diamond" if one else "circle" for one in held]},
        hovertemplate="%{text}: %{y:.0f}<extra></extra>",
    )  # fmt: skip
    if steps:
        figure.add_scatter(
            x=[min(0.0, steps[0].cost), *(step.cost for step in steps)],
            y=[0.0, *(float(means[step.name]) if step.name in means else 0.0 for step in steps)],
            mode="lines", name=gettext("best-by-budget"),
            line={"color": BLUE, "width": 2, "shape": "hv"}, hoverinfo="skip",
        )  # fmt: skip
    if best.name in means:
        figure.add_annotation(
            x=best.cost, y=float(means[best.name]), text=label(study, best.name),
            showarrow=False, xanchor="left", yanchor="bottom", align="left",
        )  # fmt: skip
    figure.add_vline(x=view.budget, line={"color": "#a33b00", "width": 2, "dash": "dash"})
    figure.update_xaxes(title_text=gettext("million-cad-a-year"))
    figure.update_yaxes(title_text=gettext("kept-a-year"))
    return styled(figure, 360)


def _within(study: Study, found: Choices, best: Best, view: View) -> Children:
    """What may be as good, the cheapest first, and what holds the proposal that was brought."""
    means = found.kept.mean()
    rivals = [*([best.name] if best.name != NOTHING else []), *best.rivals]
    wanted = view.proposal
    words = gettext("may-be-best")
    rows = [_row(study, found, means, name, view, words) for name in rivals[: SHOWN + 1]]
    if wanted:
        for name in (str(one) for one in found.kept if wanted in str(one).split("+")):
            if name not in rivals[: SHOWN + 1]:
                words = (
                    gettext("beyond-the-budget")
                    if found.cost[name] > view.budget
                    else gettext("less-than-the-best")
                )
                rows.append(_row(study, found, means, name, view, words))
        if wanted not in {part for name in found.kept for part in str(name).split("+")}:
            rows.append([wanted[:60], "–", "–", gettext("not-in-this-study"), ""])
    if not rows:
        return [nothing(gettext("budget-no-rows"))]
    head = [gettext("package"), gettext("million-cad-a-year"), gettext("kept-a-year"),
            gettext("under-this-budget"), gettext("door-try")]  # fmt: skip
    return [table(gettext("budget-table"), head, rows)]


def _row(study: Study, found: Choices, means: Any, name: str, view: View, words: str) -> list[Any]:
    way = _try(name, view)
    return [title_of(study, name), number(float(found.cost[name]), 1),
            number(float(means[name]), 0), words, way[0] if way else ""]  # fmt: skip


def _together(study: Study, found: Choices) -> Children:
    """How mixes differ from the sum of their parts, where their parts were simulated alone."""
    rows = interactions(found)
    if not rows:
        return []
    words = {
        "multiply": gettext("parts-multiply"),
        "cancel": gettext("parts-cancel"),
        "add up": gettext("parts-add-up"),
    }
    cells = [
        [title_of(study, row.name), number(row.whole, 0), number(row.parts, 0), words[row.word]]
        for row in rows
    ]
    head = [gettext("package"), gettext("the-whole"), gettext("sum-of-the-parts"),
            gettext("the-parts")]  # fmt: skip
    shown_table = table(gettext("budget-together"), head, cells)
    return [html.Details([html.Summary(gettext("budget-together")), shown_table])]


def register(app: Dash, app_state: AppState) -> None:
    """Let the budget be moved."""
    answers = answering(app, "packages")

    @answers(
        Output("packages-shown", "children"),
        Output("query", "data", allow_duplicate=True),
        Input("packages-budget", "value"),
        opening=True,
    )
    def draw(base: View, budget: float) -> tuple[Any, str]:
        asked, complaints = address.read("/packages", address.encoded([("budget", str(budget))]))
        view = base.replaced(budget=asked.budget)
        try:
            if complaints:
                raise InputError(" ".join(complaints))
            study = app_state.folders.study(view.study)
            with contraband_of(study):
                content = shown(study, found_of(study), view)
        except InputError as error:
            content = [refusal(error)]
        return content, address.query(view)
