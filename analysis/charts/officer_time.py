"""What officers spend their time on."""

import plotly.graph_objects as go

from analysis.charts.look import FILLS, INK, LEGEND, finish, half_widths, label, line_height
from analysis.compare import BASELINE, compare, estimate, values
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
    changed = {one.scenario for one in compare(study, list(TASKS)) if not one.difference.identical}
    known = study.summary["scenario"].unique().tolist()
    scenarios = [name for name in known if name == BASELINE or name in changed]
    names = [label(study, scenario) for scenario in scenarios]
    means = {task: [float(table.loc[s][task].mean()) for s in scenarios] for task in TASKS}
    work = [estimate(table.loc[s][list(TASKS)[:3]].sum(axis=1)) for s in scenarios]
    figure = go.Figure()
    for (task, words), (colour, pattern) in zip(TASKS.items(), FILLS, strict=True):
        whisker = {
            "array": half_widths([one.low for one in work], [one.mean for one in work]),
            "color": INK, "thickness": 1.5, "width": 4,
        }  # fmt: skip
        figure.add_bar(
            x=means[task],
            y=names,
            orientation="h",
            name=words,
            marker={
                "color": colour, "line": {"color": "white", "width": 1},
                "pattern": {"shape": pattern, "fgcolor": "white", "size": 6},
            },
            error_x=whisker if task == "officer_examination_h" else None,
            hovertemplate="%{y}: %{x:,.0f} h<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", legend={**LEGEND, "traceorder": "normal"})
    span = period("officer-hours", study.days)
    figure.update_xaxes(title_text=f"officer time on shift<br>[officer-hours{span}]", nticks=6)
    figure.update_yaxes(range=[len(scenarios) - 0.4, -0.6])
    base = {task: float(table.loc[BASELINE][task].mean()) for task in TASKS}
    whole = sum(base.values())
    share = {task: shown(hours / whole, unit="share") for task, hours in base.items()}
    some = len(scenarios) < len(known)
    left_out = " Proposals that change none of it are left out." if some else ""
    return finish(
        figure,
        finding=f"In the baseline officers spend {share['officer_primary_h']} of their time at "
        f"primary and {share['officer_examination_h']} on examinations.",
        note="Mean over replications, all ports; whiskers: 95 % intervals of the time at work."
        + left_out,
        height=110 + line_height(names) * len(scenarios),
    )
