"""The ledger: by which mechanism a proposal changes how many firearms are delivered."""

from typing import NamedTuple

import plotly.graph_objects as go

from analysis.charts.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    Chart,
    finish,
    half_widths,
    wrapped,
    zero_line,
)
from analysis.headline import leading
from analysis.language import gettext, pgettext, title_of
from analysis.ledger import ledger
from analysis.values import headline_adversary
from analysis.wording import period, shown, unit_in_data, unit_of
from sim.results.reading import Study

WIDTH = 24
"""Longest line of a part's name, in characters."""


def waterfall(study: Study, scenario: str | None = None) -> Chart:
    """Parts of the change in firearms delivered, attempt by attempt, and their sum.

    Parameters
    ----------
    study : Study
    scenario : str, optional
        The one that keeps most out by default.
    """
    scenario = scenario or leading(study)
    table = ledger(study, scenario, headline_adversary(study))
    table = table[(table["lost"] != 0) | (table["gained"] != 0) | (table["part"] == "total")]
    unit, span = str(table["unit"].iloc[0]), period("firearms", study.days)
    steps = [_Step(row.part == "total", pgettext("ledger", row.part), row.net, row.low, row.high)
             for row in table.itertuples()]  # fmt: skip
    figure = go.Figure()
    base = 0.0
    for k, step in enumerate(steps):
        _bar(figure, k, step, 0.0 if step.total else base, f"{unit_of(unit)}{span}")
        if not step.total:
            base += step.net
            figure.add_scatter(
                x=[base, base], y=[k + 0.31, k + 0.69], mode="lines",
                line={"color": GREY, "width": 1}, hoverinfo="skip", showlegend=False,
            )  # fmt: skip
    rows, parts, total = len(steps), steps[:-1], steps[-1]
    names = [wrapped(name, WIDTH) for _, name, *_ in steps]
    lines = 1 + max(name.count("<br>") for name in names)
    zero_line(figure)
    ends = _reached(steps)
    room = 0.05 * (ends[1] - ends[0]) or 1.0
    title = f"{gettext('change-in-firearms-delivered')}<br>[{unit_of(unit)}{span}]"
    figure.update_xaxes(title_text=title, range=[ends[0] - room, ends[1] + 4 * room], nticks=6)
    figure.update_yaxes(
        tickvals=list(range(rows)),
        ticktext=names,
        range=[rows - 0.4, -0.6],
    )
    return finish(
        figure,
        finding=_finding(title_of(study, scenario), total, parts, unit, span),
        note=" ".join(
            [
                gettext("the-same-attempts-in-both"),
                gettext("plain-fewer-delivered-hatched-more"),
                gettext("whiskers-95-intervals")
                if total.low == total.low
                else gettext("one-replication-so-no-interval"),
            ]
        ),
        height=70 + max(44, 18 * lines) * rows,
        table=table.assign(unit=unit_in_data(unit)),
    )


class _Step(NamedTuple):
    """A bar: a part, or the whole."""

    total: bool
    name: str
    net: float
    low: float
    high: float


def _bar(figure: go.Figure, line: int, step: _Step, start: float, unit: str) -> None:
    """Draw one part from where the last one ended."""
    colour, hatch = (BLUE, "") if step.net <= 0 else (ORANGE, "/")
    if step.total:
        colour, hatch = GREY, ""
    text = shown(step.net, step.low, step.high, unit="firearms", signed=True)
    end = start + step.net
    reach = half_widths([step.low], [step.net])[0]
    figure.add_bar(
        x=[step.net],
        base=[start],
        y=[line],
        orientation="h",
        width=0.62,
        marker={"color": colour, "line": {"color": colour, "width": 1},
                "pattern": {"shape": hatch, "fgcolor": "white", "fillmode": "overlay", "size": 6}},
        hovertemplate=f"{text} {unit}<extra></extra>",
        showlegend=False,
    )  # fmt: skip
    figure.add_scatter(
        x=[end], y=[line], mode="markers", marker={"size": 1, "color": INK},
        error_x={"array": [reach], "color": INK, "thickness": 1.5, "width": 4},
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    right = max(start, end + reach)
    figure.add_annotation(
        x=right, y=line, text=text.value, showarrow=False, xanchor="left", xshift=5,
        font={"size": 12, "color": INK},
    )  # fmt: skip


def _finding(title: str, total: _Step, parts: list[_Step], unit: str, span: str) -> str:
    """The sentence above the chart."""
    if not parts:
        return gettext("every-attempt-ends-as-in", title=title)
    sign = -1 if total.net <= 0 else 1
    largest = max(parts, key=lambda step: step.net * sign)
    amounts = [
        shown(step.net, step.low, step.high, unit=unit, signed=True) for step in (total, largest)
    ]
    return gettext(
        "firearms-delivered-the-largest-part",
        title=title,
        total=str(amounts[0]),
        span=span,
        part=largest.name,
        amount=str(amounts[1]),
    )


def _reached(steps: list[_Step]) -> tuple[float, float]:
    """Least and largest place that bars and whiskers reach, and zero."""
    ends, base = [0.0], 0.0
    for step in steps:
        start = 0.0 if step.total else base
        base = start + step.net
        reach = half_widths([step.low], [step.net])[0]
        ends += [base - reach, base + reach]
    return min(ends), max(ends)
