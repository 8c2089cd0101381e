"""The forest of paired differences, on which the charts of single metrics are built."""

from collections.abc import Sequence

import plotly.graph_objects as go

from analysis.charts.look import (
    LEGEND,
    SERIES,
    extent,
    finish,
    half_widths,
    label,
    line_height,
    offsets,
    safe,
    zero_line,
)
from analysis.compare import HEADLINE, Comparison, compare, metric_of
from analysis.wording import listed, period, shown
from sim.results import Study

Verb = tuple[str, str]
"""What one proposal does, and what several do: ("lengthens", "lengthen")."""


def forest(study: Study, metric: str, up: Verb, down: Verb, what: str) -> go.Figure:
    """Every scenario's difference to the baseline in one metric, with 95 % intervals.

    Filled markers are distinguishable from no effect after Holm's correction over the headline
    comparisons, open ones are not. The scale is that of the proposals; a bound beyond it is a
    triangle at the edge, with its value.

    Parameters
    ----------
    study : Study
    metric : str
        Name of the metric.
    up, down : Verb
        What a proposal does that raises or lowers it.
    what : str
        What it does it to, for the sentence above the chart.
    """
    found = [
        one for one in compare(study, HEADLINE) if one.metric == metric and one.difference.count > 0
    ]
    proposals = [one for one in found if one.scenario not in study.bounds]
    ends = extent([one.difference for one in proposals or found])
    line = {name: k for k, name in enumerate(_ordered(found))}
    adversaries = list(dict.fromkeys(one.adversary for one in found))
    figure = go.Figure()
    for adversary, offset, (colour, symbol) in zip(
        adversaries, offsets(len(adversaries)), SERIES, strict=False
    ):
        places = {name: k + offset for name, k in line.items()}
        own = [one for one in found if one.adversary == adversary]
        inside = [one for one in own if ends[0] <= one.difference.mean <= ends[1]]
        name = safe(adversary.replace("_", " "))
        _draw(figure, inside, places, (colour, symbol), name)
        _draw_beyond(figure, [one for one in own if one not in inside], places, ends, colour)
    figure.update_layout(legend=LEGEND, showlegend=len(adversaries) > 1)
    zero_line(figure)
    names = [label(study, name) for name in line]
    unit = metric_of(metric).unit
    span = period(unit, study.days)
    figure.update_xaxes(title_text=f"difference<br>[{unit}{span}]", range=ends, tickangle=0)
    figure.update_yaxes(
        tickvals=list(line.values()),
        ticktext=names,
        range=[len(line) - 0.4, -0.6],
    )
    return finish(
        figure,
        finding=_finding(study, proposals, up, down, what),
        note=_note(study, found),
        height=80 + max(line_height(names), 26 + 7 * (len(adversaries) - 1)) * len(line),
    )


def _draw(
    figure: go.Figure,
    rows: Sequence[Comparison],
    places: dict[str, float],
    style: tuple[str, str],
    name: str,
) -> None:
    """Add the differences of one kind of smuggler."""
    colour, symbol = style
    means = [one.difference.mean for one in rows]
    reach = half_widths([one.difference.low for one in rows], means)
    fill = [colour if one.distinguishable else "white" for one in rows]
    figure.add_scatter(
        x=means,
        y=[places[one.scenario] for one in rows],
        mode="markers",
        name=name,
        error_x={"array": reach, "color": colour, "thickness": 2, "width": 4},
        marker={"color": fill, "symbol": symbol, "size": 10, "line": {"color": colour, "width": 2}},
        text=[safe(one.verdict) for one in rows],
        hovertemplate="%{text}<extra></extra>",
    )


def _draw_beyond(
    figure: go.Figure,
    rows: Sequence[Comparison],
    places: dict[str, float],
    ends: Sequence[float],
    colour: str,
) -> None:
    """Add what lies off the scale: a triangle at the edge and the value."""
    for one in rows:
        above = one.difference.mean > ends[1]
        unit = metric_of(one.metric).unit
        text = shown(
            one.difference.mean, one.difference.low, one.difference.high, unit=unit, signed=True
        )
        figure.add_scatter(
            x=[ends[above] - (0.02 if above else -0.02) * (ends[1] - ends[0])],
            y=[places[one.scenario]],
            mode="markers+text",
            text=[text.value],
            textposition="middle left" if above else "middle right",
            textfont={"size": 11},
            marker={"color": colour, "symbol": "triangle-right" if above else "triangle-left",
                    "size": 12},
            cliponaxis=False,
            hovertemplate=f"{safe(one.verdict)}<extra></extra>",
            showlegend=False,
        )  # fmt: skip


def _ordered(found: list[Comparison]) -> list[str]:
    """Scenarios by their difference, largest first."""
    means: dict[str, float] = {}
    for one in found:
        means[one.scenario] = max(means.get(one.scenario, -float("inf")), one.difference.mean)
    return sorted(means, key=lambda name: -means[name])


def _finding(study: Study, found: list[Comparison], up: Verb, down: Verb, what: str) -> str:
    """The sentence above the chart."""
    scenarios = len({one.scenario for one in found})
    clear = [one for one in found if one.distinguishable]
    if not clear:
        return f"No proposal of {scenarios} measurably {listed([up[0], down[0]], 'or')} {what}."
    parts = []
    for verb, sign in ((up, 1), (down, -1)):
        names = {one.scenario for one in clear if one.difference.mean * sign > 0}
        if names:
            parts.append(f"{len(names)} {verb[len(names) > 1]}")
    most = max(clear, key=lambda one: abs(one.difference.mean))
    return (
        f"Of {scenarios} proposals, {listed(parts)} {what}; the largest change is "
        f"{most.amount} ({study.title(most.scenario)})."
    )


def _note(study: Study, found: list[Comparison]) -> str:
    """What is drawn."""
    counts = sorted({one.difference.count for one in found})
    if not counts or counts[-1] < 2:
        return "One replication: no intervals."
    several = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else str(counts[0])
    beyond = " Triangles: bounds that lie off the scale." if study.bounds else ""
    return (
        f"Paired differences to the baseline over {several} replications on common random numbers; "
        "bars: 95 % intervals. Filled: distinguishable from no effect after Holm's correction; "
        f"open: not.{beyond}"
    )
