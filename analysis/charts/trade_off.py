"""What it costs to keep firearms from the market: in waiting, and in public money."""

import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from analysis.charts.style import (
    BLUE,
    GREY,
    INK,
    Chart,
    axis_unit,
    extent,
    finish,
    half_widths,
    safe,
    zero_line,
)
from analysis.compare import HEADLINE, Comparison, compare
from analysis.estimates import Estimate, estimate
from analysis.language import gettext, title_of
from analysis.values import BASELINE, headline_adversary, headline_values
from analysis.wording import period, unit_in_data, unit_of
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

WIDTH, HEIGHT = 240.0, 330.0
"""Plot area in pixels for which names are placed."""

LETTER, LINE, GAP, MARK = 6.2, 14.0, 5.0, 6.0
"""Width of a letter, height of a line, distance to the point, half a marker, in pixels."""

SIDES = {"top right": (1, 1), "bottom right": (1, -1), "top left": (-1, 1), "bottom left": (-1, -1),
         "top center": (0, 1), "bottom center": (0, -1)}  # fmt: skip

Box = tuple[float, float, float, float]


def placed(
    points: Sequence[tuple[float, float]], names: Sequence[str], order: Sequence[int]
) -> dict[int, str]:
    """Find a side for the name of each point; a name that fits nowhere is left out.

    Parameters
    ----------
    points : sequence of (float, float)
        Places as shares of the plot area, from its lower left corner.
    names : sequence of str
    order : sequence of int
        Which points to name, the most important first.

    Returns
    -------
    dict
        Side by index of the point, as plotly calls it.
    """
    spots = [(x * WIDTH, y * HEIGHT) for x, y in points]
    taken = [(x - MARK, x + MARK, y - MARK, y + MARK) for x, y in spots]
    sides: dict[int, str] = {}
    for k in order:
        for side, (right, up) in SIDES.items():
            box = _box(spots[k], len(names[k]) * LETTER, right, up)
            others = [other for j, other in enumerate(taken) if j != k]
            if _inside(box) and not any(_overlap(box, other) for other in others):
                taken.append(box)
                sides[k] = side
                break
    return sides


def _box(spot: tuple[float, float], width: float, right: int, up: int) -> Box:
    x, y = spot
    left = x - width / 2 if right == 0 else x + GAP if right > 0 else x - GAP - width
    bottom = y + GAP if up > 0 else y - GAP - LINE
    return left, left + width, bottom, bottom + LINE


def _inside(box: Box) -> bool:
    left, right, bottom, top = box
    return left >= 0 and right <= WIDTH and bottom >= 0 and top <= HEIGHT


def _overlap(box: Box, other: Box) -> bool:
    return box[0] < other[1] and other[0] < box[1] and box[2] < other[3] and other[2] < box[3]


LABELLED = 10
"""Most points that carry their name; the others show it when pointed at."""


SHORT = 30
"""Longest name beside a point, in characters; the whole name shows when it is pointed at."""


@dataclass(frozen=True, slots=True)
class Marker:
    """What one scenario keeps out, and what that costs, as differences to the baseline."""

    scenario: str
    guns: Comparison
    cost: Estimate
    costly: bool


@dataclass(frozen=True, slots=True)
class CostMeasure:
    """What is paid: its name on the axis, its unit, and the words for the sentences."""

    title: str
    unit: str
    free: Callable[..., str]


def trade_off(study: Study) -> Chart:
    """Firearms kept from the market against vehicle-hours of delay added to the baseline's."""
    adversary = headline_adversary(study)
    delay = {
        comparison.scenario: comparison
        for comparison in compare(study, HEADLINE, adversary)
        if comparison.metric == "delay_vehicle_h"
    }
    points = [
        Marker(
            guns.scenario,
            guns,
            comparison.difference,
            comparison.distinguishable and comparison.difference.mean > 0,
        )
        for guns in proposals_compared(study)
        if (comparison := delay.get(guns.scenario)) is not None
    ]
    return plane(study, points, CostMeasure(gettext("more-delay"), "vehicle-hours", _free_of_delay))


def _free_of_delay(**values: int) -> str:
    return gettext(
        "proposals-that-measurably-reduce-the",
        **values,
    )


def proposals_compared(study: Study) -> list[Comparison]:
    """Each proposal's firearms that reach the market; bounds are left out."""
    return [
        comparison
        for comparison in compare(study, HEADLINE, headline_adversary(study))
        if comparison.metric == PRIMARY_OUTCOME
        and comparison.scenario not in study.bounds
        and comparison.difference.count > 0
    ]


