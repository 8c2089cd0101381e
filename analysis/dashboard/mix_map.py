"""The map on which ports are closed: click one, or tick it in the list beside."""

from collections.abc import Collection

import numpy as np
import plotly.graph_objects as go

from analysis.charts.border_map import outline
from analysis.charts.look import GREY, INK, safe
from analysis.charts.projection import lambert
from analysis.dashboard.figures import styled
from analysis.dashboard.place import ports_of
from analysis.language import tell

ROOM_KM = 60.0
"""Width of the frame about the outermost ports that are simulated."""

LARGE, SMALL, MANY = 11, 8, 40
"""Diameters of markers in pixels, and the number of ports from which they are small."""

OPEN, SHUT, OUTSIDE = "#0072B2", "#D55E00", "#aeb8bf"


def mix_map(
    simulated: Collection[str], closed: Collection[str], by_proposals: Collection[str]
) -> go.Figure:
    """Ports that a run simulates, and which of them are closed.

    Parameters
    ----------
    simulated : collection of str
        Ids of ports.
    closed, by_proposals : collection of str
        Ports closed by hand, and by the proposals chosen.
    """
    ports = ports_of()
    x, y = lambert(ports.lon, ports.lat)
    inside = np.isin(ports.ids, list(simulated))
    shut = np.isin(ports.ids, [*closed, *by_proposals])
    figure = go.Figure()
    for kind, style in (
        ("coast", {"color": "#a9b4bc", "width": 1}), ("boundary", {"color": GREY, "width": 1.5}),
    ):  # fmt: skip
        xs: list[float | None] = []
        ys: list[float | None] = []
        for line in outline()[kind]:
            east, north = lambert(*np.array(line).T)
            xs += [*np.round(east, 1).tolist(), None]
            ys += [*np.round(north, 1).tolist(), None]
        figure.add_scatter(x=xs, y=ys, mode="lines", line=style, hoverinfo="skip", showlegend=False)
    size = LARGE if inside.sum() <= MANY else SMALL
    for chosen, name, symbol, colour, own in (
        (~inside, tell("not simulated"), "circle", OUTSIDE, 6),
        (inside & ~shut, tell("open"), "circle", OPEN, size),
        (inside & shut, tell("closed"), "x", SHUT, size + 1),
    ):
        rows = np.flatnonzero(chosen)
        figure.add_scatter(
            x=x[rows].round(1),
            y=y[rows].round(1),
            mode="markers",
            name=name,
            marker={"symbol": symbol, "color": colour, "size": own,
                    "line": {"color": "white" if symbol == "circle" else INK, "width": 1}},
            text=[safe(f"{ports.name[k]}, {ports.province[k]}") for k in rows],
            customdata=[str(ports.ids[k]) for k in rows],
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    bare = {"visible": False, "showgrid": False, "constrain": "domain"}
    frame = _frame(x[inside], y[inside])
    figure.update_layout(
        xaxis={**bare, "range": frame[:2]},
        yaxis={**bare, "range": frame[2:], "scaleanchor": "x", "scaleratio": 1},
        clickmode="event",
    )
    figure = styled(figure, 360)
    figure.update_layout(uirevision=f"{sorted(simulated)}", margin={"l": 0, "r": 0, "b": 0})
    figure.update_xaxes(automargin=False)
    figure.update_yaxes(automargin=False)
    return figure


def _frame(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float]:
    room = max(ROOM_KM, 0.12 * float(np.ptp(x)))
    return (
        float(x.min()) - room,
        float(x.max()) + room,
        float(y.min()) - room,
        float(y.max()) + room,
    )
