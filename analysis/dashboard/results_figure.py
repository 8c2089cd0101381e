"""The figure of the page of results: what every scenario changes in one measure."""

import plotly.graph_objects as go

from analysis.charts.look import BLUE, extent, half_widths, label, line_height, zero_line
from analysis.compare import Comparison, metric_of
from analysis.dashboard.figures import styled
from analysis.language import tell
from analysis.wording import period
from sim.results import Study


def difference_figure(study: Study, found: list[Comparison]) -> go.Figure:
    """Differences to the baseline, one line a scenario, with 95 % intervals."""
    metric = metric_of(found[0].metric)
    proposals = [one for one in found if one.scenario not in study.bounds] or found
    ends = extent([one.difference for one in proposals])
    inside = [one for one in found if ends[0] <= one.difference.mean <= ends[1]]
    place = {one.scenario: k for k, one in enumerate(found)}
    means = [one.difference.mean for one in inside]
    figure = go.Figure()
    figure.add_scatter(
        x=means,
        y=[place[one.scenario] for one in inside],
        mode="markers",
        error_x={
            "array": half_widths([one.difference.low for one in inside], means),
            "color": BLUE, "thickness": 2, "width": 4,
        },
        marker={
            "size": 10, "line": {"color": BLUE, "width": 2},
            "color": [BLUE if one.distinguishable else "white" for one in inside],
        },
        text=[one.verdict.replace("<", "&lt;") for one in inside],
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    for one in found:
        if one not in inside:
            above = one.difference.mean > ends[1]
            figure.add_scatter(
                x=[ends[above]],
                y=[place[one.scenario]],
                mode="markers+text",
                text=[one.amount],
                textposition="middle left" if above else "middle right",
                marker={"color": BLUE, "size": 12,
                        "symbol": "triangle-right" if above else "triangle-left"},
                cliponaxis=False,
                hovertemplate="%{text}<extra></extra>",
            )  # fmt: skip
    zero_line(figure)
    names = [label(study, one.scenario) for one in found]
    unit = f"{tell(metric.unit)}{period(metric.unit, study.days)}"
    figure.update_xaxes(title_text=f"{tell('difference')}<br>[{unit}]", range=ends)
    figure.update_yaxes(
        tickvals=list(place.values()), ticktext=names, range=[len(found) - 0.4, -0.6]
    )
    figure.update_layout(showlegend=False)
    return styled(figure, 110 + line_height(names) * len(found))
