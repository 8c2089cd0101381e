"""How every chart looks: colours that the colour-blind and the grey printer can tell apart."""

import html
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from analysis.estimates import Estimate
from analysis.language import current_language, gettext, title_of
from analysis.wording import NARROW, axis_scale, unit_of
from sim.results.reading import Study

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, INK, GREY, FAINT = "#56B4E9", "#1d2730", "#6b7680", "#dde2e6"

SERIES: tuple[tuple[str, str], ...] = (
    (BLUE, "circle"), (ORANGE, "diamond"), (GREEN, "square"), (RED, "triangle-up"),
    (SKY, "cross"), (INK, "x"),
)  # fmt: skip
"""Colour and marker by series: the marker alone tells them apart in grey."""

CONFIG = {
    "showSendToCloud": False,
    "displaylogo": False,
    "displayModeBar": False,
    "responsive": True,
}
"""What every chart is shown with; nothing offers to send the data anywhere."""

LEGEND = {"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "xanchor": "left"}
"""A legend above the chart, over the width of its plot area."""

AXIS_FONT, AXIS_LINE = 12, 24
"""Size of an axis title, and its longest line in characters: on a phone it has no more room."""

LABEL = 26
"""Longest line of a scenario's name beside a chart, in characters."""

SEPARATORS = {"en": ".,", "fr": f",{NARROW}"}
"""Decimal mark and thousands mark of the numbers that plotly writes itself."""


def source_line() -> str:
    """Where every number of a chart comes from."""
    return gettext("source-this-simulation-on-the")


def safe(text: str) -> str:
    """Text that a chart shows as it is: a label may hold no mark-up."""
    return html.escape(text, quote=False)


def wrapped(text: str, width: int) -> str:
    """Text in lines of at most ``width`` characters, safe to show."""
    return "<br>".join(safe(line) for line in textwrap.wrap(text, width))


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure with its words and numbers; each page sets these in its own way.

    Attributes
    ----------
    figure : Figure
        In the house style, without title and source line.
    finding : str
        What the chart shows, as a sentence.
    note : str
        What is drawn: units, intervals, number of replications.
    source : str
        The note, and where the numbers come from, in the language of the chart.
    table : DataFrame
        The numbers drawn, with units in the names of the columns, for download.
    height : int
        Height in pixels without the title and the source line.
    aspect : float or None
        Height over width of a chart that keeps its shape, such as a map.
    """

    figure: go.Figure
    finding: str
    note: str
    source: str
    table: pd.DataFrame
    height: int
    aspect: float | None = None

    @property
    def alt(self) -> str:
        """The chart in words, for readers who cannot see it."""
        return f"{self.finding} {self.note}"

    @property
    def bottom(self) -> int:
        """Pixels below the plot for the title of the horizontal axis."""
        return 30 + 16 * ((self.figure.layout.xaxis.title.text or "").count("<br>") + 1)

    def titled(self, *, data: bool = True) -> go.Figure:
        """A copy of the figure that stands alone, with title and source line in it.

        Without its data it is made in a third of the time.
        """
        title, foot = wrapped(self.finding, 75), wrapped(self.source, 105)
        above = 34 + 21 * (title.count("<br>") + 1)
        scale = 20 if self.aspect else 0  # the numbers of a map's scale hang below it
        below = self.bottom + 12 + scale + 15 * (foot.count("<br>") + 1)
        figure = go.Figure(self.figure if data else {"layout": self.figure.layout})
        figure.update_layout(
            title={"text": title, "x": 0, "xref": "paper", "y": 1, "yref": "container",
                   "yanchor": "top", "xanchor": "left", "pad": {"t": 24},
                   "font": {"size": 16, "color": INK}},
            height=self.height + above + below,
            margin={"l": 10, "r": 24, "t": above, "b": below},
        )  # fmt: skip
        figure.add_annotation(
            text=foot, x=0, xref="paper", y=0, yref="paper", yanchor="bottom", xanchor="left",
            yshift=6 - below,
            showarrow=False, align="left", font={"size": 11, "color": GREY}, name="source",
        )  # fmt: skip
        return figure

    def _repr_mimebundle_(self, *args: Any, **kwargs: Any) -> Any:
        """Show the titled figure in a notebook."""
        return self.titled()._repr_mimebundle_(*args, **kwargs)


def canvas(*traces: Any) -> go.Figure:
    """A figure without plotly's template, which pages never show and each copy would check anew."""
    return go.Figure(list(traces), layout={"template": {}})


def finish(
    figure: go.Figure,
    *,
    finding: str,
    note: str,
    height: int,
    table: pd.DataFrame,
    aspect: float | None = None,
) -> Chart:
    """Give a figure the house style, and return it with its words and numbers (`Chart`).

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        Changed in place.
    finding, note : str
        What the chart shows, in a sentence; what its marks mean.
    height : int
        In pixels.
    table : pandas.DataFrame
        The numbers of the chart.
    aspect : float, optional
        Width over height, where it must stay as it is (a map).
    """
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        axis.title.font.size = AXIS_FONT
    figure.layout.xaxis.title.text = _axis_title(figure.layout.xaxis.title.text)
    figure.update_layout(
        font={"family": "system-ui, 'Segoe UI', 'Liberation Sans', sans-serif", "size": 12,
              "color": INK},
        paper_bgcolor="white",
        plot_bgcolor="white",
        dragmode=False,
        hoverlabel={"bgcolor": "white", "font": {"color": INK}},
        separators=SEPARATORS[current_language()],
    )  # fmt: skip
    if aspect is None:
        figure.update_xaxes(automargin=True, gridcolor=FAINT, zeroline=False, linecolor=GREY)
        figure.update_yaxes(automargin=True, gridcolor=FAINT, zeroline=False, linecolor=GREY)
    return Chart(figure, finding, note, f"{note} {source_line()}", table, height, aspect)


def _axis_title(text: str | None) -> str | None:
    """An axis title in short lines, for narrow screens."""
    lines = [textwrap.fill(line, AXIS_LINE) for line in (text or "").split("<br>")]
    return "<br>".join(lines).replace("\n", "<br>") or None


def zero_line(figure: go.Figure, *, across: bool = False) -> None:
    """Draw the line of no effect."""
    line = {"color": INK, "width": 1}
    if across:
        figure.add_hline(y=0, line=line)
    else:
        figure.add_vline(x=0, line=line)


def extent(estimates: Sequence[Estimate]) -> list[float]:
    """Ends of an axis that shows zero and every interval, with some room."""
    ends = [0.0]
    for interval in estimates:
        ends += [x for x in (interval.low, interval.high, interval.mean) if x == x]
    room = 0.07 * (max(ends) - min(ends)) or 1.0
    return [min(ends) - room, max(ends) + room]


def axis_unit(unit: str, largest: float) -> tuple[float, str]:
    """What to multiply values of an axis by, and the unit they are then in."""
    factor, label = axis_scale(unit, largest)
    return factor, unit_of(label)


def name_of(study: Study, scenario: str) -> str:
    """Name of a scenario, and whether it is a bound."""
    title = title_of(study, scenario)
    return gettext("bound", title=title) if scenario in study.bounds else title


def label(study: Study, scenario: str) -> str:
    """Name of a scenario beside a chart, in two lines at most."""
    lines = textwrap.wrap(name_of(study, scenario), LABEL, max_lines=2, placeholder=" …")
    return "<br>".join(safe(line) for line in lines)


def line_height(labels: Sequence[str]) -> int:
    """Pixels a line of a chart needs for its name, which may have two lines."""
    return 34 if any("<br>" in name for name in labels) else 26


def offsets(count: int) -> list[float]:
    """Places of several series about the line they share, so that none covers another."""
    return [0.26 * (k - (count - 1) / 2) for k in range(count)]


def half_widths(lows: Sequence[float], means: Sequence[float]) -> list[float]:
    """Reach of intervals that lie evenly about their means; zero where there is none."""
    return [0.0 if low != low else mean - low for low, mean in zip(lows, means, strict=True)]
