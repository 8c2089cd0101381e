"""The forest of paired differences, on which the charts of single metrics are built."""

from collections.abc import Callable, Sequence
from typing import Any

import plotly.graph_objects as go

from analysis.charts.style import (
    BLUE,
    GREY,
    LEGEND,
    Chart,
    axis_unit,
    canvas,
    extent,
    finish,
    half_widths,
    label,
    line_height,
    safe,
    zero_line,
)
from analysis.compare import HEADLINE, Comparison, across_adversaries, compare, frame_of
from analysis.effects import smallest_difference
from analysis.equivalence import NO_DIFFERENCE
from analysis.language import gettext, ngettext, title_of
from analysis.values import headline_adversary, metric_of
from analysis.verdicts import counted
from analysis.wording import SMALLEST_WAIT_MIN, adversary_name, period, plain, shown
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

Sentence = Callable[..., str]
"""Says what a chart shows, from counts, an amount and a title."""


def forest(
    study: Study, metric: str, sentence: Sentence, if_none: Sentence, least: float = 0.0
) -> Chart:
    """Every scenario's difference to the baseline in one metric, with 95 % intervals.

    Filled markers reduce or increase the primary outcome, by the verdict; in other metrics they are
    distinguishable from no effect after Holm's correction. A band spans what does not matter. The
    scale is that of the proposals; a bound beyond it is a
    triangle at the edge, with its value. A grey bar spans the means over the kinds of smuggler.

    Parameters
    ----------
    study : Study
    metric : str
        Name of the metric.
    sentence, if_none : callable
        The sentence above the chart: with ``up``, ``down``, ``count``, ``amount`` and ``title``,
        or with ``count`` where nothing is distinguishable.
    least : float
        Smallest difference that matters, in the unit of the metric. Smaller ones are left out, as
        is what makes no difference by its verdict; the line below says how many they are.
    """
    adversary = headline_adversary(study)
    several, across = len(study.adversaries), across_adversaries(study, metric)
    comparisons = [
        comparison
        for comparison in compare(study, HEADLINE, adversary)
        if comparison.metric == metric and comparison.difference.count > 0
    ]
    large = [one for one in comparisons if _large(one, least)]
    left_out = len(comparisons) - len(large) if large else 0
    comparisons = large or comparisons
    sign = 1.0 if metric == PRIMARY_OUTCOME else -1.0  # the best first; of waits, the longest
    comparisons.sort(key=lambda comparison: sign * comparison.difference.mean)
    proposals = [
        comparison for comparison in comparisons if comparison.scenario not in study.bounds
    ]
    ends = extent([comparison.difference for comparison in proposals or comparisons])
    if several > 1:
        spans = [across[comparison.scenario] for comparison in proposals or comparisons]
        ends = [
            min([ends[0], *(low for low, _ in spans)]),
            max([ends[1], *(up for _, up in spans)]),
        ]
    factor, unit = axis_unit(metric_of(metric).unit, max(abs(end) for end in ends))
    ends = [end * factor for end in ends]
    line = {comparison.scenario: k for k, comparison in enumerate(comparisons)}
    figure = canvas()
    if several > 1:
        _draw_range(figure, across, line, factor, several)
    inside = [
        comparison
        for comparison in comparisons
        if ends[0] <= comparison.difference.mean * factor <= ends[1]
    ]
    _draw(figure, inside, line, factor, adversary_name(adversary))
    _draw_beyond(
        figure,
        [comparison for comparison in comparisons if comparison not in inside],
        line,
        ends,
        factor,
    )
    if any(comparison.effect for comparison in comparisons):
        _draw_band(figure, smallest_difference(study) * comparisons[0].baseline * factor)
    zero_line(figure)
    names = [label(study, name) for name in line]
    span = period(metric_of(metric).unit, study.days)
    figure.update_layout(legend=LEGEND, showlegend=several > 1)
    title = f"{gettext('difference-to-the-baseline')}<br>[{unit}{span}]"
    figure.update_xaxes(title_text=title, range=ends, tickangle=0, nticks=7)
    figure.update_yaxes(tickvals=list(line.values()), ticktext=names, range=[len(line) - 0.4, -0.6])
    return finish(
        figure,
        finding=_finding(study, proposals, sentence, if_none),
        note=" ".join(
            part
            for part in (_note(study, comparisons, several), _left_out(left_out, least))
            if part
        ),
        height=80 + line_height(names) * len(line),
        table=frame_of(
            [comparison for comparison in compare(study, HEADLINE) if comparison.metric == metric]
        ),
    )


def _large(one: Comparison, least: float) -> bool:
    if one.effect is not None and one.effect.verdict:
        return one.effect.verdict != NO_DIFFERENCE
    return abs(one.difference.mean) >= least


def _left_out(count: int, least: float) -> str:
    if not count:
        return ""
    if not least:
        return ngettext("left-out-no-difference", count)
    return ngettext("left-out-as-small", count, least=plain(60 * least))


