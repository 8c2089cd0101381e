"""What officers spend their time on."""

import plotly.graph_objects as go

from analysis.charts.look import FILLS, INK, finish, half_widths, safe
from analysis.compare import BASELINE, estimate, values
from analysis.wording import period, shown
from sim.results import Study

TASKS = {
    "officer_primary_h": "primary",
    "officer_clearance_h": "duty and paperwork",
    "officer_examination_h": "examination",
    "officer_ready_h": "without a vehicle",
}


def officer_time(study: Study) -> go.Figure:
    """Officer-hours by task, one bar a scenario; whiskers are of the time at work."""
    table = values(study)
    scenarios = list(dict.fromkeys(study.summary["scenario"]))
    names = [safe(study.title(scenario)) for scenario in scenarios]
    means = {task: [float(table.loc[s][task].mean()) for s in scenarios] for task in TASKS}
    work = [estimate(table.loc[s][list(TASKS)[:3]].sum(axis=1)) for s in scenarios]
    figure = go.Figure()
    for (task, label), (colour, pattern) in zip(TASKS.items(), FILLS, strict=True):
        whisker = {
            "array": half_widths([one.low for one in work], [one.mean for one in work]),
            "color": INK, "thickness": 1.5, "width": 4,
        }  # fmt: skip
        figure.add_bar(
            x=means[task],
            y=names,
            orientation="h",
            name=label,
            marker={
                "color": colour, "line": {"color": "white", "width": 1},
                "pattern": {"shape": pattern, "fgcolor": "white", "size": 6},
            },
            error_x=whisker if task == "officer_examination_h" else None,
            hovertemplate="%{y}: %{x:,.0f} h<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.update_layout(
        barmode="stack",
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )
    span = period("officer-hours", study.days)
    figure.update_xaxes(title_text=f"officer time on shift{span} [officer-hours]", nticks=6)
    figure.update_yaxes(range=[len(scenarios) - 0.4, -0.6])
    base = {task: float(table.loc[BASELINE][task].mean()) for task in TASKS}
    whole = sum(base.values())
    share = {task: shown(hours / whole, unit="share") for task, hours in base.items()}
    return finish(
        figure,
        finding=f"In the baseline officers spend {share['officer_primary_h']} of their time at "
        f"primary and {share['officer_examination_h']} on examinations.",
        note="Mean over replications, all ports; whiskers: 95 % intervals of the time at work.",
        height=110 + 30 * len(scenarios),
    )
