"""The border with its ports: traffic, waits and staffing, and nothing else about a port."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from analysis.charts.style import FAINT, GREY, INK, Chart, canvas, finish, safe
from analysis.charts.waits import baseline_hours
from analysis.language import gettext
from analysis.values import BASELINE, headline_adversary
from analysis.wording import number, shown
from sim.data import DATA_FOLDER
from sim.errors import InputError
from sim.results.reading import Study

EARTH_KM = 6371.0
PARALLEL, MERIDIAN = 49.0, -96.0
"""The cone touches the globe along this parallel; this meridian stands upright. Degrees."""


def lambert(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project places on the sphere to a plane.

    Parameters
    ----------
    lon, lat : array_like
        Degrees east and north.

    Returns
    -------
    x, y : ndarray
        Kilometres east and north of where parallel and meridian cross.

    References
    ----------
    Snyder, J. P., Map projections: a working manual, U.S. Geological Survey Professional Paper
    1395 (1987), section 15, one standard parallel.
    """
    turn = np.radians(np.asarray(lon, float) - MERIDIAN)
    phi, touch = np.radians(np.asarray(lat, float)), np.radians(PARALLEL)
    cone = np.sin(touch)
    stretch = np.tan(np.pi / 4 + touch / 2) / np.tan(np.pi / 4 + phi / 2)
    radius = EARTH_KM / np.tan(touch)
    rho = radius * stretch**cone
    return rho * np.sin(cone * turn), radius - rho * np.cos(cone * turn)


OUTLINE = Path(__file__).parents[1] / "assets" / "outline.json"
SECONDS_PER_DAY = 86400.0
YEAR_DAYS = 365.0

ROOM_KM = 170.0
"""Width of the frame about the outermost ports."""

SMALLEST, LARGEST = 4.0, 20.0
"""Diameter of a marker in pixels, without traffic and at the port with the most."""

CITIES = {
    "Vancouver": (-123.1, 49.25, "top right"), "Winnipeg": (-97.14, 49.9, "top center"),
    "Toronto": (-79.38, 43.65, "top left"), "Montréal": (-73.57, 45.5, "top left"),
    "Halifax": (-63.57, 44.65, "bottom left"),
}  # fmt: skip
"""Places to find one's way by: degrees east and north, and the side of the name."""

NORTH_KM = 900.0
"""Ports farther north than this on the map stand in an inset: Yukon and the Alaska panhandle."""

TOP_KM = 860.0
"""Upper edge of the main frame; the 49th parallel bends up to 500 at the Pacific."""

INSET = {"x": [0.2, 0.4], "y": [0.58, 1.0]}
"""Place of the inset, as shares of the frame: over the empty north of the prairies."""

# Light to dark, so that grey print keeps the order.
SCALE = [[0.0, "#f7fbff"], [0.25, "#c6dbef"], [0.5, "#6baed6"], [0.75, "#2171b5"], [1.0, "#08306b"]]


def border_map(study: Study, show: Literal["waits", "staffing"] = "waits") -> Chart:
    """Ports of the baseline by traffic (size) and mean wait or officers on shift (shade).

    Parameters
    ----------
    study : Study
    show : {"waits", "staffing"}
        What the shade says.
    """
    ports = port_table(study)
    figure = canvas()
    if ports.empty:
        raise InputError(
            f"{study.folder}: no hours of ports are kept (study.detail=all keeps them)"
        )
    shade = ports["mean_wait_min"] if show == "waits" else ports["officers_on_shift"]
    top = _round_top(float(np.nanquantile(shade, 0.95)))
    figure.update_layout(
        coloraxis={
            "cmin": 0, "cmax": top, "colorscale": SCALE,
            "colorbar": {
                "title": {"text": _shade_title(show), "side": "top"}, "orientation": "h",
                "thickness": 10, "len": 0.6, "y": -0.02, "yanchor": "top", "nticks": 6,
            },
        },
    )  # fmt: skip
    size = SMALLEST + (LARGEST - SMALLEST) * np.sqrt(
        ports["vehicles_per_day"] / ports["vehicles_per_day"].max()
    )
    north = ports["y_km"] > NORTH_KM
    main = _frame(ports[~north]) if (~north).any() else _frame(ports)
    frames = [(~north, "", main), (north, "2", _frame(ports[north]))]
    for chosen, axis, frame in frames:
        if chosen.any():
            _lines(figure, axis, frame)
            _ports(figure, axis, ports[chosen], size[chosen], shade[chosen])
            _cities(figure, axis, frame)
            _place(figure, axis, frame)
    return finish(
        figure,
        finding=_finding(ports, show),
        note=gettext(
            "baseline-mean-over-replications-size", quantity=_shade_title(show), top=number(top, 0)
        ),
        height=580,
        table=ports.drop(columns=["x_km", "y_km"]),
        aspect=(main[3] - main[2]) / (main[1] - main[0]),
    )


