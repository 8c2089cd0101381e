"""Scenario discovery drawn: the conditions under which an outcome is of interest."""

import plotly.graph_objects as go

from analysis.charts.look import BLUE, FAINT, GREY, INK, finish, safe, wrapped
from analysis.compare import STOPPED, metric_of
from analysis.discovery import Box, prim
from analysis.uncertainty_text import amounts, of_levels, outcome_scenario
from analysis.wording import probability
from sim.results import Study

WIDTH = 38


def prim_box(
    study: Study,
    metric: str = STOPPED,
    scenario: str | None = None,
    adversary: str | None = None,
    threshold: float | None = None,
    *,
    above: bool | None = None,
) -> go.Figure:
    """The box that holds the cases of interest, as a part of each parameter's range.

    Parameters
    ----------
    study : Study
        With worlds or another design.
    metric, scenario, adversary : str, optional
        Which outcome.
    threshold, above
        Which cases are of interest (`analysis.discovery.prim`).
    """
    box = prim(study, metric, scenario, adversary, threshold, above=above)
    figure = go.Figure()
    names = []
    for k, row in enumerate(box.limits.itertuples()):
        span = row.highest - row.lowest or 1.0
        low, high = (row.low - row.lowest) / span, (row.high - row.lowest) / span
        figure.add_bar(x=[1.0], y=[k], orientation="h", width=0.5, marker={"color": FAINT},
                       hoverinfo="skip", showlegend=False)  # fmt: skip
        figure.add_bar(
            x=[high - low], base=[low], y=[k], orientation="h", width=0.5,
            marker={"color": BLUE, "line": {"color": INK, "width": 0.5}},
            hovertemplate=f"{safe(row.parameter)}: of {row.lowest:g} to {row.highest:g}, p "
                          f"{probability(row.p)}<extra></extra>",
            showlegend=False,
        )  # fmt: skip
        names.append(
            f"{wrapped(f'{row.about} ({row.kind})', WIDTH)}<br>"
            f"<b>{row.low:.3g} to {row.high:.3g}</b> {safe(row.unit)}"
        )
    if not names:
        figure.add_annotation(text="no condition", x=0.5, y=0, showarrow=False,
                              font={"color": GREY})  # fmt: skip
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(
        title_text="place within the parameter’s range<br>[share]", range=[0, 1.02], nticks=6
    )
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=names, range=[max(len(names), 1) - 0.4, -0.6]
    )
    return finish(
        figure,
        finding=_finding(study, metric, scenario, box),
        note=f"Dark: the part of each range that belongs to the box, found by peeling (PRIM) "
        f"{box.points} points. The box holds {100 * box.coverage:.0f} % of the cases of interest; "
        f"{100 * box.density:.0f} % of the points in it are such cases, against "
        f"{100 * box.base:.0f} % everywhere. In brackets: how well the parameter is known.",
        height=100 + 18 * sum(max(2, name.count("<br>") + 1) for name in names),
        table=box.limits.drop(columns="about"),
    )


def _finding(study: Study, metric: str, scenario: str | None, box: Box) -> str:
    (at,) = amounts(study, metric, scenario, [box.threshold])
    side = "at least" if box.above else "at most"
    of = outcome_scenario(study, metric, scenario)
    whose = "" if of_levels(study, metric, scenario) else f" ({study.title(of)})"
    case = f"{metric_of(metric).title}{whose} of {side} {at}"
    if box.limits.empty:
        return f"No conditions stand out under which there are {case}."
    fields = [name.partition(".")[2].replace("_", " ") for name in box.limits["parameter"][:3]]
    return (
        f"{case[0].upper()}{case[1:]}: {100 * box.density:.0f} % of the worlds in which "
        f"{', '.join(fields)} lie as drawn, against {100 * box.base:.0f} % of all."
    )
