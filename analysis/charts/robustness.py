"""How robust a choice is: how often each proposal is the best, and how much it could lose."""

import plotly.graph_objects as go

from analysis.charts.style import (
    BLUE,
    INK,
    LEGEND,
    ORANGE,
    SKY,
    axis_unit,
    finish,
    label,
    line_height,
)
from analysis.compare import BASELINE, metric_of
from analysis.language import tell, title_of
from analysis.robustness import agreement
from analysis.robustness import rank_stability as ranks_of
from analysis.robustness import regret as lost_by
from analysis.wording import adversary_name, number, period, shown, unit_of
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME


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


def regret(study: Study, metric: str = PRIMARY_OUTCOME) -> go.Figure:
    """Mean and largest regret of each proposal over all states.

    Parameters
    ----------
    study : Study
        With several worlds or kinds of smuggler.
    metric : str
        What is regretted.
    """
    table = lost_by(study, metric)
    about = metric_of(metric)
    factor, unit = axis_unit(about.unit, float(table["largest_regret"].max()))
    names = [
        tell("Do nothing") if name == BASELINE else label(study, name) for name in table["scenario"]
    ]
    figure = go.Figure()
    for k, row in enumerate(table.itertuples()):
        figure.add_scatter(
            x=[row.mean_regret * factor, row.largest_regret * factor], y=[k, k], mode="lines",
            line={"color": BLUE, "width": 2}, hoverinfo="skip", showlegend=False,
        )  # fmt: skip
    for column, title, symbol, colour in (
        ("mean_regret", tell("mean over the states"), "circle", BLUE),
        ("largest_regret", tell("largest"), "diamond", ORANGE),
    ):
        figure.add_scatter(
            x=table[column] * factor, y=list(range(len(table))), mode="markers", name=title,
            marker={"color": colour, "symbol": symbol, "size": 10},
            text=[tell("{amount}; largest with {adversary} smugglers in world {world}",
                       amount=str(shown(value, unit=about.unit)),
                       adversary=adversary_name(kind), world=world)
                  for value, kind, world in zip(table[column], table["worst_adversary"],
                                                table["worst_world"], strict=True)],
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    span = period(about.unit, study.days)
    figure.update_layout(legend=LEGEND)
    figure.update_xaxes(title_text=f"{tell('regret')}<br>[{unit}{span}]", rangemode="tozero")
    figure.update_yaxes(
        tickvals=list(range(len(table))), ticktext=names, range=[len(table) - 0.4, -0.6]
    )
    first, states = table.iloc[0], int(table["states"].iloc[0])
    least = (
        tell("doing nothing")
        if first["scenario"] == BASELINE
        else title_of(study, first["scenario"])
    )
    amount = shown(first["largest_regret"], unit=about.unit)
    note = [
        tell(
            "Regret: {quantity} lost against the best choice in the same state, that is, in the "
            "same world with the same kind of smugglers. Means over replications on common random "
            "numbers.",
            quantity=tell(about.title),
        )
    ]
    note += [tell("Bounds are left out.")] if study.bounds else []
    return finish(
        figure,
        finding=tell(
            "The choice with the least to regret is {title}: at most {amount} short of the best "
            "choice, in {count} states.",
            title=least,
            amount=str(amount) if amount.suffix else f"{amount} {unit_of(about.unit)}{span}",
            count=states,
        ),
        note=" ".join(note),
        height=90 + line_height(names) * len(names),
        table=table,
    )
