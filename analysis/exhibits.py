"""Charts as a page shows them: title and source as text, numbers as a file, an image on demand."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup

from analysis.charts.border_map import border_map
from analysis.charts.forest import firearms_difference, wait_difference
from analysis.charts.robustness import rank_stability, regret
from analysis.charts.style import Chart
from analysis.charts.tornado import tornado
from analysis.charts.waits import waits_by_hour, waits_by_port_class
from analysis.design_points import proposals
from analysis.headline import leading, varied
from analysis.language import gettext
from analysis.wording import as_csv
from sim.results.reading import Study

PLOTLYJS = Path(__file__).with_name("assets") / "plotly-cartesian.min.js"


def plotlyjs() -> str:
    """The script, to be put into a page that has no network."""
    return PLOTLYJS.read_text(encoding="utf-8")


Draw = Callable[[Study], Chart]

AGAINST: dict[str, Draw] = {
    "firearms_difference": firearms_difference,
    "wait_difference": wait_difference,
}
"""Charts of differences, which need something to compare with."""

BORDER: dict[str, Draw] = {
    "border_waits": border_map,
    "waits_by_hour": waits_by_hour,
    "waits_by_port_class": waits_by_port_class,
}
"""Charts that describe the baseline too."""

STATES: dict[str, Draw] = {"rank_stability": rank_stability, "regret": regret}
"""Charts over worlds and kinds of smuggler, which need several of these."""


def _leading_tornado(study: Study) -> Chart:
    return tornado(study, scenario=leading(study))


UNKNOWNS: dict[str, Draw] = {"tornado": _leading_tornado}
"""Charts of what is not known, which need worlds drawn from it."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One chart of a page.

    Attributes
    ----------
    name : str
        For ids and names of files.
    finding, source, alt : str
        Sentence above, line below, and the words for who cannot see it.
    figure : Markup
        Data, layout and what an image of it adds, as JSON that a script element may hold.
    csv : str
        Address that holds the numbers as a file.
    height : int
        Height in pixels before the chart is drawn, so that nothing jumps.
    wide : bool
        Whether it takes the whole width of the page.
    """

    name: str
    finding: str
    source: str
    alt: str
    figure: Markup
    csv: str
    height: int
    wide: bool


def exhibit(name: str, chart: Chart) -> Exhibit:
    """Set a chart into a page: title and source are text that wraps, not part of the figure."""
    figure = chart.figure
    titled = chart.titled(data=False).layout.to_plotly_json()
    image = {key: titled[key] for key in ("title", "margin", "height", "annotations")}
    series = sum(bool(trace.name) and trace.showlegend is not False for trace in figure.data)
    legend = 22 * series if figure.layout.showlegend else 0
    height = chart.height + legend + chart.bottom - 60
    figure.update_layout(
        height=height, margin={"l": 10, "r": 24, "t": 12 + legend, "b": chart.bottom}
    )
    shown: dict[str, Any] = json.loads(figure.to_json())
    shown["layout"].pop("template", None)
    return Exhibit(
        name=name,
        finding=chart.finding,
        source=chart.source,
        alt=chart.alt,
        figure=script_json({**shown, "image": image, "aspect": chart.aspect}),
        csv=csv_address(chart.table),
        height=height,
        wide=chart.aspect is not None,
    )


def exhibits(study: Study, charts: dict[str, Draw]) -> list[Exhibit]:
    """Draw some charts of a study; not those of hours at ports where it keeps none."""
    drawn = charts if charts is not BORDER or len(study.table("port_hours")) else {}
    return [exhibit(name, chart(study)) for name, chart in drawn.items()]


def sureness(study: Study) -> tuple[list[Exhibit], list[str]]:
    """Charts of how sure one can be, and sentences on those that the study is too small for."""
    shown, missing = [], []
    if varied(study):
        shown += exhibits(study, UNKNOWNS)
    else:
        missing.append(gettext("what-would-change-the-answer"))
    if len(study.adversaries) * len(study.worlds) > 1 and len(proposals(study)) > 1:
        shown += exhibits(study, STATES)
    else:
        missing.append(gettext("whether-the-ranking-is-stable"))
    return shown, missing


def script_json(content: Any) -> Markup:
    """JSON for a script element: nothing in it can end the element."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def csv_address(table: pd.DataFrame) -> str:
    """An address that holds a table as a file that a spreadsheet opens (`wording.as_csv`)."""
    text = as_csv(table)
    marked = text if text.startswith("\ufeff") else "\ufeff" + text
    return "data:text/csv;charset=utf-8," + quote(marked, safe="")
