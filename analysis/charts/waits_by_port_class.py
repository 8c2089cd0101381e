"""Waits at one-officer ports, larger ports and the ten busiest."""

import pandas as pd
import plotly.graph_objects as go

from analysis.charts.look import (
    LABEL,
    LEGEND,
    SERIES,
    finish,
    half_widths,
    offsets,
    safe,
    wrapped,
)
from analysis.compare import BASELINE, compare, headline_adversary, headline_values
from analysis.estimates import estimate
from analysis.language import tell, title_of
from analysis.wording import shown
from sim.results import Study

GROUPS = ("one_officer", "larger", "busiest10")


def group_names() -> dict[str, str]:
    """Classes of ports by name."""
    names = (tell("ports of one officer"), tell("larger ports"), tell("the ten busiest ports"))
    return dict(zip(GROUPS, names, strict=True))


def waits_by_port_class(study: Study) -> go.Figure:
    """Mean wait by class of port: the baseline and the proposals that change waits most."""
    figure = go.Figure()
    tables = {group: headline_values(study, group) for group in GROUPS}
    tables = {group: table for group, table in tables.items() if not table.empty}
    groups = {group: name for group, name in group_names().items() if group in tables}
    rows = []
    baseline: dict[str, float] = {}
    chosen = _chosen(study)
    for scenario, offset, (colour, symbol) in zip(
        chosen, offsets(len(chosen)), SERIES, strict=False
    ):
        found = {g: estimate(tables[g].loc[scenario]["mean_wait_min"]) for g in groups}
        if scenario == BASELINE:
            baseline = {group: one.mean for group, one in found.items()}
        means = [one.mean for one in found.values()]
        rows += [(scenario, group, one.mean, one.low, one.high) for group, one in found.items()]
        figure.add_scatter(
            x=means,
            y=[k + offset for k in range(len(groups))],
            mode="markers",
            name=safe(title_of(study, scenario)),
            error_x={
                "array": half_widths([one.low for one in found.values()], means),
                "color": colour, "thickness": 2, "width": 4,
            },
            marker={"color": colour, "symbol": symbol, "size": 11},
            hovertemplate="%{x:.2f} min<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.update_layout(legend=LEGEND, showlegend=len(chosen) > 1)
    figure.update_xaxes(title_text=tell("mean wait, all lanes") + "<br>[min]", rangemode="tozero")
    figure.update_yaxes(
        tickvals=list(range(len(groups))),
        ticktext=[wrapped(name, LABEL - 6) for name in groups.values()],
        range=[len(groups) - 0.4, -0.6],
    )
    longest = max(baseline, key=lambda group: baseline[group])
    return finish(
        figure,
        finding=tell(
            "Waits are longest at {group}: {wait} on average in the baseline.",
            group=groups[longest],
            wait=str(shown(baseline[longest], unit="min")),
        ),
        note=tell(
            "Bars: 95 % intervals over replications, not paired. Shown are the baseline and the "
            "proposals that shorten and lengthen the mean wait most."
        ),
        height=280,
        table=pd.DataFrame(rows, columns=["scenario", "ports", "mean wait [min]", "low", "high"]),
    )


def _chosen(study: Study) -> list[str]:
    """The baseline, and the scenarios that change the mean wait most, either way."""
    found = [
        one
        for one in compare(study, ("mean_wait_min",), headline_adversary(study))
        if not one.difference.identical and one.scenario not in study.bounds
    ]
    found.sort(key=lambda one: one.difference.mean)
    ends = [found[0].scenario, found[-1].scenario] if found else []
    return list(dict.fromkeys([BASELINE, *ends]))
