"""A tornado: what each thing that is not known does to an outcome, the largest first."""

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go

from analysis.assumptions import kind_names
from analysis.charts.style import (
    BLUE,
    GREY,
    INK,
    LEGEND,
    ORANGE,
    Chart,
    axis_unit,
    canvas,
    finish,
    safe,
    wrapped,
)
from analysis.language import gettext, metric_title, parameter_text, title_of
from analysis.sensitivity import tornado as swings
from analysis.uncertainty_text import Outcome
from analysis.values import metric_of
from analysis.wording import period, plain, unit_of
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

SHOWN = 12
"""Parameters that are drawn, those of the largest swings."""

WIDTH = 28
"""Longest line of a parameter's description, in characters."""


def tornado(
    study: Study,
    metric: str = PRIMARY_OUTCOME,
    scenario: str | None = None,
    adversary: str | None = None,
) -> Chart:
    """Outcome at either end of each parameter's range, the others varying too.

    Parameters
    ----------
    study : Study
        With worlds or another design.
    metric, scenario, adversary : str, optional
        Which outcome (`analysis.sensitivity.tornado`): the headline's by default.
    """
    outcome = Outcome(study, metric, scenario, adversary)
    table = swings(study, metric, scenario, adversary)
    part = table.head(SHOWN)
    unit, days = metric_of(metric).unit, study.days
    ends = pd.concat([part["at_low"], part["at_high"]])
    factor, label = axis_unit(unit, float(ends.abs().max()))
    middle = float((table["at_low"] + table["at_high"]).mean() / 2)
    figure = canvas()
    _draw_bars(figure, part, middle, factor, outcome.amounts)
    figure.add_vline(x=middle * factor, line={"color": GREY, "width": 1})
    kinds = {kind: words[0] for kind, words in kind_names().items()}
    names = [
        wrapped(f"{parameter_text(row.parameter, row.about)[0]} ({kinds[row.kind]})", WIDTH)
        for row in part.itertuples()
    ]
    what = metric_title(metric)
    change = what if outcome.is_level else gettext("difference", quantity=what)
    figure.update_layout(barmode="overlay", legend=LEGEND)
    figure.update_xaxes(title_text=f"{safe(change)}<br>[{label}{period(unit, days)}]", nticks=7)
    figure.update_yaxes(
        tickvals=list(range(len(part))), ticktext=names, range=[len(part) - 0.4, -0.6]
    )
    return finish(
        figure,
        finding=_finding(outcome, table),
        note=gettext(
            "a-straight-line-through-points",
            points=int(table["points"].iloc[0]),
            count=len(table),
            drawn=len(part),
        ),
        height=90 + (8 + 14 * max(name.count("<br>") + 1 for name in names)) * len(names),
        table=part.drop(columns="about"),
    )


def _draw_bars(
    figure: go.Figure,
    part: pd.DataFrame,
    middle: float,
    factor: float,
    text_of: Callable[[list[float]], list[str]],
) -> None:
    """Draw two bars of each parameter, from the middle to the outcome at either end."""
    for end, name, colour, hatch in (
        ("at_low", gettext("at-the-low-end-of"), ORANGE, "/"),
        ("at_high", gettext("at-the-high-end-of"), BLUE, ""),
    ):
        labels = text_of(part[end].tolist())
        figure.add_bar(
            y=list(range(len(part))),
            x=(part[end] - middle) * factor,
            base=middle * factor,
            orientation="h",
            name=name,
            width=0.62,
            marker={"color": colour, "line": {"color": INK, "width": 0.5},
                    "pattern": {"shape": hatch, "fgcolor": "white", "fillmode": "overlay"}},
            text=[f"{safe(row.parameter)} = {plain(getattr(row, end.removeprefix('at_')))} "
                  f"{safe(unit_of(row.unit))}: {value}"
                  for row, value in zip(part.itertuples(), labels, strict=True)],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip


def _finding(outcome: Outcome, table: pd.DataFrame) -> str:
    first = table.iloc[0]
    ends = outcome.amounts([first["at_low"], first["at_high"]])
    baseline = outcome.of == "baseline"
    whose = gettext("the-baseline") if baseline else title_of(outcome.study, outcome.of)
    return gettext(
        "what-is-not-known-about",
        parameter=parameter_text(first["parameter"], first["about"])[0],
        quantity=metric_title(outcome.metric),
        title=whose,
        low=ends[0],
        high=ends[1],
    )
