"""The forest of paired differences, on which the charts of single metrics are built."""

import plotly.graph_objects as go

from analysis.charts.look import SERIES, finish, half_widths, safe, zero_line
from analysis.compare import HEADLINE, Comparison, compare, metric_of
from analysis.wording import listed, period
from sim.results import Study

Verb = tuple[str, str]
"""What one proposal does, and what several do: ("lengthens", "lengthen")."""


def forest(study: Study, metric: str, up: Verb, down: Verb, what: str) -> go.Figure:
    """Every scenario's difference to the baseline in one metric, with 95 % intervals.

    Filled markers are distinguishable from no effect after Holm's correction over the headline
    comparisons, open ones are not.

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
    found = [one for one in compare(study, HEADLINE) if one.metric == metric]
    about = metric_of(metric)
    factor, unit = (100, "percentage points") if about.unit == "share" else (1, about.unit)
    scenarios = _ordered(found)
    figure = go.Figure()
    adversaries = list(dict.fromkeys(one.adversary for one in found))
    for adversary, (colour, symbol) in zip(adversaries, SERIES, strict=False):
        own = {one.scenario: one for one in found if one.adversary == adversary}
        rows = [own[name] for name in scenarios if name in own]
        means = [factor * one.difference.mean for one in rows]
        lows = [factor * one.difference.low for one in rows]
        open_ = [colour if one.distinguishable else "white" for one in rows]
        figure.add_scatter(
            x=means,
            y=[safe(study.title(one.scenario)) for one in rows],
            mode="markers",
            name=safe(adversary.replace("_", " ")),
            error_x={
                "array": half_widths(lows, means), "color": colour, "thickness": 2, "width": 4
            },
            marker={
                "color": open_, "symbol": symbol, "size": 10, "line": {"color": colour, "width": 2}
            },
            text=[safe(one.verdict) for one in rows],
            hovertemplate="%{y}: %{text}<extra></extra>",
            showlegend=len(adversaries) > 1,
        )  # fmt: skip
    if len(adversaries) > 1:
        figure.update_layout(
            scattermode="group", legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0}
        )
    zero_line(figure)
    span = period(about.unit, study.days)
    figure.update_xaxes(title_text=f"difference to the baseline{span} [{unit}]")
    figure.update_yaxes(tickfont={"size": 12}, showgrid=True, categoryorder="array",
                        categoryarray=[safe(study.title(name)) for name in scenarios][::-1],
                        range=[-0.6, len(scenarios) - 0.4])  # fmt: skip
    return finish(
        figure,
        finding=_finding(study, found, up, down, what),
        note=_note(found),
        height=90 + 30 * len(scenarios) * max(1, len(adversaries) * 2 // 3),
    )


def _ordered(found: list[Comparison]) -> list[str]:
    """Scenarios by their difference, largest first; scenarios, not ports, may be ranked."""
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


def _note(found: list[Comparison]) -> str:
    """What is drawn."""
    counts = sorted({one.difference.count for one in found})
    if not counts or counts[-1] < 2:
        return "One replication: no intervals."
    several = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else str(counts[0])
    return (
        f"Paired differences over {several} replications on common random numbers; bars: 95 % "
        "intervals. Filled: distinguishable from no effect after Holm's correction; open: not."
    )
