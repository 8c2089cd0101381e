"""A tornado: what each thing that is not known does to an outcome, the largest first."""

import pandas as pd
import plotly.graph_objects as go

from analysis.charts.look import BLUE, GREY, INK, ORANGE, axis_unit, finish, safe, wrapped
from analysis.compare import STOPPED, metric_of
from analysis.sensitivity import tornado as swings
from analysis.uncertainty_text import amounts, of_levels, outcome_scenario
from analysis.wording import period
from sim.results import Study

SHOWN = 12
"""Parameters that are drawn, those of the largest swings."""

WIDTH = 38
"""Longest line of a parameter's description, in characters."""


def tornado(
    study: Study,
    metric: str = STOPPED,
    scenario: str | None = None,
    adversary: str | None = None,
) -> go.Figure:
    """Outcome at either end of each parameter's range, the others varying too.

    Parameters
    ----------
    study : Study
        With worlds or another design.
    metric, scenario, adversary : str, optional
        Which outcome (`analysis.sensitivity.tornado`): the headline's by default.
    """
    table = swings(study, metric, scenario, adversary)
    part = table.head(SHOWN)
    unit, days = metric_of(metric).unit, study.days
    ends = pd.concat([part["at_low"], part["at_high"]])
    factor, label = axis_unit(unit, float(ends.abs().max()))
    middle = float((table["at_low"] + table["at_high"]).mean() / 2)
    figure = go.Figure()
    for end, name, colour, hatch in (
        ("at_low", "at the low end of the range", ORANGE, "/"),
        ("at_high", "at the high end of the range", BLUE, ""),
    ):
        said = amounts(study, metric, scenario, part[end].tolist())
        figure.add_bar(
            y=list(range(len(part))),
            x=(part[end] - middle) * factor,
            base=middle * factor,
            orientation="h",
            name=name,
            width=0.62,
            marker={"color": colour, "line": {"color": INK, "width": 0.5},
                    "pattern": {"shape": hatch, "fgcolor": "white"}},
            text=[f"{safe(row.parameter)} = {getattr(row, end.removeprefix('at_')):g} "
                  f"{safe(row.unit)}: {value}"
                  for row, value in zip(part.itertuples(), said, strict=True)],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    figure.add_vline(x=middle * factor, line={"color": GREY, "width": 1})
    names = [wrapped(f"{row.about} ({row.kind})", WIDTH) for row in part.itertuples()]
    what = metric_of(metric).title
    change = what if of_levels(study, metric, scenario) else f"difference in {what}"
    figure.update_layout(barmode="overlay", legend={"orientation": "h", "y": 1.02, "x": 0,
                                                    "yanchor": "bottom"})  # fmt: skip
    figure.update_xaxes(title_text=f"{safe(change)}<br>[{label}{period(unit, days)}]", nticks=7)
    figure.update_yaxes(
        tickvals=list(range(len(part))), ticktext=names, range=[len(part) - 0.4, -0.6]
    )
    return finish(
        figure,
        finding=_finding(study, metric, scenario, table),
        note=f"A straight line through {int(table['points'].iloc[0])} points at which all "
        f"{len(table)} parameters vary at once, at either end of each one's range; grey line: the "
        f"middle. In brackets: how well the parameter is known. Drawn: the {len(part)} largest.",
        height=90 + 18 * sum(max(2, name.count("<br>") + 1) for name in names),
        table=part.drop(columns="about"),
    )


def _finding(study: Study, metric: str, scenario: str | None, table: pd.DataFrame) -> str:
    first = table.iloc[0]
    ends = amounts(study, metric, scenario, [first["at_low"], first["at_high"]])
    of = outcome_scenario(study, metric, scenario)
    whose = "the baseline" if of == "baseline" else study.title(of)
    about = str(first["about"])
    what = about[:1].lower() + about[1:] if about[1:2].islower() else about
    level = " in level" if of_levels(study, metric, scenario) else ""
    return (
        f"What is not known about “{what}” moves {metric_of(metric).title}{level} ({whose}) most: "
        f"from {ends[0]} to {ends[1]} between the ends of its range."
    )
