"""Charts as a page shows them: title and source as text, numbers as a file, an image on demand."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import plotly.graph_objects as go
from markupsafe import Markup

from analysis.charts.border_map import border_map
from analysis.charts.convergence import convergence
from analysis.charts.forest import firearms_difference, wait_difference
from analysis.charts.officer_time import officer_time
from analysis.charts.robustness import rank_stability, regret
from analysis.charts.tornado import tornado
from analysis.charts.trade_off import trade_off, trade_off_money
from analysis.charts.waits import waits_by_hour, waits_by_port_class
from analysis.charts.waterfall import waterfall
from analysis.design_points import proposals
from analysis.headline import leading, varied
from analysis.language import gettext
from sim.results.reading import Study

PLOTLYJS = Path(__file__).with_name("assets") / "plotly-cartesian.min.js"


def plotlyjs() -> str:
    """The script, to be put into a page that has no network."""
    return PLOTLYJS.read_text(encoding="utf-8")


Chart = Callable[[Study], go.Figure]

AGAINST: dict[str, Chart] = {
    "waterfall": waterfall,
    "firearms_difference": firearms_difference,
    "trade_off": trade_off,
    "trade_off_money": trade_off_money,
}
"""Charts of differences, which need something to compare with."""

BORDER: dict[str, Chart] = {
    "border_waits": border_map,
    "border_staffing": partial(border_map, show="staffing"),
}
ALONE: dict[str, Chart] = {
    "waits_by_hour": waits_by_hour,
    "waits_by_port_class": waits_by_port_class,
    "officer_time": officer_time,
}
"""Charts that describe the baseline too."""

WAITS_AGAINST: dict[str, Chart] = {"wait_difference": wait_difference}
SETTLING: dict[str, Chart] = {"convergence": convergence}
STATES: dict[str, Chart] = {"rank_stability": rank_stability, "regret": regret}
"""Charts over worlds and kinds of smuggler, which need several of these."""


def _leading_tornado(study: Study) -> go.Figure:
    return tornado(study, scenario=leading(study))


UNKNOWNS: dict[str, Chart] = {"tornado": _leading_tornado}
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


def exhibit(name: str, figure: go.Figure) -> Exhibit:
    """Take a chart apart for a page, which sets title and source as text that wraps."""
    meta = figure.layout.meta
    series = sum(bool(trace.name) and trace.showlegend is not False for trace in figure.data)
    legend = 22 * series if figure.layout.showlegend else 0
    table = pd.DataFrame(meta["table"]["rows"], columns=meta["table"]["columns"])
    whole = json.loads(figure.to_json())
    image = {
        key: whole["layout"][key] for key in ("title", "margin", "height", "annotations")
    }  # fmt: skip
    figure.layout.annotations = [one for one in figure.layout.annotations if one.name != "source"]
    bottom = meta["bottom"]
    height = meta["height"] + legend + bottom - 60
    figure.update_layout(
        title=None, meta=None, height=height, margin={"t": 12 + legend, "b": bottom}
    )
    shown: dict[str, Any] = json.loads(figure.to_json())
    shown["layout"].pop("template", None)
    return Exhibit(
        name=name,
        finding=meta["finding"],
        source=meta["source"],
        alt=meta["alt"],
        figure=script_json({**shown, "image": image, "aspect": meta["aspect"]}),
        csv=csv_address(table),
        height=height,
        wide=meta["aspect"] is not None,
    )


def exhibits(study: Study, charts: dict[str, Chart]) -> list[Exhibit]:
    """Draw some charts of a study."""
    return [exhibit(name, chart(study)) for name, chart in charts.items()]


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
    return [*shown, *exhibits(study, SETTLING)], missing


def script_json(content: Any) -> Markup:
    """JSON for a script element: nothing in it can end the element."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def csv_address(table: pd.DataFrame) -> str:
    """An address that holds a table as a file, with a mark by which Excel knows it is UTF-8."""
    text = table.to_csv(index=False, lineterminator="\r\n")
    return "data:text/csv;charset=utf-8," + quote("\ufeff" + text, safe="")