Frame = tuple[float, float, float, float]
"""West, east, south and north edge, km."""


def _ports(
    figure: go.Figure, axis: str, ports: pd.DataFrame, size: pd.Series, shade: pd.Series
) -> None:
    """Draw ports, the small ones over the large."""
    order = size.sort_values(ascending=False).index
    ports = ports.loc[order]
    figure.add_scatter(
        x=ports["x_km"].round(1),
        y=ports["y_km"].round(1),
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        mode="markers",
        marker={
            "size": size.loc[order].round(1), "color": shade.loc[order].round(2),
            "coloraxis": "coloraxis", "line": {"color": INK, "width": 1}, "opacity": 0.9,
        },
        text=[safe(f"{name}, {province}") for name, province in
              zip(ports["name"], ports["province"], strict=True)],
        customdata=ports[["vehicles_per_day", "mean_wait_min", "officers_on_shift"]]
        .round(2).to_numpy(),
        hovertemplate=_hover(),
        showlegend=False,
    )  # fmt: skip


def _place(figure: go.Figure, axis: str, frame: Frame) -> None:
    """Set the axes of the main map or of the inset; neither is to be stretched."""
    bare: dict[str, Any] = {
        "showticklabels": False, "showgrid": False, "ticks": "", "constrain": "domain",
        "showline": bool(axis), "mirror": bool(axis), "linecolor": GREY, "zeroline": False,
        "automargin": False,
    }  # fmt: skip
    x_domain, y_domain = (INSET["x"], INSET["y"]) if axis else ([0, 1], [0, 1])
    figure.update_layout(
        {
            f"xaxis{axis}": {**bare, "range": frame[:2], "domain": x_domain, "anchor": f"y{axis}"},
            f"yaxis{axis}": {
                **bare, "range": frame[2:], "domain": y_domain, "anchor": f"x{axis}",
                "scaleanchor": f"x{axis}", "scaleratio": 1,
            },
        }
    )  # fmt: skip


def port_table(study: Study) -> pd.DataFrame:
    """Traffic, mean wait and officers on shift of every port in the baseline.

    Returns
    -------
    pandas.DataFrame
        Columns port_id, name, province, vehicles_per_day, mean_wait_min, officers_on_shift (mean
        over all hours of the week), x_km and y_km on the map; in the order of the port table.
    """
    rows = study.runs
    of_baseline = (rows["scenario"] == BASELINE) & (rows["adversary"] == headline_adversary(study))
    runs = int(of_baseline.sum())
    # Repetitions of the smuggling have no hours of their own.
    runs = min(runs, study.manifest.get("traffic_replications") or runs)
    days = (study.days or YEAR_DAYS) * runs
    traffic = baseline_hours(study, "port_hours", ["arrivals", "released", "wait_s"], ["port_id"])
    officers = baseline_hours(study, "officer_hours", ["shift_s"], ["port_id"])
    listed_ports = pd.read_csv(DATA_FOLDER / "ports.csv").set_index("port_id")
    ports = listed_ports.join(traffic, how="inner").join(officers)
    x, y = lambert(ports["lon"], ports["lat"])
    return pd.DataFrame(
        {
            "name": ports["name"],
            "province": ports["province"],
            "vehicles_per_day": ports["arrivals"] / days,
            "mean_wait_min": ports["wait_s"] / ports["released"] / 60,
            "officers_on_shift": ports["shift_s"] / (days * SECONDS_PER_DAY),
            "x_km": x,
            "y_km": y,
        }
    ).reset_index()


