"""The brief: one self-contained page for those who decide."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from analysis.assumptions import KINDS, assumptions, sources
from analysis.charts.firearms_difference import firearms_difference
from analysis.charts.look import CONFIG
from analysis.charts.officer_time import officer_time
from analysis.charts.trade_off import trade_off
from analysis.charts.wait_difference import wait_difference
from analysis.charts.waits_by_hour import waits_by_hour
from analysis.charts.waits_by_port_class import waits_by_port_class
from analysis.compare import HEADLINE, compare
from analysis.findings import answer, cards, columns, findings, rows_of
from analysis.wording import number
from sim.results import Study

NO_BREAK = "\N{NO-BREAK SPACE}"

QUESTION = (
    "Which proposals would stop more firearms at Canada’s land ports of entry, and what would "
    "they cost in waiting?"
)

ALONE = (waits_by_port_class, waits_by_hour, officer_time)
"""Charts that describe the baseline too."""

AGAINST = (firearms_difference, wait_difference, trade_off)
"""Charts of differences, which need something to compare with."""


def write_brief(study: Study, out: Path | None = None) -> Path:
    """Write the page and return its path; the folder's own brief.html by default."""
    path = study.folder / "brief.html" if out is None else out
    part = path.with_name(f".{path.name}.part")
    part.write_text(page(study), encoding="utf-8")
    os.replace(part, path)
    return path


def page(study: Study) -> str:
    """Set the page as text."""
    comparisons = compare(study, HEADLINE)
    environment = Environment(
        loader=PackageLoader("analysis"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["unbroken"] = unbroken
    charts = [_set(chart, study) for chart in ((*AGAINST, *ALONE) if comparisons else ALONE)]
    known = assumptions()
    return environment.get_template("brief.html").render(
        question=QUESTION,
        answer=answer(study, comparisons),
        illustrative=known.illustrative,
        cards=cards(study),
        columns=columns(study, comparisons),
        rows=rows_of(study, comparisons),
        tested=sum(one.p_holm == one.p_holm for one in comparisons),
        findings=findings(study, comparisons),
        charts=charts,
        assumptions=known,
        matter=sum(known.mattering.values()),
        kinds=KINDS,
        sources=sources(),
        certificate=_certificate(study),
        study=_about(study),
        plotlyjs=Markup(get_plotlyjs()),
    )


def unbroken(text: str) -> str:
    """Keep an interval, and a number and its unit, on one line."""
    text = re.sub(r"\[[^\[\]]*\]", lambda found: found[0].replace(" ", NO_BREAK), text)
    return re.sub(r"(?<=\d) (?=%|min\b|points\b|million\b)", NO_BREAK, text)


def _set(chart: Callable[[Study], go.Figure], study: Study) -> dict[str, Any]:
    """A chart with its title and source as text of the page, which wraps on narrow screens."""
    figure = chart(study)
    meta = figure.layout.meta
    notes = [one for one in figure.layout.annotations if one.name != "source"]
    series = sum(trace.type != "heatmap" for trace in figure.data)
    legend = 30 if series > 1 and figure.layout.showlegend is not False else 0
    figure.layout.annotations = notes
    figure.update_layout(title=None, height=meta["height"], margin={"t": 12 + legend, "b": 60})
    name = chart.__name__
    html = figure.to_html(
        full_html=False, include_plotlyjs=False, config=CONFIG, div_id=f"chart-{name}"
    )
    return {
        "name": name,
        "finding": meta["finding"],
        "source": meta["source"],
        "alt": meta["alt"],
        "html": Markup(html),
    }


def _certificate(study: Study) -> str:
    """One line on the laws that always hold."""
    laws = study.certificate["laws"]
    return (
        f"{len(laws)} laws, such as “{laws[0]['law']}”, were checked in each of "
        f"{study.certificate['replications']} replications, and all held."
    )


def _about(study: Study) -> dict[str, str]:
    """How the study was made, of what the manifest says."""
    known = {
        "start": "First day", "days": "Days", "year": "Traffic of the year", "engine": "Engine",
        "seed": "Seed", "code_version": "Version", "configuration_hash": "Configuration",
    }  # fmt: skip
    about = {
        label: str(study.manifest[key]) for key, label in known.items() if key in study.manifest
    }
    runs = study.summary.groupby("scenario")["replication"].nunique()
    about["Replications of each scenario"] = (
        f"{runs.min()} to {runs.max()}" if runs.min() < runs.max() else number(runs.min(), 0)
    )
    smugglers = sorted(
        {str(name).replace("_", " ") for name in study.summary["adversary"].unique()}
    )
    about["Smugglers"] = ", ".join(smugglers)
    return about
