"""How the figures of the dashboard look, and how they are set into a page."""

from typing import Any

import plotly.graph_objects as go
from dash import dcc, html

from analysis.charts.style import CONFIG, FAINT, GREY, INK, SEPARATORS
from analysis.dashboard.frame import attributes
from analysis.language import current_language, gettext


def styled(figure: go.Figure, height: int) -> go.Figure:
    """Give a figure the house style. Its title is text of the page."""
    figure.update_layout(
        font={
            "family": "system-ui, 'Segoe UI', 'Liberation Sans', sans-serif",
            "size": 13,
            "color": INK,
        },
        paper_bgcolor="white",
        plot_bgcolor="white",
        height=height,
        margin={"l": 8, "r": 12, "t": 28, "b": 8},
        dragmode=False,
        separators=SEPARATORS[current_language()],
        hoverlabel={"bgcolor": "white", "font": {"color": INK}},
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        uirevision="kept",
    )
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(title_font_size=13, automargin=True, gridcolor=FAINT, zeroline=False, linecolor=GREY)
    return figure


def graph(name: str, figure: go.Figure | None = None, height: int = 300) -> dcc.Graph:
    """A place for a figure; nothing in it offers to send the data anywhere."""
    shown = styled(go.Figure(), height) if figure is None else figure
    settings: Any = CONFIG
    style = {"height": f"{shown.layout.height or height}px"}
    return dcc.Graph(id=name, figure=shown, config=settings, responsive=True, style=style)


def captioned(place: dcc.Graph, finding: Any, note: Any) -> html.Figure:
    """A figure with the sentence that it shows above it, and what is drawn below."""
    return html.Figure([html.H2(finding), place, html.Figcaption(note)])


def table(
    caption: str, head: list[str], rows: list[list[Any]], bold: set[int] | None = None
) -> html.Div:
    """A table whose first column names the rows; on a phone, a list with a block for each row.

    Parameters
    ----------
    caption : str
    head : list of str
    rows : list of list
    bold : set of int, optional
        Rows that are set in bold.
    """
    strong = bold or set()
    return html.Div(
        html.Table(
            [
                html.Caption(html.Span(caption, className="fits")),
                html.Thead(html.Tr([html.Th(cell, scope="col") for cell in head])),
                html.Tbody(
                    [
                        html.Tr(
                            [
                                html.Th(row[0], scope="row"),
                                *(
                                    html.Td(cell, **attributes(data_label=words))
                                    for words, cell in zip(head[1:], row[1:], strict=True)
                                ),
                            ],
                            className="clear" if k in strong else "",
                        )
                        for k, row in enumerate(rows)
                    ]
                ),
            ],
            className="stacks",
        ),
        className="scroll",
        role="region",
        tabIndex="0",
        **attributes(aria_label=caption),
    )


def nothing(words: str = "") -> html.P:
    """A sentence where there is nothing to show."""
    return html.P(words or gettext("there-is-nothing-to-show"), className="note")
