"""What officers spend their time on."""

import pandas as pd
import plotly.graph_objects as go

from analysis.charts.style import (
    FILLS,
    INK,
    LEGEND,
    Chart,
    axis_unit,
    finish,
    half_widths,
    label,
    line_height,
)
from analysis.compare import compare
from analysis.estimates import estimate
from analysis.language import gettext
from analysis.values import BASELINE, headline_adversary, headline_values
from analysis.wording import period, shown
from sim.results.reading import Study

TASKS = ("officer_primary_h", "officer_clearance_h", "officer_examination_h", "officer_ready_h")


def task_names() -> list[str]:
    """What officers do, in the order of TASKS."""
    return [
        gettext("primary"),
        gettext("duty-and-paperwork"),
        gettext("examination"),
        gettext("without-a-vehicle"),
    ]


def officer_time(study: Study) -> Chart:
    """Officer-hours by task, one bar a scenario; whiskers are of the time at work."""
    table = headline_values(study)
    changed = {
        comparison.scenario
        for comparison in compare(study, TASKS, headline_adversary(study))
        if not comparison.difference.identical
    }
    in_study = study.scenarios
    scenarios = [name for name in in_study if name == BASELINE or name in changed]
    names = [label(study, scenario) for scenario in scenarios]
    means = {task: [float(table.loc[s][task].mean()) for s in scenarios] for task in TASKS}
    factor, unit = axis_unit("officer-hours", max(map(sum, zip(*means.values(), strict=True))))
    work = [estimate(table.loc[s][list(TASKS[:3])].sum(axis=1)) for s in scenarios]
    figure = go.Figure()
    for (task, words), (colour, pattern) in zip(
        zip(TASKS, task_names(), strict=True), FILLS, strict=True
    ):
        whisker = {
            "array": half_widths(
                [total.low * factor for total in work], [total.mean * factor for total in work]
            ),
            "color": INK, "thickness": 1.5, "width": 4,
        }  # fmt: skip
        figure.add_bar(
            x=[hours * factor for hours in means[task]],
            y=names,
            orientation="h",
            name=words,
            marker={
                "color": colour, "line": {"color": "white", "width": 1},
                "pattern": {"shape": pattern, "fgcolor": "white", "fillmode": "overlay", "size": 6},
            },
            error_x=whisker if task == "officer_examination_h" else None,
            hovertemplate="%{y}: %{x:,.0f}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", legend={**LEGEND, "traceorder": "normal"})
    span = period("officer-hours", study.days)
    figure.update_xaxes(
        title_text=f"{gettext('officer-time-on-shift')}<br>[{unit}{span}]", nticks=6, tickangle=0
    )
    figure.update_yaxes(range=[len(scenarios) - 0.4, -0.6])
    base = {task: float(table.loc[BASELINE][task].mean()) for task in TASKS}
    share = {
        task: str(shown(hours / sum(base.values()), unit="share")) for task, hours in base.items()
    }
    some = len(scenarios) < len(in_study)
    note = [gettext("mean-over-replications-all-ports")]
    note += [gettext("proposals-that-change-none-of")] if some else []
    return finish(
        figure,
        finding=gettext(
            "in-the-baseline-officers-spend",
            primary=share["officer_primary_h"],
            examination=share["officer_examination_h"],
        ),
        note=" ".join(note),
        height=110 + line_height(names) * len(scenarios),
        table=pd.DataFrame({"scenario": scenarios, **means}),
    )
