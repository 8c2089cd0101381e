"""Rank stability: how often each proposal is the best, or near it."""

import plotly.graph_objects as go

from analysis.charts.look import BLUE, INK, SKY, finish, label, line_height
from analysis.compare import STOPPED, metric_of
from analysis.robustness import TOP, agreement
from analysis.robustness import rank_stability as ranks_of
from sim.results import Study


def rank_stability(study: Study, metric: str = STOPPED) -> go.Figure:
    """Share of states in which each proposal is first, and among the first three.

    Parameters
    ----------
    study : Study
        With several worlds or kinds of smuggler.
    metric : str
        What proposals are ranked by.
    """
    table = ranks_of(study, metric)
    names = [label(study, name) for name in table["scenario"]]
    lines = list(range(len(table)))
    near = (table["top3_share"] - table["best_share"]).clip(lower=0)
    figure = go.Figure()
    for values, title, colour, hatch in (
        (table["best_share"], "first", BLUE, ""),
        (near, f"second to {['', 'first', 'second', 'third'][TOP]}", SKY, "/"),
    ):
        figure.add_bar(
            x=100 * values, y=lines, orientation="h", name=title, width=0.6,
            marker={"color": colour, "line": {"color": INK, "width": 0.5},
                    "pattern": {"shape": hatch, "fgcolor": "white"}},
            text=[f"rank {row.median_rank:g} in the middle, {row.highest_rank} to "
                  f"{row.lowest_rank}" for row in table.itertuples()],
            textposition="none",
            hovertemplate="%{x:.0f} %; %{text}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(
        barmode="stack", legend={"orientation": "h", "y": 1.02, "x": 0, "yanchor": "bottom"}
    )
    figure.update_xaxes(title_text="states in which it ranks so<br>[%]", range=[0, 101])
    figure.update_yaxes(tickvals=lines, ticktext=names, range=[len(table) - 0.4, -0.6])
    first, states = table.iloc[0], int(table["states"].iloc[0])
    same = agreement(study, metric)["kendall_w"]
    most = table.loc[table["best_share"].idxmax()]
    other = (
        ""
        if most["scenario"] == first["scenario"]
        else f", though {study.title(most['scenario'])} is first most often "
        f"({100 * most['best_share']:.0f} %)"
    )
    return finish(
        figure,
        finding=f"{study.title(first['scenario'])} has the largest mean effect and is first in "
        f"{100 * first['best_share']:.0f} % of {states} states{other}.",
        note=f"Ranked by {metric_of(metric).title}. A state is a world (a draw of what is not "
        "known) with a kind of smugglers; ties share the better place. Kendall’s W "
        f"{same:.2f}: 0 where the states do not agree on the order, 1 where they do."
        + (" Bounds are left out." if study.bounds else ""),
        height=90 + line_height(names) * len(names),
        table=table,
    )