@cache
def outline() -> dict[str, Any]:
    """Coast and boundary, in degrees east and north."""
    content: dict[str, Any] = json.loads(OUTLINE.read_text(encoding="utf-8"))
    return content


def _lines(figure: go.Figure, axis: str, frame: Frame) -> None:
    """Draw coast and boundary, as far as they lie in the frame."""
    for kind, style in (
        ("coast", {"color": "#a9b4bc", "width": 1}), ("boundary", {"color": GREY, "width": 1.5}),
    ):  # fmt: skip
        x, y = _within([lambert(*np.array(line).T) for line in outline()[kind]], frame)
        figure.add_scatter(
            x=x, y=y, xaxis=f"x{axis}", yaxis=f"y{axis}", mode="lines", line=style,
            hoverinfo="skip", showlegend=False,
        )  # fmt: skip


def _cities(figure: go.Figure, axis: str, frame: Frame) -> None:
    """Draw names of cities, as far as they lie in the frame."""
    places = {name: lambert(lon, lat) for name, (lon, lat, _) in CITIES.items()}
    names = [
        name for name, (x, y) in places.items()
        if frame[0] < x < frame[1] and frame[2] < y < frame[3]
    ]  # fmt: skip
    figure.add_scatter(
        x=[round(float(places[name][0]), 1) for name in names],
        y=[round(float(places[name][1]), 1) for name in names],
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        mode="markers+text",
        text=names,
        textposition=[CITIES[name][2] for name in names],
        textfont={"size": 10, "color": "#4a555e"},
        marker={"size": 4, "symbol": "square", "color": FAINT,
                "line": {"color": GREY, "width": 1}},
        hoverinfo="skip",
        showlegend=False,
    )  # fmt: skip


def _within(
    lines: list[tuple[np.ndarray, np.ndarray]], frame: Frame
) -> tuple[list[float | None], list[float | None]]:
    """Lines of which something lies in the frame, a gap after each."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for x, y in lines:
        if x.max() > frame[0] and x.min() < frame[1] and y.max() > frame[2] and y.min() < frame[3]:
            xs += [*np.round(x, 1).tolist(), None]
            ys += [*np.round(y, 1).tolist(), None]
    return xs, ys


def _frame(ports: pd.DataFrame) -> Frame:
    """Edges about some ports; the main map leaves room for the inset above."""
    x, y = ports["x_km"], ports["y_km"]
    top = float(y.max()) + ROOM_KM
    right = float(x.max()) + ROOM_KM
    if top <= NORTH_KM and float(x.max() - x.min()) > TOP_KM:
        top = max(top, TOP_KM)
    return float(x.min()) - ROOM_KM, right, float(y.min()) - ROOM_KM, top


def _round_top(value: float) -> float:
    """A round number for the dark end of the shades."""
    steps = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100]
    return float(next((step for step in steps if step >= value), round(value)))


def _shade_title(show: str) -> str:
    return gettext("mean-wait-min") if show == "waits" else gettext("officers-on-shift-on-average")


def _hover() -> str:
    return (
        "%{text}<br>"
        + gettext("vehicles-a-day")
        + "<br>"
        + gettext("mean-wait-hover")
        + "<br>"
        + gettext("officers-on-shift")
        + "<extra></extra>"
    )


def _finding(ports: pd.DataFrame, show: str) -> str:
    if show == "staffing":
        return gettext(
            "on-average-officers-are-on",
            officers=number(float(ports["officers_on_shift"].sum()), 0),
            alone=int((ports["officers_on_shift"] <= 1).sum()),
            count=len(ports),
        )
    busiest = ports.sort_values("vehicles_per_day", ascending=False)
    traffic = busiest["vehicles_per_day"]
    half = int((traffic.cumsum() < traffic.sum() / 2).sum()) + 1
    waits = [
        shown(float(np.average(some["mean_wait_min"], weights=some["vehicles_per_day"])),
              unit="min")
        for some in (busiest[:half], busiest[half:].dropna())
        if len(some)
    ]  # fmt: skip
    if len(waits) < 2:
        return gettext("mean-wait-at-this-port", wait=str(waits[0]))
    return gettext(
        "of-ports-take-half-of",
        half=half,
        count=len(ports),
        busy=str(waits[0]),
        quiet=str(waits[1]),
    )