def plane(study: Study, points: list[Marker], price: CostMeasure) -> Chart:
    """Scenarios by what they keep out and what they cost, with the frontier."""
    x_range = extent([point.cost for point in points])
    y_range = extent([point.guns.fall for point in points])
    factor, unit = axis_unit(price.unit, max(abs(end) for end in x_range))
    names = [title_of(study, point.scenario) for point in points]
    short = [textwrap.shorten(name, SHORT, placeholder=" …") for name in names]
    places = [
        (_share(point.cost.mean, x_range), _share(point.guns.fall.mean, y_range))
        for point in points
    ]
    home = (_share(0.0, x_range), _share(0.0, y_range))
    clear = [point.guns.distinguishable for point in points]
    order = sorted(range(len(points)), key=lambda k: (not clear[k], -math.dist(places[k], home)))
    sides = placed(places, short, order[:LABELLED])
    figure = go.Figure()
    front = frontier(points)
    if len(front) > 1:
        figure.add_scatter(
            x=[point.cost.mean * factor for point in front],
            y=[point.guns.fall.mean for point in front],
            mode="lines",
            line={"color": INK, "dash": "dot", "width": 1.5},
            hoverinfo="skip",
            showlegend=False,
        )
    for chosen, colour, fill, symbol in (
        (False, GREY, "white", "diamond"), (True, BLUE, BLUE, "circle"),
    ):  # fmt: skip
        drawn = [k for k, is_clear in enumerate(clear) if is_clear == chosen]
        _draw(figure, [points[k] for k in drawn], (colour, fill, symbol), factor)
        figure.data[-1].update(
            text=[safe(short[k]) if k in sides else "" for k in drawn],
            textposition=[sides.get(k, "top right") for k in drawn],
            customdata=[safe(names[k]) for k in drawn],
            hovertemplate="%{customdata}: %{y:+.1f} " + unit_of("firearms") + ", %{x:+,.1f} "
            + unit + "<extra></extra>",
        )  # fmt: skip
    zero_line(figure)
    zero_line(figure, across=True)
    span = period("firearms", study.days)
    figure.update_xaxes(
        title_text=f"{price.title}<br>[{unit}{span}]",
        tickangle=0,
        nticks=6,
        range=[end * factor for end in x_range],
    )
    figure.update_yaxes(
        title_text=f"{gettext('more-firearms-kept-from-the')}<br>[{unit_of('firearms')}{span}]",
        range=y_range,
    )
    return finish(
        figure,
        finding=_finding(points, price),
        note=_note(study, points),
        height=400,
        table=_table(points, price.unit),
    )


def frontier(points: Sequence[Marker]) -> list[Marker]:
    """Points that no other beats in both: what is kept out, and what it costs."""
    front: list[Marker] = []
    for point in sorted(points, key=lambda point: (point.cost.mean, -point.guns.fall.mean)):
        if not front or point.guns.fall.mean > front[-1].guns.fall.mean:
            front.append(point)
    return front


def _draw(
    figure: go.Figure, points: list[Marker], style: tuple[str, str, str], factor: float
) -> None:
    """Add the points of one kind with their intervals."""
    colour, fill, symbol = style
    x = [point.cost.mean * factor for point in points]
    y = [point.guns.fall.mean for point in points]
    whisker = {"color": colour, "thickness": 1, "width": 3}
    figure.add_scatter(
        x=x,
        y=y,
        mode="markers+text",
        textfont={"size": 11},
        cliponaxis=False,
        error_x={"array": half_widths([point.cost.low * factor for point in points], x), **whisker},
        error_y={"array": half_widths([point.guns.fall.low for point in points], y), **whisker},
        marker={
            "color": fill, "size": 9, "line": {"color": colour, "width": 2}, "symbol": symbol,
        },
        showlegend=False,
    )  # fmt: skip


def _share(value: float, ends: Sequence[float]) -> float:
    """Place of a value between the ends of an axis."""
    return (value - ends[0]) / (ends[1] - ends[0])


def _finding(points: list[Marker], price: CostMeasure) -> str:
    """The sentence above the chart."""
    more = [point for point in points if point.guns.distinguishable and point.guns.fall.mean > 0]
    if not more:
        return gettext("no-proposal-measurably-reduces-the")
    free = sum(not point.costly for point in more)
    return price.free(count=len(points), more=len(more), free=free)


def _note(study: Study, points: list[Marker]) -> str:
    most = max((point.guns.fall.count for point in points), default=0)
    parts = [
        gettext("differences-to-the-baseline-with")
        if most > 1
        else gettext("one-replication-so-no-interval"),
        gettext("filled-a-distinguishable-effect-on"),
        gettext("dotted-the-frontier-which-no"),
    ]
    if study.bounds:
        parts.append(gettext("bounds-are-left-out"))
    return " ".join(parts)


def _table(points: list[Marker], unit: str) -> pd.DataFrame:
    rows = [
        (point.scenario, point.cost.mean, point.cost.low, point.cost.high, point.guns.fall.mean,
         point.guns.fall.low, point.guns.fall.high)
        for point in points
    ]  # fmt: skip
    head = ["scenario", f"cost [{unit}]", "cost low", "cost high"]
    guns = [f"{unit_in_data('firearms')} {end}" for end in ("kept out", "low", "high")]
    return pd.DataFrame(rows, columns=[*head, *guns])


def trade_off_money(study: Study) -> Chart:
    """Firearms kept from the market against public money.

    Public money is the programme, officers' pay and duty not collected. The cost of a programme
    is an entry of its file, not a result; pay and duty are results.
    """
    table = headline_values(study)
    paid = table["programme_cost_cad"] - table["duty_collected_cad"]
    if "officer_pay_cad" in table.columns:
        paid += table["officer_pay_cad"]
    points = []
    for guns in proposals_compared(study):
        more = (paid.loc[guns.scenario] - paid.loc[BASELINE]).dropna()
        cost = estimate(more)
        points.append(Marker(guns.scenario, guns, cost, cost.mean > 0 and not cost.low < 0))
    return plane(study, points, CostMeasure(gettext("more-public-money"), "CAD", _free))


def _free(**values: int) -> str:
    return gettext(
        "proposals-that-measurably-reduce-the-firearms",
        **values,
    )
