"""What the stopped firearms cost in waiting."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from analysis.charts.labels import placed
from analysis.charts.look import BLUE, GREY, extent, finish, half_widths, safe, zero_line
from analysis.compare import HEADLINE, STOPPED, Comparison, compare
from analysis.wording import period
from sim.results import Study

LABELLED = 10
"""Most points that carry their name; the others show it when pointed at."""

Pair = tuple[Comparison, Comparison]
"""The change in delay and in firearms stopped of one scenario."""


def trade_off(study: Study) -> go.Figure:
    """Firearms stopped against vehicle-hours of delay, both as differences to the baseline."""
    pairs = _pairs(study)
    x_range = extent([one.difference for one, _ in pairs])
    y_range = extent([one.difference for _, one in pairs])
    clear = [any(one.distinguishable for one in pair) for pair in pairs]
    names = [study.title(guns.scenario) for _, guns in pairs]
    places = [
        (_share(delay.difference.mean, x_range), _share(guns.difference.mean, y_range))
        for delay, guns in pairs
    ]
    order = sorted(
        (k for k, one in enumerate(clear) if one),
        key=lambda k: -math.hypot(*(places[k][i] - _share(0.0, r) for i, r in
                                    enumerate((x_range, y_range)))),
    )  # fmt: skip
    sides = placed(places, names, order[:LABELLED])
    figure = go.Figure()
    for chosen, colour, fill, symbol in (
        (False, GREY, "white", "diamond"), (True, BLUE, BLUE, "circle"),
    ):  # fmt: skip
        own = [k for k, one in enumerate(clear) if one == chosen]
        _draw(figure, [pairs[k] for k in own], colour, fill, symbol)
        figure.data[-1].update(
            text=[safe(names[k]) if k in sides else "" for k in own],
            textposition=[sides.get(k, "top right") for k in own],
            customdata=[safe(names[k]) for k in own],
        )
    zero_line(figure)
    zero_line(figure, across=True)
    span = period("firearms", study.days)
    figure.update_xaxes(
        title_text=f"more delay<br>[vehicle-hours{span}]", tickangle=0, range=x_range
    )
    figure.update_yaxes(title_text=f"more firearms stopped<br>[firearms{span}]", range=y_range)
    return finish(
        figure,
        finding=_finding(pairs),
        note="Differences to the baseline with 95 % intervals. Filled: distinguishable from no "
        "effect in at least one direction, after Holm's correction; open: in neither."
        + (" Bounds are left out." if study.bounds else ""),
        height=400,
    )


def _pairs(study: Study) -> list[Pair]:
    found = {(one.metric, one.scenario, one.adversary): one for one in compare(study, HEADLINE)}
    return [
        (found["delay_vehicle_h", scenario, adversary], one)
        for (metric, scenario, adversary), one in found.items()
        if metric == STOPPED
        and scenario not in study.bounds
        and one.difference.count > 0
        and ("delay_vehicle_h", scenario, adversary) in found
    ]


def _draw(figure: go.Figure, pairs: list[Pair], colour: str, fill: str, symbol: str) -> None:
    """Add the points of one kind with their intervals."""
    x = [delay.difference.mean for delay, _ in pairs]
    y = [guns.difference.mean for _, guns in pairs]
    reach_x = half_widths([delay.difference.low for delay, _ in pairs], x)
    reach_y = half_widths([guns.difference.low for _, guns in pairs], y)
    whisker = {"color": colour, "thickness": 1, "width": 3}
    figure.add_scatter(
        x=x,
        y=y,
        mode="markers+text",
        textfont={"size": 11},
        cliponaxis=False,
        error_x={"array": reach_x, **whisker},
        error_y={"array": reach_y, **whisker},
        marker={
            "color": fill, "size": 9, "line": {"color": colour, "width": 2}, "symbol": symbol,
        },
        hovertemplate="%{customdata}: %{y:+.1f} firearms, %{x:+,.0f} vehicle-hours"
        "<extra></extra>",
        showlegend=False,
    )  # fmt: skip


def _share(value: float, ends: Sequence[float]) -> float:
    """Place of a value between the ends of an axis."""
    return (value - ends[0]) / (ends[1] - ends[0])


def _finding(pairs: list[Pair]) -> str:
    """The sentence above the chart."""
    scenarios = {guns.scenario for _, guns in pairs}
    more = {g.scenario for _, g in pairs if g.distinguishable and g.difference.mean > 0}
    slower = {d.scenario for d, _ in pairs if d.distinguishable and d.difference.mean > 0}
    if not more:
        return "No proposal stops more firearms beyond chance, so there is no delay to weigh."
    free = len(more - slower)
    few = {0: "none of them", len(more): "all of them"}.get(free, f"{free} of them")
    verb = "stops" if len(more) == 1 else "stop"
    return (
        f"{len(more)} of {len(scenarios)} proposals {verb} more firearms, {few} without a "
        "distinguishable rise in delay."
    )
