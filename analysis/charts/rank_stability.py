"""Rank stability: how often each proposal is the best, or near it."""

import plotly.graph_objects as go

from analysis.charts.look import BLUE, INK, LEGEND, SKY, finish, label, line_height
from analysis.compare import metric_of
from analysis.language import tell, title_of
from analysis.robustness import agreement
from analysis.robustness import rank_stability as ranks_of
from analysis.wording import number
from sim.metrics import PRIMARY_OUTCOME
from sim.results import Study


def rank_stability(study: Study, metric: str = PRIMARY_OUTCOME) -> go.Figure:
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
        (table["best_share"], tell("first"), BLUE, ""),
        (near, tell("second or third"), SKY, "/"),
    ):
        figure.add_bar(
            x=100 * values, y=lines, orientation="h", name=title, width=0.6,
            marker={"color": colour, "line": {"color": INK, "width": 0.5},
                    "pattern": {"shape": hatch, "fgcolor": "white", "fillmode": "overlay"}},
            text=[tell("median rank {rank}, from {highest} to {lowest}",
                       rank=number(row.median_rank, int(row.median_rank % 1 > 0)),
                       highest=row.highest_rank, lowest=row.lowest_rank)
                  for row in table.itertuples()],
            textposition="none",
            hovertemplate="%{x:.0f} %; %{text}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", legend={**LEGEND, "traceorder": "normal"})
    figure.update_xaxes(title_text=tell("states in which it ranks so") + "<br>[%]", range=[0, 101])
    figure.update_yaxes(tickvals=lines, ticktext=names, range=[len(table) - 0.4, -0.6])
    first, states = table.iloc[0], int(table["states"].iloc[0])
    same = agreement(study, metric)["kendall_w"]
    most = table.loc[table["best_share"].idxmax()]
    said = [
        tell(
            "{title} has the largest mean effect and is first in {share} % of {count} states.",
            title=title_of(study, first["scenario"]),
            share=number(100 * first["best_share"], 0),
            count=states,
        )
    ]
    if most["scenario"] != first["scenario"]:
        said.append(
            tell(
                "{title} is first most often ({share} %).",
                title=title_of(study, most["scenario"]),
                share=number(100 * most["best_share"], 0),
            )
        )
    note = [
        tell(
            "Ranked by {quantity}. A state is a world (a draw of what is not known) with a kind of "
            "smugglers; ties share the better place. Kendall’s W {agreement}: 0 where the states "
            "do not agree on the order, 1 where they do.",
            quantity=tell(metric_of(metric).title),
            agreement=number(same, 2),
        )
    ]
    note += [tell("Bounds are left out.")] if study.bounds else []
    return finish(
        figure,
        finding=" ".join(said),
        note=" ".join(note),
        height=90 + line_height(names) * len(names),
        table=table,
    )
