"""How robust a choice is: how often each proposal is the best, and how much it could lose."""

import pandas as pd

from analysis.charts.style import (
    BLUE,
    INK,
    LEGEND,
    ORANGE,
    SKY,
    Chart,
    axis_unit,
    canvas,
    finish,
    label,
    line_height,
)
from analysis.language import gettext, metric_title, title_of
from analysis.robustness import agreement
from analysis.robustness import rank_stability as ranks_of
from analysis.robustness import regret as lost_by
from analysis.values import BASELINE, metric_of
from analysis.wording import adversary_name, number, period, shown, unit_of
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME


def rank_stability(study: Study, metric: str = PRIMARY_OUTCOME) -> Chart:
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
    figure = canvas()
    for values, title, colour, hatch in (
        (table["best_share"], gettext("first"), BLUE, ""),
        (near, gettext("second-or-third"), SKY, "/"),
    ):
        figure.add_bar(
            x=100 * values, y=lines, orientation="h", name=title, width=0.6,
            marker={"color": colour, "line": {"color": INK, "width": 0.5},
                    "pattern": {"shape": hatch, "fgcolor": "white", "fillmode": "overlay"}},
            text=[gettext("median-rank-from-to",
                       rank=number(row.median_rank, int(row.median_rank % 1 > 0)),
                       highest=row.highest_rank, lowest=row.lowest_rank)
                  for row in table.itertuples()],
            textposition="none",
            hovertemplate="%{x:.0f} %; %{text}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", legend={**LEGEND, "traceorder": "normal"})
    figure.update_xaxes(title_text=gettext("states-in-which-it-ranks") + "<br>[%]", range=[0, 101])
    figure.update_yaxes(tickvals=lines, ticktext=names, range=[len(table) - 0.4, -0.6])
    note = [
        gettext(
            "ranked-by-a-state-is",
            quantity=metric_title(metric),
            agreement=number(agreement(study, metric)["kendall_w"], 2),
        )
    ]
    note += [gettext("bounds-are-left-out")] if study.bounds else []
    return finish(
        figure,
        finding=_rank_finding(study, table),
        note=" ".join(note),
        height=90 + line_height(names) * len(names),
        table=table,
    )


def _rank_finding(study: Study, table: pd.DataFrame) -> str:
    """The proposal of the largest mean effect, and another if that one is first more often."""
    first, states = table.iloc[0], int(table["states"].iloc[0])
    most = table.loc[table["best_share"].idxmax()]
    sentences = [
        gettext(
            "has-the-largest-mean-effect",
            title=title_of(study, first["scenario"]),
            share=number(100 * first["best_share"], 0),
            count=states,
        )
    ]
    if most["scenario"] != first["scenario"]:
        sentences.append(
            gettext(
                "is-first-most-often",
                title=title_of(study, most["scenario"]),
                share=number(100 * most["best_share"], 0),
            )
        )
    return " ".join(sentences)


def regret(study: Study, metric: str = PRIMARY_OUTCOME) -> Chart:
    """Mean and largest regret of each proposal over all states.

    Parameters
    ----------
    study : Study
        With several worlds or kinds of smuggler.
    metric : str
        What is regretted.
    """
    table = lost_by(study, metric)
    described = metric_of(metric)
    factor, unit = axis_unit(described.unit, float(table["largest_regret"].max()))
    names = [
        gettext("do-nothing") if name == BASELINE else label(study, name)
        for name in table["scenario"]
    ]
    figure = canvas()
    for k, row in enumerate(table.itertuples()):
        figure.add_scatter(
            x=[row.mean_regret * factor, row.largest_regret * factor], y=[k, k], mode="lines",
            line={"color": BLUE, "width": 2}, hoverinfo="skip", showlegend=False,
        )  # fmt: skip
    for column, title, symbol, colour in (
        ("mean_regret", gettext("mean-over-the-states"), "circle", BLUE),
        ("largest_regret", gettext("largest"), "diamond", ORANGE),
    ):
        figure.add_scatter(
            x=table[column] * factor, y=list(range(len(table))), mode="markers", name=title,
            marker={"color": colour, "symbol": symbol, "size": 10},
            text=[gettext("largest-with-smugglers-in-world",
                       amount=str(shown(value, unit=described.unit)),
                       adversary=adversary_name(kind), world=world)
                  for value, kind, world in zip(table[column], table["worst_adversary"],
                                                table["worst_world"], strict=True)],
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    span = period(described.unit, study.days)
    figure.update_layout(legend=LEGEND)
    figure.update_xaxes(title_text=f"{gettext('regret')}<br>[{unit}{span}]", rangemode="tozero")
    figure.update_yaxes(
        tickvals=list(range(len(table))), ticktext=names, range=[len(table) - 0.4, -0.6]
    )
    note = [gettext("regret-lost-against-the-best", quantity=metric_title(metric))]
    note += [gettext("bounds-are-left-out")] if study.bounds else []
    return finish(
        figure,
        finding=_regret_finding(study, table, described.unit),
        note=" ".join(note),
        height=90 + line_height(names) * len(names),
        table=table,
    )


def _regret_finding(study: Study, table: pd.DataFrame, unit: str) -> str:
    """The choice whose largest regret is least, which may be to do nothing."""
    first = table.iloc[0]
    nothing = first["scenario"] == BASELINE
    amount = shown(first["largest_regret"], unit=unit)
    return gettext(
        "the-choice-with-the-least",
        title=gettext("doing-nothing") if nothing else title_of(study, first["scenario"]),
        amount=(
            str(amount) if amount.suffix else f"{amount} {unit_of(unit)}{period(unit, study.days)}"
        ),
        count=int(first["states"]),
    )
