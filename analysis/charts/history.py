"""Firearms seized by year: what was predicted, with its intervals, and what is on record."""

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.charts.style import BLUE, INK, LEGEND, ORANGE
from analysis.history import Examination, Score
from analysis.language import gettext, pgettext


def history(parts: Sequence[Examination]) -> go.Figure:
    """Draw a panel for each examination: interval of 90 and 50 %, median, record.

    Figures of several years, or of a part of one, are drawn as a rate a year at their middle.
    """
    figure = make_subplots(
        rows=len(parts),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.09,
        subplot_titles=[pgettext("examination", part.name) for part in parts],
    )
    for k, part in enumerate(parts):
        for trace in _traces(part.rows, first=k == 0):
            figure.add_trace(trace, row=k + 1, col=1)
        figure.update_yaxes(title_text=gettext("history-axis"), type="log", row=k + 1, col=1)
    figure.update_layout(
        template="plotly_white", font_color=INK, height=330 * len(parts), width=900,
        legend={**LEGEND, "y": 1.06}, margin={"t": 90, "b": 40},
    )  # fmt: skip
    return figure


def _traces(rows: Sequence[Score], first: bool) -> list[go.Scatter]:
    middle = [1996 + (row.row.first + row.row.last + 1) / 24 for row in rows]
    a_year = [12 / (row.row.last - row.row.first + 1) for row in rows]

    def bar(low: str, high: str, width: int, name: str) -> go.Scatter:
        x: list[float | None] = []
        y: list[float | None] = []
        for row, at, rate in zip(rows, middle, a_year, strict=True):
            x += [at, at, None]
            y += [rate * getattr(row, low), rate * getattr(row, high), None]
        return go.Scatter(
            x=x,
            y=y,
            mode="lines",
            name=name,
            showlegend=first,
            line={"color": BLUE, "width": width},
        )

    def dots(values: list[float], name: str, color: str, symbol: str) -> go.Scatter:
        return go.Scatter(
            x=middle, y=[rate * value for rate, value in zip(a_year, values, strict=True)],
            mode="markers", name=name, showlegend=first,
            marker={"color": color, "symbol": symbol, "size": 9},
        )  # fmt: skip

    return [
        bar("low90", "high90", 2, gettext("history-90")),
        bar("low50", "high50", 7, gettext("history-50")),
        dots([row.middle for row in rows], gettext("history-median"), INK, "line-ew-open"),
        dots([row.row.firearms for row in rows], gettext("history-record"), ORANGE, "diamond"),
    ]
