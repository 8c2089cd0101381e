"""Regret: how much could be lost by each choice."""

import plotly.graph_objects as go

from analysis.charts.look import BLUE, LEGEND, ORANGE, axis_unit, finish, label, line_height
from analysis.compare import BASELINE, metric_of
from analysis.language import tell, title_of
from analysis.robustness import regret as lost_by
from analysis.wording import adversary_name, period, shown, unit_of
from sim.metrics import PRIMARY_OUTCOME
from sim.results import Study


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
