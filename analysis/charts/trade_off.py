"""What the stopped firearms cost in waiting."""

import math

import plotly.graph_objects as go

from analysis.charts.look import BLUE, GREY, finish, half_widths, safe, zero_line
from analysis.compare import HEADLINE, Comparison, compare
from analysis.wording import period
from sim.results import Study

LABELLED = 8
"""Most points that carry their name; the others show it when pointed at."""


def trade_off(study: Study) -> go.Figure:
    """Firearms stopped against vehicle-hours of delay, both as differences to the baseline."""
    found = {(one.metric, one.scenario, one.adversary): one for one in compare(study, HEADLINE)}
    points = [
        (found["delay_vehicle_h", scenario, adversary], one)
        for (metric, scenario, adversary), one in found.items()
        if metric == "firearms_stopped" and ("delay_vehicle_h", scenario, adversary) in found
    ]
    clear = [any(one.distinguishable for one in pair) for pair in points]
    names = _names(study, points, clear)
    figure = go.Figure()
    for chosen, colour, fill in ((False, GREY, "white"), (True, BLUE, BLUE)):
        own = [k for k, one in enumerate(clear) if one == chosen]
        pairs = [points[k] for k in own]
        x = [delay.difference.mean for delay, _ in pairs]
        y = [guns.difference.mean for _, guns in pairs]
        figure.add_scatter(
            x=x,
            y=y,
            mode="markers+text",
            text=[names[k] for k in own],
            textposition=[_side(value, points) for value in x],
            textfont={"size": 11},
            cliponaxis=False,
            error_x={"array": half_widths([p[0].difference.low for p in pairs], x),
                     "color": colour, "thickness": 1, "width": 3},
            error_y={"array": half_widths([p[1].difference.low for p in pairs], y),
                     "color": colour, "thickness": 1, "width": 3},
            marker={"color": fill, "size": 9, "line": {"color": colour, "width": 2},
                    "symbol": "circle" if chosen else "diamond"},
            customdata=[safe(study.title(guns.scenario)) for _, guns in pairs],
            hovertemplate="%{customdata}: %{y:+.1f} firearms, %{x:+,.0f} vehicle-hours"
            "<extra></extra>",
            showlegend=False,
        )  # fmt: skip
    zero_line(figure)
    zero_line(figure, across=True)
    span = period("firearms", study.days)
    figure.update_xaxes(
        title_text=f"more delay{span} [vehicle-hours]", nticks=6, range=_range(points)
    )
    figure.update_yaxes(title_text=f"more firearms stopped{span} [firearms]")
    return finish(
        figure,
        finding=_finding(points),
        note="Differences to the baseline with 95 % intervals. Filled: distinguishable from no "
        "effect in at least one direction, after Holm's correction; open: in neither.",
        height=400,
    )


Pair = tuple[Comparison, Comparison]


def _names(study: Study, points: list[Pair], clear: list[bool]) -> list[str]:
    """Names of the points farthest from no effect, empty for the others."""
    widest = [max((abs(p[k].difference.mean) for p in points), default=1.0) or 1.0 for k in (0, 1)]
    reach = [math.hypot(*(pair[k].difference.mean / widest[k] for k in (0, 1))) for pair in points]
    chosen = sorted((k for k, one in enumerate(clear) if one), key=lambda k: -reach[k])[:LABELLED]
    return [
        safe(study.title(guns.scenario)) if k in chosen else ""
        for k, (_, guns) in enumerate(points)
    ]


def _side(x: float, points: list[Pair]) -> str:
    """Put the label where there is room: towards the middle of the chart."""
    middle = sum(_range(points)) / 2
    return "top left" if x > middle else "top right"


def _range(points: list[Pair]) -> list[float]:
    """Ends of the axis, with the intervals inside and zero always shown."""
    ends = [0.0]
    for delay, _ in points:
        one = delay.difference
        ends += [x for x in (one.low, one.high, one.mean) if not math.isnan(x)]
    room = 0.08 * (max(ends) - min(ends) or 1.0)
    return [min(ends) - room, max(ends) + room]


def _finding(points: list[Pair]) -> str:
    """The sentence above the chart."""
    more = [(d, g) for d, g in points if g.distinguishable and g.difference.mean > 0]
    free = [d for d, _ in more if not (d.distinguishable and d.difference.mean > 0)]
    if not more:
        return "No proposal stops more firearms beyond chance, so there is no delay to weigh."
    return (
        f"{len(more)} of {len(points)} proposals stop more firearms; {len(free)} of these do so "
        "without a distinguishable rise in delay."
    )
