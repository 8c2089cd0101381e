"""Thirty years predicted and on record: firearms seized a year."""

import pandas as pd

from analysis.charts.style import BLUE, INK, LEGEND, SKY, Chart, canvas, finish, safe
from analysis.language import gettext
from analysis.wording import number

FIRST, LAST = 1996, 2025
"""Years of the axis: those of the traffic that the model has."""


def history_strip(strip: pd.DataFrame, made: str) -> Chart:
    """Draw what was predicted of each figure on record, as firearms a year.

    Parameters
    ----------
    strip : pandas.DataFrame
        One row a figure (`analysis.history.strip_of`).
    made : str
        Day on which the years were simulated.
    """
    years = strip["months"] / 12
    middle = FIRST + (strip["first"] + strip["months"] / 2) / 12
    a_year = {name: strip[name] / years for name in ("recorded", "low90", "predicted", "high90")}
    inside = (strip["low90"] <= strip["recorded"]) & (strip["recorded"] <= strip["high90"])
    half = [max(length / 2 - 0.25, 0.0) if length > 1 else 0.0 for length in years]
    texts = [
        safe(
            gettext(
                "history-point",
                period=row.period,
                recorded=number(row.recorded, 0),
                low=number(row.low90, 0),
                high=number(row.high90, 0),
            )
        )
        for row in strip.itertuples()
    ]
    figure = canvas()
    figure.add_bar(
        x=middle,
        y=a_year["high90"] - a_year["low90"],
        base=a_year["low90"],
        width=[max(2 * reach, 0.55) for reach in half],
        name=gettext("history-range"),
        marker={"color": "#cfe5f2", "line": {"color": SKY, "width": 1}},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=middle,
        y=a_year["predicted"],
        mode="markers",
        name=gettext("history-predicted"),
        marker={"symbol": "line-ew-open", "size": 11, "color": BLUE, "line": {"width": 3}},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=middle,
        y=a_year["recorded"],
        mode="markers",
        name=gettext("history-recorded"),
        error_x={"array": half, "color": INK, "thickness": 1.5, "width": 0},
        marker={"color": [INK if held else "white" for held in inside], "size": 8,
                "line": {"color": INK, "width": 1.5}},
        text=texts,
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    figure.update_layout(legend=LEGEND, bargap=0)
    figure.update_xaxes(range=[FIRST, LAST + 1], dtick=5, tick0=FIRST - 1, tickformat="d")
    figure.update_yaxes(title_text=gettext("history-axis"), rangemode="tozero")
    worst = strip.loc[(strip["recorded"] / strip["predicted"]).where(~inside, 0.0).idxmax()]
    return finish(
        figure,
        finding=gettext("history-finding", held=int(inside.sum()), all=len(strip))
        if inside.all() or worst["recorded"] <= worst["high90"]
        else gettext(
            "history-finding-worst",
            held=int(inside.sum()),
            all=len(strip),
            period=worst["period"],
            recorded=number(worst["recorded"], 0),
            predicted=number(worst["predicted"], 0),
        ),
        note=gettext("history-note", date=made),
        height=300,
        table=strip.drop(columns=["first"]),
    )
