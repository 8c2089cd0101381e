"""Scenario discovery drawn: the conditions under which an outcome is of interest."""

import plotly.graph_objects as go

from analysis.assumptions import kind_names
from analysis.charts.style import BLUE, FAINT, GREY, INK, Chart, canvas, finish, safe, wrapped
from analysis.discovery import Box, prim
from analysis.language import gettext, parameter_text
from analysis.uncertainty_text import Outcome
from analysis.wording import listed, number, plain, probability, unit_of
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

WIDTH = 38
"""Longest line of a parameter's description, in characters."""

NAMED = 3
"""Conditions that the title names."""


def prim_box(
    study: Study,
    metric: str = PRIMARY_OUTCOME,
    scenario: str | None = None,
    adversary: str | None = None,
    threshold: float | None = None,
    *,
    above: bool | None = None,
) -> Chart:
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
    figure = canvas()
    names = _draw_limits(figure, box)
    if not names:
        figure.add_annotation(text=gettext("no-condition"), x=0.5, y=0, showarrow=False,
                              font={"color": GREY})  # fmt: skip
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(
        title_text=f"{gettext('place-within-the-parameters-range')}<br>[{gettext('share')}]",
        range=[0, 1.02],
        nticks=6,
    )
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=names, range=[max(len(names), 1) - 0.4, -0.6]
    )
    return finish(
        figure,
        finding=_finding(Outcome(study, metric, scenario), box),
        note=gettext(
            "dark-the-part-of-each",
            points=box.points,
            coverage=number(100 * box.coverage, 0),
            density=number(100 * box.density, 0),
            base=number(100 * box.base, 0),
        ),
        height=100 + 18 * sum(max(2, name.count("<br>") + 1) for name in names),
        table=box.limits.drop(columns="about"),
    )


def _draw_limits(figure: go.Figure, box: Box) -> list[str]:
    """Draw a bar of each limited parameter, and return the labels of the bars.

    Every range is drawn as long as every other: 0 is its low end, 1 its high end.
    """
    kinds = {kind: words[0] for kind, words in kind_names().items()}
    names = []
    for k, row in enumerate(box.limits.itertuples()):
        span = row.highest - row.lowest or 1.0
        low, high = (row.low - row.lowest) / span, (row.high - row.lowest) / span
        figure.add_bar(x=[1.0], y=[k], orientation="h", width=0.5, marker={"color": FAINT},
                       hoverinfo="skip", showlegend=False)  # fmt: skip
        figure.add_bar(
            x=[high - low], base=[low], y=[k], orientation="h", width=0.5,
            marker={"color": BLUE, "line": {"color": INK, "width": 0.5}},
            hovertemplate=safe(gettext(
                "of-to-p", parameter=row.parameter,
                low=plain(row.lowest), high=plain(row.highest), p=probability(row.p),
            )) + "<extra></extra>",
            showlegend=False,
        )  # fmt: skip
        title = parameter_text(row.parameter, row.about)[0]
        ends = gettext("low-to-high", low=plain(row.low), high=plain(row.high))
        names.append(
            f"{wrapped(f'{title} ({kinds[row.kind]})', WIDTH)}<br>"
            f"<b>{ends}</b> {safe(unit_of(row.unit))}"
        )
    return names


def _finding(outcome: Outcome, box: Box) -> str:
    (at,) = outcome.amounts([box.threshold])
    what = outcome.quantity
    case = (
        gettext("of-at-least", quantity=what, amount=at)
        if box.above
        else gettext("of-at-most", quantity=what, amount=at)
    )
    if box.limits.empty:
        return gettext("no-conditions-stand-out-under", case=case)
    first = box.limits.head(NAMED)
    named = [
        gettext("quoted-name", name=parameter_text(row.parameter, row.about)[0])
        for row in first.itertuples()
    ]
    return gettext(
        "of-the-worlds-in-which",
        case=f"{case[0].upper()}{case[1:]}",
        density=number(100 * box.density, 0),
        parameters=listed(named),
        base=number(100 * box.base, 0),
    )