def _draw(
    figure: go.Figure, rows: Sequence[Comparison], line: dict[str, int], factor: float, name: str
) -> None:
    """Add the differences with their intervals."""
    means = [comparison.difference.mean * factor for comparison in rows]
    reach = half_widths([comparison.difference.low * factor for comparison in rows], means)
    fill = [BLUE if comparison.distinguishable else "white" for comparison in rows]
    figure.add_scatter(
        x=means,
        y=[line[comparison.scenario] for comparison in rows],
        mode="markers",
        name=name,
        error_x={"array": reach, "color": BLUE, "thickness": 2, "width": 4},
        marker={"color": fill, "size": 10, "line": {"color": BLUE, "width": 2}},
        text=[safe(comparison.verdict) for comparison in rows],
        hovertemplate="%{text}<extra></extra>",
    )


def _draw_range(
    figure: go.Figure,
    ranges: dict[str, tuple[float, float]],
    line: dict[str, int],
    factor: float,
    count: int,
) -> None:
    """Add a bar from the least to the largest mean over the kinds of smuggler."""
    x: list[float | None] = []
    y: list[int | None] = []
    for scenario, place in line.items():
        low, high = ranges[scenario]
        x += [low * factor, high * factor, None]
        y += [place, place, None]
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        name=gettext("means-over-kinds-of-smuggler", count=count),
        line={"color": "#c3cad0", "width": 12},
        hoverinfo="skip",
    )


def _draw_band(figure: go.Figure, reach: float) -> None:
    """Add what makes no difference that matters: the smallest difference on each side of zero."""
    figure.add_vrect(x0=-reach, x1=reach, fillcolor="#e8ecef", line_width=0, layer="below")


def _draw_beyond(
    figure: go.Figure,
    rows: Sequence[Comparison],
    line: dict[str, int],
    ends: Sequence[float],
    factor: float,
) -> None:
    """Add what lies off the scale: a triangle at the edge and the value."""
    for comparison in rows:
        above = comparison.difference.mean * factor > ends[1]
        unit, change = metric_of(comparison.metric).unit, comparison.difference
        text = shown(change.mean, change.low, change.high, unit=unit, signed=True)
        figure.add_scatter(
            x=[ends[above] - (0.02 if above else -0.02) * (ends[1] - ends[0])],
            y=[line[comparison.scenario]],
            mode="markers+text",
            text=[f"{text.value}{text.suffix}"],
            textposition="middle left" if above else "middle right",
            textfont={"size": 11},
            marker={"color": GREY, "symbol": "triangle-right" if above else "triangle-left",
                    "size": 12},
            cliponaxis=False,
            hovertemplate=f"{safe(comparison.verdict)}<extra></extra>",
            showlegend=False,
        )  # fmt: skip


def _finding(
    study: Study, comparisons: list[Comparison], sentence: Sentence, if_none: Sentence
) -> str:
    """The sentence above the chart."""
    clear = [comparison for comparison in comparisons if comparison.distinguishable]
    if not clear:
        return if_none(count=len(comparisons))
    most = max(clear, key=lambda comparison: abs(comparison.difference.mean))
    return sentence(
        up=sum(comparison.difference.mean > 0 for comparison in clear),
        down=sum(comparison.difference.mean < 0 for comparison in clear),
        count=len(comparisons),
        amount=most.amount,
        title=title_of(study, most.scenario),
    )


def _note(study: Study, comparisons: list[Comparison], several: int) -> str:
    """What is drawn."""
    most = max((comparison.difference.count for comparison in comparisons), default=0)
    if most < 2:
        return gettext("one-replication-so-no-interval")
    worlds = len(study.worlds)
    parts = [
        gettext("paired-differences-to-the-baseline", count=worlds)
        if worlds > 1
        else gettext("paired-differences-to-the-baseline-over", count=most),
        gettext("filled-reduces-or-increases")
        if any(comparison.effect for comparison in comparisons)
        else gettext("filled-distinguishable-from-no-effect"),
    ]
    if several > 1:
        name = adversary_name(headline_adversary(study))
        parts.append(gettext("points-are-for-smugglers", adversary=name))
    if study.bounds:
        parts.append(gettext("triangles-bounds-that-lie-off"))
    return " ".join(parts)


def firearms_difference(study: Study) -> Chart:
    """Firearms that reach the market, against the baseline."""
    codes = [
        comparison.effect.verdict
        for comparison in compare(study, HEADLINE, headline_adversary(study))
        if comparison.effect is not None
        and comparison.effect.verdict
        and comparison.scenario not in study.bounds
    ]
    sentence = (
        counted(codes, smallest_difference(study))
        if codes
        else gettext("one-replication-cannot-tell-an")
    )
    return forest(study, PRIMARY_OUTCOME, lambda **_: sentence, lambda **_: sentence)


def wait_difference(study: Study) -> Chart:
    """Mean wait over all ports and lanes, against the baseline."""
    return forest(study, "mean_wait_min", _wait_found, _no_wait_found, SMALLEST_WAIT_MIN)


def _wait_found(**values: Any) -> str:
    return gettext("mean-wait-longer-under-of", **values)


def _no_wait_found(**values: Any) -> str:
    return gettext("mean-wait-no-change-beyond", **values)
